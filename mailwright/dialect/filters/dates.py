"""Filters on dates.

Source: liquid §3, Dates.
"""

from __future__ import annotations

from functools import lru_cache

from mailwright.dialect.filters.instants import (
    DAY,
    MAX_DATE,
    Instant,
    at_zone,
    date_from,
    days_from,
    instant_of,
    is_valid,
)
from mailwright.dialect.filters.strftime import strftime, suffix
from mailwright.dialect.js_values import counted, text_of
from mailwright.dialect.state import State

DEFAULT_FORM = "%A, %B %-e, %Y at %-l:%M %P %z"


def _now(state: State) -> int:
    return int(state.settings.now.timestamp() * 1000)


def milliseconds_of(state: State, value: object) -> int | None:
    """The instant that *value* stands for: seconds since 1970, `now`, or a date as text; None when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return int(value * 1000) if is_valid(value * 1000) else None
    if not isinstance(value, str):
        return None
    if value in ("now", "today"):
        return _now(state)
    if value.isascii() and value.isdigit():
        return int(value) * 1000 if len(value) < 14 else None
    return instant_of(value)


def zoned(state: State, milliseconds: int, zone: object) -> Instant:
    """The instant in a zone: UTC, a zone by name, or an offset in minutes.

    Raises: RubyError for a zone that does not exist.
    Source: liquid §3: a positive offset lies west of UTC; `numeric_offset_positive_is` (liquid §13.3).
    """
    if zone is None:
        return Instant(milliseconds)
    if isinstance(zone, (int, float)) and not isinstance(zone, bool):
        west = int(max(-10_000, min(10_000, counted(zone))))
        is_west = state.settings.assumptions.numeric_offset_positive_is == "west"
        return Instant(milliseconds, -west if is_west else west, "")
    return _in_zone(milliseconds, text_of(zone)[:MAX_DATE])


@lru_cache(maxsize=4096)
def _in_zone(milliseconds: int, zone: str) -> Instant:
    return at_zone(milliseconds, zone)


def date(state: State, value: object, form: object = None, zone: object = None) -> object:
    """The date in a format; what is no date comes back as it is."""
    milliseconds = milliseconds_of(state, value)
    if milliseconds is None:
        return value
    return strftime(zoned(state, milliseconds, zone), DEFAULT_FORM if form is None else text_of(form))


def date_to_xmlschema(state: State, value: object) -> object:
    """The date as XML writes it."""
    return date(state, value, "%Y-%m-%dT%H:%M:%S%:z")


def date_to_rfc822(state: State, value: object) -> object:
    """The date as mail headers write it."""
    return date(state, value, "%a, %d %b %Y %H:%M:%S %z")


def _written(state: State, value: object, month: str, kind: object, style: object) -> object:
    milliseconds = milliseconds_of(state, value)
    if milliseconds is None:
        return value
    instant = Instant(milliseconds)
    if kind != "ordinal":
        return strftime(instant, f"%d {month} %Y")
    day = int(strftime(instant, "%-d"))
    if style == "US":
        return strftime(instant, f"{month} {day}{suffix(day)}, %Y")
    padded = f"{day:02d}" if state.settings.assumptions.ordinal_day == "padded" else str(day)
    return strftime(instant, f"{padded}{suffix(day)} {month} %Y")


def date_to_string(state: State, value: object, kind: object = None, style: object = None) -> object:
    """The date with a short month: `07 Nov 2008`, `07th Nov 2008` or `Nov 7th, 2008`."""
    return _written(state, value, "%b", kind, style)


def date_to_long_string(state: State, value: object, kind: object = None, style: object = None) -> object:
    """The date with the whole name of the month."""
    return _written(state, value, "%B", kind, style)


def _shifted(state: State, value: object, days: int, months: int) -> object:
    """The instant so many days and months later, in seconds.

    Source: Customer.io docs, Liquid tag list. Assumed: `month_overflow`, for a month too short for the day.
    """
    milliseconds = milliseconds_of(state, value)
    if milliseconds is None:
        return value
    old, rest = divmod(milliseconds, DAY)
    year, month, day = date_from(old)
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    if months and state.settings.assumptions.month_overflow == "last_day":
        length = days_from(year + month // 12, month % 12 + 1, 1) - days_from(year, month, 1)
        day = min(day, length)
    total = (days_from(year, month, day) + days) * DAY + rest
    return total // 1000 if is_valid(total) else value


def _whole(count: object) -> int:
    return int(max(-10_000_000, min(10_000_000, counted(count))))


def add_day(state: State, value: object, count: object = 0) -> object:
    """So many days later."""
    return _shifted(state, value, _whole(count), 0)


def subtract_day(state: State, value: object, count: object = 0) -> object:
    """So many days earlier."""
    return _shifted(state, value, -_whole(count), 0)


def add_month(state: State, value: object, count: object = 0) -> object:
    """So many months later."""
    return _shifted(state, value, 0, _whole(count))


def subtract_month(state: State, value: object, count: object = 0) -> object:
    """So many months earlier."""
    return _shifted(state, value, 0, -_whole(count))


def add_year(state: State, value: object, count: object = 0) -> object:
    """So many years later."""
    return _shifted(state, value, 0, 12 * _whole(count))


def subtract_year(state: State, value: object, count: object = 0) -> object:
    """So many years earlier."""
    return _shifted(state, value, 0, -12 * _whole(count))


def timezone(state: State, value: object, zone: object = None) -> object:
    """The moment shifted into a zone, so that a later `date` prints that zone's clock.

    Assumed: deprecated in latest but still there; it prints as the date filter's default form would have the zone.
    """
    milliseconds = milliseconds_of(state, value)
    if milliseconds is None or zone is None:
        return value
    instant = zoned(state, milliseconds, zone)
    return (milliseconds + instant.offset * 60_000) // 1000
