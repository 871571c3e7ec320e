"""What conditions surely demand, and which of them exclude each other."""

from __future__ import annotations

import pytest

from mailwright.checks.constraints import demands_of, guaranteed
from mailwright.definitions.conditions import (
    All,
    Any,
    Compare,
    Condition,
    InSegment,
    Not,
    Operator,
    Subject,
    Unclaimed,
)


def data(path: str, operator: Operator, *values: str | float | bool) -> Compare:
    return Compare(Subject.DATA, path, operator, values)


def equals(path: str, *values: str | float | bool) -> Compare:
    return data(path, Operator.EQUALS, *values)


CONTAINS = data("updated-via", Operator.CONTAINS, "activate-account")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(equals("type", "photo"), equals("type", "text"), True, id="two constants"),
        pytest.param(equals("type", "photo"), equals("type", "PHOTO"), False, id="case does not tell apart"),
        pytest.param(equals("id", 8017), equals("id", "8017.0"), False, id="a number and its text are one value"),
        pytest.param(equals("id", 1, 2), equals("id", 2, 3), False, id="lists that share a value"),
        pytest.param(Not(equals("id", 1, 2)), equals("id", 1), True, id="excluded here, asked for there"),
        pytest.param(Not(equals("id", 1)), equals("id", 1, 2), False, id="only one of two is excluded"),
        pytest.param(Unclaimed(Subject.DATA, "id", "x-*", (7,)), equals("id", 7), True, id="claimed by the other"),
        pytest.param(CONTAINS, Not(CONTAINS), True, id="contains and does not contain"),
        pytest.param(equals("updated-via", "reset"), CONTAINS, True, id="a constant without the part"),
        pytest.param(data("n", Operator.ABOVE, 10), data("n", Operator.BELOW, 10), True, id="above and below"),
        pytest.param(data("n", Operator.ABOVE, 9), data("n", Operator.BELOW, 10), False, id="an open gap between"),
        pytest.param(equals("n", 5), data("n", Operator.ABOVE, 5), True, id="strictly above"),
        pytest.param(equals("type", "photo"), equals("source", "sms"), False, id="different properties"),
        pytest.param(equals("items[].sku", "a"), equals("items[].sku", "b"), False, id="two elements of one list"),
        pytest.param(Any((equals("t", "a"), equals("t", "b"))), equals("t", "c"), True, id="any of constants"),
        pytest.param(Any((equals("t", "a"), equals("u", "b"))), equals("t", "c"), False, id="any over two properties"),
        pytest.param(InSegment("staff"), Not(InSegment("staff")), True, id="in and out of a segment"),
        pytest.param(Not(data("t", Operator.EXISTS)), equals("t", "a"), True, id="missing here, asked for there"),
        pytest.param(All(), equals("t", "a"), False, id="no condition excludes nothing"),
        pytest.param(
            Not(Any((equals("t", "a"), equals("t", "b")))), equals("t", "b"), True, id="not any is all of not"
        ),
    ],
)
def test_two_conditions_are_told_apart(one: Condition, other: Condition, expected: bool):
    assert demands_of(one).is_disjoint(demands_of(other)) is expected
    assert demands_of(other).is_disjoint(demands_of(one)) is expected


def test_a_positive_test_guarantees_a_value_and_a_negation_does_not():
    condition = All((equals("type", "photo"), Not(equals("source", "sms"))))
    assert guaranteed(condition) == {(Subject.DATA, "type")}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param((equals("t", "a"), equals("t", "b")), True, id="two constants of one property"),
        pytest.param((equals("t", "a"), Not(equals("t", "a"))), True, id="asked for and excluded"),
        pytest.param((equals("t", "a", "b"), Not(equals("t", "a"))), False, id="one of two is left"),
        pytest.param((data("n", Operator.ABOVE, 10), data("n", Operator.BELOW, 5)), True, id="an empty range"),
        pytest.param((data("n", Operator.ABOVE, 5), data("n", Operator.BELOW, 10)), False, id="a range"),
    ],
)
def test_an_impossible_demand_is_seen(parts: tuple[Condition, ...], expected: bool):
    assert any(demand.is_impossible for demand in demands_of(All(parts)).values.values()) is expected
