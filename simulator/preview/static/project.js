// The project as the server lists it, its problems, and what stands where.

import { fetched } from "/static/server.js";

export const project = { ready: false, campaigns: [], layouts: [], snippets: [], segments: [], samples: [], events: {}, attributes: [], workspaces: [], workspace: "", editor: "", inbox: "", broken: [], problems: [], problemsKnown: false, settings: null };
const listeners = [];

export function onProject(listener) {
  listeners.push(listener);
}

function told(what) {
  for (const listener of listeners) listener(what);
}

export async function loadProject() {
  Object.assign(project, await fetched("/api/project"), { ready: true });
  told("project");
}

export function takeProblems(data) {
  project.problems = data.problems;
  project.problemsKnown = data.known;
  told("problems");
}

export function takeState(data) {
  project.broken = data.broken;
  project.settings = data.settings;
}

export const campaignOf = (slug) => project.campaigns.find((one) => one.slug === slug);
export const messageOf = (slug, name) => campaignOf(slug)?.messages.find((one) => one.name === name);
export const sampleOf = (slug) => project.samples.find((one) => one.slug === slug);

export function filesShown(state) {
  const [name, message] = state.names;
  const campaign = campaignOf(name);
  if (state.view === "email" && campaign) return [campaign.file, ...(messageOf(name, message)?.files || [])];
  if (state.view === "campaign" && campaign) return [campaign.file, ...campaign.messages.flatMap((one) => one.files)];
  const part = project[`${state.view}s`]?.find?.((one) => one.name === name);
  return part ? [part.file] : [];
}

// Every email in the order of the left side.
export function emails() {
  return grouped().flatMap((group) => group.campaigns.flatMap((campaign) => campaign.messages.map((message) => [campaign.slug, message.name])));
}

// Campaigns by what starts them.
export function grouped() {
  const groups = new Map();
  for (const campaign of project.campaigns) {
    const title = campaign.on || campaign.trigger || "other";
    if (!groups.has(title)) groups.set(title, { title, kind: campaign.trigger, campaigns: [] });
    groups.get(title).campaigns.push(campaign);
  }
  const rank = (group) => (group.kind === "event" ? 0 : 1);
  return [...groups.values()].sort((one, other) => rank(one) - rank(other) || one.title.localeCompare(other.title));
}

export function problemsIn(files) {
  const wanted = new Set(files);
  return project.problems.filter((one) => wanted.has(one.file));
}
