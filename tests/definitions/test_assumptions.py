"""Assumptions are settings with a default, a name and a few values."""

from __future__ import annotations

import pytest

from mailwright.definitions.assumptions import Assumptions, assumptions_from, default_assumptions
from mailwright.diagnostics import ConfigurationError


def test_nothing_set_gives_the_defaults():
    assert assumptions_from({}) == Assumptions()
    assert assumptions_from(default_assumptions()) == Assumptions()


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        pytest.param("between", "both", "inclusive, exclusive", id="no value of it"),
        pytest.param("filter_retry_seconds", -1, "a whole number from 0", id="less than nothing"),
        pytest.param("filter_retry_seconds", True, "a whole number from 0", id="a truth value is no number"),
        pytest.param("filter_retry_seconds", "60", "a whole number from 0", id="a text is no number"),
        pytest.param("parallel_event_journeys", 1, "true or false", id="a number is no truth value"),
        pytest.param("betwen", "inclusive", "between", id="a name near another"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_with_what_would(name, value, hint):
    with pytest.raises(ConfigurationError) as caught:
        assumptions_from({name: value})
    assert hint in caught.value.hint


def test_a_setting_that_fits_is_taken():
    assert assumptions_from({"between": "exclusive", "filter_retry_seconds": 0}).filter_retry_seconds == 0
