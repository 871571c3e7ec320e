"""Dates as both engines read and write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.dialect.filters.instants import Instant, at_zone, date_from, days_from, fields_of, instant_of
from mailwright.dialect.filters.strftime import strftime
from mailwright.dialect.ruby_values import RubyError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


def instant(moment: datetime) -> Instant:
    return Instant((moment - EPOCH) // timedelta(milliseconds=1))


@given(st.integers(-10_000_000, 10_000_000))
def test_a_day_reads_back_as_itself(days: int) -> None:
    assert days_from(*date_from(days)) == days


@given(MOMENTS)
def test_fields_are_those_of_the_calendar(moment: datetime) -> None:
    fields = fields_of(instant(moment))
    assert (fields.year, fields.month, fields.day) == (moment.year, moment.month, moment.day)
    assert (fields.hour, fields.minute, fields.second) == (moment.hour, moment.minute, moment.second)
    assert fields.weekday == moment.isoweekday() % 7
    assert fields.day_of_year == moment.timetuple().tm_yday


@given(MOMENTS.filter(lambda moment: moment.year > 1000))
def test_legacy_formats_agree_with_the_c_library(moment: datetime) -> None:
    form = "%a %A %b %B %d %H %I %j %m %M %p %S %U %w %W %y %Y %G %V %u %%"
    assert strftime(instant(moment), form, legacy=True) == moment.strftime(form)


@given(MOMENTS)
def test_an_iso_date_is_read_as_written(moment: datetime) -> None:
    exact = moment.replace(microsecond=0)
    assert instant_of(exact.isoformat()) == (exact - EPOCH) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("March 14, 2016", "2016-03-14T00:00:00"),
        ("14 Mar 2016 10:00 PM", "2016-03-14T22:00:00"),
        ("Fri, 07 Nov 2008 13:07:54 +0200", "2008-11-07T11:07:54"),
        ("3/14/2016", "2016-03-14T00:00:00"),
        ("2016/03/14 08:05", "2016-03-14T08:05:00"),
        ("Jul 4th, 1999 3pm", "1999-07-04T15:00:00"),
        ("May 1, 03", "2003-05-01T00:00:00"),
        ("2022-07-04 12:00:00 (GMT)", "2022-07-04T12:00:00"),
        ("Fri Jul 16 01:00:00 2004", "2004-07-16T01:00:00"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, moment: str) -> None:
    assert instant_of(text) == (datetime.fromisoformat(moment).replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def test_legacy_reads_the_day_first_between_slashes() -> None:
    assert instant_of("07/05/2006", day_first=True) == instant_of("2006-05-07")
    assert instant_of("2006/07/05", day_first=True) == instant_of("2006-07-05")


@pytest.mark.parametrize(
    "text", ["", "garbage", "1", "2016-13-01", "12:00", "1 2 3 4", "Smarch 3", "2016-03-14T25:00:00Z"]
)
def test_what_is_no_date_is_read_as_none(text: str) -> None:
    assert instant_of(text) is None


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("America/Los_Angeles", 4), ("america/los_angeles", 4), ("(GMT-11:00) Hawaii", 1), ("(GMT+05:30) Chennai", 17)],
)
def test_a_zone_is_known_by_its_name_or_by_the_documented_form(zone: str, hour: int) -> None:
    assert fields_of(at_zone(1_483_272_000_000, zone)).hour == hour


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../secret", "x" * 1000])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(RubyError, match="Invalid time zone"):
        at_zone(0, zone)


def test_daylight_saving_follows_the_date() -> None:
    form = "%H:%M %z"
    assert strftime(at_zone(1_783_252_800_000, "Europe/Berlin"), form) == "14:00 +0200"
    assert strftime(at_zone(1_767_614_400_000, "Europe/Berlin"), form) == "13:00 +0100"


def test_a_timestamp_in_milliseconds_prints_the_far_year_that_it_means_as_seconds() -> None:
    assert strftime(Instant(1_700_000_000_000 * 1000), "%Y") == "55840"
