"""What a trace adds up to: one campaign after the other, in one pass that holds counts and never the trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.trace import (
    Acted,
    AnyEntry,
    Considered,
    Delivery,
    Ended,
    Entered,
    GoalReached,
    Held,
    Lapsed,
    Noted,
    Refused,
    Skipped,
)

DAY = 86400
DOUBLE_WITHIN = 3600  # two emails of one call this close to their entries are the double-email trap
KINDS_OF_TEXT_KEPT = 50  # failures and warnings told apart; more are counted together
OTHER_TEXTS = "(other texts)"
NO_ADDRESS = "missing_recipient"
GOOD_STATUSES = frozenset({"sent"})
WAITS = "attempted"  # over the limit, and tried again: what becomes of it is a delivery of its own (semantics R92)


@dataclass(slots=True)
class CampaignTally:
    """One campaign's counts."""

    considered: int = 0  # known in full detail only
    matched: int = 0
    entered: int = 0
    held: int = 0
    lapsed: int = 0
    goals: int = 0
    converted: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # reason, rule
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)  # outcome, reason
    deliveries: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # step, channel, status
    unsent: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # step, status, reason
    skipped: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # step, reason, rule
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)  # step, Customer.io's text
    failed_messages: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)  # message, language
    acted: Counter[tuple[str, str]] = field(default_factory=Counter)  # step, what

    def add(self, other: CampaignTally, times: int) -> None:
        """Count what *other* counted so many times more."""
        for name in ("considered", "matched", "entered", "held", "lapsed", "goals", "converted"):
            setattr(self, name, getattr(self, name) + getattr(other, name) * times)
        for name in ("refused", "ended", "deliveries", "unsent", "skipped", "failures", "acted"):
            counts: Counter[Any] = getattr(self, name)
            for key, count in getattr(other, name).items():
                if count:
                    counts[key] += count * times
        for failure, message in other.failed_messages.items():
            self.failed_messages.setdefault(failure, message)

    @property
    def active(self) -> int:
        """Journeys that still run where the clock stopped."""
        return self.entered - sum(self.ended.values())

    def sent(self, channel: str | None = None) -> int:
        """Messages handed over, of one channel or of all."""
        return sum(
            count
            for (_, of, status), count in self.deliveries.items()
            if status in GOOD_STATUSES and (channel is None or of == channel)
        )


@dataclass(frozen=True, slots=True)
class DoubleEmail:
    """One call that brought a person more than one email within an hour."""

    person: str
    call: str
    line: int
    at: int
    campaigns: tuple[str, ...]


@dataclass(slots=True)
class Doubles:
    """The double-email trap: how often, for how many people, by which campaigns, and the earliest of each."""

    calls: int = 0
    people: set[str] = field(default_factory=set)
    campaigns: Counter[tuple[str, ...]] = field(default_factory=Counter)
    examples: dict[tuple[str, ...], DoubleEmail] = field(default_factory=dict)


class _Recent:
    """A mapping that remembers at least its newest *room* keys and at most twice as many."""

    __slots__ = ("_new", "_old", "_room")

    def __init__(self, room: int = 50_000) -> None:
        self._room = room
        self._new: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        found = self._new.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: Any, value: Any) -> None:
        if len(self._new) >= self._room:
            self._old, self._new = self._new, {}
        self._new[key] = value


