"""What a condition surely demands of each value: enough to tell what must be there when it holds.

Sound, not complete: only clauses that must hold (the top-level conjunction) are read, and a clause that is not
understood demands nothing. Paths into lists (`items[]`) are left out, since two elements of one list may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailwright.checks.condition_values import as_number, folded_value
from mailwright.definitions.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Not,
    Operator,
    Subject,
    Unclaimed,
)

Key = tuple[Subject, str]


@dataclass(slots=True)
class Demand:
    """What is demanded of one value; texts are folded, numbers canonical."""

    allowed: frozenset[str] | None = None  # one of these; None: anything
    excluded: frozenset[str] = frozenset()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    present: bool | None = None  # must exist, must not, does not matter
    above: float | None = None
    below: float | None = None

    def accepts(self, value: str) -> bool:
        """Whether the (folded) value may meet the demand."""
        if self.present is False or value in self.excluded:
            return False
        if self.allowed is not None and value not in self.allowed:
            return False
        if any(part not in value for part in self.contains) or any(part in value for part in self.lacks):
            return False
        number = as_number(value)
        if self.above is not None and (number is None or number <= self.above):
            return False
        return self.below is None or (number is not None and number < self.below)


@dataclass(slots=True)
class Demands:
    """All that one condition surely demands."""

    values: dict[Key, Demand] = field(default_factory=dict)


def demands_of(*conditions: Condition) -> Demands:
    """What the conditions, all of them, surely demand."""
    demands = Demands()
    for condition in conditions:
        for clause in conjunction(condition):
            _add(demands, clause)
    return demands


def conjunction(condition: Condition) -> Iterator[Condition]:
    """The clauses that must all hold."""
    match condition:
        case All(parts=parts):
            for part in parts:
                yield from conjunction(part)
        case Not(part=Any(parts=parts)):
            for part in parts:
                yield from conjunction(Not(part))
        case Not(part=Not(part=part)):
            yield from conjunction(part)
        case Any(parts=(part,)):
            yield from conjunction(part)
        case _:
            yield condition


def guaranteed(*conditions: Condition) -> set[Key]:
    """The values that are there whenever the conditions hold; of alternatives, those that each of them asks for."""
    found = {key for key, demand in demands_of(*conditions).values.items() if demand.present}
    for condition in conditions:
        for clause in conjunction(condition):
            match clause:
                case Any(parts=parts) if parts:
                    found |= set[Key].intersection(*(guaranteed(part) for part in parts))
                case _:
                    pass
    return found


def _add(demands: Demands, clause: Condition) -> None:
    match clause:
        case Compare(path=path, subject=subject) if "[" not in path:
            _add_compare(demands, demands.values.setdefault((subject, path), Demand()), clause, negated=False)
        case Not(part=Compare(path=path, subject=subject) as compare) if "[" not in path:
            _add_compare(demands, demands.values.setdefault((subject, path), Demand()), compare, negated=True)
        case Unclaimed(path=path, subject=subject, claimed=claimed):
            demand = demands.values.setdefault((subject, path), Demand())
            demand.excluded |= frozenset(map(folded_value, claimed))
        case Any(parts=parts) if values := _one_of(parts):
            key, allowed = values
            demand = demands.values.setdefault(key, Demand())
            demand.allowed = allowed if demand.allowed is None else demand.allowed & allowed
            demand.present = True
        case _:
            pass


def _add_compare(demands: Demands, demand: Demand, compare: Compare, *, negated: bool) -> None:
    values = frozenset(map(folded_value, compare.values))
    match compare.operator, negated:
        case Operator.EQUALS, False:
            demand.allowed = values if demand.allowed is None else demand.allowed & values
        case Operator.EQUALS, True:
            demand.excluded |= values
        case Operator.CONTAINS, False if len(values) == 1:
            demand.contains += tuple(values)
        case Operator.CONTAINS, True:
            demand.lacks += tuple(values)
        case Operator.EXISTS, _:
            demand.present = not negated
            return
        case Operator.ABOVE, False:
            demand.above = as_number(compare.values[0]) if compare.values else None
        case Operator.BELOW, False:
            demand.below = as_number(compare.values[0]) if compare.values else None
        case _:
            pass
    if not negated and demand.present is None:
        demand.present = True


def _one_of(parts: tuple[Condition, ...]) -> tuple[Key, frozenset[str]] | None:
    """The one value that every part compares, and all constants it may equal; None when they are not so."""
    keys: set[Key] = set()
    allowed: set[str] = set()
    for part in parts:
        if not (isinstance(part, Compare) and part.operator is Operator.EQUALS and "[" not in part.path):
            return None
        keys.add((part.subject, part.path))
        allowed.update(map(folded_value, part.values))
    return (keys.pop(), frozenset(allowed)) if len(keys) == 1 else None
