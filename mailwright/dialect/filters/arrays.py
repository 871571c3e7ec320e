"""Filters on lists and objects, as the latest engine has them.

Source: liquid §3, Arrays and objects; executed on LiquidJS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cmp_to_key
from typing import Any

from mailwright.dialect.js_values import (
    MISSING,
    counted,
    equal,
    is_nan,
    items_of,
    joined,
    json_text,
    list_of,
    number_of,
    ordered,
    read,
    sort_text,
    string_of,
    text_of,
    truthy,
    units,
)
from mailwright.dialect.ruby_values import MissingName, RubyError
from mailwright.dialect.state import State


def property_of(item: object, name: object) -> object:
    """What a dotted *name* reads inside *item*; null where anything on the way is missing."""
    for key in text_of(name).split("."):
        item = read(item, key)
        if item is MISSING or item is None:
            return None
    return item


def join(value: object, separator: object = None) -> str:
    """The items with *separator* between, a space by default."""
    return joined(list_of(value), " " if separator is None else text_of(separator))


def first(value: object) -> object:
    """The first item of a list, or the first letter of a text."""
    return value[0] if isinstance(value, (list, str)) and value else _ends(value)


def last(value: object) -> object:
    """The last item of a list, or the last letter of a text."""
    return value[-1] if isinstance(value, (list, str)) and value else _ends(value)


def _ends(value: object) -> object:
    return None if isinstance(value, list) else ""


def reverse(value: object) -> list[object]:
    """The items the other way round."""
    return list_of(value)[::-1]


def compact(value: object) -> list[object]:
    """The items without nulls."""
    return [item for item in list_of(value) if item is not None]


def concat(value: object, other: object = None) -> list[object]:
    """Both lists in a row; an object counts as one item."""
    return list_of(value) + list_of(other)


def push(value: object, item: object = None) -> list[object]:
    """The list with *item* behind it."""
    return [*list_of(value), item]


def unshift(value: object, item: object = None) -> list[object]:
    """The list with *item* before it."""
    return [item, *list_of(value)]


def pop(value: object) -> list[object]:
    """The list without its last item."""
    return list_of(value)[:-1]


def shift(value: object) -> list[object]:
    """The list without its first item."""
    return list_of(value)[1:]


def limit(value: object, count: object = None) -> object:
    """The first *count* items.

    Source: Customer.io docs, Liquid tag list.
    """
    most = int(max(0.0, min(counted(count), 2.0**31)))
    return list_of(value)[:most]


def size(value: object) -> int:
    """The length of a list, or of a text in UTF-16 units; zero for anything else."""
    if isinstance(value, list):
        return len(value)
    return units(value) if isinstance(value, str) else 0


def map_(value: object, name: object = None) -> list[object]:
    """What each item holds under *name*."""
    return [property_of(item, name) for item in list_of(value)]


def sum_(value: object, name: object = None) -> float:
    """The sum of the items, or of what they hold under *name*; what is no number counts nothing."""
    total: float = 0
    for item in list_of(value):
        number = number_of(property_of(item, name) if name is not None and name != "" else item)
        total += 0 if is_nan(number) else number
    return total


def uniq(value: object) -> list[object]:
    """The items without repetitions; objects are told apart by identity."""
    seen: set[tuple[object, object]] = set()
    kept = []
    for item in list_of(value):
        key = _identity(item)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _identity(item: object) -> tuple[object, object]:
    if isinstance(item, (list, Mapping)):
        return "object", id(item)
    if isinstance(item, bool):
        return "boolean", item
    return ("number", item) if isinstance(item, (int, float)) else (type(item), item)


def json_array_uniq(value: object, name: object = None) -> list[object]:
    """The items without repetitions, by content or by what they hold under *name*; the first of each stays.

    Source: Customer.io docs, Liquid tag list. Assumed: the first occurrence is the one that is kept.
    """
    seen: set[str] = set()
    kept = []
    for item in list_of(value):
        key = json_text(property_of(item, name) if name is not None else item)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _compared(a: object, b: object) -> int:
    sides: tuple[Any, Any] = ordered(a, b)
    left, right = sides
    return -1 if left < right else int(left > right)


def _sorted(state: State, value: object, key_of: Callable[[object], object]) -> list[object]:
    pairs = [(key_of(item), item) for item in list_of(value)]
    known = [pair for pair in pairs if pair[0] is not None]
    keys = {type(key) for key, _ in known}
    if keys <= {int, float} and not any(isinstance(key, float) and is_nan(key) for key, _ in known):
        known.sort(key=lambda pair: pair[0])  # type: ignore[arg-type, return-value]  # keys of one kind
    elif keys == {str}:
        known.sort(key=lambda pair: sort_text(text_of(pair[0])))
    else:
        known.sort(key=lambda pair: _Turn(state, pair[0]))
    return [item for _, item in known] + [item for key, item in pairs if key is None]


class _Turn:
    """A sort key that compares as JavaScript does and watches the clock."""

    __slots__ = ("key", "state")

    def __init__(self, state: State, value: object) -> None:
        self.key: Any = cmp_to_key(_compared)(value)
        self.state = state

    def __lt__(self, other: _Turn) -> bool:
        self.state.check_time()
        return bool(self.key < other.key)


def sort(state: State, value: object, name: object = None) -> list[object]:
    """The items in order, capital letters first, nulls last; by what they hold under *name* if that is given."""
    return _sorted(state, value, (lambda item: property_of(item, name)) if name else lambda item: item)


def sort_natural(state: State, value: object, name: object = None) -> list[object]:
    """The items in order whatever the size of their letters, nulls last."""

    def key(item: object) -> object:
        found = property_of(item, name) if name else item
        return None if found is None else string_of(found).lower()

    return _sorted(state, value, key)


def _held(state: State, item: object, name: object) -> object:
    """What *item* holds under *name*; strict, as the engine looks it up like a variable.

    Raises: MissingName, unless the settings take it for nil.
    """
    found: object = item
    seen: list[str] = []
    for key in text_of(name).split("."):
        seen.append(key)
        found = read(found, key)
        if found is MISSING:
            if state.settings.assumptions.property_missing_in_where == "nil":
                return None
            raise MissingName(".".join(seen))
    return found


def _matches(expected: tuple[object, ...]) -> Callable[[object], bool]:
    if not expected or expected[0] is MISSING:
        return truthy
    wanted = expected[0]
    return lambda value: equal(value, wanted)


def where(state: State, value: object, name: object = "", expected: object = MISSING) -> list[object]:
    """The items that hold *expected* under *name*, or anything true when no value is given."""
    holds = _matches((expected,))
    return [item for item in list_of(value) if holds(_held(state, item, name))]


def where_not(state: State, value: object, name: object = "", expected: object = MISSING) -> list[object]:
    """The items that `where` leaves out."""
    holds = _matches((expected,))
    return [item for item in list_of(value) if not holds(_held(state, item, name))]


def find(state: State, value: object, name: object = "", expected: object = MISSING) -> object:
    """The first item that `where` keeps."""
    holds = _matches((expected,))
    return next((item for item in list_of(value) if holds(_held(state, item, name))), None)


def grouped(items: list[object], keys: list[object]) -> list[object]:
    """Lists of items that share a key, as objects with `name` and `items`."""
    groups: dict[tuple[object, object], dict[str, object]] = {}
    for item, key in zip(items, keys, strict=True):
        group = groups.setdefault(_identity(key), {"name": key, "items": []})
        group["items"].append(item)  # type: ignore[attr-defined]  # items is a list
    return list(groups.values())


def group_by(state: State, value: object, name: object = "") -> list[object]:
    """The items grouped by what they hold under *name*."""
    items = items_of(value)
    return grouped(items, [_held(state, item, name) for item in items])


def default(value: object, fallback: object = None, *options: object) -> object:
    """*fallback* for null, false, and empty texts and lists; `allow_false: true` keeps false."""
    if isinstance(value, (list, str)):
        return value if value else fallback
    if value is False and ["allow_false", True] in list(options):
        return False
    return value if truthy(value) else fallback


def to_json(value: object, indent: object = 0) -> str:
    """The value as compact JSON, or indented."""
    return json_text(value, int(max(0, min(10, counted(indent)))))


def from_json(value: object) -> object:
    """The value that a JSON text spells; anything else as it is.

    Raises: RubyError for text that is no JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_int=_whole, parse_constant=_no_constant)
    except ValueError:
        raise RubyError("not valid JSON") from None


def _whole(text: str) -> float:
    return int(text) if len(text) < 17 else float(text)


def _no_constant(text: str) -> object:
    raise ValueError(text)
