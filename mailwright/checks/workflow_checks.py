"""Workflows as graphs: steps nobody reaches, waits that never end, events that start themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from mailwright.checks.condition_values import as_text, folded_value
from mailwright.checks.constraints import demands_of
from mailwright.checks.findings import finding
from mailwright.checks.known_data import folded_event
from mailwright.definitions.conditions import Subject
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.project import Project
from mailwright.definitions.steps import (
    AbTestStep,
    BranchStep,
    CohortsStep,
    CreateEventStep,
    ExitStep,
    GoToStep,
    NewEvent,
    RandomLength,
    SplitStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import Path, jumps_to, walk_steps, ways_of
from mailwright.diagnostics import Diagnostic


def check_workflows(project: Project) -> Iterator[Diagnostic]:
    """What a campaign's steps, seen together, cannot mean."""
    for slug, campaign in project.campaigns.items():
        names = {placed.path: placed.id for placed in walk_steps(campaign.workflow)}
        jumps = jumps_to(campaign.workflow)
        entered = frozenset(path for path, name in names.items() if name in jumps)
        yield from _reached(project, slug, campaign.workflow, ("workflow",), entered)
        for placed in walk_steps(campaign.workflow):
            yield from _step(project, slug, placed.step, placed.path)
    yield from _loops(project)


def _reached(
    project: Project, slug: str, steps: Sequence[StepBase], path: Path, entered: frozenset[Path]
) -> Iterator[Diagnostic]:
    """Steps behind one that always ends the journey (semantics R79, R80); *entered*: those that a `go_to` leads to."""
    for index, step in enumerate(steps):
        for _, way, inner in ways_of(step, (*path, index)):
            yield from _reached(project, slug, inner, way, entered)
        if ends_always(step) and index + 1 < len(steps) and (*path, index + 1) not in entered:
            span = project.campaign_span(slug, (*path, index + 1))
            yield finding(
                "unreachable-step",
                "nobody reaches this step: every way before it ends",
                span,
                "move it before the exit",
            )
            return


def ends_always(step: StepBase) -> bool:
    """No journey gets past *step*."""
    match step:
        case ExitStep(only_if=None) | GoToStep():
            return True
        case SplitStep(split=ways) if not any(way.otherwise is not None for way in ways):
            return False
        case WaitUntilStep(wait_until=wait):
            late = wait.on_timeout == "exit" or (isinstance(wait.on_timeout, list) and _list_ends(wait.on_timeout))
            met = [inner for name, _, inner in ways_of(step) if name != "timeout"]
            return all(map(_list_ends, met)) and (late or wait.at_most is None)
        case BranchStep() | SplitStep() | CohortsStep():
            return all(_list_ends(inner) for _, _, inner in ways_of(step))
        case _:
            return False


def _list_ends(steps: Sequence[StepBase]) -> bool:
    return any(map(ends_always, steps))


