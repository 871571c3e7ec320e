"""Goals and the other ways out of a journey: seen when something changes, and when time alone brings them about.

Source: Customer.io docs, "Conversion goals and exit criteria" and "Campaign exit conditions" (semantics R50 to R52).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace import GoalReached

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.journeys import Journey
    from simulator.people import Person


def look_at_ends(engine: Engine, person: Person, at: int) -> None:
    """See whether goals are reached and ways out are open, of every journey of the person."""
    for journey in person.journeys:
        campaign = journey.campaign
        if campaign.goal is not None and not journey.goal_reached:
            _goal(engine, journey, at)
        if campaign.exit_on is not None and not journey.over and journey.leaving is None:
            moment = engine.journey_moment(journey, at)
            if campaign.exit_on.holds(moment):
                clause = engine.clause(campaign.exit_on, moment, "exit")
                engine.leave(journey, at, "exit_condition", "R52", "extra_exits_at", clause)


def watch_ends(engine: Engine, journey: Journey, at: int) -> None:
    """Time alone may reach the goal, or one of the ways out: look again then."""
    for check in (journey.campaign.goal, journey.campaign.exit_on):
        if check is None or not check.timed_clauses:
            continue
        turn = engine.next_change(check, engine.journey_moment(journey, at))
        if turn is not None:
            journey.person.schedule(turn, ends_in_time, (engine, journey))


def ends_in_time(at: int, what: tuple[Engine, Journey]) -> None:
    """Time alone may have reached the goal, or opened a way out."""
    engine, journey = what
    if journey.over:
        return
    look_at_ends(engine, journey.person, at)
    if not journey.over:
        watch_ends(engine, journey, at)


def _goal(engine: Engine, journey: Journey, at: int) -> None:
    """See whether the goal came true after entry; it ends the journey where the campaign says so.

    Source: Customer.io docs, "Conversion goals and exit criteria" (semantics R50, R51).
    """
    campaign = journey.campaign
    assert campaign.goal is not None  # asked only for campaigns with one
    if campaign.goal_seconds and at - journey.entered_at > campaign.goal_seconds:
        return
    moment = engine.journey_moment(journey, at)
    if not campaign.goal.holds(moment):
        return
    journey.goal_reached = True
    clause = engine.clause(campaign.goal, moment, "goal")
    engine.emit(GoalReached(at, journey.person.key, campaign.slug, journey.number, journey.messaged))
    if campaign.exits_at_goal:
        engine.leave(journey, at, "goal", "R50", "goal_exit_at", clause)
