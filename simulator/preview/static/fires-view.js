// What fires? An event, and every campaign on it with the clause that decided.

import { clauses, deciding } from "/static/clauses.js";
import { h, show } from "/static/dom.js";
import { place } from "/static/editor.js";
import { project } from "/static/project.js";
import { newest, question } from "/static/server.js";
import { addressOf, ask, state } from "/static/state.js";

const CHIPS = { entered: ["fires", "good"], waiting: ["waits for the filter", "wait"], lapsed: ["filter", "bad"], refused: ["refused", "bad"], not_matched: ["no", ""], not_asked: ["not asked", ""] };

export class FiresView {
  constructor(stage, onPicture) {
    this.head = h("div", { class: "view-head" });
    this.list = h("div", { class: "fires" });
    this.onPicture = onPicture;
    this.last = newest();
    show(stage, h("div", { class: "view fires-view" }, this.head, this.list));
  }

  hangsOn(files) {
    return files.some((file) => !file.endsWith(".liquid"));
  }

  async load() {
    if (!project.ready) return;
    const first = project.samples.find((sample) => sample.event)?.slug;
    const asked = state.sample || (state.edits ? "" : first) || first;
    try {
      const found = await this.last(() => question("fires", { ...ask(), sample: asked || null }));
      if (found) this.draw(found);
    } catch (error) {
      show(this.list, h("p", { class: "caution" }, error.message));
    }
  }

  look() {
    if (!this.isDrawn) this.load();
  }

  draw(found) {
    this.isDrawn = true;
    const fired = found.campaigns.filter((one) => one.verdict === "entered").length;
    show(
      this.head,
      h("div", { class: "title" }, h("h1", {}, "What fires?"), found.event && h("span", { class: "tag" }, found.event)),
      h("p", { class: "lead" }, found.event ? `${fired} of ${found.campaigns.length} campaign${found.campaigns.length === 1 ? "" : "s"} on this event start${fired === 1 ? "s" : ""} for this person. Choose another event on the right, or paste one.` : "Choose an event on the right, or paste a payload there: every campaign on it is listed with the clause that decided."),
    );
    if (found.event && !found.campaigns.length) show(this.list, h("p", { class: "empty" }, `No campaign starts on “${found.event}”.`));
    else show(this.list, found.campaigns.map((one) => this.row(one)));
    this.onPicture(found);
  }

  row(one) {
    const [chip, tone] = CHIPS[one.verdict] || [one.verdict, ""];
    const attempt = one.attempts.at(-1);
    const details = h(
      "details",
      { open: one.verdict !== "not_matched" || false },
      h("summary", {}, h("span", { class: `chip ${tone}` }, chip), h("span", { class: "name" }, one.name), one.state !== "running" && h("span", { class: "tag" }, one.state), h("span", { class: "soft" }, one.verdict === "not_matched" && attempt?.change ? `${attempt.change.text}; saw ${attempt.change.seen}` : one.says)),
      h("div", { class: "inside" }, attempt && [deciding(attempt), clauses("Trigger", attempt.trigger), clauses("Filter", attempt.filter)], h("p", { class: "row" }, h("a", { class: "link", "data-go": true, href: addressOf("campaign", [one.campaign], { sample: state.sample, edits: state.edits, as: state.as }) }, "The workflow"), place(one.file, 1))),
    );
    return details;
  }
}
