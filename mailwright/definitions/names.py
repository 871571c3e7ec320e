"""Constrained names and lengths of time, as authors write them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

SLUG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
DURATION_PATTERN = r"^(\d+(\.\d+)?\s*(s|m|h|d|w)\s*)+$"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
LONGEST = timedelta(days=3650)

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
"""Our name for a thing: letters, digits, dash, dot and underscore."""

EventName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""An event's name as the sender writes it (at most 100 bytes in Customer.io, semantics R122)."""

AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=150)]
"""A person's attribute, or a path into it."""


def parse_duration(value: object) -> timedelta:
    """A length of time from `30m`, `7d`, `1d 12h`, or a timedelta itself.

    Raises: ValueError when the text is no length of time, or longer than ten years.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower() if isinstance(value, str) else ""
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError("a length of time is a number and a unit: 30m, 12h, 7d, 2w")
    length = timedelta()
    for amount, unit in _PART.findall(text):
        whole = timedelta(**{_UNITS[unit]: 1}).total_seconds() * float(amount)
        length += timedelta(seconds=min(whole, LONGEST.total_seconds() + 1))
        if length > LONGEST:
            break
    if length > LONGEST:
        raise ValueError("a length of time is at most ten years (3650d)")
    return length


def duration_as_text(length: timedelta) -> str:
    """The shortest way to write *length*: `90m` is `1h 30m`, zero is `0s`."""
    left, parts = int(length.total_seconds()), []
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if unit == "w" and left % size:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["30m", "12h", "7d", "1d 12h"]}),
]
"""A length of time: `30m`, `12h`, `7d`, `2w`, or several of them."""

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"), Field(examples=["09:00"])]
"""A time of day, `HH:MM`; `24:00` is the end of the day."""
