// A campaign: its workflow as a diagram, the way the shown person takes, why, and a slider through virtual time.

import { clauseLine, clauses, deciding } from "/static/clauses.js";
import { diagram, light } from "/static/diagram.js";
import { h, show } from "/static/dom.js";
import { place } from "/static/editor.js";
import { goneNotice, unreadNotice } from "/static/faults.js";
import { campaignOf } from "/static/project.js";
import { newest, question } from "/static/server.js";
import { addressOf, ask, change, state } from "/static/state.js";
import { iso, length, moment, weekday } from "/static/time.js";

const VERDICTS = { entered: "good", waiting: "wait", lapsed: "bad", refused: "bad", not_matched: "bad" };

// Where to scroll to so that the way of the person is in the middle; without one, the start.
function startOf(drawn, drawing) {
  const lit = [...drawn.querySelectorAll(".box.lit")];
  const boxes = (lit.length ? lit : [...drawn.querySelectorAll(".kind-start")]).map((box) => box.getBoundingClientRect());
  if (!boxes.length) return 0;
  const left = Math.min(...boxes.map((box) => box.left));
  const right = Math.max(...boxes.map((box) => box.right));
  return (left + right) / 2 - drawing.getBoundingClientRect().left - drawing.clientWidth / 2;
}

export class CampaignView {
  constructor(stage, onPicture) {
    this.head = h("div", { class: "view-head" });
    this.notes = h("div", { class: "notes" });
    this.drawing = h("div", { class: "drawing", tabindex: "0", role: "region", "aria-label": "Workflow" });
    this.clock = h("div", { class: "clock" });
    this.details = h("div", { class: "details", "aria-live": "polite" });
    this.story = h("div", { class: "story" });
    this.onPicture = onPicture;
    this.last = newest();
    this.data = null;
    show(stage, h("div", { class: "view campaign-view" }, this.head, this.notes, this.clock, h("div", { class: "campaign-body" }, this.drawing, h("div", { class: "beside" }, this.details, this.story))));
  }

  hangsOn(files) {
    return !this.data || files.some((file) => !file.endsWith(".liquid") || file.includes(`/${state.names[0]}/`));
  }

  async load() {
    try {
      const found = await this.last(() => question("journey", ask()));
      if (found) this.take(found);
    } catch (error) {
      show(this.notes, goneNotice(error, Boolean(this.data)));
    }
  }

  look() {
    if (!this.data) return;
    this.drawHead();
    this.lightUp();
  }

  take(data) {
    this.data = data;
    const tries = data.attempts;
    const asked = Number(state.try);
    const index = state.try && tries[asked] ? asked : Math.max(0, tries.findIndex((one) => one.visits));
    this.attempt = tries[index];
    show(this.notes, unreadNotice(data.unread), data.not_modelled.map((one) => h("p", { class: "caution" }, `Not modelled: ${one.what} (${one.step || "campaign"}). Instead: ${one.instead}.`)));
    this.index = index;
    this.drawHead();
    const [left, top] = [this.drawing.scrollLeft, this.drawing.scrollTop];
    const isFirst = !this.svg;
    this.svg = diagram(data, this.attempt, (box) => this.choose(box));
    show(this.drawing, this.svg);
    this.drawClock();
    this.drawStory();
    this.lightUp();
    this.drawing.scrollTo(isFirst ? startOf(this.svg, this.drawing) : left, top);
    this.onPicture(data);
  }

  drawHead() {
    const { data, index } = this;
    const campaign = campaignOf(data.campaign);
    const on = campaign?.trigger === "event" ? `the event ${campaign.on}` : [campaign?.trigger, campaign?.on].filter(Boolean).join(" ");
    const attempt = this.attempt;
    show(
      this.head,
      h("div", { class: "title" }, h("h1", {}, data.name), campaign?.state !== "running" && h("span", { class: "tag" }, campaign?.state), h("span", { class: "grow" }), place(data.file, 1, "campaign.yaml")),
      h("p", { class: "lead" }, `Starts on ${on}`, campaign?.where ? ` when ${campaign.where}` : "", data.goal ? `. Goal: ${data.goal}` : "", "."),
      attempt
        ? h("p", { class: `verdict ${VERDICTS[attempt.verdict] || ""}` }, h("b", {}, attempt.verdict === "entered" ? `Entered, ${attempt.outcome}` : attempt.says), h("span", { class: "soft" }, `${attempt.call}, ${moment(attempt.at)} UTC`))
        : h("p", { class: "verdict" }, h("b", {}, "Not started"), h("span", { class: "soft" }, data.hint)),
      data.attempts.length > 1 && h("p", { class: "tries" }, data.attempts.map((one, at) => h("button", { type: "button", "aria-pressed": String(at === index), onclick: () => change({ try: String(at), t: "" }) }, `${one.call} ${moment(one.at)}`))),
    );
  }

