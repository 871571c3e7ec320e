"""Segments that ask segments: in circles, or so much that nobody could follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailwright.definitions.conditions import InSegment, PlacedCondition, walk
from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic
from mailwright.loading.clauses import DEEPEST

MOST_WRITTEN_OUT = 5_000
_HINT = "ask attributes or events in one of them"

Asks = Mapping[str, tuple[str, ...]]


def segment_chain_problems(project: Project) -> Iterator[Diagnostic]:
    """Each circle of segments once, and each segment that is too much once those it asks are written out."""
    placed = {slug: segment.where for slug, segment in project.segments.items() if segment.where is not None}
    clauses = {slug: [clause for _, clause in walk(where.condition)] for slug, where in placed.items()}
    asks: Asks = {
        slug: tuple(clause.segment for clause in found if isinstance(clause, InSegment) and clause.segment in placed)
        for slug, found in clauses.items()
    }
    extents = chain_extents(asks, {slug: len(found) for slug, found in clauses.items()})
    for slug, where in placed.items():
        if slug not in extents:
            way = _way_back(slug, asks)
            if way and slug == min(way):
                yield _asking(where, way[1], "segment-cycle", f"this segment asks itself: {_shown(way)}")
        elif _is_too_much(extents[slug]) and not any(_is_too_much(extents[asked]) for asked in asks[slug]):
            message = f"segments ask segments here, {DEEPEST} levels or {MOST_WRITTEN_OUT:,} clauses when written out"
            yield _asking(where, asks[slug][0], "condition-size", f"more than can be followed: {message}")


def chain_extents(asks: Asks, clauses: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Each segment's levels and clauses with all that it asks written out; none for one that leads to a circle.

    Both stop growing shortly behind the limit, so that doublings stay small numbers.
    """
    asked_by: dict[str, list[str]] = {slug: [] for slug in asks}
    waits_for = {slug: len(found) for slug, found in asks.items()}
    for slug, found in asks.items():
        for asked in found:
            asked_by[asked].append(slug)
    ready = [slug for slug, count in waits_for.items() if count == 0]
    extents: dict[str, tuple[int, int]] = {}
    for slug in ready:  # grows while it is read
        inner = [extents[asked] for asked in asks[slug]]
        levels = 1 + max((level for level, _ in inner), default=0)
        size = min(clauses[slug] + sum(size for _, size in inner), 2 * MOST_WRITTEN_OUT)
        extents[slug] = levels, size
        for asker in asked_by[slug]:
            waits_for[asker] -= 1
            if waits_for[asker] == 0:
                ready.append(asker)
    return extents


def _is_too_much(extent: tuple[int, int]) -> bool:
    return extent[0] > DEEPEST or extent[1] > MOST_WRITTEN_OUT


def _way_back(start: str, asks: Asks) -> list[str]:
    """The shortest way from a segment to itself; empty without one."""
    before: dict[str, str] = {}
    reached = [start]
    for here in reached:  # grows while it is read
        for following in asks[here]:
            if following == start:
                way, last = [start], here
                while last != start:
                    way.append(last)
                    last = before[last]
                return [start, *reversed(way)]
            if following not in before:
                before[following] = here
                reached.append(following)
    return []


def _asking(where: PlacedCondition, asked: str, rule: str, message: str) -> Diagnostic:
    """A problem at the first clause of a segment that asks *asked*."""
    span = next(
        where.span(address)
        for address, clause in walk(where.condition)
        if isinstance(clause, InSegment) and clause.segment == asked
    )
    return Diagnostic(rule, message, span, _HINT)


def _shown(way: list[str]) -> str:
    if len(way) > 8:
        return f"{' → '.join(way[:5])} → … → {way[-1]}"
    return " → ".join(way)
