"""Calls as a live workspace takes them: as a replay does, and noted among the activities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mailwright.definitions.triggers import BroadcastTrigger
from simulator.entering import consider
from simulator.history.calls import Call, CallKind, IdType
from simulator.intake import Intake
from simulator.journeys import EMPTY, Cause
from simulator.people import Person
from simulator.profiles import set_attributes
from simulator.watching import changed
from simulator.workspace.running.people import LivePeople, LivePerson

if TYPE_CHECKING:
    from simulator.workspace.running.engine import LiveEngine
    from simulator.workspace.running.recording import Recording

EVENTS = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}
Json = Mapping[str, Any]
Filter = Callable[[Person], bool]


class LiveIntake(Intake):
    """Takes in the calls of one workspace."""

    engine: LiveEngine

    def __init__(self, engine: LiveEngine, recording: Recording) -> None:
        super().__init__(engine)
        self.recording = recording
        self.objects_changed: set[tuple[str, str]] = set()
        self.object_stamps: dict[tuple[str, str], dict[str, int]] = {}  # when each attribute got its value
        self.filters: Callable[[Any], Filter] = lambda tree: lambda person: False

    def take(self, call: Call) -> int:
        """Take in one call; gives its time of receipt."""
        engine, recording = self.engine, self.recording
        engine.people.touch(self._by_id.get(call.person or ""))
        recording.line = call.line = recording.reserve()
        recording.at = call.at or 0
        recording.trigger_id = call.data.get("trigger_id") if call.kind is CallKind.BROADCAST else None
        is_event = call.kind in EVENTS
        recording.event_id = call.event_id or recording.event_ulid(call.line, recording.at) if is_event else None
        # The row takes its place before anything comes of it, and its person's numbers after.
        before = self._number_of(call)
        at = super().take(call)
        self._note(call, at, before)
        return at

    def _number_of(self, call: Call) -> int | None:
        person = None if call.person is None else self.engine.people.find(call.person, call.id_type)
        return None if person is None else person.number

    def _note(self, call: Call, at: int, before: int | None) -> None:
        """Put the call among the activities.

        Source: App API reference, activities: `event`, `page`, `screen`, `attribute_change` and those of messages.
        Calls of other kinds are noted under their own names, for the explanations alone.
        """
        if call.kind is CallKind.METRIC:
            return
        person = None if call.person is None else self.engine.people.find(call.person, call.id_type)
        uid = person.uid if isinstance(person, LivePerson) else None
        number = None
        if call.kind in EVENTS and person is not None:
            number = (before or 0) + 1 if person.number > (before or 0) else None
        kind = EVENTS.get(call.kind, call.kind.value)
        anonymous = call.anonymous_id or (call.person if call.id_type is IdType.ANONYMOUS else None)
        self.recording.activity(
            uid, at, kind, call.name, call.data, number=number, stamp=call.timestamp, event_id=call.event_id,
            anonymous_id=anonymous, n=call.line,
        )  # fmt: skip

    # --- what a live workspace knows more of --------------------------------------------------------------------------

    def _attach(self, person: Person, anonymous_id: str, at: int) -> None:
        waiting = [call.line for call, _ in self._anonymous.get(anonymous_id, ())]
        super()._attach(person, anonymous_id, at)
        owner = self._owners.get(anonymous_id)
        if owner is not None and owner[0] is person and isinstance(person, LivePerson):
            person.anonymous.setdefault(anonymous_id, at)
            if waiting:
                self.recording.own(person.uid, waiting, person.number)

    def put_back(self, people: LivePeople, last_broadcast: Mapping[str, int], nobody: int) -> None:
        """Take up who was identified with which anonymous id, and what else was written down."""
        nobody_any_more = Person("", 0)
        nobody_any_more.gone = True
        self._owners.update(dict.fromkeys(people.spent, (nobody_any_more, 0)))
        for person in people.by_uid.values():
            for name, at in person.anonymous.items():
                self._owners.setdefault(name, (person, at))
        self._last_broadcast = dict(last_broadcast)
        self._nobody = nobody

    def put_back_event(self, call: Call, at: int) -> None:
        """An anonymous event waits for its person again, unless the id was given to somebody meanwhile."""
        name = call.anonymous_id or ""
        if name not in self._owners:
            self._anonymous.setdefault(name, []).append((call, at))

    @property
    def kept(self) -> dict[str, Any]:
        """What is written down of the workspace as a whole."""
        return {"last_broadcast": self._last_broadcast, "nobody": self._nobody}

    def use_new_names(self) -> None:
        """Forget what the content made of event names."""
        self._names.clear()

    def person_of(self, call: Call, at: int) -> tuple[Person | None, int]:
        """The call's person, made where there is none, and the receipt as that person sees it."""
        return self._person(call, at)

    def forget_anonymous(self, now: int) -> None:
        """Let go of anonymous events that nobody can be given any more."""
        oldest = now - self.engine.content.assumptions.anonymous_attach_days * 86400
        for name in [name for name, calls in self._anonymous.items() if calls[-1][1] < oldest]:
            del self._anonymous[name]

    def _touch(self, call: Call, at: int) -> None:
        person, at = self._person(call, at)
        if not isinstance(person, LivePerson):
            return
        token = str(call.data.get("id") or call.data.get("token") or "")
        if call.kind is CallKind.DEVICE and token:
            person.devices[token] = {**person.devices.get(token, {}), **call.data, "id": token}
        else:
            person.devices.pop(token, None)

    def _metric(self, call: Call, at: int) -> None:
        """A message was opened, clicked and so on; a condition that asks it is looked at again.

        Source: Track API reference, "Report metrics" and "Custom unsubscribe handling": an unsubscribe also sets the
        person's `unsubscribed`.
        """
        found = self.recording.delivery_of(call.other or "")
        if found is None:
            super()._metric(call, at)
            return
        uid, campaign, step = found
        when = at if call.timestamp is None else call.timestamp
        self.recording.metric(call.other or "", call.name, when, data=call.data)
        person = self.engine.people.by_uid.get(uid or -1)
        if person is None:
            return
        self.engine.people.touch(person)
        at = max(at, person.last_at)
        person.last_at = at
        self.engine.advance(person, at)
        person.note_message(campaign, step, call.name, at)
        if call.name == "unsubscribed":
            set_attributes(self.engine, person, {"unsubscribed": True}, at)
        changed(self.engine, person, at)

    def _object(self, call: Call, at: int) -> None:
        thing = (call.name, call.other or "")
        self.objects_changed.add(thing)
        before = self.engine.objects.get(thing, {})
        super()._object(call, at)
        after = self.engine.objects[thing]
        stamps = self.object_stamps.setdefault(thing, {})
        stamps.update({name: at for name, value in after.items() if name not in before or before[name] != value})

    def _object_gone(self, call: Call, at: int) -> None:
        thing = (call.name, call.other or "")
        self.objects_changed.add(thing)
        for person in self.engine.people.by_uid.values():
            if thing in person.objects:
                self.engine.people.touch(person)
        self.object_stamps.pop(thing, None)
        super()._object_gone(call, at)

    def _relate(self, call: Call, at: int) -> None:
        self.objects_changed.add((call.name, call.other or ""))
        super()._relate(call, at)

    # --- broadcasts ---------------------------------------------------------------------------------------------------

    def _broadcast(self, call: Call, at: int) -> None:
        """An API-triggered broadcast to whom the call names, to a filter, with data for each, or to its own audience.

        Source: App API reference, "Trigger a broadcast" (semantics R103).
        """
        engine = self.engine
        low = call.name.lower()
        last = self._last_broadcast.get(low)
        if last is not None and 0 <= at - last < 10 and "trigger_id" not in call.data:
            engine.note(at, "", "broadcast_too_soon", call.name, call.line)
            return
        self._last_broadcast[low] = at
        for campaign in engine.content.by_kind["broadcast"]:
            trigger = campaign.definition.trigger
            assert isinstance(trigger, BroadcastTrigger)  # listed by its kind
            if trigger.broadcast.lower() != low:
                continue
            shared = call.data.get("data", call.data) or EMPTY
            for person, own, named in list(self._asked(call)):
                when = max(at, person.last_at)
                person.last_at = when
                engine.advance(person, when)
                given = {**shared, **own} if own else shared
                if named or campaign.audience is None or campaign.audience.holds(engine.moment(person, when)):
                    consider(engine, campaign, person, Cause(call.name, call.line, when, trigger=given))

    def _asked(self, call: Call) -> Iterable[tuple[Person, Json, bool]]:
        """Whom the call asks for, what it says of each alone, and whether it named them."""
        data = call.data
        if isinstance(data.get("per_user_data"), list):
            yield from self._each(data["per_user_data"])
        elif data.get("recipients") is not None:
            holds = self.filters(data["recipients"])
            everyone = [person for person in self.engine.people if holds(person)]
            yield from ((person, EMPTY, True) for person in everyone)
        else:
            seen: set[int] = set()
            for person, named in self._recipients(call):
                if id(person) not in seen or data.get("email_add_duplicates"):
                    seen.add(id(person))
                    yield person, EMPTY, named

    def _each(self, rows: list[Any]) -> Iterable[tuple[Person, Json, bool]]:
        for row in rows:
            if not isinstance(row, dict):
                continue
            for name, kind in (("id", IdType.ID), ("email", IdType.EMAIL), ("cio_id", IdType.CIO_ID)):
                if row.get(name) is not None:
                    person = self.engine.people.find(str(row[name]), kind)
                    own = row.get("data")
                    if person is not None:
                        yield person, own if isinstance(own, dict) else EMPTY, True
                    break
