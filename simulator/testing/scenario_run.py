"""A scenario played: who is given is put in, what happens happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.definitions.scenario import Act, Given
from mailwright.diagnostics import ConfigurationError
from simulator.sample_calls import NOBODY
from simulator.testing.times import MONDAY

if TYPE_CHECKING:
    from simulator.testing.bench import Bench
    from simulator.testing.scenario_files import PlacedScenario
    from simulator.testing.simulation import Simulation


def played(bench: Bench, placed: PlacedScenario) -> Simulation:
    """The simulation of one scenario, as it stands after its last act.

    Raises: ConfigurationError when nobody is there to act, or time would go backwards.
    """
    given = placed.given
    simulation = bench.simulation(_beginning(bench, given))
    first = _put_in(simulation, given)
    for index, act in enumerate(placed.scenario.when):
        who = act.person or first
        if who is None and act.anonymous is None and act.kind not in _WITHOUT_PERSON:
            raise ConfigurationError(
                "nobody is there to do this", span=placed.span("when", index), hint="`given: {people: {ana: {…}}}`"
            )
        if first is None:
            first = who
        simulation.next_line = placed.span("when", index).line
        _do(simulation, act, who)
    return simulation


_WITHOUT_PERSON = frozenset({"wait", "until", "object", "webhook", "broadcast", "sample"})


def _beginning(bench: Bench, given: Given) -> str | int:
    if given.at is not None:
        return given.at
    sample = bench.project.samples.get(given.sample or "")
    return sample.at if sample is not None and sample.at is not None else MONDAY


def _put_in(simulation: Simulation, given: Given) -> str | None:
    """Put in everybody who is given; gives who acts where an act does not say."""
    people = dict(given.people)
    first = next(iter(people), None)
    sample = simulation.project.samples.get(given.sample or "")
    if sample is not None and sample.person is not None:
        first = sample.person.id
        own = people.pop(first, {})
        simulation.person_of(sample)
        if own:
            simulation.identify(first, own)
    for who, attributes in people.items():
        simulation.identify(who, attributes)
    for who, slugs in given.segments.items():
        for slug in slugs:
            simulation.join(who, slug)
    return first


def _do(simulation: Simulation, act: Act, who: str | None) -> None:
    name, data = who or NOBODY, act.data
    match act.kind:
        case "event" if act.anonymous is not None and act.person is None:
            simulation.anonymous(act.anonymous, act.event or "", data)
        case "event":
            simulation.track(name, act.event or "", data, id=act.id, timestamp=act.timestamp)
        case "page":
            simulation.page(name, act.page or "", data)
        case "screen":
            simulation.screen(name, act.screen or "", data)
        case "sample":
            simulation.play(simulation.project.samples[act.sample or ""], who, data)
        case "identify":
            simulation.identify(name, act.identify or {}, anonymous_id=act.anonymous)
        case "wait":
            simulation.advance(act.wait)
        case "until":
            simulation.advance(to=act.until)
        case "join":
            simulation.join(name, act.join or "")
        case "leave":
            simulation.leave(name, act.leave or "")
        case "metric" if act.metric is not None:
            simulation.metric(name, act.metric.message, act.metric.state)
        case "merge":
            simulation.merge(name, act.merge or "")
        case "delete":
            simulation.delete(name)
        case "suppress":
            simulation.suppress(name)
        case "unsuppress":
            simulation.unsuppress(name)
        case "transactional":
            simulation.transactional(name, act.transactional or "", data)
        case "broadcast":
            simulation.broadcast(act.broadcast or "", data, person=act.person)
        case "form":
            simulation.form(name, act.form or "", data)
        case "webhook":
            simulation.webhook(act.webhook or "", data, person=act.person)
        case "object" if act.object is not None:
            simulation.object(act.object.type, act.object.id, data)
        case "relate" if act.relate is not None:
            simulation.relate(name, act.relate.type, act.relate.id, data)
        case _:
            raise ValueError(f"no act is called {act.kind}")
