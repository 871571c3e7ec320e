"""One comparison ⇄ `field`, `operator`, `value`, `value2`.

Source: UI API notes, "Encoding": operators and `!` before `eq`, `exists`, `contains`; values travel as texts.
Source: semantics R18: `timestamp_lt` and `timestamp_gt` take seconds from now, negative ones in the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from mailwright.definitions.conditions import All, Compare, Condition, Not, Operator, Scalar, Subject
from sync.codecs.normal_form import as_text, as_typed
from sync.codecs.references import Unreadable, Unwritable

Json = dict[str, Any]
NEGATABLE = frozenset({"eq", "exists", "contains"})
"""Operators that have an opposite of their own."""


def as_tests(compare: Compare) -> list[Json]:
    """A comparison as operators and values, any of which is enough.

    Raises: Unwritable for an operator that no source shows.
    """
    values = compare.values
    match compare.operator:
        case Operator.EQUALS:
            return [_test("eq", value) for value in values]
        case Operator.CONTAINS:
            return [_test("contains", value) for value in values]
        case Operator.EXISTS:
            return [{"operator": "exists"}]
        case Operator.ABOVE:
            return [_test("gt", values[0])]
        case Operator.BELOW:
            return [_test("lt", values[0])]
        case Operator.BETWEEN:
            return [{**_test("bw", values[0]), "value2": as_text(values[1])}]
        case Operator.MORE_THAN_AGO:
            return [_test("timestamp_lt", -_seconds(values[0]))]
        case Operator.LESS_THAN_AGO:
            return [_test("timestamp_gt", -_seconds(values[0]))]
        case Operator.MORE_THAN_AHEAD:
            return [_test("timestamp_gt", _seconds(values[0]))]
        case Operator.LESS_THAN_AHEAD:
            return [_test("timestamp_lt", _seconds(values[0]))]
        case Operator.AFTER:
            return [_test("timestamp_gta", values[0])]
        case Operator.BEFORE:
            return [_test("timestamp_lta", values[0])]
        case Operator.IS_TIMESTAMP:
            raise Unwritable("the test 'is a timestamp'")
        case _:
            assert_never(compare.operator)


def _test(operator: str, value: Scalar) -> Json:
    return {"operator": operator, "value": as_text(value)}


def _seconds(value: Scalar) -> int:
    return round(float(value))


def comparison(subject: Subject, leaf: Mapping[str, Any]) -> Condition:
    """The comparison that a leaf of the wire makes.

    Raises: Unreadable when its field, operator or value is none that we know.
    """
    field, name = leaf.get("field"), leaf.get("operator")
    if not isinstance(field, str) or not isinstance(name, str):
        raise Unreadable("a condition without a field or an operator")
    path = "" if subject in (Subject.TO, Subject.FROM) else field
    found = _comparison(subject, path, name.removeprefix("!"), leaf)
    return Not(found) if name.startswith("!") is not _is_inverse(leaf) else found


def _is_inverse(leaf: Mapping[str, Any]) -> bool:
    return leaf.get("inverse") is True


def _comparison(subject: Subject, path: str, operator: str, leaf: Mapping[str, Any]) -> Condition:
    value = leaf.get("value")
    match operator:
        case "eq":
            return Compare(subject, path, Operator.EQUALS, _constants(value))
        case "contains":
            return Compare(subject, path, Operator.CONTAINS, tuple(as_text(one) for one in _constants(value)))
        case "exists":
            return Compare(subject, path, Operator.EXISTS)
        case "is_timestamp":
            return Compare(subject, path, Operator.IS_TIMESTAMP)
        case "gt":
            return Compare(subject, path, Operator.ABOVE, (_number(value),))
        case "lt":
            return Compare(subject, path, Operator.BELOW, (_number(value),))
        case "bw":
            return Compare(subject, path, Operator.BETWEEN, (_number(value), _number(leaf.get("value2"))))
        case "timestamp_gta":
            return Compare(subject, path, Operator.AFTER, (_number(value),))
        case "timestamp_lta":
            return Compare(subject, path, Operator.BEFORE, (_number(value),))
        case "timestamp_lt" | "timestamp_gt":
            return _from_now(subject, path, operator, value)
        case "timestamp_bw":
            # Assumed: both ends are seconds from now, as those of the other two are.
            low, high = sorted((_number(value), _number(leaf.get("value2"))))
            ends = (_from_now(subject, path, "timestamp_gt", low), _from_now(subject, path, "timestamp_lt", high))
            return All(ends)
        case _:
            raise Unreadable(f"the operator '{operator}'")


def _constants(value: Any) -> tuple[Scalar, ...]:
    several = value if isinstance(value, list) else [value]
    if not all(one is None or isinstance(one, str | int | float) for one in several):
        raise Unreadable("a comparison with what is no text or number")
    return tuple("" if one is None else as_typed(as_text(one)) for one in several)


def _number(value: Any) -> int | float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if abs(number) < float("inf"):
            return int(number) if number == int(number) else number
    raise Unreadable("a comparison with what is no number")


def _from_now(subject: Subject, path: str, operator: str, value: Any) -> Compare:
    seconds = _number(value)
    if operator == "timestamp_lt":
        kind = Operator.MORE_THAN_AGO if seconds <= 0 else Operator.LESS_THAN_AHEAD
    else:
        kind = Operator.LESS_THAN_AGO if seconds <= 0 else Operator.MORE_THAN_AHEAD
    return Compare(subject, path, kind, (abs(seconds),))
