"""What may have happened before: how often one event was performed, one attribute changed, one message got so far.

A history is a set of occurrences, each with an age and data of its own; every atom counts those that are young enough
and fit. Whether counts from below and counts from above go together is decided as follows (`HistoryDomain`).

- An occurrence for an atom that must hold is best as old as the atom allows: then it is inside the fewest others.
- If data exist that fit the atom and none of the atoms that must not hold and would see it, so many copies settle it.
- Otherwise occurrences of every kind (an age class, and which of the atoms its data fit) are added one at a time until
  every atom has what it needs; no atom that must not hold may get its fill. The search is complete up to `MOST_STEPS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

from mailwright.definitions.conditions import (
    Changed,
    Compare,
    Condition,
    Happens,
    MessageIs,
    Operator,
    Performed,
    Subject,
)
from simulator.proofs.domains import Choice, Chosen, Impossible
from simulator.proofs.formulas import HistoryAtom

MOST_STEPS = 20_000
MOST_KINDS = 6
EVER = 1 << 60

Data = dict[tuple[Subject, str], Any]
Solve = Callable[[Sequence[tuple[Condition, bool]], frozenset[Subject]], Choice]
"""Data for which conditions hold or do not, about these subjects alone."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened *age* seconds ago, *times* times, with these data."""

    family: tuple[str, ...]
    age: int
    times: int
    data: Data
    since: bool = False  # after the wait began


@dataclass(frozen=True, slots=True)
class _Asked:
    """One atom of a family: how far it looks back, what it asks of the data, how often."""

    within: int
    where: Condition | None
    times: int
    exactly: bool
    since: bool


