"""One comparison, as a definition and as the wire writes it: `field`, `operator`, `value`, `value2`.

Source: wire reference, "Encoding": values travel as texts; a negation is a `!` before `eq`, `exists` and `contains`.
Source: semantics R18: `timestamp_lt` and `timestamp_gt` take seconds relative to now, negative ones in the past;
`timestamp_lta` and `timestamp_gta` an absolute Unix time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from mailwright.definitions.conditions import All, Compare, Condition, Not, Operator, Scalar, Subject
from mailwright.definitions.conditions import Any as AnyOf
from simulator.operators import as_number, as_text

NEGATABLE = frozenset({"eq", "exists", "contains"})
UNWRITTEN = frozenset({"is_timestamp"})
"""Operators that we write and that the wire reference does not name."""


class Unreadable(Exception):
    """A stored condition that means nothing to us; the text says what of it."""


def written_test(leaf: Compare) -> list[dict[str, Any]]:
    """The test as `operator` and values; several where one of several values is enough."""
    match leaf.operator:
        case Operator.EQUALS:
            return [_with_value("eq", value) for value in leaf.values]
        case Operator.CONTAINS:
            return [_with_value("contains", value) for value in leaf.values]
        case Operator.EXISTS:
            return [{"operator": "exists"}]
        case Operator.ABOVE:
            return [_with_value("gt", leaf.values[0])]
        case Operator.BELOW:
            return [_with_value("lt", leaf.values[0])]
        case Operator.BETWEEN:
            return [{**_with_value("bw", leaf.values[0]), "value2": value_as_text(leaf.values[1])}]
        case Operator.MORE_THAN_AGO:
            return [_relative("timestamp_lt", leaf, past=True)]
        case Operator.LESS_THAN_AGO:
            return [_relative("timestamp_gt", leaf, past=True)]
        case Operator.MORE_THAN_AHEAD:
            return [_relative("timestamp_gt", leaf, past=False)]
        case Operator.LESS_THAN_AHEAD:
            return [_relative("timestamp_lt", leaf, past=False)]
        case Operator.AFTER:
            return [_with_value("timestamp_gta", leaf.values[0])]
        case Operator.BEFORE:
            return [_with_value("timestamp_lta", leaf.values[0])]
        case Operator.IS_TIMESTAMP:
            return [{"operator": "is_timestamp"}]
        case _:
            assert_never(leaf.operator)


def _with_value(operator: str, value: Scalar) -> dict[str, Any]:
    return {"operator": operator, "value": value_as_text(value)}


def value_as_text(value: Scalar) -> str:
    """A constant as it travels: a text."""
    return as_text(value) or ""


def _relative(operator: str, leaf: Compare, *, past: bool) -> dict[str, Any]:
    seconds = int(as_number(leaf.values[0]) or 0)
    return {"operator": operator, "value": str(-seconds if past else seconds)}


def read_test(subject: Subject, leaf: Mapping[str, Any]) -> Condition:
    """The comparison that a leaf makes.

    Source: the key is `field`; with `attribute` in its place the leaf matches nobody (semantics R5).
    Raises: Unreadable when its operator is not known, or its value is no number where one is needed.
    """
    field = leaf.get("field")
    if not isinstance(field, str):
        return AnyOf()
    name = leaf.get("operator")
    if not isinstance(name, str):
        raise Unreadable("a condition without an operator")
    negated = name.startswith("!")
    found = _test(subject, field, name.removeprefix("!"), leaf)
    return Not(found) if negated else found


def _test(subject: Subject, field: str, operator: str, leaf: Mapping[str, Any]) -> Condition:
    value = leaf.get("value")
    match operator:
        case "eq":
            return Compare(subject, field, Operator.EQUALS, _constants(value))
        case "contains":
            return Compare(subject, field, Operator.CONTAINS, _constants(value))
        case "exists":
            return Compare(subject, field, Operator.EXISTS)
        case "is_timestamp":
            return Compare(subject, field, Operator.IS_TIMESTAMP)
        case "gt":
            return Compare(subject, field, Operator.ABOVE, (_number(value),))
        case "lt":
            return Compare(subject, field, Operator.BELOW, (_number(value),))
        case "bw":
            return Compare(subject, field, Operator.BETWEEN, (_number(value), _number(leaf.get("value2"))))
        case "timestamp_gta":
            return Compare(subject, field, Operator.AFTER, (_number(value),))
        case "timestamp_lta":
            return Compare(subject, field, Operator.BEFORE, (_number(value),))
        case "timestamp_lt" | "timestamp_gt":
            return _from_now(subject, field, operator, int(_number(value)))
        case "timestamp_bw":
            # Assumed: both ends are seconds relative to now, as those of `timestamp_gt` and `timestamp_lt` are.
            low, high = sorted((int(_number(value)), int(_number(leaf.get("value2")))))
            return All(
                (_from_now(subject, field, "timestamp_gt", low), _from_now(subject, field, "timestamp_lt", high))
            )
        case _:
            raise Unreadable(f"the operator {operator!r}")


def _constants(value: Any) -> tuple[Scalar, ...]:
    """What a value is compared with; a list is any of them, and no value the empty text."""
    several = value if isinstance(value, list) else [value]
    return tuple("" if one is None else one for one in several if one is None or isinstance(one, str | int | float))


def _number(value: Any) -> int | float:
    found = as_number(value)
    if found is None:
        raise Unreadable("a comparison with what is no number")
    return found


def _from_now(subject: Subject, field: str, operator: str, seconds: int) -> Compare:
    if operator == "timestamp_lt":
        kind = Operator.MORE_THAN_AGO if seconds <= 0 else Operator.LESS_THAN_AHEAD
    else:
        kind = Operator.LESS_THAN_AGO if seconds <= 0 else Operator.MORE_THAN_AHEAD
    return Compare(subject, field, kind, (abs(seconds),))
