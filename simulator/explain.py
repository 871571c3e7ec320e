"""Why a person did or did not get a campaign: each call that could have started it, clause by clause.

It reads the trace of a replay in full detail, whose clauses were answered by the checks that decided; nothing is asked
anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.definitions.conditions import All, Condition, InSegment, Not, PlacedCondition, parts_of
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.triggers import PersonTrigger, SegmentTrigger
from simulator.step_conditions import condition_labelled
from simulator.trace import (
    Address,
    AnyEntry,
    Clause,
    Considered,
    Entered,
    Held,
    Lapsed,
    Moved,
    Refused,
)

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

LONGEST_SEEN = 80
_BY_FREQUENCY = frozenset({"once", "period", "interval"})


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause with its answer, or a heading above several (`all of`, `any of`, `none of`)."""

    depth: int
    text: str
    held: bool
    seen: str = ""  # as JSON; `missing` when there was none, empty for a heading
    place: str = ""  # file:line:column
    rule: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that could have started one campaign, and what came of it."""

    at: int
    campaign: str
    call: str
    line: int
    verdict: str  # not_matched, refused, waiting, lapsed, entered
    reason: str = ""  # of a refusal
    rule: str = ""
    until: int | None = None  # how long the filter is tried again
    trigger: tuple[ClauseLine, ...] = ()
    filter: tuple[ClauseLine, ...] = ()
    change: ClauseLine | None = None  # the first thing that would have to change
    place: str = ""  # of what refused it, where the content says so
    journey: tuple[AnyEntry, ...] = ()
    because: tuple[ClauseLine | None, ...] = ()  # for each entry of the journey the clause that decided it


@dataclass(frozen=True, slots=True)
class CampaignExplanation:
    """All that is to say of one campaign."""

    slug: str
    name: str
    file: str
    attempts: tuple[Attempt, ...]
    hint: str = ""  # why there is no attempt at all


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the log's calls did for one person."""

    person: str
    campaigns: tuple[CampaignExplanation, ...]


@dataclass(slots=True)
class _Gathered:
    """What the trace says of one call and one campaign."""

    at: int
    call: str
    line: int
    considered: Considered | None = None
    held: Held | None = None
    lapsed: Lapsed | None = None
    refused: Refused | None = None
    entered: Entered | None = None
    journeys: list[int] = field(default_factory=list)


def explain(
    project: Project, entries: Iterable[AnyEntry], person: str, campaigns: Iterable[str], calls: Mapping[str, int]
) -> Explanation:
    """The explanation for one person from a trace in full detail; *calls* counts the person's calls by name."""
    own = [entry for entry in entries if entry.person == person]
    found = []
    for slug in campaigns:
        mine = [entry for entry in own if entry.campaign == slug]
        attempts = tuple(_attempts(project, slug, mine))
        hint = "" if attempts else _no_call(project, slug, calls)
        found.append(
            CampaignExplanation(slug, project.campaigns[slug].name, project.campaign_file(slug), attempts, hint)
        )
    return Explanation(person, tuple(found))


def only_call(explanation: Explanation, asked: str) -> Explanation:
    """The explanation of the calls of one name, or of one line."""
    low = asked.strip().lower()

    def is_meant(attempt: Attempt) -> bool:
        return str(attempt.line) == low or attempt.call.strip().lower() == low

    return replace(
        explanation,
        campaigns=tuple(
            replace(campaign, attempts=tuple(filter(is_meant, campaign.attempts))) for campaign in explanation.campaigns
        ),
    )


def _no_call(project: Project, slug: str, calls: Mapping[str, int]) -> str:
    campaign = project.campaigns[slug]
    event = getattr(campaign.trigger, "event", None)
    if campaign.state != "running":
        return f"the campaign is {campaign.state}: only a running one is triggered (R38)"
    if isinstance(event, str):
        others = ", ".join(f"{name} {count}" for name, count in sorted(calls.items())[:12])
        return f"the log has no event '{event}' of this person" + (f"; it has {others}" if others else "")
    return "nothing in the log asked this campaign's trigger about this person"


