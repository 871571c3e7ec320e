"""Which time zone a window or a date goes by."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from simulator.clock import zone_named

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.people import Person


def zone_for(engine: Engine, person: Person, zone: str, fallback: str) -> tzinfo:
    """The zone named *zone*; for `person` the profile's `timezone`, else its `cio_timezone`, else *fallback*.

    Source: Customer.io docs, "Send messages in users' time zones" (semantics R62). Assumed: a value that names no zone
    counts as none.
    """
    names: tuple[Any, ...] = (zone,) if zone != "person" else (*person.zone_names(), fallback)
    for name in names:
        if isinstance(name, str) and name:
            found = zone_named(name)
            if found is not None:
                return found
            engine.used["unknown_zone"] += 1
            if engine.content.assumptions.unknown_zone == "utc":
                break
    return UTC