  // The moments at which something happens; the slider goes from one to the next.
  get times() {
    return [...new Set((this.attempt?.moments || []).map((one) => one.at))].sort((one, other) => one - other);
  }

  drawClock() {
    const times = this.times;
    if (times.length < 2) {
      show(this.clock);
      return;
    }
    const first = times[0];
    const span = Math.max(1, times.at(-1) - first);
    const at = state.t ? Number(state.t) : times.at(-1);
    const index = Math.max(0, times.findLastIndex((time) => time <= at));
    const dots = h("div", { class: "dots", "aria-hidden": "true" }, times.map((time) => this.dot(time, (time - first) / span)));
    const slider = h("input", { id: "clock", type: "range", min: 0, max: times.length - 1, value: String(index), "aria-label": "Virtual time", "aria-valuetext": this.says(times[index], first), oninput: () => change({ t: slider.value === slider.max ? "" : String(times[Number(slider.value)]) }, { replace: true }) });
    this.now = h("output", { for: "clock" }, this.says(times[index], first));
    this.slider = slider;
    show(this.clock, h("div", { class: "track" }, dots, slider), this.now);
  }

  dot(time, share) {
    const sent = this.attempt.moments.some((one) => one.at === time && one.tone === "sent");
    const bad = this.attempt.moments.some((one) => one.at === time && one.tone === "bad");
    const dot = h("i", { class: bad ? "bad" : sent ? "sent" : "" });
    dot.style.left = `${(share * 100).toFixed(2)}%`;
    return dot;
  }

  says(time, first) {
    return `${weekday(time)} ${moment(time)} UTC, ${length(time - first)}`;
  }

  lightUp() {
    const at = state.t ? Number(state.t) : null;
    light(this.svg, at);
    for (const row of this.story.querySelectorAll("[data-at]")) row.classList.toggle("later", at !== null && Number(row.dataset.at) > at);
    if (!this.slider) return;
    const times = this.times;
    const index = at === null ? times.length - 1 : Math.max(0, times.findLastIndex((time) => time <= at));
    this.slider.value = String(index);
    this.slider.setAttribute("aria-valuetext", this.says(times[index], times[0]));
    this.now.textContent = this.says(times[index], times[0]);
  }

  drawStory() {
    const attempt = this.attempt;
    show(this.details);
    if (!attempt) {
      show(this.story, h("p", { class: "empty" }, this.data.hint || "Nothing asked this campaign."));
      return;
    }
    show(
      this.story,
      deciding(attempt),
      clauses("Trigger", attempt.trigger),
      clauses("Filter", attempt.filter),
      attempt.moments &&
        h(
          "section",
          {},
          h("h2", {}, "What happens"),
          h("ol", { class: "moments" }, attempt.moments.map((one) => this.momentRow(one))),
        ),
    );
  }

  momentRow(one) {
    return h(
      "li",
      { class: `moment ${one.tone}`, "data-at": one.at },
      h("time", { datetime: iso(one.at), title: `${moment(one.at)} UTC` }, length(one.at - this.attempt.at)),
      h("div", {}, h("span", {}, one.says), one.message && h("a", { class: "link", "data-go": true, href: this.asSent(one.message, one.at, one.language) }, "as sent"), one.because && h("ul", {}, clauseLine({ ...one.because, depth: 0 }))),
    );
  }

  asSent(message, at, language = "") {
    return addressOf("email", [this.data.campaign, message], { sample: state.sample || this.data.sample, edits: state.edits, as: state.as, at: state.at, sent: String(at), lang: language });
  }

  choose(box) {
    const moments = (this.attempt?.moments || []).filter((one) => one.step === box.id);
    const rows = [box.detail, box.only_if && `Only if ${box.only_if}`, box.sending && `Sending: ${box.sending}`].filter(Boolean);
    const line = this.data.lines.filter((one) => one.start === box.id && one.asks);
    for (const other of this.svg.querySelectorAll(".chosen")) other.classList.remove("chosen");
    document.getElementById(`box-${box.id}`)?.classList.add("chosen");
    show(
      this.details,
      h("h2", {}, box.title, " ", h("span", { class: "tag" }, box.kind.replace("_", " "))),
      rows.map((text) => h("p", {}, text)),
      line.map((one) => h("p", {}, h("b", {}, one.label), `: ${one.asks}`)),
      moments.length ? h("ol", { class: "moments" }, moments.map((one) => this.momentRow(one))) : h("p", { class: "soft" }, this.attempt?.visits ? "This person does not come here." : ""),
      h("p", { class: "row" }, place(box.file, box.line), box.message && h("a", { class: "link", "data-go": true, href: addressOf("email", [this.data.campaign, box.message], { sample: state.sample, edits: state.edits, as: state.as }) }, "Show the message")),
    );
  }
}
