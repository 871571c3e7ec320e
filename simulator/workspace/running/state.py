"""A person with everything that is going on, as data and back: what a server restarted on its file goes on from.

Campaigns are known by slug and steps by id, so that the same data fits content that was edited meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from simulator import dates, entering, goals, sending, waits, watching
from simulator.clock import Due
from simulator.history.calls import Call
from simulator.journeys import EMPTY, Cause, Journey, Pending
from simulator.workspace.running.agenda import LiveAgenda
from simulator.workspace.running.people import LivePerson

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign
    from simulator.workspace.running.engine import LiveEngine
    from simulator.workspace.running.intake import LiveIntake

Json = dict[str, Any]
Act = Callable[[int, Any], None]


def nodes_of(campaign: CompiledCampaign) -> dict[str, Any]:
    """The campaign's steps by id; of a step that several ways share, the first."""
    found: dict[str, Any] = {}
    for node in campaign.nodes:
        found.setdefault(node.id, node)
    return found


class States:
    """Writes people down and reads them, against the content as it is."""

    def __init__(self, engine: LiveEngine, intake: LiveIntake) -> None:
        self.engine = engine
        self.intake = intake
        self.lost: list[tuple[LivePerson, str, int]] = []  # journeys whose campaign or step is not there any more
        self.read_content()

    def read_content(self) -> None:
        """Look campaigns and steps up in the engine's content."""
        campaigns = self.engine.content.campaigns
        self.slugs = {campaign.number: campaign.slug for campaign in campaigns}
        self.campaigns = {campaign.slug: campaign for campaign in campaigns}
        self.nodes = {campaign.slug: nodes_of(campaign) for campaign in campaigns}

    # --- out --------------------------------------------------------------------------------------------------------

    def written(self, person: LivePerson) -> Json:
        """The person as data."""
        slugs = self.slugs
        journeys = list(person.journeys)
        agenda = self._agenda(person, journeys)
        return {
            "key": person.key,
            "id": person.id,
            "cio_id": person.cio_id,
            "stranger": person.is_stranger,
            "attributes": person.attributes,
            "attributes_at": person.attributes_at,
            "born": person.born,
            "last_at": person.last_at,
            "number": person.number,
            "changes": person.changes,
            "segments": sorted(person.segments),
            "entries": {slugs[number]: entry for number, entry in person.entries.items() if number in slugs},
            "numbers_from": {slugs[n]: count for n, count in person.numbers_from.items() if n in slugs},
            "matching": [slugs[number] for number in sorted(person.matching) if number in slugs],
            "watched": {slugs[number]: at for number, at in person.watched_until.items() if number in slugs},
            "sends": person.counted_sends,
            "messages": [[*key, states] for key, states in person.messages.items()],
            "objects": [[*key, data] for key, data in person.objects.items()],
            "anonymous": person.anonymous,
            "devices": person.devices,
            "stamps": person.stamps,
            "journeys": [self._journey(journey) for journey in journeys],
            "open": len(person.journeys),
            "pending": [[pending.campaign.slug, _cause(pending.cause), pending.until] for pending in person.pending],
            "agenda": agenda,
        }

    def _journey(self, journey: Journey) -> Json:
        return {
            "campaign": journey.campaign.slug,
            "number": journey.number,
            "entered_at": journey.entered_at,
            "cause": _cause(journey.cause),
            "attributes": journey.attributes,
            "node": None if journey.node is None else journey.node.id,
            "turn": journey.turn,
            "since": journey.since,
            "wait_since": journey.wait_since,
            "goal_reached": journey.goal_reached,
            "messaged": journey.messaged,
            "leaving": journey.leaving,
            "over": journey.over,
        }

    def _agenda(self, person: LivePerson, journeys: list[Journey]) -> list[list[Any]]:
        """What is due, without what would do nothing when it comes; a delivery tried again keeps its journey."""
        if person.agenda is None:
            return []
        found = []
        for at, number, act, what in person.agenda.entries():
            kept = self._due(person, journeys, act, what)
            if kept is not None:
                found.append([at, number, *kept])
        if isinstance(person.agenda, LiveAgenda) and len(found) * 2 + 64 < len(person.agenda.entries()):
            numbers = {entry[1] for entry in found}
            person.agenda.replace(lambda due: due if due[1] in numbers else None)
        return found

    def _due(self, person: LivePerson, journeys: list[Journey], act: Act, what: Any) -> list[Any] | None:
        name = _NAME_OF.get(getattr(act, "__func__", act))
        match name:
            case "wake" | "look":
                journey, turn = (what[0], what[1]) if name == "wake" else (what[1], what[2])
                return [name, _index(journeys, journey), turn] if not journey.over and journey.turn == turn else None
            case "ends":
                return None if what[1].over else [name, _index(journeys, what[1])]
            case "lapse" | "retry":
                pending = what[2]
                return [name, person.pending.index(pending)] if pending in person.pending else None
            case "interval" | "watch" | "date":
                return [name, what[1].slug]
            case "try_again":
                made, last = what
                return [name, _index(journeys, made.journey), made.node.id, made.name, made.at, made.language,
                        made.recipient, last]  # fmt: skip
            case "receive_later":
                _, _, spelling, call = what
                return [name, spelling, msgspec.to_builtins(call)]
            case _:
                return None

    # --- in ---------------------------------------------------------------------------------------------------------

    def read(self, uid: int, kept: Mapping[str, Any]) -> LivePerson:
        """The person that was written down.

        Journeys of campaigns or at steps that are not there any more are left out, and stand in `lost`.
        """
        engine = self.engine
        person = LivePerson(kept["key"], kept["born"], uid, engine.timetable)
        person.id, person.cio_id = kept["id"], kept["cio_id"]
        person.is_stranger = kept["stranger"]
        person.attributes = dict(kept["attributes"])
        person.kept_attributes = dict(person.attributes)
        person.attributes_at, person.last_at, person.number = kept["attributes_at"], kept["last_at"], kept["number"]
        if kept["changes"]:
            person.changes = {name: [(at, old, new) for at, old, new in rows] for name, rows in kept["changes"].items()}
        person.segments = frozenset(kept["segments"])
        if kept["entries"]:
            person.entries = {n: (e[0], e[1], e[2]) for n, e in self._numbered(kept["entries"]).items()}
        if kept["numbers_from"]:
            person.numbers_from = self._numbered(kept["numbers_from"])
        person.matching = frozenset(self.campaigns[slug].number for slug in kept["matching"] if slug in self.campaigns)
        if kept["watched"]:
            person.watched_until = self._numbered(kept["watched"])
        person.counted_sends = tuple(kept["sends"])
        for campaign, step, states in kept["messages"]:
            for state, at in states:
                person.note_message(campaign, step, state, at)
        for kind, name, data in kept["objects"]:
            person.relate((kind, name), data)
        person.anonymous, person.devices = dict(kept["anonymous"]), dict(kept["devices"])
        person.stamps = dict(kept["stamps"])
        self._read_journeys(person, kept)
        return person

    def _numbered(self, by_slug: Mapping[str, Any]) -> dict[int, Any]:
        return {self.campaigns[slug].number: value for slug, value in by_slug.items() if slug in self.campaigns}

    def _read_journeys(self, person: LivePerson, kept: Mapping[str, Any]) -> None:
        journeys = [self._read_journey(person, one) for one in kept["journeys"]]
        person.journeys = tuple(journey for journey in journeys[: kept["open"]] if journey is not None)
        for one, journey in zip(kept["journeys"][: kept["open"]], journeys, strict=False):
            if journey is None:
                self.lost.append((person, one["campaign"], one["number"]))
        pending = [
            Pending(self.campaigns[slug], read_cause(cause), until) if slug in self.campaigns else None
            for slug, cause, until in kept["pending"]
        ]
        person.pending = tuple(one for one in pending if one is not None)
        if not kept["agenda"]:
            return
        person.agenda = agenda = LiveAgenda(self.engine.timetable, person)
        for at, number, name, *rest in kept["agenda"]:
            found = self._read_due(person, journeys, pending, name, rest)
            if found is not None:
                agenda.put_back(at, number, *found)

    def _read_journey(self, person: LivePerson, kept: Mapping[str, Any]) -> Journey | None:
        campaign = self.campaigns.get(kept["campaign"])
        if campaign is None:
            return None
        node = self.nodes[campaign.slug].get(kept["node"])
        if node is None and not kept["over"]:
            return None
        journey = Journey(campaign, person, kept["number"], kept["entered_at"], read_cause(kept["cause"]))
        journey.attributes = kept["attributes"]
        journey.node = node
        journey.turn, journey.since, journey.wait_since = kept["turn"], kept["since"], kept["wait_since"]
        journey.goal_reached, journey.messaged = kept["goal_reached"], kept["messaged"]
        journey.leaving = tuple(kept["leaving"]) if kept["leaving"] else None
        journey.over = kept["over"]
        return journey

    def _read_due(
        self, person: LivePerson, journeys: list[Journey | None], pending: list[Pending | None], name: str, rest: Any
    ) -> tuple[Act, Any] | None:
        engine = self.engine
        match name:
            case "wake":
                journey = journeys[rest[0]]
                return None if journey is None else (engine.wake, (journey, rest[1]))
            case "look":
                journey = journeys[rest[0]]
                return None if journey is None else (waits.look_in_time, (engine, journey, rest[1]))
            case "ends":
                journey = journeys[rest[0]]
                return None if journey is None else (goals.ends_in_time, (engine, journey))
            case "lapse" | "retry":
                one = pending[rest[0]]
                act = entering.lapse if name == "lapse" else entering.retry
                return None if one is None else (act, (engine, person, one))
            case "interval" | "watch" | "date":
                campaign = self.campaigns.get(rest[0])
                return None if campaign is None else (_BY_CAMPAIGN[name], (engine, campaign, person))
            case "try_again":
                return self._read_try(journeys[rest[0]], rest)
            case "receive_later":
                event = engine.name_of("event", rest[0])
                call = msgspec.convert(rest[1], Call)
                return self.intake.receive_later, (person, event, rest[0], call)
            case _:
                return None

    def _read_try(self, journey: Journey | None, rest: Any) -> tuple[Act, Any] | None:
        _, step, name, at, language, recipient, last = rest
        node = None if journey is None else self.nodes[journey.campaign.slug].get(step)
        if journey is None or node is None:
            return None
        return sending.try_again, (sending.Made(self.engine, journey, node, name, at, language, recipient), last)


