"""What else each assumption could be: the settings that a fit tries in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mailwright.definitions.assumptions import Assumptions, default_assumptions
from simulator.reports.assumption_notes import NOTES

NOT_SEEN = frozenset({"numeric_zone_sign", "integer_division", "event_id_memory", "receipt_without_time"})
"""Settings that change texts or memory, and never which deliveries there are."""
_NUMBERS: Mapping[str, tuple[int, ...]] = {
    "filter_retry_seconds": (0, 600, 3600, 86_400),
    "event_age_limit_seconds": (86_400, 7 * 86_400, 10 * 365 * 86_400),
    "anonymous_attach_days": (0, 7, 90),
    "anonymous_grace_seconds": (0, 3600),
    "loop_guard_events": (10, 1000),
    "segment_refresh_seconds": (600, 3600, 86_400),
}
"""Lengths that are worth a try. Assumed: round ones, as products have them."""


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One assumption set to one value."""

    name: str
    value: Any

    @property
    def rule(self) -> str:
        """The rule of the semantics that it is about."""
        return NOTES[self.name].rule

    @property
    def as_toml(self) -> str:
        """The line of mailwright.toml that sets it."""
        match self.value:
            case bool():
                text = str(self.value).lower()
            case str():
                text = f'"{self.value}"'
            case _:
                text = str(self.value)
        return f"{self.name} = {text}"


def setting_of(given: Mapping[str, Any], name: str) -> Setting:
    """What *name* is now: as the settings say, or its default."""
    return Setting(name, given.get(name, default_assumptions()[name]))


def alternatives(given: Mapping[str, Any]) -> Iterator[Setting]:
    """Every setting that is worth a try in place of what *given* has, in the order of the page of assumptions."""
    for name, kind in _kinds().items():
        now = setting_of(given, name).value
        yield from (Setting(name, value) for value in _values(name, kind) if value != now)


def _values(name: str, kind: Any) -> tuple[Any, ...]:
    if name in NOT_SEEN:
        return ()
    if get_origin(kind) is Literal:
        return get_args(kind)
    if kind is bool:
        return (True, False)
    return (default_assumptions()[name], *_NUMBERS.get(name, ()))


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, Any]:
    return get_type_hints(Assumptions)
