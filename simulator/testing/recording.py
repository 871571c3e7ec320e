"""Scenarios recorded from a log: of each kind of story one, told of somebody made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.reports.sample_journeys import kind_of
from simulator.testing.bench import Bench
from simulator.testing.expectations import length_in_full
from simulator.testing.scenario_writing import expected_of
from simulator.testing.scrubbing import Scrubber
from simulator.testing.times import moment_at

if TYPE_CHECKING:
    from simulator.testing.simulation import Simulation
    from simulator.trace import AnyEntry

RUNS_ON = 30 * 86400
"""How long the clock runs on after a person's last call, in seconds."""
MOST_CALLS = 200
"""Calls of one person that are told."""
_TOLD = {
    CallKind.IDENTIFY,
    CallKind.EVENT,
    CallKind.PAGE,
    CallKind.SCREEN,
    CallKind.JOIN_SEGMENT,
    CallKind.LEAVE_SEGMENT,
    CallKind.DELETE,
    CallKind.SUPPRESS,
    CallKind.UNSUPPRESS,
    CallKind.METRIC,
    CallKind.FORM,
    CallKind.TRANSACTIONAL,
}


@dataclass(slots=True)
class Recording:
    """The scenarios, and what could not be told."""

    scenarios: list[dict[str, Any]] = field(default_factory=list)
    people: int = 0
    alike: int = 0  # people whose story is told by another's
    left_out: Counter[str] = field(default_factory=Counter)  # kinds of calls → people left out for them


def recorded(bench: Bench, calls: Iterable[Call], most: int) -> Recording:
    """At most so many scenarios from a log: the shortest stories that each show something no other shows."""
    found = Recording()
    scrubber = Scrubber(bench.content)
    stories: list[_Told] = []
    for own in _by_person(calls).values():
        found.people += 1
        unfit = next((call.kind.value for call in own if call.kind not in _TOLD), None)
        if unfit is None and len(own) > MOST_CALLS:
            unfit = f"more than {MOST_CALLS} calls"
        if unfit is not None:
            found.left_out[unfit] += 1
            continue
        told = _Story(bench, scrubber, own, f"person-{found.people}").told()
        if told.shows:
            stories.append(told)
        else:
            found.left_out["nothing came of it"] += 1
    shown: set[Shown] = set()
    for told in sorted(stories, key=lambda one: len(one.scenario["when"])):
        if told.shows <= shown or len(found.scenarios) >= most:
            found.alike += 1
            continue
        shown |= told.shows
        found.scenarios.append(told.scenario)
    return found


Shown = tuple[str, ...]
"""A campaign, and what tells its journeys apart."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A story that was played: the scenario, and what it shows."""

    scenario: dict[str, Any]
    shows: frozenset[Shown]


