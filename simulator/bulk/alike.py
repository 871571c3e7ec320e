"""Which calls of one campaign come to the same: their classes, and one sample of each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.bulk.asked import BulkCampaign
from simulator.bulk.events import AllEvents, Events
from simulator.bulk.meaning import Values, moment_of
from simulator.bulk.people import Lines, Profiles, States
from simulator.bulk.telling import Later, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.conditions import Check

    Ints = NDArray[np.int64]
    Marks = NDArray[np.bool_]

NEVER = -1
_RADIX = 1 << 16  # numbers below it are sorted in one pass


@dataclass(slots=True, eq=False)
class Alike:
    """The calls of one class, by position; the sample is the first of them in the log."""

    positions: Ints
    sample: Sample


class _Call(NamedTuple):
    """One call, and where in the columns stands what its journey depends on."""

    position: int
    state: int  # of the person just then
    combination: int  # of the event's data
    limit: int  # how many breaks lie before the clock stops; NEVER where all of them do
    aged: bool  # it came too late to start anything
    first: int  # the person's changes from the call up to the journey's end
    last: int
    ends: tuple[tuple[int, int], ...]  # of each awaited event, those up to the journey's end


@dataclass(slots=True, eq=False)
class _Calls:
    """Calls of one campaign, as columns of what `_Call` holds."""

    positions: Ints
    state: Ints
    combination: Ints
    limit: Ints
    aged: Marks
    first: Ints
    last: Ints
    starts: list[Ints]
    stops: list[Ints]

    def one(self, index: int) -> _Call:
        """One of them."""
        ends = tuple((int(start[index]), int(stop[index])) for start, stop in zip(self.starts, self.stops, strict=True))
        columns = (self.positions, self.state, self.combination, self.limit, self.aged, self.first, self.last)
        position, state, combination, limit, aged, first, last = (int(column[index]) for column in columns)
        return _Call(position, state, combination, limit, bool(aged), first, last, ends)

    def those(self, which: Ints) -> Iterator[_Call]:
        """Some of them, one by one."""
        pairs = [
            zip(start[which].tolist(), stop[which].tolist(), strict=True)
            for start, stop in zip(self.starts, self.stops, strict=True)
        ]
        ends: Iterator[tuple[tuple[int, int], ...]] = zip(*pairs, strict=True) if pairs else iter([()] * which.size)
        columns = (self.positions, self.state, self.combination, self.limit, self.aged, self.first, self.last)
        yield from map(_Call, *(column[which].tolist() for column in columns), ends)


class Classing:
    """Tells the calls of one campaign apart."""

    def __init__(
        self, bulk: BulkCampaign, lines: Lines, profiles: Profiles, events: AllEvents, age_limit: int, until: int
    ) -> None:
        self._bulk = bulk
        self._lines = lines
        self._profiles = profiles
        self._trigger: Events = events.by_name[bulk.event]
        self._states: States = profiles.states(bulk.recordable.attributes)
        self._breaks = np.array(bulk.breaks, dtype=np.int64)
        self._age_limit = age_limit
        self._until = until
        self._change_keys = self._states.change_keys
        self._change_positions = self._states.change_positions
        self._ends = [(events.fulfilling(awaited), awaited, events.by_name[awaited.event]) for awaited in bulk.awaited]

    def classes(self, positions: Ints) -> Iterator[Alike]:
        """The classes of the calls at *positions*, which ascend."""
        if not positions.size:
            return
        calls = self._calls(positions)
        plain = calls.first == calls.last
        event = np.full(positions.size, NEVER, dtype=np.int64)
        if self._ends and self._bulk.first_is_enough:
            where = self._ends[0][0]
            fulfilled = np.flatnonzero(calls.stops[0] > calls.starts[0])
            after = self._lines.at[where[calls.starts[0][fulfilled]]] - self._lines.at[positions[fulfilled]]
            event[fulfilled] = self._buckets(after)
        else:
            for start, stop in zip(calls.starts, calls.stops, strict=True):
                plain &= start == stop
        sizes = (len(self._states.combinations) + 1, len(self._breaks) + 2, 2, 2 * len(self._breaks) + 2)
        columns = (calls.state, calls.limit + 1, calls.aged.astype(np.int64), event + 1)
        key = calls.combination
        for column, size in zip(columns, sizes, strict=True):
            key = key * size + column
        yield from self._plain_classes(calls, np.flatnonzero(plain), key)
        yield from self._others(calls, np.flatnonzero(~plain))

    def _calls(self, positions: Ints) -> _Calls:
        lines, until = self._lines, self._until
        at = lines.at[positions]
        last_at = np.minimum(at + self._bulk.horizon, until)
        end = lines.moments(lines.group[positions], last_at)
        limit = np.full(positions.size, NEVER, dtype=np.int64)
        short = np.flatnonzero(at + self._bulk.horizon > until)
        limit[short] = np.searchsorted(self._breaks, until - at[short], "right")
        first = np.searchsorted(self._change_positions, positions, "right")
        starts = [np.searchsorted(where, positions, "right") for where, _, _ in self._ends]
        stops = [
            np.maximum(start, np.searchsorted(lines.keys[where], end, "right"))
            for start, (where, _, _) in zip(starts, self._ends, strict=True)
        ]
        return _Calls(
            positions,
            self._profiles.state_at(self._states, positions),
            self._trigger.combination[np.searchsorted(self._trigger.positions, positions)],
            limit,
            at - lines.stamp[positions] > self._age_limit,
            first,
            np.maximum(first, np.searchsorted(self._change_keys, end, "right")),
            starts,
            stops,
        )

    def _plain_classes(self, calls: _Calls, which: Ints, key: Ints) -> Iterator[Alike]:
        key = key[which]
        if not key.size:
            return
        order = np.argsort(key.astype(np.uint16) if int(key.max()) < _RADIX else key, kind="stable")
        key = key[order]
        edges = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        for start, end in zip(edges.tolist(), [*edges[1:].tolist(), key.size], strict=True):
            members = which[order[start:end]]
            positions = calls.positions[members]
            first = int(np.argmin(self._lines.rows[positions]))
            # Nothing changes: what the person does after the journey's end is no part of it.
            yield Alike(positions, self._sample(calls.one(int(members[first]))))

    def _others(self, calls: _Calls, which: Ints) -> Iterator[Alike]:
        """Calls after which the person changes: told apart by all that happens, in its order."""
        groups: dict[Hashable, list[int]] = {}
        samples: dict[Hashable, Sample] = {}
        for call in calls.those(which):
            sample = self._sample(call)
            key = self._key(call, sample)
            known = samples.get(key)
            if known is None or sample.line < known.line:
                samples[key] = sample
            groups.setdefault(key, []).append(call.position)
        for key, members in groups.items():
            yield Alike(np.array(members, dtype=np.int64), samples[key])

    def _buckets(self, after: Ints) -> Ints:
        """Which stretch between two breaks, or which break itself, each distance from entry falls on."""
        left = np.searchsorted(self._breaks, after, "left")
        found: Ints = 2 * left + (np.searchsorted(self._breaks, after, "right") > left)
        return found

    def _bucket(self, after: int) -> int:
        """The same of one distance."""
        breaks = self._bulk.breaks
        left = bisect_left(breaks, after)
        return 2 * left + (bisect_right(breaks, after) > left)

    def _key(self, call: _Call, sample: Sample) -> Hashable:
        parts: list[Hashable] = [call.combination, call.state, call.aged, call.limit]
        for later in sample.later:
            held = (later.attributes or later.data or {}).items()
            parts.append(
                (self._bucket(later.at - sample.at), later.event, repr(sorted(held, key=lambda item: item[0])))
            )
        if not self._filter_holds(sample.attributes, sample.data):
            parts.append(call.position)  # it may enter at any second that the filter is tried again: one of its kind
        return tuple(parts)

    def ended_from_the_start(self, positions: Ints) -> Marks:
        """The calls whose person fulfils a way out already: any change at all then ends the journey."""
        checks = [check for check in self._bulk.recordable.ends if check.reads.attributes or check.reads.properties]
        if not checks:
            return np.zeros(positions.size, dtype=bool)
        return self._told_of(
            positions, lambda values, data: any(check.holds(moment_of(values, data)) for check in checks)
        )

    def lets_in(self, positions: Ints) -> Marks:
        """Whether the campaign's filter holds for each call just then."""
        if self._bulk.campaign.filter is None:
            return np.ones(positions.size, dtype=bool)
        return self._told_of(positions, self._filter_holds)

    def _told_of(self, positions: Ints, ask: Callable[[Values, Values], bool]) -> Marks:
        """What is said of each call's attributes and data, asked once of each pair that there is."""
        states = self._profiles.state_at(self._states, positions)
        data = self._trigger.data
        pairs = states * len(data) + self._trigger.combination[np.searchsorted(self._trigger.positions, positions)]
        there, which = np.unique(pairs, return_inverse=True)
        told = [
            ask(self._states.combinations[state], data[combination])
            for state, combination in (divmod(pair, len(data)) for pair in there.tolist())
        ]
        return np.array(told, dtype=bool)[which]

    def _filter_holds(self, attributes: Values, data: Values) -> bool:
        check: Check | None = self._bulk.campaign.filter
        return check is None or check.holds(moment_of(attributes, data))

    def _sample(self, call: _Call) -> Sample:
        lines = self._lines
        later = [*self._written(call), *self._awaited_after(call)]
        at = int(lines.at[call.position])
        return Sample(
            at,
            int(lines.stamp[call.position]),
            int(lines.rows[call.position]) + 1,
            self._states.combinations[call.state],
            self._trigger.data[call.combination],
            tuple(one for _, one in self._that_matter(at, sorted(later, key=lambda pair: pair[0]))),
            self._until,
        )

    def _written(self, call: _Call) -> Iterator[tuple[int, Later]]:
        """The changes of the person up to the journey's end, each with its position."""
        before = self._states.combinations[call.state]
        for index in range(call.first, call.last):
            after = self._states.combinations[int(self._states.number[self._states.changes[index]])]
            values: dict[str, Any] = {name: None for name in before if name not in after}
            values |= {name: value for name, value in after.items() if name not in before or before[name] != value}
            position = int(self._change_positions[index])
            yield position, Later(int(self._lines.at[position]), values)
            before = after

    def _awaited_after(self, call: _Call) -> Iterator[tuple[int, Later]]:
        """The awaited events of the person up to the journey's end; the first alone where more cannot matter."""
        found: dict[int, Later] = {}
        for (where, awaited, events), (start, stop) in zip(self._ends, call.ends, strict=True):
            enough = self._bulk.first_is_enough or awaited.where is None
            for spot in where[start : min(stop, start + 1) if enough else stop].tolist():
                data = events.data[int(events.combination[np.searchsorted(events.positions, spot)])]
                found[spot] = Later(int(self._lines.at[spot]), None, awaited.event, data)
        yield from found.items()

    def _that_matter(self, at: int, later: list[tuple[int, Later]]) -> list[tuple[int, Later]]:
        """What comes before the journey's end, where an event ends it for certain."""
        if not self._bulk.goal_ends:
            return later
        limit = self._bulk.campaign.goal_seconds
        for index, (_, one) in enumerate(later):
            if one.event and (not limit or one.at - at <= limit):
                return later[: index + 1]
        return later
