// Text with numbered lines, and the list of a picture's blocks with the files they come from.

import { h } from "/static/dom.js";
import { place } from "/static/editor.js";

const MOST_LINES = 5000;

export function listing(text, label) {
  const lines = text.split("\n");
  const shown = lines.slice(0, MOST_LINES);
  return h(
    "div",
    { class: "listing", tabindex: "0", role: "region", "aria-label": label },
    h("pre", { class: "numbers", "aria-hidden": "true" }, shown.map((_, index) => `${index + 1}\n`).join("")),
    h("pre", { class: "code" }, shown.join("\n"), lines.length > MOST_LINES ? `\n… ${lines.length - MOST_LINES} more lines` : ""),
  );
}

export function blockList(blocks, point) {
  if (!blocks.length) return h("p", { class: "empty" }, "The blocks of this email cannot be told apart: a template measures or rewrites its own HTML.");
  let file = "";
  return h(
    "ol",
    { class: "blocks" },
    blocks.map((block) => {
      const isNew = block.file !== file;
      file = block.file;
      return h(
        "li",
        {},
        isNew && h("h2", {}, block.file),
        h(
          "div",
          { class: "block" },
          h("button", { type: "button", class: "point", onclick: () => point(block.id), onfocus: () => point(block.id) }, h("code", {}, block.tag), h("span", { class: "name" }, block.text)),
          place(block.file, block.line, `line ${block.line}`),
        ),
      );
    }),
  );
}
