"""What is sent by a call of its own: transactional messages, broadcasts, one-time sends; now, or at its time."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import EmailFields, SmsFields, Text
from mailwright.definitions.triggers import BroadcastTrigger
from simulator.conditions import Check
from simulator.entering import consider
from simulator.history.calls import Call, CallKind, IdType
from simulator.journeys import Cause
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.journey_moments import customer_of
from simulator.rendering.moment import RenderMoment, at_second
from simulator.rendering.rules import rules_for
from simulator.rendering.texts import MessageRenderer
from simulator.sending import is_unsubscribed
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.documents import Kind
from simulator.workspace.records import Sending
from simulator.workspace.running.identity import delivery_id
from simulator.workspace.running.messages import LiveMessages, overridden
from simulator.workspace.running.people import LivePerson

if TYPE_CHECKING:
    from simulator.workspace.running.live import Live

Json = dict[str, Any]
_CHANNELS = {"inbox_message": "in_app"}


class Sends:
    """The sends of one workspace."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.read_calendar(live.space.now())

    # --- time -------------------------------------------------------------------------------------------------------

    def read_calendar(self, now: int) -> None:
        """Look up when one-time sends are due.

        A time that was over when the send was first seen is not made up for, as in a replay.
        """
        kept: dict[str, list[int]] = self.live.head.get("newsletters", {})
        found: dict[str, list[int]] = {}
        for one in self.live.space.documents.all(Kind.NEWSLETTER):
            at = one.get("scheduled_at")
            if one.get("send_state") == "scheduled" and isinstance(at, int):
                before = kept.get(str(one["id"]))
                seen = min(before[1], now) if before is not None and before[0] == at else now
                found[str(one["id"])] = [at, seen]
        if found != kept:
            self.live.head["newsletters"] = found
            self.live.head_is_new = True

    def _next_at(self) -> tuple[int, str] | None:
        """The next thing that waits here, and what it is."""
        now = self.live.space.now()
        table: dict[str, list[int]] = self.live.head.get("newsletters", {})
        due = [(at, number) for number, (at, seen) in table.items() if at >= min(seen, now)]
        due += [(one["at"], "") for one in self.live.head.get("later", ())]
        return min(due, default=None)

    def is_due(self, now: int) -> bool:
        """Whether anything that waits here is due by *now*."""
        found = self._next_at()
        return found is not None and found[0] <= now

    def run_before(self, moment: int) -> None:
        """Do everything that is due before *moment*, here and on people's agendas, in the order of time."""
        engine = self.live.engine
        while (found := self._next_at()) is not None and found[0] < moment:
            at, number = found
            engine.run_before(at)
            if number:
                self._newsletter_is_due(int(number), at)
            else:
                self._send_later()
        engine.run_before(moment)

    def _newsletter_is_due(self, number: int, at: int) -> None:
        self.live.head["newsletters"].pop(str(number))
        self.live.head_is_new = True
        documents = self.live.space.documents
        document = documents.get(Kind.NEWSLETTER, number)
        if document is not None:
            self.newsletter(number, at)
            documents.put(Kind.NEWSLETTER, number, {**document, "send_state": "sent", "sent_at": at})

    def _send_later(self) -> None:
        waiting: list[Json] = self.live.head["later"]
        index = min(range(len(waiting)), key=lambda i: waiting[i]["at"])
        one = waiting.pop(index)
        self.live.head_is_new = True
        self._send(_sending_of(one), one["at"], one["id"])

    # --- calls ------------------------------------------------------------------------------------------------------

    def take(self, call: Call) -> None:
        """Take in a call; sends may name their message by number as well as by name."""
        names = self.live.decoded.names
        if call.kind is CallKind.BROADCAST:
            call = replace_name(call, names.campaigns, self._broadcast_names())
        elif call.kind is CallKind.TRANSACTIONAL:
            call = replace_name(call, names.transactional, self._transactional_names())
        self.live.intake.filters = self._filter
        self.live.intake.take(call)

    def _broadcast_names(self) -> dict[str, str]:
        return {
            campaign.slug: campaign.definition.trigger.broadcast
            for campaign in self.live.engine.content.by_kind["broadcast"]
            if isinstance(campaign.definition.trigger, BroadcastTrigger)
        }

    def _transactional_names(self) -> dict[str, str]:
        return {
            campaign.slug: getattr(campaign.definition.trigger, "transactional", campaign.slug)
            for campaign in self.live.engine.content.by_kind["transactional"]
        }

    def _filter(self, tree: Any) -> Any:
        try:
            condition = ConditionReading(self.live.decoded.names).tree(tree)
        except Unreadable:
            return lambda person: False
        return self.live.asking(Check(condition, self.live.engine.content.assumptions))

    # --- broadcasts and newsletters -----------------------------------------------------------------------------------

    def trigger_broadcast(self, campaign_id: int, trigger_id: int, body: Mapping[str, Any]) -> Json:
        """Send a broadcast; gives how many journeys it started, and whom it names that is not there."""
        live = self.live
        before = live.recording.entered
        errors = self._unknown(body)
        data = {"data": body.get("data") or {}, **{k: v for k, v in body.items() if k != "data"}}
        call = Call(0, CallKind.BROADCAST, name=str(campaign_id), data={**data, "trigger_id": trigger_id})
        live.head_is_new = True
        self.take(replace_at(call, live.space.now()))
        return {"count": live.recording.entered - before, "errors": errors}

    def _unknown(self, body: Mapping[str, Any]) -> list[Json]:
        """Source: recipients that are not there are errors of the trigger, unless the call says to ignore them."""
        people = self.live.engine.people
        found: list[Json] = []
        rows = [(row, kind) for row in body.get("per_user_data") or () if isinstance(row, dict)
                for kind in ("id", "email") if row.get(kind) is not None]  # fmt: skip
        named = [("id", str(one)) for one in body.get("ids") or ()]
        named += [("email", str(one)) for one in body.get("emails") or ()]
        named += [(kind, str(row[kind])) for row, kind in rows]
        for kind, name in named:
            if people.find(name, IdType(kind)) is None and not body.get(f"{kind}_ignore_missing"):
                found.append({"id_type": kind, kind: name, "reason": "not found"})
        return found

    def newsletter(self, number: int, at: int) -> int:
        """Send a newsletter to its audience; gives to how many."""
        engine = self.live.engine
        slug = self.live.decoded.names.newsletters.get(number)
        campaign = next((one for one in engine.content.by_kind["newsletter"] if one.slug == slug), None)
        if campaign is None:
            return 0
        before = self.live.recording.entered
        for person in [one for one in engine.people if isinstance(one, LivePerson)]:
            when = max(at, person.last_at)
            engine.advance(person, when)
            if campaign.audience is None or campaign.audience.holds(engine.moment(person, when)):
                consider(engine, campaign, person, Cause("newsletter", 0, when))
        return self.live.recording.entered - before

    def exit_journeys(self, campaign_id: int, customer_ids: Sequence[str]) -> int:
        """End journeys of these people in a campaign; gives how many."""
        engine, now = self.live.engine, self.live.space.now()
        slug = self.live.decoded.names.campaigns.get(campaign_id)
        count = 0
        for name in customer_ids:
            person = engine.people.find(str(name), IdType.ID) or engine.people.find(str(name), IdType.CIO_ID)
            for journey in () if person is None else person.journeys:
                if journey.campaign.slug == slug:
                    engine.end(journey, now, "exited_early", "forced", "R80")
                    count += 1
        return count

    # --- transactional messages ---------------------------------------------------------------------------------------

    def send(self, sending: Sending) -> str:
        """Send one message, now or at its time; gives the delivery's id.

        Source: App API reference, "Send a transactional email" (semantics R102).
        """
        live, now = self.live, self.live.space.now()
        count = live.head["sends"] = live.head.get("sends", 0) + 1
        live.head_is_new = True
        number = delivery_id(live.space.id, "send", count)
        if sending.at is None or sending.at <= now:
            self._send(sending, now, number)
            return number
        live.head.setdefault("later", []).append(_waiting(sending, number))
        self._keep(number, sending, None, now, "queued", None, "", "")
        return number

    def _send(self, sending: Sending, at: int, number: str) -> None:
        live = self.live
        person = self._recipient(sending, at)
        if person is None:
            self._keep(number, sending, None, at, "undeliverable", None, "suppressed", "the profile is suppressed")
            return
        wanted = sending.overrides.get("send_to_unsubscribed")
        if wanted is False and is_unsubscribed(live.engine, person.attributes.get("unsubscribed")):
            self._keep(number, sending, person, at, "undeliverable", None, "unsubscribed", "the person is unsubscribed")
            return
        slug = live.decoded.names.transactional.get(sending.message_id or -1)
        campaign = next((c for c in live.engine.content.by_kind["transactional"] if c.slug == slug), None)
        if campaign is None or campaign.start is None:
            self._send_raw(sending, person, at, number)
            return
        self._send_message(campaign, sending, person, at, number)

    def _recipient(self, sending: Sending, at: int) -> LivePerson | None:
        """The person a call names, made where there is none; None where the identifier is suppressed."""
        name, kind = sending.identifier, IdType(sending.id_type)
        call = Call(0, CallKind.TRANSACTIONAL, name, kind, at=at)
        person, _ = self.live.intake.person_of(call, at)
        return person if isinstance(person, LivePerson) else None

    def _send_message(self, campaign: Any, sending: Sending, person: LivePerson, at: int, number: str) -> None:
        """A message of the workspace, by way of the engine, so that it has a journey and an explanation."""
        live = self.live
        messages: LiveMessages = live.engine.messages  # type: ignore[assignment]  # a workspace has no others
        recording, node = live.recording, campaign.start
        cause = Cause(str(sending.message_id), recording.reserve(), at, trigger=dict(sending.data))
        cause.recipient = sending.to or None
        recording.line, recording.event_id, recording.trigger_id = cause.line, None, None
        was = node.sending
        node.sending = "draft" if sending.draft else was
        messages.overrides = dict(sending.overrides) if _changes(sending.overrides) else {}
        recording.given, recording.attachments = number, _as_text(sending.attachments)
        try:
            consider(live.engine, campaign, person, cause)
            live.engine.settle()
        finally:
            node.sending, messages.overrides, recording.given, recording.attachments = was, {}, None, {}

    def _send_raw(self, sending: Sending, person: LivePerson, at: int, number: str) -> None:
        """A message that stands in the call alone."""
        live = self.live
        content = live.engine.content
        fields = EmailFields(subject=" ") if sending.channel == "email" else SmsFields()
        kind = _CHANNELS.get(sending.channel, sending.channel)
        parts = {"subject": Text("", "the call")} if sending.channel == "email" else {}
        message = AssembledMessage(
            "", "", kind, None, content.workspace.liquid, fields, {**parts, "body": Text("", "the call")}
        )
        moment = RenderMoment(
            customer_of(person), at_second(at), "transactional", trigger=dict(sending.data),
            recipient=sending.to or None, delivery_id=number,
        )  # fmt: skip
        renderer = MessageRenderer(
            overridden(message, sending.overrides), rules_for(content.project, content.workspace)
        )
        try:
            rendered = render_with(renderer, moment)
        except RenderFault as fault:
            self._keep(number, sending, person, at, "failed", None, fault.reason, fault.failure)
            return
        self._keep(number, sending, person, at, "drafted" if sending.draft else "sent", rendered, "", "")

    def _keep(
        self,
        number: str,
        sending: Sending,
        person: LivePerson | None,
        at: int,
        status: str,
        rendered: Rendered | None,
        reason: str,
        failure: str,
    ) -> None:
        parent: Json = {"transactional_message_id": sending.message_id} if sending.message_id is not None else {}
        self.live.recording.keep_delivery(
            number,
            uid=None if person is None else person.uid,
            person=sending.identifier if person is None else person.key,
            campaign="",
            journey=None,
            step="",
            at=at,
            channel=_CHANNELS.get(sending.channel, sending.channel),
            status=status,
            recipient=", ".join(rendered.to) if rendered is not None else sending.to or None,
            reason=reason,
            failure=failure,
            parent=parent,
            rendered=rendered,
            attachments=_as_text(sending.attachments),
        )


