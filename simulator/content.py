"""A project compiled for one workspace: all that a replay asks, made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mailwright.definitions.assumptions import Assumptions, assumptions_from
from mailwright.definitions.campaign import Campaign, Goal, Interval, OncePer, Rematch
from mailwright.definitions.conditions import All, Condition, Happens, InSegment, Performed, Subject, walk
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.steps import CreateEventStep, SetStep
from mailwright.definitions.triggers import TRIGGER_KINDS as _KINDS
from mailwright.definitions.triggers import (
    DateTrigger,
    EventTrigger,
    FormTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    WebhookTrigger,
)
from simulator.conditions import Check, Reads, inverse_ages
from simulator.not_modelled import not_modelled_in
from simulator.paths import top_key
from simulator.probes import assumption_probes, times_asked
from simulator.routing import Route, Router, router_for
from simulator.trace import NotModelled
from simulator.workflow import Node, WorkflowCompiler

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace

EventKey = tuple[str, str]


@dataclass(slots=True, eq=False)
class CompiledCampaign:
    """One campaign, ready to run."""

    number: int
    slug: str
    definition: Campaign
    trigger_kind: str
    trigger: Check | None  # the trigger's own condition, where it has one
    filter: Check | None  # None: everybody
    start: Node | None
    nodes: tuple[Node, ...]
    frequency: str  # once, every_time, period, rematch, interval
    frequency_seconds: int
    exits_unmatched: bool
    exits_at_goal: bool
    goal: Check | None
    goal_seconds: int  # 0: no limit
    exit_on: Check | None
    audience: Check | None = None
    parallel: bool = True
    closed: bool = False  # takes nobody any more; who is in it goes on

    @property
    def checks(self) -> list[Check]:
        """Every condition of the campaign."""
        return _checks_of([self])


@dataclass(slots=True)
class Watchers:
    """Which campaigns on segments or attributes to look at again when something changes."""

    everything: list[CompiledCampaign] = field(default_factory=list)
    by_attribute: dict[str, list[CompiledCampaign]] = field(default_factory=dict)
    by_event: dict[str, list[CompiledCampaign]] = field(default_factory=dict)
    by_change: dict[str, list[CompiledCampaign]] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()  # names of either of these two


@dataclass(slots=True)
class Content:
    """The compiled project."""

    project: Project
    workspace_name: str
    workspace: Workspace
    assumptions: Assumptions
    campaigns: tuple[CompiledCampaign, ...]
    routers: dict[EventKey, Router]
    names: dict[EventKey, str]  # type and lower-case name → the name as the content writes it
    segments: dict[str, Check]
    manual_segments: frozenset[str]
    segment_numbers: dict[str, str]
    remembered: frozenset[str]  # event names, lower case, that some condition counts
    waited: frozenset[str]  # event names that only open journeys wait for
    watched_changes: frozenset[str]  # attributes whose changes some condition counts
    watchers: Watchers
    by_kind: dict[str, list[CompiledCampaign]]
    dated: tuple[tuple[str, CompiledCampaign], ...]  # top-level attributes whose dates start campaigns
    times_asked: dict[str, frozenset[str]]  # attribute → the paths from it that timestamp tests read
    checks: tuple[Check, ...]  # every condition there is
    asks_age: bool  # some condition asks how old the profile is
    asks_messages: bool  # some condition asks what became of a message
    messages_asked: frozenset[tuple[str, str]]  # campaign and step of these; "" is any campaign
    crosses_people: bool  # some step acts on another person than its own
    not_modelled: tuple[NotModelled, ...]

    @property
    def known_events(self) -> frozenset[str]:
        """The names, in lower case, that some trigger or condition asks for."""
        return frozenset(low for _, low in self.routers) | self.remembered | self.waited

    def reads_through(self, check: Check) -> Reads:
        """What a check depends on, looking into the segments it names."""
        return _reads_through(check.reads, self.segments)


def compile_content(project: Project, workspace_name: str | None = None) -> Content:
    """*project* as it runs in one workspace.

    Raises: ConfigurationError when there is no such workspace, or an assumption is not one of those there are.
    """
    name, workspace = project.workspace(workspace_name)
    assumptions = assumptions_from(project.settings.assumptions)
    segments = {
        slug: Check(segment.where.condition, assumptions)
        for slug, segment in project.segments.items()
        if segment.where is not None
    }
    campaigns = tuple(
        _compile_campaign(number, slug, campaign, assumptions)
        for number, (slug, campaign) in enumerate(_running(project, name))
    )
    everywhere = [*_checks_of(campaigns), *segments.values()]
    return Content(
        project=project,
        workspace_name=name,
        workspace=workspace,
        assumptions=assumptions,
        campaigns=campaigns,
        routers=_routers(campaigns, assumptions),
        names=_names(campaigns),
        segments=segments,
        manual_segments=frozenset(slug for slug, segment in project.segments.items() if segment.manual),
        segment_numbers={str(segment.id): slug for slug, segment in project.segments.items() if segment.id is not None},
        remembered=_event_names(everywhere, Performed),
        waited=_event_names(everywhere, Happens),
        watched_changes=frozenset(name for check in everywhere for name in check.reads.changes),
        watchers=_watchers(campaigns, segments),
        by_kind={kind: [c for c in campaigns if c.trigger_kind == kind] for kind in _KINDS},
        dated=tuple(_dated(campaigns)),
        times_asked=_times_asked(everywhere),
        checks=tuple(everywhere),
        asks_age=any(inverse_ages(check.condition) for check in everywhere),
        asks_messages=any(check.reads.messages for check in everywhere),
        messages_asked=_messages_asked(campaigns, segments),
        crosses_people=any(_crosses(node) for campaign in campaigns for node in campaign.nodes),
        not_modelled=not_modelled_in(project, [campaign.slug for campaign in campaigns]),
    )


def _running(project: Project, workspace: str) -> list[tuple[str, Campaign]]:
    """The campaigns that run in the workspace, by slug. Only a running campaign is triggered (semantics R38)."""
    return [
        (slug, campaign)
        for slug, campaign in sorted(project.campaigns.items())
        if campaign.state == "running" and (campaign.workspaces is None or workspace in campaign.workspaces)
    ]


def _compile_campaign(number: int, slug: str, campaign: Campaign, assumptions: Assumptions) -> CompiledCampaign:
    compiler = WorkflowCompiler(assumptions)
    start = compiler.compile(campaign.workflow)
    kind = next(kind for kind, model in _KINDS.items() if isinstance(campaign.trigger, model))
    frequency, seconds = _frequency(campaign)
    goal = campaign.goal
    whole = Check(campaign.filter.condition, assumptions)
    return CompiledCampaign(
        number=number,
        slug=slug,
        definition=campaign,
        trigger_kind=kind,
        trigger=_trigger_check(campaign, assumptions),
        filter=None if whole.always else whole,
        start=start,
        nodes=tuple(compiler.nodes),
        frequency=frequency,
        frequency_seconds=seconds,
        exits_unmatched=campaign.exit.when in ("stops_matching", "goal_or_stops_matching"),
        exits_at_goal=campaign.exit.when in ("goal", "goal_or_stops_matching"),
        goal=None if goal is None else Check(goal_condition(goal), assumptions),
        goal_seconds=int(goal.within.total_seconds()) if goal is not None and goal.within is not None else 0,
        exit_on=None if campaign.exit.on is None else Check(_any_part(campaign.exit.on.condition), assumptions),
        audience=_audience(campaign, assumptions),
        parallel=assumptions.parallel_segment_journeys
        if kind in ("segment", "person")
        else assumptions.parallel_event_journeys,
    )


def goal_condition(goal: Goal) -> Condition:
    """The goal as a condition: an event since entry, or what its filter says."""
    if goal.event is not None:
        return Happens(goal.event, None if goal.where.condition == All() else goal.where.condition)
    assert goal.filter is not None  # a goal is one or the other, as its definition checks
    return goal.filter.condition


def _any_part(condition: Condition) -> Condition:
    """A list of exit conditions as alternatives: any one ends the journey (semantics R52)."""
    return AnyOf(condition.parts) if isinstance(condition, All) else condition


def _frequency(campaign: Campaign) -> tuple[str, int]:
    match campaign.effective_frequency():
        case OncePer(once_per=span):
            return "period", int(span.total_seconds())
        case Rematch(rematch=timedelta() as span):
            return "rematch", int(span.total_seconds())
        case Rematch():
            return "rematch", 0
        case Interval(every=span):
            return "interval", int(span.total_seconds())
        case str() as mode:
            return mode, 0


def _trigger_check(campaign: Campaign, assumptions: Assumptions) -> Check | None:
    match campaign.trigger:
        case EventTrigger(where=where) | FormTrigger(where=where) | WebhookTrigger(where=where):
            return Check(where.condition, assumptions)
        case ObjectTrigger(where=where):
            return Check(where.condition, assumptions)
        case RelationshipTrigger(where=where, object_where=more):
            return Check(_both(where.condition, more.condition), assumptions)
        case SegmentTrigger(segment=segment):
            return Check(InSegment(segment), assumptions)
        case PersonTrigger(person=person, filter=more):
            return Check(_both(person.condition, more.condition), assumptions)
        case _:
            return None


def _both(one: Condition, other: Condition) -> Condition:
    parts = tuple(part for part in (one, other) if part != All())
    return parts[0] if len(parts) == 1 else All(parts)


def _audience(campaign: Campaign, assumptions: Assumptions) -> Check | None:
    audience = getattr(campaign.trigger, "audience", None)
    if audience is None or audience.condition == All():
        return None
    return Check(audience.condition, assumptions)


def _checks_of(campaigns: Iterable[CompiledCampaign]) -> list[Check]:
    found: list[Check | None] = []
    for campaign in campaigns:
        found += [campaign.trigger, campaign.filter, campaign.goal, campaign.exit_on, campaign.audience]
        for node in campaign.nodes:
            found += [node.only_if, *(way.check for way in node.ways)]
    return [check for check in found if check is not None]


def _event_names(checks: Iterable[Check], kind: type[Performed | Happens]) -> frozenset[str]:
    return frozenset(
        clause.event.lower() for check in checks for _, clause in walk(check.condition) if isinstance(clause, kind)
    )


def _dated(campaigns: Iterable[CompiledCampaign]) -> Iterator[tuple[str, CompiledCampaign]]:
    for campaign in campaigns:
        trigger = campaign.definition.trigger
        if isinstance(trigger, DateTrigger):
            yield trigger.date.split(".")[0].split("[")[0], campaign


def _messages_asked(campaigns: Iterable[CompiledCampaign], segments: dict[str, Check]) -> frozenset[tuple[str, str]]:
    """What a condition asks of its own campaign's message has that campaign's name; a segment is anybody's."""
    own = {
        (campaign or compiled.slug, step)
        for compiled in campaigns
        for check in compiled.checks
        for campaign, step in check.reads.messages
    }
    return frozenset(own.union(*(check.reads.messages for check in segments.values())))


