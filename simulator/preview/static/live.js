// The one open line to the server: what changed, what `check` finds, and whether it is there at all.

import { takeProblems, takeState } from "/static/project.js";

export const TAB = crypto.randomUUID();
export const seenBy = new Map(); // by the name of an open document, who waits for what it shows
const listeners = [];
const pictures = [];
let source = null;
let edition = -1;
let retry = 0;

export function onChange(listener) {
  listeners.push(listener);
}

// Pictures that the server sends unasked, as soon as a file of the shown one is saved.
export function onPicture(listener) {
  pictures.push(listener);
}

function status(text, mode) {
  const note = document.getElementById("connection");
  note.textContent = text;
  note.dataset.mode = mode;
}

function told(files, names, isTold) {
  for (const listener of listeners) listener(files, names, isTold);
}

export function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(`/live?tab=${TAB}`);
  source.addEventListener("hello", (event) => {
    const data = JSON.parse(event.data);
    const isNews = edition >= 0;
    edition = data.edition;
    takeState(data);
    takeProblems(data);
    status("live", "live");
    // After a pause nobody knows what was missed: everything is asked for again.
    if (isNews) told(null, true, false);
  });
  source.addEventListener("changed", (event) => {
    const data = JSON.parse(event.data);
    edition = data.edition;
    takeState(data);
    told(data.files, data.names, data.told.includes(TAB));
  });
  source.addEventListener("picture", (event) => {
    const data = JSON.parse(event.data);
    for (const listener of pictures) listener(data);
  });
  source.addEventListener("seen", (event) => {
    const { stream, number } = JSON.parse(event.data);
    seenBy.get(stream)?.(number);
  });
  source.addEventListener("problems", (event) => takeProblems(JSON.parse(event.data)));
  source.addEventListener("error", async () => {
    source.close();
    status("waiting for the server", "away");
    let isLocked = false;
    try {
      isLocked = (await fetch("/api/problems")).status === 403;
    } catch {
      // not there yet
    }
    if (isLocked) status("restarted: open the new address", "locked");
    retry = setTimeout(connect, isLocked ? 1500 : 600);
  });
}
