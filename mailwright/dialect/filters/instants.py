"""Moments as the engines print them: a text or a number → an instant in a zone → its calendar fields.

Units: instants are milliseconds since 1970 in UTC; offsets are minutes east of UTC. Years may have any number of
digits, since a timestamp in milliseconds taken for seconds is a mistake worth showing as the engine shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from mailwright.dialect.ruby_values import RubyError

DAY = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_DATE = 100  # characters of a date; a longer text is none
LATEST_INSTANT = 8_640_000_000_000_000  # the last one JavaScript knows
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

_ISO = re.compile(
    r"([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d:?\d\d)?"
)
_WORD = re.compile(r"[A-Za-z]+\.?|\d+|[+\-/:.,]|\([^)]*\)|\s+")
_ZONES = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
}
_NAMED_OFFSET = re.compile(r"\(?\s*(?:GMT|UTC)\s*([+-])(\d{1,2})(?::?(\d\d))?\s*\)?.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment in a zone: milliseconds, the zone's offset at that moment, and the name it was asked for by."""

    milliseconds: int
    offset: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Fields:
    """The calendar and the clock at one instant."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    millisecond: int
    weekday: int  # Sunday is 0
    day_of_year: int


def days_from(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date of the Gregorian calendar, of any year."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def date_from(days: int) -> tuple[int, int, int]:
    """The year, month and day that lie *days* after 1970-01-01."""
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    part = (5 * of_year + 2) // 153
    month = part + (3 if part < 10 else -9)
    return year + era * 400 + (month <= 2), month, of_year - (153 * part + 2) // 5 + 1


@lru_cache(maxsize=4096)
def fields_of(instant: Instant) -> Fields:
    """The calendar and the clock at *instant*, in its zone."""
    days, rest = divmod(instant.milliseconds + instant.offset * 60_000, DAY)
    year, month, day = date_from(days)
    hour, rest = divmod(rest, 3_600_000)
    minute, rest = divmod(rest, 60_000)
    second, millisecond = divmod(rest, 1000)
    return Fields(year, month, day, hour, minute, second, millisecond, (days + 4) % 7, days - days_from(year, 1, 1) + 1)


def is_valid(milliseconds: float) -> bool:
    """JavaScript knows that instant."""
    return abs(milliseconds) <= LATEST_INSTANT  # which is false of NaN


def at_zone(milliseconds: int, zone: str) -> Instant:
    """The instant in the zone called *zone*: an IANA name, or the documented form `(GMT-11:00) Hawaii`.

    Raises: RubyError for a zone that does not exist.
    Source: Customer.io docs, Liquid tag list, time zones; liquid §3, Dates.
    """
    named = _NAMED_OFFSET.fullmatch(zone)
    if named is not None:
        minutes = int(named.group(2)) * 60 + int(named.group(3) or 0)
        return Instant(milliseconds, -minutes if named.group(1) == "-" else minutes, zone)
    info = zone_called(zone)
    seconds = max(-62_000_000_000, min(253_000_000_000, milliseconds // 1000))
    moment = EPOCH + timedelta(seconds=seconds)
    offset = info.utcoffset(moment.astimezone(info))
    return Instant(milliseconds, int(offset.total_seconds() // 60) if offset else 0, zone)


@lru_cache(maxsize=512)
def zone_called(name: str) -> ZoneInfo:
    """The zone of that IANA name, whatever the size of its letters.

    Raises: RubyError when there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        for known in available_timezones():
            if known.lower() == name.lower():
                return ZoneInfo(known)
        raise RubyError(f"Invalid time zone specified: {name[:40]}") from None


def instant_of(text: str, day_first: bool = False) -> int | None:
    """The instant that *text* spells, taken as UTC unless it names a zone; None when it spells none."""
    return _instant_of(text, day_first) if len(text) <= MAX_DATE else None


