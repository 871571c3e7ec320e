// The right side: who the email is for, what happened, in which workspace and when; and the problems of what is shown.

import { dialog, h, redraw, segmented, toast } from "/static/dom.js";
import { form } from "/static/form.js";
import { problemList } from "/static/problems.js";
import { filesShown, problemsIn, project, sampleOf } from "/static/project.js";
import { question } from "/static/server.js";
import { change, edits, state } from "/static/state.js";
import { moment } from "/static/time.js";

const panel = document.getElementById("panel");
let shown = { person: null, event: null, trigger: null };
let fitting = [];
let misfits = [];
let used = "";
let at = "";
let languages = [];
let part = "event";
let asJson = false;
let broken = "";
export let isProblems = false;

export function takeShown(data) {
  if (data.shown) shown = data.shown;
  fitting = data.fitting || fitting;
  misfits = data.misfits || [];
  used = data.sample ?? used;
  at = data.at || "";
  languages = data.languages || [];
  drawPanel();
}

export function showProblems(value) {
  isProblems = value;
  drawPanel();
}

function edit(changes) {
  const next = { ...edits(), ...changes };
  for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key];
  change({ edits: Object.keys(next).length ? JSON.stringify(next) : "" }, { replace: true });
}

function editPerson(attributes) {
  shown = { ...shown, person: { ...(shown.person || { id: "sample", segments: [] }), attributes } };
  edit({ person: shown.person });
  drawPanel();
}

function editEvent(data) {
  if (hasTrigger()) {
    shown = { ...shown, trigger: data };
    edit({ trigger: data });
  } else {
    shown = { ...shown, event: { ...(shown.event || { name: "" }), data } };
    edit({ event: shown.event });
  }
  drawPanel();
}

const hasTrigger = () => !shown.event && shown.trigger !== null && shown.trigger !== undefined;

function samplePicker() {
  const option = (slug) => h("option", { value: slug }, sampleOf(slug)?.name || slug);
  const others = project.samples.map((one) => one.slug).filter((slug) => !fitting.includes(slug));
  const box = h(
    "select",
    { id: "sample", onchange: () => change({ sample: box.value, edits: "", at: "", sent: "", try: "", t: "" }) },
    !used && h("option", { value: "" }, "(nobody)"),
    fitting.length ? h("optgroup", { label: "Fit this campaign" }, fitting.map(option)) : null,
    others.length ? h("optgroup", { label: fitting.length ? "Others" : "Samples" }, others.map(option)) : null,
  );
  box.value = used;
  return h("div", { class: "field wide" }, h("label", { for: "sample" }, "Sample"), h("div", { class: "control" }, box), h("p", { class: "help" }, sampleOf(used)?.description || ""));
}

function workspacePicker() {
  const box = h("select", { id: "workspace", onchange: () => change({ as: box.value === project.workspace ? "" : box.value }) }, project.workspaces.map((name) => h("option", { value: name }, name)));
  box.value = state.as || project.workspace;
  return h("div", { class: "field" }, h("label", { for: "workspace" }, "Workspace"), h("div", { class: "control" }, box));
}

function languagePicker() {
  if (!languages.length) return null;
  const box = h("select", { id: "language", onchange: () => change({ lang: box.value }) }, h("option", { value: "" }, "the person’s"), h("option", { value: "default" }, "default"), languages.map((name) => h("option", { value: name }, name)));
  box.value = state.lang;
  return h("div", { class: "field" }, h("label", { for: "language" }, "Language"), h("div", { class: "control" }, box));
}

function timePicker() {
  const value = (state.at || at || "").slice(0, 16);
  const box = h("input", { id: "time", type: "datetime-local", value, onchange: () => change({ at: box.value ? `${box.value}:00Z` : "", t: "", try: "" }) });
  return h("div", { class: "field" }, h("label", { for: "time" }, "Time, UTC"), h("div", { class: "control" }, box, state.at && h("button", { type: "button", class: "quiet", "aria-label": "The sample’s own time", title: "The sample’s own time", onclick: () => change({ at: "" }) }, "×")));
}

function eventName() {
  if (hasTrigger()) return h("p", { class: "help" }, "What started the journey: trigger.*");
  const names = Object.keys(project.events);
  const box = h("input", { id: "event-name", list: "event-names", value: shown.event?.name || "", spellcheck: "false", autocomplete: "off", onchange: () => chooseEvent(box.value) });
  return h("div", { class: "field wide" }, h("label", { for: "event-name" }, "Event"), h("div", { class: "control" }, box), h("datalist", { id: "event-names" }, names.map((name) => h("option", { value: name }))), h("p", { class: "help" }, project.events[shown.event?.name]?.description || ""));
}

// Another event starts from its schema's examples: there is something to see at once.
function chooseEvent(name) {
  const schema = project.events[name];
  const data = {};
  for (const field of schema?.properties || []) if (field.required || field.example !== null) data[field.name] = field.example ?? (field.allowed[0] ?? "");
  shown = { ...shown, event: { name, data } };
  edit({ event: shown.event });
  drawPanel();
}

function json(values, take) {
  const area = h("textarea", { id: "json", rows: 16, spellcheck: "false", "aria-label": `The ${part} as JSON`, "aria-describedby": "json-says" });
  area.value = JSON.stringify(values, null, 2);
  area.addEventListener("input", () => {
    try {
      const found = JSON.parse(area.value);
      broken = "";
      take(found);
    } catch (error) {
      broken = error.message;
    }
    document.getElementById("json-says").textContent = broken;
  });
  return [area, h("p", { id: "json-says", class: "help bad", role: "status" }, broken)];
}

