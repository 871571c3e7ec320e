"""What each operator means: one function each, from a value to yes or no.

Conditions are compiled from these alone, for single people and for columns of distinct values alike, so that an
operator has one meaning. None is a missing value: there is no such property, or it is null.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, assert_never

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Operator, Scalar

Test = Callable[[Any], bool]
TimedTest = Callable[[Any, int], bool]
ReadTime = Callable[[Any], int | float | None]

_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?")
_TIMED = {
    Operator.MORE_THAN_AGO,
    Operator.LESS_THAN_AGO,
    Operator.MORE_THAN_AHEAD,
    Operator.LESS_THAN_AHEAD,
}
TIME_TESTS = frozenset({*_TIMED, Operator.AFTER, Operator.BEFORE, Operator.IS_TIMESTAMP})
_KEPT = 1_000  # right sides of a comparison of two fields, whose tests are kept
LAST_SECOND = 99_999_999_999  # beyond it a number is read as milliseconds, which no timestamp test takes


def is_timed(operator: Operator) -> bool:
    """Whether the answer may change while the value stays."""
    return operator in _TIMED


def as_text(value: Any) -> str | None:
    """The text that texts are compared by; None for what has none (missing values, lists, objects).

    Source: semantics R9: values compare as text, boolean true equals `"true"`.
    """
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return None


def as_number(value: Any) -> int | float | None:
    """The number in *value*: a number, or a text that is one; booleans are none.

    Assumed: numeric text counts as number, any other text does not (semantics R15).
    """
    if value.__class__ is int:
        return value
    if value.__class__ is float:
        return None if math.isnan(value) else value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return None


def comparison_key(value: Any, numbers: bool = True) -> str | int | float | None:
    """What two values have in common when they are equal: a number, else the text in lower case.

    Source: semantics R8: equality of texts ignores case; spaces and format count.
    Assumed: two numeric texts compare as numbers (semantics R9), unless *numbers* is off.
    """
    if numbers:
        number = as_number(value)
        if number is not None:
            return number
    text = as_text(value)
    return None if text is None else text.lower()


def equals_any(constants: Iterable[Scalar], assumptions: Assumptions) -> Test:
    """Whether the value equals one of *constants*."""
    numbers = assumptions.numbers_compare_as == "number"
    keys = frozenset(comparison_key(constant, numbers) for constant in constants)
    if all(isinstance(key, str) for key in keys):
        # No constant is a number, so a text needs no reading as one: the common case, and the fast one.
        def equals_text(value: Any) -> bool:
            if value.__class__ is str:
                return value in keys or value.lower() in keys
            return value is not None and comparison_key(value, numbers) in keys

        return equals_text

    def equals(value: Any) -> bool:
        return value is not None and comparison_key(value, numbers) in keys

    return equals


def contains_any(constants: Iterable[Scalar], assumptions: Assumptions) -> Test:
    """Whether the value's text holds one of *constants*, without case; of a list, whether an element's does.

    Source: semantics R12. Assumed: the part about lists (`contains_on_list`).
    """
    needles = tuple((as_text(constant) or "").lower() for constant in constants)
    in_lists = assumptions.contains_on_list == "any_element"

    def contains(value: Any) -> bool:
        if value.__class__ is list:
            return in_lists and any(contains(item) for item in value if item.__class__ is not list)
        text = value if value.__class__ is str else as_text(value)
        if text is None:
            return False
        low = text.lower()
        for needle in needles:  # noqa: SIM110  # `any` would take three times as long for the one needle there mostly is
            if needle in low:
                return True
        return False

    return contains


def exists(value: Any) -> bool:
    """Whether there is a value."""
    return value is not None


def above(bound: float) -> Test:
    """Whether the value is a number strictly above *bound* (semantics R15)."""

    def is_above(value: Any) -> bool:
        number = value if value.__class__ is int else as_number(value)
        return number is not None and number > bound

    return is_above


def below(bound: float) -> Test:
    """Whether the value is a number strictly below *bound* (semantics R15)."""

    def is_below(value: Any) -> bool:
        number = value if value.__class__ is int else as_number(value)
        return number is not None and number < bound

    return is_below


def between(low: float, high: float, assumptions: Assumptions) -> Test:
    """Whether the value is a number from *low* to *high*; both ends belong (assumed, semantics R16)."""
    inclusive = assumptions.between == "inclusive"

    def is_between(value: Any) -> bool:
        number = as_number(value)
        if number is None:
            return False
        return low <= number <= high if inclusive else low < number < high

    return is_between


def as_timestamp(value: Any) -> int | float | None:
    """The Unix time in *value*, or None when it is in another form.

    Source: Customer.io docs, "Timestamp Conditions": milliseconds, ISO 8601 and RFC 2822 do not match (semantics R17).
    """
    number = as_number(value)
    return number if number is not None and 0 <= number <= LAST_SECOND else None


def as_any_timestamp(value: Any) -> int | float | None:
    """The Unix time in *value*, also where it is written as milliseconds, ISO 8601 or RFC 2822.

    Assumed: what a number beyond the last second and a text with a date in it would mean (semantics R17).
    """
    number = as_number(value)
    if number is not None:
        return number / 1000 if number > LAST_SECOND else as_timestamp(value)
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, _of_mail):
        try:
            found = read(value.strip())
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return None


def _of_mail(text: str) -> datetime:
    from email.utils import parsedate_to_datetime  # which brings sockets with it, and is asked on an assumption only

    return parsedate_to_datetime(text)


def timestamp_reader(assumptions: Assumptions) -> ReadTime:
    """What reads timestamps: Unix seconds only, unless it is assumed that any form will do (semantics R17)."""
    return as_timestamp if assumptions.timestamp_formats == "unix_seconds" else as_any_timestamp


def is_timestamp(read: ReadTime = as_timestamp) -> Test:
    """Whether the value is a valid time (semantics R108)."""
    return lambda value: read(value) is not None


def timestamp_bounds(operator: Operator, seconds: int) -> tuple[int, bool]:
    """The distance from now at which a test against now turns, and whether it holds on the past side."""
    match operator:
        case Operator.MORE_THAN_AGO:
            return -seconds, True
        case Operator.LESS_THAN_AGO:
            return -seconds, False
        case Operator.MORE_THAN_AHEAD:
            return seconds, False
        case _:
            return seconds, True


def relative_time(operator: Operator, seconds: int, read: ReadTime = as_timestamp) -> TimedTest:
    """A test of a timestamp against now (semantics R18).

    Assumed: a value exactly at the bound counts as past it, so that a crossing is seen at its own second (R110).
    """
    offset, on_past_side = timestamp_bounds(operator, seconds)

    def test(value: Any, now: int) -> bool:
        stamp = read(value)
        return stamp is not None and (stamp <= now + offset) is on_past_side

    return test


def absolute_time(operator: Operator, moment: float, read: ReadTime = as_timestamp) -> Test:
    """A test of a timestamp against a fixed Unix time (semantics R18)."""
    after = operator is Operator.AFTER

    def test(value: Any) -> bool:
        stamp = read(value)
        return stamp is not None and (stamp > moment if after else stamp < moment)

    return test


def value_test(operator: Operator, values: tuple[Scalar, ...], assumptions: Assumptions) -> Test | TimedTest:
    """What the operator asks of a value; operators of `is_timed` also take now."""
    match operator:
        case Operator.EQUALS:
            return equals_any(values, assumptions)
        case Operator.CONTAINS:
            return contains_any(values, assumptions)
        case Operator.EXISTS:
            return exists
        case Operator.ABOVE:
            return above(_number(values[0]))
        case Operator.BELOW:
            return below(_number(values[0]))
        case Operator.BETWEEN:
            return between(_number(values[0]), _number(values[1]), assumptions)
        case Operator.MORE_THAN_AGO | Operator.LESS_THAN_AGO | Operator.MORE_THAN_AHEAD | Operator.LESS_THAN_AHEAD:
            return relative_time(operator, int(_number(values[0])), timestamp_reader(assumptions))
        case Operator.AFTER | Operator.BEFORE:
            return absolute_time(operator, _number(values[0]), timestamp_reader(assumptions))
        case Operator.IS_TIMESTAMP:
            return is_timestamp(timestamp_reader(assumptions))
        case _:
            assert_never(operator)


def fields_test(operator: Operator, assumptions: Assumptions) -> Callable[[Any, Any], bool]:
    """The operator between two values; missing on either side is false (assumed, semantics R20)."""
    known: dict[tuple[type, Any], Test | TimedTest] = {}

    def test(left: Any, right: Any) -> bool:
        if left is None or right is None or as_text(right) is None:
            return False
        bounds = (right, right) if operator is Operator.BETWEEN else (right,)
        if operator in {Operator.ABOVE, Operator.BELOW, Operator.BEFORE, Operator.AFTER} and as_number(right) is None:
            return False
        key = (right.__class__, right)  # the class tells 1, 1.0 and true apart
        found = known.get(key)
        if found is None:
            found = value_test(operator, bounds, assumptions)
            if len(known) < _KEPT:
                known[key] = found
        return bool(found(left))  # type: ignore[call-arg]  # timed operators never compare two fields

    return test


def _number(value: Scalar) -> float:
    number = as_number(value)
    if number is None:
        raise ValueError(f"a number is needed, not {type(value).__name__}")
    return number
