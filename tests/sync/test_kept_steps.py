"""Dropped message steps stay where they stood."""

from __future__ import annotations

import pytest

from sync.kept_steps import message_names, with_kept_steps


def email(name):
    return {"email": name}


A, B, C, WAIT = email("a"), email("b"), email("c"), {"wait": "1d"}


def branch(then, other):
    return {"branch": {"if": {"person": {"x": 1}}, "then": then, "else": other}}


@pytest.mark.parametrize(
    ("desired", "live", "expected"),
    [
        pytest.param([A], [A, B], [A, B], id="at the end"),
        pytest.param([B], [A, B], [A, B], id="at the start"),
        pytest.param([A, WAIT, C], [A, B, WAIT, C], [A, B, WAIT, C], id="in the middle"),
        pytest.param([], [A, B], [A, B], id="all of them"),
        pytest.param([branch([A], [])], [branch([A, B], [])], [branch([A, B], [])], id="inside a branch"),
        pytest.param([branch([], [])], [branch([], [C])], [branch([], [C])], id="the only one of a branch"),
        pytest.param([WAIT, A], [A, WAIT, B], [WAIT, B, A], id="among steps that moved"),
        pytest.param([A], [A, branch([B], [])], [A], id="not when its branch is gone"),
        pytest.param([A, {"webhook": "n"}], [{"webhook": "h"}, A], [{"webhook": "h"}, A, {"webhook": "n"}], id="a webhook"),
    ],
)  # fmt: skip
def test_a_dropped_step_is_put_back_behind_what_it_followed(desired, live, expected):
    assert with_kept_steps(desired, live, live)[0] == expected


def test_the_names_of_what_was_put_back_are_given():
    assert with_kept_steps([A], [A, B, branch([C], [])], [A, B, branch([C], [])])[1] == ("b",)


def test_what_was_never_agreed_on_is_not_put_back():
    assert with_kept_steps([A], [A, B], [A]) == ([A], ())


def test_conditions_are_no_steps():
    wait = {"wait_until": {"any": [{"event": "email"}, {"person": {"email": "x"}}], "then": [A]}}
    assert list(message_names([wait])) == ["a"]
