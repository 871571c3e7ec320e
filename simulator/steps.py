"""What each kind of step does: one function a kind.

A step gives the node that follows, None at the end of the workflow, or `RESTS` when the journey waits there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mailwright.definitions.steps import (
    CreateEventStep,
    SegmentStep,
    SetStep,
    WindowStep,
)
from simulator.chance import draw
from simulator.clock import opens_at
from simulator.events import cause_event
from simulator.operators import as_number
from simulator.profiles import move_segment, update_person
from simulator.sending import send
from simulator.trace import Acted, Branched, Skipped, Waiting, Woke
from simulator.waits import RESTS, Following, go_on, time_is_over, wait_until
from simulator.zones import zone_for

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.journeys import Journey
    from simulator.workflow import Node, Way


Take = Callable[["Engine", "Journey", "Node", int], Following]


def take_step(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Do the step; a step whose own condition does not hold is skipped.

    Source: Customer.io docs, "Add conditions to messages, data blocks, or delays" (semantics R73).
    """
    if node.only_if is not None:
        moment = engine.journey_moment(journey, at)
        if not node.only_if.holds(moment):
            clause = engine.clause(node.only_if, moment, f"step:{node.id}")
            slug = journey.campaign.slug
            engine.emit(
                Skipped(at, journey.person.key, slug, journey.number, node.id, "condition_not_met", "R73", clause)
            )
            return node.next
    return _TAKE[node.kind](engine, journey, node, at)


def wake_up(engine: Engine, journey: Journey, at: int) -> None:
    """Go on from a delay, a window or a wait whose time is over."""
    node = journey.node
    if node is None:
        return
    if node.kind == "wait_until":
        time_is_over(engine, journey, node, at)
        return
    why = "window" if node.kind == "window" else "time"
    engine.emit(Woke(at, journey.person.key, journey.campaign.slug, journey.number, node.id, why))
    go_on(engine, journey, node.next, at)


# --- delays
# -------------------------------------------------------------------------------------------------------------


