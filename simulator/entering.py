"""Who enters a campaign when its trigger matched, who waits for the filter, and who may not.

Source: Customer.io docs, "Campaign triggers, filters, and frequencies" (semantics R22 to R25, R39 to R45).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.goals import watch_ends
from simulator.journeys import Journey, Pending
from simulator.trace import Entered, Held, Lapsed, Refused

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign
    from simulator.engine import Engine
    from simulator.journeys import Cause
    from simulator.moment import Moment
    from simulator.people import Person


def consider(engine: Engine, campaign: CompiledCampaign, person: Person, cause: Cause) -> None:
    """A trigger matched: start a journey, wait for the person's filter, or say why not."""
    at = cause.at
    if campaign.closed:
        return
    if campaign.frequency != "every_time" or not campaign.parallel:
        refusal = refusal_of(engine, campaign, person, at)
        if refusal is not None:
            engine.emit(Refused(at, person.key, campaign.slug, cause.name, cause.line, *refusal))
            return
    if campaign.filter is not None:
        moment = engine.cause_moment(person, at, cause, campaign.slug)
        if not campaign.filter.holds(moment):
            _hold(engine, campaign, person, cause, moment)
            return
    enter(engine, campaign, person, cause, at)


def refusal_of(engine: Engine, campaign: CompiledCampaign, person: Person, at: int) -> tuple[str, str] | None:
    """Why no journey may start now: the reason and its rule.

    Source: Customer.io docs, "Campaign triggers, filters, and frequencies" (semantics R39, R40). Assumed: spans count
    from the previous entry (R44), only a real entry uses them up (R45).
    """
    last = person.entries.get(campaign.number)
    if last is None or (campaign.frequency == "every_time" and campaign.parallel):
        return None
    if not campaign.parallel and any(journey.campaign is campaign for journey in person.journeys):
        engine.used["parallel_segment_journeys"] += 1
        return "already_active", "R43"
    if campaign.frequency == "once":
        return "once", "R39"
    span = campaign.frequency_seconds
    if span:
        engine.used["frequency_counts_from"] += 1
        since = last[1] if engine.content.assumptions.frequency_counts_from == "entry" else last[2]
        if at - since < span:
            return ("period", "R39") if campaign.frequency == "period" else ("interval", "R44")
    return None


def _hold(engine: Engine, campaign: CompiledCampaign, person: Person, cause: Cause, moment: Moment) -> None:
    """Keep the call for 30 minutes, in which the person may still come to match the filter.

    Source: Customer.io docs, "Campaign triggers, filters, and frequencies" (semantics R22).
    """
    until = cause.at + engine.content.assumptions.filter_retry_seconds
    pending = Pending(campaign, cause, until)
    if campaign.frequency != "every_time":
        engine.used["frequency_used_by"] += 1
        if engine.content.assumptions.frequency_used_by == "trigger":
            person.use_frequency(campaign.number, cause.at)
    clause = engine.clause(campaign.filter, moment, "filter")
    clauses = engine.clauses(campaign.filter, moment, "filter")
    engine.emit(Held(cause.at, person.key, campaign.slug, cause.name, cause.line, until, clause, clauses=clauses))
    person.pending = (*person.pending, pending)
    person.schedule(until, lapse, (engine, person, pending))
    _look_again(engine, pending, person, moment)


def _look_again(engine: Engine, pending: Pending, person: Person, moment: Moment) -> None:
    assert pending.campaign.filter is not None  # only a filter makes a call wait
    turn = engine.next_change(pending.campaign.filter, moment)
    if turn is not None and turn <= pending.until:
        person.schedule(turn, retry, (engine, person, pending))


def retry(at: int, what: tuple[Engine, Person, Pending]) -> None:
    """Time alone may have brought the filter of a waiting call to hold."""
    engine, person, pending = what
    if pending in person.pending:
        retry_pending(engine, person, at)


def retry_pending(engine: Engine, person: Person, at: int) -> None:
    """Ask the filters of the waiting calls again.

    Assumed: a late match enters at the moment the profile starts to match (semantics R25).
    """
    for pending in person.pending:
        if pending not in person.pending:  # what entered just now may have brought it in already
            continue
        campaign = pending.campaign
        moment = engine.cause_moment(person, at, pending.cause, campaign.slug)
        if campaign.filter is None or not campaign.filter.holds(moment):
            _look_again(engine, pending, person, moment)
            continue
        person.pending = tuple(other for other in person.pending if other is not pending)
        used_up = engine.content.assumptions.frequency_used_by == "trigger"  # by this very call
        refusal = None if used_up else refusal_of(engine, campaign, person, at)
        if refusal is not None:
            cause = pending.cause
            engine.emit(Refused(at, person.key, campaign.slug, cause.name, cause.line, *refusal))
            continue
        enter(engine, campaign, person, pending.cause, at)


def lapse(at: int, what: tuple[Engine, Person, Pending]) -> None:
    """The thirty minutes are over: the last chance of a call that waits for its filter."""
    engine, person, pending = what
    if pending not in person.pending:
        return
    retry_pending(engine, person, at)
    if pending not in person.pending:
        return
    person.pending = tuple(other for other in person.pending if other is not pending)
    cause, campaign = pending.cause, pending.campaign
    moment = engine.cause_moment(person, at, cause, campaign.slug)
    clause = engine.clause(campaign.filter, moment, "filter")
    clauses = engine.clauses(campaign.filter, moment, "filter")
    engine.emit(Lapsed(at, person.key, campaign.slug, cause.name, cause.line, clause, clauses=clauses))


def enter(engine: Engine, campaign: CompiledCampaign, person: Person, cause: Cause, at: int) -> None:
    """Start a journey and walk it as far as it goes at once."""
    if engine.recorder is not None and engine.recorder.open(campaign, person, cause, at):
        return
    number = person.note_entry(campaign.number, at)
    start(engine, Journey(campaign, person, number, at, cause), at)


def start(engine: Engine, journey: Journey, at: int) -> None:
    """Walk a journey from its entry."""
    person, cause = journey.person, journey.cause
    person.journeys = (*person.journeys, journey)
    campaign = journey.campaign
    asked = engine.clauses(campaign.filter, engine.journey_moment(journey, at), "filter") if engine.full else ()
    engine.emit(Entered(at, person.key, campaign.slug, journey.number, cause.name, cause.line, asked))
    watch_ends(engine, journey, at)
    engine.walk(journey, at)
