// Why there is no new picture: said over the last good one.

import { h } from "/static/dom.js";
import { place } from "/static/editor.js";

function notice(title, says, more) {
  return h("div", { class: "fault", role: "alert" }, h("strong", {}, title), h("p", {}, says), more);
}

export function faultNotice(fault, hasPicture, sample) {
  return notice(
    hasPicture ? "This would fail now. Below is the last good picture." : "This email would fail for this person.",
    sample ? fault.says : `${fault.says}. No sample fits this campaign: choose one on the right.`,
    [fault.picture && h("pre", { tabindex: "0" }, fault.picture.split("\n").slice(1).join("\n")), fault.file && h("p", {}, place(fault.file, fault.line))],
  );
}

export function unreadNotice(problems) {
  return problems.slice(0, 3).map((one) =>
    notice("This file cannot be read as it is. Below is its last good state.", one.message, [
      one.source && h("pre", { tabindex: "0" }, `${String(one.line).padStart(4)} | ${one.source}\n     | ${" ".repeat(Math.max(0, one.column - 1))}${"^".repeat(Math.max(1, Math.min(one.length, 60)))}`),
      one.hint && h("p", { class: "soft" }, `Try: ${one.hint}`),
      h("p", {}, place(one.file, one.line)),
    ]),
  );
}

export function goneNotice(error, hasPicture) {
  const told = error.told || { says: error.message, hint: "" };
  return notice(hasPicture ? "This is gone. Below is the last picture of it." : "There is nothing to show.", told.says, [told.hint && h("p", { class: "soft" }, `Try: ${told.hint}`), told.file && h("p", {}, place(told.file, told.line))]);
}
