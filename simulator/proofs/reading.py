"""Conditions seen from outside: what they read, and what they are without their segments' names."""

from __future__ import annotations

from collections.abc import Mapping

from mailwright.definitions.conditions import All, Compare, CompareFields, Condition, InSegment, Not, Unclaimed, walk
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.loading.condition_operands import holds_variable
from simulator.proofs.formulas import ValueKey, same_event


def inlined(condition: Condition, segments: Mapping[str, Condition]) -> Condition:
    """The condition with the conditions of its segments in their place; those kept by hand stay."""
    match condition:
        case InSegment(segment=slug) if slug in segments:
            return inlined(segments[slug], segments)
        case All(parts=parts):
            return All(tuple(inlined(part, segments) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(inlined(part, segments) for part in parts))
        case Not(part=InSegment(segment=slug)) if slug in segments:
            # A group of one keeps `not` from the clause itself, which may mean more there (semantics R107).
            return Not(All((inlined(segments[slug], segments),)))
        case Not(part=part):
            return Not(inlined(part, segments))
        case _:
            return condition


def holds_variables(condition: Condition, segments: Mapping[str, Condition]) -> bool:
    """Whether some value in it, or in its segments, is one that each workspace sets for itself."""
    for _, clause in walk(condition):
        match clause:
            case Compare(values=values) | Unclaimed(claimed=values) if any(map(holds_variable, values)):
                return True
            case InSegment(segment=slug) if slug in segments and holds_variables(segments[slug], segments):
                return True
            case _:
                pass
    return False


def paths_read(condition: Condition) -> frozenset[ValueKey]:
    """The values that a condition reads, the event at hand under one name."""
    found: set[ValueKey] = set()
    for _, clause in walk(condition):
        match clause:
            case Compare(subject=subject, path=path) | Unclaimed(subject=subject, path=path):
                found.add((same_event(subject), path))
            case CompareFields():
                found |= {(same_event(clause.left), clause.left_path), (same_event(clause.right), clause.right_path)}
            case _:
                pass
    return frozenset(found)
