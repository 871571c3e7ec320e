"""The counts of a log, class by class; the people that are out of the ordinary are left to the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.alike import Alike, Classing
from simulator.bulk.asked import Asked, BulkCampaign, asked_by
from simulator.bulk.events import AllEvents, events_of
from simulator.bulk.people import Lines, Profiles, lines_of, profiles_of
from simulator.bulk.reading import Columns, LogColumns
from simulator.bulk.selection import IDENTIFY
from simulator.bulk.telling import Teller, Told
from simulator.engine import Engine
from simulator.entering import refusal_of
from simulator.people import Person
from simulator.replay import LOOK_AHEAD
from simulator.summary import DAY, Summary
from simulator.trace import Noted, Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.bulk.index import Index
    from simulator.content import Content
    from simulator.messages import Rendering, Unrendered

    Ints = NDArray[np.int64]
    Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The calls of one class: whose, when and on which line; *sample_at* is when the one stands that was run."""

    people: NDArray[np.uint64]  # digests of ids
    at: Ints
    line: Ints
    sample_at: int


OnClass = Callable[[BulkCampaign, Members, Told], None]


@dataclass(slots=True)
class Bulk:
    """What a log adds up to but for the people in *left*, who are for the engine."""

    summary: Summary
    used: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    names: Counter[str] = field(default_factory=Counter)
    people: int = 0
    first_at: int = 0
    last_at: int = 0
    until: int = 0
    newest: int = 0  # the last receipt of the log, also beyond *until*
    late: int = 0  # calls that stand more than a day behind a later one
    left: frozenset[str] = frozenset()
    classes: int = 0


def bulk_counts(
    content: Content,
    messages: Unrendered | Rendering,
    file: str,
    *,
    until: int | None,
    threads: int,
    index: Index | None = None,
    on_class: OnClass | None = None,
    on_people: Callable[[dict[int, str]], None] | None = None,
) -> Bulk:
    """The counts of the log in *file*.

    *on_class* is told of every class, *on_people* in the end of the ids behind the digests in it.

    Raises: NotRegular when the content or the log is for the engine as a whole.
    """
    asked = asked_by(content, messages)
    with LogColumns(file, asked, threads, index) as log:
        counting = Counting(asked, log, log.read(), until, on_class)
        found = counting.counted()
        if on_people is not None:
            on_people(log.people(counting.regular_people()))
        return found


