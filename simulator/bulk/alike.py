"""Which calls of one campaign come to the same: their classes, and one sample of each."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.bulk.asked import BulkCampaign
from simulator.bulk.events import AllEvents, Events
from simulator.bulk.meaning import moment_of
from simulator.bulk.people import Lines, Profiles, States
from simulator.bulk.telling import Later, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

NEVER = -1


@dataclass(slots=True, eq=False)
class Alike:
    """The calls of one class, in the log's order, by position."""

    positions: Ints
    sample: Sample


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
        self._keys = lines.keys
        self._change_keys = self._states.change_keys
        self._change_positions = self._states.change_positions
        self._ends = [(events.fulfilling(awaited), awaited, events.by_name[awaited.event]) for awaited in bulk.awaited]

    def classes(self, positions: Ints) -> Iterator[Alike]:
        """The classes of the calls at *positions*, which stand in the log's order."""
        if not positions.size:
            return
        at = self._lines.at[positions]
        state = self._profiles.state_at(self._states, positions)
        place = np.searchsorted(self._trigger.positions, positions)
        combination = self._trigger.combination[place]
        limit = np.where(
            at + self._bulk.horizon > self._until, np.searchsorted(self._breaks, self._until - at, "right"), NEVER
        )
        aged = at - self._lines.stamp[positions] > self._age_limit
        first, last = self._changes(positions, at)
        plain = first == last
        event = np.full(positions.size, NEVER, dtype=np.int64)
        if self._ends and self._bulk.first_is_enough:
            after, fulfilled = self._first_end(positions, at)
            event = np.where(fulfilled, self._bucket(after - at), NEVER)
        elif self._ends:
            plain &= ~self._any_end(positions, at)
        sizes = (len(self._states.combinations) + 1, len(self._breaks) + 2, 2, 2 * len(self._breaks) + 2)
        key = combination
        for column, size in zip((state, limit + 1, aged.astype(np.int64), event + 1), sizes, strict=True):
            key = key * size + column
        key = np.where(plain, key, NEVER)
        yield from self._plain_classes(positions, key)
        yield from self._others(positions[~plain], first[~plain], last[~plain])

    def _plain_classes(self, positions: Ints, key: Ints) -> Iterator[Alike]:
        order = np.argsort(key, kind="stable")
        sorted_key = key[order]
        edges = np.flatnonzero(np.append(True, sorted_key[1:] != sorted_key[:-1]))
        for start, end in zip(edges.tolist(), [*edges[1:].tolist(), key.size], strict=True):
            if sorted_key[start] != NEVER:
                members = positions[order[start:end]]
                yield Alike(members, self._sample(int(members[0]), 0, 0))

    def _others(self, positions: Ints, first: Ints, last: Ints) -> Iterator[Alike]:
        """Calls after which the person changes: told apart by all that happens, in its order."""
        groups: dict[Hashable, list[int]] = {}
        samples: dict[Hashable, Sample] = {}
        for position, start, end in zip(positions.tolist(), first.tolist(), last.tolist(), strict=True):
            sample = self._sample(position, start, end)
            key = self._key(position, sample)
            if key not in samples:
                samples[key] = sample
            groups.setdefault(key, []).append(position)
        for key, members in groups.items():
            yield Alike(np.array(members, dtype=np.int64), samples[key])

    def _changes(self, positions: Ints, at: Ints) -> tuple[Ints, Ints]:
        """For each call, the changes of its person from it up to the journey's end, as a stretch of all changes."""
        first = np.searchsorted(self._change_positions, positions, "right")
        end = self._lines.moments(self._lines.group[positions], np.minimum(at + self._bulk.horizon, self._until))
        return first, np.maximum(first, np.searchsorted(self._change_keys, end, "right"))

    def _first_end(self, positions: Ints, at: Ints) -> tuple[Ints, Any]:
        """When the awaited event first comes after each call, and whether it does so in time to matter."""
        where = self._ends[0][0]
        if not where.size:
            return at, np.zeros(positions.size, dtype=bool)
        following = np.searchsorted(where, positions, "right")
        place = where[np.minimum(following, where.size - 1)]
        after = self._lines.at[place]
        same = (following < where.size) & (self._lines.group[place] == self._lines.group[positions])
        return after, same & (after <= np.minimum(at + self._bulk.horizon, self._until))

    def _any_end(self, positions: Ints, at: Ints) -> Any:
        end = self._lines.moments(self._lines.group[positions], np.minimum(at + self._bulk.horizon, self._until))
        found = np.zeros(positions.size, dtype=bool)
        for where, _, _ in self._ends:
            keys = self._keys[where]
            found |= np.searchsorted(keys, end, "right") > np.searchsorted(where, positions, "right")
        return found

    def _bucket(self, after: Any) -> Any:
        """Which stretch between two breaks, or which break itself, a distance from entry falls on."""
        left = np.searchsorted(self._breaks, after, "left")
        tie = np.searchsorted(self._breaks, after, "right") > left
        return 2 * left + tie

    def _key(self, position: int, sample: Sample) -> Hashable:
        place = int(np.searchsorted(self._trigger.positions, position))
        parts: list[Hashable] = [
            int(self._trigger.combination[place]),
            int(self._profiles.state_at(self._states, np.array([position]))[0]),
            sample.at - sample.stamp > self._age_limit,
            int(np.searchsorted(self._breaks, self._until - sample.at, "right"))
            if sample.at + self._bulk.horizon > self._until
            else NEVER,
        ]
        for later in sample.later:
            held = (later.attributes or later.data or {}).items()
            parts.append(
                (int(self._bucket(later.at - sample.at)), later.event, repr(sorted(held, key=lambda item: item[0])))
            )
        campaign = self._bulk.campaign
        if campaign.filter is not None and not self._filter_holds(sample):
            parts.append(position)  # it may enter at any second of the time the filter is tried again: one of its kind
        return tuple(parts)

    def ended_from_the_start(self, positions: Ints) -> Any:
        """The calls whose person fulfils a way out already: any change at all then ends the journey."""
        checks = [check for check in self._bulk.recordable.ends if check.reads.attributes or check.reads.properties]
        found = np.zeros(positions.size, dtype=bool)
        if not checks or not positions.size:
            return found
        states = self._profiles.state_at(self._states, positions)
        combinations = self._trigger.combination[np.searchsorted(self._trigger.positions, positions)]
        pairs, which = np.unique(np.stack([states, combinations]), axis=1, return_inverse=True)
        held = []
        for state, combination in pairs.T.tolist():
            moment = moment_of(self._states.combinations[state], self._trigger.data[combination])
            held.append(any(check.holds(moment) for check in checks))
        return np.array(held, dtype=bool)[which.reshape(-1)]

    def lets_in(self, position: int) -> bool:
        """Whether the campaign's filter holds for the call just then."""
        return self._bulk.campaign.filter is None or self._filter_holds(self._sample(position, 0, 0))

    def _filter_holds(self, sample: Sample) -> bool:
        check = self._bulk.campaign.filter
        return check is None or check.holds(moment_of(sample.attributes, sample.data))

    def _sample(self, position: int, first: int, last: int) -> Sample:
        lines = self._lines
        state = int(self._profiles.state_at(self._states, np.array([position]))[0])
        place = int(np.searchsorted(self._trigger.positions, position))
        later = [(int(spot), one) for spot, one in self._written(state, first, last)]
        later += self._awaited_after(position)
        at = int(lines.at[position])
        return Sample(
            at,
            int(lines.stamp[position]),
            int(lines.rows[position]) + 1,
            self._states.combinations[state],
            self._trigger.data[int(self._trigger.combination[place])],
            tuple(one for _, one in self._that_matter(at, sorted(later, key=lambda pair: pair[0]))),
            self._until,
        )

    def _written(self, state: int, first: int, last: int) -> Iterator[tuple[int, Later]]:
        before = self._states.combinations[state]
        for index in range(first, last):
            after = self._states.combinations[int(self._states.number[self._states.changes[index]])]
            values: dict[str, Any] = {name: None for name in before if name not in after}
            values |= {name: value for name, value in after.items() if name not in before or before[name] != value}
            position = int(self._change_positions[index])
            yield position, Later(int(self._lines.at[position]), values)
            before = after

    def _awaited_after(self, position: int) -> list[tuple[int, Later]]:
        """The awaited events of the person up to the journey's end; the first alone where more cannot matter."""
        lines = self._lines
        end = min(int(lines.at[position]) + self._bulk.horizon, self._until)
        last = int(lines.moments(lines.group[[position]], np.array([end]))[0])
        found: dict[int, Later] = {}
        for where, awaited, events in self._ends:
            start = int(np.searchsorted(where, position, "right"))
            stop = start + int(np.searchsorted(self._keys[where[start : start + 1]], last, "right"))
            if stop > start and not (self._bulk.first_is_enough or awaited.where is None):
                stop = int(np.searchsorted(self._keys[where], last, "right"))
            for spot in where[start:stop].tolist():
                data = events.data[int(events.combination[np.searchsorted(events.positions, spot)])]
                found[spot] = Later(int(lines.at[spot]), None, awaited.event, data)
        return list(found.items())

    def _that_matter(self, at: int, later: list[tuple[int, Later]]) -> list[tuple[int, Later]]:
        """What comes before the journey's end, where an event ends it for certain."""
        if not self._bulk.goal_ends:
            return later
        limit = self._bulk.campaign.goal_seconds
        for index, (_, one) in enumerate(later):
            if one.event and (not limit or one.at - at <= limit):
                return later[: index + 1]
        return later
