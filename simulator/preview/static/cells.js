// Small pictures: each is asked for when it comes near the screen.

import { text } from "/static/server.js";
import { state } from "/static/state.js";

const WIDTH = 640; // of a small picture before it is made small
const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const frames = entry.target.firstElementChild;
    if (frames && entry.contentRect.width) frames.style.transform = `scale(${(entry.contentRect.width / WIDTH).toFixed(4)})`;
  }
});
const waiting = new WeakMap();
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      waiting.get(entry.target)?.();
      waiting.delete(entry.target);
    }
  },
  { rootMargin: "300px" },
);

export function showCell(frame, key) {
  const { scheme, images } = state;
  const address = `/mail/${key}?${new URLSearchParams({ scheme, images })}`;
  if (frame.address === address) return;
  frame.address = address;
  sizes.observe(frame.box.parentElement);
  waiting.set(frame.box, async () => {
    const html = await text(address);
    if (html && frame.address === address) frame.show(html, { dark: scheme === "dark", remote: images === "on", key });
  });
  near.unobserve(frame.box);
  near.observe(frame.box);
}
