"""One reporting webhook as it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LONGEST_ID = 200


class NotAnEvent(ValueError):
    """The body is no reporting webhook; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Record:
    """What happened to a delivery or a person. Times are Unix seconds."""

    event_id: str
    metric: str  # email_sent, customer_unsubscribed, …
    happened_at: int
    received_at: int
    person: str | None
    delivery_id: str | None
    campaign_id: str | None
    action_id: str | None
    body: str


COLUMNS = tuple(Record.__slots__)


def record_of(body: bytes, received_at: int) -> Record:
    """The event in a request's body.

    Source: Customer.io reference, "Reporting webhooks": `event_id` tells repeats apart.
    Raises: NotAnEvent.
    """
    try:
        text = body.decode("utf-8")
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAnEvent("the body is no JSON") from error
    if not isinstance(event, dict):
        raise NotAnEvent("the body is no object")
    event_id, kind, metric = (event.get(name) for name in ("event_id", "object_type", "metric"))
    if not isinstance(event_id, str) or not event_id or len(event_id) > LONGEST_ID:
        raise NotAnEvent("event_id is missing")
    if not isinstance(kind, str) or not isinstance(metric, str) or not kind or not metric:
        raise NotAnEvent("object_type or metric is missing")
    stamp = event.get("timestamp")
    happened_at = (
        stamp if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 <= stamp < 1 << 40 else received_at
    )
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    identifiers = data.get("identifiers")
    identifiers = identifiers if isinstance(identifiers, dict) else {}
    person = _text(identifiers.get("id")) or _text(data.get("customer_id")) or _text(identifiers.get("cio_id"))
    return Record(
        event_id,
        f"{kind}_{metric}",
        happened_at,
        received_at,
        person,
        _text(data.get("delivery_id")),
        _text(data.get("campaign_id")),
        _text(data.get("action_id")),
        text.replace("\x00", "\ufffd"),  # which no database keeps in a text
    )


def _text(value: Any) -> str | None:
    """An id as text; a number on one side is a text on another."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return str(value).replace("\x00", "\ufffd")
