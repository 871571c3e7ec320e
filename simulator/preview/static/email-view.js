// One message as one person gets it.

import { Comparison } from "/static/compare.js";
import { h, segmented, show } from "/static/dom.js";
import { faultNotice, goneNotice, unreadNotice } from "/static/faults.js";
import { Frame } from "/static/frame.js";
import { inboxLines } from "/static/inbox.js";
import { TAB } from "/static/live.js";
import { campaignOf } from "/static/project.js";
import { blockList, listing } from "/static/source.js";
import { fetched, newest, question, text } from "/static/server.js";
import { addressOf, ask, change, state } from "/static/state.js";
import { askToSend } from "/static/send.js";

const TABS = [
  ["", "Picture", "1"],
  ["inbox", "Inbox", "2"],
  ["text", "Text", "3"],
  ["source", "Source", "4"],
  ["blocks", "Blocks", "5"],
  ["compare", "Compare", "6"],
];

export class EmailView {
  constructor(stage, onPicture) {
    this.frame = new Frame("The email as it will look");
    this.head = h("div", { class: "view-head" });
    this.notes = h("div", { class: "notes" });
    this.letter = h("div", {});
    this.paper = h("div", {}, this.frame.box);
    this.blocks = h("div", { class: "block-side" });
    this.area = h("div", { class: "picture" }, this.letter, h("div", { class: "split" }, this.paper, this.blocks));
    this.sheet = h("div", { class: "sheet" });
    this.body = h("div", { class: "view-body" }, this.area, this.sheet);
    this.comparison = new Comparison(this.sheet);
    this.onPicture = onPicture;
    this.picture = null;
    this.last = newest();
    this.side = newest();
    show(stage, h("div", { class: "view email-view" }, this.head, this.notes, this.body));
    this.drawHead();
  }

  get looks() {
    return { dark: state.scheme === "dark", remote: state.images === "on", inspect: state.tab === "blocks" };
  }

  // What the picture hangs on; null: nobody knows yet.
  hangsOn(files) {
    if (!this.picture) return true;
    const own = new Set([...this.picture.files, campaignOf(state.names[0])?.file]);
    return files.some((file) => own.has(file) || !file.endsWith(".liquid") || file.includes(`/${state.names[0]}/`));
  }

  async load(more = {}) {
    try {
      const picture = await this.last(() => question("email", ask({ ...this.looks, ...more, tab: TAB })));
      if (picture) this.take(picture);
    } catch (error) {
      this.gone(error);
    }
  }

  // A picture that the server sent by itself.
  push(picture) {
    const [campaign, message] = state.names;
    if (picture.campaign !== campaign || picture.message !== message) return;
    this.pushed = picture;
    if (picture.fault || !picture.key || this.frame.isEmpty) this.take(picture);
    else this.frame.show(picture.html, { ...picture, ...this.looks }, () => this.pushed === picture && this.take(picture));
  }

  take(picture) {
    const hadPicture = !this.frame.isEmpty && this.sameThing(picture);
    if (!this.sameThing(picture)) this.frame.clear();
    if (picture.fault) {
      this.failed = picture;
      show(this.notes, faultNotice(picture.fault, hadPicture, picture.sample), unreadNotice(picture.unread));
      if (!hadPicture) {
        this.picture = picture;
        this.drawHead();
        this.area.hidden = this.sheet.hidden = true;
      }
    } else {
      this.failed = null;
      this.picture = picture;
      if (picture.key) this.frame.show(picture.html, { ...picture, ...this.looks });
      show(this.notes, unreadNotice(picture.unread), picture.warnings.map((warning) => h("p", { class: "caution" }, warning)));
      this.drawHead();
      this.drawBody();
    }
    this.onPicture(picture);
  }

  sameThing(picture) {
    return this.picture && this.picture.campaign === picture.campaign && this.picture.message === picture.message;
  }

  gone(error) {
    show(this.notes, goneNotice(error, !this.frame.isEmpty));
    if (!this.picture) this.drawHead();
  }

  // Only how it is looked at changed; the page is framed anew where that is part of it.
  look(before = {}) {
    this.drawHead();
    const isFramed = ["scheme", "images"].some((key) => state[key] !== before[key]) || (state.tab === "blocks") !== (before.tab === "blocks");
    if (isFramed) this.load();
    if (this.picture && !this.picture.fault) this.drawBody();
  }

