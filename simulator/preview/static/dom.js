// Elements from plain values: text is always text, so nothing that comes from an email or an event can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name === "value") element.value = value;
    else if (name === "checked" || name === "selected" || name === "indeterminate") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

export function h(name, properties, ...children) {
  return fill(document.createElement(name), properties, children);
}

export function s(name, properties, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

export function show(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Draws again without losing where the reader is: focus and caret return to the element with the same id.
export function redraw(element, ...children) {
  const active = document.activeElement;
  const id = element.contains(active) ? active.id : "";
  const caret = id && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  const scrolled = element.scrollTop;
  show(element, ...children);
  element.scrollTop = scrolled;
  const again = id ? document.getElementById(id) : null;
  if (again) {
    again.focus({ preventScroll: true });
    if (caret && caret[0] !== null) {
      try {
        again.setSelectionRange(caret[0], caret[1]);
      } catch {
        // a kind of input without a caret
      }
    }
  }
}

export function segmented(label, options, chosen, choose) {
  return h(
    "div",
    { class: "segmented", role: "group", "aria-label": label },
    options.map(([value, text, title]) =>
      h("button", { type: "button", "aria-pressed": String(value === chosen), title: title || false, onclick: () => choose(value) }, text),
    ),
  );
}

export function dialog(title, ...children) {
  const box = h(
    "dialog",
    { class: "dialog", "aria-label": title },
    h("div", { class: "dialog-head" }, h("h2", {}, title), h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => box.close() }, "×")),
    children,
  );
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  document.body.append(box);
  box.showModal();
  return box;
}

export function toast(text, isBad = false) {
  const note = h("p", { class: isBad ? "toast bad" : "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), isBad ? 8000 : 4000);
}