class HistoryDomain:
    """Counts of the same occurrences."""

    def __init__(self, atoms: Sequence[HistoryAtom], age: int, solve: Solve, *, exactly: bool) -> None:
        self.family = atoms[0].family
        self._asked = [_asked(atom, exactly=exactly) for atom in atoms]
        self._age = age
        self._solve = solve
        self._subjects = frozenset({Subject.TO, Subject.FROM} if self.family[0] == "change" else {Subject.DATA})
        self._found: dict[tuple[int, int], Choice] = {}
        self._kinds: list[tuple[int, Occurrence]] | None = None
        self._doubt = ""

    def choose(self, true: int, false: int) -> Choice:
        """A history that the atoms count as wanted."""
        if true & false:
            return Impossible()
        if (true, false) not in self._found:
            self._found[true, false] = self._chosen(true, false)
        return self._found[true, false]

    def _chosen(self, true: int, false: int) -> Choice:
        if not any(asked.exactly for asked in self._asked):
            simple = self._simply(true, false)
            if isinstance(simple, Chosen):
                return simple
        return self._counted(true, false)

    def _simply(self, true: int, false: int) -> Choice:
        """For each atom that must hold, occurrences that no atom sees which must not."""
        found = []
        for bit, asked in enumerate(self._asked):
            if not true >> bit & 1:
                continue
            age = self._oldest(asked.within)
            seen_by = [
                other
                for number, other in enumerate(self._asked)
                if false >> number & 1 and age <= other.within and (asked.since or not other.since)
            ]
            if any(other.where is None for other in seen_by):
                return Impossible()
            signs = [(other.where, False) for other in seen_by if other.where is not None]
            if asked.where is not None:
                signs.append((asked.where, True))
            match self._solve(signs, self._subjects):
                case Chosen(value=data):
                    found.append(Occurrence(self.family, age, asked.times, data, asked.since))
                case Impossible(doubt=why):
                    self._doubt = self._doubt or why
                    return Impossible(why)
        return Chosen(found)

    def _oldest(self, within: int) -> int:
        """An age as great as the span and the profile allow, but not on an edge where there is room before it."""
        edges = sorted({asked.within for asked in self._asked} | {0})
        below = max((edge for edge in edges if edge < within), default=0)
        if within >= EVER:
            return min(self._age, below + 86400)
        room = min(3600, (within - below) // 2)
        return min(self._age, within - room)

    def _counted(self, true: int, false: int) -> Choice:
        """Occurrences added one at a time until all have enough."""
        kinds = self._kinds_of()
        ways = [[False]] * len(self._asked)
        for bit, asked in enumerate(self._asked):
            if false >> bit & 1 and asked.exactly:
                ways[bit] = [False, True]  # fewer than so many, or more
        steps = 0
        for more in product(*ways):
            need = [0] * len(self._asked)
            room: list[int] = [EVER] * len(self._asked)
            for bit, asked in enumerate(self._asked):
                if true >> bit & 1:
                    need[bit] = asked.times
                    room[bit] = asked.times if asked.exactly else EVER
                elif false >> bit & 1:
                    need[bit] = asked.times + 1 if more[bit] else 0
                    room[bit] = EVER if more[bit] else asked.times - 1
            if any(limit < 0 for limit in room):
                continue
            found, steps = _filled(kinds, need, room, steps)
            if found is not None:
                return Chosen([occurrence for occurrence in found if occurrence.times])
        if steps >= MOST_STEPS:
            return Impossible("more ways to count what happened than could be tried")
        return Impossible(self._doubt)

    def _kinds_of(self) -> list[tuple[int, Occurrence]]:
        """Every kind of occurrence: which atoms count it, as bits."""
        if self._kinds is None:
            self._kinds = []
            edges = sorted({min(asked.within, EVER) for asked in self._asked})
            for since in (False, True) if any(asked.since for asked in self._asked) else (False,):
                for edge in edges:
                    age = self._oldest(edge)
                    in_time = [
                        bit
                        for bit, asked in enumerate(self._asked)
                        if age <= asked.within and (since or not asked.since)
                    ]
                    self._kinds += self._of_age(age, in_time, since)
        return self._kinds

    def _of_age(self, age: int, in_time: Sequence[int], since: bool) -> list[tuple[int, Occurrence]]:
        """The kinds of one age: every set of conditions that some data fit."""
        always = sum(1 << bit for bit in in_time if self._asked[bit].where is None)
        wheres: dict[str, Condition] = {}
        for bit in in_time:
            where = self._asked[bit].where
            if where is not None:
                wheres[repr(where)] = where
        if len(wheres) > MOST_KINDS:
            self._doubt = "more conditions on one event's data than could be tried together"
        names = list(wheres)[:MOST_KINDS]
        found = []
        for signs in product((True, False), repeat=len(names)):
            match self._solve([(wheres[name], sign) for name, sign in zip(names, signs, strict=True)], self._subjects):
                case Chosen(value=data):
                    fitting = {name for name, sign in zip(names, signs, strict=True) if sign}
                    bits = always | sum(1 << bit for bit in in_time if repr(self._asked[bit].where) in fitting)
                    found.append((bits, Occurrence(self.family, age, 1, data, since)))
                case Impossible(doubt=why):
                    self._doubt = self._doubt or why
        return found


def _filled(
    kinds: Sequence[tuple[int, Occurrence]], need: list[int], room: list[int], steps: int
) -> tuple[list[Occurrence] | None, int]:
    """How often each kind, so that every need is met within the room there is; None where there is no way."""
    left: list[tuple[tuple[int, ...], list[int], list[int]]] = [((0,) * len(kinds), need, room)]
    seen = set()
    while left:
        counts, open_need, open_room = left.pop()
        steps += 1
        if steps >= MOST_STEPS:
            return None, steps
        unmet = next((bit for bit, wanted in enumerate(open_need) if wanted > 0), None)
        if unmet is None:
            return [
                Occurrence(one.family, one.age, count, one.data, one.since)
                for (_, one), count in zip(kinds, counts, strict=True)
            ], steps
        for number, (bits, _) in enumerate(kinds):
            if not bits >> unmet & 1 or any(bits >> bit & 1 and space < 1 for bit, space in enumerate(open_room)):
                continue
            times = 1
            if all(space >= EVER or not bits >> bit & 1 for bit, space in enumerate(open_room)):
                times = open_need[unmet]  # nothing limits this kind, so all at once
            added = tuple(count + times * (at == number) for at, count in enumerate(counts))
            if added in seen:
                continue
            seen.add(added)
            left.append(
                (
                    added,
                    [wanted - times * (bits >> bit & 1) for bit, wanted in enumerate(open_need)],
                    [
                        space if space >= EVER else space - times * (bits >> bit & 1)
                        for bit, space in enumerate(open_room)
                    ],
                )
            )
    return None, steps


def _asked(atom: HistoryAtom, *, exactly: bool) -> _Asked:
    match atom.leaf:
        case Performed(within=within, where=where):
            return _Asked(_span(within), where, atom.times, exactly, False)
        case Changed(within=within, where=where):
            return _Asked(_span(within), where, atom.times, exactly, False)
        case Happens(where=where):
            return _Asked(EVER, where, 1, False, True)
        case MessageIs(state=state, within=within):
            is_state = Compare(Subject.DATA, "state", Operator.EQUALS, (state.value,))
            return _Asked(_span(within), is_state, atom.times, False, False)


def _span(within: timedelta | None) -> int:
    """How far back, in seconds. A span of nothing is for ever, as in the compiled condition (semantics R105)."""
    return EVER if within is None or not within else int(within.total_seconds())


def spans_of(atoms: Sequence[HistoryAtom]) -> set[int]:
    """The ages at which something falls out of a count, in seconds."""
    return {span for atom in atoms if (span := _asked(atom, exactly=False).within) < EVER}
