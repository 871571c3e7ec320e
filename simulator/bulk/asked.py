"""What a project asks of a log that is counted in columns, and whether it can be counted so at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Compare, Condition, EventType, Happens, Not, Operator, Subject, walk
from mailwright.definitions.triggers import EventTrigger
from simulator.bulk import NotRegular
from simulator.conditions import Check
from simulator.history.wanted import ENVELOPE
from simulator.recordings import Recordable, recordables_in
from simulator.wanting import wanted_by
from simulator.workflow import Node

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.messages import Rendering, Unrendered
    from simulator.routing import Route

MOST_BREAKS = 256
"""Distances from entry at which a campaign's journeys may do something; a campaign with more is for the engine."""
REST = ("unsubscribed", "cio_subscription_preferences", "phone", "language")
"""Attributes that few calls hold and that decide about messages; they are read as one column."""
IDENTIFIERS = ("id", "cio_id", "_timestamp", "_update", "anonymous_id", "cio_relationships")
"""Attributes that say who somebody is, or how to take the call: people whose calls hold one go to the engine."""
_ELSEWHERE = ("segment", "person", "date", "newsletter")  # kinds that look at everybody


@dataclass(frozen=True, slots=True, eq=False)
class Awaited:
    """One `Happens` of a campaign's goal or exits: the event it waits for and what it asks of the data."""

    event: str  # in lower case
    where: Check | None