@lru_cache(maxsize=4096)
def _instant_of(text: str, day_first: bool) -> int | None:
    iso = _ISO.fullmatch(text.strip())
    if iso is not None:
        year, month, day, hour, minute, second = (
            int(part or low) for part, low in zip(iso.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
        )
        fraction = int((iso.group(7) or "0").ljust(3, "0")[:3])
        zone = iso.group(8) or "Z"
        offset = 0 if zone == "Z" else _offset(zone[0], zone[1:3], zone[-2:])
        return _checked(year, month, day, hour, minute, second, fraction, offset)
    return _loose(text, day_first)


def _offset(sign: str, hours: str, minutes: str) -> int:
    total = int(hours) * 60 + int(minutes)
    return -total if sign == "-" else total


def _checked(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: int, offset: int
) -> int | None:
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute < 60 and second < 60):
        return None
    clock = ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction
    return days_from(year, month, day) * DAY + clock


class _Loose:
    """What has been found so far in a date that is written freely."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.month: int | None = None
        self.clock: list[int] = []
        self.fraction = 0
        self.half: str | None = None
        self.offset: int | None = None


def _loose(text: str, day_first: bool) -> int | None:
    """The instant of a date written with names of months, in slashes, or as mail headers have it.

    Assumed: a year that is not given is 2001, as the engine's own parser has it; the first of two bare numbers is the
    month in latest and the day in legacy.
    """
    tokens = _WORD.findall(text)
    if "".join(tokens) != text:
        return None
    found, at = _Loose(), 0
    while at < len(tokens):
        step = _take(tokens, at, found)
        if step == 0:
            return None
        at += step
    return _resolved(found, day_first)


def _take(tokens: list[str], at: int, found: _Loose) -> int:
    """How many tokens were understood at *at*; none for what is no part of a date."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if (
        token.isspace()
        or token in (",", "/")
        or token.startswith("(")
        or (token == "-" and found.offset is None and not found.clock)
    ):
        return 1
    if token.isdigit():
        if following == ":" or (found.clock and tokens[at - 1] == ":"):
            found.clock.append(int(token))
        elif found.clock and tokens[at - 1] == ".":
            found.fraction = int(token.ljust(3, "0")[:3])
        elif len(token) <= 6:
            found.numbers.append(int(token) if len(token) > 2 else int(token) - 1000)  # two digits or fewer are marked
        else:
            return 0
        return 1
    if token in (":", "."):
        return 1
    if token in "+-" and found.clock and following.isdigit():
        wide = following if len(following) > 2 else following + "00"
        minutes = tokens[at + 3] if at + 3 < len(tokens) and tokens[at + 2] == ":" else wide[-2:]
        found.offset = _offset(token, wide[:-2], minutes)
        return 4 if at + 3 < len(tokens) and tokens[at + 2] == ":" else 2
    return _take_word(token.rstrip(".").lower(), found)


def _take_word(word: str, found: _Loose) -> int:
    if word in ("am", "pm") and (found.clock or found.numbers):
        if not found.clock:
            found.clock.append(found.numbers.pop() + 1000)
        found.half = word
    elif word in _ZONES:
        found.offset = _ZONES[word]
    elif word in ("st", "nd", "rd", "th", "t", "at", "of"):
        return int((word != "at" and word != "of") or bool(found.numbers))
    elif len(word) >= 3 and any(name.lower().startswith(word) for name in MONTHS):
        found.month = 1 + next(index for index, name in enumerate(MONTHS) if name.lower().startswith(word))
    elif len(word) < 3 or not any(name.lower().startswith(word) for name in DAYS):
        return 0
    return 1


def _resolved(found: _Loose, day_first: bool) -> int | None:
    """The instant, once every number has found its part."""
    small = [number + 1000 for number in found.numbers if number < 0]
    years = [number for number in found.numbers if number >= 100]
    year = years[0] if years else None
    if len(years) > 1 or len(found.clock) > 3 or len(found.numbers) > 3:
        return None
    if found.month is None:
        if len(small) < 2:
            return None
        month, day = (small[1], small[0]) if day_first and found.numbers[0] < 0 else (small[0], small[1])
        rest = small[2:]
    else:
        if not small and year is None:
            return None
        month, day, rest = found.month, small[0] if small else 1, small[1:]
    if rest:
        if year is not None:
            return None
        year = rest[0] + (2000 if rest[0] < 50 else 1900)
    hour, minute, second = (found.clock + [0, 0, 0])[:3]
    if found.half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found.half == "pm" else 0)
    return _checked(2001 if year is None else year, month, day, hour, minute, second, found.fraction, found.offset or 0)
