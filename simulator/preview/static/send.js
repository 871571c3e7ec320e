// Send the shown email to an inbox on this machine.

import { dialog, h, toast } from "/static/dom.js";
import { project } from "/static/project.js";
import { question } from "/static/server.js";
import { ask, state } from "/static/state.js";

const KEY = "mailwright-inbox";

export function askToSend() {
  if (state.view !== "email") return;
  const known = localStorage.getItem(KEY) || project.inbox || "smtp://127.0.0.1:1025";
  const field = h("input", { id: "inbox-address", type: "text", value: known, spellcheck: "false", autocomplete: "off" });
  const says = h("p", { class: "soft", role: "status" });
  const form = h(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        says.textContent = "Sending…";
        try {
          const reply = await question("send", ask({ to: field.value }));
          localStorage.setItem(KEY, field.value);
          box.close();
          toast(reply.says);
        } catch (error) {
          says.textContent = `${error.message}.${error.told?.hint ? ` Try: ${error.told.hint}` : ""}`;
        }
      },
    },
    h("label", { for: "inbox-address" }, "Inbox on this machine"),
    field,
    h("p", { class: "soft" }, "An SMTP address (smtp://127.0.0.1:1025), or the address of mailwright serve. Nothing leaves this machine."),
    h("div", { class: "actions" }, h("button", { class: "main" }, "Send")),
    says,
  );
  const box = dialog("Send this email", form);
  field.focus();
  field.select();
}