def _step(project: Project, slug: str, step: StepBase, path: Path) -> Iterator[Diagnostic]:
    match step:
        case BranchStep(branch=branch) if not branch.then and not branch.otherwise:
            span = project.campaign_span(slug, (*path, "branch"))
            yield finding("empty-branch", "both ways of the branch are empty", span, "then: or else: with steps")
        case WaitUntilStep(wait_until=wait):
            if wait.at_most is None:
                span = project.campaign_span(slug, (*path, "wait_until"))
                message = "the wait has no at_most: who never meets it waits for ever"
                yield finding("endless-wait", message, span, "at_most: 30d, and on_timeout: continue or exit")
                if wait.on_timeout != "continue":
                    span = project.campaign_span(slug, (*path, "wait_until", "on_timeout"))
                    yield finding(
                        "timeout-without-limit", "on_timeout never happens without at_most", span, "at_most: 7d"
                    )
        case WaitStep(wait=RandomLength(between=[low, high])) if low > high:
            span = project.campaign_span(slug, (*path, "wait"))
            message = f"nothing is between {duration_as_text(low)} and {duration_as_text(high)}"
            yield finding("reversed-range", message, span, f"[{duration_as_text(high)}, {duration_as_text(low)}]")
        case SplitStep(split=ways):
            for index, way in enumerate(ways[:-1]):
                if way.otherwise is not None:
                    span = project.campaign_span(slug, (*path, "split", index))
                    message = "else stands before other ways, which nobody takes then"
                    yield finding("else-not-last", message, span, "put else last")
        case CohortsStep(cohorts=cohorts):
            for index, cohort in enumerate(cohorts):
                if cohort.share == 0 and cohort.then:
                    span = project.campaign_span(slug, (*path, "cohorts", index, "share"))
                    yield finding("cohort-of-nobody", "a share of 0: nobody takes this way", span, "a share above 0")
        case AbTestStep(ab_test=variants):
            total = sum(variant.share for variant in variants)
            if abs(total - 100) > 1e-6:
                span = project.campaign_span(slug, (*path, "ab_test"))
                message = f"the shares of the test add up to {total:g}, not to 100"
                yield finding("ab-test-shares", message, span, "share: 50 and share: 50")
        case _:
            pass


def _loops(project: Project) -> Iterator[Diagnostic]:
    """Campaigns that start themselves, alone or through others, without a moment's wait.

    Source: Customer.io docs, "Send an event from inside a campaign": loops exist (semantics R75).
    """
    sent = {
        slug: [(path, event) for path, event in immediate_events(campaign.workflow, ("workflow",))]
        for slug, campaign in project.campaigns.items()
        if campaign.state == "running"
    }
    starts = {
        slug: [(path, other) for path, event in events for other in sent if _may_start(project, other, event)]
        for slug, events in sent.items()
    }
    for slug, edges in starts.items():
        for path, other in edges:
            way = _way_back(other, slug, starts)
            if way is not None and slug == min((slug, *way)):
                around = " → ".join((slug, *way)) if way[:-1] else f"{slug} → {slug}"
                span = project.campaign_span(slug, (*path, "create_event"))
                message = f"this event starts the campaign again without any wait: {around}"
                hint = "a wait before it, or a where: that the created event does not meet"
                yield finding("event-loop", message, span, hint)
                break


def immediate_events(steps: Sequence[StepBase], path: Path) -> Iterator[tuple[Path, NewEvent]]:
    """The events that a workflow creates before any time passes, with the paths of their steps."""
    for index, step in enumerate(steps):
        at = (*path, index)
        match step:
            case WaitStep(wait=timedelta() as length) if length:
                return
            case WaitStep(wait=RandomLength()) | WindowStep() | WaitUntilStep():
                return
            case CreateEventStep(create_event=event):
                yield at, event
            case _:
                for _, way, inner in ways_of(step, at):
                    yield from immediate_events(inner, way)
        if ends_always(step):
            return


def _may_start(project: Project, slug: str, event: NewEvent) -> bool:
    """Whether the created event may pass the campaign's trigger; values made by Liquid may be anything."""
    trigger = project.campaigns[slug].trigger
    if not isinstance(trigger, EventTrigger) or folded_event(trigger.event) != folded_event(event.name):
        return False
    for (subject, path), demand in demands_of(trigger.where.condition).values.items():
        if subject is not Subject.DATA or "." in path:
            continue
        if path not in event.data:
            if demand.present:
                return False
            continue
        value = event.data[path]
        is_constant = not isinstance(value, dict | list | None) and "{" not in as_text(value)
        if is_constant and not demand.accepts(folded_value(value)):
            return False
    return True


def _way_back(start: str, goal: str, starts: dict[str, list[tuple[Path, str]]]) -> list[str] | None:
    """The campaigns from *start* to *goal* that start one another; None when there is no such way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for _, other in starts.get(way[-1], []):
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None
