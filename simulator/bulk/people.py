"""The lines of a log by person, each at the moment it is taken in, and what is known of everybody at each identify.

Positions count the lines sorted by person and, of one person, in the log's order; a *group* is one person's lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.asked import REST, Asked
from simulator.bulk.meaning import ABSENT, Classes, attribute_classes, decoded
from simulator.bulk.reading import Columns
from simulator.bulk.selection import BETWEEN, FIRST_EVENT, IDENTIFY, OTHER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Marks = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Lines:
    """The lines of a log that were taken in, by person."""

    rows: Ints  # where each stood in the log, from 0
    group: Ints
    first: Ints  # of each group, its first position
    digests: NDArray[np.uint64]  # of each group
    at: Ints  # when it was taken in: never before the person's previous call
    stamp: Ints
    code: NDArray[np.uint16]
    irregular: Marks  # groups that are for the engine
    origin: int  # the earliest moment
    span: int  # from there to the latest
    keys: Ints  # numbers of the moments of all positions

    def moments(self, group: Ints, at: Ints) -> Ints:
        """Numbers that order moments of groups as positions are ordered."""
        return group * (self.span * 2) + np.minimum(at - self.origin, self.span * 2 - 1)


def lines_of(columns: Columns, kept: Marks, asked: Asked) -> Lines:
    """The *kept* lines by person.

    Raises: NotRegular when there are too many people over too long a time for 64 bits.
    """
    rows = np.arange(kept.size) if kept.all() else np.flatnonzero(kept)
    if not rows.size:
        raise NotRegular("no line is left")
    rows, new = _by_person(columns.person, rows)
    needed = _needed(columns, rows, new)
    rows, new = rows[needed], new[needed]
    first = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    at = columns.at[rows]
    origin, span = int(at.min()), int(at.max() - at.min()) + 1
    if (len(first) + 1) * span * 2 >= 2**62:
        raise NotRegular("the log is too long in time")
    at = np.maximum.accumulate(group * span + (at - origin)) - group * span + origin
    code = columns.code[rows]
    regular = np.zeros(len(first), dtype=bool)
    stamp = columns.stamp[rows]
    digests = columns.person[rows[first]]
    lines = Lines(rows, group, first, digests, at, stamp, code, regular, origin, span, at)
    lines.keys = lines.moments(group, at)
    odd = columns.odd[rows] | (code >= FIRST_EVENT + len(asked.spellings))
    lines.irregular[group[odd]] = True
    lines.irregular[_late_attributes(lines)] = True
    return lines


def _by_person(person: NDArray[np.uint64], rows: Ints) -> tuple[Ints, Marks]:
    """The rows by person and, of one person, in their order; and which of them are a person's first."""
    # Digests with the place in their lowest bits sort many times faster than places by digest.
    places = np.uint64((1 << rows.size.bit_length()) - 1)
    packed = person[rows]
    packed &= ~places
    packed |= np.arange(rows.size, dtype=np.uint64)
    packed.sort()
    order = (packed & places).astype(np.int64)
    packed &= ~places
    alike = packed[1:] == packed[:-1]
    sorted_rows = rows[order]
    new = _changes(person[sorted_rows])
    if (alike & new[1:]).any():  # two people whose digests differ in the lowest bits alone
        sorted_rows = rows[np.argsort(person[rows], kind="stable")]
        new = _changes(person[sorted_rows])
    return sorted_rows, new


def _changes(person: NDArray[np.uint64]) -> Marks:
    new = np.ones(person.size, dtype=bool)
    np.not_equal(person[1:], person[:-1], out=new[1:])
    return new


def _needed(columns: Columns, rows: Ints, new: Marks) -> Marks:
    """The rows that anything looks at: an event nobody asks for counts as somebody's first call, or by its time."""
    needed = np.ones(rows.size, dtype=bool)
    if np.array_equal(columns.stamp, columns.at) and not (columns.at[1:] < columns.at[:-1]).any():
        asked_for = (columns.code != OTHER) | columns.odd
        np.logical_or(asked_for[rows], new, out=needed)
    return needed


def _late_attributes(lines: Lines) -> Ints:
    """Groups with an identify that is older, by its own time, than one before it."""
    at = np.flatnonzero(lines.code == IDENTIFY)
    if not at.size:
        return at
    group, stamp = lines.group[at], lines.stamp[at]
    low, high = int(stamp.min()), int(stamp.max())
    keys = group * (high - low + 1) + (stamp - low)
    return group[keys < np.maximum.accumulate(keys)]


