"""What happens in a workspace, told to its reporting webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.history.calls import Call, CallKind
from simulator.workspace.documents import Kind
from simulator.workspace.records import DeliveryRecord, PersonRecord, Records
from simulator.workspace.reporting.payloads import PREFERENCES, Reported
from simulator.workspace.reporting.sender import Sender
from simulator.workspace.space import Space

CHANNELS = {"twilio": "sms", "email": "email"}
"""The App API's names of channels that events call otherwise."""

_PREFERENCES = "cio_subscription_preferences"


def tell_of_deliveries(sender: Sender) -> Callable[[Space, DeliveryRecord, str, Mapping[str, Any]], None]:
    """A listener for the metrics of deliveries."""

    def told(space: Space, delivery: DeliveryRecord, metric: str, details: Mapping[str, Any]) -> None:
        sender.message(space, reported(delivery, details), metric, delivery.metrics.get(metric, space.now()))

    return told


def reported(delivery: DeliveryRecord, details: Mapping[str, Any]) -> Reported:
    """A delivery as events tell of it."""
    person = delivery.person
    devices = person.devices if person is not None else ()
    return Reported(
        channel=CHANNELS.get(delivery.type, delivery.type),
        delivery_id=delivery.id,
        identifiers=identifiers_of(person),
        parent=parent_of(delivery.parent),
        recipient=delivery.recipient,
        subject=delivery.subject,
        failure_message=str(details.get("failure_message") or delivery.failure_message or ""),
        devices=tuple(
            {"device_id": str(one.get("id", "")), "device_platform": str(one.get("platform", ""))} for one in devices
        ),
        content=delivery.html or delivery.text,
        headers=delivery.headers,
        details=details,
    )


def identifiers_of(person: PersonRecord | None) -> dict[str, str]:
    """The identifiers that a person has; none once the profile is gone.

    Assumed: identifiers without a value are left out.
    """
    if person is None:
        return {}
    return {name: value for name, value in person.identifiers().items() if value}


_NUMBERS = ("action_id", "campaign_id", "broadcast_id", "trigger_id", "newsletter_id", "content_id",
            "transactional_message_id", "parent_action_id")  # fmt: skip
_TEXTS = ("journey_id", "trigger_event_id")


def parent_of(parent: Mapping[str, Any]) -> dict[str, Any]:
    """What a message belongs to, under the names and in the types of the payload.

    Source: reporting webhooks reference: a broadcast's message has no `campaign_id`.
    """
    found: dict[str, Any] = {name: int(parent[name]) for name in _NUMBERS if parent.get(name) is not None}
    found |= {name: str(parent[name]) for name in _TEXTS if parent.get(name)}
    if "broadcast_id" in found:
        found.pop("campaign_id", None)
    return found


def watch_subscriptions(space: Space, sender: Sender) -> None:
    """Tell when a person of *space* subscribes, unsubscribes or chooses other topics, where a webhook asks for it."""

    def taken(call: Call) -> None:
        records: Records = space.running
        asked = _asked_for(call) and _is_wanted(space)
        before = _person(records, call) if asked else None
        space.running.take(call)
        after = _person(records, call) if asked else None
        if after is not None:
            _tell_changes(space, sender, before, after)

    space.on_person = taken


def _asked_for(call: Call) -> bool:
    """Whether a call may change what a person is subscribed to."""
    match call.kind:
        case CallKind.IDENTIFY:
            return any(name == "unsubscribed" or name.startswith(_PREFERENCES) for name in call.data)
        case CallKind.METRIC:
            return call.name == "unsubscribed"
        case _:
            return False


def _is_wanted(space: Space) -> bool:
    return any(name.startswith("customer_") for one in space.documents.all(Kind.WEBHOOK) for name in one["events"])


def _person(records: Records, call: Call) -> PersonRecord | None:
    if call.kind is CallKind.METRIC:
        delivery = records.delivery(call.other or "")
        return delivery.person if delivery is not None else None
    return records.person(call.person, call.id_type.value) if call.person is not None else None


def _tell_changes(space: Space, sender: Sender, before: PersonRecord | None, after: PersonRecord) -> None:
    now, who = space.now(), identifiers_of(after)
    was = before.unsubscribed if before is not None else False
    if was != after.unsubscribed:
        sender.person(space, who, "unsubscribed" if after.unsubscribed else "subscribed", now)
    topics = topics_of(after)
    if topics != (topics_of(before) if before is not None else {}):
        sender.person(space, who, PREFERENCES, now, topics)


def topics_of(person: PersonRecord) -> dict[str, Any]:
    """What a person chose for each topic."""
    found: dict[str, Any] = {}
    for name, value in person.attributes.items():
        if name == _PREFERENCES and isinstance(value, dict) and isinstance(value.get("topics"), dict):
            found |= value["topics"]
        elif name.startswith(f"{_PREFERENCES}.topics."):
            found[name.rpartition(".")[2]] = value
    return found