  drawHead() {
    const [slug = "", name = ""] = state.names;
    const campaign = campaignOf(slug);
    const picture = this.picture;
    const isPage = !picture || picture.fault || picture.key;
    show(
      this.head,
      h(
        "div",
        { class: "title" },
        h("h1", {}, h("a", { href: addressOf("campaign", [slug], { sample: state.sample, as: state.as, edits: state.edits, at: state.at }), "data-go": true, title: "The campaign (w)" }, campaign?.name || slug), h("span", { class: "sep", "aria-hidden": "true" }, "›"), name),
        picture?.language && h("span", { class: "tag" }, picture.language),
        picture?.key && size(picture),
        h("span", { class: "grow" }),
        h("button", { type: "button", onclick: () => askToSend(), title: "Send to a local inbox (s)" }, "Send"),
      ),
      h(
        "div",
        { class: "tools" },
        segmented("What to look at", TABS.filter(([tab]) => isPage || ["", "text", "compare"].includes(tab)).map(([tab, label, key]) => [tab, label, `${label} (${key})`]), state.over ? null : state.tab, (tab) => change({ tab, over: "" })),
        h("span", { class: "grow" }),
        toggles("How it is looked at", [["width", "phone", "Phone", "Phone width (p)"], ["scheme", "dark", "Dark", "Dark mode (d)"], ["images", "on", "Images", "Load images from elsewhere (i)"]]),
        toggles("Many at once", [["over", "samples", "All people", "This email for every sample (m)"], ["over", "emails", "All emails", "Every email for this person"]]),
      ),
    );
  }

  // The frame stays where it is in the page, as one that is moved loads again; what is not looked at is hidden.
  drawBody() {
    const picture = this.picture;
    const tab = picture.key ? state.tab : "other";
    const isPicture = tab === "" || tab === "blocks";
    this.area.hidden = !isPicture;
    this.sheet.hidden = isPicture;
    this.paper.className = `paper ${state.width === "phone" ? "phone" : "desktop"} ${state.scheme === "dark" ? "dark" : ""}`;
    this.blocks.hidden = tab !== "blocks";
    show(this.letter, tab === "" ? [letterHead(picture), this.remoteNote(picture)] : []);
    if (state.tab === "compare") this.comparison.load(this.looks);
    else if (tab === "blocks") this.drawBlocks(picture);
    else if (tab === "source") this.drawSource(picture);
    else if (tab === "text") show(this.sheet, listing(picture.text, "The plain text of the email"));
    else if (tab === "inbox") show(this.sheet, inboxLines(picture));
    else if (tab === "other") show(this.sheet, otherKind(picture));
  }

  async drawSource(picture) {
    const source = await this.side(() => text(`/api/source/${picture.key}`));
    if (source !== undefined && state.tab === "source") show(this.sheet, listing(source, "The HTML of the email"));
  }

  async drawBlocks(picture) {
    if (this.blocks.dataset.key === picture.key && this.blocks.firstChild) return;
    const found = await this.side(() => fetched(`/api/blocks/${picture.key}`));
    if (found === undefined || state.tab !== "blocks") return;
    this.blocks.dataset.key = picture.key;
    show(this.blocks, blockList(found.blocks, (id) => this.load({ target: id })));
  }

  remoteNote(picture) {
    if (!picture.remote || state.images) return null;
    const many = picture.remote === 1 ? "1 thing from elsewhere is" : `${picture.remote} things from elsewhere are`;
    return h("p", { class: "remote" }, `${many} not loaded. `, h("button", { type: "button", class: "link", onclick: () => change({ images: "on" }) }, "Load"));
  }
}

function toggles(label, options) {
  return h(
    "div",
    { class: "segmented", role: "group", "aria-label": label },
    options.map(([key, value, text, title]) => h("button", { type: "button", title, "aria-pressed": String(state[key] === value), onclick: () => change({ [key]: state[key] === value ? "" : value }) }, text)),
  );
}

function size(picture) {
  const kilobytes = (picture.bytes / 1024).toFixed(1);
  const isLarge = picture.bytes > picture.clips;
  return h("span", { class: isLarge ? "tag bad" : "tag", title: isLarge ? "Gmail cuts off what is beyond about 100 KB" : "The size of the HTML" }, `${kilobytes} KB${isLarge ? ", Gmail clips it" : ""}`);
}

function letterHead(picture) {
  const lines = picture.envelope.filter(([label]) => label !== "Subject" && label !== "Preheader");
  return h(
    "div",
    { class: "letterhead" },
    h("p", { class: "subject" }, picture.subject || "(no subject)", picture.preheader && h("span", { class: "soft" }, picture.preheader)),
    h("dl", {}, lines.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
  );
}

function otherKind(picture) {
  const words = { sms: "Text message", push: "Push notification", slack: "Slack message", whatsapp: "WhatsApp message", webhook: "Webhook request" };
  return h(
    "div",
    { class: `other ${picture.kind}` },
    h("h2", {}, words[picture.kind] || picture.kind),
    h("dl", {}, picture.envelope.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    h("pre", { class: "bubble" }, picture.text || "(nothing)"),
  );
}
