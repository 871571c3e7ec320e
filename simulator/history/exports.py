"""What Customer.io itself reports and exports: webhooks, activities, deliveries, warehouse tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.fields import Record, ShapeError, identifier, mapping, name_of, text
from simulator.history.making import Reading, identify, receipt

METRICS = frozenset(
    (
        "created", "drafted", "attempted", "sent", "delivered", "deferred", "opened", "clicked", "converted",
        "unsubscribed", "subscribed", "bounced", "dropped", "spammed", "failed", "undeliverable", "replied",
    )
)  # fmt: skip
_CHANGES = ("attribute_change", "attribute_update", "profile_change")
_EVENTS = {"event": CallKind.EVENT, "page": CallKind.PAGE, "screen": CallKind.SCREEN}


def report(record: Record, reading: Reading) -> Sequence[Call]:
    """A reporting webhook: one delivery came to one state; also one row of the warehouse's metrics.

    Raises: ShapeError when it names no metric.
    Source: reporting webhooks reference; an older form says `event_type: email_opened`.
    """
    data = mapping(record, "data")
    channel, metric = _channel_and_metric(record)
    person, id_type = _person_of(data)
    if channel is not None:
        data.setdefault("object_type", channel)
    other = text(data, "delivery_id") or text(record, "delivery_id") or text(data, "action_id")
    call = Call(
        line=reading.line,
        kind=CallKind.METRIC,
        person=person,
        id_type=id_type,
        name=metric,
        data=data,
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp", "created_at"),
        event_id=text(record, "event_id"),
        other=other,
    )
    return (call,)


def _channel_and_metric(record: Record) -> tuple[str | None, str]:
    if record.get("metric") is not None:
        channel = text(record, "object_type") or text(record, "object_type_type")
        return channel, name_of(record, "metric")
    channel, _, metric = name_of(record, "event_type").partition("_")
    if not metric:
        raise ShapeError("'event_type' names no metric", "such as email_opened")
    return channel, metric


def _person_of(data: Record) -> tuple[str | None, IdType]:
    identifiers = mapping(data, "identifiers", "customer_identifiers")
    if any(identifiers.get(kind) for kind in ("id", "email", "cio_id")):
        return identifier(identifiers)
    return text(data, "customer_id"), IdType.ID


def activity(record: Record, reading: Reading) -> Sequence[Call]:
    """One activity of a person as the App API lists it.

    Raises: ShapeError when its type is none that a replay can use.
    Source: App API reference, "List activities".
    """
    kind = text(record, "type", needed=True) or ""
    person, id_type = _person_of(record)
    if kind in _CHANGES:
        if person is None:
            raise ShapeError("the activity names nobody", "customer_id or customer_identifiers")
        changes = {name: _new_value(change) for name, change in mapping(record, "data").items()}
        return identify(reading, record, person, id_type, changes, event_id=text(record, "id"))
    if kind in _EVENTS:
        name, other, kinds = name_of(record, "name"), None, _EVENTS[kind]
    else:
        metric, _, channel = kind.partition("_")
        if metric not in METRICS or not channel:
            raise ShapeError(
                "the activity's type is none that is known", "event, page, screen, attribute_change, opened_email …"
            )
        name, other, kinds = metric, text(record, "delivery_id"), CallKind.METRIC
    call = Call(
        line=reading.line,
        kind=kinds,
        person=person,
        id_type=id_type,
        name=name,
        data=mapping(record, "data"),
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp"),
        event_id=text(record, "id"),
        other=other,
    )
    if kinds is not CallKind.METRIC and person is None:
        raise ShapeError("the activity names nobody", "customer_id or customer_identifiers")
    return (call,)


def _new_value(change: Any) -> Any:
    return change["to"] if isinstance(change, dict) and "to" in change else change


def delivery(record: Record, reading: Reading) -> Sequence[Call]:
    """One delivery as the App API lists it: a call for each state it came to, in the order of their times.

    Source: App API reference, "List messages"; semantics R128, R129.
    """
    person, id_type = _person_of(record)
    stamps = mapping(record, "metrics")
    timed = sorted((reading.seconds(stamps, metric) or 0, metric) for metric in stamps if metric in METRICS)
    delivery_id = text(record, "id", needed=True)
    return [
        Call(reading.line, CallKind.METRIC, person, id_type, metric, {"object_type": record.get("type")}, at,
             at, other=delivery_id)
        for at, metric in timed
    ]  # fmt: skip


def attribute_row(record: Record, reading: Reading) -> Sequence[Call]:
    """One row of the warehouse's attributes: one attribute of one person.

    Source: semantics R133.
    """
    person, id_type = _row_person(record)
    name = name_of(record, "attribute_name")
    return identify(reading, record, person, id_type, {name: record.get("attribute_value")})


def person_row(record: Record, reading: Reading) -> Sequence[Call]:
    """One row of the warehouse's people: who they are, deleted or suppressed.

    Source: semantics R133.
    """
    person, id_type = _row_person(record)
    stamp = reading.seconds(record, "updated_at", "created_at")
    for flag, kind in (("suppressed", CallKind.SUPPRESS), ("deleted", CallKind.DELETE)):
        if record.get(flag) in (True, "true"):
            return (Call(reading.line, kind, person, id_type, timestamp=stamp),)
    names = (("created_at", "created_at"), ("email_addr", "email"), ("internal_customer_id", "cio_id"))
    attributes = {ours: record[theirs] for theirs, ours in names if record.get(theirs) not in (None, "")}
    return identify(reading, {"timestamp": stamp}, person, id_type, attributes)


def _row_person(record: Record) -> tuple[str, IdType]:
    person = text(record, "customer_id")
    if person is not None:
        return person, IdType.ID
    return text(record, "internal_customer_id", needed=True) or "", IdType.CIO_ID
