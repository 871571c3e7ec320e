"""Times as logs write them, as Unix seconds."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated

import msgspec

from simulator.history.fields import ShapeError

AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
SECONDS_END = 100_000_000_000  # the year 5138; a larger number counts finer units

MILLISECONDS = "milliseconds"
WITHOUT_ZONE = "time-without-zone"

_NUMBER = re.compile(r"[+-]?\d{1,19}(\.\d+)?")
_HINT = "Unix seconds such as 1767225600, or ISO 8601 such as 2026-01-01T00:00:00Z"


def seconds(value: object, notes: Counter[str], field: str = "timestamp") -> int | None:
    """The time that *value* says; None for none.

    Units: Unix seconds, rounded down. *notes* counts what had to be assumed, by code.
    Raises: ShapeError when it says no time.
    Assumed: a number of 12 digits or more is milliseconds (then micro-, then nanoseconds); no zone means UTC.
    """
    match value:
        case None | "":
            return None
        case bool():
            raise ShapeError(f"'{field}' is true or false, not a time", _HINT)
        case int() | float():
            return _from_number(value, notes, field)
        case str():
            return _from_text(value.strip(), notes, field)
        case datetime():
            return _from_datetime(value, notes)
        case date():
            return _from_text(value.isoformat(), notes, field)
        case _:
            raise ShapeError(f"'{field}' is not a time", _HINT)


def floor_seconds(moment: datetime) -> int:
    """The Unix second in which an aware *moment* lies."""
    return math.floor(moment.timestamp())


def _from_number(value: float, notes: Counter[str], field: str) -> int:
    if isinstance(value, float) and not math.isfinite(value):
        raise ShapeError(f"'{field}' is not a finite number", _HINT)
    if abs(value) < SECONDS_END:
        return math.floor(value)
    for unit in (1_000, 1_000_000, 1_000_000_000):
        if abs(value) < SECONDS_END * unit:
            notes[MILLISECONDS] += 1
            return math.floor(value // unit)
    raise ShapeError(f"'{field}' is too large a number for a time", _HINT)


def _from_text(text: str, notes: Counter[str], field: str) -> int:
    if _NUMBER.fullmatch(text):
        return _from_number(float(text) if "." in text else int(text), notes, field)
    try:
        return floor_seconds(msgspec.convert(text, AwareTime))
    except (msgspec.ValidationError, OverflowError):
        pass
    # What follows is slower and knows more forms: week dates, a blank for the T, no zone, RFC 2822.
    for read in (datetime.fromisoformat, _named_utc, parsedate_to_datetime):
        try:
            return _from_datetime(read(text), notes)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    raise ShapeError(f"'{field}' is not a time", _HINT)


def _named_utc(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("UTC").rstrip()).replace(tzinfo=UTC)


def _from_datetime(moment: datetime, notes: Counter[str]) -> int:
    if moment.tzinfo is None:
        notes[WITHOUT_ZONE] += 1
        moment = moment.replace(tzinfo=UTC)
    return floor_seconds(moment)
