"""What can differ between two people without any difference to whether a message fails.

A read looks at one thing of the scope (the roots, then the items of the loops around it) and gives a hashable key:
alike keys, alike outcome. Values come from JSON, so a tuple is never a value: it says that a path ended early, and
where.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping
from math import isnan
from typing import Any

import orjson

Scope = tuple[Any, ...]
Get = Callable[[Scope], Any]
Read = Callable[[Scope], Hashable]

ROOTS = {"customer": 0, "event": 1, "trigger": 2, "journey": 3, "objects": 4}
LONGEST_TEXT = 100  # up to here no filter of `SAFE_FILTERS` can fail
LONGEST_PRINTED = 1000  # printed as they are, texts up to here are no different from short ones
LONGEST_VALUE = 2000  # longer values are not kept in keys
LONGEST_LOOP = 40
_EXACT = 2**53
_LARGE = 1e15
_SMALL = 1e6
_SECONDS = 2**32  # a number below it is a date before the year 2107
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Unkeyed(Exception):
    """The value cannot stand in a key: the message has to be rendered."""


def value_key(value: Any) -> Hashable:
    """A key for the whole of *value*: alike for nothing but the same JSON.

    Raises: Unkeyed when it is too large, or a word that Liquid takes for the time.
    """
    kind = value.__class__
    if kind is str:
        if len(value) > LONGEST_VALUE or value in ("now", "today"):
            raise Unkeyed
        return value  # type: ignore[no-any-return]  # the class was asked
    if value is None or kind is tuple:
        return value  # type: ignore[no-any-return]  # its class was looked at
    if kind is bool or kind is float:
        if kind is float and isnan(value):
            raise Unkeyed
        return (kind is bool, value)
    if kind is int:
        return value  # type: ignore[no-any-return]  # its class was looked at
    try:
        whole = orjson.dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise Unkeyed from None
    if len(whole) > LONGEST_VALUE or b'"now"' in whole or b'"today"' in whole:
        raise Unkeyed
    return whole


def getter(index: int, names: tuple[str, ...]) -> Get:
    """Looks up a path: its value, or a tuple that says where it ended."""
    if not names:
        return operator.itemgetter(index)
    missing = [("missing", depth) for depth in range(len(names))]
    if len(names) == 1:
        (name,), (nothing,) = names, missing

        def member(scope: Scope) -> Any:
            found = scope[index]
            if found.__class__ is dict:
                return found.get(name, nothing)
            return found.get(name, nothing) if isinstance(found, Mapping) else ("odd", 0, value_key(found))

        return member

    def deep(scope: Scope) -> Any:
        found = scope[index]
        for depth, name in enumerate(names):
            if not isinstance(found, Mapping):
                return ("odd", depth, value_key(found))
            found = found.get(name, missing[depth])
            if found.__class__ is tuple:
                break
        return found

    return deep


def presence(get: Get, *, texts_by_value: bool = False, longest: int = LONGEST_TEXT) -> Read:
    """For what is only printed: texts up to *longest* and ordinary numbers are all alike, and so is null."""
    longest = 0 if texts_by_value else longest

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        kind = value.__class__
        if kind is str:
            return 1 if len(value) <= longest else value_key(value)
        if value is None or kind is bool:
            return 1
        if kind is int:
            return 1 if -_EXACT < value < _EXACT else value_key(value)
        if kind is float:
            return 1 if -_LARGE < value < _LARGE else value_key(value)
        return value if kind is tuple else value_key(value)

    return read


def small_number(get: Get) -> Read:
    """For what is counted with and then written as money: small numbers are all alike, and so is null."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        kind = value.__class__
        if kind is int or kind is float:
            return 1 if -_SMALL <= value <= _SMALL else value_key(value)
        if value is None or kind is bool:
            return 1
        return value if kind is tuple else value_key(value)

    return read


def moment_like(get: Get) -> Read:
    """For what is printed as a date: seconds of this century and the last are all alike."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        kind = value.__class__
        if kind is int and 0 <= value < _SECONDS:
            return 1
        if kind is str and value.isascii() and value.isdigit() and (len(value) < 10 or _is_second(value)):
            return 2
        return value if kind is tuple else value_key(value)

    return read


def _is_second(digits: str) -> bool:
    return len(digits) == 10 and int(digits) < _SECONDS


def sized(get: Get) -> Read:
    """For a list whose length is printed: all lists are alike."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        return ("list",) if value.__class__ is list else value_key(value)

    return read


def header_safe(get: Get) -> Read:
    """For what is printed into a header: numbers are alike, and so are short texts of one line in ASCII."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        kind = value.__class__
        if kind is int:
            return 1 if -_EXACT < value < _EXACT else value_key(value)
        if kind is str and len(value) <= LONGEST_TEXT and value.isascii() and "\r" not in value and "\n" not in value:
            return 2
        return value if kind is tuple else value_key(value)

    return read


def whole(get: Get) -> Read:
    """For what is tested, assigned or handed to a filter: the value itself."""
    return lambda scope: value_key(get(scope))


def truth(get: Get) -> Read:
    """For a value that is only asked whether it is there."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        if value.__class__ is tuple:
            return False if value[0] == "missing" else value
        return value is not None and value is not False

    return read


def compared(get: Get, sign: str, constant: object) -> Read:
    """For a comparison with a constant of the kind that the dialect compares as Python does; else the value itself."""
    compare, is_text = _COMPARE[sign], isinstance(constant, str)

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        kind = value.__class__
        if (kind is str) if is_text else (kind is int or kind is float):
            return ("holds", compare(value, constant))
        return value_key(value)

    return read


def looped(get: Get, reads: tuple[Read, ...]) -> Read:
    """For a list whose items are only looked at: what there is among them, in order of first sight."""

    def read(scope: Scope) -> Hashable:
        value = get(scope)
        if value.__class__ is not list or len(value) > LONGEST_LOOP:
            return value_key(value)
        return ("items", *dict.fromkeys(tuple([look((*scope, item)) for look in reads]) for item in value))

    return read
