"""Campaigns that start by a date among a person's attributes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from building import DAY, START, call, campaign, identify, of_kind, project, run

from mailwright.definitions.triggers import DateTrigger
from simulator.dates import as_date, iso_time
from simulator.history.calls import CallKind
from simulator.trace import Entered


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def starts(trigger, *calls, days=800, **settings):
    """When journeys start, in UTC."""
    what = project(campaign(DateTrigger(date="due", **trigger)), assumptions=settings)
    found = run(what, *calls, until=START + days * DAY)
    return [f"{datetime.fromtimestamp(entry.at, UTC):%Y-%m-%d %H:%M}" for entry in of_kind(found, Entered)]


def due(text, at=START, **more):
    return identify(at=at, due=utc(text), **more)


@pytest.mark.parametrize(
    ("trigger", "date", "expected"),
    [
        pytest.param({}, "2025-03-10 15:00", ["2025-03-10 00:00"], id="on the day"),
        pytest.param({"at": "09:30"}, "2025-03-10 15:00", ["2025-03-10 09:30"], id="at a time of day"),
        pytest.param({"at": "10:00"}, "2025-03-03 00:00", ["2025-03-03 10:00"], id="in this very second"),
        pytest.param({"at": "09:59"}, "2025-03-03 00:00", [], id="a minute ago"),
        pytest.param({}, "2025-03-02 00:00", [], id="yesterday"),
        pytest.param({"before": "3d"}, "2025-03-10 00:00", ["2025-03-07 00:00"], id="before it"),
        pytest.param({"after": "1w"}, "2025-03-01 00:00", ["2025-03-08 00:00"], id="after it"),
        pytest.param({"after": "1w"}, "2025-02-01 00:00", [], id="after it, too long ago"),
        pytest.param(
            {"repeat": "yearly"}, "1990-03-10 00:00", ["2025-03-10 00:00", "2026-03-10 00:00", "2027-03-10 00:00"],
            id="every year",
        ),
        pytest.param(
            {"repeat": "yearly", "before": "30d"}, "1990-01-15 00:00", ["2025-12-16 00:00", "2026-12-16 00:00"],
            id="every year, over the turn of the year",
        ),
    ],
)  # fmt: skip
def test_a_date_starts_a_journey_when_it_comes(trigger, date, expected):
    assert starts(trigger, due(date)) == expected


@pytest.mark.parametrize(
    ("assumed", "expected"),
    [
        ("feb_28", ["2026-02-28 00:00", "2027-02-28 00:00", "2028-02-29 00:00"]),
        ("mar_1", ["2026-03-01 00:00", "2027-03-01 00:00", "2028-02-29 00:00"]),
        ("skip", ["2028-02-29 00:00"]),
    ],
)
def test_a_leap_day_comes_every_year_as_assumed(assumed, expected):
    days = 3 * 366
    assert starts({"repeat": "yearly"}, due("2024-02-29"), days=days, date_repeats_on_leap_day=assumed) == expected


def test_a_month_that_is_too_short_has_its_last_day():
    found = starts({"repeat": "monthly"}, due("2025-01-31"), days=130)
    assert found == ["2025-03-31 00:00", "2025-04-30 00:00", "2025-05-31 00:00", "2025-06-30 00:00"]


@pytest.mark.parametrize(
    ("trigger", "attributes", "expected"),
    [
        pytest.param({"zone": "Asia/Tokyo"}, {}, ["2025-03-10 00:00"], id="a zone of its own"),
        pytest.param({}, {"timezone": "America/New_York"}, ["2025-03-10 13:00"], id="the person's, in summer time"),
        pytest.param({"fallback": "Asia/Tokyo"}, {}, ["2025-03-10 00:00"], id="the fallback"),
        pytest.param({}, {"timezone": "Mars"}, ["2025-03-10 09:00"], id="no zone of that name"),
    ],
)
def test_a_date_goes_by_a_zone(trigger, attributes, expected):
    assert starts({"at": "09:00", **trigger}, due("2025-03-10 05:00", **attributes)) == expected


def test_a_date_that_moves_starts_on_its_new_day_only():
    moved = due("2025-03-20", at=START + DAY)
    assert starts({}, due("2025-03-10"), moved) == ["2025-03-20 00:00"]
    assert starts({}, due("2025-03-10"), identify(at=START + DAY, due=None)) == []


def test_a_move_to_another_zone_is_followed():
    east = identify(at=START + DAY, timezone="Asia/Tokyo")
    assert starts({"at": "09:00"}, due("2025-03-10"), east) == ["2025-03-10 00:00"]
    assert starts({"at": "09:00"}, due("2025-03-10"), identify(at=START + DAY, x=1)) == ["2025-03-10 09:00"]


def test_somebody_deleted_has_no_birthdays():
    assert starts({}, due("2025-03-10"), call(CallKind.DELETE, at=START + DAY)) == []


def test_zero_is_the_first_of_january_1970():
    assert starts({"repeat": "yearly"}, identify(due=0), days=310) == ["2026-01-01 00:00"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (START, START),
        (str(START), START),
        ("2025-03-03T10:00:00Z", START),
        ("2025-03-03T11:00:00+01:00", START),
        (" 2025-03-03 10:00 ", START),
        ("2025-03-03", START - 36000),
        (START * 1000, None),
        ("3 March", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_a_date_is_unix_seconds_or_iso(value, expected):
    assert as_date(value) == expected


def test_no_time_is_none():
    assert iso_time(None) is None
