"""Values as conditions compare them: texts without case, numbers by what they spell (semantics R8, R9)."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def as_text(value: object) -> str:
    """A value as it is shown and compared: `true`, `8017`, `8017` for 8017.0.

    Assumed: a number equals its text (semantics R9).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def as_number(value: object) -> float | None:
    """The number a value is or spells; None for any other (semantics R15)."""
    if isinstance(value, bool):
        return None
    text = str(value).strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def folded_value(value: object) -> str:
    """What two equal values have in common."""
    text = as_text(value).casefold()
    number = as_number(text)
    return text if number is None or abs(number) > 1e15 else as_text(number)
