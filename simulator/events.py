"""An event of a person: what it starts, what it wakes, what it counts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.entering import consider
from simulator.history.calls import IdType
from simulator.journeys import Cause
from simulator.people import Person
from simulator.probes import has_another_time
from simulator.profiles import make_person
from simulator.trace import Considered, Refused
from simulator.watching import changed

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.engine import Engine
    from simulator.people import EventKey
    from simulator.routing import Route, Router

# Source: Track API reference, in bytes; what happens beyond it is not stated, so it is a warning (semantics R122).
LONGEST_NAME = 100


class Name:
    """What the content makes of one event name of one type, looked up once for each spelling."""

    __slots__ = ("counts", "differs", "is_too_long", "key", "known", "router", "waits")

    def __init__(self, content: Content, kind: str, name: str) -> None:
        low = name.lower()
        self.key: EventKey = (kind, low)
        self.router = content.routers.get(self.key)
        self.known = content.names.get(self.key, name)
        self.differs = self.known != name
        self.is_too_long = len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME
        self.counts = low in content.remembered  # some condition counts it
        self.waits = low in content.waited  # a journey may wait for it


def receive_event(
    engine: Engine,
    person: Person,
    name: Name,
    spelling: str,
    data: Mapping[str, Any],
    at: int,
    timestamp: int | None = None,
    event_id: str | None = None,
    line: int = 0,
) -> None:
    """Take in one event of a person.

    Source: Customer.io docs, "Events" and "Backfill historical data" (semantics R1 to R4, R27 to R29).
    """
    person.number += 1
    stamp = at if timestamp is None else timestamp
    aged = stamp < person.born
    if aged:
        person.born = stamp
    if name.counts or name.waits:
        let_count(engine, person, name, stamp, data, at)
    if aged and engine.content.asks_age:
        changed(engine, person, at)
    if name.is_too_long:
        engine.note(at, person.key, "event_name_too_long", line=line)
    router = name.router
    if router is None:
        return
    if name.differs:
        engine.note(at, person.key, "event_name_case_mismatch", name.known, line)
        engine.used["event_name_case"] += 1
        if engine.content.assumptions.event_name_case == "strict":
            return
    moment = engine.shared_moment
    moment.now = at
    moment.person = person
    moment.attributes = person.attributes
    moment.event = moment.data = data
    matches = router.matches(data, moment)
    if router.times:
        _warn_of_times(engine, person, router.times, data, at, line)
    if engine.full:
        _consider_all(engine, person, router, Cause(spelling, line, at, event=data, timestamp=stamp))
    if matches:
        cause = Cause(spelling, line, at, event=data, event_id=event_id, timestamp=stamp)
        start_matching(engine, person, matches, cause, at - stamp)


def _warn_of_times(
    engine: Engine, person: Person, paths: tuple[str, ...], data: Mapping[str, Any], at: int, line: int
) -> None:
    """A time that is not in Unix seconds fails timestamp tests, and a warning says so (semantics R17)."""
    if engine.content.assumptions.timestamp_formats == "any":
        return
    for path in paths:
        if has_another_time(path)(data):
            engine.used["timestamp_formats"] += 1
            engine.note(at, person.key, "timestamp_in_other_format", path, line)


def let_count(engine: Engine, person: Person, name: Name, stamp: int, data: Mapping[str, Any], at: int) -> None:
    """Let conditions that count the event, and journeys that wait for it, see it."""
    if person.open and engine.recorder is not None:
        engine.recorder.event_comes(person, name.key, data, at)
    if person.journeys or name.counts:
        person.remember(name.key, stamp, data)
        changed(engine, person, at, event=name.key)


def start_matching(engine: Engine, person: Person, matches: list[Route], cause: Cause, age: int) -> None:
    """Let the campaigns whose triggers matched consider the person, unless the event is too old.

    Units: *age* is in seconds, from the event's own time to its receipt.
    """
    content = engine.content
    # Exactly 72 hours old still triggers (assumed, semantics R27).
    too_old = age > content.assumptions.event_age_limit_seconds
    for route in matches:
        campaign = content.campaigns[route.number]
        if too_old:
            engine.emit(Refused(cause.at, person.key, campaign.slug, cause.name, cause.line, "too_old", "R27"))
            continue
        if route.probes and cause.event is not None:
            _note_assumptions(engine, route.probes, cause.event)
        consider(engine, campaign, person, cause)


def _note_assumptions(engine: Engine, probes: tuple[Any, ...], data: Mapping[str, Any]) -> None:
    for setting, decided in probes:
        if decided(data):
            engine.used[setting] += 1


def _consider_all(engine: Engine, person: Person, router: Router, cause: Cause) -> None:
    """In full detail: every campaign of the event, with the clause that decided."""
    for route in router.every:
        campaign = engine.content.campaigns[route.number]
        moment = engine.cause_moment(person, cause.at, cause)
        clause = engine.clause(campaign.trigger, moment, "trigger")
        clauses = engine.clauses(campaign.trigger, moment, "trigger")
        held = campaign.trigger is None or campaign.trigger.holds(moment)
        engine.emit(Considered(cause.at, person.key, campaign.slug, cause.name, cause.line, held, clause, clauses))


def cause_event(engine: Engine, who: Person | str, name: str, data: Mapping[str, Any], at: int, by: Person) -> None:
    """An event that a workflow of *by* sends; it is taken in once the call at hand is through.

    Source: Customer.io docs, "Send an event from inside a campaign" (semantics R75). Loops are possible there; here one
    person causes at most `loop_guard_events` in one instant.
    """

    def act() -> None:
        person = who if isinstance(who, Person) else engine.people.find(who, IdType.ID)
        if person is None:
            assert isinstance(who, str)  # a person was found above
            if not who.strip() or engine.people.is_suppressed(who, IdType.ID):
                return
            person = make_person(engine, who.strip(), IdType.ID, at)
            person.caused = by.caused  # so that a chain of new people meets the guard too
            changed(engine, person, at)
        if person.gone or not engine.may_cause(person, at, name):
            return
        trimmed = name.strip()
        receive_event(engine, person, engine.name_of("event", trimmed), trimmed, data, at)
        engine.sent_by_workflow(person, trimmed, data, at)

    engine.later.append(act)
