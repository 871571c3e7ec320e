"""Which campaigns an event's data starts, without asking all of them.

Campaigns are indexed by event name, then by a property and a constant that their trigger asks for; only those that the
value points at are asked in full. So five hundred campaigns cost about as much as twelve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import All, Compare, Condition, Operator, Subject
from simulator.operators import comparison_key
from simulator.paths import is_plain
from simulator.probes import Probe, times_asked

_KEPT = 10_000
Ask = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Route:
    """One campaign of one event: its number, what its trigger asks, and the whole of it as a function of a moment."""

    number: int
    condition: Condition
    holds: Ask
    always: bool
    probes: tuple[Probe, ...] = ()  # which assumptions may have decided that it matched


@dataclass(slots=True)
class Router:
    """The campaigns of one event."""

    keyed: list[tuple[str, dict[Any, list[Route]]]] = field(default_factory=list)  # property → constant → campaigns
    rest: list[Route] = field(default_factory=list)
    every: tuple[Route, ...] = ()
    numbers: bool = True
    times: tuple[str, ...] = ()  # the properties that timestamp tests read
    _keys: dict[str, Any] = field(default_factory=dict)  # texts that came before → what they are compared by

    def matches(self, data: Mapping[str, Any], moment: Any) -> list[Route]:
        """The campaigns whose trigger takes *data*, in their order; *moment* already holds the data."""
        found = []
        for route in self.rest:
            if route.always or route.holds(moment):
                found.append(route)
        for name, table in self.keyed:
            value = data.get(name)
            if value is None:
                continue
            key = self._keys.get(value) if value.__class__ is str else None
            for route in table.get(self._key_of(value) if key is None else key, ()):
                if route.holds(moment):
                    found.append(route)
        if len(found) > 1:
            found.sort(key=_number)
        return found

    def _key_of(self, value: Any) -> Any:
        key = comparison_key(value, self.numbers)
        if value.__class__ is str and len(self._keys) < _KEPT:
            self._keys[value] = key
        return key


def _number(route: Route) -> int:
    return route.number


def router_for(routes: Sequence[Route], assumptions: Assumptions) -> Router:
    """The index over *routes*, all of one event."""
    numbers = assumptions.numbers_compare_as == "number"
    counts: dict[str, int] = {}
    for route in routes:
        for leaf in _constants(route.condition):
            counts[leaf.path] = counts.get(leaf.path, 0) + 1
    tables: dict[str, dict[Any, list[Route]]] = {}
    times = frozenset[str]().union(*(times_asked(route.condition, Subject.DATA) for route in routes))
    router = Router(every=tuple(routes), numbers=numbers, times=tuple(sorted(times)))
    for route in routes:
        leaves = _constants(route.condition)
        if not leaves:
            router.rest.append(route)
            continue
        # The property most campaigns ask about tells them apart best.
        chosen = max(leaves, key=lambda leaf: (counts[leaf.path], leaf.path))
        table = tables.setdefault(chosen.path, {})
        for key in {comparison_key(value, numbers) for value in chosen.values}:
            table.setdefault(key, []).append(route)
    router.keyed = sorted(tables.items())
    return router


def _constants(condition: Condition) -> list[Compare]:
    """The clauses that must hold and ask a plain property for constants."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [
        part
        for part in parts
        if isinstance(part, Compare)
        and part.operator is Operator.EQUALS
        and part.subject is Subject.DATA
        and part.values
        and is_plain(part.path)
    ]
