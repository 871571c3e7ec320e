"""What a workspace's APIs ask of its people and of what was sent to them, as plain copies."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import All
from simulator.conditions import Check
from simulator.history.calls import IdType
from simulator.sending import is_unsubscribed
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.documents import Kind
from simulator.workspace.records import ActivityRecord, DeliveryRecord, ObjectRecord, PersonRecord
from simulator.workspace.running.people import LivePerson
from simulator.workspace.running.tables import Row, from_json

if TYPE_CHECKING:
    from simulator.workspace.running.live import Live

Json = dict[str, Any]
TYPES = {"sms": "twilio"}
"""Channels by the name that the App API has for them, where it is another."""
_SHOWN = "(delivery_id IS NOT NULL OR type IN ('event', 'page', 'screen', 'attribute_change'))"
"""Source: the types of activities that the App API shows; the rest is kept for restarts alone."""
_DELIVERY = """n, id, uid, person, campaign, journey, step, made_at, channel, status, at, recipient, subject, failure,
parent, metrics, envelope, links"""


class Library:
    """Reads one workspace's people, deliveries and activities."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.tables = live.tables

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self, name: str, id_type: str) -> PersonRecord | None:
        """The profile of an identifier; *id_type* is id, email or cio_id."""
        found = self._find(name, id_type)
        return None if found is None else self.record(found)

    def _find(self, name: str, id_type: str) -> LivePerson | None:
        people = self.live.engine.people
        kind = IdType(id_type)
        found = people.find(name.removeprefix("cio_") if kind is IdType.CIO_ID else name, kind)
        people.touched.clear()  # reading changes nobody
        return found if isinstance(found, LivePerson) else None

    def everyone(self) -> Iterator[PersonRecord]:
        """Every profile, in the order of being made."""
        for person in [one for one in self.live.engine.people.by_uid.values() if not one.is_stranger]:
            yield self.record(person)

    def record(self, person: LivePerson) -> PersonRecord:
        """A profile as the APIs have it."""
        email = person.attributes.get("email")
        value = person.attributes.get("unsubscribed")
        return PersonRecord(
            cio_id=person.cio_id or "",
            id=person.id,
            email=email if isinstance(email, str) else None,
            attributes=dict(person.attributes),
            timestamps=dict(person.stamps),
            unsubscribed=is_unsubscribed(self.live.engine, value),
            devices=tuple(dict(device) for device in person.devices.values()),
        )

    def of_uid(self, uid: int | None) -> PersonRecord | None:
        """The profile of a number; None when it is gone."""
        found = self.live.engine.people.by_uid.get(uid) if uid is not None else None
        return None if found is None or found.is_stranger else self.record(found)

    def live_person(self, person: PersonRecord) -> LivePerson | None:
        """The profile that a record is a copy of."""
        return self._find(person.cio_id, "cio_id")

    # --- segments ---------------------------------------------------------------------------------------------------

    def segment_members(self, segment_id: int) -> list[PersonRecord]:
        """Who is in a segment now."""
        slug = self.live.decoded.names.segments.get(segment_id)
        if slug is None:
            return []
        return [self.record(one) for one in self._people() if self.live.is_in(one, slug)]

    def segments_of(self, person: PersonRecord) -> list[int]:
        """The numbers of the segments a person is in now."""
        found = self.live_person(person)
        if found is None:
            return []
        return [number for number, slug in self.live.decoded.names.segments.items() if self.live.is_in(found, slug)]

    def matching(self, conditions: Any) -> list[PersonRecord]:
        """Who meets stored conditions now; nobody where they mean nothing to us, or ask nothing."""
        try:
            condition = ConditionReading(self.live.decoded.names).tree(conditions)
        except Unreadable:
            return []
        if condition == All():
            return []
        holds = self.live.asking(Check(condition, self.live.engine.content.assumptions))
        return [self.record(one) for one in self._people() if holds(one)]

    def _people(self) -> list[LivePerson]:
        return [one for one in self.live.engine.people.by_uid.values() if not one.is_stranger]

    # --- objects and events -----------------------------------------------------------------------------------------

    def relationships(self, person: PersonRecord) -> list[Json]:
        """The objects a person is related to."""
        found = self.live_person(person)
        things = () if found is None else found.objects.items()
        return [
            {"identifiers": {"object_type_id": kind, "object_id": name}, "attributes": dict(data)}
            for (kind, name), data in things
        ]

    def objects(self, type_id: str) -> list[ObjectRecord]:
        """Every object of a type, by id."""
        stamps = self.live.intake.object_stamps
        return [
            ObjectRecord(kind, name, dict(values), dict(stamps.get((kind, name), {})))
            for (kind, name), values in sorted(self.live.engine.objects.items(), key=lambda one: one[0])
            if kind == type_id
        ]

    def related_people(self, found: ObjectRecord) -> list[PersonRecord]:
        """Who is related to an object."""
        thing = (found.type_id, found.id)
        return [self.record(one) for one in self._people() if thing in one.objects]

    def object_count(self) -> int:
        """How many objects there are."""
        return len(self.live.engine.objects)

    def event_names(self) -> list[str]:
        """Every event name that was received."""
        rows = self.tables.rows("DISTINCT name", "running_activities", "type = 'event'", after="ORDER BY name")
        return [name for (name,) in rows]

    # --- deliveries -------------------------------------------------------------------------------------------------

    def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """One delivery, with what went out."""
        rows = self.tables.rows(_DELIVERY, "running_deliveries", "id = ?", (delivery_id,))
        if not rows:
            return None
        kept = self.tables.rows("body", "running_content", "n = ?", (rows[0][0],))
        content = from_json(kept[0][0]) if kept else {}
        attachments = {name: base64.b64decode(text) for name, text in content.get("attachments", {}).items()}
        return replace(
            self._delivery(rows[0]),
            html=content.get("html", ""),
            text=content.get("text", ""),
            attachments=attachments,
        )

    def deliveries(self) -> Iterator[DeliveryRecord]:
        """Every delivery, newest first, without the bodies and attachments."""
        for row in self.tables.rows(_DELIVERY, "running_deliveries", after="ORDER BY n DESC"):
            yield self._delivery(row)

    def delivery_count(self) -> int:
        """How many deliveries there are."""
        return int(self.tables.rows("count(*)", "running_deliveries")[0][0])

    def _delivery(self, row: Row) -> DeliveryRecord:
        (_, number, uid, _, campaign, _, step, made_at, channel, status, _, recipient, subject, failure, parent,
         metrics, envelope, links) = row  # fmt: skip
        known, around = from_json(parent), from_json(envelope)
        template = known.pop("template_id", None)
        request = f"{around.get('method', '')} {around.get('url', '')}".strip() if channel == "webhook" else ""
        return DeliveryRecord(
            id=number,
            type=TYPES.get(str(channel), str(channel)),
            created=made_at,
            state=status,
            person=self.of_uid(uid),
            recipient=recipient or "",
            subject=subject,
            metrics=from_json(metrics),
            parent=known,
            template_id=template,
            failure_message=failure or None,
            links=from_json(links),
            headers=around.get("headers", {}),
            preheader=around.get("preheader", ""),
            sender=around.get("sender", ""),
            reply_to=around.get("reply_to", ""),
            to=tuple(around.get("to", ())),
            cc=tuple(around.get("cc", ())),
            bcc=tuple(around.get("bcc", ())),
            request=request,
            step=self._step_name(campaign, step),
        )

    def _step_name(self, campaign: str, step: str) -> str:
        known = self.live.parents.kind_of(campaign)
        return step if known is not None and known[0] is Kind.CAMPAIGN else ""

    # --- activities and journeys ------------------------------------------------------------------------------------

    def activities(self) -> Iterator[ActivityRecord]:
        """Every activity that is kept, newest first."""
        columns = "n, uid, at, type, name, delivery_id, data"
        for n, uid, at, kind, name, delivery, data in self.tables.rows(
            columns, "running_activities", _SHOWN, after="ORDER BY n DESC"
        ):
            yield ActivityRecord(
                id=f"{900_000_000_000_000_000 + n}",
                type=kind,
                timestamp=at,
                person=self.of_uid(uid),
                name=name,
                data=from_json(data),
                delivery_id=delivery,
                delivery_type=kind.partition("_")[2] if delivery is not None else None,
            )

    def journeys_of(self, campaign_id: int) -> list[Json]:
        """A campaign's journeys, newest first."""
        slug = self.live.decoded.names.campaigns.get(campaign_id, "")
        columns = "id, uid, person, entered_at, ended_at, outcome, reason"
        rows = self.tables.rows(columns, "running_journeys", "campaign = ?", (slug,), "ORDER BY entered_at DESC, id")
        found = []
        for number, uid, person, entered_at, ended_at, outcome, reason in rows:
            known = self.of_uid(uid)
            found.append(
                {
                    "id": number,
                    "customer_id": known.id or known.cio_id if known is not None else person,
                    "state": "finished" if ended_at is not None else "active",
                    "started": entered_at,
                    "ended": ended_at,
                    "outcome": outcome,
                    "exit": reason if outcome == "exited_early" else None,
                }
            )
        return found
