"""Every condition of the project, clause by clause, with whose data each clause reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailwright.checks.findings import clause_span
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Changed, Condition, Happens, Not, Performed, PlacedCondition, parts_of
from mailwright.definitions.project import Project
from mailwright.definitions.steps import BranchStep, SplitStep, StepBase, WaitUntilStep
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition: where it is used, and the event whose data `where:` lines read (None: no event)."""

    placed: PlacedCondition
    campaign: str | None
    data_event: str | None = None
    trigger_event: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a condition, and what stands around it."""

    condition: Condition
    span: Span
    negated: bool  # an odd number of `not` around it
    asked: Asked
    data_event: str | None  # the event whose data Subject.DATA reads here
    attribute: str | None = None  # the attribute whose values Subject.TO and FROM read


def asked_conditions(project: Project) -> Iterator[Asked]:
    """Every condition of campaigns and segments, in the order of the files."""
    for slug, campaign in project.campaigns.items():
        yield from campaign_conditions(slug, campaign)
    for segment in project.segments.values():
        if segment.where is not None:
            yield Asked(segment.where, None)


def campaign_conditions(slug: str, campaign: Campaign) -> Iterator[Asked]:
    """Every condition of one campaign."""
    event = trigger_event(campaign)
    for name in type(campaign.trigger).model_fields:
        value = getattr(campaign.trigger, name)
        if isinstance(value, PlacedCondition):
            yield Asked(value, slug, event if name == "where" else None, event)
    yield Asked(campaign.filter, slug, None, event)
    if campaign.goal is not None:
        yield Asked(campaign.goal.where, slug, campaign.goal.event, event)
        if campaign.goal.filter is not None:
            yield Asked(campaign.goal.filter, slug, None, event)
    if campaign.exit.on is not None:
        yield Asked(campaign.exit.on, slug, None, event)
    for placed_step in walk_steps(campaign.workflow):
        for condition in step_conditions(placed_step.step):
            yield Asked(condition, slug, None, event)


def step_conditions(step: StepBase) -> Iterator[PlacedCondition]:
    """The conditions that stand at one step, not those of the steps inside it."""
    if step.only_if is not None:
        yield step.only_if
    match step:
        case BranchStep(branch=branch):
            yield branch.condition
        case SplitStep(split=ways):
            yield from (way.condition for way in ways if way.condition is not None)
        case WaitUntilStep(wait_until=wait):
            yield from (condition for condition in (wait.any, wait.all) if condition is not None)
            yield from (way.when for way in wait.paths)
        case _:
            pass


def clauses(asked: Asked) -> Iterator[Clause]:
    """Every clause of one condition, outer before inner."""
    return _clauses(asked, asked.placed.condition, (), False, asked.data_event, None)


def _clauses(
    asked: Asked,
    condition: Condition,
    address: tuple[int, ...],
    negated: bool,
    data_event: str | None,
    attribute: str | None,
) -> Iterator[Clause]:
    yield Clause(condition, clause_span(asked.placed, address), negated, asked, data_event, attribute)
    match condition:
        case Not():
            negated = not negated
        case Performed(event=event) | Happens(event=event):
            data_event = event
        case Changed(attribute=name):
            attribute = name
        case _:
            pass
    for index, part in enumerate(parts_of(condition)):
        yield from _clauses(asked, part, (*address, index), negated, data_event, attribute)


def trigger_event(campaign: Campaign) -> str | None:
    """The name of the event that starts the campaign; None when something else does."""
    return campaign.trigger.event if isinstance(campaign.trigger, EventTrigger) else None
