"""Which shape a record has, and the calls it stands for; a log may mix shapes.

The tool's own shape is the shortest: `{"type": "track", "person": "42", "name": "signed_up", "data": {…}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.exports import activity, attribute_row, delivery, person_row, report
from simulator.history.fields import Record, ShapeError, kind_of, mapping, name_of, text
from simulator.history.making import Reading, identify, receipt
from simulator.history.requests import request
from simulator.history.segment_spec import SPEC_TYPES, spec_call
from simulator.history.track_v2 import entity

_WRAPPERS = ("batch", "activities", "messages")
_SPEC_FIELDS = {
    "userId",
    "user_id",
    "anonymousId",
    "messageId",
    "message_id",
    "previousId",
    "previous_id",
    "groupId",
    "group_id",
}
_SIMPLE_KINDS = {"track": CallKind.EVENT, "event": CallKind.EVENT, **{kind.value: kind for kind in CallKind}}
_NAMELESS = {
    CallKind.IDENTIFY,
    CallKind.DELETE,
    CallKind.SUPPRESS,
    CallKind.UNSUPPRESS,
    CallKind.MERGE,
    CallKind.JOIN_SEGMENT,
    CallKind.LEAVE_SEGMENT,
    CallKind.DEVICE,
    CallKind.DEVICE_GONE,
}
_OTHERS = {  # kinds that mean nothing without a second party
    CallKind.MERGE: "the person merged away",
    CallKind.JOIN_SEGMENT: "the segment",
    CallKind.LEAVE_SEGMENT: "the segment",
    CallKind.OBJECT: "the object's id",
    CallKind.OBJECT_GONE: "the object's id",
    CallKind.RELATE: "the object's id",
    CallKind.UNRELATE: "the object's id",
}
_IMPERSONAL = {
    CallKind.OBJECT,
    CallKind.OBJECT_GONE,
    CallKind.BROADCAST,
    CallKind.METRIC,
    CallKind.FORM,
    CallKind.WEBHOOK,
    CallKind.TRANSACTIONAL,
}


def calls_of(record: object, reading: Reading, refused: Callable[[ShapeError], None]) -> Sequence[Call]:
    """The calls that *record* stands for, in order; each part of a batch that is no call goes to *refused*."""
    if isinstance(record, dict) and isinstance(record.get("request"), dict) and "method" in record["request"]:
        record = {**record, **record["request"]}  # an exchange: what was asked beside what was answered
    parts = _parts(record)
    if parts is None:
        try:
            return _calls(record, reading)
        except ShapeError as error:
            refused(error)
            return ()
    found: list[Call] = []
    for number, part in enumerate(parts):
        try:
            found += _calls(part, reading)
        except ShapeError as error:
            refused(ShapeError(f"item {number + 1} of the batch: {error.message}", error.hint))
    return found


def _parts(record: object) -> list[Any] | None:
    """The records inside a batch or a page of an answer."""
    if isinstance(record, dict):
        for wrapper in _WRAPPERS:
            if isinstance(record.get(wrapper), list) and "person" not in record:
                return list(record[wrapper])
        # A logged request to the batch endpoint carries its batch in the body.
        body = record.get("body")
        if isinstance(body, dict) and isinstance(body.get("batch"), list) and ("path" in record or "url" in record):
            stamps = {key: record[key] for key in ("at", "received_at", "receivedAt") if key in record}
            return [{**stamps, **part} if isinstance(part, dict) else part for part in body["batch"]]
    return None


def _calls(record: object, reading: Reading) -> Sequence[Call]:
    if not isinstance(record, dict):
        raise ShapeError(f"a record must be an object, and is {kind_of(record)}", 'start from {"type": "track", …}')
    return _shape_of(record)(record, reading)


def _shape_of(record: Record) -> Callable[[Record, Reading], Sequence[Call]]:
    """The shape that *record* has, by the fields that only this shape has."""
    if "method" in record and ("path" in record or "url" in record):
        return request
    if record.get("person") is not None:
        return simple
    kind = record.get("type")
    if kind is not None and not isinstance(kind, str):
        raise ShapeError(_unknown(kind))
    if kind in ("person", "object", "delivery") or (
        "action" in record and ("identifiers" in record or "primary" in record)
    ):
        return entity
    if "metric" in record or "event_type" in record:
        return report
    if "attribute_name" in record:
        return attribute_row
    if "customer_identifiers" in record or "delivery_type" in record:
        return activity if kind is not None and "metrics" not in record else delivery
    if kind in SPEC_TYPES and (_SPEC_FIELDS & record.keys() or "properties" in record or "traits" in record):
        return spec_call
    if "internal_customer_id" in record and ("email_addr" in record or "customer_id" in record):
        return person_row
    if kind in _SIMPLE_KINDS or (kind is None and "name" in record):
        return simple
    raise ShapeError(
        _unknown(kind), "types: track, identify, page, screen, person, object, or a logged request with method and path"
    )


def _unknown(kind: object) -> str:
    if kind is None:
        return "'type' is missing"
    return "'type' is none that is known" if isinstance(kind, str) else f"'type' must be a text, and is {kind_of(kind)}"


def simple(record: Record, reading: Reading) -> Sequence[Call]:
    """The tool's own shape: `type`, `person`, `name`, `timestamp`, `at`, `data` or `attributes`."""
    kind = _simple_kind(record)
    person, id_type = _simple_person(record)
    if kind is CallKind.IDENTIFY:
        attributes = mapping(record, "attributes", "data")
        return identify(reading, record, person, id_type, attributes, event_id=text(record, "id"))
    data = mapping(record, "data", "attributes")
    anonymous = text(record, "anonymous_id")
    if person is None and kind not in _IMPERSONAL and not (anonymous or data.get("recipient")):
        raise ShapeError("'person' is missing", 'say who: "person": "42", or "anonymous_id"')
    other = text(record, "other")
    if other is None and kind in _OTHERS:
        raise ShapeError(f"'other' is missing: {_OTHERS[kind]}")
    call = Call(
        line=reading.line,
        kind=kind,
        person=person,
        id_type=id_type,
        name=(text(record, "name") or "").strip() if kind in _NAMELESS else name_of(record, "name"),
        data=data,
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp"),
        event_id=text(record, "id"),
        anonymous_id=anonymous,
        other=other,
        other_type=_id_type(record, "other_type"),
    )
    return (call,)


def _simple_kind(record: Record) -> CallKind:
    kind = record.get("type", "track")
    if not isinstance(kind, str) or kind not in _SIMPLE_KINDS:
        raise ShapeError(_unknown(kind), f"one of {', '.join(_SIMPLE_KINDS)}")
    return _SIMPLE_KINDS[kind]


def _simple_person(record: Record) -> tuple[str | None, IdType]:
    person = text(record, "person")
    if person is not None:
        return person, _id_type(record, "id_type")
    email = text(record, "email")
    return (email, IdType.EMAIL) if email is not None else (None, IdType.ID)


def _id_type(record: Record, field: str) -> IdType:
    value = text(record, field)
    if value is None:
        return IdType.ID
    if value not in set(IdType):
        raise ShapeError(f"'{field}' is none that is known", f"one of {', '.join(IdType)}")
    return IdType(value)
