// The page as a whole: which view the address means, and what happens when files change.

import { CampaignView } from "/static/campaign-view.js";
import { ChangesView } from "/static/compare.js";
import { h, show } from "/static/dom.js";
import { EmailView } from "/static/email-view.js";
import { FiresView } from "/static/fires-view.js";
import { listen } from "/static/keys.js";
import { connect, onChange, onPicture } from "/static/live.js";
import { MatrixView } from "/static/matrix-view.js";
import { drawPanel, showProblems, takeShown } from "/static/panel.js";
import { PartView } from "/static/part-view.js";
import { emails, loadProject, onProject, project } from "/static/project.js";
import { drawSide, showCurrent } from "/static/sidebar.js";
import { addressOf, go, onState, state } from "/static/state.js";

const VIEWS = { email: EmailView, campaign: CampaignView, fires: FiresView, layout: PartView, snippet: PartView, segment: PartView, matrix: MatrixView, changes: ChangesView };
const stage = document.getElementById("stage");
// What changes only the way a thing is looked at; all else asks the server again.
const LOOKS = ["tab", "width", "scheme", "images", "t"];
const small = matchMedia("(max-width: 900px)");
let view = null;
let kind = "";

function kindOf(now) {
  return now.view === "email" && now.over ? "matrix" : now.view;
}

function draw(before) {
  const wanted = kindOf(state);
  if (wanted === "home") {
    home();
    return;
  }
  const isSame = view && wanted === kind && (!before || before.view === state.view);
  if (!isSame) {
    kind = wanted;
    const View = VIEWS[wanted];
    view = View ? new View(stage, takeShown) : null;
    if (!view) show(stage, h("p", { class: "empty" }, "There is no such page."));
  }
  if (!view) return;
  const onlyLooks = isSame && before && Object.keys(state).every((key) => LOOKS.includes(key) || JSON.stringify(state[key]) === JSON.stringify(before[key]));
  if (onlyLooks) view.look(before);
  else view.load();
}

function home() {
  // One that some sample is meant for is sure to have something to show.
  const meant = new Set(project.samples.flatMap((sample) => sample.campaigns));
  const all = emails();
  const first = all.find(([slug]) => meant.has(slug)) || all[0];
  if (first) go(addressOf("email", first), { replace: true });
  else if (project.ready) show(stage, h("div", { class: "welcome" }, h("h1", {}, "No emails yet"), h("p", {}, "mailwright new campaign makes a campaign with an email in it; it appears here by itself.")));
}

function title() {
  document.title = state.names.length ? `${state.names.join(" › ")} · mailwright` : "mailwright preview";
}

function turnTo(place) {
  const isPanel = place === "panel" || place === "problems";
  document.body.dataset.place = isPanel ? "panel" : place;
  if (isPanel) showProblems(place === "problems");
  // On a small screen one part is seen at a time, and that part is then the main one.
  for (const [id, role, isShown] of [["side", "navigation", place === "side"], ["panel", "complementary", isPanel]]) {
    document.getElementById(id).setAttribute("role", isShown && small.matches ? "main" : role);
  }
  for (const button of document.querySelectorAll(".places button")) button.setAttribute("aria-pressed", String(button.dataset.place === place));
}

onState((now, before) => {
  title();
  drawSide();
  drawPanel();
  draw(before);
  if (before.view !== now.view || before.names.join() !== now.names.join()) {
    showCurrent();
    turnTo("stage");
  }
  for (const name of ["fires", "changes"]) document.getElementById(`to-${name}`).toggleAttribute("aria-current", now.view === name);
});

onProject((what) => {
  drawSide();
  drawPanel();
  if (what === "project" && (state.view === "home" || !view)) draw(null);
});

onChange((files, names, isTold) => {
  // The picture first, where the server has not sent it already; the list of what there is can wait for it.
  const isWanted = view && (!files || view.hangsOn(Object.keys(files)));
  if (isWanted && !(isTold && kind === "email")) view.load();
  if (names) setTimeout(() => loadProject().catch(() => {}), 60);
});

onPicture((picture) => {
  if (kind === "email") view?.push(picture);
});

for (const button of document.querySelectorAll(".places button")) button.addEventListener("click", () => turnTo(button.dataset.place));
turnTo("stage");
listen();
title();
if (state.view !== "home") draw(null);
loadProject()
  .then(() => {
    showCurrent();
    if (view) view.look(state);
  })
  .catch((error) => show(stage, h("p", { class: "caution" }, error.message)));
connect();