@dataclass(frozen=True, slots=True, eq=False)
class BulkCampaign:
    """A campaign whose journeys are counted by class."""

    campaign: CompiledCampaign
    recordable: Recordable
    route: Route
    event: str  # the trigger's, in lower case
    breaks: tuple[int, ...]  # distances from entry, in seconds, at which a journey may do something
    awaited: tuple[Awaited, ...]
    first_is_enough: bool  # of the awaited events only the first can matter
    goal_ends: bool  # the first awaited event within the goal's time ends the journey there and then

    @property
    def horizon(self) -> int:
        """Seconds after entry beyond which nothing matters."""
        return self.breaks[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """All that is read of a log."""

    content: Content
    messages: Unrendered | Rendering
    campaigns: tuple[BulkCampaign, ...]
    spellings: Mapping[str, str]  # event in lower case → as the content writes it
    events: Mapping[str, tuple[str, ...]]  # event in lower case → the properties that are read
    attributes: tuple[str, ...]  # without `REST`


def asked_by(content: Content, messages: Unrendered | Rendering) -> Asked:
    """What *content* asks of a log.

    Raises: NotRegular when it asks for what columns cannot tell.
    """
    _refuse_content(content)
    wanted = wanted_by(content)
    if wanted.attributes is None or any(properties is None for properties in wanted.events.values()):
        raise NotRegular("its Liquid may read anything")
    recordables = recordables_in(content, messages.attributes_read())
    campaigns = tuple(
        _bulk_campaign(content, campaign, recordables.get(campaign.number))
        for campaign in content.campaigns
        if campaign.trigger_kind == "event"
    )
    spellings: dict[str, str] = {}
    for bulk in campaigns:
        for event, spelling in ((bulk.event, content.names[("event", bulk.event)]), *_awaited_names(bulk)):
            spellings.setdefault(event, spelling)
    events: dict[str, tuple[str, ...]] = {}
    for name, properties in wanted.events.items():
        low = name.strip().lower()
        if low in spellings and properties is not None:
            events[low] = tuple(sorted({*events.get(low, ()), *properties} - ENVELOPE))
    read = frozenset[str]().union(*(bulk.recordable.attributes for bulk in campaigns))
    if not read.isdisjoint(IDENTIFIERS[1:]):
        raise NotRegular("it reads an identifier")
    attributes = tuple(sorted((read | {"email"}) - {*REST, *IDENTIFIERS}))
    return Asked(content, messages, campaigns, spellings, events, attributes)


def _refuse_content(content: Content) -> None:
    assumed = content.assumptions
    if content.project.people.identifier != "id":
        raise NotRegular("email addresses identify people")
    if content.times_asked or any(router.times for router in content.routers.values()):
        raise NotRegular("it asks for points in time, and warns of other forms of them")
    if content.asks_age or content.asks_messages or content.watchers.everything:
        raise NotRegular("it looks at more than calls")
    for kind in _ELSEWHERE:
        if content.by_kind[kind]:
            raise NotRegular(f"it has campaigns on a {kind}")
    if assumed.unknown_person != "created" or assumed.future_events != "at_receipt":
        raise NotRegular("an assumption says otherwise of unknown people or of events ahead of their time")
    if assumed.null_property != "missing" or assumed.out_of_order_attributes != "ignore_older":
        raise NotRegular("an assumption says otherwise of nulls or late attributes")
    if assumed.duplicate_event_ids != "ignored" or assumed.frequency_used_by != "entry":
        raise NotRegular("an assumption says otherwise of event ids or frequencies")
    if any(kind != "event" for kind, _ in content.routers):
        raise NotRegular("it has campaigns on pages or screens")


def _bulk_campaign(content: Content, campaign: CompiledCampaign, recordable: Recordable | None) -> BulkCampaign:
    if recordable is None:
        raise NotRegular(f"journeys of '{campaign.slug}' differ from person to person")
    trigger = campaign.definition.trigger
    assert isinstance(trigger, EventTrigger)  # chosen by its kind
    if trigger.type is not EventType.EVENT:
        raise NotRegular("it has campaigns on pages or screens")
    for check in (campaign.trigger, *recordable.checks, *recordable.ends):
        if check is not None:
            _refuse_check(campaign.slug, check)
    event = trigger.event.strip().lower()
    route = next(one for one in content.routers[("event", event)].every if one.number == campaign.number)
    awaited = tuple(
        Awaited(clause.event.lower(), None if clause.where is None else Check(clause.where, content.assumptions))
        for check in recordable.ends
        for _, clause in walk(check.condition)
        if isinstance(clause, Happens)
    )
    only_goal = campaign.exit_on is None and campaign.goal is not None and _is_happens(campaign.goal.condition)
    ends = only_goal and campaign.exits_at_goal and content.assumptions.goal_exit_at == "goal"
    return BulkCampaign(campaign, recordable, route, event, _breaks(content, campaign), awaited, only_goal, ends)


def _refuse_check(slug: str, check: Check) -> None:
    reads = check.reads
    if reads.timed or reads.segments or reads.changes or reads.messages:
        raise NotRegular(f"'{slug}' asks for more than attributes and events")
    for _, clause in walk(check.condition):
        if isinstance(clause, Not) and isinstance(clause.part, Compare) and clause.part.operator is Operator.EXISTS:
            raise NotRegular(f"'{slug}' may tell null from missing")
        if isinstance(clause, Compare) and clause.subject not in (Subject.PERSON, Subject.EVENT, Subject.DATA):
            raise NotRegular(f"'{slug}' asks about an object")
        if isinstance(clause, Happens) and clause.type is not EventType.EVENT:
            raise NotRegular(f"'{slug}' waits for a page or a screen")


def _is_happens(condition: Condition) -> bool:
    return isinstance(condition, Happens)


def _awaited_names(bulk: BulkCampaign) -> Iterator[tuple[str, str]]:
    for check in bulk.recordable.ends:
        for _, clause in walk(check.condition):
            if isinstance(clause, Happens):
                yield clause.event.lower(), clause.event


def _breaks(content: Content, campaign: CompiledCampaign) -> tuple[int, ...]:
    """Every distance from entry at which some way through the workflow does something."""
    distances: dict[int, set[int]] = {}
    found = {0}

    def visit(node: Node | None, distance: int) -> None:
        while node is not None:
            seen = distances.setdefault(id(node), set())
            if distance in seen:
                return
            seen.add(distance)
            found.add(distance)
            if len(found) > MOST_BREAKS:
                raise NotRegular(f"'{campaign.slug}' has too many ways of timing")
            for way in node.ways:
                visit(way.first, distance)
            distance += node.seconds if node.kind == "wait" else 0
            node = node.next
        found.add(distance)

    visit(campaign.start, 0)
    if campaign.goal_seconds:
        found.add(min(campaign.goal_seconds, max(found)))
    if campaign.filter is not None:
        found.add(content.assumptions.filter_retry_seconds)
    return tuple(sorted(found))