def _wait(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Wait so many seconds from reaching the step (semantics R58, R59)."""
    seconds = node.seconds
    if node.least != node.seconds:
        engine.used["random_delay"] += 1
        seconds = _random_seconds(engine, journey, node)
    if seconds <= 0:
        return node.next
    until = at + seconds
    rule = "R58" if node.least == node.seconds else "R59"
    engine.emit(Waiting(at, journey.person.key, journey.campaign.slug, journey.number, node.id, until, rule))
    engine.rest(journey, until)
    return RESTS


def _random_seconds(engine: Engine, journey: Journey, node: Node) -> int:
    match engine.content.assumptions.random_delay:
        case "shortest":
            return node.least
        case "longest":
            return node.seconds
        case _:
            chance = draw("delay", journey.campaign.slug, node.id, journey.person.key, journey.number)
            return node.least + int(chance * (node.seconds - node.least + 1))


def _window(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Wait for the window to open (semantics R60 to R63)."""
    assert isinstance(node.step, WindowStep) and node.hours is not None  # made so when the workflow was compiled
    zone = zone_for(engine, journey.person, node.step.window.zone, node.step.window.fallback)
    until = opens_at(node.hours, at, zone)
    if until <= at:
        return node.next
    engine.emit(Waiting(at, journey.person.key, journey.campaign.slug, journey.number, node.id, until, "R60"))
    engine.rest(journey, until)
    return RESTS


# --- branches
# -----------------------------------------------------------------------------------------------------------


def _branch(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """A true/false branch or a multi-split: the first way whose condition holds, else the last (semantics R69, R70)."""
    rule = "R69" if node.kind == "branch" else "R70"
    moment = engine.journey_moment(journey, at)
    asking = (way for way in node.ways if way.check is not None and way.check.holds(moment))
    way = next(asking, node.ways[-1])
    asked = way.check or next((other.check for other in node.ways if other.check is not None), None)
    clause = engine.clause(asked, moment, f"step:{node.id}:{way.name}")
    engine.emit(
        Branched(at, journey.person.key, journey.campaign.slug, journey.number, node.id, way.name, rule, clause)
    )
    return way.first


def _cohorts(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """A random cohort (semantics R71). Assumed: a new draw on every arrival, so the journey's number is in it."""
    way = _drawn(node, journey, "cohort")
    engine.emit(Branched(at, journey.person.key, journey.campaign.slug, journey.number, node.id, way.name, "R71"))
    return way.first


def _drawn(node: Node, journey: Journey, what: str) -> Way:
    chance = draw(what, journey.campaign.slug, node.id, journey.person.key, journey.number) * 100
    for way in node.ways:
        if chance < way.share:
            return way
        chance -= way.share
    # Shares may add up to a hair less than 100: the last that anybody can fall into.
    return next(way for way in reversed(node.ways) if way.share > 0)


def _languages(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """A branch by the person's `language` attribute; `es-MX` takes the way of `es` where it has none of its own.

    Assumed: no page describes how the language is matched.
    """
    spoken = str(journey.person.attributes.get("language") or "").lower().replace("_", "-")
    wanted = (spoken, spoken.split("-")[0])
    ways = {way.language.lower(): way for way in node.ways if way.language is not None}
    default = next((way for way in node.ways if way.language is None), None)
    way = next((ways[name] for name in wanted if name in ways), default)
    name = way.name if way is not None else "default"
    engine.emit(Branched(at, journey.person.key, journey.campaign.slug, journey.number, node.id, name, "R70"))
    return way.first if way is not None else node.next


# --- data
# ---------------------------------------------------------------------------------------------------------------


def _set(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Create or update a person (semantics R74).

    Assumed: Liquid results are text; a Liquid error fails the step and the journey goes on.
    """
    assert isinstance(node.step, SetStep)  # made so when the workflow was compiled
    updates = node.step.set
    values, failure = _rendered(engine, journey, {**updates.person}, at)
    own, own_failure = _rendered(engine, journey, {**updates.journey}, at)
    names = (*updates.person, *(f"journey.{name}" for name in updates.journey))
    failure = failure or own_failure
    other = None
    if updates.of is not None and not failure:
        other, failure = engine.messages.text(updates.of, journey, at)
    slug = journey.campaign.slug
    engine.emit(Acted(at, journey.person.key, slug, journey.number, node.id, "set", names, failure))
    if failure:
        return node.next
    if own:
        journey.attributes = {**(journey.attributes or {}), **own}
    if values:
        update_person(engine, journey.person if other is None else other, values, at, journey.person)
    return node.next


def _rendered(engine: Engine, journey: Journey, value: Any, at: int) -> tuple[Any, str]:
    """*value* with every text in it rendered as Liquid, and the first failure."""
    if isinstance(value, str):
        if "{" not in value:
            return value, ""
        text, failure = engine.messages.text(value, journey, at)
        engine.used["liquid_results_are"] += 1
        return (_typed(text) if engine.content.assumptions.liquid_results_are == "typed" else text), failure
    if isinstance(value, list):
        parts = [_rendered(engine, journey, item, at) for item in value]
        return [part for part, _ in parts], next((failure for _, failure in parts if failure), "")
    if isinstance(value, dict):
        pairs = {key: _rendered(engine, journey, item, at) for key, item in value.items()}
        failure = next((failure for _, failure in pairs.values() if failure), "")
        return {key: item for key, (item, _) in pairs.items()}, failure
    return value, ""


def _typed(text: str) -> str | int | float | bool:
    """The number, or the truth value, that a rendered text spells; else the text (semantics R74)."""
    if text in ("true", "false"):
        return text == "true"
    number = as_number(text)
    return text if number is None else number


def _create_event(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Create an event, for this person or another; it may start other campaigns and its own again (semantics R75)."""
    assert isinstance(node.step, CreateEventStep)  # made so when the workflow was compiled
    event = node.step.create_event
    data, failure = _rendered(engine, journey, {**event.data}, at)
    other = None
    if event.of is not None and not failure:
        other, failure = engine.messages.text(event.of, journey, at)
    slug = journey.campaign.slug
    engine.emit(Acted(at, journey.person.key, slug, journey.number, node.id, "create_event", (event.name,), failure))
    if not failure:
        cause_event(engine, journey.person if other is None else other, event.name, data, at, journey.person)
    return node.next


def _segment(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Join or leave a manual segment (semantics R77)."""
    assert isinstance(node.step, SegmentStep)  # made so when the workflow was compiled
    change = node.step.segment
    slug = change.add or change.remove or ""
    what = "join_segment" if change.add is not None else "leave_segment"
    engine.emit(Acted(at, journey.person.key, journey.campaign.slug, journey.number, node.id, what, (slug,)))
    move_segment(engine, journey.person, slug, change.add is not None, at, caused=True)
    return node.next


def _pass(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """A step that is not modelled: the report names it, the journey goes on."""
    return node.next


def _exit(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """End the journey as finished (semantics R80)."""
    engine.end(journey, at, "finished", "exit_step", "R80", node.id)
    return None


def _message(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """Send something; whatever becomes of it, the journey goes on (semantics R78)."""
    send(engine, journey, node, at)
    return node.next


def _ab_test(engine: Engine, journey: Journey, node: Node, at: int) -> Following:
    """One of several emails, or none for those held out (semantics R72)."""
    way = _drawn(node, journey, "ab_test")
    slug = journey.campaign.slug
    engine.emit(Branched(at, journey.person.key, slug, journey.number, node.id, way.name, "R72"))
    if way.name == "hold-out":
        engine.emit(Skipped(at, journey.person.key, slug, journey.number, node.id, "held_out", "R72"))
    else:
        send(engine, journey, node, at, way.name)
    return node.next


_TAKE: dict[str, Take] = {
    "email": _message,
    "sms": _message,
    "push": _message,
    "in_app": _message,
    "slack": _message,
    "whatsapp": _message,
    "webhook": _message,
    "ab_test": _ab_test,
    "wait": _wait,
    "window": _window,
    "wait_until": wait_until,
    "branch": _branch,
    "split": _branch,
    "cohorts": _cohorts,
    "languages": _languages,
    "set": _set,
    "create_event": _create_event,
    "segment": _segment,
    "collection_query": _pass,
    "batch_update": _pass,
    "grace_period": _pass,
    "filter_match_delay": _pass,
    "llm": _pass,
    "exit": _exit,
}


def step_kinds_taken() -> set[str]:
    """The kinds of steps there is a function for."""
    return set(_TAKE)
