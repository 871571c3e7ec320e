"""What each event of a log starts and what waits for it, asked once for every combination of classes of its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.bulk.asked import Asked, Awaited
from simulator.bulk.meaning import decoded, moment_of, property_classes
from simulator.bulk.reading import Columns
from simulator.bulk.selection import FIRST_EVENT
from simulator.moment import NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.bulk.people import Lines

    Ints = NDArray[np.int64]
    Marks = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Events:
    """The events of one name: where they stand, and what their data is like."""

    positions: Ints
    combination: Ints  # of each
    data: list[dict[str, Any]]  # values that stand for each combination
    starts: list[frozenset[int]]  # the campaigns that each combination starts, by number

    def that_start(self, campaign: int) -> Marks:
        """Which combinations start the campaign."""
        return np.array([campaign in numbers for numbers in self.starts], dtype=bool)

    def awaited_by(self, awaited: Awaited) -> Marks:
        """Which combinations fulfil what a goal or exit waits for."""
        where = awaited.where
        return np.array([where is None or where.holds(moment_of(NOTHING, data)) for data in self.data], dtype=bool)


@dataclass(slots=True, eq=False)
class AllEvents:
    """The events of a log that anything asks for, by name in lower case."""

    by_name: Mapping[str, Events]
    _awaited: dict[Awaited, Ints] = field(default_factory=dict)

    def fulfilling(self, awaited: Awaited) -> Ints:
        """The positions of events that fulfil *awaited*."""
        if awaited not in self._awaited:
            events = self.by_name[awaited.event]
            self._awaited[awaited] = events.positions[events.awaited_by(awaited)[events.combination]]
        return self._awaited[awaited]


def events_of(columns: Columns, lines: Lines, asked: Asked) -> AllEvents:
    """Every event asked for; those written in another way than the content's are among them no more."""
    found = {}
    for number, (event, _) in enumerate(columns.spellings[: len(asked.spellings)], FIRST_EVENT):
        positions = np.flatnonzero(lines.code == number)
        found[event] = _events(columns, lines, asked, event, positions)
    return AllEvents(found)


def _events(columns: Columns, lines: Lines, asked: Asked, event: str, positions: Ints) -> Events:
    rows = lines.rows[positions]
    key = np.zeros(positions.size, dtype=np.int64)
    classes = property_classes(asked, event)
    codes = []
    for slot, known in enumerate(classes):
        numbers = columns.values[slot][rows]
        texts = columns.texts[slot]
        table = np.zeros(len(texts) + 1, dtype=np.int64)  # the last is looked up by -1: missing
        used = np.unique(numbers[numbers >= 0])
        table[used] = known.of_all(decoded([texts[number] for number in used.tolist()]))
        codes.append(table[numbers])
        size = len(known.stands_for)
        key = np.unique(key, return_inverse=True)[1] if int(key.max(initial=0)) * size >= 2**62 else key
        key = key * size + codes[-1]
    _, index, combination = np.unique(key, return_index=True, return_inverse=True)
    data = [
        {
            known.name: value
            for known, code in zip(classes, codes, strict=True)
            if (value := known.stands_for[code[at]]) is not None
        }
        for at in index
    ]
    return Events(positions, combination, data, _starts(asked, event, data))


def _starts(asked: Asked, event: str, data: Sequence[dict[str, Any]]) -> list[frozenset[int]]:
    router = asked.content.routers.get(("event", event))
    if router is None:
        return [frozenset()] * len(data)
    return [frozenset(route.number for route in router.matches(one, moment_of(NOTHING, one))) for one in data]
