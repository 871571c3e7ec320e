// The left side: campaigns by what starts them, layouts, snippets, segments; a search; marks where `check` finds something.

import { h, redraw } from "/static/dom.js";
import { grouped, project } from "/static/project.js";
import { addressOf, state } from "/static/state.js";

const side = document.getElementById("side");
const search = document.getElementById("search");
const KINDS = { sms: "SMS", push: "push", in_app: "in-app", slack: "Slack", whatsapp: "WhatsApp", webhook: "webhook" };
const TRIGGERS = { event: "event", segment: "segment", person: "attributes", date: "date", form: "form", object: "object", relationship: "relationship", webhook: "webhook", broadcast: "broadcast", transactional: "transactional", newsletter: "newsletter" };
const WORST = { error: 2, warning: 1 };

function marks() {
  const found = new Map();
  for (const problem of project.problems) {
    const known = found.get(problem.file) || { count: 0, severity: "warning" };
    known.count += 1;
    if (WORST[problem.severity] > WORST[known.severity]) known.severity = problem.severity;
    found.set(problem.file, known);
  }
  return found;
}

function mark(files, all) {
  let count = 0;
  let severity = "warning";
  for (const file of files) {
    const one = all.get(file);
    if (!one) continue;
    count += one.count;
    if (one.severity === "error") severity = "error";
  }
  if (!count) return null;
  const says = `${count} ${severity === "error" ? "problem" : "warning"}${count === 1 ? "" : "s"}`;
  return h("span", { class: `mark ${severity}`, title: says }, h("span", { class: "away" }, says), h("span", { "aria-hidden": "true" }, count));
}

function entry(view, names, inside, extra = {}) {
  const isHere = state.view === view && names.every((name, index) => state.names[index] === name) && state.names.length === names.length;
  const href = addressOf(view, names, { tab: view === state.view ? state.tab : "" });
  return h("a", { href, "data-go": true, class: `entry ${extra.class || ""}`, "aria-current": isHere ? "page" : false, id: `to-${view}-${names.join("-")}`, title: extra.title }, inside);
}

function fits(words, ...texts) {
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function campaignRows(words, all) {
  return grouped().map((group) => {
    const rows = group.campaigns
      .map((campaign) => {
        const own = fits(words, campaign.name, campaign.slug, group.title, campaign.where);
        const messages = campaign.messages.filter((message) => own || fits(words, message.name, campaign.name, campaign.slug, group.title));
        if (!own && !messages.length) return null;
        const quiet = campaign.state === "running" ? "" : campaign.state;
        return h(
          "li",
          {},
          entry("campaign", [campaign.slug], [h("span", { class: "name" }, campaign.name), quiet && h("span", { class: "tag" }, quiet), mark([campaign.file], all)], { class: "campaign", title: campaign.where ? `${campaign.slug}: when ${campaign.where}` : campaign.slug }),
          h(
            "ul",
            {},
            messages.map((message) =>
              h("li", {}, entry("email", [campaign.slug, message.name], [h("span", { class: "name" }, message.name), KINDS[message.kind] && h("span", { class: "tag" }, KINDS[message.kind]), message.languages.map((one) => h("span", { class: "tag" }, one)), mark(message.files, all)], { class: "message" })),
            ),
          ),
        );
      })
      .filter(Boolean);
    if (!rows.length) return null;
    return h("section", {}, h("h3", { title: TRIGGERS[group.kind] }, group.title, group.kind === "event" ? null : h("span", { class: "tag" }, TRIGGERS[group.kind])), h("ul", {}, rows));
  });
}

function partRows(title, view, parts, words, all) {
  const rows = parts.filter((part) => fits(words, part.name, part.title || "")).map((part) => h("li", {}, entry(view, [part.name], [h("span", { class: "name" }, part.name), mark([part.file], all)], { class: "message", title: part.title || part.name })));
  return rows.length ? h("section", {}, h("h3", {}, title), h("ul", {}, rows)) : null;
}

export function drawSide() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = marks();
  const parts = [h("h2", {}, "Campaigns"), campaignRows(words, all), h("h2", {}, "Shared"), partRows("Layouts", "layout", project.layouts, words, all), partRows("Snippets", "snippet", project.snippets, words, all), partRows("Segments", "segment", project.segments, words, all)].flat().filter(Boolean);
  const isEmpty = parts.length <= 2;
  redraw(side, h("h1", { class: "away pane-title" }, "Content"), isEmpty ? h("p", { class: "empty" }, project.ready ? (words.length ? `Nothing is called “${search.value}”.` : "No campaigns yet. mailwright new campaign makes one.") : "Reading the project…") : parts);
}

export function showCurrent() {
  side.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
}

search.addEventListener("input", drawSide);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") (side.querySelector(".message") || side.querySelector(".campaign"))?.click();
  if (event.key === "Escape") {
    search.value = "";
    drawSide();
    search.blur();
  }
});
