"""Times in all the forms that logs have."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from simulator.history.fields import ShapeError
from simulator.history.stamps import seconds

SECOND = 1767225600


@pytest.mark.parametrize(
    ("value", "noted"),
    [
        pytest.param(SECOND, {}, id="seconds"),
        pytest.param(SECOND + 0.9, {}, id="seconds with a fraction"),
        pytest.param(str(SECOND), {}, id="seconds as text"),
        pytest.param(SECOND * 1000 + 999, {"milliseconds": 1}, id="milliseconds"),
        pytest.param(str(SECOND * 1000), {"milliseconds": 1}, id="milliseconds as text"),
        pytest.param(SECOND * 1_000_000, {"milliseconds": 1}, id="microseconds"),
        pytest.param("2026-01-01T00:00:00Z", {}, id="ISO 8601 in UTC"),
        pytest.param("2026-01-01T02:00:00.999+02:00", {}, id="ISO 8601 with a zone"),
        pytest.param("2026-01-01 00:00:00 UTC", {}, id="with UTC spelled out"),
        pytest.param("2026-01-01 00:00:00", {"time-without-zone": 1}, id="no zone"),
        pytest.param("2026-01-01", {"time-without-zone": 1}, id="a day"),
        pytest.param("Thu, 01 Jan 2026 00:00:00 GMT", {}, id="RFC 2822"),
        pytest.param("Thu, 01 Jan 2026 01:00:00 +0100", {}, id="RFC 2822 with a zone"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), {}, id="a moment"),
    ],
)
def test_every_form_of_a_time_is_the_same_second(value, noted):
    notes: Counter[str] = Counter()
    assert seconds(value, notes) == SECOND
    assert notes == noted


@pytest.mark.parametrize("value", [None, ""])
def test_no_time_is_none(value):
    assert seconds(value, Counter()) is None


@pytest.mark.parametrize(
    "value", [True, [], {}, "soon", "2026-13-01", float("nan"), float("inf"), 10**25, "9" * 20, "Thu, 99 Foo"]
)
def test_what_says_no_time_is_refused(value):
    with pytest.raises(ShapeError):
        seconds(value, Counter())


def test_a_time_before_1970_is_rounded_down():
    assert seconds("1969-12-31T23:59:59.5Z", Counter()) == -1
    assert seconds(-0.5, Counter()) == -1
