"""Clauses that decide nothing: without them the condition says the same."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.definitions.conditions import All, Condition, Not
from mailwright.definitions.conditions import Any as AnyOf
from simulator.proofs.context import Context
from simulator.proofs.formulas import AgeAtom, Atoms, FieldsAtom, HistoryAtom, SegmentAtom, ValueAtom
from simulator.proofs.questions import is_proved

Address = tuple[int, ...]
MOST_CLAUSES = 60
"""Longer conditions are not looked through: every clause costs a proof."""


def needless_clauses(condition: Condition, context: Context) -> Iterator[Address]:
    """The addresses of clauses without which the condition is the same; of two that say the same, the later."""
    groups = list(_parts(condition, ()))
    if len(groups) > MOST_CLAUSES:
        return
    for address, part in reversed(groups):
        others = [_asked_of(other, context) for at, other in groups if not _is_inside(at, address)]
        if _asked_of(part, context).isdisjoint(frozenset().union(*others)):
            continue  # nothing else asks the same things, so it decides something
        shorter = without(condition, address)
        if all(is_proved([(shorter, sign), (condition, not sign)], context) for sign in (True, False)):
            yield address
            condition = _settled(condition, address)


def _parts(condition: Condition, address: Address) -> Iterator[tuple[Address, Condition]]:
    """The clauses that stand in a group with others, outer before inner."""
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            for index, part in enumerate(parts):
                yield (*address, index), part
                yield from _parts(part, (*address, index))
        case Not(part=part):
            yield from _parts(part, (*address, 0))
        case _:
            pass


def _is_inside(address: Address, outer: Address) -> bool:
    """Whether one clause is the other, or stands in it, or around it."""
    shorter = min(len(address), len(outer))
    return address[:shorter] == outer[:shorter]


def _asked_of(condition: Condition, context: Context) -> frozenset[object]:
    """The values, memberships and histories that a condition asks about, through segments too."""
    atoms = Atoms(context)
    atoms.formula(condition)
    found: set[object] = set()
    for atom in atoms.listed:
        match atom:
            case ValueAtom(key=key):
                found.add(key)
            case FieldsAtom(left=left, right=right):
                found |= {left, right}
            case HistoryAtom(family=family):
                found.add(family)
            case SegmentAtom(segment=segment):
                found.add(segment)
            case AgeAtom():
                found.add("age")
            case _:
                pass
    return frozenset(found)


def without(condition: Condition, address: Address) -> Condition:
    """The condition with the clause at *address* taken out of its group."""
    head, rest = address[0], address[1:]
    match condition:
        case Not(part=part):
            return Not(without(part, rest))
        case All(parts=parts) | AnyOf(parts=parts):
            if not rest:
                return type(condition)(parts[:head] + parts[head + 1 :])
            return type(condition)((*parts[:head], without(parts[head], rest), *parts[head + 1 :]))
        case _:
            return condition


def _settled(condition: Condition, address: Address) -> Condition:
    """The condition with the clause at *address* in it that changes nothing there, so that addresses stay."""
    head, rest = address[0], address[1:]
    match condition:
        case Not(part=part):
            return Not(_settled(part, rest))
        case All(parts=parts) | AnyOf(parts=parts):
            neutral: Condition = All() if isinstance(condition, All) else AnyOf()
            inner = _settled(parts[head], rest) if rest else neutral
            return type(condition)((*parts[:head], inner, *parts[head + 1 :]))
        case _:
            return condition