def _changes(overrides: Mapping[str, Any]) -> bool:
    return any(name not in ("send_to_unsubscribed",) for name in overrides)


def _as_text(attachments: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in attachments.items()}


def _waiting(sending: Sending, number: str) -> Json:
    """A send that waits, as data."""
    return {
        "id": number, "at": sending.at, "channel": sending.channel, "message_id": sending.message_id,
        "identifier": sending.identifier, "id_type": sending.id_type, "to": sending.to, "data": dict(sending.data),
        "overrides": dict(sending.overrides), "attachments": _as_text(sending.attachments), "draft": sending.draft,
    }  # fmt: skip


def _sending_of(kept: Mapping[str, Any]) -> Sending:
    known = {name: value for name, value in kept.items() if name not in ("id", "at", "attachments")}
    return Sending(**known, attachments={name: base64.b64decode(text) for name, text in kept["attachments"].items()})


def replace_name(call: Call, slugs: Mapping[int, str], names: Mapping[str, str]) -> Call:
    """The call with the name of what it names by number."""
    if not (call.name.isascii() and call.name.isdigit()):
        return call
    slug = slugs.get(int(call.name))
    return call if slug is None else _renamed(call, names.get(slug, slug))


def _renamed(call: Call, name: str) -> Call:
    return msgspec.structs.replace(call, name=name)


def replace_at(call: Call, at: int) -> Call:
    """The call as it arrives then."""
    return msgspec.structs.replace(call, at=at)
