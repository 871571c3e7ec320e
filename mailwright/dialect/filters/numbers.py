"""Filters on numbers, as the latest engine has them: every number is binary floating point.

Source: liquid §3, Numbers; §6; executed on LiquidJS.
"""

from __future__ import annotations

import math

from mailwright.dialect.js_values import SAFE_INTEGER, counted
from mailwright.dialect.state import State


def _narrow(value: float) -> float:
    """A whole number beyond 53 bits as the floating point number it is in JavaScript."""
    if isinstance(value, int) and not -SAFE_INTEGER <= value <= SAFE_INTEGER:
        try:
            return float(value)
        except OverflowError:
            return math.copysign(math.inf, value)
    return value


def plus(value: object, other: object = None) -> float:
    """The sum."""
    return _narrow(_narrow(counted(value)) + _narrow(counted(other)))


def minus(value: object, other: object = None) -> float:
    """The difference."""
    return _narrow(_narrow(counted(value)) - _narrow(counted(other)))


def times(value: object, other: object = None) -> float:
    """The product."""
    return _narrow(_narrow(counted(value)) * _narrow(counted(other)))


def divided_by(state: State, value: object, divisor: object = None, whole: object = False) -> float:
    """The quotient, with its fraction unless *whole*; division by zero gives infinity.

    Source: liquid §3, executed. The docs' days-remaining recipe says it rounds down: `latest_division`.
    """
    a, b = _narrow(counted(value)), _narrow(counted(divisor))
    if b == 0:
        return math.nan if a == 0 else math.copysign(math.inf, a)
    both_whole = isinstance(a, int) and isinstance(b, int)
    floors = whole not in (None, False, 0, "") or (
        both_whole and state.settings.assumptions.latest_division == "integer"
    )
    if both_whole and (floors or a % b == 0):
        return a // b
    result = a / b
    return math.floor(result) if floors and math.isfinite(result) else result


def modulo(value: object, divisor: object = None) -> float:
    """The remainder, never negative.

    Source: Customer.io docs, Liquid upgrade.
    """
    a, b = _narrow(counted(value)), _narrow(counted(divisor))
    if b == 0 or math.isinf(a):
        return math.nan
    if isinstance(a, int) and isinstance(b, int):
        return a % abs(b)
    rest = math.fmod(a, b)
    return rest + abs(b) if rest < 0 else rest


def abs_(value: object) -> float:
    """The number without its sign."""
    return abs(counted(value))


def ceil(value: object) -> float:
    """The next whole number above."""
    number = counted(value)
    return math.ceil(number) if math.isfinite(number) else number


def floor(value: object) -> float:
    """The next whole number below."""
    number = counted(value)
    return math.floor(number) if math.isfinite(number) else number


def round_(value: object, digits: object = 0) -> float:
    """The number with *digits* decimals, halves upwards."""
    number = _narrow(counted(value))
    places = int(max(-400, min(400, counted(digits))))
    if isinstance(number, int) and places >= 0:
        return number
    try:
        scale = math.pow(10, places)
        scaled = number * scale
        if not math.isfinite(scaled) or scale == 0:
            return math.nan
        return math.floor(scaled + 0.5) / scale if places else math.floor(scaled + 0.5)
    except OverflowError:
        return math.nan


def random(state: State, value: object) -> int:
    """A whole number from zero to the value, decided by the render's seed.

    Source: Customer.io docs list it among the number filters. Assumed: its form, after the tag of that name.
    """
    bound = int(max(0.0, min(counted(value), 1e15)))
    return state.chance(0) % (bound + 1)


def at_least(value: object, bound: object = None) -> float:
    """The number, or *bound* when that is larger."""
    return max(counted(value), counted(bound))


def at_most(value: object, bound: object = None) -> float:
    """The number, or *bound* when that is smaller."""
    return min(counted(value), counted(bound))
