"""Campaigns of one event: which of them would both send for it, and which values nobody answers.

Two triggers are told apart by what they surely demand (`constraints`); what that cannot see is taken as "may hold".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mailwright.checks.condition_values import folded_value
from mailwright.checks.constraints import Demand, Demands, Key, demands_of
from mailwright.checks.findings import clause_span, finding
from mailwright.checks.known_data import folded_event
from mailwright.checks.wholeness import is_whole
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Compare, Not, Operator, PlacedCondition, Subject, Unclaimed, walk
from mailwright.definitions.project import Project
from mailwright.definitions.steps import (
    EmailStep,
    InAppStep,
    PushStep,
    SmsStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WhatsAppStep,
    WindowStep,
)
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Rival:
    """One running campaign of an event, and what its trigger and filter demand."""

    slug: str
    campaign: Campaign
    where: PlacedCondition
    demands: Demands
    span: Span


def check_overlaps(project: Project) -> Iterator[Diagnostic]:
    """Pairs of campaigns that both fire for one event, and excluded values that no campaign asks for."""
    for rivals in rivals_by_event(project).values():
        for one, other in combinations(rivals, 2):
            if not one.demands.is_disjoint(other.demands) and _share_a_workspace(one, other):
                yield from _pair(one, other, rivals)
        for rival in rivals if is_whole(project) else ():
            yield from _unanswered(rival, rivals)


def rivals_by_event(project: Project) -> Mapping[tuple[str, str], list[Rival]]:
    """The running event campaigns, by event.

    Assumed: event names that differ only in case are one event (semantics R3).
    """
    found: dict[tuple[str, str], list[Rival]] = defaultdict(list)
    for slug, campaign in project.campaigns.items():
        match campaign.trigger:
            case EventTrigger(event=event, where=where, type=kind) if campaign.state == "running":
                demands = demands_of(where.condition, campaign.filter.condition)
                span = project.campaign_span(slug, ("trigger", "event"))
                found[(kind.value, folded_event(event))].append(Rival(slug, campaign, where, demands, span))
            case _:
                pass
    return found


def _pair(one: Rival, other: Rival, rivals: Sequence[Rival]) -> Iterator[Diagnostic]:
    """What two campaigns that are not told apart do: certain double mail, or a possible one."""
    shared = _shared_constants(one, other)
    is_declared = one.campaign.exclusive is not None and one.campaign.exclusive == other.campaign.exclusive
    if not is_declared and not (_sends(one) and _sends(other)):
        return
    event = _event(one)
    if shared or is_declared or _skips_what_tells_apart(one, other, rivals):
        what = f" with {shared}" if shared else ""
        message = f"'{one.slug}' and '{other.slug}' both send for one '{event}'{what}"
        hint = f"exclude in one of them what the other asks for, as {{not: …}} or {{unclaimed_by: {_glob(one)}}}"
        yield finding("both-fire", message, _shown_span(other, one), hint)
    elif _sends_at_once(one) and _sends_at_once(other):
        message = f"'{one.slug}' and '{other.slug}' may both send at once for one '{event}'"
        hint = "add a where: that tells them apart, or a wait to one of them"
        yield finding("may-both-fire", message, _shown_span(other, one), hint)


def _shared_constants(one: Rival, other: Rival) -> str:
    """The constants of one property that one asks for and the other, which names constants too, lets in; as text."""
    for key, demand in one.demands.values.items():
        rival = other.demands.values.get(key)
        if key[0] is Subject.DATA and rival is not None and (demand.names_constants and rival.names_constants):
            asked = (demand.allowed or frozenset()) | (rival.allowed or frozenset())
            common = sorted(value for value in asked if demand.accepts(value) and rival.accepts(value))
            if common:
                return f"{key[1]} {', '.join(common[:5])}"
    return ""


def _skips_what_tells_apart(one: Rival, other: Rival, rivals: Sequence[Rival]) -> bool:
    """One asks nothing of a property by which the campaigns of this event are told apart, and the other does."""
    for key in _telling_apart(rivals):
        mine, theirs = one.demands.values.get(key), other.demands.values.get(key)
        if (mine is None) != (theirs is None):
            return True
    return False


def _telling_apart(rivals: Sequence[Rival]) -> set[Key]:
    """The properties by which at least two campaigns exclude each other."""
    return {
        key
        for one, other in combinations(rivals, 2)
        for key in one.demands.values.keys() & other.demands.values.keys()
        if key[0] is Subject.DATA and one.demands.values[key].is_disjoint(other.demands.values[key])
    }


def _unanswered(rival: Rival, rivals: Sequence[Rival]) -> Iterator[Diagnostic]:
    """Constants that *rival* leaves to others, where others ask for constants of that property but not for these."""
    others = [other for other in rivals if other is not rival]
    for address, clause in walk(rival.where.condition):
        match clause:
            case Not(part=Compare(subject=Subject.DATA, path=path, operator=Operator.EQUALS, values=values)):
                pass
            case _:
                continue
        asking = [demand for other in others if (demand := other.demands.values.get((Subject.DATA, path)))]
        if not any(demand.allowed for demand in asking):
            continue
        left = [str(value) for value in values if not _is_asked(value, others, (Subject.DATA, path))]
        if left:
            message = f"'{rival.slug}' leaves {path} {', '.join(left)} to others, but no campaign asks for it"
            hint = "add it to a campaign of its own, or take it out here; unclaimed_by: keeps such a list by itself"
            yield finding("excluded-by-all", message, clause_span(rival.where, address), hint)


def _is_asked(value: object, others: Sequence[Rival], key: Key) -> bool:
    demands = [demand for other in others if (demand := other.demands.values.get(key)) is not None]
    return any(_names_values(demand) and demand.accepts(folded_value(value)) for demand in demands)


def _names_values(demand: Demand) -> bool:
    return bool(demand.allowed or demand.contains) or demand.above is not None or demand.below is not None


def _shown_span(rival: Rival, other: Rival) -> Span:
    """The clause of *rival* that asks for what *other* asks for too, else its event."""
    theirs = other.demands.values
    for address, clause in walk(rival.where.condition):
        match clause:
            case Compare(subject=subject, path=path, operator=Operator.EQUALS) if (subject, path) in theirs:
                return clause_span(rival.where, address)
            case Unclaimed(subject=subject, path=path) if (subject, path) in theirs:
                return clause_span(rival.where, address)
            case _:
                pass
    return rival.span


def _share_a_workspace(one: Rival, other: Rival) -> bool:
    mine, theirs = one.campaign.workspaces, other.campaign.workspaces
    return mine is None or theirs is None or bool(set(mine) & set(theirs))


def _event(rival: Rival) -> str:
    return rival.campaign.trigger.event if isinstance(rival.campaign.trigger, EventTrigger) else ""


def _glob(rival: Rival) -> str:
    return f"{rival.slug.split('-')[0]}-*"


def _is_message(step: StepBase) -> bool:
    is_message = isinstance(step, EmailStep | SmsStep | PushStep | InAppStep | WhatsAppStep)
    return is_message and getattr(step, "sending", "automatic") != "off"


def _sends(rival: Rival) -> bool:
    """The campaign holds a message to the person."""
    return any(_is_message(placed.step) for placed in walk_steps(rival.campaign.workflow))


def _sends_at_once(rival: Rival) -> bool:
    """A message stands before the first wait."""
    for step in rival.campaign.workflow:
        if isinstance(step, WaitStep | WindowStep | WaitUntilStep):
            return False
        if any(_is_message(placed.step) for placed in walk_steps([step])):
            return True
    return False
