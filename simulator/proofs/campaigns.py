"""Campaigns: what makes one fire, which two can both fire, and which events a group leaves unanswered.

Two campaigns of one event are told apart by an index first: the constants that each asks of a property, or leaves out.
Only pairs that the index cannot tell apart are looked into; so many campaigns cost little more than few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from mailwright.checks.constraints import conjunction
from mailwright.definitions.assumptions import Assumptions, assumptions_from
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import (
    All,
    Compare,
    Condition,
    EventType,
    InSegment,
    Not,
    Operator,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    EventTrigger,
    FormTrigger,
    NewsletterTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    WebhookTrigger,
)
from simulator.operators import comparison_key
from simulator.paths import is_plain
from simulator.proofs.answers import Answer, Proved
from simulator.proofs.context import Context, context_of
from simulator.proofs.formulas import ValueKey
from simulator.proofs.questions import refuted_by

Constants = frozenset[object]


def trigger_condition(campaign: Campaign) -> Condition:
    """What the trigger asks besides its event; nothing for triggers that only dates or calls bring about."""
    match campaign.trigger:
        case EventTrigger(where=where) | FormTrigger(where=where) | WebhookTrigger(where=where):
            return where.condition
        case SegmentTrigger(segment=slug):
            return InSegment(slug)
        case PersonTrigger(person=person, filter=more):
            return All((person.condition, more.condition))
        case ObjectTrigger(where=where, audience=more):
            return All((where.condition, more.condition))
        case RelationshipTrigger(where=where, object_where=more):
            return All((where.condition, more.condition))
        case BroadcastTrigger(audience=audience) | NewsletterTrigger(audience=audience):
            return audience.condition
        case _:
            return All()


def firing_condition(campaign: Campaign) -> Condition:
    """What must hold for a journey to start: the trigger's condition and the filter."""
    return All((trigger_condition(campaign), campaign.filter.condition))


@dataclass(frozen=True, slots=True)
class Asks:
    """The constants that a condition surely asks of some values, and those that it surely leaves out."""

    allowed: Mapping[ValueKey, Constants]
    excluded: Mapping[ValueKey, Constants]

    def tells_apart(self, other: Asks) -> bool:
        """Whether nothing meets both; if not, the two may still exclude each other."""
        return any(True for _ in self.apart_by(other))

    def apart_by(self, other: Asks) -> Iterator[ValueKey]:
        """The values by which the two exclude each other."""
        for key, mine in self.allowed.items():
            theirs = other.allowed.get(key)
            if (theirs is not None and mine.isdisjoint(theirs)) or mine <= other.excluded.get(key, frozenset()):
                yield key
        for key, theirs in other.allowed.items():
            if theirs <= self.excluded.get(key, frozenset()):
                yield key

    @property
    def keys(self) -> frozenset[ValueKey]:
        """The values of which it asks anything by constants."""
        return frozenset(self.allowed) | frozenset(self.excluded)


def asks_of(condition: Condition, assumptions: Assumptions) -> Asks:
    """What a condition surely asks of plain properties and attributes, as `simulator.operators` compares them."""
    numbers = assumptions.numbers_compare_as == "number"
    allowed: dict[ValueKey, Constants] = {}
    excluded: dict[ValueKey, Constants] = defaultdict(frozenset)

    def keys(compare: Compare) -> Constants:
        return frozenset(comparison_key(value, numbers) for value in compare.values)

    for clause in conjunction(condition):
        match clause:
            case Unclaimed(subject=subject, path=path, claimed=claimed) if is_plain(path):
                taken = Compare(subject, path, Operator.EQUALS, claimed)
                excluded[_key(taken)] |= keys(taken)
            case Not(part=Compare(operator=Operator.EQUALS) as compare) if is_plain(compare.path):
                excluded[_key(compare)] |= keys(compare)
            case Compare(operator=Operator.EQUALS) if is_plain(clause.path):
                known = allowed.get(_key(clause))
                allowed[_key(clause)] = keys(clause) if known is None else known & keys(clause)
            case AnyOf(parts=parts) if key := _one_key(parts):
                found = frozenset[object]().union(*(keys(part) for part in parts if isinstance(part, Compare)))
                allowed[key] = found if key not in allowed else allowed[key] & found
            case _:
                pass
    return Asks(allowed, dict(excluded))


