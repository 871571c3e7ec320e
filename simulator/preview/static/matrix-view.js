// Many pictures at once: one email for all people, or all emails for one person.

import { h, show } from "/static/dom.js";
import { showCell } from "/static/cells.js";
import { Frame } from "/static/frame.js";
import { sampleOf } from "/static/project.js";
import { newest, question } from "/static/server.js";
import { address, addressOf, ask, change, state } from "/static/state.js";

export class MatrixView {
  constructor(stage, onPicture) {
    this.head = h("div", { class: "view-head" });
    this.grid = h("ul", { class: "matrix" });
    this.notes = h("div", { class: "notes" });
    this.onPicture = onPicture;
    this.cells = new Map();
    this.last = newest();
    show(stage, h("div", { class: "view matrix-view" }, this.head, this.notes, this.grid));
  }

  hangsOn() {
    return true;
  }

  async load() {
    try {
      const found = await this.last(() => question("matrix", { ...ask(), edits: state.over === "emails" ? ask().edits : {}, over: state.over }));
      if (!found) return;
      this.draw(found.cells);
      this.onPicture(found);
    } catch (error) {
      show(this.notes, h("p", { class: "caution" }, error.message));
    }
  }

  look() {
    this.load();
  }

  draw(cells) {
    const isEmails = state.over === "emails";
    const failed = cells.filter((cell) => cell.fault).length;
    show(
      this.head,
      h(
        "div",
        { class: "title" },
        h("h1", {}, isEmails ? (state.sample ? `Every email for ${sampleOf(state.sample)?.name || state.sample}` : "Every email, each for its own sample") : `${state.names[1]} for every sample`),
        h("span", { class: "tag" }, `${cells.length}`),
        failed ? h("span", { class: "tag bad" }, `${failed} would fail`) : null,
        h("span", { class: "grow" }),
        h("button", { type: "button", onclick: () => change({ over: "" }), title: "Back to one picture (m)" }, "Back to one"),
      ),
    );
    const before = this.cells;
    this.cells = new Map();
    const items = cells.map((cell) => {
      const id = `${cell.campaign}/${cell.message}/${cell.sample}`;
      const known = before.get(id) || this.cell(id);
      this.cells.set(id, known);
      this.fill(known, cell, isEmails);
      return known.item;
    });
    // Cells that stay are not moved: a frame that is moved loads again.
    if (items.length !== this.grid.children.length || items.some((item, index) => item !== this.grid.children[index])) show(this.grid, items);
  }

  cell(id) {
    const frame = new Frame(`Picture of ${id}`);
    const link = h("a", { "data-go": true });
    const note = h("p", { class: "cell-note" });
    const scaled = h("div", { class: "scaled" }, frame.box);
    return { item: h("li", {}, link, note, scaled), frame, link, note, scaled };
  }

  fill(known, cell, isEmails) {
    const sample = sampleOf(cell.sample);
    const title = isEmails ? [h("span", { class: "soft" }, `${cell.campaign} › `), cell.message] : [sample?.name || cell.sample || "nobody"];
    show(known.link, title, cell.language ? [" ", h("span", { class: "tag" }, cell.language)] : []);
    known.link.setAttribute("href", isEmails ? addressOf("email", [cell.campaign, cell.message], { sample: state.sample, edits: state.edits }) : address({ over: "", sample: cell.sample, edits: "" }));
    known.item.className = cell.fault ? "failed" : "";
    known.note.textContent = cell.fault ? cell.fault.says : cell.subject || cell.text || "";
    known.scaled.hidden = !cell.key;
    known.scaled.classList.toggle("dark", state.scheme === "dark");
    if (cell.key) showCell(known.frame, cell.key);
    else known.frame.clear();
  }
}