class Counting:
    """One log, whose lines stand in columns, counted."""

    def __init__(
        self, asked: Asked, log: LogColumns, columns: Columns, until: int | None, on_class: OnClass | None = None
    ) -> None:
        """*on_class* is told of every class: its campaign, its members and what each of them comes to."""
        self._on_class = on_class
        self._asked = asked
        self._log = log
        self._columns = columns
        self._found = Bulk(Summary(), calls=columns.at.size, names=columns.names)
        if not columns.at.size:
            raise NotRegular("the log is empty")
        received = np.ones(columns.at.size, dtype=bool) if until is None else columns.at <= until
        self._repeated = _repeated(columns, received, asked.content.assumptions.event_id_memory)
        self._lines: Lines = lines_of(columns, received & ~self._repeated, asked)
        self._received = received
        if not self._repeated.any():
            # Nobody looks for who a call was about any more, and of a long log that is much.
            nothing = np.zeros(0, dtype=np.uint64)
            self._columns = replace(columns, person=nothing, event_id=nothing)
        found = self._found
        found.first_at, found.last_at = int(columns.at[received].min()), int(columns.at[received].max())
        found.until = found.last_at + LOOK_AHEAD if until is None else until
        found.newest = int(columns.at.max())
        found.late = int((columns.at < np.maximum.accumulate(columns.at) - DAY).sum())

    def counted(self) -> Bulk:
        """Every count."""
        lines, found, asked = self._lines, self._found, self._asked
        profiles = profiles_of(self._columns, lines, asked)
        events = events_of(self._columns, lines, asked)
        classings = [(bulk, self._classing(bulk, profiles, events)) for bulk in asked.campaigns]
        starts = [(bulk, classing, self._started(bulk, events)) for bulk, classing in classings]
        for bulk, classing, positions in starts:
            lines.irregular[lines.group[positions[classing.ended_from_the_start(positions)]]] = True
            self._leave_late_filters(bulk, profiles, positions)
        self._count_people()
        teller, early = Teller(asked), _Early()
        for bulk, classing, positions in starts:
            kept = positions[~lines.irregular[lines.group[positions]]]
            self._tell(bulk, classing, self._not_refused(bulk, classing, kept), teller, early)
        self._count_doubles(early)
        del profiles, events
        left = self._log.people(lines.digests[lines.irregular].tolist())
        found.left = frozenset(left.values())
        return found

    def regular_people(self) -> list[int]:
        """The digests of everybody that was counted here."""
        return self._lines.digests[~self._lines.irregular].tolist()  # type: ignore[no-any-return]  # numbers are numbers

    def _classing(self, bulk: BulkCampaign, profiles: Profiles, events: AllEvents) -> Classing:
        limit = self._asked.content.assumptions.event_age_limit_seconds
        return Classing(bulk, self._lines, profiles, events, limit, self._found.until)

    def _started(self, bulk: BulkCampaign, events: AllEvents) -> Ints:
        trigger = events.by_name[bulk.event]
        if not trigger.positions.size:
            return trigger.positions
        return trigger.positions[trigger.that_start(bulk.campaign.number)[trigger.combination]]

    def _leave_late_filters(self, bulk: BulkCampaign, profiles: Profiles, positions: Ints) -> None:
        """Leave people to the engine whose filter may come to hold late, where that counts against a frequency."""
        campaign, lines = bulk.campaign, self._lines
        if campaign.filter is None or campaign.frequency == "every_time":
            return
        states = profiles.states(bulk.recordable.attributes)
        changed = profiles.positions[states.changes]
        at = lines.at[positions] + self._asked.content.assumptions.filter_retry_seconds
        last = np.searchsorted(lines.keys[changed], lines.moments(lines.group[positions], at), "right")
        soon = last > np.searchsorted(changed, positions, "right")
        lines.irregular[lines.group[positions[soon]]] = True

    def _count_people(self) -> None:
        lines, found = self._lines, self._found
        regular = ~lines.irregular
        found.people = int(regular.sum())
        mine = regular[lines.group]
        unknown = int((lines.code[lines.first][regular] != IDENTIFY).sum())
        if unknown:
            found.used["unknown_person"] += unknown
        ahead = int(((lines.stamp > lines.at) & (lines.code != IDENTIFY) & mine).sum())
        if ahead:
            found.used["future_events"] += ahead
        self._count_repeated()

    def _count_repeated(self) -> None:
        rows = np.flatnonzero(self._repeated & self._received)
        if not rows.size:
            return
        lines, found = self._lines, self._found
        place = np.searchsorted(lines.digests, self._columns.person[rows])
        place = np.minimum(place, lines.digests.size - 1)
        known = lines.digests[place] == self._columns.person[rows]
        mine = rows[~(known & lines.irregular[place])]
        for row in mine.tolist():
            found.summary.add(Noted(int(self._columns.at[row]), "", "", "duplicate_event_id", "", row + 1))
        if mine.size:
            found.used["duplicate_event_ids"] += int(mine.size)

    def _not_refused(self, bulk: BulkCampaign, classing: Classing, positions: Ints) -> Ints:
        """The calls that the campaign's frequency lets through; the others are counted."""
        campaign, lines = bulk.campaign, self._lines
        if campaign.frequency == "every_time":
            return positions
        engine = Engine(self._asked.content, self._asked.messages, self._found.summary.add)
        spelling, limit = self._asked.spellings[bulk.event], engine.content.assumptions.event_age_limit_seconds
        people: dict[int, Person] = {}
        kept = []
        for position, let_in in zip(positions.tolist(), classing.lets_in(positions).tolist(), strict=True):
            at = int(lines.at[position])
            if at - int(lines.stamp[position]) > limit:
                kept.append(position)
                continue
            person = people.setdefault(int(lines.group[position]), Person("somebody", at))
            refusal = refusal_of(engine, campaign, person, at)
            if refusal is not None:
                line = int(lines.rows[position]) + 1
                engine.emit(Refused(at, "", campaign.slug, spelling, line, *refusal))
                continue
            kept.append(position)
            if let_in:
                person.note_entry(campaign.number, at)
        self._found.used += engine.used
        return np.array(kept, dtype=np.int64)

    def _tell(self, bulk: BulkCampaign, classing: Classing, positions: Ints, teller: Teller, early: _Early) -> None:
        found, lines = self._found, self._lines
        per_day: dict[tuple[int, str, bool], list[Ints]] = {}
        for alike in classing.classes(positions):
            told = teller.told(bulk, alike.sample)
            count = int(alike.positions.size)
            found.classes += 1
            if self._on_class is not None:
                self._on_class(bulk, self._members(alike), told)
            found.summary.add_counts(told.summary, count)
            for code, line in told.summary.warning_lines.items():
                first = found.summary.warning_lines.get(code)
                found.summary.warning_lines[code] = line if first is None else min(line, first)
            for name, times in told.used.items():
                found.used[name] += times * count
            for send in told.sends:
                per_day.setdefault(send, []).append(alike.positions)
            if told.early:
                early.note(bulk, alike.positions, told)
        for (offset, channel, good), members in per_day.items():
            days, counts = np.unique((lines.at[np.concatenate(members)] + offset) // DAY, return_counts=True)
            for day, times in zip(days.tolist(), counts.tolist(), strict=True):
                found.summary.per_day[day, channel, good] += times

    def _members(self, alike: Alike) -> Members:
        lines = self._lines
        first = alike.sample.at
        return Members(
            lines.digests[lines.group[alike.positions]],
            lines.at[alike.positions],
            lines.rows[alike.positions] + 1,
            first,
        )

    def _count_doubles(self, early: _Early) -> None:
        """Calls that brought more than one email within the hour."""
        lines = self._lines
        several = early.several()
        if not several:
            return
        groups = sorted({int(lines.group[position]) for position, _ in several})
        names = self._log.people([int(lines.digests[group]) for group in groups])
        for position, bulk in several:
            person = names[int(lines.digests[lines.group[position]])]
            spelling, line = self._asked.spellings[bulk.event], int(lines.rows[position]) + 1
            self._found.summary.early_email(person, bulk.campaign.slug, spelling, line, int(lines.at[position]))


class _Early:
    """Emails sent within the hour after their call."""

    def __init__(self) -> None:
        self._positions: list[Ints] = []
        self._campaigns: list[BulkCampaign] = []
        self._times: list[int] = []

    def note(self, bulk: BulkCampaign, positions: Ints, told: Told) -> None:
        """Each of these calls brought so many."""
        self._positions.append(positions)
        self._campaigns.append(bulk)
        self._times.append(told.early)

    def several(self) -> list[tuple[int, BulkCampaign]]:
        """Each email of a call that brought more than one, in the log's order of persons."""
        if not self._positions:
            return []
        sizes = [positions.size for positions in self._positions]
        which = np.repeat(np.arange(len(sizes)), sizes)
        everything = np.concatenate(self._positions)
        times = np.array(self._times)[which]
        order = np.argsort(everything, kind="stable")
        places, first, counts = np.unique(everything[order], return_index=True, return_counts=True)
        totals = np.add.reduceat(times[order], first) if places.size else counts
        found = []
        for start, count in zip(first[totals > 1].tolist(), counts[totals > 1].tolist(), strict=True):
            for at in order[start : start + count].tolist():
                found += [(int(everything[at]), self._campaigns[int(which[at])])] * int(times[at])
        return found


def _repeated(columns: Columns, received: Marks, room: int) -> Marks:
    """Events whose id was used before: they are neither shown nor processed (semantics R31).

    Raises: NotRegular where ids come again so late that only the engine knows whether they are remembered.
    """
    found = np.zeros(columns.at.size, dtype=bool)
    rows = np.flatnonzero((columns.code != IDENTIFY) & (columns.event_id != 0) & received)
    ids = columns.event_id[rows]
    ordered = np.sort(ids)
    if not (ordered[1:] == ordered[:-1]).any():
        return found
    order = np.argsort(ids, kind="stable")
    same = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    if rows.size > room and (order[same + 1] - order[same]).max() > room:
        raise NotRegular("event ids come again after a long time")
    again = rows[order[same + 1]]
    if columns.odd[again].any() or columns.odd[rows[order[same]]].any():
        raise NotRegular("event ids come again in calls out of the ordinary")
    found[again] = True
    return found