def _key(compare: Compare) -> ValueKey:
    return (Subject.DATA if compare.subject is Subject.EVENT else compare.subject, compare.path)


def _one_key(parts: Sequence[Condition]) -> ValueKey | None:
    """The one plain value that every part compares with constants; None where they are not so."""
    found = {
        _key(part) if isinstance(part, Compare) and part.operator is Operator.EQUALS and is_plain(part.path) else None
        for part in parts
    }
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Rival:
    """One running campaign of an event, and what makes it fire."""

    slug: str
    campaign: Campaign
    condition: Condition
    asks: Asks


def rivals_by_event(project: Project) -> dict[tuple[EventType, str], list[Rival]]:
    """The running campaigns on events, by type and name in lower case.

    Assumed: event names that differ only in case are one event (semantics R3).
    """
    assumptions = assumptions_from(project.settings.assumptions)
    found: dict[tuple[EventType, str], list[Rival]] = defaultdict(list)
    for slug, campaign in project.campaigns.items():
        match campaign.trigger:
            case EventTrigger(event=event, type=kind) if campaign.state == "running":
                condition = firing_condition(campaign)
                rival = Rival(slug, campaign, condition, asks_of(condition, assumptions))
                found[kind, event.strip().lower()].append(rival)
            case _:
                pass
    return dict(found)


def share_a_workspace(one: Campaign, other: Campaign) -> bool:
    """Whether some workspace has both."""
    return one.workspaces is None or other.workspaces is None or bool({*one.workspaces} & {*other.workspaces})


def not_told_apart(rivals: Sequence[Rival]) -> Iterator[tuple[Rival, Rival]]:
    """The pairs that the index leaves: they share a workspace, and no constant tells them apart."""
    for one, other in combinations(rivals, 2):
        if not one.asks.tells_apart(other.asks) and share_a_workspace(one.campaign, other.campaign):
            yield one, other


def both_fire(project: Project, one: str, other: str, context: Context | None = None) -> Answer:
    """Whether two campaigns can never fire for one event of one person, at one moment.

    Campaigns on different events never do; those on segments and attributes are asked whether one person matches both.
    """
    first, second = project.campaigns[one], project.campaigns[other]
    events = [event_of(campaign) for campaign in (first, second)]
    if None not in events and events[0] != events[1]:
        return Proved("they start on different events")
    if not share_a_workspace(first, second):
        return Proved("no workspace has both")
    known = context or context_of(project, one if events[0] is not None else other)
    conditions = [firing_condition(campaign) for campaign in (first, second)]
    asks = [asks_of(condition, known.assumptions) for condition in conditions]
    for key in asks[0].apart_by(asks[1]):
        return Proved(f"by {key[1]}")
    return meet(one, other, conditions, known)


def meet(one: str, other: str, conditions: Sequence[Condition], context: Context) -> Answer:
    """Whether what makes two campaigns fire can never hold at once; no index is asked."""
    return refuted_by([(condition, True) for condition in conditions], context, f"Fires both {one} and {other}")


def unanswered(
    project: Project, slugs: Sequence[str], *, with_filters: bool = False, context: Context | None = None
) -> Answer:
    """Whether every event of the campaigns' own is answered by one of them.

    Only what triggers ask of the event counts, since a filter leaves people out on purpose; *with_filters* counts both.
    """
    names = {event_of(project.campaigns[slug]): slug for slug in slugs}
    answers = [
        _unanswered(project, slugs, event, first, with_filters, context) for event, first in names.items() if event
    ]
    return next((answer for answer in answers if not isinstance(answer, Proved)), Proved())


def _unanswered(
    project: Project,
    slugs: Sequence[str],
    event: tuple[EventType, str],
    first: str,
    with_filters: bool,
    context: Context | None,
) -> Answer:
    known = context_of(project, first) if context is None else replace(context, event=event[1], event_type=event[0])
    own = [project.campaigns[slug] for slug in slugs if event_of(project.campaigns[slug]) == event]
    conditions = [firing_condition(campaign) if with_filters else trigger_condition(campaign) for campaign in own]
    return refuted_by([(condition, False) for condition in conditions], known, f"No campaign answers this {event[1]}")


def event_of(campaign: Campaign) -> tuple[EventType, str] | None:
    """The type and the name, in lower case, of the event that starts the campaign."""
    match campaign.trigger:
        case EventTrigger(event=event, type=kind):
            return kind, event.strip().lower()
        case _:
            return None
