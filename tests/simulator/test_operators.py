"""Each operator says what Customer.io says of a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Operator
from simulator.operators import as_number, as_text, comparison_key, fields_test, relative_time, value_test

USUAL = Assumptions()
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text() | st.lists(st.text())


@pytest.mark.parametrize(
    ("operator", "values", "value", "expected"),
    [
        pytest.param(Operator.EQUALS, ("photo",), "PHOTO", True, id="texts are equal without case"),
        pytest.param(Operator.EQUALS, ("photo",), "photo ", False, id="spaces count"),
        pytest.param(Operator.EQUALS, ("true",), True, True, id="true is the text true"),
        pytest.param(Operator.EQUALS, ("1",), True, False, id="true is not the text 1"),
        pytest.param(Operator.EQUALS, ("8",), 8, True, id="a number equals its text"),
        pytest.param(Operator.EQUALS, (50,), "50.0", True, id="numeric texts compare as numbers"),
        pytest.param(Operator.EQUALS, ("a", "b"), "B", True, id="any of several"),
        pytest.param(Operator.EQUALS, ("a",), None, False, id="a missing value equals nothing"),
        pytest.param(Operator.EQUALS, ("a",), ["a"], False, id="a list equals no text"),
        pytest.param(Operator.CONTAINS, ("activate",), "rock-the-vote-ACTIVATE-account", True, id="part of a text"),
        pytest.param(Operator.CONTAINS, ("sale",), ["vip", "Sale"], True, id="part of an element"),
        pytest.param(Operator.CONTAINS, ("1",), 210, True, id="part of a number's text"),
        pytest.param(Operator.CONTAINS, ("a",), {"a": 1}, False, id="an object contains nothing"),
        pytest.param(Operator.EXISTS, (), "", True, id="an empty text is there"),
        pytest.param(Operator.EXISTS, (), None, False, id="null is not there"),
        pytest.param(Operator.ABOVE, (100,), 100, False, id="above is strict"),
        pytest.param(Operator.ABOVE, (9,), "23.45", True, id="above reads numeric texts"),
        pytest.param(Operator.ABOVE, (9,), "cheap", False, id="above is false for other texts"),
        pytest.param(Operator.ABOVE, (0,), True, False, id="a boolean is no number"),
        pytest.param(Operator.BELOW, (10,), 9.99, True, id="below"),
        pytest.param(Operator.BELOW, (10,), None, False, id="below is false for a missing value"),
        pytest.param(Operator.BETWEEN, (10, 20), 10, True, id="between includes its low end"),
        pytest.param(Operator.BETWEEN, (10, 20), "20", True, id="between includes its high end"),
        pytest.param(Operator.BETWEEN, (10, 20), "x", False, id="between is false for texts"),
        pytest.param(Operator.AFTER, (1000,), 1001, True, id="after"),
        pytest.param(Operator.BEFORE, (1000,), 999, True, id="before"),
        pytest.param(Operator.AFTER, (1000,), "2025-03-03", False, id="ISO texts are no timestamps"),
        pytest.param(Operator.AFTER, (1000,), 1_740_996_000_000, False, id="milliseconds are no timestamps"),
        pytest.param(Operator.IS_TIMESTAMP, (), "1740996000", True, id="numeric texts are timestamps"),
        pytest.param(Operator.IS_TIMESTAMP, (), -1, False, id="negative numbers are not"),
    ],
)
def test_an_operator_takes_the_values_the_rules_name(operator, values, value, expected):
    assert value_test(operator, values, USUAL)(value) is expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        pytest.param(Operator.MORE_THAN_AGO, 700, True, id="exactly so long ago counts"),
        pytest.param(Operator.MORE_THAN_AGO, 701, False, id="a second later does not"),
        pytest.param(Operator.LESS_THAN_AGO, 701, True, id="less than so long ago"),
        pytest.param(Operator.LESS_THAN_AHEAD, 1300, True, id="at most so far ahead"),
        pytest.param(Operator.MORE_THAN_AHEAD, 1300, False, id="not more than so far ahead"),
        pytest.param(Operator.MORE_THAN_AHEAD, 1301, True, id="more than so far ahead"),
        pytest.param(Operator.MORE_THAN_AGO, "yesterday", False, id="no timestamp at all"),
    ],
)
def test_a_relative_time_turns_at_its_second(operator, value, expected):
    assert relative_time(operator, 300)(value, 1000) is expected


@pytest.mark.parametrize(
    ("settings", "operator", "values", "value", "expected"),
    [
        ({"numbers_compare_as": "text"}, Operator.EQUALS, (50,), "50.0", False),
        ({"contains_on_list": "never"}, Operator.CONTAINS, ("a",), ["a"], False),
        ({"between": "exclusive"}, Operator.BETWEEN, (1, 2), 1, False),
    ],
)
def test_an_assumption_set_otherwise_changes_the_answer(settings, operator, values, value, expected):
    assert value_test(operator, values, Assumptions(**settings))(value) is expected
    assert value_test(operator, values, USUAL)(value) is not expected


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        (Operator.EQUALS, "PRO", "pro", True),
        (Operator.EQUALS, 7, "7", True),
        (Operator.EQUALS, None, None, False),
        (Operator.EQUALS, "a", ["a"], False),
        (Operator.ABOVE, 8, 7, True),
        (Operator.ABOVE, 8, "seven", False),
        (Operator.CONTAINS, "annual", "ANN", True),
    ],
)
def test_two_fields_compare_like_a_field_and_a_constant(operator, left, right, expected):
    assert fields_test(operator, USUAL)(left, right) is expected


@given(PLAIN, PLAIN)
def test_equality_is_the_same_both_ways(left, right):
    key, other = comparison_key(left), comparison_key(right)
    if key is None or other is None or isinstance(left, list) or isinstance(right, list):
        return
    assert value_test(Operator.EQUALS, (left,), USUAL)(right) is value_test(Operator.EQUALS, (right,), USUAL)(left)


@given(PLAIN)
def test_no_value_makes_an_operator_fail(value):
    for operator, values in [
        (Operator.EQUALS, ("a", 1)),
        (Operator.CONTAINS, ("a",)),
        (Operator.ABOVE, (1,)),
        (Operator.BETWEEN, (1, 2)),
        (Operator.AFTER, (1,)),
        (Operator.IS_TIMESTAMP, ()),
    ]:
        assert value_test(operator, values, USUAL)(value) in (True, False)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_the_text_of_a_whole_number_is_that_number(number):
    assert as_number(as_text(number)) == number
    assert as_text(float(number)) == str(number)


def test_an_operator_of_numbers_refuses_a_text_as_its_bound():
    with pytest.raises(ValueError, match="a number is needed"):
        value_test(Operator.ABOVE, ("many",), USUAL)
