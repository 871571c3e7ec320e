"""The shortest way for events that nothing in the content asks for, of people there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.events import LONGEST_NAME
from simulator.history.calls import Call, CallKind, IdType

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.replay import Replay

_EVENT = CallKind.EVENT
_ID = IdType.ID


class QuietEvents:
    """Takes the events that nothing asks for; what it does not take goes the usual way."""

    __slots__ = ("_age_counts", "_by_id", "_ids", "_is_quiet", "_known", "_run", "_works")

    def __init__(self, replay: Replay, content: Content) -> None:
        engine = replay.engine
        self._run = replay.run
        self._by_id = engine.people.by_id
        self._ids = replay.intake.ids
        self._known = content.known_events
        self._age_counts = content.asks_age
        self._works = engine.shared_agenda is None  # else every call moves everybody's clock
        self._is_quiet: dict[str, bool] = {}

    def took(self, call: Call, at: int | None) -> bool:
        """Whether the call was such an event; all it does is to be its person's latest call."""
        quiet = self._is_quiet.get(call.name)
        if quiet is False or call.kind is not _EVENT or call.id_type is not _ID or at is None or not self._works:
            return False
        if quiet is None:
            name = call.name.strip()
            short = len(name.encode("utf-8", "surrogatepass")) <= LONGEST_NAME
            quiet = self._is_quiet[call.name] = short and name.lower() not in self._known
        person = self._by_id.get(call.person) if quiet and call.person is not None else None
        if person is None:
            return False
        run = self._run
        if run.first_at is not None and at < run.first_at:
            run.first_at = at
        stamp, event_id = call.timestamp, call.event_id
        if stamp is not None and (stamp > at or (self._age_counts and stamp < person.born)):
            return False
        if event_id is not None and event_id in self._ids:
            return False
        if event_id is not None:
            self._ids.add(event_id)
        if at > person.last_at:
            person.last_at = at
        return True
