"""Moments and lengths of time as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailwright.definitions.names import parse_duration
from mailwright.diagnostics import ConfigurationError

MONDAY = 1_767_603_600
"""When a simulation begins that does not say: Monday, 5 January 2026, 09:00 UTC, in Unix seconds."""

LATEST = 7_258_118_400
"""2200-01-01 in Unix seconds: no simulation gets there."""

Moment = str | int | datetime
Length = str | int | timedelta


def second_of(moment: Moment) -> int:
    """The Unix second of a moment: ISO 8601 (UTC unless it says otherwise), a datetime, or Unix seconds.

    Raises: ConfigurationError when the text is no time, or lies outside 1970 to 2199.
    """
    try:
        second = moment if isinstance(moment, int) else _second_of(moment)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(f"'{moment}' is no time", hint="such as 2026-01-05T09:00:00Z") from error
    if not 0 <= second < LATEST:
        raise ConfigurationError(f"'{moment}' lies outside the years 1970 to 2199", hint="such as 2026-01-05")
    return second


def _second_of(moment: str | datetime) -> int:
    found = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def seconds_in(length: Length) -> int:
    """The seconds of a length of time: `3d`, `1h 30m`, a timedelta, or seconds.

    Raises: ConfigurationError when the text is no length of time, or less than nothing.
    """
    if isinstance(length, int):
        found = length
    else:
        try:
            found = int(parse_duration(length).total_seconds())
        except ValueError as error:
            raise ConfigurationError(f"'{length}' is no length of time", hint="such as 30m, 12h or 3d") from error
    if found < 0:
        raise ConfigurationError("time does not go backwards", hint="a length such as 3d")
    return found


def moment_at(second: int) -> datetime:
    """The aware moment of a Unix second, in UTC."""
    return datetime.fromtimestamp(second, UTC)
