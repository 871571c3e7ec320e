// The keyboard: everything can be done with it, and `?` shows how.

import { dialog, h } from "/static/dom.js";
import { open } from "/static/editor.js";
import { paste, showProblems, isProblems, step } from "/static/panel.js";
import { emails, filesShown } from "/static/project.js";
import { askToSend } from "/static/send.js";
import { addressOf, change, go, state } from "/static/state.js";

const toggle = (key, value) => change({ [key]: state[key] === value ? "" : value });
const isEmail = () => state.view === "email";

const KEYS = [
  ["/", "Search", () => document.getElementById("search").focus()],
  ["j", "Next email", () => neighbour(1)],
  ["k", "Email before", () => neighbour(-1)],
  ["]", "Next sample", () => step(1)],
  ["[", "Sample before", () => step(-1)],
  ["1", "Picture", () => tab("")],
  ["2", "Inbox", () => tab("inbox")],
  ["3", "Plain text", () => tab("text")],
  ["4", "Source", () => tab("source")],
  ["5", "Blocks and where they come from", () => tab("blocks")],
  ["6", "Compare with an earlier edition", () => tab("compare")],
  ["c", "All that changed", () => go(addressOf("changes", [], { against: state.against, as: state.as }))],
  ["p", "Phone or desktop width", () => toggle("width", "phone")],
  ["d", "Dark or light", () => toggle("scheme", "dark")],
  ["i", "Images on or off", () => toggle("images", "on")],
  ["m", "All people, or one", () => isEmail() && toggle("over", "samples")],
  ["w", "The campaign’s workflow, and back", () => workflow()],
  ["f", "What fires?", () => go(addressOf("fires", [], { sample: state.sample, edits: state.edits }))],
  ["v", "Paste a payload", () => paste()],
  ["x", "Problems, or what it is shown with", () => showProblems(!isProblems)],
  ["o", "Open the file in the editor", () => { const [file] = filesShown(state).slice(-1); if (file) open(file); }],
  ["s", "Send to a local inbox", () => askToSend()],
  ["?", "These keys", () => help()],
];

function tab(name) {
  if (isEmail()) change({ tab: name, over: "" });
}

function neighbour(by) {
  const all = emails();
  if (!all.length) return;
  const [slug, name] = state.names;
  const index = all.findIndex(([one, other]) => one === slug && (state.view === "campaign" || other === name));
  const next = all[(index + by + all.length) % all.length];
  go(addressOf("email", next, { as: state.as, tab: state.tab }));
}

function workflow() {
  if (isEmail()) go(addressOf("campaign", [state.names[0]], { sample: state.sample, edits: state.edits, as: state.as, at: state.at }));
  else if (state.view === "campaign") history.back();
}

export function help() {
  if (document.querySelector("dialog[open]")) return;
  dialog("Keyboard", h("dl", { class: "keys" }, KEYS.map(([key, says]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, says)])));
}

export function listen() {
  document.getElementById("help").addEventListener("click", help);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target;
    const isTyping = at.matches?.("input:not([type=range]), textarea, select, [contenteditable]");
    if (isTyping || document.querySelector("dialog[open]")) return;
    const found = KEYS.find(([key]) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
}
