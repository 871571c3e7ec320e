"""What a cell means, by what people.yaml says of its attribute."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from mailwright.definitions.event_schema import Property

LATEST = 100_000_000_000
"""Unix seconds of the year 5138: a larger number counts milliseconds."""
_LARGEST = (1 << 63) - 1
_TRUE = frozenset({"true", "t", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off"})
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unfit(Exception):
    """A cell that is not what its attribute is; the message says so without the value."""


def value_of(cell: Any, about: Property, zone: tzinfo) -> Any:
    """The cell as the attribute's value, fit for JSON; None stays None.

    Raises: Unfit.
    """
    if cell is None:
        return None
    kinds = about.type if isinstance(about.type, list) else [about.type]
    reason = Unfit("")
    for kind in kinds:
        try:
            found = _READERS[kind](cell, zone)
        except Unfit as error:
            reason = error
            continue
        if about.allowed and found not in about.allowed:
            raise Unfit("is none of the values that people.yaml allows")
        return found
    raise reason


def is_true(cell: Any) -> bool:
    """Whether a cell that stands for yes or no says yes; an empty one says no.

    Raises: Unfit when it says neither.
    """
    return cell is not None and _boolean(cell, None) is True


def _text(cell: Any, _: object) -> str:
    match cell:
        case bool() | float() | Decimal() | bytes() | Mapping() | list():
            raise Unfit("is no text")
        case str():
            return _sound(cell)
        case int() | UUID():
            return str(cell)
        case date():
            return cell.isoformat()
        case _:
            raise Unfit("is no text")


def _sound(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("is not UTF-8") from None
    return text


def _integer(cell: Any, _: object) -> int:
    if isinstance(cell, str) and _WHOLE.fullmatch(cell.strip()):
        return int(cell)
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        found = _number(cell, None)
        if found == int(found):
            return int(found)
    raise Unfit("is no whole number")


def _number(cell: Any, _: object) -> int | float:
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        text = cell.strip()
        found: int | float = int(text) if _WHOLE.fullmatch(text) else float(text)
    elif isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and math.isfinite(cell):
        found = cell if not isinstance(cell, Decimal) else int(cell) if cell == int(cell) else float(cell)
    else:
        raise Unfit("is no number")
    if not math.isfinite(found) or (isinstance(found, int) and abs(found) > _LARGEST):
        raise Unfit("is a number that JSON readers do not agree on")
    return found


def _boolean(cell: Any, _: object) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int) and cell in (0, 1):
        return cell == 1
    word = cell.strip().lower() if isinstance(cell, str) else ""
    if word not in _TRUE | _FALSE:
        raise Unfit("is neither yes nor no")
    return word in _TRUE


def _timestamp(cell: Any, zone: tzinfo | None) -> int:
    """Unix seconds, as Customer.io's conditions on time need them (semantics R17)."""
    if isinstance(cell, datetime):
        return int((cell if cell.tzinfo else cell.replace(tzinfo=zone)).timestamp())
    if isinstance(cell, date):
        return int(datetime(cell.year, cell.month, cell.day, tzinfo=zone).timestamp())
    if (isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)) or (
        isinstance(cell, str) and _NUMBER.fullmatch(cell.strip())
    ):
        seconds = _number(cell, None)
        if abs(seconds) >= LATEST:
            raise Unfit("is in milliseconds, not in seconds")
        return int(seconds)
    text = cell.strip() if isinstance(cell, str) else ""
    if not _DATE.match(text):
        raise Unfit("is no time: Unix seconds, or 2026-01-31 12:30:00+01:00")
    try:
        return _timestamp(datetime.fromisoformat(text), zone)
    except ValueError:
        raise Unfit("is no time: Unix seconds, or 2026-01-31 12:30:00+01:00") from None


def _list(cell: Any, zone: tzinfo) -> list[Any]:
    found = _from_json(cell) if isinstance(cell, str) else cell
    if not isinstance(found, Sequence) or isinstance(found, str | bytes):
        raise Unfit("is no list")
    return [_plain(one, zone) for one in found]


def _object(cell: Any, zone: tzinfo) -> dict[str, Any]:
    found = _from_json(cell) if isinstance(cell, str) else cell
    if not isinstance(found, Mapping):
        raise Unfit("is no object")
    return {str(name): _plain(one, zone) for name, one in found.items()}


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("is no JSON") from None


def _plain(cell: Any, zone: tzinfo) -> Any:
    """A cell as JSON has it; times become Unix seconds."""
    match cell:
        case None | bool():
            return cell
        case str():
            return _sound(cell)
        case int() | float() | Decimal():
            return _number(cell, None)
        case date():
            return _timestamp(cell, zone)
        case UUID():
            return str(cell)
        case Mapping():
            return _object(cell, zone)
        case list() | tuple():
            return _list(cell, zone)
        case _:
            raise Unfit("is nothing that JSON has")


_READERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "list": _list,
    "object": _object,
    "any": _plain,
}
