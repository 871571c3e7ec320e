"""The small changes of a condition."""

from __future__ import annotations

from datetime import timedelta

import pytest
from building import campaign, data, person, project
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.conditions import (
    ALWAYS,
    All,
    Condition,
    Happens,
    InSegment,
    Not,
    Operator,
    Performed,
    PlacedCondition,
    walk,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.mutation.condition_changes import changes_of, condition_with
from simulator.mutation.values import Neighbours

A, B = person("a", "one"), person("b", 2)
NEIGHBOURS = Neighbours(project(campaign("signed_up", where=All((data("color", "red"), data("color", "blue"))))))


def changed(condition: Condition, event: str | None = None) -> set[tuple[str, Condition]]:
    placed = PlacedCondition(condition, "a.yaml")
    return {(one.kind, one.condition) for one in changes_of(placed, NEIGHBOURS, "filter", event)}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (ALWAYS, set()),
        (B, {("clause", ALWAYS), ("operator", Not(B))}),
        (A, {("clause", ALWAYS), ("operator", Not(A)), ("case", person("a", "ONE"))}),
        (Not(B), {("clause", ALWAYS), ("operator", B), ("operator", Not(Not(B)))}),
        (InSegment("s"), {("clause", ALWAYS), ("operator", Not(InSegment("s")))}),
        (
            person("age", 18, operator=Operator.ABOVE),
            {
                ("clause", ALWAYS),
                ("operator", person("age", 18, operator=Operator.BELOW)),
                ("number", person("age", 19, operator=Operator.ABOVE)),
            },
        ),
        (
            person("n", 1, 2),
            {
                ("clause", ALWAYS),
                ("operator", Not(person("n", 1, 2))),
                ("list", person("n", 1)),
                ("list", person("n", 2)),
            },
        ),
        (
            Performed("e", times=2, within=timedelta(days=1)),
            {
                ("clause", ALWAYS),
                ("operator", Not(Performed("e", times=2, within=timedelta(days=1)))),
                ("number", Performed("e", times=3, within=timedelta(days=1))),
                ("number", Performed("e", times=1, within=timedelta(days=1))),
                ("delay", Performed("e", times=2, within=timedelta(days=2))),
            },
        ),
        (
            Happens("e", B),
            {("clause", ALWAYS), ("operator", Not(Happens("e", B))), ("operator", Happens("e", Not(B)))},
        ),
    ],
)
def test_a_clause_is_changed_in_each_way_there_is(condition: Condition, expected: set[tuple[str, Condition]]) -> None:
    assert changed(condition) == expected


def test_groups_lose_each_part_and_turn_into_the_other_kind() -> None:
    found = changed(All((A, B)))
    assert {("clause", A), ("clause", B), ("operator", AnyOf((A, B)))} <= found
    assert ("operator", All((A, B))) in changed(AnyOf((A, B)))


def test_a_list_is_widened_by_what_the_project_names_for_the_same_property_of_the_same_event() -> None:
    assert ("list", data("color", "red", "blue")) in changed(data("color", "red"), "signed_up")
    assert not [kind for kind, _ in changed(data("color", "red"), "other") if kind == "list"]


CONDITIONS = st.recursive(
    st.sampled_from([A, B, InSegment("s"), Performed("e", where=data("d", 4)), person("x", 1, 2)]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@given(CONDITIONS)
def test_no_change_is_the_condition_itself_and_each_says_something_of_its_own(condition: Condition) -> None:
    placed = PlacedCondition(condition, "a.yaml")
    found = list(changes_of(placed, NEIGHBOURS, "filter", None))
    assert all(one.condition != condition for one in found)
    assert all(one.says.startswith("filter: ") for one in found)


@given(CONDITIONS)
def test_a_part_put_in_its_own_place_changes_nothing(condition: Condition) -> None:
    for address, clause in walk(condition):
        assert condition_with(condition, address, clause) == condition
