"""Waiting until something is so, or until the time for it is over (semantics R64 to R68)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.trace import Branched, Waiting, Woke

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.journeys import Journey
    from simulator.workflow import Node, Way

RESTS: Final = object()
"""The journey waits at this step."""

Following = Any  # Node | None | RESTS


def go_on(engine: Engine, journey: Journey, node: Node | None, at: int) -> None:
    """Take the journey on from a rest."""
    journey.turn += 1
    journey.node = node
    engine.walk(journey, at)


# --- waits
# --------------------------------------------------------------------------------------------------------------


def wait_until(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Wait until one of the ways is met (semantics R64 to R68)."""
    counts_from_entry = engine.content.assumptions.wait_events_count == "after_entry"
    journey.wait_since = journey.since if counts_from_entry else journey.person.number
    way = _met(engine, journey, node, at)
    if way is not None:
        return way.first
    if node.seconds == 0:
        return _late(engine, journey, node, at)
    until = at + node.seconds if node.seconds > 0 else None
    engine.emit(Waiting(at, journey.person.key, journey.campaign.slug, journey.number, node.id, until, "R64"))
    engine.rest(journey, until)
    _look_later(engine, journey, node, at)
    return RESTS


def _met(engine: Engine, journey: Journey, node: Node, at: int) -> Way | None:
    moment = engine.journey_moment(journey, at)
    moment.since = journey.wait_since
    for way in node.ways:
        if way.check is not None and way.check.holds(moment):
            clause = engine.clause(way.check, moment, f"step:{node.id}:{way.name}")
            slug = journey.campaign.slug
            engine.emit(Branched(at, journey.person.key, slug, journey.number, node.id, way.name, "R64", clause))
            return way
    return None


def look_at_wait(engine: Engine, journey: Journey, at: int) -> None:
    """Something changed: see whether a resting wait is met."""
    node = journey.node
    if node is None:
        return
    way = _met(engine, journey, node, at)
    if way is None:
        _look_later(engine, journey, node, at)
        return
    engine.emit(Woke(at, journey.person.key, journey.campaign.slug, journey.number, node.id, "met"))
    go_on(engine, journey, way.first, at)


def _look_later(engine: Engine, journey: Journey, node: Node, at: int) -> None:
    """Time alone may meet a wait: look again then."""
    moment = engine.journey_moment(journey, at)
    turns = [engine.next_change(way.check, moment) for way in node.ways if way.check is not None]
    turn = min((turn for turn in turns if turn is not None), default=None)
    if turn is not None:
        journey.person.schedule(turn, look_in_time, (engine, journey, journey.turn))


def look_in_time(at: int, what: tuple[Engine, Journey, int]) -> None:
    """Time alone may have met the wait."""
    engine, journey, turn = what
    if not journey.over and journey.turn == turn:
        look_at_wait(engine, journey, at)


def time_is_over(engine: Engine, journey: Journey, node: Node, at: int) -> None:
    """The maximum time of a wait is over: a way met in this very second still counts."""
    way = _met(engine, journey, node, at)
    why = "timeout" if way is None else "met"
    engine.emit(Woke(at, journey.person.key, journey.campaign.slug, journey.number, node.id, why))
    if way is not None:
        go_on(engine, journey, way.first, at)
        return
    following = _late(engine, journey, node, at)
    if not journey.over:
        go_on(engine, journey, following, at)


def _late(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """The maximum time is over: its own path, or out (semantics R67)."""
    way = node.ways[-1]
    engine.emit(Branched(at, journey.person.key, journey.campaign.slug, journey.number, node.id, way.name, "R67"))
    if way.name == "timeout_exit":
        engine.end(journey, at, "exited_early", "timeout_exit", "R67", node.id)
    return way.first
