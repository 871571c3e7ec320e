from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.conditions import All, Any, InSegment, Not, Performed, PlacedCondition, walk
from mailwright.definitions.names import duration_as_text, parse_duration
from mailwright.definitions.steps import TimeWindow

TREE = All((InSegment("a"), Not(Any((InSegment("b"), Performed("x", where=InSegment("c")))))))


def test_walking_a_condition_gives_each_clause_its_address() -> None:
    segments = {clause.segment: address for address, clause in walk(TREE) if isinstance(clause, InSegment)}
    assert segments == {"a": (0,), "b": (1, 0, 0), "c": (1, 0, 1, 0)}


def test_two_conditions_are_equal_wherever_they_are_written() -> None:
    assert PlacedCondition(TREE, "f", (((), (1, 1, 1)),)) == PlacedCondition(TREE, "f", (((), (9, 9, 9)),))


def test_a_clause_without_a_place_stands_where_the_one_around_it_does() -> None:
    placed = PlacedCondition(TREE, "f", (((), (1, 1, 1)), ((1,), (2, 3, 4))))
    assert str(placed.span((1, 0, 1))) == "f:2:3"
    assert str(placed.span((0,))) == "f:1:1"


@given(st.integers(0, 10**8))
def test_a_length_of_time_reads_back_as_it_was(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(duration_as_text(length)) == length


@pytest.mark.parametrize("text", ["", "7", "7 days", "d", "-1d", "4000d", None, 7, "1" * 400 + "d"])
def test_what_is_no_length_of_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="a length of time"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("days", "open_days"),
    [("mon-fri", (0, 1, 2, 3, 4)), ("sat, mon", (0, 5)), ("fri-mon", (0, 4, 5, 6)), (["wed"], (2,))],
)
def test_the_days_of_a_window(days: object, open_days: tuple[int, ...]) -> None:
    assert TimeWindow.model_validate({"days": days}).weekdays() == open_days
