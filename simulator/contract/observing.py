"""What a log shows of events and people, in one pass: names, properties, types, times, and who is known when.

Of values only a few are remembered, to draft a schema; what is kept grows with people and names, not with lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailwright.checks.event_words import sensitive_by_value, time_written_as
from simulator.history.calls import Call, CallKind, IdType

DAY = 86400
MOST_NAMES = 50_000
"""Names of events and pages told apart; the rest is counted under one name."""
MOST_PROPERTIES = 500
"""Properties of one event told apart."""
MOST_VALUES = 24
"""Different values of a property that are remembered."""
LONGEST_VALUE = 60
DEEPEST = 4
OTHER = "(other names)"
LATE = 72 * 3600
"""Older events start no campaign (semantics R26)."""
SKEW = 120
"""Seconds by which a clock may be ahead without being told."""
SOON = 3600
_EVENTS = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}


@dataclass(slots=True)
class SeenProperty:
    """One property as it arrived."""

    count: int = 0
    nulls: int = 0
    first_line: int = 0
    types: Counter[str] = field(default_factory=Counter)
    values: dict[Any, int] = field(default_factory=dict)  # of texts, numbers and booleans
    has_more_values: bool = False
    sensitive: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)  # `milliseconds`, `ISO text`
    seconds: int = 0  # numbers that may be Unix seconds


@dataclass(slots=True)
class SeenEvent:
    """One event, page or screen as it arrived."""

    kind: str = "event"
    count: int = 0
    first_line: int = 0
    first_at: int | None = None
    last_at: int | None = None
    days: Counter[int] = field(default_factory=Counter)
    late: int = 0
    ahead: int = 0
    anonymous: int = 0
    repeated: int = 0  # with an id that came before
    properties: dict[tuple[str, ...], SeenProperty] = field(default_factory=dict)
    has_more_properties: bool = False


@dataclass(slots=True)
class Observed:
    """Everything a log shows."""

    events: dict[tuple[str, str], SeenEvent] = field(default_factory=dict)  # by kind and name as written
    people: dict[tuple[str, ...], SeenProperty] = field(default_factory=dict)  # attributes
    identifies: int = 0
    calls: int = 0
    persons: int = 0
    unidentified: int = 0  # people who sent events and are not identified in the log
    identified_late: int = 0  # people identified first within an hour after their first event
    anonymous_lost: int = 0  # anonymous ids with events that nobody was identified with
    anonymous_events_lost: int = 0
    first_at: int | None = None
    last_at: int | None = None

    def named(self, kind: str = "event") -> dict[str, SeenEvent]:
        """What arrived of one kind, by name as written."""
        return {name: seen for (of, name), seen in self.events.items() if of == kind}


class Observer:
    """Looks at calls one by one."""

    def __init__(self) -> None:
        self.observed = Observed()
        self._people: dict[str, int | None] = {}  # when their first event came; None once they are identified
        self._late = 0
        self._anonymous: Counter[str] = Counter()
        self._ids: set[str] = set()
        self._older_ids: set[str] = set()

    def take(self, call: Call) -> None:
        """Look at one call."""
        seen = self.observed
        seen.calls += 1
        at = call.at if call.at is not None else call.timestamp
        if at is not None:
            seen.first_at = at if seen.first_at is None else min(at, seen.first_at)
            seen.last_at = at if seen.last_at is None else max(at, seen.last_at)
        if call.kind in _EVENTS:
            self._event(call, at)
        elif call.kind is CallKind.IDENTIFY:
            self._identify(call)
        elif call.kind is CallKind.MERGE and call.other_type is IdType.ANONYMOUS and call.other:
            self._anonymous.pop(call.other, None)

    def finished(self) -> Observed:
        """All that was seen."""
        seen = self.observed
        seen.persons = len(self._people)
        seen.unidentified = sum(first is not None for first in self._people.values())
        seen.identified_late = self._late
        seen.anonymous_lost = len(self._anonymous)
        seen.anonymous_events_lost = sum(self._anonymous.values())
        return seen

    def _identify(self, call: Call) -> None:
        seen = self.observed
        seen.identifies += 1
        if call.person is not None:
            first, at = self._people.get(call.person), call.at if call.at is not None else call.timestamp
            # Who is identified much later was known before the log began.
            self._late += first is not None and at is not None and at - first <= SOON
            self._people[call.person] = None
        anonymous = call.anonymous_id or call.data.get("anonymous_id")
        if isinstance(anonymous, str):
            self._anonymous.pop(anonymous, None)
        _look(seen.people, call.data, call.line, ())

    def _event(self, call: Call, at: int | None) -> None:
        seen = self._seen_event(_EVENTS[call.kind], call.name.strip(), call.line)
        seen.count += 1
        if at is not None:
            seen.days[at // DAY] += 1
            seen.first_at = at if seen.first_at is None else min(at, seen.first_at)
            seen.last_at = at if seen.last_at is None else max(at, seen.last_at)
        if call.at is not None and call.timestamp is not None:
            seen.late += call.at - call.timestamp > LATE
            seen.ahead += call.timestamp - call.at > SKEW
        if call.event_id is not None:
            seen.repeated += self._came_before(call.event_id)
        self._who(call, seen)
        if not _look(seen.properties, call.data, call.line, ()):
            seen.has_more_properties = True

    def _who(self, call: Call, seen: SeenEvent) -> None:
        anonymous = call.anonymous_id or (call.person if call.id_type is IdType.ANONYMOUS else None)
        if anonymous is not None:
            seen.anonymous += 1
            self._anonymous[anonymous] += 1
        elif call.person is not None:
            at = call.at if call.at is not None else call.timestamp
            self._people.setdefault(call.person, at or 0)

    def _seen_event(self, kind: str, name: str, line: int) -> SeenEvent:
        events = self.observed.events
        found = events.get((kind, name))
        if found is None:
            if len(events) >= MOST_NAMES:
                name = OTHER
            found = events.setdefault((kind, name), SeenEvent(kind, first_line=line))
        return found

    def _came_before(self, event_id: str) -> bool:
        if event_id in self._ids or event_id in self._older_ids:
            return True
        if len(self._ids) >= 200_000:  # ids come again soon or never
            self._older_ids, self._ids = self._ids, set()
        self._ids.add(event_id)
        return False


def observed_in(calls: Iterable[Call]) -> Observed:
    """What the calls show."""
    observer = Observer()
    for call in calls:
        observer.take(call)
    return observer.finished()


def _look(
    known: dict[tuple[str, ...], SeenProperty], data: Mapping[str, Any], line: int, path: tuple[str, ...]
) -> bool:
    """Note each property of *data*; False where there were too many."""
    complete = True
    for name, value in data.items():
        inside = (*path, name)
        seen = known.get(inside)
        if seen is None:
            if len(known) >= MOST_PROPERTIES:
                complete = False
                continue
            seen = known[inside] = SeenProperty(first_line=line)
        seen.count += 1
        _note(seen, value)
        for part in _objects(value):
            if len(inside) < DEEPEST:
                complete = _look(known, part, line, inside) and complete
    return complete


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (part for part in value[:20] if isinstance(part, dict))


def _note(seen: SeenProperty, value: Any) -> None:
    if value is None:
        seen.nulls += 1
        return
    kind = type_of(value)
    seen.types[kind] += 1
    if kind in ("list", "object"):
        return
    secret = sensitive_by_value(value)
    if secret:
        seen.sensitive[secret] += 1
    how = time_written_as(value)
    if how:
        seen.times[how] += 1
    elif kind == "integer" and 900_000_000 <= value <= 4_000_000_000:
        seen.seconds += 1
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        seen.has_more_values = True
    elif value in seen.values or len(seen.values) < MOST_VALUES:
        seen.values[value] = seen.values.get(value, 0) + 1
    else:
        seen.has_more_values = True


def type_of(value: Any) -> str:
    """The schema's word for a value's type."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "text"
        case list():
            return "list"
        case dict():
            return "object"
        case _:
            return "any"
