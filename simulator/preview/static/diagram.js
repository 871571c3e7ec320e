// A workflow laid out by dagre and drawn as SVG, with the way a person takes lit up to a moment.

import { Graph, layout } from "/static/dagre-3.1.3.js";
import { s } from "/static/dom.js";
import { length } from "/static/time.js";

const WIDTH = 204;
const SMALLEST = 0.72;
const ICONS = { email: "✉", sms: "☎", push: "◉", in_app: "▣", slack: "#", whatsapp: "☎", webhook: "⇄", wait: "◷", window: "◷", wait_until: "◷", branch: "◇", split: "◇", cohorts: "⚄", ab_test: "⚄", languages: "◇", set: "✎", create_event: "⚡", segment: "◫", exit: "⊗", start: "▶", end: "■" };
const STATES = { sent: "sent", drafted: "kept as a draft", failed: "failed", skipped: "skipped", waiting: "is here", ended: "left here", done: "done" };
const LONGEST = 30;

const cut = (text, most = LONGEST) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function sized(box) {
  if (box.kind === "start" || box.kind === "end") return { width: 84, height: 30 };
  return { width: WIDTH, height: box.detail || box.only_if ? 54 : 38 };
}

function laidOut(data) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", ranksep: 30, nodesep: 28, edgesep: 14, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of data.boxes) graph.setNode(box.id, { ...sized(box), box });
  data.lines.forEach((line, index) => {
    const text = label(line);
    graph.setEdge(line.start, line.end, { line, width: text ? text.length * 6.2 + 10 : 0, height: text ? 18 : 0, labelpos: "c" }, String(index));
  });
  layout(graph);
  return graph;
}

const label = (line) => cut(line.label === "exit" ? "" : line.label, 26);

function path(points) {
  const [first, ...rest] = points;
  let drawn = `M${first.x} ${first.y}`;
  for (let index = 0; index < rest.length; index += 1) {
    const before = points[index];
    const here = rest[index];
    const middle = (before.y + here.y) / 2;
    drawn += ` C${before.x} ${middle} ${here.x} ${middle} ${here.x} ${here.y}`;
  }
  return drawn;
}

export function diagram(data, attempt, choose) {
  const graph = laidOut(data);
  const size = graph.graph();
  const visits = new Map();
  for (const visit of attempt?.visits || []) visits.set(visit.step, visit);
  const passages = new Map();
  for (const passage of attempt?.passages || []) passages.set(`${passage.start} ${passage.end} ${passage.label}`, passage);
  const lines = graph.edges().map((edge) => {
    const { line, points, x, y } = graph.edge(edge);
    const passage = passages.get(`${line.start} ${line.end} ${line.label}`) || (line.label ? null : passages.get(`${line.start} ${line.end} `));
    const text = label(line);
    return s(
      "g",
      { class: "line", "data-at": passage ? passage.at : "" },
      s("path", { d: path(points), "marker-end": "url(#arrow)" }),
      text && s("g", { class: "line-label", transform: `translate(${x} ${y})` }, s("rect", { x: -(text.length * 3.1 + 5), y: -9, width: text.length * 6.2 + 10, height: 18, rx: 9 }), s("text", { y: 3.5 }, text), line.asks && s("title", {}, line.asks)),
    );
  });
  const boxes = graph.nodes().map((id) => {
    const { x, y, width, height, box } = graph.node(id);
    const visit = visits.get(id) || (id === "(start)" && attempt?.visits ? { at: attempt.at, state: "done" } : null);
    const isEnd = box.kind === "start" || box.kind === "end";
    const detail = box.only_if ? `only if ${box.only_if}` : box.detail;
    const after = visit && visit.at > attempt.at ? length(visit.at - attempt.at) : "";
    const says = [box.title, detail, box.sending && `sending ${box.sending}`, visit && `${STATES[visit.state] || visit.state} ${after}`].filter(Boolean).join(", ");
    return s(
      "g",
      { class: `box kind-${box.kind} ${box.sending ? "quiet" : ""}`, transform: `translate(${x - width / 2} ${y - height / 2})`, tabindex: "0", role: "button", "aria-description": says, id: `box-${id}`, "data-step": id, "data-at": visit ? visit.at : "", "data-left": visit?.left ?? "", "data-state": visit?.state || "", onclick: () => choose(box), onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose(box)) },
      s("title", {}, says),
      s("rect", { width, height, rx: isEnd ? height / 2 : 8 }),
      isEnd
        ? s("text", { x: width / 2, y: height / 2 + 4, class: "box-title middle" }, box.title)
        : [
            s("text", { x: 12, y: height > 40 ? 22 : 24, class: "icon", "aria-hidden": "true" }, ICONS[box.kind] || "·"),
            s("text", { x: 32, y: height > 40 ? 22 : 24, class: "box-title" }, cut(box.title, visit ? 20 : 26)),
            height > 40 && s("text", { x: 32, y: 41, class: "box-detail" }, cut(detail, 28)),
            after && s("text", { x: width - 10, y: height > 40 ? 22 : 24, class: "after" }, after),
          ],
    );
  });
  const drawn = s(
    "svg",
    { class: "diagram", viewBox: `0 0 ${size.width} ${size.height}`, role: "group", "aria-label": `The workflow of ${data.name}` },
    s("defs", {}, s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, s("path", { d: "M0 0 L8 4 L0 8 z" }))),
    lines,
    boxes,
  );
  // As wide as there is room, but never too small to read.
  drawn.style.width = `min(${Math.ceil(size.width)}px, max(100%, ${Math.ceil(size.width * SMALLEST)}px))`;
  return drawn;
}

// What is lit at a moment; null: all of it.
export function light(drawn, at) {
  for (const part of drawn.querySelectorAll("[data-at]")) {
    const when = part.dataset.at;
    const isLit = when !== "" && (at === null || Number(when) <= at);
    part.classList.toggle("lit", isLit);
    if (!part.classList.contains("box")) continue;
    const left = part.dataset.left;
    const isHere = isLit && at !== null && (left === "" ? part.dataset.state === "waiting" : Number(left) > at);
    part.classList.toggle("here", isHere || (isLit && at === null && part.dataset.state === "waiting"));
  }
}
