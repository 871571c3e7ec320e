// A person or an event as a form: the schema says which fields there are, what each is for and what does not fit.

import { h } from "/static/dom.js";

const NEVER = Symbol("missing");

function read(types, text) {
  if (types.includes("text") && types.length === 1) return text;
  const trimmed = text.trim();
  if (types.some((type) => ["number", "integer", "timestamp", "any", "list", "object", "boolean"].includes(type))) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return text;
    }
  }
  return text;
}

const written = (value) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));

function input(id, field, value, set) {
  const choices = field.allowed.length ? field.allowed : field.types.length === 1 && field.types[0] === "boolean" ? [true, false] : null;
  if (choices && (value === undefined || choices.some((choice) => choice === value))) {
    const box = h(
      "select",
      { id, "aria-describedby": `${id}-help`, onchange: () => set(box.value === "" ? NEVER : choices[Number(box.value)]) },
      h("option", { value: "" }, "(missing)"),
      choices.map((choice, index) => h("option", { value: String(index) }, String(choice))),
    );
    box.value = value === undefined ? "" : String(choices.indexOf(value));
    return box;
  }
  return h("input", { id, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": `${id}-help`, value: written(value), placeholder: value === undefined ? (field.example === null ? "(missing)" : `such as ${written(field.example)}`) : "", oninput: (event) => set(read(field.types, event.target.value)) });
}

function row(prefix, field, data, misfit, change) {
  const id = `${prefix}-${field.name.replace(/[^\w-]/g, "_")}`;
  const value = data[field.name];
  const set = (next) => {
    const changed = { ...data };
    if (next === NEVER) delete changed[field.name];
    else changed[field.name] = next;
    change(changed);
  };
  const help = [field.description, field.unit, field.types.includes("timestamp") && typeof value === "number" ? new Date(value * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC" : ""].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: `field ${misfit ? (misfit.is_error ? "bad" : "odd") : ""}` },
    h("label", { for: id }, field.name, field.required && h("span", { class: "required", title: "required" }, "*")),
    h("div", { class: "control" }, input(id, field, value, set), value !== undefined && h("button", { type: "button", class: "quiet", "aria-label": `Leave ${field.name} out`, title: "Leave it out", onclick: () => set(NEVER) }, "×")),
    h("p", { id: `${id}-help`, class: "help" }, misfit ? `${misfit.message}${misfit.hint ? `: ${misfit.hint}` : ""}` : help),
  );
}

const BARE = { types: ["any"], required: false, allowed: [], unit: "", description: "", example: null };

// Fields of the schema first, then what the data holds beside it. Attributes nobody gave are offered in a list.
export function form(prefix, fields, data, misfits, change, { few = false } = {}) {
  const known = new Set(fields.map((field) => field.name));
  const of = new Map(misfits.map((one) => [one.path.split(/[.[]/)[0], one]));
  const shown = few ? fields.filter((field) => field.name in data) : fields;
  const more = Object.keys(data).filter((name) => !known.has(name)).map((name) => ({ ...BARE, name }));
  const others = few ? fields.filter((field) => !(field.name in data)) : [];
  const add = others.length
    ? h(
        "div",
        { class: "field" },
        h("label", { for: `${prefix}-add` }, "Add"),
        h(
          "select",
          { id: `${prefix}-add`, onchange: (event) => { const field = others[Number(event.target.value)]; if (field) change({ ...data, [field.name]: field.example ?? "" }); } },
          h("option", { value: "" }, "an attribute…"),
          others.map((field, index) => h("option", { value: String(index) }, field.name)),
        ),
      )
    : null;
  return h("div", { class: "form" }, [...shown, ...more].map((field) => row(prefix, field, data, of.get(field.name), change)), add, !shown.length && !more.length && h("p", { class: "empty" }, "No data."));
}
