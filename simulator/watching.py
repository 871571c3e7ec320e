"""What a change of a person brings about: goals and exits, waits that are met, filters, triggers on profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.entering import consider, retry_pending
from simulator.goals import look_at_ends
from simulator.journeys import Cause
from simulator.trace import Considered
from simulator.waits import look_at_wait

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Watchers
    from simulator.engine import Engine
    from simulator.moment import Moment
    from simulator.people import EventKey, Person


def changed(
    engine: Engine,
    person: Person,
    at: int,
    attributes: frozenset[str] | set[str] | None = None,
    event: EventKey | None = None,
) -> None:
    """Something about the person is new: attributes (None: anything may be), or an event was received."""
    if person.journeys:
        look_at_ends(engine, person, at)
        _wake_waiting(engine, person, at)
    if person.pending:
        retry_pending(engine, person, at)
    watchers = engine.content.watchers
    if event is not None:
        concerned = watchers.by_event.get(event[1])
    elif attributes is None:
        concerned = watchers.everything
    elif watchers.attributes.isdisjoint(attributes):
        return
    else:
        concerned = _concerned(watchers, attributes)
    if concerned:
        watch(engine, person, at, concerned)


def _concerned(watchers: Watchers, attributes: frozenset[str] | set[str]) -> list[CompiledCampaign]:
    found: dict[int, CompiledCampaign] = {}
    for name in attributes:
        for table in (watchers.by_attribute, watchers.by_change):
            for campaign in table.get(name, ()):
                found[campaign.number] = campaign
    return [found[number] for number in sorted(found)]


def watch(engine: Engine, person: Person, at: int, campaigns: list[CompiledCampaign]) -> None:
    """Look whether the person starts or stops to match campaigns on segments or attributes."""
    for campaign in campaigns:
        if person.gone:
            return
        assert campaign.trigger is not None  # what is watched has a trigger condition
        moment = engine.moment(person, at)
        matches = campaign.trigger.holds(moment)
        was = campaign.number in person.matching
        _watch_time(engine, campaign, person, moment)
        if matches and not was:
            person.matching = person.matching | {campaign.number}
            _matched(engine, campaign, person, at)
        elif was and not matches:
            person.matching = person.matching - {campaign.number}
        elif engine.full and not matches:
            clause = engine.clause(campaign.trigger, moment, "trigger")
            clauses = engine.clauses(campaign.trigger, moment, "trigger")
            engine.emit(Considered(at, person.key, campaign.slug, "profile", 0, False, clause, clauses))


def _matched(engine: Engine, campaign: CompiledCampaign, person: Person, at: int) -> None:
    cause = Cause("profile", 0, at)
    if engine.full:
        moment = engine.moment(person, at)
        clause = engine.clause(campaign.trigger, moment, "trigger")
        clauses = engine.clauses(campaign.trigger, moment, "trigger")
        engine.emit(Considered(at, person.key, campaign.slug, "profile", 0, True, clause, clauses))
    consider(engine, campaign, person, cause)
    if campaign.frequency == "interval" and campaign.frequency_seconds:
        due = person.entries.get(campaign.number, (0, at, at))[1] + campaign.frequency_seconds
        person.schedule(
            due if due > at else at + campaign.frequency_seconds, interval_passed, (engine, campaign, person)
        )


def interval_passed(at: int, what: tuple[Engine, CompiledCampaign, Person]) -> None:
    """The interval is over: a journey for those who still match."""
    engine, campaign, person = what
    if person.gone or campaign.number not in person.matching:
        return
    if at - person.entries.get(campaign.number, (0, 0, 0))[1] < campaign.frequency_seconds:
        return  # the person left and came back in between: another alarm goes by the entry since
    consider(engine, campaign, person, Cause("interval", 0, at))
    person.schedule(at + campaign.frequency_seconds, interval_passed, (engine, campaign, person))


def _watch_time(engine: Engine, campaign: CompiledCampaign, person: Person, moment: Moment) -> None:
    assert campaign.trigger is not None  # what is watched has a trigger condition
    turn = engine.next_change(campaign.trigger, moment)
    if turn is None:
        return
    turn += engine.content.assumptions.segment_refresh_seconds
    if person.watched_until.get(campaign.number) == turn:
        return
    person.watch_until(campaign.number, turn)
    person.schedule(turn, watch_again, (engine, campaign, person))


def watch_again(at: int, what: tuple[Engine, CompiledCampaign, Person]) -> None:
    """Time alone may have changed whether the person matches."""
    engine, campaign, person = what
    if not person.gone and person.watched_until.get(campaign.number) == at:
        engine.used["segment_refresh_seconds"] += 1
        watch(engine, person, at, [campaign])
        changed_by_time(engine, person, at)


def changed_by_time(engine: Engine, person: Person, at: int) -> None:
    """Time alone changed a membership: journeys that wait for it go on."""
    if person.journeys:
        look_at_ends(engine, person, at)
        _wake_waiting(engine, person, at)


def _wake_waiting(engine: Engine, person: Person, at: int) -> None:
    for journey in person.journeys:
        if not journey.over and journey.node is not None and journey.node.kind == "wait_until":
            look_at_wait(engine, journey, at)
