"""A journey as marks on a line of virtual time and as a list of moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.reports import wording
from simulator.reports.report import SampleJourney
from simulator.summary import GOOD_STATUSES
from simulator.trace import (
    Acted,
    AnyEntry,
    Branched,
    Delivery,
    Ended,
    Entered,
    GoalReached,
    Moved,
    Skipped,
    Waiting,
    Woke,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; *tone* is sent, bad, way, goal, end or empty."""

    at: int
    after: str
    text: str
    rule: str
    tone: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment's place on the line, in percent of its length."""

    left: float
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A wait on the line, in percent."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """One journey, ready to be drawn."""

    campaign: str
    name: str
    person: str
    outcome: str
    start: str
    length: str
    marks: tuple[Mark, ...]
    waits: tuple[Stretch, ...]
    moments: tuple[Moment, ...]


def timeline_of(journey: SampleJourney, until: int | None) -> Timeline:
    """The journey's timeline; one that still runs goes on to *until*."""
    entries = journey.entries
    start = entries[0].at
    ended = next((entry for entry in entries if isinstance(entry, Ended)), None)
    last = ended.at if ended is not None else max(until or 0, entries[-1].at)
    length = max(1, last - start)

    def place(at: int) -> float:
        return round(100 * min(max(at - start, 0), length) / length, 2)

    moments = tuple(_moments(entries, start))
    marks = tuple(Mark(place(moment.at), moment.tone, moment.text) for moment in moments if moment.tone)
    stretches = tuple(
        Stretch(place(begin), round(place(end) - place(begin), 2)) for begin, end in _waits(entries, last)
    )
    return Timeline(
        journey.campaign,
        journey.name,
        journey.person,
        outcome_in_words(entries),
        wording.moment_as_text(start),
        "at once" if last == start else wording.length_as_text(last - start),
        marks,
        stretches,
        moments,
    )


def outcome_in_words(entries: tuple[AnyEntry, ...]) -> str:
    """What the journey came to: `2 sent, reached the end`."""
    sent = sum(1 for entry in entries if isinstance(entry, Delivery) and entry.status in GOOD_STATUSES)
    ended = next((entry for entry in entries if isinstance(entry, Ended)), None)
    last = wording.in_words(ended.reason, wording.ENDED) if ended is not None else "still under way"
    return f"{sent} sent, {last}"


def _waits(entries: tuple[AnyEntry, ...], last: int) -> Iterator[tuple[int, int]]:
    began: int | None = None
    for entry in entries:
        if began is not None:
            yield began, entry.at
            began = None
        if isinstance(entry, Waiting):
            began = entry.at
    if began is not None:
        yield began, last


def _moments(entries: tuple[AnyEntry, ...], start: int) -> Iterator[Moment]:
    for entry in entries:
        text, rule, tone = moment_in_words(entry)
        if text:
            after = entry.at - start
            yield Moment(entry.at, f"+{wording.length_as_text(after)}" if after else "entry", text, rule, tone)


def moment_in_words(entry: AnyEntry) -> tuple[str, str, str]:
    """What one entry says: its words, its rule, its tone; no words for what is no part of a journey."""
    match entry:
        case Entered(call=call, line=line):
            return f"entered by {call}" + (f" (line {line})" if line else ""), "", "start"
        case Waiting(step=step, until=None, rule=rule):
            return f"{step}: waits until something happens", rule, ""
        case Waiting(step=step, until=until, rule=rule):
            return f"{step}: waits until {wording.moment_as_text(until)}", rule, ""
        case Woke(step=step, why=why):
            return f"{step}: goes on, {wording.in_words(why, wording.WOKE)}", "", ""
        case Branched(step=step, way=way, rule=rule):
            return f"{step}: takes the way “{way}”", rule, "way"
        case Skipped(step=step, reason=reason, rule=rule):
            return f"{step}: not sent, {wording.in_words(reason, wording.SKIPPED)}", rule, "skip"
        case Delivery():
            return _delivery_in_words(entry)
        case Acted(step=step, what=what, names=names, failure=failure):
            done = f"{step}: {what.replace('_', ' ')} {', '.join(names)}"
            return (f"{done}: failed, {failure}", "R74", "bad") if failure else (done, "", "way")
        case GoalReached(converted=converted):
            return "goal reached" + ("" if converted else ", though no message of it was sent"), "R51", "goal"
        case Ended(outcome=outcome, reason=reason, rule=rule):
            how = "finished" if outcome == "finished" else "left early"
            return f"{how}: {wording.in_words(reason, wording.ENDED)}", rule, "end"
        case Moved(from_person=whom):
            return f"came over from {whom} by a merge", "R119", "way"
        case _:
            return "", "", ""


def _delivery_in_words(entry: Delivery) -> tuple[str, str, str]:
    channel = wording.in_words(entry.channel, wording.CHANNELS)
    language = f" ({entry.language})" if entry.language else ""
    if entry.status in GOOD_STATUSES:
        return f"{entry.step}{language}: {channel} {wording.in_words(entry.status, wording.STATUSES)}", "", "sent"
    why = f"failed: {entry.failure}" if entry.failure else wording.unsent_in_words(entry.status, entry.reason)
    return f"{entry.step}{language}: {channel} {why}", entry.rule, "skip" if entry.status == "drafted" else "bad"
