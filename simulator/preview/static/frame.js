// The frame an email stands in: a sandboxed document of an origin of its own, inside an empty page of ours whose policy
// it inherits. Two documents take turns, so that nothing flickers and the last good picture stays for as long as there
// is no better one. A document costs a navigation; so in a quiet moment the side that is not seen gets one that the
// server keeps open and writes the next pictures into. It has no scripts either: what it shows, it says by the address
// of a picture it asks the server for.

import { h } from "/static/dom.js";
import { seenBy, TAB } from "/static/live.js";

const PATIENCE = 400; // milliseconds after which a picture is shown though something in it still loads
const QUIET = 250; // milliseconds after a picture in which nothing else is done

export class Frame {
  constructor(title) {
    this.title = title;
    this.box = h("div", { class: "frames" });
    this.viewer = null;
    this.page = null; // the viewer's document
    this.sides = []; // its two documents, made when they are first needed
    this.front = 1;
    this.remote = null;
    this.html = "";
    this.wanted = null;
  }

  get isEmpty() {
    return !this.html;
  }

  // *then* runs once the picture is on the screen: what the page has to do besides waits, as both share one thread.
  show(html, { remote = false, dark = false, key = "", shell = "", stream = null, number = 0, target = "", worn = false } = {}, then = null) {
    if (html === this.html && remote === this.remote) {
      then?.();
      return;
    }
    clearTimeout(this.quiet);
    this.html = html;
    this.wanted = { html, dark, key, shell, stream, number, target, worn, then };
    // The server sent it by itself and has no open document here: whatever ended it, a new one is needed.
    if (stream === "") for (const side of this.sides) if (side) side.isOver = true;
    if (remote !== this.remote) this.build(remote);
    else if (this.page && !this.awaitStream()) this.turn();
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
    return { frame, stream: "", shell: "", isOver: false };
  }

  // A document that was open has no way back to one that is handed over: its frame is replaced.
  anew(index) {
    seenBy.delete(this.sides[index]?.stream);
    this.sides[index]?.frame.remove();
    this.sides[index] = this.side();
    return this.sides[index];
  }

  // The new picture loads on the side that is not seen, which then comes to the front.
  turn(old = null) {
    const next = 1 - this.front;
    const known = this.sides[next];
    const { frame } = known && !known.stream ? known : this.anew(next);
    const { html, dark } = this.wanted;
    let isDone = false;
    const swap = () => {
      if (isDone || this.html !== html) return;
      isDone = true;
      this.turned(next);
      old?.remove();
    };
    frame.onload = swap;
    setTimeout(swap, PATIENCE);
    frame.style.colorScheme = dark ? "dark" : "light";
    frame.srcdoc = html;
  }

  // One side holds the picture that is wanted: it is the front now.
  turned(index) {
    const { key, then } = this.wanted;
    const behind = this.sides[1 - index];
    const { frame } = this.sides[index];
    frame.inert = false;
    frame.style.zIndex = "1";
    frame.style.visibility = "visible";
    if (behind) this.putBehind(behind);
    this.front = index;
    this.box.dataset.shown = key;
    this.box.dispatchEvent(new CustomEvent("shown", { detail: key }));
    if (then) setTimeout(then);
    this.settle();
  }

  // An open document is drawn below the front: hidden it would not be, and would know nothing of what it shows.
  putBehind({ frame, stream, isOver }) {
    frame.inert = true;
    frame.style.zIndex = "0";
    frame.style.visibility = stream && !isOver ? "inherit" : "hidden";
  }

  // Whether the server has written the picture into an open document; where that does not say so soon, it is handed over.
  awaitStream() {
    const { html, stream } = this.wanted;
    if (!stream || document.hidden || !this.sides.some((side) => side?.stream === stream)) return false;
    setTimeout(() => {
      if (this.html === html && this.wanted.stream === stream) this.turn();
    }, PATIENCE);
    return true;
  }

  // An open document shows a version.
  seen(side, number) {
    const { stream, target, worn } = this.wanted;
    if (side.stream !== stream || number !== this.wanted.number) return;
    this.wanted.stream = "";
    side.isOver ||= worn;
    this.turned(this.sides.indexOf(side));
    // The block that changed is in view already, unless somebody has scrolled: an address within the document.
    if (target) side.frame.contentWindow.location.replace(`${side.frame.src}#${target}`);
  }

  settle() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.open(), QUIET);
  }

  // Have a document opened on the side that is not seen. A page that is still loading would wait for it to end.
  open() {
    const { key, shell, dark } = this.wanted ?? {};
    if (!shell || !this.page || this.wanted.stream) return;
    if (document.readyState !== "complete") return this.settle();
    if (document.hidden) return document.addEventListener("visibilitychange", () => this.settle(), { once: true });
    if (this.sides.some((side) => side?.shell === shell && !side.isOver)) return;
    const side = this.anew(1 - this.front);
    side.stream = crypto.randomUUID();
    side.shell = shell;
    side.frame.style.colorScheme = dark ? "dark" : "light";
    this.putBehind(side);
    side.frame.onload = () => (side.isOver = true);
    seenBy.set(side.stream, (number) => this.seen(side, number));
    const looks = { tab: TAB, name: side.stream, scheme: dark ? "dark" : "", images: this.remote ? "on" : "" };
    side.frame.src = `/stream/${key}?${new URLSearchParams(looks)}`;
  }

  clear() {
    clearTimeout(this.quiet);
    for (const side of this.sides) seenBy.delete(side?.stream);
    this.viewer?.remove();
    this.viewer = null;
    this.page = null;
    this.sides = [];
    this.remote = null;
    this.html = "";
    delete this.box.dataset.shown;
  }
}
