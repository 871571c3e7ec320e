// A layout, a snippet or a segment: what it is, and the emails that use it.

import { h, show } from "/static/dom.js";
import { place } from "/static/editor.js";
import { showCell } from "/static/cells.js";
import { Frame } from "/static/frame.js";
import { project } from "/static/project.js";
import { fetched, newest, question } from "/static/server.js";
import { addressOf, ask, state } from "/static/state.js";

const SHOWN = 12;

export class PartView {
  constructor(stage, onPicture) {
    this.head = h("div", { class: "view-head" });
    this.grid = h("ul", { class: "matrix" });
    this.note = h("p", { class: "note" });
    this.onPicture = onPicture;
    this.frames = new Map();
    this.last = newest();
    show(stage, h("div", { class: "view part-view" }, this.head, this.note, this.grid));
  }

  hangsOn() {
    return true;
  }

  look() {
    this.load();
  }

  async load() {
    const [name = ""] = state.names;
    const part = project[`${state.view}s`]?.find((one) => one.name === name);
    show(this.head, h("div", { class: "title" }, h("h1", {}, name), part?.title && part.title !== name && h("span", { class: "soft" }, part.title), h("span", { class: "grow" }), part && place(part.file, 1)), part?.says && h("p", { class: "lead" }, part.says));
    if (!part) {
      show(this.note, `There is no ${state.view} of this name any more.`);
      return;
    }
    if (state.view === "segment") {
      show(this.note, "What the shown person is in is asked in each campaign: open one to see.");
      return;
    }
    const found = await this.last(() => fetched(`/api/uses/${state.view}/${encodeURIComponent(name)}`));
    if (!found) return;
    const uses = found.messages;
    show(this.note, uses.length ? `${uses.length} message${uses.length === 1 ? "" : "s"} use it${uses.length > SHOWN ? `; the first ${SHOWN} are shown` : ""}.` : "No message uses it.");
    await this.draw(uses.slice(0, SHOWN));
    this.onPicture({ files: [part.file], fitting: [] });
  }

  async draw(uses) {
    const pictures = await Promise.all(uses.map((use) => question("email", { ...ask(), edits: {}, sample: null, campaign: use.campaign, message: use.message }).catch((error) => ({ fault: { says: error.message } }))));
    const items = uses.map((use, index) => this.item(use, pictures[index]));
    if (items.length !== this.grid.children.length || items.some((item, index) => item !== this.grid.children[index])) show(this.grid, items);
  }

  item(use, picture) {
    const id = `${use.campaign}/${use.message}`;
    let known = this.frames.get(id);
    if (!known) {
      const frame = new Frame(`Picture of ${id}`);
      const note = h("p", { class: "cell-note" });
      const scaled = h("div", { class: "scaled" }, frame.box);
      const link = h("a", { "data-go": true, href: addressOf("email", [use.campaign, use.message]) }, h("span", { class: "soft" }, `${use.campaign} › `), use.message);
      known = { frame, note, scaled, item: h("li", {}, link, note, scaled) };
      this.frames.set(id, known);
    }
    known.item.className = picture.fault ? "failed" : "";
    known.note.textContent = picture.fault ? picture.fault.says : picture.subject || "";
    known.scaled.hidden = !picture.key;
    if (picture.key) showCell(known.frame, picture.key);
    return known.item;
  }
}
