"""What differs in meaning between the two engines, side by side: one value of `Sense` a dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailwright.dialect import js_values, ruby_values
from mailwright.dialect.faults import Dialect, LimitHit
from mailwright.dialect.js_values import MISSING
from mailwright.dialect.ruby_values import RubyError, RubyRange

MAX_SPAN = 10_000_000  # a range is laid out only below this; the loop limit stands far lower


@dataclass(frozen=True, slots=True)
class Sense:
    """How one engine prints, compares, reads and walks values."""

    dialect: Dialect
    text_of: Callable[[object], str]
    truthy: Callable[[object], bool]
    equal: Callable[[object, object], bool]
    ordered: Callable[[object, object], tuple[float, float] | tuple[str, str] | None]
    contains: Callable[[object, object], bool]
    is_empty: Callable[[object], bool]
    is_blank: Callable[[object], bool]
    items_of: Callable[[object], list[object] | range]
    read: Callable[[object, object, bool], object]
    span: Callable[[object, object], object]


def latest_span(low: object, high: object) -> list[object]:
    """`(low..high)` as the list of its numbers.

    Raises: LimitHit when it is too long to lay out.
    """
    first, last = js_values.number_of(low), js_values.number_of(high)
    if not first <= last:  # which NaN is never
        return []
    if last - first > MAX_SPAN:
        raise LimitHit("loop_iterations")
    size = int(last - first) + 1
    if size > js_values.PIECES:
        raise LimitHit("loop_iterations")
    return [first + step for step in range(size)]


def legacy_span(low: object, high: object) -> RubyRange:
    """`(low..high)` as Ruby's range."""
    return RubyRange(ruby_values.integer_of(low), ruby_values.integer_of(high))


LATEST = Sense(
    Dialect.LATEST,
    js_values.text_of,
    js_values.truthy,
    js_values.equal,
    js_values.ordered,
    js_values.contains,
    js_values.is_empty,
    js_values.is_blank,
    js_values.items_of,
    js_values.read,
    latest_span,
)
LEGACY = Sense(
    Dialect.LEGACY,
    ruby_values.text_of,
    ruby_values.truthy,
    ruby_values.equal,
    ruby_values.ordered,
    ruby_values.contains,
    ruby_values.is_empty,
    ruby_values.is_blank,
    ruby_values.items_of,
    ruby_values.read,
    legacy_span,
)
SENSES = {Dialect.LATEST: LATEST, Dialect.LEGACY: LEGACY}

__all__ = ["LATEST", "LEGACY", "MISSING", "SENSES", "RubyError", "Sense"]
