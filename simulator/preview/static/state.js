// What is shown stands in the address, so that it can be shared, reloaded and gone back to.

const KEYS = ["sample", "as", "at", "sent", "lang", "tab", "width", "scheme", "images", "over", "edits", "t", "try", "against"];

function parse() {
  const address = new URL(location.href);
  const [, view = "", ...rest] = address.pathname.split("/");
  const names = rest.map(decodeURIComponent);
  const found = { view: view || "home", names };
  for (const key of KEYS) found[key] = address.searchParams.get(key) || "";
  return found;
}

export let state = parse();
const listeners = [];

export function onState(listener) {
  listeners.push(listener);
}

export function address(changes) {
  const next = { ...state, ...changes };
  const path = next.view === "home" ? "/" : `/${[next.view, ...next.names].map(encodeURIComponent).join("/")}`;
  const query = new URLSearchParams();
  for (const key of KEYS) if (next[key]) query.set(key, next[key]);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

// The address of another thing: how it is looked at stays, what it is shown with stays where it can.
export function addressOf(view, names, changes = {}) {
  return address({ view, names, lang: "", t: "", try: "", edits: "", sample: "", at: "", sent: "", over: "", ...changes });
}

export function go(where, { replace = false } = {}) {
  const before = state;
  const same = where === location.pathname + location.search;
  if (!same) history[replace ? "replaceState" : "pushState"](null, "", where);
  state = parse();
  for (const listener of listeners) listener(state, before);
}

export function change(changes, options) {
  go(address(changes), options);
}

export function edits() {
  if (!state.edits) return {};
  try {
    const found = JSON.parse(state.edits);
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

// What the server is asked for; the same for a picture, a journey and a matrix.
export function ask(extra = {}) {
  const [campaign = "", message = ""] = state.names;
  const named = state.view === "email" || state.view === "campaign" ? { campaign, message } : {};
  return {
    ...named,
    sample: state.sample || null,
    workspace: state.as || null,
    language: state.lang ? (state.lang === "default" ? "" : state.lang) : null,
    at: state.at || null,
    sent: state.sent && named.message ? Number(state.sent) : null,
    edits: edits(),
    ...extra,
  };
}

addEventListener("popstate", () => go(location.pathname + location.search));

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[data-go]");
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
