"""What the samples of a report are shown with: their people and events, read from the log a second time.

Only where people are asked for by name: it is their data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from simulator.backtest.comparison import Comparison
from simulator.history.calls import Call, CallKind

LONGEST = 6_000
"""Characters of a link's data; longer ones are left out, as browsers cut long addresses."""
_EVENTS = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}
Place = tuple[str, int]  # the person, and the line of the call


def places_in(comparison: Comparison) -> set[Place]:
    """Whom and which call the samples are about."""
    return {(sample.person, sample.event_line) for samples in comparison.samples.values() for sample in samples}


def edits_for(calls: Iterable[Call], places: Iterable[Place]) -> Mapping[Place, str]:
    """For each place what the preview is to show instead of a sample, as JSON: the person as known then, and the event.

    Assumed: attributes are those of the identify calls before it, as the log has them.
    """
    wanted = set(places)
    people = {person for person, _ in wanted}
    attributes: dict[str, dict[str, Any]] = {}
    found: dict[Place, str] = {}
    for call in calls:
        person = call.person
        if person is None or person not in people:
            continue
        known = attributes.setdefault(person, {})
        if call.kind is CallKind.IDENTIFY:
            known.update((name, value) for name, value in call.data.items() if name[:1] != "_" and name != "id")
        if (person, call.line) in wanted and call.kind in _EVENTS:
            shown = {
                "person": {"id": person, "attributes": known},
                "event": {"name": call.name, "type": _EVENTS[call.kind], "data": call.data},
            }
            text = msgspec.json.encode(shown).decode()
            if len(text) <= LONGEST:
                found[person, call.line] = text
    return found
