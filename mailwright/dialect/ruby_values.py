"""How the legacy engine, which is Ruby, prints, compares and counts values.

Source: liquid §4, §6; Customer.io's fork of Liquid 2.5, its context, conditions and tests.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailwright.dialect.js_values import MISSING, Budget

_INTEGER_START = re.compile(r"\s*([+-]?\d+)")
_DECIMAL = re.compile(r"\d+\.\d+")
INTEGER_DIGITS = 1000  # more than any figure a mail prints; Python refuses to print beyond 4,300


class RubyError(Exception):
    """What Ruby raises when values do not fit an operation."""


class MissingName(RubyError):
    """What an item of a list, or an expression about it, asks for and does not find."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"undefined variable: {variable}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class RubyRange:
    """`(low..high)`: prints as written and is walked without being laid out."""

    low: int
    high: int

    def items(self) -> range:
        """The numbers from low to high, both included."""
        return range(self.low, self.high + 1)


def number_text(value: float) -> str:
    """A number as Ruby prints it: a float keeps its `.0`."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def text_of(value: object) -> str:
    """*value* as an output prints it: lists run together, an object in Ruby's own notation."""
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, list):
        return "".join(text_of(item) for item in flat(value))
    if isinstance(value, RubyRange):
        return f"{value.low}..{value.high}"
    if isinstance(value, Mapping):
        return "".join(_inspected(value, Budget()))
    return str(value)


def flat(value: object, budget: Budget | None = None) -> Iterator[object]:
    """The items of nested lists in one row; one thing counts as a list of one."""
    budget = budget or Budget("namespace_bytes")
    budget.spend()
    if isinstance(value, list):
        for item in value:
            yield from flat(item, budget)
    else:
        yield value


def _inspected(value: object, budget: Budget) -> Iterator[str]:
    budget.spend()
    if value is None:
        yield "nil"
    elif isinstance(value, str):
        escaped = (
            value.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("\n", "\\n")
            .replace("\t", "\\t")
            .replace("\r", "\\r")
        )
        yield f'"{escaped}"'
    elif isinstance(value, Mapping):
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield ", " if position else ""
            yield from _inspected(key, budget)
            yield "=>"
            yield from _inspected(item, budget)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for position, item in enumerate(value):
            yield ", " if position else ""
            yield from _inspected(item, budget)
        yield "]"
    else:
        yield text_of(value)


def number_of(value: object) -> float:
    """The number a math filter sees: a text with a decimal point is a float, any other its leading integer."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, (int, float)):
        return value
    return float(value.strip()) if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()) else integer_of(value)


def integer_of(value: object) -> int:
    """`to_i`: the leading integer of a text, the whole part of a float, else zero."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, (int, float)):
        return int(value)
    found = _INTEGER_START.match(value) if isinstance(value, str) else None
    return int(found.group(1)[:INTEGER_DIGITS]) if found else 0


def truthy(value: object) -> bool:
    """Everything but nil and false."""
    return value is not None and value is not False


def _is_whole(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return True
    return isinstance(value, str) and len(value) <= INTEGER_DIGITS and bool(re.fullmatch(r"0|-?[1-9]\d*", value))


def alike(left: object, right: object) -> tuple[object, object]:
    """Both sides as the fork compares them: whole numbers in texts count as numbers, booleans compare as texts.

    Source: Customer.io's fork of Liquid, `interpret_condition`.
    """
    if _is_whole(left) and _is_whole(right):
        return integer_of(left), integer_of(right)
    switches = (True, False, "true", "false")
    if any(left is item or left == item for item in switches if isinstance(left, (bool, str))) and any(
        right is item or right == item for item in switches if isinstance(right, (bool, str))
    ):
        return text_of(left), text_of(right)
    return left, right


def equal(left: object, right: object) -> bool:
    """`==` between unlike things, made alike first."""
    left, right = alike(left, right)
    return same(left, right, Budget())


def same(left: object, right: object, budget: Budget) -> bool:
    """Ruby's own `==`: deep for lists and objects, 1 equals 1.0, true equals nothing but true."""
    budget.spend()
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b, budget) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return len(left) == len(right) and all(
            key in right and same(item, right[key], budget) for key, item in left.items()
        )
    return (left.__class__ is right.__class__ and left == right) or (_numbers(left, right) and left == right)


def _numbers(left: object, right: object) -> bool:
    return isinstance(left, (int, float)) and isinstance(right, (int, float))


def ordered(left: object, right: object) -> tuple[float, float] | tuple[str, str] | None:
    """Both sides ready for `<` and its kin; None when a side knows no order, which makes the condition false.

    Raises: RubyError for a text against a number.
    """
    left, right = alike(left, right)
    kinds = (int, float, str)
    if not isinstance(left, kinds) or not isinstance(right, kinds) or isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    if isinstance(left, str) or isinstance(right, str):
        raise RubyError(f"comparison of {class_name(left)} with {inspected_briefly(right)} failed")
    return left, right


def class_name(value: object) -> str:
    """What Ruby calls the class of *value*."""
    names = {bool: "Boolean", int: "Integer", float: "Float", str: "String", list: "Array", dict: "Hash"}
    return "NilClass" if value is None else names.get(type(value), "Object")


def inspected_briefly(value: object) -> str:
    """A number as it is, anything else by its class: values of people stay out of messages."""
    return number_text(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else class_name(value)


def contains(left: object, right: object) -> bool:
    """A text within a text, an item within a list or range, a key within an object."""
    if not truthy(left) or not truthy(right):
        return False
    if isinstance(left, str):
        return text_of(right) in left
    if isinstance(left, RubyRange):
        return isinstance(right, (int, float)) and left.low <= right <= left.high
    if isinstance(left, Mapping):
        return isinstance(right, str) and right in left
    budget = Budget()
    return isinstance(left, list) and any(same(item, right, budget) for item in left)


def is_empty(value: object) -> bool:
    """`== empty`: only what can be empty is asked."""
    return isinstance(value, (str, list, Mapping)) and not value


def is_blank(value: object) -> bool:
    """`== blank`, as the web framework around the engine defines it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or is_empty(value)


def items_of(value: object) -> list[object] | range:
    """What `for` walks."""
    if isinstance(value, list):
        return value
    if isinstance(value, RubyRange):
        return value.items()
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        return [[key, item] for key, item in value.items()]
    return []


def read(value: object, key: object, bracketed: bool = False) -> object:
    """What *key* names inside *value*, or MISSING; an index beyond a list is nil."""
    if isinstance(value, Mapping):
        if isinstance(key, str) and key in value:
            return value[key]
        if not bracketed and key == "first":
            return next(([name, item] for name, item in value.items()), None)
        return len(value) if not bracketed and key == "size" else MISSING
    if isinstance(value, list):
        if isinstance(key, int) and not isinstance(key, bool):
            return value[key] if -len(value) <= key < len(value) else None
        if not bracketed and key in ("first", "last"):
            return value[0 if key == "first" else -1] if value else None
        return len(value) if not bracketed and key == "size" else MISSING
    if isinstance(value, str) and not bracketed and key == "size":
        return len(value)
    if isinstance(value, RubyRange) and not bracketed and key in ("first", "last", "size"):
        return {"first": value.low, "last": value.high, "size": len(value.items())}[str(key)]
    return MISSING
