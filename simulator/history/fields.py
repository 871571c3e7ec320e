"""Fields taken out of a record, or the reason why they cannot be; a record's values never stand in a message."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simulator.history.calls import IdType

Record = Mapping[str, Any]

DEPTH_LIMIT = 64
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1


class ShapeError(Exception):
    """A record that is no call: what is wrong, and one thing worth trying."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class MissingField(ShapeError):
    """A record that lacks *field*, which its kind of call needs."""

    def __init__(self, field: str, hint: str = "") -> None:
        super().__init__(f"'{field}' is missing", hint)
        self.field = field


def checked(record: object) -> None:
    """Refuse values that no JSON reader agrees on, however deep they stand.

    Raises: ShapeError for a number that 64 bits cannot hold, one that is not finite, or nesting over 64 levels.
    Assumed: Customer.io's answer to such numbers is not known, so the line is refused rather than rounded.
    """
    level: list[object] = [record]
    for _ in range(DEPTH_LIMIT + 1):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
            else:
                _check_number(value)
        if not below:
            return
        level = below
    raise ShapeError(f"values are nested more than {DEPTH_LIMIT} levels deep", "flatten the data, or send it as a text")


def _check_number(value: object) -> None:
    if isinstance(value, int) and not _LOWEST <= value <= _HIGHEST:
        raise ShapeError("a whole number does not fit in 64 bits", "send it as a text, in quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise ShapeError("a number is not finite", "send null instead of NaN or Infinity")


def text(record: Record, field: str, *, needed: bool = False) -> str | None:
    """The text of *field*; a whole number counts as its digits; empty and null as none.

    Raises: ShapeError when it is anything else, or there is none though *needed*.
    """
    value = record.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        if needed:
            raise MissingField(field)
        return None
    if not isinstance(value, str):
        raise ShapeError(f"'{field}' must be a text, and is {kind_of(value)}")
    return value


def first_text(record: Record, *fields: str) -> str | None:
    """The first of *fields* that holds a text."""
    return next((found for field in fields if (found := text(record, field)) is not None), None)


def name_of(record: Record, *fields: str) -> str:
    """An event's name without the spaces around it.

    Raises: ShapeError when there is none.
    Source: semantics R2.
    """
    name = (first_text(record, *fields) or "").strip()
    if not name:
        raise MissingField(fields[0], "an event needs a name")
    return name


def mapping(record: Record, *fields: str) -> dict[str, Any]:
    """The object of the first of *fields* that is there, its own copy; none and the empty list count as empty.

    Raises: ShapeError when it is anything else.
    Assumed: an empty list is an empty object, because PHP writes it so.
    """
    for field in fields:
        value = record.get(field)
        if value is None or value == "":
            continue
        if isinstance(value, str):
            value = _parsed(value)
        if value == []:
            return {}
        if not isinstance(value, dict):
            raise ShapeError(f"'{field}' must be an object, and is {kind_of(value)}", 'an object: {"key": value}')
        return dict(value)
    return {}


def listing(record: Record, field: str) -> list[Any]:
    """The list of *field*; empty when there is none.

    Raises: ShapeError when it is anything else.
    """
    value = record.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ShapeError(f"'{field}' must be a list, and is {kind_of(value)}")
    return value


def identifier(record: Record) -> tuple[str, IdType]:
    """Who the `identifiers` of a call name: the id, else the email, else the cio_id.

    Raises: ShapeError when they name nobody.
    Source: semantics R114.
    """
    for id_type in (IdType.ID, IdType.EMAIL, IdType.CIO_ID):
        value = text(record, id_type.value)
        if value is not None:
            return value, id_type
    raise ShapeError("the identifiers name nobody", "one of id, email, cio_id")


def kind_of(value: object) -> str:
    """What JSON calls the kind of *value*."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "nothing"


def _parsed(value: str) -> object:
    # Tables keep an object as its JSON text.
    import msgspec

    try:
        found = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return value
    checked(found)
    return found
