"""How values print, compare and count in each engine."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.dialect import js_values, ruby_values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (2.5, "2.5"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"), (123456789012345680000.0, "123456789012345680000"), (2**53 + 1, "9007199254740992"),
        (float("nan"), "NaN"), (float("-inf"), "-Infinity"), (10**400, "Infinity"), (0.1 + 0.2, "0.30000000000000004"),
        (1.2345e-5, "0.000012345"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)  # fmt: skip
def test_numbers_print_as_javascript_prints_them(value: float, text: str) -> None:
    assert js_values.number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.0"), (1e16, "1.0e+16"), (1e-5, "1.0e-05"), (123.5, "123.5"), (10**20, "1" + "0" * 20)]
)
def test_numbers_print_as_ruby_prints_them(value: float, text: str) -> None:
    assert ruby_values.number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_reads_back_as_itself(value: float) -> None:
    assert js_values.number_of(js_values.number_text(value)) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(JSON, st.integers(0, 10))
def test_json_reads_back_as_the_value(value: object, indent: int) -> None:
    assert json.loads(js_values.json_text(value, indent)) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 0), (" 12.5 ", 12.5), ("0x1f", 31), ("1e3", 1000), ("-.5", -0.5), ("Infinity", float("inf"))],
)
def test_texts_count_as_javascript_counts_them(text: str, number: float) -> None:
    assert js_values.number_of(text) == number


@pytest.mark.parametrize("text", ["abc", "1,000", "12px", "1_000", "--1", "e5"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert js_values.is_nan(js_values.number_of(text))


def test_equality_knows_no_types_in_common() -> None:
    assert not js_values.equal(True, 1)
    assert not js_values.equal("1", 1)
    assert js_values.equal(1, 1.0)
    assert js_values.equal([1, [2]], [1, [2]])
    assert not js_values.equal({}, {})


def test_a_text_is_counted_and_cut_in_utf_16_units() -> None:
    assert js_values.units("a\U0001f600b") == 4
    assert js_values.cut("a\U0001f600b", 3, 4) == "b"
    assert js_values.cut("a\U0001f600b", -1, None) == "b"


def test_objects_print_in_rubys_notation() -> None:
    assert (
        ruby_values.text_of({"a": None, "b": [True, "x\ny"], "c": 1.0}) == '{"a"=>nil, "b"=>[true, "x\\ny"], "c"=>1.0}'
    )
