"""Virtual time: what is due, and when windows open."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import Agenda, OpeningHours, minutes_of, opens_at, wall_time, zone_named

WEEK = OpeningHours(frozenset(range(5)), 9 * 60, 17 * 60)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


def stamp(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("hours", "zone", "after", "expected"),
    [
        pytest.param(WEEK, "UTC", "2025-03-03T10:00", "2025-03-03T10:00", id="open already"),
        pytest.param(WEEK, "UTC", "2025-03-03T09:00", "2025-03-03T09:00", id="the opening minute belongs"),
        pytest.param(WEEK, "UTC", "2025-03-03T17:00", "2025-03-04T09:00", id="the closing minute does not"),
        pytest.param(WEEK, "UTC", "2025-03-07T18:00", "2025-03-10T09:00", id="over the weekend"),
        pytest.param(
            WEEK, "America/New_York", "2025-03-07T18:00", "2025-03-10T09:00", id="over the start of summer time"
        ),
        pytest.param(WEEK, "Europe/Berlin", "2025-10-24T20:00", "2025-10-27T09:00", id="over its end"),
        pytest.param(
            OpeningHours(frozenset({0}), 22 * 60, 2 * 60),
            "UTC",
            "2025-03-04T01:00",
            "2025-03-04T01:00",
            id="past midnight",
        ),
        pytest.param(
            OpeningHours(frozenset({0}), 22 * 60, 2 * 60),
            "UTC",
            "2025-03-04T02:00",
            "2025-03-10T22:00",
            id="and closed",
        ),
        pytest.param(
            OpeningHours(frozenset(range(7)), 0, 1440), "UTC", "2025-03-03T23:59", "2025-03-03T23:59", id="all day"
        ),
    ],
)
def test_a_window_opens_by_the_wall_clock(hours, zone, after, expected):
    assert opens_at(hours, stamp(after, zone), ZoneInfo(zone)) == stamp(expected, zone)


def test_an_edge_in_a_skipped_hour_moves_to_the_moment_the_clock_jumps():
    zone = ZoneInfo("Europe/Berlin")
    found = wall_time(date(2025, 3, 30), 2 * 60 + 30, zone)
    assert found == stamp("2025-03-30T01:00")


@given(
    st.integers(min_value=0, max_value=4_000_000_000),
    st.frozensets(st.integers(min_value=0, max_value=6), min_size=1),
    st.integers(min_value=0, max_value=1439),
    st.integers(min_value=0, max_value=1440),
    st.sampled_from(ZONES),
)
def test_a_window_never_opens_in_the_past_nor_more_than_a_week_and_a_day_ahead(after, days, start, end, name):
    if start == end:
        return
    found = opens_at(OpeningHours(days, start, end), after, ZoneInfo(name))
    assert after <= found <= after + 8 * 86400 + 7200
    assert opens_at(OpeningHours(days, start, end), found, ZoneInfo(name)) == found


@given(st.integers(min_value=0, max_value=4_000_000_000), st.sampled_from(ZONES))
def test_the_wall_time_of_a_moment_is_that_moment_or_its_first_twin(moment, name):
    zone = ZoneInfo(name)
    moment -= moment % 60
    local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    if local.second:
        return
    found = wall_time(local.date(), local.hour * 60 + local.minute, zone)
    assert found == moment or (local.fold == 1 and found < moment)


def test_what_is_due_at_the_moment_itself_waits_for_the_next():
    done: list[tuple[int, str]] = []
    agenda = Agenda()
    agenda.put(20, lambda at, what: done.append((at, what)), "later")
    agenda.put(10, lambda at, what: done.append((at, what)), "first")
    agenda.put(10, lambda at, what: done.append((at, what)), "second")
    agenda.run_before(20)
    assert done == [(10, "first"), (10, "second")]
    assert agenda.next_at() == 20
    agenda.run_before(21)
    assert agenda.next_at() is None


def test_zone_names_are_read_in_any_case():
    assert zone_named("canada/pacific") is zone_named("Canada/Pacific")
    assert zone_named("Mars/Olympus") is None
    assert minutes_of("24:00") == 1440
