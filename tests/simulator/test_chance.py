"""Chance is a stable hash: even, and the same every time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.chance import digest, draw

NAMES = st.lists(st.text() | st.integers(), max_size=4)


@given(NAMES)
def test_a_draw_is_below_one_and_always_the_same(names):
    assert 0 <= draw(*names) < 1
    assert draw(*names) == draw(*names)


def test_draws_fall_evenly_over_ten_parts():
    parts = [0] * 10
    for number in range(5000):
        parts[int(draw("cohort", "welcome", number) * 10)] += 1
    assert min(parts) > 400
    assert max(parts) < 600


def test_names_are_told_apart_where_they_meet():
    assert draw("ab", "c") != draw("a", "bc")


def test_a_lone_surrogate_is_a_name_like_any_other():
    assert 0 <= draw("\ud800") < 1
    assert digest("\ud800", size=4) != digest("\ud801", size=4)


def test_a_digest_is_as_long_as_asked_for():
    assert len(digest("p", 1)) == 16
    assert len(digest("p", 1, size=4)) == 8
