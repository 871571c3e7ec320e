"""Date formats → text, as each engine's `strftime` writes them.

Source: liquid §3, Dates: flags executed on LiquidJS; Ruby's documented directives for legacy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date as calendar_date
from functools import lru_cache

from mailwright.dialect.faults import LimitHit
from mailwright.dialect.filters.instants import DAYS, MONTHS, Fields, Instant, days_from, fields_of

_DIRECTIVE = re.compile(r"%([-_0^#:]*)(\d*)([EO]?)(.)", re.DOTALL)
_WIDTHS = {"d": 2, "e": 2, "H": 2, "I": 2, "j": 3, "k": 2, "l": 2, "L": 3, "m": 2, "M": 2, "S": 2, "U": 2, "W": 2}
_SPACED = frozenset("aAbBcekhlpP")
MAX_WIDTH = 1000
MAX_KEPT_FORM = 1000  # characters; a longer format is compiled each time, so that few are kept

Conversion = Callable[[Fields, Instant, str, int], str]
Part = str | tuple[Conversion, str, str, int, str]


def suffix(day: int) -> str:
    """The ending of an ordinal."""
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _hour12(at: Fields) -> int:
    return at.hour % 12 or 12


def _zone_offset(instant: Instant, flags: str) -> str:
    hours, minutes = divmod(abs(instant.offset), 60)
    return f"{'-' if instant.offset < 0 else '+'}{hours:02d}{':' if ':' in flags else ''}{minutes:02d}"


def _week(at: Fields, first_day: int) -> int:
    """The week of the year, counted as the latest engine does."""
    january = (days_from(at.year, 1, 1) + 4) % 7
    return (at.day_of_year + first_day - at.weekday - (7 - january + first_day)) // 7 + 1


def _fraction(at: Fields, width: int) -> str:
    size = width or 9
    return str(at.millisecond)[:size].ljust(size, "0")


def _day_text(at: Fields) -> str:
    return f"{at.month}/{at.day}/{at.year}"


def _clock_text(at: Fields) -> str:
    return f"{_hour12(at)}:{at.minute:02d}:{at.second:02d} {'AM' if at.hour < 12 else 'PM'}"


LATEST: dict[str, Conversion] = {
    "a": lambda at, instant, flags, width: DAYS[at.weekday][:3],
    "A": lambda at, instant, flags, width: DAYS[at.weekday],
    "b": lambda at, instant, flags, width: MONTHS[at.month - 1][:3],
    "B": lambda at, instant, flags, width: MONTHS[at.month - 1],
    "c": lambda at, instant, flags, width: f"{_day_text(at)}, {_clock_text(at)}",
    "C": lambda at, instant, flags, width: str(int(str(at.year)[:2])),
    "d": lambda at, instant, flags, width: str(at.day),
    "e": lambda at, instant, flags, width: str(at.day),
    "h": lambda at, instant, flags, width: MONTHS[at.month - 1][:3],
    "H": lambda at, instant, flags, width: str(at.hour),
    "I": lambda at, instant, flags, width: str(_hour12(at)),
    "j": lambda at, instant, flags, width: str(at.day_of_year),
    "k": lambda at, instant, flags, width: str(at.hour),
    "l": lambda at, instant, flags, width: str(_hour12(at)),
    "L": lambda at, instant, flags, width: str(at.millisecond),
    "m": lambda at, instant, flags, width: str(at.month),
    "M": lambda at, instant, flags, width: str(at.minute),
    "n": lambda at, instant, flags, width: "\n",
    "N": lambda at, instant, flags, width: _fraction(at, width),
    "p": lambda at, instant, flags, width: "AM" if at.hour < 12 else "PM",
    "P": lambda at, instant, flags, width: "am" if at.hour < 12 else "pm",
    "q": lambda at, instant, flags, width: suffix(at.day),
    "s": lambda at, instant, flags, width: str((instant.milliseconds + 500) // 1000),
    "S": lambda at, instant, flags, width: str(at.second),
    "t": lambda at, instant, flags, width: "\t",
    "u": lambda at, instant, flags, width: str(at.weekday or 7),
    "U": lambda at, instant, flags, width: str(_week(at, 0)),
    "w": lambda at, instant, flags, width: str(at.weekday),
    "W": lambda at, instant, flags, width: str(_week(at, 1)),
    "x": lambda at, instant, flags, width: _day_text(at),
    "X": lambda at, instant, flags, width: _clock_text(at),
    "y": lambda at, instant, flags, width: str(at.year)[2:4],
    "Y": lambda at, instant, flags, width: str(at.year),
    "z": lambda at, instant, flags, width: _zone_offset(instant, flags),
    "Z": lambda at, instant, flags, width: instant.zone,
    "%": lambda at, instant, flags, width: "%",
}


def _iso_week(at: Fields) -> tuple[int, int]:
    if not 1 <= at.year <= 9999:
        return at.year, _week(at, 1)
    year, week, _ = calendar_date(at.year, at.month, at.day).isocalendar()
    return year, week


def _ruby_week(at: Fields, first_day: int) -> int:
    return (at.day_of_year + 6 - (at.weekday - first_day) % 7) // 7


_RUBY_WIDTHS = _WIDTHS | {"C": 2, "y": 2, "g": 2, "V": 2, "G": 4, "Y": 4, "N": 0}
_RUBY_COMPOSED = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "v": "%e-%^b-%Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}
_ADDED: dict[str, Conversion] = {
    "C": lambda at, instant, flags, width: str(at.year // 100),
    "g": lambda at, instant, flags, width: str(_iso_week(at)[0] % 100),
    "G": lambda at, instant, flags, width: str(_iso_week(at)[0]),
    "N": lambda at, instant, flags, width: f"{at.millisecond:03d}".ljust(width or 9, "0")[: width or 9],
    "U": lambda at, instant, flags, width: str(_ruby_week(at, 0)),
    "V": lambda at, instant, flags, width: str(_iso_week(at)[1]),
    "W": lambda at, instant, flags, width: str(_ruby_week(at, 1)),
    "y": lambda at, instant, flags, width: str(at.year % 100),
    "s": lambda at, instant, flags, width: str(instant.milliseconds // 1000),
}


def _composed(form: str) -> Conversion:
    """The conversion that is short for another format."""
    return lambda at, instant, flags, width: strftime(instant, form, legacy=True)


LEGACY: dict[str, Conversion] = {
    **{letter: convert for letter, convert in LATEST.items() if letter not in "cqxX"},
    **_ADDED,
    **{letter: _composed(form) for letter, form in _RUBY_COMPOSED.items()},
}


@lru_cache(maxsize=512)
def compiled(form: str, legacy: bool) -> tuple[Part, ...]:
    """The pieces of a format: texts, and conversions with their flags, width and padding.

    Raises: LimitHit for a width that no mail needs.
    """
    table, widths = (LEGACY, _RUBY_WIDTHS) if legacy else (LATEST, _WIDTHS)
    parts: list[Part] = []
    at = 0
    for found in _DIRECTIVE.finditer(form):
        flags, width, _, letter = found.groups()
        convert = table.get(letter)
        parts.append(form[at : found.start()] + ("" if convert else found.group()))
        at = found.end()
        if convert is None:
            continue
        if len(width) > 4 or int(width or 0) > MAX_WIDTH:
            raise LimitHit("output_bytes")
        pad = " " if letter in _SPACED else "0"
        if "_" in flags:
            pad = " "
        elif "0" in flags:
            pad = "0"
        wide = 0 if "-" in flags else int(width or widths.get(letter, 0))
        parts.append((convert, flags, pad, wide, width))
    parts.append(form[at:])
    return tuple(part for part in parts if part != "")


def strftime(instant: Instant, form: str, legacy: bool = False) -> str:
    """*instant* written in the format *form*.

    Raises: LimitHit for a width that no mail needs.
    """
    at = fields_of(instant)
    pieces: list[str] = []
    parts = compiled(form, legacy) if len(form) <= MAX_KEPT_FORM else compiled.__wrapped__(form, legacy)
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        convert, flags, pad, wide, width = part
        text = convert(at, instant, flags, int(width or 0))
        if "^" in flags:
            text = text.upper()
        elif "#" in flags:
            text = text.upper() if any("a" <= letter <= "z" for letter in text) else text.lower()
        pieces.append(text if len(text) >= wide else text.rjust(wide, pad))
    return "".join(pieces)
