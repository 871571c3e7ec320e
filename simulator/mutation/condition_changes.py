"""The small changes of one condition: an operator flipped, a clause dropped, a value's case, a list, a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailwright.definitions.conditions import (
    ALWAYS,
    All,
    Changed,
    Compare,
    CompareFields,
    Condition,
    Happens,
    InSegment,
    MessageIs,
    Not,
    Operator,
    Performed,
    PlacedCondition,
    Unclaimed,
    walk,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.names import duration_as_text
from mailwright.loading.condition_text import condition_as_sentence
from simulator.explain import place_of
from simulator.mutation.values import Neighbours

_FLIPPED = {
    Operator.ABOVE: Operator.BELOW,
    Operator.BELOW: Operator.ABOVE,
    Operator.MORE_THAN_AGO: Operator.LESS_THAN_AGO,
    Operator.LESS_THAN_AGO: Operator.MORE_THAN_AGO,
    Operator.MORE_THAN_AHEAD: Operator.LESS_THAN_AHEAD,
    Operator.LESS_THAN_AHEAD: Operator.MORE_THAN_AHEAD,
    Operator.AFTER: Operator.BEFORE,
    Operator.BEFORE: Operator.AFTER,
}
_NUMERIC = (Operator.ABOVE, Operator.BELOW)
Address = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """The whole condition after one change."""

    kind: str
    place: str
    says: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class _Swap:
    """Another clause in the place of one."""

    kind: str
    says: str
    clause: Condition


def changes_of(
    placed: PlacedCondition, neighbours: Neighbours, label: str, event: str | None
) -> Iterator[ConditionChange]:
    """Every change of one condition, clause by clause; *event* is the one whose data it asks."""
    whole = placed.condition
    if whole == ALWAYS:
        return
    for address, clause in walk(whole):
        for swap in (*_dropped(address, clause), *_swaps(clause, neighbours, event)):
            changed = condition_with(whole, address, swap.clause)
            if changed != whole:
                yield ConditionChange(swap.kind, place_of(placed, address), f"{label}: {swap.says}", changed)


def condition_with(whole: Condition, address: Address, new: Condition) -> Condition:
    """*whole* with *new* at *address*."""
    if not address:
        return new
    head, rest = address[0], address[1:]
    match whole:
        case All(parts=parts):
            return All(_with(parts, head, rest, new))
        case AnyOf(parts=parts):
            return AnyOf(_with(parts, head, rest, new))
        case Not(part=part):
            return Not(condition_with(part, rest, new))
        case Performed(where=where) | Changed(where=where) | Happens(where=where) if where is not None:
            return replace(whole, where=condition_with(where, rest, new))
        case _:
            raise KeyError(address)


def _with(parts: tuple[Condition, ...], head: int, rest: Address, new: Condition) -> tuple[Condition, ...]:
    return tuple(condition_with(part, rest, new) if index == head else part for index, part in enumerate(parts))


def _dropped(address: Address, clause: Condition) -> Iterator[_Swap]:
    """A condition without one of its clauses; at the root without any."""
    match clause:
        case All(parts=parts) | AnyOf(parts=parts) if len(parts) > 1:
            for index, part in enumerate(parts):
                left = parts[:index] + parts[index + 1 :]
                kept = left[0] if len(left) == 1 else type(clause)(left)
                yield _Swap("clause", f"without '{_said(part)}'", kept)
        case All() | AnyOf():
            pass
        case _ if address == ():
            yield _Swap("clause", f"without '{_said(clause)}'", ALWAYS)
        case _:
            pass


def _swaps(clause: Condition, neighbours: Neighbours, event: str | None) -> Iterator[_Swap]:
    match clause:
        case All(parts=parts) if len(parts) > 1:
            yield _Swap("operator", "all of → any of", AnyOf(parts))
        case AnyOf(parts=parts) if len(parts) > 1:
            yield _Swap("operator", "any of → all of", All(parts))
        case Not(part=part):
            yield _Swap("operator", f"'{_said(clause)}' → '{_said(part)}'", part)
        case Compare():
            yield from _compares(clause, neighbours, event)
        case Performed() | Changed() | MessageIs():
            yield from _counted(clause)
        case InSegment() | CompareFields() | Unclaimed() | Happens():
            yield _negated(clause)
        case _:
            pass


def _negated(clause: Condition) -> _Swap:
    return _Swap("operator", f"'{_said(clause)}' → not", Not(clause))


def _compares(clause: Compare, neighbours: Neighbours, event: str | None) -> Iterator[_Swap]:
    flipped = _FLIPPED.get(clause.operator)
    yield _to("operator", clause, replace(clause, operator=flipped)) if flipped is not None else _negated(clause)
    if clause.operator in (Operator.EQUALS, Operator.CONTAINS):
        other = tuple(value.swapcase() if isinstance(value, str) else value for value in clause.values)
        if other != clause.values:
            yield _to("case", clause, replace(clause, values=other))
    if clause.operator is Operator.EQUALS:
        if len(clause.values) > 1:
            for value in clause.values:
                left = tuple(one for one in clause.values if one != value)
                yield _to("list", clause, replace(clause, values=left))
        more = neighbours.another(clause, event)
        if more is not None:
            yield _to("list", clause, replace(clause, values=(*clause.values, more)))
    if clause.operator in _NUMERIC and isinstance(clause.values[0], int | float):
        yield _to("number", clause, replace(clause, values=(clause.values[0] + 1,)))


def _counted(clause: Performed | Changed | MessageIs) -> Iterator[_Swap]:
    yield _negated(clause)
    yield _to("number", clause, replace(clause, times=clause.times + 1))
    if clause.times > 1:
        yield _to("number", clause, replace(clause, times=clause.times - 1))
    if clause.within is not None:
        longer = replace(clause, within=clause.within * 2)
        yield _Swap("delay", f"{_said(clause)}: within {duration_as_text(clause.within)} → doubled", longer)


def _to(kind: str, before: Condition, after: Condition) -> _Swap:
    return _Swap(kind, f"'{_said(before)}' → '{_said(after)}'", after)


def _said(condition: Condition) -> str:
    return condition_as_sentence(condition)
