"""The engine's own run of one journey with nobody and nothing else about, kept to be told of journeys alike to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.entering import enter
from simulator.goals import look_at_ends
from simulator.people import Person
from simulator.sending import recent_sends
from simulator.trace import AnyEntry

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign
    from simulator.engine import Engine
    from simulator.journeys import Cause
    from simulator.people import EventKey


@dataclass(slots=True, eq=False)
class Recording:
    """What one journey does: its entries from entry on, with times counted from there."""

    entries: tuple[AnyEntry, ...]
    offsets: tuple[int, ...]  # seconds from entry to each of them
    length: int  # to the last of them
    used: Counter[str]  # the assumptions it stood on
    counted: int = 0  # its messages that used the workspace's limit up
    journeys: int = 0  # told from it so far
    kept: Any = None  # what who tells it makes of it
    cuts: dict[int, Recording] = field(default_factory=dict)  # how far it came → the same, ended by its goal

    def came(self, seconds: int) -> int:
        """How many entries it has made when something happens so long after entry; what is due just then comes after.

        What entering itself brings about is done at once.
        """
        return bisect_left(self.offsets, seconds) if seconds else bisect_right(self.offsets, 0)


def recorded(engine: Engine, campaign: CompiledCampaign, person: Person, cause: Cause, at: int) -> Recording:
    """The journey that *cause* starts for *person*, from its entry to its end, undisturbed."""
    alone = _on_its_own(engine, person, at)
    before = len(alone.counted_sends)
    with _kept_apart(engine) as (entries, used):
        enter(engine, campaign, alone, cause, at)
        while alone.journeys and alone.agenda is not None and alone.agenda.next_at() is not None:
            engine.advance(alone, (alone.agenda.next_at() or 0) + 1)
    return _recording(entries, used, at, len(alone.counted_sends) - before)


def cut_by_goal(
    engine: Engine,
    campaign: CompiledCampaign,
    person: Person,
    cause: Cause,
    entered_at: int,
    event: tuple[EventKey, Mapping[str, Any]],
    at: int,
) -> Recording:
    """The same journey up to *at*, when the event comes that is its goal."""
    alone = _on_its_own(engine, person, entered_at)
    alone.events = {}
    with _kept_apart(engine) as (entries, used):
        enter(engine, campaign, alone, cause, entered_at)
        engine.advance(alone, at)
        alone.number += 1
        alone.remember(event[0], at, event[1])
        look_at_ends(engine, alone, at)
    return _recording(entries, used, entered_at, 0)


@contextmanager
def _kept_apart(engine: Engine) -> Iterator[tuple[list[AnyEntry], Counter[str]]]:
    """The entries and assumptions of what is done meanwhile, which the replay itself hears nothing of."""
    entries: list[AnyEntry] = []
    used: Counter[str] = Counter()
    before = engine.emit, engine.used, engine.recorder
    engine.emit, engine.used, engine.recorder = entries.append, used, None
    try:
        yield entries, used
    finally:
        engine.emit, engine.used, engine.recorder = before


def _recording(entries: list[AnyEntry], used: Counter[str], start: int, counted: int) -> Recording:
    offsets = tuple([entry.at - start for entry in entries])
    return Recording(tuple(entries), offsets, offsets[-1] if offsets else 0, used, counted)


def _on_its_own(engine: Engine, person: Person, at: int) -> Person:
    """Somebody of whom the same is known, and who shares nothing that a journey writes."""
    alone = Person(person.key, at)
    alone.id, alone.cio_id, alone.born, alone.number = person.id, person.cio_id, person.born, person.number
    alone.attributes, alone.events, alone.changes = person.attributes, person.events, person.changes
    alone.segments, alone.objects = person.segments, person.objects
    alone.messages = {message: list(states) for message, states in person.messages.items()}
    alone.counted_sends = recent_sends(engine, person, at)
    return alone
