"""One journey of each class, run by the engine, and what it adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.engine import Engine
from simulator.events import let_count, start_matching
from simulator.journeys import Cause
from simulator.people import Person
from simulator.profiles import set_attributes
from simulator.summary import DOUBLE_WITHIN, GOOD_STATUSES, Summary, summary_of
from simulator.trace import AnyEntry, Delivery, Entered

if TYPE_CHECKING:
    from simulator.bulk.asked import Asked, BulkCampaign

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Later:
    """Something that happens to the person after the call: attributes written, or an event that may end the journey."""

    at: int
    attributes: Values | None = None  # None for one that is taken away
    event: str = ""
    data: Values | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One call that matched a trigger, and all that its journey depends on."""

    at: int
    stamp: int
    line: int
    attributes: Values
    data: Values
    later: tuple[Later, ...]
    until: int  # where the clock stops


@dataclass(frozen=True, slots=True)
class Told:
    """What one call of a class comes to."""

    summary: Summary
    sends: tuple[tuple[int, str, bool], ...]  # seconds after the call, channel, handed over
    deliveries: tuple[Delivery, ...]
    early: int  # emails sent within the hour after entry
    used: Counter[str]  # assumptions that decided something


class Teller:
    """Runs samples through the engine, one campaign and one person at a time."""

    def __init__(self, asked: Asked) -> None:
        self._entries: list[AnyEntry] = []
        self._engine = Engine(asked.content, asked.messages, self._entries.append)
        self._spellings = asked.spellings

    def told(self, bulk: BulkCampaign, sample: Sample) -> Told:
        """What becomes of the sample."""
        engine, entries = self._engine, self._entries
        entries.clear()
        engine.used = Counter()
        person = Person("somebody", sample.at)
        person.id = person.key
        person.attributes = dict(sample.attributes)
        person.number = 1
        spelling = self._spellings[bulk.event]
        cause = Cause(spelling, sample.line, sample.at, event=sample.data, timestamp=sample.stamp)
        start_matching(engine, person, [bulk.route], cause, sample.at - sample.stamp)
        for later in sample.later:
            engine.advance(person, later.at)
            if later.attributes is not None:
                set_attributes(engine, person, later.attributes, later.at)
            else:
                person.number += 1
                name = engine.name_of("event", later.event)
                let_count(engine, person, name, later.at, later.data or {}, later.at)
            engine.settle()
        engine.advance(person, sample.until + 1)
        return _told(entries, sample.at, engine.used)


def _told(entries: list[AnyEntry], at: int, used: Counter[str]) -> Told:
    deliveries = tuple(entry for entry in entries if isinstance(entry, Delivery))
    entered = next((entry.at for entry in entries if isinstance(entry, Entered)), at)
    sends = tuple((entry.at - at, entry.channel, entry.status in GOOD_STATUSES) for entry in deliveries)
    early = sum(
        1
        for entry in deliveries
        if entry.channel == "email" and entry.status in GOOD_STATUSES and entry.made_at - entered <= DOUBLE_WITHIN
    )
    return Told(summary_of(entries), sends, deliveries, early, used)