class Summary:
    """The counts of a trace; give it each entry once, in the trace's order."""

    def __init__(self) -> None:
        self.campaigns: dict[str, CampaignTally] = {}
        self.per_day: Counter[tuple[int, str, bool]] = Counter()  # day since 1970 in UTC, channel, handed over
        self.warnings: Counter[tuple[str, str]] = Counter()  # code, campaign
        self.warning_lines: dict[str, int] = {}  # code → the first line it is about
        self.doubles = Doubles()
        self.entries = 0
        self._entered = _Recent()  # journey → its Entered, for the first hour
        self._emails = _Recent()  # person and line → journeys' campaigns that sent within the hour

    def add(self, entry: AnyEntry) -> None:
        """Count one entry."""
        self.entries += 1
        count = _COUNTERS.get(type(entry))
        if count is not None:
            count(self, entry)

    def tally(self, campaign: str) -> CampaignTally:
        """The counts of *campaign*, empty at first."""
        found = self.campaigns.get(campaign)
        if found is None:
            found = self.campaigns[campaign] = CampaignTally()
        return found

    def total(self, of: Callable[[CampaignTally], int]) -> int:
        """One figure over all campaigns."""
        return sum(of(tally) for tally in self.campaigns.values())

    def _considered(self, entry: Considered) -> None:
        tally = self.tally(entry.campaign)
        tally.considered += 1
        tally.matched += entry.matched

    def _held(self, entry: Held) -> None:
        self.tally(entry.campaign).held += 1

    def _lapsed(self, entry: Lapsed) -> None:
        self.tally(entry.campaign).lapsed += 1

    def _refused(self, entry: Refused) -> None:
        self.tally(entry.campaign).refused[entry.reason, entry.rule] += 1

    def _entered_journey(self, entry: Entered) -> None:
        self.tally(entry.campaign).entered += 1
        self._entered.put((entry.campaign, entry.person, entry.journey), entry)

    def _skipped(self, entry: Skipped) -> None:
        self.tally(entry.campaign).skipped[entry.step, entry.reason, entry.rule] += 1

    def _delivered(self, entry: Delivery) -> None:
        tally = self.tally(entry.campaign)
        good = entry.status in GOOD_STATUSES
        tally.deliveries[entry.step, entry.channel, entry.status] += 1
        if entry.status == WAITS:
            return
        self.per_day[entry.at // DAY, entry.channel, good] += 1
        if not good:
            tally.unsent[entry.step, entry.status, entry.reason] += 1
            if entry.status == "failed" and entry.reason != NO_ADDRESS:
                self._failed(tally, entry)
        elif entry.channel == "email":
            self._watch_doubles(entry)

    def _failed(self, tally: CampaignTally, entry: Delivery) -> None:
        key = (entry.step, entry.failure or entry.reason)
        if key not in tally.failures and len(tally.failures) >= KINDS_OF_TEXT_KEPT:
            key = (entry.step, OTHER_TEXTS)
        tally.failures[key] += 1
        tally.failed_messages.setdefault(key, (entry.message or entry.step, entry.language))

    def _watch_doubles(self, entry: Delivery) -> None:
        start = self._entered.get((entry.campaign, entry.person, entry.journey))
        if start is None or entry.made_at - start.at > DOUBLE_WITHIN:
            return
        self.early_email(entry.person, entry.campaign, start.call, start.line, start.at)

    def early_email(self, person: str, campaign: str, call: str, line: int, at: int) -> None:
        """Count an email sent within the hour after the journey's entry at *at*; a second one of one call is a double.

        What no line of the log caused (a date, a membership) is no call.
        """
        if not line:
            return
        key = (person, line)
        before = self._emails.get(key)
        self._emails.put(key, (campaign,) if before is None else (*before, campaign))
        if before is None or len(before) > 1:  # a third email of the same call: it is one call still
            return
        campaigns = tuple(sorted((*before, campaign)))
        doubles = self.doubles
        doubles.calls += 1
        doubles.people.add(person)
        doubles.campaigns[campaigns] += 1
        first = doubles.examples.get(campaigns)
        if first is None or (at, line, person) < (first.at, first.line, first.person):
            doubles.examples[campaigns] = DoubleEmail(person, call, line, at, campaigns)

    def merge(self, other: Summary) -> None:
        """Count what was counted of other people."""
        self.add_counts(other, 1)
        self.per_day += other.per_day
        for code, line in other.warning_lines.items():
            self.warning_lines[code] = min(line, self.warning_lines.get(code, line))
        doubles, theirs = self.doubles, other.doubles
        doubles.calls += theirs.calls
        doubles.people |= theirs.people
        doubles.campaigns += theirs.campaigns
        for campaigns, double in theirs.examples.items():
            first = doubles.examples.get(campaigns)
            if first is None or (double.at, double.line, double.person) < (first.at, first.line, first.person):
                doubles.examples[campaigns] = double

    def add_counts(self, other: Summary, times: int) -> None:
        """Count what *other* counted so many times more, but for days and doubles, which depend on when."""
        self.entries += other.entries * times
        for slug, tally in other.campaigns.items():
            self.tally(slug).add(tally, times)
        for key, count in other.warnings.items():
            self.warnings[key] += count * times

    def _ended(self, entry: Ended) -> None:
        self.tally(entry.campaign).ended[entry.outcome, entry.reason] += 1

    def _goal_reached(self, entry: GoalReached) -> None:
        tally = self.tally(entry.campaign)
        tally.goals += 1
        tally.converted += entry.converted

    def _acted(self, entry: Acted) -> None:
        tally = self.tally(entry.campaign)
        tally.acted[entry.step, entry.what] += 1
        if entry.failure:
            tally.failures[entry.step, entry.failure] += 1

    def _noted(self, entry: Noted) -> None:
        self.warnings[entry.code, entry.campaign] += 1
        first = self.warning_lines.get(entry.code)
        if entry.line and (first is None or entry.line < first):
            self.warning_lines[entry.code] = entry.line


def summary_of(entries: Iterable[AnyEntry]) -> Summary:
    """The counts of a whole trace."""
    summary = Summary()
    for entry in entries:
        summary.add(entry)
    return summary


_COUNTERS: dict[type, Callable[[Summary, Any], None]] = {
    Considered: Summary._considered,
    Held: Summary._held,
    Lapsed: Summary._lapsed,
    Refused: Summary._refused,
    Entered: Summary._entered_journey,
    Skipped: Summary._skipped,
    Delivery: Summary._delivered,
    Ended: Summary._ended,
    GoalReached: Summary._goal_reached,
    Acted: Summary._acted,
    Noted: Summary._noted,
}
