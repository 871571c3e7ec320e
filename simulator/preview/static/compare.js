// An email beside an earlier edition of itself, and the list of all that changed.

import { h, show } from "/static/dom.js";
import { newest, question } from "/static/server.js";
import { addressOf, ask, change, state } from "/static/state.js";

const WORDS = { same: "nothing changed", changed: "changed", added: "new", removed: "gone", broken: "fails now", mended: "no longer fails", failing: "fails otherwise", missing: "in neither edition" };
const LABELS = { before: "Before", after: "Now", changed: "Changed pixels" };

export const against = () => state.against || "HEAD";

// Draws into a sheet of the email's view; the words come first, as pictures take a browser a moment.
export class Comparison {
  constructor(sheet) {
    this.sheet = sheet;
    this.last = newest();
  }

  async load(looks) {
    const asked = { ask: { ...ask(), dark: looks.dark }, against: against(), width: state.width };
    try {
      const words = await this.last(() => question("compare", { ...asked, pictures: false }));
      if (!words || state.tab !== "compare") return;
      this.draw(words, words.status === "same" ? null : "taking pictures …");
      if (words.status === "same") return;
      const whole = await this.last(() => question("compare", asked));
      if (whole && state.tab === "compare") this.draw(whole, whole.no_pictures);
    } catch (error) {
      if (state.tab === "compare") show(this.sheet, chooser(), h("p", { class: "caution" }, error.message, error.told?.hint ? ` — ${error.told.hint}` : ""));
    }
  }

  draw(found, note) {
    show(
      this.sheet,
      chooser(h("span", { class: `tag ${["broken", "removed", "failing"].includes(found.status) ? "bad" : ""}` }, WORDS[found.status] || found.status)),
      found.faults.map((fault) => h("p", { class: "caution" }, `It fails ${fault.when}: ${fault.says} (${fault.reason})`)),
      envelope(found.envelope),
      pictures(found),
      note && h("p", { class: "soft compare-note", role: "status" }, note),
      difference("Words", found.words),
      difference("HTML as sent", found.html),
    );
  }
}

function chooser(...more) {
  const input = h("input", { type: "text", value: against(), "aria-label": "Compare with", spellcheck: "false", autocomplete: "off" });
  return h(
    "form",
    { class: "compare-with", onsubmit: (event) => { event.preventDefault(); change({ against: input.value === "HEAD" ? "" : input.value.trim() }); } },
    h("label", {}, "Compared with ", input),
    h("button", { type: "submit" }, "Compare"),
    h("a", { class: "link", href: addressOf("changes", [], { against: state.against, as: state.as }), "data-go": true }, "All that changed"),
    h("span", { class: "grow" }),
    more,
  );
}

function envelope(changes) {
  if (!changes.length) return null;
  return h("table", { class: "compare-lines" }, h("thead", {}, h("tr", {}, h("th", {}, ""), h("th", {}, "Before"), h("th", {}, "Now"))), h("tbody", {}, changes.map(([label, before, after]) => h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, h("del", {}, before)), h("td", {}, h("ins", {}, after))))));
}

function pictures(found) {
  const names = Object.keys(LABELS).filter((name) => found.pictures[name]);
  if (!names.length) return null;
  const share = found.share === undefined ? "" : `: ${found.pixels.toLocaleString("en")} (${(found.share * 100).toFixed(found.share < 0.01 ? 2 : 1)} %)`;
  return h("div", { class: "compare-pictures" }, names.map((name) => h("figure", {}, h("figcaption", {}, LABELS[name], name === "changed" && share), h("img", { src: `/shot/${found.pictures[name]}`, alt: `${LABELS[name]}: the email as a picture` }))));
}

export function difference(title, lines) {
  if (!lines.length) return null;
  const kinds = { "+": "plus", "-": "minus", "@": "at" };
  return h("section", { class: "compare-text" }, h("h2", {}, title), h("pre", { class: "difference", tabindex: "0", role: "region", "aria-label": title }, lines.map((line) => h("span", { class: kinds[line[0]] || "" }, line || " ", "\n"))));
}

// Everything that changed, as a view of its own.
export class ChangesView {
  constructor(stage, onShown) {
    this.onShown = onShown;
    this.last = newest();
    this.body = h("div", { class: "view-body" });
    show(stage, h("div", { class: "view" }, h("div", { class: "view-head" }, h("div", { class: "title" }, h("h1", {}, "All that changed"))), this.body));
  }

  hangsOn() {
    return true;
  }

  async load() {
    try {
      const found = await this.last(() => question("changes", { ask: { workspace: state.as || null }, against: against() }));
      if (found) this.draw(found);
    } catch (error) {
      show(this.body, this.form(), h("p", { class: "caution" }, error.message, error.told?.hint ? ` — ${error.told.hint}` : ""));
    }
  }

  look() {}

  push() {}

  form(...more) {
    const input = h("input", { type: "text", value: against(), "aria-label": "Compare with", spellcheck: "false", autocomplete: "off" });
    return h("form", { class: "compare-with", onsubmit: (event) => { event.preventDefault(); change({ against: input.value === "HEAD" ? "" : input.value.trim() }); } }, h("label", {}, "Compared with ", input), h("button", { type: "submit" }, "Compare"), h("span", { class: "grow" }), more);
  }

  draw(found) {
    const many = found.changes.length;
    show(
      this.body,
      this.form(h("span", { class: "soft" }, `${many} changed, ${found.same} the same`)),
      many
        ? h("table", { class: "compare-list" }, h("thead", {}, h("tr", {}, h("th", {}, "Email"), h("th", {}, "Sample"), h("th", {}, ""), h("th", {}, "Subject"))), h("tbody", {}, found.changes.map((one) => this.row(one))))
        : h("p", { class: "empty" }, `No email differs from ${found.against}.`),
    );
  }

  row(one) {
    const where = addressOf("email", [one.campaign, one.message], { sample: one.sample, lang: one.language, tab: "compare", against: state.against, as: state.as });
    const name = `${one.campaign} › ${one.message}${one.language ? ` (${one.language})` : ""}`;
    return h("tr", {}, h("td", {}, h("a", { href: where, "data-go": true }, name)), h("td", { class: "soft" }, one.sample), h("td", {}, h("span", { class: `tag ${["broken", "removed", "failing"].includes(one.status) ? "bad" : ""}` }, WORDS[one.status] || one.status)), h("td", {}, one.subject));
  }
}