@dataclass(slots=True, eq=False)
class States:
    """What some of the attributes are after each identify, as numbers of combinations of classes."""

    number: Ints  # after each identify
    changes: Ints  # the identifies, by index, that changed it
    change_positions: Ints
    change_keys: Ints  # the moments of these
    combinations: list[dict[str, Any]]  # values that stand for each
    empty: int  # of somebody without attributes


@dataclass(slots=True, eq=False)
class Profiles:
    """Everybody's attributes, at every identify of theirs."""

    lines: Lines
    positions: Ints  # of the identifies
    classes: dict[str, Classes]
    codes: dict[str, Ints]  # the attribute's class after each identify
    _kept: dict[frozenset[str], States] = field(default_factory=dict)

    def states(self, names: frozenset[str]) -> States:
        """The combinations of these attributes, made once."""
        if names not in self._kept:
            self._kept[names] = self._combined(sorted(names & self.codes.keys()))
        return self._kept[names]

    def _combined(self, names: Sequence[str]) -> States:
        key = np.zeros(self.positions.size, dtype=np.int64)
        sizes = [len(self.classes[name].stands_for) for name in names]
        for name, size in zip(names, sizes, strict=True):
            key = np.unique(key, return_inverse=True)[1] if int(key.max(initial=0)) * size >= 2**62 else key
            key = key * size + self.codes[name]
        _, index, number = np.unique(np.append(key, -1), return_index=True, return_inverse=True)
        # The added -1 comes first: it is nobody's, and stands for a person without attributes.
        combinations: list[dict[str, Any]] = [{}]
        for at in index[1:]:
            values = {name: self.classes[name].stands_for[self.codes[name][at]] for name in names}
            combinations.append({name: value for name, value in values.items() if value is not None})
        number = number[:-1]
        empty_key = (
            np.all([self.codes[name] == 0 for name in names], axis=0) if names else np.ones(key.size, dtype=bool)
        )
        number[empty_key] = 0
        group = self.lines.group[self.positions]
        before = np.zeros_like(number)
        same = group[1:] == group[:-1]
        before[1:][same] = number[:-1][same]
        changes = np.flatnonzero(number != before)
        positions = self.positions[changes]
        return States(number, changes, positions, self.lines.keys[positions], combinations, 0)

    def state_at(self, states: States, positions: Ints) -> Ints:
        """The state of each position's person just then."""
        lines = self.lines
        if not self.positions.size:
            return np.zeros(positions.size, dtype=np.int64)
        last = np.searchsorted(self.positions, positions, "right") - 1
        known = (last >= 0) & (self.positions[last] >= lines.first[lines.group[positions]])
        return np.where(known, states.number[last], states.empty)


def profiles_of(columns: Columns, lines: Lines, asked: Asked) -> Profiles:
    """What every identify leaves of the attributes that are asked for."""
    positions = np.flatnonzero(lines.code == IDENTIFY)
    rows, group = lines.rows[positions], lines.group[positions]
    starts = np.searchsorted(group, group, "left")
    classes = attribute_classes(asked)
    codes: dict[str, Ints] = {}
    for slot, known in enumerate(classes):
        numbers = columns.values[slot][rows]
        used, place = np.unique(numbers, return_inverse=True)
        values = decoded([columns.texts[slot][number] for number in used[used >= 0].tolist()])
        table = known.of_all([None if value == "" else value for value in values])
        missing = [ABSENT] * int((used < 0).sum())
        codes[known.name] = _filled(np.array([*missing, *table], dtype=np.int64)[place], starts)
    found = {known.name: known for known in classes}
    for name, known, given in _rest(columns, rows, len(classes)):
        found[name] = known
        codes[name] = _filled(given, starts)
    return Profiles(lines, positions, found, codes)


def _filled(given: Ints, starts: Ints) -> Ints:
    """The class after each identify: its own, or that of the person's identify before it that had one."""
    last = np.maximum.accumulate(np.where(given >= 0, np.arange(given.size), -1))
    return np.where(last >= starts, given[last], 0)


def _rest(columns: Columns, rows: Ints, slot: int) -> list[tuple[str, Classes, Ints]]:
    """The attributes that few calls hold, each with its classes and its class in every identify."""
    used, place = np.unique(columns.values[slot][rows], return_inverse=True)
    if not (used >= 0).any():
        return []
    held = [columns.texts[slot][number].split(BETWEEN) if number >= 0 else [""] * len(REST) for number in used.tolist()]
    found = []
    for at, name in enumerate(REST):
        known = Classes(name, (), by_value=True)
        given = [pieces[at] for pieces in held]
        classes = iter(
            known.of_all([None if value == "" else value for value in decoded([text for text in given if text])])
        )
        table = [next(classes) if text else ABSENT for text in given]
        found.append((name, known, np.array(table, dtype=np.int64)[place]))
    return found
