"""What each operator may be given: numbers, lengths of time, moments, texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from mailwright.definitions.conditions import Operator, Scalar
from mailwright.definitions.names import parse_duration

VARIABLE = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class OperandError(Exception):
    """An operator was given something it cannot use."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def holds_variable(raw: object) -> bool:
    """Whether *raw* is a text whose meaning a workspace's `vars` decide."""
    return isinstance(raw, str) and VARIABLE.search(raw) is not None


def operand(operator: Operator, raw: object) -> Scalar:
    """What *raw* means to *operator*; a text with `${…}` stays as it is until a workspace is chosen.

    Raises: OperandError.
    """
    if isinstance(raw, str) and holds_variable(raw):
        return raw
    return _READERS.get(operator, scalar)(raw)


def scalar(raw: object) -> Scalar:
    """A text, a number, true or false.

    Raises: OperandError.
    """
    if isinstance(raw, str | int | float):
        return raw
    if raw is None:
        raise OperandError("null is compared with on its own", "`exists: false` asks for a missing value")
    raise OperandError(f"{kind_of(raw)} cannot be compared with", "a text, a number, true or false")


def number(raw: object) -> int | float:
    """A number, not one in quotes.

    Raises: OperandError.
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    hint = "without the quotes" if isinstance(raw, str) and re.fullmatch(r"[-+]?\d+(\.\d+)?", raw) else ""
    raise OperandError(f"{kind_of(raw)} stands where a number is needed", hint or "for dates: `after`, `more_than_ago`")


def seconds(raw: object) -> int | float:
    """A length of time in seconds.

    Raises: OperandError.
    """
    try:
        length = parse_duration(raw).total_seconds()
    except ValueError as error:
        raise OperandError(str(error), "such as `3d`") from error
    return int(length) if length == int(length) else length


def unix_time(raw: object) -> int:
    """A moment in Unix seconds, from a date, a date with time, or Unix seconds.

    Raises: OperandError.
    Assumed: a date is its midnight, and a time without a zone is, in UTC (semantics R18 names Unix seconds only).
    """
    if isinstance(raw, int) and not isinstance(raw, bool):
        if abs(raw) >= 10**11:
            raise OperandError("this is no time in seconds", "Unix seconds, not milliseconds")
        return raw
    if isinstance(raw, str):
        try:
            moment = datetime.fromisoformat(raw.strip())
        except ValueError:
            pass
        else:
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            return int((aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    raise OperandError(
        f"{kind_of(raw)} stands where a moment is needed", "2026-01-31, 2026-01-31T09:00:00Z or Unix seconds"
    )


def text(raw: object) -> str:
    """A text that is not blank.

    Raises: OperandError.
    """
    if isinstance(raw, str) and raw.strip():
        return raw
    raise OperandError(f"{kind_of(raw)} stands where a text is needed", "quote it if it is a text")


def _contained(raw: object) -> Scalar:
    found = scalar(raw)
    if found == "":
        raise OperandError("every text contains the empty one", "`exists: true` asks for any value")
    return found


_READERS: dict[Operator, Callable[[object], Scalar]] = {
    Operator.CONTAINS: _contained,
    Operator.ABOVE: number,
    Operator.BELOW: number,
    Operator.BETWEEN: number,
    Operator.MORE_THAN_AGO: seconds,
    Operator.LESS_THAN_AGO: seconds,
    Operator.MORE_THAN_AHEAD: seconds,
    Operator.LESS_THAN_AHEAD: seconds,
    Operator.AFTER: unix_time,
    Operator.BEFORE: unix_time,
}


def kind_of(raw: object) -> str:
    """What kind of YAML value *raw* is, in a few words."""
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return f"the number {raw}"
    if isinstance(raw, str):
        shown = raw if len(raw) <= 40 else f"{raw[:39]}…"
        return f"the text '{shown}'"
    if isinstance(raw, list):
        return "a list"
    return "a map" if isinstance(raw, dict) else f"a {type(raw).__name__}"


def date_as_text(moment: Scalar) -> str:
    """A Unix time as a date, with the time of day where it is not midnight."""
    try:
        at = datetime.fromtimestamp(float(moment), UTC)
    except (ValueError, OverflowError, OSError):
        return str(moment)
    if at.time() == datetime.min.time():
        return date.isoformat(at.date())
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