def _times_asked(checks: Iterable[Check]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for check in checks:
        for path in times_asked(check.condition, Subject.PERSON):
            found[top_key(path)] = found.get(top_key(path), frozenset()) | {path}
    return found


def _names(campaigns: Iterable[CompiledCampaign]) -> dict[EventKey, str]:
    return {
        (trigger.type.value, trigger.event.strip().lower()): trigger.event.strip()
        for trigger in (campaign.definition.trigger for campaign in campaigns)
        if isinstance(trigger, EventTrigger)
    }


def _routers(campaigns: Iterable[CompiledCampaign], assumptions: Assumptions) -> dict[EventKey, Router]:
    routes: dict[EventKey, list[Route]] = {}
    for campaign in campaigns:
        trigger = campaign.definition.trigger
        if isinstance(trigger, EventTrigger) and campaign.trigger is not None:
            key = (trigger.type.value, trigger.event.strip().lower())
            check = campaign.trigger
            probes = assumption_probes(check.condition)
            route = Route(campaign.number, check.condition, check.holds, check.always, probes)
            routes.setdefault(key, []).append(route)
    return {key: router_for(found, assumptions) for key, found in routes.items()}


def _watchers(campaigns: Iterable[CompiledCampaign], segments: dict[str, Check]) -> Watchers:
    watchers = Watchers()
    for campaign in campaigns:
        if campaign.trigger_kind not in ("segment", "person") or campaign.trigger is None:
            continue
        watchers.everything.append(campaign)
        reads = _reads_through(campaign.trigger.reads, segments)
        for table, names in (
            (watchers.by_attribute, reads.attributes),
            (watchers.by_event, reads.events),
            (watchers.by_change, reads.changes),
        ):
            for name in names:
                table.setdefault(name, []).append(campaign)
    watchers.attributes = frozenset(watchers.by_attribute) | frozenset(watchers.by_change)
    return watchers


def _reads_through(reads: Reads, segments: dict[str, Check]) -> Reads:
    found, seen, left = reads, set[str](), list(reads.segments)
    while left:
        slug = left.pop()
        if slug in seen or slug not in segments:
            continue
        seen.add(slug)
        more = segments[slug].reads
        left += more.segments
        found = Reads(
            found.attributes | more.attributes,
            found.properties | more.properties,
            found.events | more.events,
            found.changes | more.changes,
            found.segments | more.segments,
            found.messages | more.messages,
            found.timed or more.timed,
        )
    return found


def _crosses(node: Node) -> bool:
    match node.step:
        case SetStep(set=updates):
            return updates.of is not None
        case CreateEventStep(create_event=event):
            return event.of is not None
        case _:
            return False
