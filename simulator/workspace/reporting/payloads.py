"""What a reporting webhook says: one event about one message or one person.

Source: reporting webhooks reference; `tests/data/wire/webhooks` has an example of every event.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reported:
    """A message as its events tell of it.

    *parent* is what it belongs to, under the names of the payload: `campaign_id`, `action_id`, `journey_id` and
    `trigger_event_id`; `broadcast_id`, `action_id`, `trigger_id` and `journey_id`; `newsletter_id` and `content_id`;
    or `transactional_message_id`. *details* are what came with the metric.
    """

    channel: str
    delivery_id: str
    identifiers: Mapping[str, str]
    parent: Mapping[str, Any]
    recipient: str = ""
    subject: str = ""
    failure_message: str = ""
    devices: tuple[Mapping[str, str], ...] = ()
    content: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


_FAILURES = frozenset({"attempted", "bounced", "dropped", "failed", "undeliverable"})
_SENT_ON = frozenset({"sent", "delivered", "opened", "clicked", "converted", "bounced", "dropped", "replied"})


def message_event(reported: Reported, metric: str, at: int, number: int, *, with_content: bool = False) -> Json:
    """The event that a message got *metric* at a time; *number* makes its id unlike all others.

    Source: reporting webhooks reference. Assumed: what the reference leaves out of an event is not in it, and
    `link_id` counts links as they stand in the message.
    """
    data: Json = {
        "customer_id": reported.identifiers.get("id", ""),
        "delivery_id": reported.delivery_id,
        **reported.parent,
        "identifiers": dict(reported.identifiers),
        **_of_channel(reported, metric),
        **_of_metric(reported, metric),
    }
    if with_content and metric == "sent":
        data |= {"content": reported.content, "headers": {name: [value] for name, value in reported.headers.items()}}
    return {
        "event_id": ulid(at, f"{reported.delivery_id}/{metric}/{number}"),
        "object_type": reported.channel,
        "metric": metric,
        "timestamp": at,
        "data": data,
    }


def _of_channel(reported: Reported, metric: str) -> Json:
    match reported.channel:
        case "email":
            return {"recipient": reported.recipient, "subject": reported.subject}
        case "push":
            if metric not in _SENT_ON:
                return {}
            failed = {"failure_message": reported.failure_message} if metric in ("bounced", "dropped") else {}
            return {"recipients": [{**device, **failed} for device in reported.devices]}
        case "in_app" if metric == "opened":
            return {}
        case _:
            return {"recipient": reported.recipient} if metric in _SENT_ON else {}


def _of_metric(reported: Reported, metric: str) -> Json:
    details = reported.details
    if metric in _FAILURES:
        is_on_devices = reported.channel == "push" and metric in ("bounced", "dropped")
        return {} if is_on_devices else {"failure_message": reported.failure_message}
    match reported.channel, metric:
        case "email", "opened":
            return {name: bool(details.get(name, False)) for name in ("proxied", "prefetched", "synthetic")}
        case "email", "clicked":
            return {**_link(details), "machine": bool(details.get("machine", False))}
        case "in_app", "clicked":
            return {"tracked_response": str(details.get("tracked_response", "")), **_link(details)}
        case _, "clicked":
            return _link(details)
        case _, "replied":
            to, inbound = details.get("to", ""), details.get("inbound_event_id", "")
            return {"to": str(to), "inbound_event_id": str(inbound)}
        case _:
            return {}


def _link(details: Mapping[str, Any]) -> Json:
    number = details.get("link_id", 0)
    return {"href": str(details.get("href", "")), "link_id": number if isinstance(number, int) else 0}


def person_event(identifiers: Mapping[str, str], metric: str, at: int, number: int, topics: Json | None = None) -> Json:
    """The event that a person subscribed, unsubscribed, or chose other *topics*.

    Source: reporting webhooks reference; the preferences event says `object_type_type` where all others say
    `object_type`.
    """
    data: Json = {
        "customer_id": identifiers.get("id", ""),
        "email_address": identifiers.get("email", ""),
        "identifiers": dict(identifiers),
    }
    if topics is not None:
        data["content"] = json.dumps({"topics": topics}, separators=(",", ":"))
    kind = "object_type_type" if metric == PREFERENCES else "object_type"
    event_id = ulid(at, f"{identifiers.get('cio_id', '')}/{metric}/{number}")
    return {"event_id": event_id, kind: "customer", "metric": metric, "timestamp": at, "data": data}


PREFERENCES = "cio_subscription_preferences_changed"
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(at: int, source: str) -> str:
    """An id that sorts by time, always the same for the same second and source."""
    number = (at * 1000) << 80 | int.from_bytes(hashlib.sha256(source.encode()).digest()[:10])
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))