function misfitList(of) {
  const own = misfits.filter((one) => one.of === of);
  if (!own.length) return null;
  return h("ul", { class: "misfits" }, own.map((one) => h("li", { class: one.is_error ? "bad" : "" }, one.message, one.hint && h("span", { class: "soft" }, ` ${one.hint}`))));
}

function data() {
  if (part === "person") {
    const person = shown.person || { id: "", attributes: {}, segments: [] };
    if (asJson) return [misfitList("person"), json(person, (found) => { shown = { ...shown, person: found }; edit({ person: found }); })];
    return [h("p", { class: "help" }, `id ${person.id || "(none)"}${person.segments?.length ? `, in ${person.segments.join(", ")}` : ""}`), form("person", project.attributes, person.attributes || {}, misfits.filter((one) => one.of === "person"), editPerson, { few: true })];
  }
  const values = hasTrigger() ? shown.trigger : shown.event?.data || {};
  const fields = hasTrigger() ? [] : project.events[shown.event?.name]?.properties || [];
  if (asJson) {
    const whole = hasTrigger() ? shown.trigger : shown.event || { name: "", data: {} };
    return [misfitList("event"), json(whole, (found) => { if (hasTrigger()) { shown = { ...shown, trigger: found }; edit({ trigger: found }); } else { shown = { ...shown, event: found }; edit({ event: found }); } })];
  }
  const general = misfits.filter((one) => one.of === "event" && !one.path);
  return [eventName(), general.map((one) => h("p", { class: "help odd" }, one.message, one.hint && ` ${one.hint}`)), form("event", fields, values, misfits.filter((one) => one.of === "event"), editEvent)];
}

export function paste() {
  const area = h("textarea", { id: "payload", rows: 12, spellcheck: "false", placeholder: '{"name": "signed_up", "data": {"plan": "pro"}}' });
  const says = h("p", { class: "help bad", role: "status" });
  const box = dialog(
    "Paste a payload",
    h(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            const found = await question("payload", { text: area.value });
            if (found.event && !found.event.name) found.event.name = shown.event?.name || "";
            shown = { ...shown, ...found };
            edit(found);
            box.close();
            part = found.event || found.trigger ? "event" : "person";
            drawPanel();
            toast("The payload is shown.");
          } catch (error) {
            says.textContent = `${error.message}.${error.told?.hint ? ` Try: ${error.told.hint}` : ""}`;
          }
        },
      },
      h("label", { for: "payload" }, "An event in any shape: a call of the Track API, Segment’s, a line of a log, or plain data"),
      area,
      h("div", { class: "actions" }, h("button", { class: "main" }, "Show it")),
      says,
    ),
  );
  area.focus();
}

export function step(by) {
  const all = fitting.length ? fitting : project.samples.map((one) => one.slug);
  if (!all.length) return;
  const index = all.indexOf(used);
  change({ sample: all[(index + by + all.length) % all.length], edits: "", at: "", sent: "", try: "", t: "" });
}

export function drawPanel() {
  const found = problemsIn(filesShown(state));
  const errors = found.filter((one) => one.severity === "error").length;
  const count = h("span", { class: `count ${errors ? "bad" : ""}` }, found.length || "");
  const tabs = h(
    "div",
    { class: "panel-tabs", role: "tablist", "aria-label": "Right side" },
    h("button", { id: "tab-data", type: "button", role: "tab", "aria-selected": String(!isProblems), "aria-controls": "panel-body", onclick: () => showProblems(false) }, "Shown with"),
    h("button", { id: "tab-problems", type: "button", role: "tab", "aria-selected": String(isProblems), "aria-controls": "panel-body", onclick: () => showProblems(true) }, "Problems", count),
  );
  document.getElementById("place-count").textContent = found.length || "";
  const isEdited = Boolean(state.edits);
  const inside = isProblems
    ? problemList()
    : [
        samplePicker(),
        h("div", { class: "pair" }, workspacePicker(), languagePicker()),
        timePicker(),
        h(
          "div",
          { class: "data-head" },
          segmented("Which data", [["person", "Person"], ["event", hasTrigger() ? "Trigger" : "Event"]], part, (value) => { part = value; drawPanel(); }),
          h("span", { class: "grow" }),
          segmented("How to edit", [[false, "Form"], [true, "JSON"]], asJson, (value) => { asJson = value; drawPanel(); }),
        ),
        state.sent && h("p", { class: "edited" }, `As the journey sends it, ${moment(Number(state.sent))} UTC. `, h("button", { type: "button", class: "link", onclick: () => change({ sent: "" }) }, "Without a journey")),
        isEdited && h("p", { class: "edited" }, "Changed from the sample. ", h("button", { type: "button", class: "link", onclick: () => change({ edits: "" }) }, "Undo")),
        data(),
        h("div", { class: "actions" }, h("button", { type: "button", onclick: paste, title: "Paste a payload (v)" }, "Paste a payload…")),
      ];
  const isTyping = document.activeElement?.id === "json" && panel.contains(document.activeElement);
  if (isTyping) return;
  redraw(panel, h("h1", { class: "away pane-title" }, isProblems ? "Problems" : "Shown with"), tabs, h("div", { id: "panel-body", class: "panel-body", role: "tabpanel", "aria-labelledby": isProblems ? "tab-problems" : "tab-data", tabindex: "0" }, inside));
}