def _by_person(calls: Iterable[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.person is not None:
            found.setdefault(call.person, []).append(call)
    return found


class _Story:
    """One person's calls, scrubbed and played."""

    def __init__(self, bench: Bench, scrubber: Scrubber, calls: list[Call], person: str) -> None:
        self.person = person
        self.acts: list[dict[str, Any]] = []
        self.given: dict[str, Any] = {}
        self._waited = 0  # by the last act, in seconds
        began = min(_time(call) for call in calls)
        self.simulation: Simulation = bench.simulation(began)
        self.given["at"] = moment_at(began).isoformat().replace("+00:00", "Z")
        now = began
        ordered = sorted(calls, key=_time)
        # A scenario's person is there from its beginning, as the log's is from the first call on.
        first = scrubber.attributes(ordered[0].data, person) if ordered[0].kind is CallKind.IDENTIFY else {}
        self.given["people"] = {person: first}
        self.simulation.identify(person, first)
        for call in ordered[1:] if ordered[0].kind is CallKind.IDENTIFY else ordered:
            if _time(call) > now:
                self._wait(_time(call) - now)
                now = _time(call)
            self._take(scrubber, call)
        self._wait(RUNS_ON)

    def told(self) -> _Told:
        """The story as a scenario."""
        simulation = self.simulation
        campaigns = list(dict.fromkeys(simulation.campaigns))
        name = f"{self.person}: {', '.join(campaigns) or 'let in nowhere'}"
        then = expected_of(simulation)
        scenario = {"name": name, "given": self.given, "when": self.acts, "then": then}
        journeys: dict[tuple[str, int], list[AnyEntry]] = {}
        for entry in simulation.trace:
            if (number := getattr(entry, "journey", None)) is not None:
                journeys.setdefault((entry.campaign, number), []).append(entry)
        shows = {(slug, *kind_of(entries)) for (slug, _), entries in journeys.items()}
        shows |= {(slug, "refused", reason) for slug, reason in then.get("refused", {}).items()}
        return _Told(scenario, frozenset(shows))

    def _wait(self, seconds: int) -> None:
        if self.acts and "wait" in self.acts[-1]:
            seconds_before = self._waited
            self.acts.pop()
        else:
            seconds_before = 0
        self._waited = seconds_before + seconds
        self.acts.append({"wait": length_in_full(self._waited)})
        self.simulation.advance(seconds)

    def _take(self, scrubber: Scrubber, call: Call) -> None:
        person, simulation = self.person, self.simulation
        match call.kind:
            case CallKind.IDENTIFY:
                attributes = scrubber.attributes(call.data, person)
                known = simulation.attributes(person)
                if known and all(known.get(name) == value for name, value in attributes.items()):
                    return  # nothing new
                self.acts.append({"identify": attributes})
                simulation.identify(person, attributes)
            case CallKind.EVENT:
                if call.name.strip().lower() not in simulation.content.known_events:
                    return  # no campaign asks for it
                data = scrubber.properties(call.name, call.data, person)
                self.acts.append({"event": call.name, **_with(data)})
                simulation.track(person, call.name, data)
            case CallKind.PAGE:
                self.acts.append({"page": call.name})
                simulation.page(person, call.name)
            case CallKind.SCREEN:
                self.acts.append({"screen": call.name})
                simulation.screen(person, call.name)
            case CallKind.JOIN_SEGMENT | CallKind.LEAVE_SEGMENT:
                self._segment(call)
            case CallKind.METRIC:
                message = f"{call.data.get('campaign')}/{call.other}"
                self.acts.append({"metric": {"is": call.name, "message": message}})
                simulation.metric(person, message, call.name)
            case CallKind.FORM:
                data = scrubber.properties("", call.data, person)
                self.acts.append({"form": call.name, **_with(data)})
                simulation.form(person, call.name, data)
            case CallKind.TRANSACTIONAL:
                data = scrubber.properties("", call.data, person)
                self.acts.append({"transactional": call.name, **_with(data)})
                simulation.transactional(person, call.name, data)
            case CallKind.DELETE:
                self.acts.append({"delete": True})
                simulation.delete(person)
            case CallKind.SUPPRESS:
                self.acts.append({"suppress": True})
                simulation.suppress(person)
            case CallKind.UNSUPPRESS:
                self.acts.append({"unsuppress": True})
                simulation.unsuppress(person)
            case _:
                raise ValueError(f"no story tells a call of kind {call.kind}")

    def _segment(self, call: Call) -> None:
        content = self.simulation.content
        slug = content.segment_numbers.get(call.other or "", call.other or "")
        if slug not in content.manual_segments:
            return
        joins = call.kind is CallKind.JOIN_SEGMENT
        self.acts.append({"join" if joins else "leave": slug})
        (self.simulation.join if joins else self.simulation.leave)(self.person, slug)


def _time(call: Call) -> int:
    return call.at if call.at is not None else call.timestamp or 0


def _with(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": dict(data)} if data else {}


def is_of(call: Call, person: str) -> bool:
    """Whether a call is about the person of that id or address."""
    email = str(call.data.get("email", "")).lower() if call.kind is CallKind.IDENTIFY else ""
    return call.person == person or (call.id_type is IdType.EMAIL and call.person == person) or email == person.lower()
