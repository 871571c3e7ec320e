"""What decides whether a value can be printed that runs through filters which take variables.

Source: liquid §3: the arithmetic of latest takes anything for a number, `date` refuses only what is no zone, and
`currency` only a code that is none. So of a number it is enough that it is an ordinary one, and of a date that it is
one; what stands where a zone or a code does counts by its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailwright.dialect.expressions import Constant, Expression, FilterCall, Filtered, Path
from mailwright.dialect.faults import Dialect
from simulator.rendering.outcome_filters import MONEY_FILTERS, SAFE_FILTERS, passes_probes
from simulator.rendering.outcome_keys import Get, Read, moment_like, presence, small_number

Kind = Literal["printed", "money", "amount", "moment"]
"""How a value is looked at: only printed, printed as money, counted with before that, or printed as a date."""

ARITHMETIC = frozenset({"plus", "minus", "times", "at_least", "at_most", "round", "abs", "ceil", "floor"})
_SHIFTS = frozenset({"plus", "minus", "default"})
_LONGEST = 3  # sums and products of so many small numbers are still exact as money
_SMALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Looks:
    """How the first value of a chain is looked at, and what else it reads."""

    head: Kind
    beside: tuple[Path, ...] = ()  # looked at like the first value
    whole: tuple[Path, ...] = ()  # by value


@dataclass(frozen=True, slots=True)
class Link:
    """One filter of a chain, and what it is in the source."""

    call: FilterCall
    text: str


def links_of(expression: Filtered, source: str) -> list[Link]:
    """The filters of *expression*, each with its stretch of *source*."""
    calls = expression.filters
    ends = [*(call.start for call in calls[1:]), expression.end]
    return [Link(call, source[call.start : end].rstrip(" |\t\r\n")) for call, end in zip(calls, ends, strict=False)]


def looks_of(links: Sequence[Link], dialect: Dialect) -> Looks | None:
    """What printing a value after all filters depends on; None where it has to count by its value."""
    calls = [link.call for link in links]
    if dialect is not Dialect.LATEST or not all(map(_takes_plainly, calls)):
        return None
    names = [call.name for call in calls]
    counting = [call for call in calls if call.name in ARITHMETIC]
    kind: Kind = "printed"
    beside: list[Path] = []
    whole: list[Path] = []
    for index, call in enumerate(calls):
        variables = [argument.value for argument in call.arguments if isinstance(argument.value, Path)]
        if not variables:
            if call.name not in SAFE_FILTERS or not passes_probes(f" | {links[index].text}", dialect):
                return None
        elif call.name in ARITHMETIC:
            beside += variables
        elif call.name in MONEY_FILTERS:
            whole += variables
        elif call.name == "date" and kind == "printed" and all(map(_stays_a_date, calls[:index])):
            kind, whole = "moment", [*whole, *variables]
        else:
            return None
    if MONEY_FILTERS.isdisjoint(names):
        return Looks(kind, tuple(beside), tuple(whole))
    if kind == "moment" or len(counting) > _LONGEST or not all(map(_has_small_numbers, calls)):
        return None
    return Looks("amount" if counting else "money", tuple(beside), tuple(whole))


def read_for(kind: Kind, get: Get) -> Read:
    """The key of a value that is looked at so."""
    match kind:
        case "moment":
            return moment_like(get)
        case "amount":
            return small_number(get)
        case "money":
            return presence(get, texts_by_value=True)
        case "printed":
            return presence(get)


def _takes_plainly(call: FilterCall) -> bool:
    """Whether the filter's arguments are constants and plain variables, in their order."""
    return all(argument.name is None and _is_operand(argument.value) for argument in call.arguments)


def _is_operand(value: Expression) -> bool:
    return isinstance(value, Constant) or (
        isinstance(value, Path) and all(isinstance(segment, str) for segment in value.segments)
    )


def _stays_a_date(call: FilterCall) -> bool:
    """Whether a number of seconds stays one that is a date."""
    constants_only = all(isinstance(argument.value, Constant) for argument in call.arguments)
    return call.name in _SHIFTS and constants_only and _has_small_numbers(call)


def _has_small_numbers(call: FilterCall) -> bool:
    """Whether no constant of the filter makes a small number a large one."""
    if call.name in MONEY_FILTERS:
        return True
    constants = [argument.value.value for argument in call.arguments if isinstance(argument.value, Constant)]
    return all(isinstance(value, int | float) and abs(value) <= _SMALL for value in constants)