def _attempts(project: Project, slug: str, entries: list[AnyEntry]) -> Iterator[Attempt]:
    gathered: dict[tuple[str, int, int], list[_Gathered]] = {}
    journeys: dict[int, list[AnyEntry]] = {}
    for entry in entries:
        number = getattr(entry, "journey", None)
        if isinstance(number, int):
            journeys.setdefault(number, []).append(entry)
        match entry:
            case Considered() | Held() | Lapsed() | Refused() | Entered():
                _sort_in(gathered, entry)
            case Moved(journey=journey):
                gathered[("merge", 0, journey)] = [_Gathered(entry.at, "a merge", 0, journeys=[journey])]
            case _:
                pass
    every = [one for several in gathered.values() for one in several]
    for one in sorted(every, key=lambda one: (one.at, one.line)):
        yield _attempt(project, slug, one, journeys)


def _sort_in(
    gathered: dict[tuple[str, int, int], list[_Gathered]], entry: Considered | Held | Lapsed | Refused | Entered
) -> None:
    """Put an entry to the call it is about: that of its line; without one (attributes, time) the first still open."""
    several = gathered.setdefault((entry.call, entry.line, 0), [])
    if entry.line:
        known = several[:1]
    else:
        known = [one for one in several if not _is_settled(one)] if not isinstance(entry, Considered) else []
    one = known[0] if known else _Gathered(entry.at, entry.call, entry.line)
    if not known:
        several.append(one)
    match entry:
        case Considered():
            one.considered = entry
        case Held():
            one.held = entry
        case Lapsed():
            one.lapsed = entry
        case Refused():
            one.refused = entry
        case Entered(journey=journey):
            one.entered = entry
            one.journeys.append(journey)


def _is_settled(one: _Gathered) -> bool:
    is_over = one.considered is not None and not one.considered.matched
    return bool(is_over or one.lapsed or one.refused or one.journeys)


def _attempt(project: Project, slug: str, one: _Gathered, journeys: Mapping[int, list[AnyEntry]]) -> Attempt:
    trigger = trigger_condition(project, slug)
    filters = project.campaigns[slug].filter
    asked = () if one.considered is None else one.considered.clauses
    trigger_lines = tuple(clause_lines(trigger, asked)) if asked else ()
    last = one.lapsed or one.held
    filter_lines = tuple(clause_lines(filters, last.clauses)) if last is not None and last.clauses else ()
    attempt = Attempt(one.at, slug, one.call, one.line, "not_matched", trigger=trigger_lines, filter=filter_lines)
    if one.journeys:
        entries = tuple(entry for number in one.journeys for entry in journeys.get(number, ()))
        because = tuple(_because(project, slug, entry) for entry in entries)
        passed = () if one.entered is None else tuple(clause_lines(filters, one.entered.clauses))
        return replace(attempt, verdict="entered", filter=passed, journey=entries, because=because)
    if one.refused is not None:
        place = str(project.campaign_span(slug, ("frequency",))) if one.refused.reason in _BY_FREQUENCY else ""
        return replace(attempt, verdict="refused", reason=one.refused.reason, rule=one.refused.rule, place=place)
    if last is not None:
        change = first_change(filters, last.clauses)
        until = one.held.until if one.held is not None else None
        verdict = "lapsed" if one.lapsed is not None else "waiting"
        return replace(attempt, verdict=verdict, rule=last.rule, until=until, change=change)
    return replace(attempt, rule="R1", change=first_change(trigger, asked))


def _because(project: Project, slug: str, entry: AnyEntry) -> ClauseLine | None:
    """The clause that decided an entry of a journey, with what it saw."""
    clause = None if isinstance(entry, Held | Lapsed) else getattr(entry, "clause", None)
    if not isinstance(clause, Clause):
        return None
    campaign = project.campaigns[slug]
    placed = trigger_condition(project, slug) if clause.condition == "trigger" else None
    placed = placed or condition_labelled(campaign, clause.condition)
    condition = None if placed is None else clause_at(placed.condition, clause.address)
    return None if placed is None or condition is None else _clause_line(placed, condition, clause, 0)


def clause_at(condition: Condition, address: Address) -> Condition | None:
    """The clause at an address of *condition*; None when it has none there."""
    for index in address:
        parts = parts_of(condition)
        if index >= len(parts):
            return None
        condition = parts[index]
    return condition


