"""What stands between Liquid's braces, as a tree of values; both dialects' parsers make these.

Units: `start` and `end` are offsets into the template's source, `end` exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expression:
    """Something with a value, and its stretch of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A text, a number, true or false."""

    value: object


@dataclass(frozen=True, slots=True)
class Keyword(Expression):
    """`nil`, `empty` or `blank`: a question more than a value."""

    name: Literal["nil", "empty", "blank"]


@dataclass(frozen=True, slots=True)
class Path(Expression):
    """A variable by name; a segment that is an expression is computed, `bracketed` tells `a["x"]` from `a.x`."""

    segments: tuple[str | int | Expression, ...]
    bracketed: tuple[bool, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Span(Expression):
    """`(low..high)`."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Chain(Expression):
    """Conditions joined by `and` and `or`, which have no precedence and group from the right."""

    operators: tuple[str, ...]
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation(Expression):
    """`not part`."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a filter; `name` is set for `name: value`."""

    name: str | None
    value: Expression


@dataclass(frozen=True, slots=True)
class FilterCall:
    """`| name: arguments`; start and end are those of the name."""

    start: int
    end: int
    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Filtered(Expression):
    """A value and the filters it runs through."""

    value: Expression
    filters: tuple[FilterCall, ...]
    tail: tuple[int, int] | None = None  # what an engine silently ignores behind a complete expression


def parts_of(expression: Expression) -> Iterator[Expression]:
    """The expressions directly inside *expression*, filter arguments included."""
    match expression:
        case Path(segments=segments):
            yield from (segment for segment in segments if isinstance(segment, Expression))
        case Span(low=low, high=high):
            yield from (low, high)
        case Comparison(left=left, right=right):
            yield from (left, right)
        case Chain(parts=parts):
            yield from parts
        case Negation(part=part):
            yield part
        case Filtered(value=value, filters=filters):
            yield value
            for call in filters:
                yield from (argument.value for argument in call.arguments)
        case _:
            return
