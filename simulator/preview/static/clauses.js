// Conditions with the values that were seen, as a journey asked them.

import { h } from "/static/dom.js";
import { place } from "/static/editor.js";

export function clauseLine(clause) {
  return h(
    "li",
    { class: `clause ${clause.held ? "held" : "not-held"}`, "data-depth": Math.min(clause.depth, 5) },
    h("span", { class: "answer" }, clause.held ? "yes" : "no"),
    h("span", { class: "asked" }, clause.text, clause.group ? ":" : [" ", h("span", { class: "seen" }, "saw ", h("code", {}, clause.seen)), " ", place(clause.file, clause.line, `line ${clause.line}`)]),
  );
}

export function clauses(title, lines) {
  if (!lines.length) return null;
  return h("section", { class: "clauses" }, h("h2", {}, title), h("ul", {}, lines.map(clauseLine)));
}

export function deciding(attempt) {
  if (attempt.change) {
    const turn = attempt.change.held ? "would have to not hold" : "would have to hold";
    return h("p", { class: "deciding" }, h("b", {}, attempt.change.text), ` ${turn}; it saw `, h("code", {}, attempt.change.seen), " ", place(attempt.change.file, attempt.change.line));
  }
  if (attempt.to_change) return h("p", { class: "deciding" }, `To change: ${attempt.to_change}`);
  return null;
}
