// Opening a file where it says: by the editor's own link, or by a command that the server starts.

import { h, toast } from "/static/dom.js";
import { project } from "/static/project.js";
import { question } from "/static/server.js";

export function place(file, line = 1, text = "") {
  const label = text || `${file}:${line}`;
  if (!file) return null;
  if (project.editor) {
    const href = project.editor.replace("{file}", encodeURI(file)).replace("{line}", line);
    return h("a", { class: "place", href, title: `Open ${file}:${line}` }, label);
  }
  return h("button", { type: "button", class: "place", title: `Open ${file}:${line}`, onclick: () => open(file, line) }, label);
}

export async function open(file, line = 1) {
  if (project.editor) {
    location.href = project.editor.replace("{file}", encodeURI(file)).replace("{line}", line);
    return;
  }
  try {
    await question("open", { file, line });
  } catch (error) {
    toast(error.message, true);
  }
}
