"""A witness played through a campaign, with what the campaign waits for sent when it waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import Condition, Happens, MessageIs, Performed, walk
from mailwright.definitions.sample import Sample
from mailwright.definitions.triggers import BroadcastTrigger, DateTrigger, NewsletterTrigger, TransactionalTrigger
from simulator.coverage.facts import Fact, Target
from simulator.coverage.watching import SEGMENT
from simulator.dates import as_date
from simulator.proofs import Refuted, context_of, never
from simulator.rendering.samples import fitting
from simulator.sample_calls import sample_moment
from simulator.testing.expectations import length_in_full
from simulator.testing.times import MONDAY, moment_at

if TYPE_CHECKING:
    from simulator.conditions import Check
    from simulator.content import CompiledCampaign
    from simulator.testing.bench import Bench
    from simulator.testing.simulation import Simulation

MOST_RESTS = 60


class Mode(StrEnum):
    """What the person does on the way."""

    QUIET = "quiet"  # nothing
    WAITED_FOR = "waited for"  # what a wait waits for
    GOAL = "goal"  # the goal, while the journey rests
    EXIT = "exit"  # what else ends the journey
    OPENS = "opens"  # opens and clicks every message that a condition asks about
    DOES = "does"  # while the journey rests, what the conditions of its steps ask whether it was done


MODES = tuple(Mode)


@dataclass(slots=True)
class Played:
    """A story under way: what was given, what happened, where it stands."""

    simulation: Simulation
    person: str
    given: dict[str, Any]
    acts: list[dict[str, Any]] = field(default_factory=list)
    facts: set[Fact] = field(default_factory=set)

    def wait(self, until: int) -> None:
        """Let time go by, and say so."""
        if until <= self.simulation.now:
            return
        self.acts.append({"wait": length_in_full(until - self.simulation.now)})
        self.simulation.advance(to=until)

    def track(self, event: str, data: dict[str, Any]) -> None:
        """The person does something."""
        self.acts.append({"event": event, **({"data": data} if data else {})})
        self.simulation.track(self.person, event, data)


def play(
    bench: Bench, witness: Sample, person: str, mode: Mode, target: Target, *, with_examples: bool = False
) -> Played:  # fmt: skip
    """The story of a witness who is called *person*; *with_examples* fills in what no condition asks."""
    slug = target.fact.owner
    campaign = next((one for one in bench.content.campaigns if one.slug == slug), None)
    sample = witness if campaign is None else _filled(bench, campaign, witness)
    at = sample_moment(sample) if sample.at is not None else MONDAY
    if campaign is not None and isinstance(campaign.definition.trigger, NewsletterTrigger):
        due = as_date(campaign.definition.trigger.at)
        at = min(at, (due or at) - 86400)
    began = at - max((int(one.ago.total_seconds()) for one in sample.before), default=0)
    attributes = dict(sample.person.attributes) if sample.person is not None else {"email": f"{person}@example.org"}
    if attributes.get("email") == "witness@example.org":
        attributes["email"] = f"{person}@example.org"
    if target.fact.kind == "message" and target.fact.detail:
        attributes["language"] = target.fact.detail
    if target.fact.kind == "message":
        attributes |= _consent(bench)
    if with_examples:
        attributes = {**_examples(bench), **attributes}
    given: dict[str, Any] = {"at": moment_at(began).isoformat().replace("+00:00", "Z")}
    if campaign is not None:
        given["only"] = [slug]
    first = attributes if began == at else next((one.attributes for one in sample.before if one.attributes), {})
    if began != at and target.fact.kind == "message":
        first = {**(_examples(bench) if with_examples else {}), **(first or {}), **_consent(bench)}
    given["people"] = {person: dict(first or {})}
    if sample.person is not None and sample.person.segments:
        given["segments"] = {person: list(sample.person.segments)}
    simulation = bench.simulation(began)
    played = Played(simulation, person, given)
    simulation.identify(person, dict(first or {}))
    for segment in sample.person.segments if sample.person is not None else ():
        simulation.join(person, segment)
    if not _earlier(played, sample, at, attributes if began != at else {}, slug):
        _begin(played, sample, campaign, target)
    if campaign is None:
        if not played.acts:
            played.wait(simulation.now + 60)
        simulation.in_segment(person, slug.removeprefix(SEGMENT))
    else:
        _walk(bench, played, campaign, mode, sample)
    return played


def _examples(bench: Bench) -> dict[str, Any]:
    """What the schema gives as examples of attributes that no condition asks."""
    asked = {name for check in bench.content.checks for name in check.reads.attributes}
    known = bench.project.people.attributes
    return {name: one.example for name, one in known.items() if one.example is not None and name not in asked}


def _consent(bench: Bench) -> dict[str, Any]:
    """Every topic that people have to ask for, asked for."""
    topics = bench.project.topics.topics.values()
    asked = {f"topic_{one.id}": True for one in topics if one.default == "unsubscribed"}
    return {"cio_subscription_preferences": {"topics": asked}} if asked else {}


def _filled(bench: Bench, campaign: CompiledCampaign, witness: Sample) -> Sample:
    """The witness with what the first fitting sample has beside it, so that messages have all they read."""
    names = fitting(bench.project, campaign.slug)
    if not names:
        return witness
    near = bench.project.samples[names[0]]
    person, event = witness.person or near.person, witness.event or near.event
    if person is not None and near.person is not None and witness.person is not None:
        person = person.model_copy(update={"attributes": {**_others(near.person.attributes), **person.attributes}})
    if event is not None and near.event is not None and near.event.name == event.name:
        event = event.model_copy(update={"data": {**near.event.data, **event.data}})
    return witness.model_copy(update={"person": person, "event": event, "trigger": near.trigger})


def _others(attributes: dict[str, Any]) -> dict[str, Any]:
    """What a witness may take from a sample: nothing that conditions are likely to ask."""
    return {name: value for name, value in attributes.items() if name in ("first_name", "created_at", "timezone")}


def _earlier(played: Played, sample: Sample, at: int, attributes: dict[str, Any], slug: str) -> bool:
    """Do what happened before; gives whether that started the journey already, as it may where people start it."""
    earlier = sorted(sample.before, key=lambda one: one.ago, reverse=True)
    for index, one in enumerate(earlier):
        if played.simulation.journeys(slug):
            return True
        played.wait(at - int(one.ago.total_seconds()))
        if one.attributes is not None and index:
            played.acts.append({"identify": dict(one.attributes)})
            played.simulation.identify(played.person, one.attributes)
        elif one.event is not None:
            played.track(one.event, dict(one.data))
        elif one.message is not None:
            message = f"{one.campaign}/{one.message}"
            played.acts.append({"metric": {"is": one.state.value, "message": message}})
            played.simulation.metric(played.person, message, one.state.value)
    if played.simulation.journeys(slug):
        return True
    played.wait(at)
    if attributes:
        played.acts.append({"identify": attributes})
        played.simulation.identify(played.person, attributes)
    return False


def _begin(played: Played, sample: Sample, campaign: CompiledCampaign | None, target: Target) -> None:
    """What starts the journey."""
    simulation = played.simulation
    if sample.event is not None:
        played.track(sample.event.name, dict(sample.event.data))
    if campaign is None:
        return
    match campaign.definition.trigger:
        case TransactionalTrigger(transactional=name):
            played.acts.append({"transactional": name, "data": dict(sample.trigger)})
            simulation.transactional(played.person, name, sample.trigger)
        case BroadcastTrigger(broadcast=name):
            played.acts.append({"broadcast": name, "data": dict(sample.trigger)})
            simulation.broadcast(name, sample.trigger)
        case DateTrigger(date=attribute):
            due = simulation.now + 10 * 86400
            played.acts.append({"identify": {attribute: due}})
            simulation.identify(played.person, {attribute: due})
            played.wait(due + 2 * 86400 if target.fact.kind != "step" else due)
        case NewsletterTrigger(at=text):
            played.wait((as_date(text) or simulation.now) + 60)
        case _:
            pass


def _walk(bench: Bench, played: Played, campaign: CompiledCampaign, mode: Mode, sample: Sample) -> None:
    """Let the journey go on until it is over, or rests for good."""
    simulation = played.simulation
    if not simulation.journeys(campaign.slug):
        played.wait(simulation.now + 3600)  # a filter is tried again for half an hour
    told: set[str] = set()
    did = False
    for _ in range(MOST_RESTS):
        if mode is Mode.OPENS:
            _open(played, campaign, told)
        journeys = simulation.journeys(campaign.slug)
        if not journeys or journeys[-1].ended is not None:
            return
        journey = journeys[-1]
        if not did or mode in (Mode.WAITED_FOR, Mode.DOES):
            did = _do(bench, played, campaign, mode, journey.waiting_at, sample) or did
            if simulation.journeys(campaign.slug)[-1] != journey:
                continue
        if journey.waits_until is None:
            return
        played.wait(int(journey.waits_until.timestamp()))


def _do(
    bench: Bench, played: Played, campaign: CompiledCampaign, mode: Mode, step: str | None, sample: Sample
) -> bool:  # fmt: skip
    """Send what the mode is about, where the journey rests for it; gives whether it did."""
    checks: list[Check | None] = []
    if mode is Mode.WAITED_FOR:
        checks = [way.check for node in campaign.nodes if node.id == step for way in node.ways]
    elif mode is Mode.GOAL:
        checks = [campaign.goal]
    elif mode is Mode.EXIT:
        checks = [campaign.exit_on]
    elif mode is Mode.DOES:
        _perform(bench, played, campaign, sample)
        return False
    events = [clause for check in checks if check is not None for clause in _happenings(check.condition)]
    for clause in events[:1]:
        played.wait(played.simulation.now + 3600)
        played.track(clause.event, _data_for(bench, campaign, clause, sample))
    return bool(events)


def _perform(bench: Bench, played: Played, campaign: CompiledCampaign, sample: Sample) -> None:
    """Do, as often as asked, what conditions of steps ask whether the person did it."""
    checks = [check for node in campaign.nodes for check in (node.only_if, *(way.check for way in node.ways))]
    for check in checks:
        for _, clause in walk(check.condition) if check is not None else ():
            if isinstance(clause, Performed):
                data = _data_for(bench, campaign, Happens(clause.event, clause.where), sample)
                for _ in range(clause.times):
                    played.track(clause.event, data)


def _happenings(condition: Condition) -> Iterator[Happens]:
    return (clause for _, clause in walk(condition) if isinstance(clause, Happens))


def _data_for(bench: Bench, campaign: CompiledCampaign, clause: Happens, sample: Sample) -> dict[str, Any]:
    """Data that the awaited event's own tests take; what they compare with the first event is taken from there."""
    own = dict(sample.event.data) if sample.event is not None else {}
    if clause.where is None:
        return {}
    answer = never(clause.where, context_of(bench.project, campaign.slug).of_event(clause.event))
    if isinstance(answer, Refuted) and answer.witness.event is not None:
        return {**own, **answer.witness.event.data}
    return own


def _open(played: Played, campaign: CompiledCampaign, told: set[str]) -> None:
    """Tell of each message that a condition asks about what the condition asks."""
    asked = {
        (clause.step, clause.state.value)
        for check in campaign.checks
        for _, clause in walk(check.condition)
        if isinstance(clause, MessageIs)
    }
    for one in played.simulation.deliveries:
        for step, state in sorted(asked):
            if one.campaign == campaign.slug and one.step == step and one.status == "sent" and step not in told:
                told.add(step)
                message = f"{campaign.slug}/{step}"
                played.acts.append({"metric": {"is": state, "message": message}})
                played.simulation.metric(played.person, message, state)
