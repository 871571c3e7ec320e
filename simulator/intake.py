"""Calls of a log, taken in one by one in the order of receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mailwright.definitions.triggers import (
    BroadcastTrigger,
    FormTrigger,
    ObjectTrigger,
    RelationshipTrigger,
    TransactionalTrigger,
    WebhookTrigger,
)
from simulator.entering import consider
from simulator.events import Name, receive_event
from simulator.history.calls import Call, CallKind, IdType
from simulator.id_memory import IdMemory
from simulator.journeys import EMPTY, Cause
from simulator.paths import values_at
from simulator.people import Person
from simulator.profiles import delete, make_person, merge, move_segment, set_attributes
from simulator.trace import Considered
from simulator.watching import changed

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign
    from simulator.engine import Engine

_EVENT = CallKind.EVENT
_IDENTIFY = CallKind.IDENTIFY
_ID = IdType.ID
_EVENT_TYPES = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}

_TAKEN_BY = {
    CallKind.IDENTIFY: "_identify",
    CallKind.EVENT: "_event",
    CallKind.PAGE: "_event",
    CallKind.SCREEN: "_event",
    CallKind.DELETE: "_delete",
    CallKind.SUPPRESS: "_suppress",
    CallKind.UNSUPPRESS: "_unsuppress",
    CallKind.MERGE: "_merge",
    CallKind.JOIN_SEGMENT: "_segment",
    CallKind.LEAVE_SEGMENT: "_segment",
    CallKind.DEVICE: "_touch",
    CallKind.DEVICE_GONE: "_touch",
    CallKind.OBJECT: "_object",
    CallKind.OBJECT_GONE: "_object_gone",
    CallKind.RELATE: "_relate",
    CallKind.UNRELATE: "_unrelate",
    CallKind.FORM: "_form",
    CallKind.WEBHOOK: "_webhook",
    CallKind.BROADCAST: "_broadcast",
    CallKind.TRANSACTIONAL: "_transactional",
    CallKind.METRIC: "_metric",
}


class Intake:
    """Takes in calls; knows which event ids were seen and which anonymous events wait for a person."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = 0  # the newest receipt so far
        self.ids = IdMemory(engine.content.assumptions.event_id_memory)
        self._by_id = engine.people.by_id
        self._names: dict[str, Name] = {}  # of events as they are written, without the detour over their type
        self._anonymous: dict[str, list[tuple[Call, int]]] = {}
        self._owners: dict[str, tuple[Person, int]] = {}  # anonymous id → who was identified with it, when
        self._last_broadcast: dict[str, int] = {}
        self._nobody = 0
        self._take: dict[CallKind, Callable[[Call, int], None]] = {
            kind: getattr(self, name) for kind, name in _TAKEN_BY.items()
        }

    @staticmethod
    def kinds_taken() -> set[CallKind]:
        """The kinds of calls there is a method for."""
        return set(_TAKEN_BY)

    def take(self, call: Call) -> int:
        """Take in one call; gives its time of receipt."""
        at = call.at if call.at is not None else call.timestamp
        if at is None or self.engine.shared_agenda is not None:
            at = self._receipt(at)
        if at > self.clock:
            self.clock = at
        kind = call.kind
        if kind is _EVENT:
            self._event(call, at)
        elif kind is _IDENTIFY:
            self._identify(call, at)
        else:
            self._take[kind](call, at)
        if self.engine.later:
            self.engine.settle()
        return at

    def _receipt(self, at: int | None) -> int:
        """When a call was received that holds no time, or whose content needs one order of time for everybody.

        Assumed: without a time of receipt in the log it is the call's own time, and never before the person's previous
        call, so that a log split by person gives the same answer.
        """
        if at is None:
            return self.clock
        return max(at, self.clock)

    # --- people -----------------------------------------------------------------------------------------------------

    def _find(self, call: Call, at: int) -> tuple[Person | None, int]:
        """The call's person, brought up to date, and the receipt as that person sees it."""
        if call.person is None:
            return None, at
        person = self.engine.people.find(call.person, call.id_type)
        if person is None:
            return None, at
        at = max(at, person.last_at)
        person.last_at = at
        if person.agenda is not None:
            self.engine.advance(person, at)
        return person, at

    def _person(self, call: Call, at: int) -> tuple[Person | None, int]:
        """The call's person, made where there is none.

        Assumed: a call about an unknown identifier makes a profile with only that identifier (semantics R32).
        """
        person, at = self._find(call, at)
        if person is not None or call.person is None:
            return person, at
        engine = self.engine
        if engine.people.is_suppressed(call.person, call.id_type):
            return None, at
        if engine.content.assumptions.unknown_person == "ignored" and call.kind is not CallKind.IDENTIFY:
            return None, at
        if call.kind is not CallKind.IDENTIFY:
            engine.used["unknown_person"] += 1
        person = make_person(engine, call.person, call.id_type, at)
        changed(engine, person, at)
        return person, at

    def _identify(self, call: Call, at: int) -> None:
        engine = self.engine
        person, at = self._find(call, at)
        if call.person is None:
            return
        is_new = person is None
        if person is None:
            if call.update_only or call.data.get("_update") is True:
                # Source: Track API reference, `_update` (semantics R116).
                engine.note(at, call.person, "failed_attribute_change", "_update", call.line)
                return
            if engine.people.is_suppressed(call.person, call.id_type):
                return
            person = make_person(engine, call.person, call.id_type, at)
        person = set_attributes(engine, person, call.data, at, call.timestamp, call.line, is_new=is_new)
        anonymous_id = call.anonymous_id or call.data.get("anonymous_id")
        if isinstance(anonymous_id, str) and anonymous_id:
            self._attach(person, anonymous_id, at)

    def _attach(self, person: Person, anonymous_id: str, at: int) -> None:
        """Give a person the anonymous events of that id.

        Source: Customer.io docs, "Merging anonymous activity" (semantics R34 to R36).
        """
        engine = self.engine
        if not engine.content.workspace.anonymous_merge:
            return
        owner = self._owners.setdefault(anonymous_id, (person, at))
        if owner[0] is not person:
            if not owner[0].gone:
                engine.note(at, person.key, "anonymous_id_taken", "")
            return
        oldest = at - engine.content.assumptions.anonymous_attach_days * 86400
        for call, received in self._anonymous.pop(anonymous_id, ()):
            if received >= oldest:
                self._receive(person, call, at, received if call.timestamp is None else call.timestamp)

    def _delete(self, call: Call, at: int) -> None:
        person, at = self._find(call, at)
        if person is not None:
            delete(self.engine, person, at)

    def _suppress(self, call: Call, at: int) -> None:
        person, at = self._find(call, at)
        if call.person is None:
            return
        self.engine.people.suppress(person, call.person, call.id_type)
        if person is not None:
            delete(self.engine, person, at, "suppressed")

    def _unsuppress(self, call: Call, at: int) -> None:
        if call.person is not None:
            self.engine.people.unsuppress(call.person, call.id_type)

    def _merge(self, call: Call, at: int) -> None:
        primary, at = self._person(call, at)
        if primary is None or call.other is None:
            return
        secondary = self.engine.people.find(call.other, call.other_type)
        if secondary is None or secondary is primary:
            self.engine.note(at, primary.key, "merge_of_unknown_person", "", call.line)
            return
        at = max(at, secondary.last_at)
        self.engine.advance(secondary, at)
        self.engine.advance(primary, at)
        primary.last_at = at
        merge(self.engine, primary, secondary, at)

    def _segment(self, call: Call, at: int) -> None:
        person, at = self._find(call, at)
        content = self.engine.content
        slug = content.segment_numbers.get(call.other or "", call.other or "")
        # Unknown ids are ignored (semantics R111).
        if person is None or slug not in content.manual_segments:
            return
        move_segment(self.engine, person, slug, call.kind is CallKind.JOIN_SEGMENT, at)

    def _touch(self, call: Call, at: int) -> None:
        self._person(call, at)

    def _metric(self, call: Call, at: int) -> None:
        person, at = self._find(call, at)
        campaign = call.data.get("campaign")
        if person is not None and call.other and isinstance(campaign, str):
            person.note_message(campaign, call.other, call.name, at)
            changed(self.engine, person, at)

    # --- events -----------------------------------------------------------------------------------------------------

    def _event(self, call: Call, at: int) -> None:
        event_id = call.event_id
        if event_id is not None and not self.ids.took(event_id) and self._is_duplicate(call, at):
            return
        # Most calls of a log are events of people known by their id, so these take the shortest way.
        person = self._by_id.get(call.person) if call.id_type is _ID else None  # type: ignore[arg-type]  # None is no id
        if person is None:
            if call.person is None or call.id_type is IdType.ANONYMOUS:
                self._anonymous_event(call, at)
                return
            person, at = self._person(call, at)
            if person is None:
                return
        else:
            if at < person.last_at:
                at = person.last_at
            else:
                person.last_at = at
            agenda = person.agenda
            if agenda is not None and (due := agenda.due) and due[0][0] < at:
                self.engine.advance(person, at)
        stamp = call.timestamp
        name = self._names.get(call.name) if call.kind is _EVENT else None
        if name is None or (stamp is not None and stamp > at):
            self._receive(person, call, at, stamp)
        else:
            receive_event(self.engine, person, name, call.name, call.data, at, stamp, event_id, call.line)

    def _is_duplicate(self, call: Call, at: int) -> bool:
        """An event whose id was used before: it is neither shown nor processed (semantics R31)."""
        engine = self.engine
        engine.used["duplicate_event_ids"] += 1
        if engine.content.assumptions.duplicate_event_ids != "ignored":
            return False
        engine.note(at, call.person or "", "duplicate_event_id", "", call.line)
        return True

    def _receive(self, person: Person, call: Call, at: int, timestamp: int | None) -> None:
        spelling = call.name
        name = self._names.get(spelling) if call.kind is _EVENT else None
        if name is None:
            spelling = spelling.strip()
            kind = "event" if call.kind is _EVENT else _EVENT_TYPES[call.kind]
            name = self.engine.name_of(kind, spelling)
            if kind == "event" and spelling == call.name and len(self._names) < 10_000:
                self._names[spelling] = name
        if timestamp is not None and timestamp > at:
            self.engine.used["future_events"] += 1
            if self.engine.content.assumptions.future_events == "at_timestamp":
                person.schedule(timestamp, self.receive_later, (person, name, spelling, call))
                return
        receive_event(self.engine, person, name, spelling, call.data, at, timestamp, call.event_id, call.line)

    def receive_later(self, at: int, what: tuple[Person, Name, str, Call]) -> None:
        """An event whose own time lay ahead is received at it."""
        person, name, spelling, call = what
        if not person.gone:
            receive_event(self.engine, person, name, spelling, call.data, at, at, call.event_id, call.line)

    def _anonymous_event(self, call: Call, at: int) -> None:
        engine = self.engine
        anonymous_id = call.anonymous_id or (call.person if call.id_type is IdType.ANONYMOUS else None)
        if anonymous_id is None:
            code = "invite_event_not_modelled" if "recipient" in call.data else "event_without_person"
            engine.note(at, "", code, call.name, call.line)
            return
        owner = self._owners.get(anonymous_id)
        if owner is not None and engine.content.workspace.anonymous_merge:
            person, identified_at = owner
            if not person.gone and at - identified_at <= engine.content.assumptions.anonymous_grace_seconds:
                person.last_at = max(at, person.last_at)
                engine.advance(person, person.last_at)
                self._receive(person, call, person.last_at, call.timestamp)
            return  # later ones need a new identify with a new anonymous id (semantics R35)
        self._anonymous.setdefault(anonymous_id, []).append((call, at))

    # --- objects ----------------------------------------------------------------------------------------------------

    def _object(self, call: Call, at: int) -> None:
        """An object changed: campaigns on objects start for its people when it comes to match."""
        engine = self.engine
        thing = (call.name, call.other or "")
        before = engine.objects.get(thing)
        after = {**(before or {}), **{name: value for name, value in call.data.items() if value not in (None, "")}}
        engine.objects[thing] = after
        for campaign in engine.content.by_kind["object"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, ObjectTrigger)  # listed by its kind
            if trigger.object != call.name:
                continue
            if before is not None and self._object_holds(campaign, before, at):
                continue
            if self._object_holds(campaign, after, at):
                self._start_for_related(campaign, thing, after, call, at)

    def _object_holds(self, campaign: CompiledCampaign, values: dict[str, Any], at: int) -> bool:
        moment = self.engine.moment(Person("", at), at)
        moment.object = values
        return campaign.trigger is None or campaign.trigger.holds(moment)

    def _start_for_related(
        self, campaign: CompiledCampaign, thing: tuple[str, str], values: dict[str, Any], call: Call, at: int
    ) -> None:
        for person in list(self.engine.people):
            if thing not in person.objects:
                continue
            when = max(at, person.last_at)
            self.engine.advance(person, when)
            cause = Cause(
                call.name, call.line, when, trigger={call.name: values, "relationship": person.objects[thing]},
                object=values, relationship=person.objects[thing],
            )  # fmt: skip
            moment = self.engine.cause_moment(person, when, cause)
            if campaign.audience is None or campaign.audience.holds(moment):
                consider(self.engine, campaign, person, cause)

    def _object_gone(self, call: Call, at: int) -> None:
        thing = (call.name, call.other or "")
        self.engine.objects.pop(thing, None)
        for person in self.engine.people:
            person.objects.pop(thing, None)

    def _relate(self, call: Call, at: int) -> None:
        """A person and an object were tied, or their relationship changed (semantics R42: always re-matches)."""
        person, at = self._person(call, at)
        if person is None:
            return
        thing = (call.name, call.other or "")
        person.relate(thing, call.data)
        values = self.engine.objects.setdefault(thing, {})
        for campaign in self.engine.content.by_kind["relationship"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, RelationshipTrigger)  # listed by its kind
            if trigger.relationship != call.name:
                continue
            relationship = person.objects[thing]
            cause = Cause(
                call.name, call.line, at,
                trigger={call.name: values, "relationship": relationship, "customer": person.attributes},
                object=values, relationship=relationship,
            )  # fmt: skip
            moment = self.engine.cause_moment(person, at, cause)
            if campaign.trigger is None or campaign.trigger.holds(moment):
                consider(self.engine, campaign, person, cause)

    def _unrelate(self, call: Call, at: int) -> None:
        person, _ = self._find(call, at)
        if person is not None:
            person.objects.pop((call.name, call.other or ""), None)

    # --- calls that start one kind of campaign ----------------------------------------------------------------------

    def _form(self, call: Call, at: int) -> None:
        person, at = self._person(call, at)
        if person is None:
            return
        for campaign in self.engine.content.by_kind["form"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, FormTrigger)  # listed by its kind
            if trigger.form.lower() == call.name.lower():
                self._start_if(campaign, person, call, Cause(call.name, call.line, at, event=call.data))

    def _webhook(self, call: Call, at: int) -> None:
        for campaign in self.engine.content.by_kind["webhook"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, WebhookTrigger)  # listed by its kind
            if trigger.webhook.lower() != call.name.lower():
                continue
            person, when = self._webhook_person(trigger, call, at)
            self._start_if(campaign, person, call, Cause(call.name, call.line, when, trigger=call.data))

    def _webhook_person(self, trigger: WebhookTrigger, call: Call, at: int) -> tuple[Person, int]:
        """The person that posted data names; a journey of a hook may have nobody."""
        name = call.person
        if name is None and trigger.person is not None:
            found = next(values_at(call.data, trigger.person), None)
            name = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None
        if name is not None:
            kind = IdType.EMAIL if "@" in name else IdType.ID
            whom = Call(call.line, call.kind, name, kind, timestamp=call.timestamp, at=call.at)
            person, when = self._person(whom, at)
            if person is not None:
                return person, when
        self._nobody += 1
        nobody = self.engine.people.new_person(f"nobody-{self._nobody}", at)
        nobody.agenda = self.engine.shared_agenda
        self.engine.strangers.append(nobody)
        return nobody, at

    def _start_if(self, campaign: CompiledCampaign, person: Person, call: Call, cause: Cause) -> None:
        engine = self.engine
        moment = engine.cause_moment(person, cause.at, cause)
        matches = campaign.trigger is None or campaign.trigger.holds(moment)
        if engine.full:
            clause = engine.clause(campaign.trigger, moment, "trigger")
            engine.emit(Considered(cause.at, person.key, campaign.slug, call.name, call.line, matches, clause))
        if matches:
            consider(engine, campaign, person, cause)

    def _broadcast(self, call: Call, at: int) -> None:
        """An API-triggered broadcast: one per 10 seconds; recipients must exist (semantics R103)."""
        engine = self.engine
        last = self._last_broadcast.get(call.name.lower())
        if last is not None and 0 <= at - last < 10:
            engine.note(at, "", "broadcast_too_soon", call.name, call.line)
            return
        self._last_broadcast[call.name.lower()] = at
        for campaign in engine.content.by_kind["broadcast"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, BroadcastTrigger)  # listed by its kind
            if trigger.broadcast.lower() != call.name.lower():
                continue
            if "recipients" in call.data:
                engine.note(at, "", "broadcast_recipients_not_modelled", call.name, call.line)
            for person, named in self._recipients(call):
                when = max(at, person.last_at)
                engine.advance(person, when)
                cause = Cause(call.name, call.line, when, trigger=call.data.get("data", call.data) or EMPTY)
                moment = engine.moment(person, when)
                if named or campaign.audience is None or campaign.audience.holds(moment):
                    consider(engine, campaign, person, cause)

    def _recipients(self, call: Call) -> list[tuple[Person, bool]]:
        """Whom a broadcast goes to, and whether the call named them."""
        people = self.engine.people
        if call.person is not None:
            found = people.find(call.person, call.id_type)
            return [] if found is None else [(found, True)]
        named = [(str(name), IdType.ID) for name in _texts(call.data.get("ids"))]
        named += [(str(name), IdType.EMAIL) for name in _texts(call.data.get("emails"))]
        if not named:
            return [(person, False) for person in people]
        known = [people.find(name, kind) for name, kind in named]
        return [(person, True) for person in known if person is not None]

    def _transactional(self, call: Call, at: int) -> None:
        """A transactional message: its own call, to one person (semantics R102)."""
        person, at = self._person(call, at)
        if person is None:
            return
        for campaign in self.engine.content.by_kind["transactional"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, TransactionalTrigger)  # listed by its kind
            if trigger.transactional.lower() == call.name.lower():
                cause = Cause(call.name, call.line, at, trigger=call.data)
                cause.recipient = call.other
                consider(self.engine, campaign, person, cause)


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
