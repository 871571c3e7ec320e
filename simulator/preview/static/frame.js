// The frame an email stands in: a sandboxed document of an origin of its own, inside an empty page of ours whose policy
// it inherits. Two documents take turns, so that nothing flickers and the last good picture stays for as long as there
// is no better one.

import { h } from "/static/dom.js";

const PATIENCE = 400; // milliseconds after which a picture is shown though something in it still loads

export class Frame {
  constructor(title) {
    this.title = title;
    this.box = h("div", { class: "frames" });
    this.viewer = null;
    this.page = null; // the viewer's document
    this.sides = []; // its two frames, made when they are first needed
    this.front = 1;
    this.remote = null;
    this.html = "";
    this.wanted = null;
  }

  get isEmpty() {
    return !this.html;
  }

  // *then* runs once the picture is on the screen: what the page has to do besides waits, as both share one thread.
  show(html, { remote = false, dark = false, key = "" } = {}, then = null) {
    if (html === this.html && remote === this.remote) {
      then?.();
      return;
    }
    this.html = html;
    this.wanted = { html, dark, key, then };
    if (remote !== this.remote) this.build(remote);
    else if (this.page) this.turn();
  }

  build(remote) {
    this.remote = remote;
    this.sides = [];
    this.page = null;
    this.front = 1;
    const old = this.viewer;
    const viewer = h("iframe", { class: "viewer", src: remote ? "/viewer?images=on" : "/viewer", title: this.title, referrerpolicy: "no-referrer" });
    this.viewer = viewer;
    viewer.addEventListener("load", () => {
      if (this.viewer !== viewer) return;
      const page = viewer.contentDocument;
      page.documentElement.style.height = "100%";
      page.body.style.cssText = "margin:0;height:100%;overflow:hidden;position:relative";
      this.page = page;
      this.turn(old);
    });
    this.box.append(viewer);
  }

  side() {
    const frame = this.page.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.title = this.title;
    frame.style.cssText = "position:absolute;inset:0;width:100%;height:100%;border:0;visibility:hidden";
    this.page.body.append(frame);
    return frame;
  }

  // The new picture loads on the side that is not seen, which then comes to the front.
  turn(old = null) {
    const next = 1 - this.front;
    const frame = (this.sides[next] ??= this.side());
    const behind = this.sides[1 - next];
    const { html, dark, key, then } = this.wanted;
    let isDone = false;
    const swap = () => {
      if (isDone || this.html !== html) return;
      isDone = true;
      frame.style.visibility = "visible";
      if (behind) behind.style.visibility = "hidden";
      this.front = next;
      this.box.dataset.shown = key;
      this.box.dispatchEvent(new CustomEvent("shown", { detail: key }));
      old?.remove();
      if (then) setTimeout(then);
    };
    frame.onload = swap;
    setTimeout(swap, PATIENCE);
    frame.style.colorScheme = dark ? "dark" : "light";
    frame.srcdoc = html;
  }

  clear() {
    this.viewer?.remove();
    this.viewer = null;
    this.page = null;
    this.sides = [];
    this.remote = null;
    this.html = "";
    delete this.box.dataset.shown;
  }
}
