"""What only the whole log can say: line numbers, clocks where calls hold no time, and which event ids came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from simulator.cluster.parts import Block, Facts
from simulator.history.calls import BadLine


@dataclass(frozen=True, slots=True)
class Place:
    """Where one block stands in the log: lines before it in its file, the newest receipt and the ids before it."""

    lines: int
    clock: int
    ids: int


@dataclass(frozen=True, slots=True)
class LogOrder:
    """The order of a whole log, and its ends. Units: Unix seconds, of the calls that count."""

    places: Mapping[Block, Place]
    first_at: int | None
    newest: int | None
    ids: int  # events that carry one
    bad: tuple[BadLine, ...] = ()  # in the log's order, with lines that count from the file's start
    bad_count: int = 0

    def place_of(self, block: Block) -> Place:
        return self.places[block]


def log_order(blocks: Iterable[Facts]) -> LogOrder:
    """The order of a log that has these blocks."""
    places: dict[Block, Place] = {}
    bad: list[BadLine] = []
    bad_count = ids = clock = lines = 0
    file = -1
    first_at: int | None = None
    newest: int | None = None
    for facts in sorted(blocks, key=lambda one: (one.file, one.block)):
        if facts.file != file:
            file, lines = facts.file, 0
        places[facts.file, facts.block] = Place(lines, clock, ids)
        bad += [msgspec.structs.replace(one, line=one.line + lines) for one in facts.bad]
        bad_count += facts.bad_count
        if facts.counts_lines:
            lines += facts.lines
        ids += facts.ids
        if facts.newest is not None and facts.first_at is not None:
            clock = max(clock, facts.newest)
            newest = facts.newest if newest is None else max(newest, facts.newest)
            first_at = facts.first_at if first_at is None else min(first_at, facts.first_at)
    return LogOrder(places, first_at, newest, ids, tuple(bad), bad_count)


@dataclass(slots=True)
class Repeats:
    """Which events carry an id that was seen before, by block and rank among the block's events that carry one."""

    ranks: dict[Block, set[int]] = field(default_factory=dict)
    count: int = 0

    def of_block(self, block: Block) -> frozenset[int] | set[int]:
        return self.ranks.get(block, frozenset())


def repeats_among(suspects: Iterable[Sequence[tuple[int, int, int]]], order: LogOrder, room: int) -> Repeats:
    """The events whose id the workspace still remembers when they come.

    *suspects* has, for each id that comes more than once, the places (file, block, rank) where it comes. The memory is
    that of `simulator.id_memory`: a new id goes into a generation of *room* ids, and two generations are kept.
    """
    room = max(1, room)
    found = Repeats()
    coming = sorted(
        (order.place_of((file, block)).ids + rank, number, (file, block), rank)
        for number, places in enumerate(suspects)
        for file, block, rank in places
    )
    added: dict[int, int] = {}  # id → how many were new before it was, the last time
    for position, number, block, rank in coming:
        new_before = position - found.count
        when = added.get(number)
        if when is not None and (new_before - 1) // room - when // room <= 1:
            found.ranks.setdefault(block, set()).add(rank)
            found.count += 1
        else:
            added[number] = new_before
    return found