def _index(journeys: list[Journey], journey: Journey) -> int:
    """The journey's place in the list, at its end where it is over already."""
    for index, one in enumerate(journeys):
        if one is journey:
            return index
    journeys.append(journey)
    return len(journeys) - 1


def _cause(cause: Cause) -> Json:
    found: Json = {"name": cause.name, "line": cause.line, "at": cause.at}
    for name in ("event", "event_id", "timestamp", "trigger", "recipient"):
        value = getattr(cause, name)
        if value is not None:
            found[name] = dict(value) if isinstance(value, Mapping) else value
    for name in ("object", "relationship"):
        value = getattr(cause, name)
        if value:
            found[name] = dict(value)
    return found


def read_cause(kept: Mapping[str, Any]) -> Cause:
    """The cause that was written down."""
    cause = Cause(
        kept["name"], kept["line"], kept["at"],
        event=kept.get("event"), event_id=kept.get("event_id"), timestamp=kept.get("timestamp"),
        trigger=kept.get("trigger"), object=kept.get("object", EMPTY), relationship=kept.get("relationship", EMPTY),
    )  # fmt: skip
    cause.recipient = kept.get("recipient")
    return cause


_BY_CAMPAIGN: dict[str, Act] = {
    "interval": watching.interval_passed,
    "watch": watching.watch_again,
    "date": dates.date_is_here,
}


def _named() -> dict[Any, str]:
    from simulator.engine import Engine
    from simulator.intake import Intake

    return {
        Engine.wake: "wake",
        waits.look_in_time: "look",
        goals.ends_in_time: "ends",
        entering.lapse: "lapse",
        entering.retry: "retry",
        watching.interval_passed: "interval",
        watching.watch_again: "watch",
        dates.date_is_here: "date",
        sending.try_again: "try_again",
        Intake.receive_later: "receive_later",
    }


_NAME_OF = _named()


def kept_acts() -> set[str]:
    """The functions that can be due and are kept over a restart, by name."""
    return {act.__name__ for act in _NAME_OF}


def moved_due(due: Due, campaigns: Mapping[int, CompiledCampaign | None]) -> Due | None:
    """An entry of an agenda for new content: the campaign it names is the new one; None where there is none."""
    at, number, act, what = due
    name = _NAME_OF.get(getattr(act, "__func__", act))
    if name not in _BY_CAMPAIGN:
        return due
    engine, campaign, person = what
    new = campaigns.get(id(campaign))
    return None if new is None else (at, number, act, (engine, new, person))
