"""A campaign's workflow as a graph to be drawn: what each step is in words, and where each way leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.definitions.assumptions import assumptions_from
from mailwright.definitions.conditions import All
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.steps import (
    AbTestStep,
    BranchStep,
    CreateEventStep,
    ExitStep,
    MessageStep,
    RandomLength,
    SegmentStep,
    SetStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.workflow import walk_steps
from mailwright.loading.condition_sentences import condition_as_sentence
from simulator.workflow import Node, WorkflowCompiler

if TYPE_CHECKING:
    from mailwright.definitions.conditions import PlacedCondition
    from mailwright.definitions.project import Project

START, END = "(start)", "(end)"
LONGEST_DETAIL = 140


@dataclass(frozen=True, slots=True)
class Box:
    """One step as it is drawn. *title* says what it does, *detail* with what."""

    id: str
    kind: str
    title: str
    detail: str = ""
    message: str = ""  # of a step that sends something: the message's name
    sending: str = ""  # draft or off, where it is not automatic
    only_if: str = ""
    file: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One way from a step to the next."""

    start: str
    end: str
    label: str = ""
    asks: str = ""  # the condition of the way, in words


@dataclass(frozen=True, slots=True)
class Diagram:
    """The whole workflow, from `START` to `END`."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    first: Node | None = None  # the compiled workflow, as a journey walks it


def diagram_of(project: Project, slug: str) -> Diagram:
    """The diagram of one campaign; its lines are those of the compiled workflow that journeys walk."""
    campaign = project.campaigns[slug]
    compiler = WorkflowCompiler(assumptions_from(project.settings.assumptions))
    first = compiler.compile(campaign.workflow)
    places = {placed.id: project.campaign_span(slug, placed.path) for placed in walk_steps(campaign.workflow)}
    nodes = _in_order(first)
    trigger = project.campaign_span(slug, ("trigger",))
    boxes = [Box(START, "start", "Start", file=trigger.file, line=trigger.line)]
    boxes += [_box(project, slug, node, places[node.id].file, places[node.id].line) for node in nodes]
    lines = [Line(START, _name(first))]
    for node in nodes:
        lines += _lines(node)
    return Diagram((*boxes, Box(END, "end", "End")), tuple(lines), first)


def _in_order(first: Node | None) -> list[Node]:
    """Every node that can be reached, each once, in the order of a first walk."""
    found: dict[str, Node] = {}
    pending = [first]
    while pending:
        node = pending.pop()
        if node is None or node.id in found:
            continue
        found[node.id] = node
        pending += [node.next, *(way.first for way in reversed(node.ways))]
    return list(found.values())


def _name(node: Node | None) -> str:
    return END if node is None else node.id


def _lines(node: Node) -> list[Line]:
    if isinstance(node.step, ExitStep):
        return [Line(node.id, END, "exit")]
    if not node.ways or isinstance(node.step, AbTestStep):
        return [Line(node.id, _name(node.next))]
    return [
        Line(node.id, _name(way.first), way.name, "" if way.check is None else _said(way.check.condition))
        for way in node.ways
    ]


def _said(condition: object) -> str:
    return "" if condition == All() else _cut(condition_as_sentence(condition))  # type: ignore[arg-type]  # a check's condition is one


def _placed(condition: PlacedCondition | None) -> str:
    return "" if condition is None else _said(condition.condition)


def _box(project: Project, slug: str, node: Node, file: str, line: int) -> Box:
    step = node.step
    title, detail = words_of(step, node.kind)
    message = node.file if isinstance(step, MessageStep) else ""
    if message and (known := project.messages.get((slug, message, None))) is not None:
        detail = str(getattr(known.fields, "subject", "") or getattr(known.fields, "title", "")) or detail
    sending = node.sending if isinstance(step, MessageStep) and node.sending != "automatic" else ""
    return Box(
        node.id, node.kind, step.name or title, _cut(detail), message, sending, _placed(step.only_if), file, line
    )


def words_of(step: StepBase, kind: str) -> tuple[str, str]:
    """What a step does, in two short texts."""
    match step:
        case AbTestStep(ab_test=variants):
            shares = ", ".join(f"{variant.email or 'hold-out'} {variant.share:g} %" for variant in variants)
            return "A/B test", shares
        case MessageStep():
            name = str(getattr(step, kind, ""))
            return name or kind, ""
        case WaitStep(wait=RandomLength(between=between)):
            return "Wait", " to ".join(duration_as_text(length) for length in between)
        case WaitStep(wait=length):
            return f"Wait {duration_as_text(length)}", ""  # type: ignore[arg-type]  # the other form is above
        case WindowStep(window=window):
            days = window.days if isinstance(window.days, str) else ", ".join(window.days)
            zone = "zone of the person" if window.zone == "person" else window.zone
            return "Time window", f"{days}, {window.start} to {window.end}, {zone}"
        case WaitUntilStep(wait_until=wait):
            most = "" if wait.at_most is None else f"at most {duration_as_text(wait.at_most)}"
            asked = _placed(wait.any) or _placed(wait.all)
            return "Wait until", ", ".join(part for part in (asked, most) if part)
        case BranchStep(branch=branch):
            return "Branch", _placed(branch.condition)
        case SetStep(set=updates):
            names = [*updates.person, *(f"journey.{name}" for name in updates.journey)]
            return "Set", ", ".join(names)
        case CreateEventStep(create_event=event):
            return "Create event", event.name
        case SegmentStep(segment=segment):
            return ("Join segment", segment.add) if segment.add else ("Leave segment", segment.remove or "")
        case ExitStep():
            return "Exit", ""
        case _:
            return kind.replace("_", " ").capitalize(), ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DETAIL else f"{text[: LONGEST_DETAIL - 1]}…"
