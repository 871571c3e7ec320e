"""The map side: blocks of a log in, calls of each set of people out. Knows Arrow, not the cluster.

What a line or a row means is said by the readers of `simulator.history`, here as on one machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyarrow import RecordBatch

from simulator.cluster.parts import FACTS, FAULT, IDS, Block, Facts, facts_as_bytes, part_as_bytes, row, rows
from simulator.cluster.worker_faults import fault_as_bytes, fault_of
from simulator.history.calls import BadLine, Call, CallKind, IdType
from simulator.history.fast import Sieve
from simulator.history.refusals import Refusals
from simulator.history.wanted import Seen, Wanted
from simulator.splitting import ABOUT_EVERYBODY, name_of_person, names_of_people, piece_of

BAD_LINES_KEPT = 1000
_CALLS_AT_ONCE = 20_000  # of all sets together
_MOST_AT_ONCE = 200_000
_NAMES_KEPT = 100_000
_EVENT, _ID = CallKind.EVENT, IdType.ID
_WITH_IDS = frozenset({CallKind.EVENT, CallKind.PAGE, CallKind.SCREEN})  # an id counts of these alone

BlockCalls = Callable[[Sieve, Refusals, Seen], Iterator[Call]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which set each person is in; *roots* names who stands for those that something ties."""

    sets: int
    roots: Mapping[str, str] = field(default_factory=dict)
    ties_matter: bool = False  # else calls that may tie people are only told of

    def set_of(self, call: Call) -> int:
        """The set that the call belongs to; one that names nobody can start nothing, and stays with the first."""
        if self.sets == 1:
            return 0
        if not self.ties_matter and call.person is not None:
            name = name_of_person(call.person, call.id_type)
        else:
            names = names_of_people(call)
            if not names:
                return 0
            name = self.roots.get(names[0], names[0])
        return piece_of(name, self.sets)


@dataclass(frozen=True, slots=True)
class Reader:
    """How the blocks of a log are read: what of them is wanted, until when, and who goes where."""

    wanted: Wanted
    files: Mapping[str, int]  # each file's number, by the name that its blocks come under
    labels: tuple[str, ...]  # what reports call them
    assignment: Assignment
    until: int | None = None
    email_identifies: bool = False


def block_rows(
    reader: Reader, block: Block, calls_of: BlockCalls, *, counts_lines: bool
) -> Generator[RecordBatch, None, bool]:
    """What reading one block gives: its parts, ids and, last, its facts, or why it broke; whether it was read whole."""
    seen, bad, bad_count = Seen(), list[BadLine](), 0

    def on_bad(line: BadLine) -> None:
        nonlocal bad_count
        bad_count += 1
        if len(bad) < BAD_LINES_KEPT:
            bad.append(line)

    refusals = Refusals(reader.labels[block[0]], on_bad, False, seen.notes)
    sorter = _Sorter(reader, block)
    try:
        yield from sorter.sorted(calls_of(Sieve(reader.wanted, seen, None), refusals, seen))
    except Exception as error:  # noqa: BLE001  # told as a value: the cluster would try again, and say Java's stack
        yield row(FAULT, block, 0, fault_as_bytes(fault_of(error, sorter.call, refusals.file)))
        return False
    facts = sorter.facts
    facts.counts_lines, facts.lines, facts.calls = counts_lines, seen.lines, seen.calls
    facts.events, facts.notes = dict(seen.events), dict(seen.notes)
    facts.bad, facts.bad_count = bad, bad_count
    yield row(FACTS, block, 0, facts_as_bytes(facts))
    return True


class _Sorter:
    """Sorts the calls of one block by set of people, and notes what concerns the whole log."""

    def __init__(self, reader: Reader, block: Block) -> None:
        self.call: Call | None = None  # the one at hand
        self.facts = Facts(*block, True, 0, 0, {}, {}, [], 0, None, None, 0, None, None)
        self._reader = reader
        self._block = block
        self._sets: dict[str, int] = {}  # of people known by their id
        self._at_once = min(max(_CALLS_AT_ONCE, 100 * reader.assignment.sets), _MOST_AT_ONCE)
        self._given = 0
        self._begin()

    def _begin(self) -> None:
        self._calls: dict[int, list[Call]] = {}
        self._ranks: dict[int, list[int]] = {}
        self._clocks: dict[int, dict[int, int | None]] = {}
        self._ids: list[str] = []

    def sorted(self, calls: Iterable[Call]) -> Iterator[RecordBatch]:
        """The parts and ids of the block."""
        facts, until = self.facts, self._reader.until
        waiting = 0
        for call in calls:
            self.call = call
            at = call.at if call.at is not None else call.timestamp
            if at is not None:
                if until is not None and at > until:
                    continue
                if facts.newest is None or at > facts.newest:
                    facts.newest = at
                if facts.first_at is None or at < facts.first_at:
                    facts.first_at = at
            self._add(call, self._set_of(call), at)
            waiting += 1
            if waiting == self._at_once:
                yield from self._flushed()
                waiting = 0
        yield from self._flushed()

    def _set_of(self, call: Call) -> int:
        if call.kind is _EVENT and call.id_type is _ID and call.anonymous_id is None and call.person is not None:
            found = self._sets.get(call.person)
            if found is None:
                if len(self._sets) >= _NAMES_KEPT:
                    self._sets.clear()
                found = self._sets[call.person] = self._reader.assignment.set_of(call)
            return found
        self._look_at(call)
        return self._reader.assignment.set_of(call)

    def _look_at(self, call: Call) -> None:
        """Note a call that may keep the log from being split."""
        facts = self.facts
        if facts.about_everybody is None and call.kind in ABOUT_EVERYBODY:
            facts.about_everybody = (call.line, call.kind.value)
        if facts.ties is None and may_tie(call, email_identifies=self._reader.email_identifies):
            facts.ties = (call.line, call.kind.value)

    def _add(self, call: Call, number: int, at: int | None) -> None:
        calls = self._calls.get(number)
        if calls is None:
            calls, self._ranks[number] = self._calls.setdefault(number, []), []
        if at is None:
            self._clocks.setdefault(number, {})[len(calls)] = self.facts.newest
        calls.append(call)
        rank = -1
        if call.event_id is not None and call.kind in _WITH_IDS:
            rank = self.facts.ids
            self.facts.ids += 1
            self._ids.append(call.event_id)
        self._ranks[number].append(rank)

    def _flushed(self) -> Iterator[RecordBatch]:
        block, given = self._block, self._given
        parts = [
            (number, block, given, part_as_bytes(calls, self._ranks[number], self._clocks.get(number, {})))
            for number, calls in sorted(self._calls.items())
        ]
        if parts:
            yield rows(parts)
        if self._ids:
            yield row(IDS, block, self.facts.ids - len(self._ids), None, self._ids)
        self._given += 1
        self._begin()


def may_tie(call: Call, *, email_identifies: bool) -> bool:
    """Whether people may meet by the call, so that the whole log's ties have to be known."""
    if call.kind is CallKind.MERGE or call.anonymous_id is not None or call.id_type is not _ID:
        return True
    if call.kind in (CallKind.RELATE, CallKind.UNRELATE):
        return True
    return email_identifies and call.kind is CallKind.IDENTIFY


def notes_of(facts: Iterable[Facts]) -> Counter[str]:
    """What had to be assumed in reading, by code."""
    found: Counter[str] = Counter()
    for one in facts:
        found.update(one.notes)
    return found
