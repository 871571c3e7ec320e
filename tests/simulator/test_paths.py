"""Paths reach what they name in nested data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.paths import is_plain, path_pieces, top_key, value_getter, values_at

ORDER = {"plan": "pro", "cart": {"total": 5}, "items": [{"sku": "a"}, {"sku": "b"}], "a.b": 1, "rows": [[1, 2], [3]]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("plan", ["pro"], id="a property"),
        pytest.param("cart.total", [5], id="a nested one"),
        pytest.param("items[].sku", ["a", "b"], id="of every element"),
        pytest.param("items[1].sku", ["b"], id="of the second element"),
        pytest.param("items[9].sku", [], id="of an element that is not there"),
        pytest.param("cart.total.deeper", [], id="below a number"),
        pytest.param("a.b", [1], id="a key that holds the dot itself"),
        pytest.param("rows[][0]", [1, 3], id="lists in lists"),
        pytest.param("missing[].x", [], id="a list that is not there"),
    ],
)
def test_values_at_gives_what_the_path_names(path, expected):
    assert list(values_at(ORDER, path)) == expected
    if "[]" not in path:
        assert value_getter(path)(ORDER) == (expected[0] if expected else None)


def test_a_plain_path_is_a_single_key():
    assert is_plain("updated-via")
    assert not is_plain("a.b")
    assert top_key("items[].sku") == "items"


@given(st.text())
def test_any_text_can_be_taken_as_a_path(path):
    assert isinstance(path_pieces(path), tuple)
    assert all(True for _ in values_at(ORDER, path))
