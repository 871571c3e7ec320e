// The subject, the sender and the preview text as inboxes show them before the email is opened.
// The widths are those of each client's list at its usual size; the reader's own settings change them.

import { h } from "/static/dom.js";

const CLIENTS = [
  { name: "Gmail, web", form: "row" },
  { name: "Gmail, phone", form: "card gmail" },
  { name: "Apple Mail, iPhone", form: "card apple phone" },
  { name: "Apple Mail, Mac", form: "card apple mac" },
  { name: "Outlook, Windows", form: "card outlook" },
];

function sender(text) {
  const found = /^\s*"?([^"<]*?)"?\s*<[^>]*>\s*$/.exec(text || "");
  return (found && found[1]) || text || "(no sender)";
}

// What a client shows behind the subject: the preheader, then the words of the email.
export function previewText(picture) {
  const words = (picture.text || "").replace(/\[\d+\]|https?:\/\/\S+/g, "").replace(/\s+/g, " ").trim();
  return [picture.preheader, words].filter(Boolean).join(" ").slice(0, 260);
}

export function inboxLines(picture) {
  const from = sender(picture.from);
  const preview = previewText(picture);
  const time = new Date(picture.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return h(
    "div",
    { class: "inboxes" },
    CLIENTS.map((client) =>
      h(
        "figure",
        {},
        h("figcaption", {}, client.name),
        client.form === "row"
          ? h("div", { class: "inbox row" }, h("b", { class: "from" }, from), h("span", { class: "line" }, h("b", {}, picture.subject), h("span", { class: "soft" }, ` - ${preview}`)), h("span", { class: "time" }, time))
          : h("div", { class: `inbox ${client.form}` }, h("div", { class: "top" }, h("b", { class: "from" }, from), h("span", { class: "time" }, time)), h("div", { class: "subject" }, picture.subject), h("div", { class: "preview" }, preview)),
      ),
    ),
    h("p", { class: "note" }, `Subject: ${[...picture.subject].length} characters. `, picture.preheader ? `Preheader: ${[...picture.preheader].length} characters; the words of the email follow it where there is room.` : "No preheader: inboxes show the first words of the email."),
  );
}