def trigger_condition(project: Project, slug: str) -> PlacedCondition:
    """The campaign's trigger as the one condition that the engine asks, with its places."""
    trigger = project.campaigns[slug].trigger
    match trigger:
        case SegmentTrigger(segment=segment):
            span = project.campaign_span(slug, ("trigger", "segment"))
            place = (((), (span.line, span.column, span.length)),)
            return PlacedCondition(InSegment(segment), span.file, place)
        case PersonTrigger(person=person, filter=more):
            asked = [part for part in (person, more) if part.condition != All()]
            if len(asked) == 1:
                return asked[0]
            places = tuple(
                ((index, *address), place) for index, part in enumerate(asked) for address, place in part.places
            )
            return PlacedCondition(All(tuple(part.condition for part in asked)), person.file, places)
        case _:
            where: PlacedCondition | None = getattr(trigger, "where", None)
            return where if where is not None else PlacedCondition()


def clause_lines(placed: PlacedCondition, clauses: Iterable[Clause]) -> Iterator[ClauseLine]:
    """The condition as lines, each clause with what it saw."""
    known = {clause.address: clause for clause in clauses}
    yield from _lines(placed, placed.condition, (), known, 0)


def _lines(
    placed: PlacedCondition, condition: Condition, address: Address, known: Mapping[Address, Clause], depth: int
) -> Iterator[ClauseLine]:
    clause = known.get(address)
    if clause is not None:
        yield _clause_line(placed, condition, clause, depth)
        return
    heading = _HEADINGS.get(type(condition))
    inside = depth
    if heading is not None and not (address == () and isinstance(condition, All)):
        yield ClauseLine(
            depth, heading, holds(condition, address, known), place=place_of(placed, address), is_group=True
        )
        inside += 1
    for index, part in enumerate(parts_of(condition)):
        yield from _lines(placed, part, (*address, index), known, inside)


_HEADINGS: dict[type, str] = {All: "all of", AnyOf: "any of", Not: "not"}


def _clause_line(placed: PlacedCondition, condition: Condition, clause: Clause, depth: int) -> ClauseLine:
    from mailwright.loading.condition_text import condition_as_sentence

    return ClauseLine(
        depth,
        condition_as_sentence(condition),
        clause.held,
        "missing" if clause.missing else seen_as_text(clause.seen),
        place_of(placed, clause.address),
        clause.rule,
    )


def seen_as_text(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    text = msgspec.json.encode(value, enc_hook=repr).decode()
    return text if len(text) <= LONGEST_SEEN else f"{text[:LONGEST_SEEN]}…"


def holds(condition: Condition, address: Address, known: Mapping[Address, Clause]) -> bool:
    """The answer of a condition from the answers of its clauses."""
    clause = known.get(address)
    if clause is not None:
        return clause.held
    answers = [holds(part, (*address, index), known) for index, part in enumerate(parts_of(condition))]
    if isinstance(condition, Not):
        return not answers[0]
    return any(answers) if isinstance(condition, AnyOf) else all(answers)


def first_change(placed: PlacedCondition, clauses: Iterable[Clause]) -> ClauseLine | None:
    """The first clause that would have to be answered otherwise for the whole to hold; None when it holds."""
    known = {clause.address: clause for clause in clauses}
    found = _to_change(placed.condition, (), known, wanted=True) if known else None
    if found is None:
        return None
    condition, address = found
    return _clause_line(placed, condition, known[address], 0)


def _to_change(
    condition: Condition, address: Address, known: Mapping[Address, Clause], *, wanted: bool
) -> tuple[Condition, Address] | None:
    if holds(condition, address, known) is wanted:
        return None
    if address in known:
        return condition, address
    inner = (not wanted) if isinstance(condition, Not) else wanted
    for index, part in enumerate(parts_of(condition)):
        found = _to_change(part, (*address, index), known, wanted=inner)
        if found is not None:
            return found
    return None


def place_of(placed: PlacedCondition, address: Address) -> str:
    """`file:line:column` of a clause, or of the nearest one around it that has a place."""
    places = dict(placed.places)
    for end in range(len(address), -1, -1):
        found = places.get(address[:end])
        if found is not None:
            return f"{placed.file}:{found[0]}:{found[1]}"
    return placed.file
