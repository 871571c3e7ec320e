"""Every small change of a project that some test should notice, each with its place and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Condition, Not
from mailwright.definitions.steps import SplitStep
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import walk_steps
from mailwright.loading.placed_conditions import placed_conditions
from simulator.mutation.condition_changes import changes_of
from simulator.mutation.replacing import replaced_at
from simulator.mutation.step_changes import campaign_changes, step_changes
from simulator.mutation.values import Neighbours

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project
    from simulator.content import Content

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConditionPair:
    """A condition before and after, for the question whether both say the same."""

    before: Condition
    after: Condition
    event: str | None  # the event whose data both ask, where it is not the one that starts the campaign
    given: tuple[Condition, ...] = ()  # what is so whenever the condition is asked


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change."""

    owner: str  # the campaign's slug, or segment:<slug>
    kind: str  # operator, clause, case, list, number, branch, delay, frequency, exit, step
    place: str  # file:line:column
    says: str  # what is changed to what
    project: Project
    pair: ConditionPair | None = None

    @property
    def name(self) -> str:
        """What it is called from run to run: its file and what it says, without the line."""
        return f"{self.place.rsplit(':', 2)[0]}: {self.says}"


def mutants_of(content: Content) -> Iterator[Mutant]:
    """The mutants of the campaigns that run in the content's workspace, and of the segments; in file order."""
    project = content.project
    neighbours = Neighbours(project)
    for compiled in content.campaigns:
        yield from _of_campaign(project, compiled.slug, compiled.definition, neighbours)
    for slug, segment in project.segments.items():
        if segment.where is None:
            continue
        for change in changes_of(segment.where, neighbours, "where", None):
            new = segment.model_copy(update={"where": replace(segment.where, condition=change.condition)})
            changed = replace(project, segments={**project.segments, slug: new})
            pair = ConditionPair(segment.where.condition, change.condition, None)
            yield Mutant(f"segment:{slug}", change.kind, change.place, change.says, changed, pair)


def _of_campaign(project: Project, slug: str, campaign: Campaign, neighbours: Neighbours) -> Iterator[Mutant]:
    def with_campaign(new: Campaign) -> Project:
        return replace(project, campaigns={**project.campaigns, slug: new})

    for path, placed in placed_conditions(campaign):
        event = _event_asked(campaign, path)
        for change in changes_of(placed, neighbours, _label(campaign, path), event):
            new: Campaign = replaced_at(campaign, path, replace(placed, condition=change.condition))
            pair = ConditionPair(placed.condition, change.condition, event, _given(campaign, path))
            yield Mutant(slug, change.kind, change.place, change.says, with_campaign(new), pair)
    for step in (*campaign_changes(campaign), *step_changes(campaign)):
        place = str(project.campaign_span(slug, step.path))
        yield Mutant(slug, step.kind, place, step.says, with_campaign(step.campaign))


def _label(campaign: Campaign, path: Path) -> str:
    """What a condition is called: its step, where it stands in one, and its key."""
    inside = [placed for placed in walk_steps(campaign.workflow) if path[: len(placed.path)] == placed.path]
    words = path[len(inside[-1].path) + 1 :] if inside else path
    shown = ".".join(str(part) for part in words) or str(path[-1])
    return f"{inside[-1].id} {shown}" if inside else shown


def _given(campaign: Campaign, path: Path) -> tuple[Condition, ...]:
    """What is so whenever a step's condition is asked: the event passed the trigger, and no earlier way was taken."""
    if path[:1] != ("workflow",):
        return ()
    found = []
    if isinstance(campaign.trigger, EventTrigger):
        found.append(campaign.trigger.where.condition)
    for placed in walk_steps(campaign.workflow):
        if isinstance(placed.step, SplitStep) and path[:-2] == (*placed.path, "split"):
            earlier = placed.step.split[: int(path[-2])]
            found += [Not(way.condition.condition) for way in earlier if way.condition is not None]
    return tuple(found)


def _event_asked(campaign: Campaign, path: Path) -> str | None:
    """The event whose data a condition asks."""
    if path[:1] == ("goal",) and campaign.goal is not None:
        return campaign.goal.event
    return getattr(campaign.trigger, "event", None)
