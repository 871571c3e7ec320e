"""What only the whole log can say, from what was seen of its blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.cluster.log_order import log_order, repeats_among
from simulator.cluster.parts import Facts
from simulator.history.calls import BadLine
from simulator.id_memory import IdMemory


def facts(file: int, block: int, lines: int = 3, newest: int | None = None, ids: int = 0, *bad: int) -> Facts:
    found = [BadLine(f"log{file}", line, 1, "bad") for line in bad]
    return Facts(file, block, True, lines, 0, {}, {}, found, len(found), newest, newest, ids, None, None)


def test_lines_count_from_the_start_of_each_file_and_clocks_from_that_of_the_log():
    order = log_order([facts(1, 0, 4, 50, 2, 2), facts(0, 90, 5, 70, 1, 1), facts(0, 0, 3, 60, 4, 3)])
    assert {block: (place.lines, place.clock, place.ids) for block, place in order.places.items()} == {
        (0, 0): (0, 0, 0),
        (0, 90): (3, 60, 4),
        (1, 0): (0, 70, 5),
    }
    assert [(bad.file, bad.line) for bad in order.bad] == [("log0", 3), ("log0", 4), ("log1", 2)]
    assert (order.first_at, order.newest, order.ids, order.bad_count) == (50, 70, 7, 3)


def test_a_log_of_nothing_has_no_ends():
    order = log_order([])
    assert (order.first_at, order.newest, order.ids) == (None, None, 0)


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 12), st.integers(1, 4))
def test_repeats_are_those_that_one_memory_would_see(ids: list[int], cut: int, room: int):
    memory, seen = IdMemory(room), []
    for number, one in enumerate(ids):
        if str(one) in memory:
            seen.append(number)
        else:
            memory.add(str(one))
    blocks = [ids[start : start + cut] for start in range(0, len(ids), cut)]
    order = log_order([facts(0, number, ids=len(block)) for number, block in enumerate(blocks)])
    places: dict[int, list[tuple[int, int, int]]] = {}
    for number, block in enumerate(blocks):
        for rank, one in enumerate(block):
            places.setdefault(one, []).append((0, number, rank))
    repeats = repeats_among(reversed(list(places.values())), order, room)
    found = [number * cut + rank for (_, number), ranks in repeats.ranks.items() for rank in ranks]
    assert sorted(found) == seen
    assert repeats.count == len(seen)
    assert repeats.of_block((9, 9)) == frozenset()
