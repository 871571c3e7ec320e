// What `check` finds in what is shown, and in all the rest.

import { h } from "/static/dom.js";
import { place } from "/static/editor.js";
import { filesShown, project } from "/static/project.js";
import { state } from "/static/state.js";

const MOST = 200;

function row(one) {
  return h(
    "li",
    { class: `problem ${one.severity}` },
    h("p", {}, one.message),
    one.source.trim() && h("pre", { tabindex: "0" }, `${one.source.trimEnd()}\n${one.source.slice(0, Math.max(0, one.column - 1)).replace(/[^\t]/g, " ")}${"^".repeat(Math.max(1, Math.min(one.length, 80)))}`),
    one.hint && h("p", { class: "soft" }, `Try: ${one.hint}`),
    h("p", { class: "row" }, place(one.file, one.line), h("code", { class: "rule" }, one.rule)),
  );
}

export function problemList() {
  if (!project.problemsKnown) return h("p", { class: "empty" }, "Looking…");
  const files = new Set(filesShown(state));
  const here = project.problems.filter((one) => files.has(one.file));
  const others = project.problems.filter((one) => !files.has(one.file));
  return [
    project.settings && h("ul", { class: "problems" }, row(project.settings)),
    here.length ? h("ul", { class: "problems" }, here.map(row)) : h("p", { class: "empty" }, files.size ? "No problems in what is shown." : "Nothing is shown that could have problems."),
    others.length ? h("details", { class: "others" }, h("summary", {}, `${others.length} elsewhere`), h("ul", { class: "problems" }, others.slice(0, MOST).map(row))) : null,
  ];
}
