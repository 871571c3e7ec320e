"""An event of a person: what it starts, what it wakes, what it counts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.history.calls import IdType
from simulator.journeys import Cause
from simulator.people import Person
from simulator.profiles import make_person
from simulator.trace import Considered, Refused

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.people import EventKey
    from simulator.routing import Router


def receive_event(
    engine: Engine,
    person: Person,
    key: EventKey,
    name: str,
    data: Mapping[str, Any],
    at: int,
    *,
    timestamp: int | None = None,
    event_id: str | None = None,
    line: int = 0,
) -> None:
    """Take in one event of a person.

    Source: Customer.io docs, "Events" and "Backfill historical data" (semantics R1 to R4, R27 to R29).
    """
    content = engine.content
    person.number += 1
    stamp = at if timestamp is None else timestamp
    person.born = min(person.born, stamp)
    low = key[1]
    if low in content.remembered or (low in content.waited and person.journeys):
        person.remember(key, stamp, data)
        engine.changed(person, at, event=key)
    router = content.routers.get(key)
    if router is None:
        return
    if name != content.names[key]:
        engine.note(at, person.key, "event_name_case_mismatch", content.names[key], line)
        engine.used["event_name_case"] += 1
        if content.assumptions.event_name_case == "strict":
            return
    _start(engine, person, router, Cause(name, line, at, event=data, event_id=event_id, timestamp=stamp))


def _start(engine: Engine, person: Person, router: Router, cause: Cause) -> None:
    content = engine.content
    moment = engine.cause_moment(person, cause.at, cause)
    assert cause.event is not None  # an event is what this is about
    matches = router.matches(cause.event, moment)
    if engine.full:
        _consider_all(engine, person, router, cause)
    stamp = cause.at if cause.timestamp is None else cause.timestamp
    # Exactly 72 hours old still triggers (assumed, semantics R27).
    too_old = cause.at - stamp > content.assumptions.event_age_limit_seconds
    for route in matches:
        campaign = content.campaigns[route.number]
        if too_old:
            engine.emit(
                Refused(cause.at, person.key, campaign.slug, cause.name, cause.line, "too_old", "R27")
            )
            continue
        if route.probes:
            _note_assumptions(engine, route.probes, cause.event)
        engine.consider(campaign, person, cause)


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
        held = campaign.trigger is None or campaign.trigger.holds(moment)
        engine.emit(Considered(cause.at, person.key, campaign.slug, cause.name, cause.line, held, clause))


def cause_event(engine: Engine, who: Person | str, name: str, data: Mapping[str, Any], at: int) -> None:
    """An event that a workflow sends; it is taken in once the call at hand is through.

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
            engine.changed(person, at)
        if person.gone or not engine.may_cause(person, at, name):
            return
        trimmed = name.strip()
        receive_event(engine, person, ("event", trimmed.lower()), trimmed, data, at)

    engine.later.append(act)
