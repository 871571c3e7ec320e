"""Calls made from what every shape has: a line, a time of receipt, a person, attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.fields import MissingField, Record, ShapeError, identifier, mapping, text
from simulator.history.stamps import seconds

_RECEIPTS = ("received_at", "receivedAt", "at")


class Reading(msgspec.Struct):
    """Where the reader stands: the line, and the counter of what had to be assumed."""

    line: int
    notes: Counter[str]

    def seconds(self, record: Record, *fields: str) -> int | None:
        """The time of the first of *fields* that holds one."""
        for field in fields:
            found = seconds(record.get(field), self.notes, field)
            if found is not None:
                return found
        return None


def receipt(record: Record, notes: Counter[str]) -> int | None:
    """When Customer.io received the record, where the log says so."""
    for field in _RECEIPTS:
        found = seconds(record.get(field), notes, field)
        if found is not None:
            return found
    return None


def identify(
    reading: Reading,
    record: Record,
    person: str | None,
    id_type: IdType,
    attributes: dict[str, Any],
    *,
    event_id: str | None = None,
    anonymous_id: str | None = None,
) -> Sequence[Call]:
    """The identify call with these *attributes*, and what it relates the person to.

    Raises: ShapeError when nobody is named.
    Source: semantics R30 (`_timestamp`), R116 (`_update`), R34 (`anonymous_id`).
    """
    own = reading.seconds(attributes, "_timestamp")
    attributes.pop("_timestamp", None)
    update_only = attributes.pop("_update", False) in (True, "true")
    relationships = attributes.pop("cio_relationships", record.get("cio_relationships"))
    if anonymous_id is None and isinstance(attributes.get("anonymous_id"), str):
        anonymous_id = attributes["anonymous_id"] or None
    if person is None:
        person, id_type = _named_in(attributes, anonymous_id)
    at = receipt(record, reading.notes)
    timestamp = own if own is not None else reading.seconds(record, "timestamp")
    call = Call(
        line=reading.line,
        kind=CallKind.IDENTIFY,
        person=person,
        id_type=id_type,
        data=attributes,
        at=at,
        timestamp=timestamp,
        event_id=event_id,
        anonymous_id=anonymous_id,
        update_only=update_only,
    )
    related = related_calls(relationships, CallKind.RELATE, person, id_type) if relationships is not None else []
    return stamped([call, *related], reading.line, at, timestamp)


def _named_in(attributes: Mapping[str, Any], anonymous_id: str | None) -> tuple[str, IdType]:
    for id_type in (IdType.ID, IdType.EMAIL):
        value = text(attributes, id_type.value)
        if value is not None:
            return value, id_type
    if anonymous_id is not None:
        return anonymous_id, IdType.ANONYMOUS
    raise ShapeError("nobody is named", "name the person by id, email or cio_id")


def related_calls(relationships: object, kind: CallKind, person: str, id_type: IdType) -> list[Call]:
    """One call for each relationship of a person to an object.

    Source: Track API reference, `cio_relationships`; the older API wraps the list and names the action.
    """
    if isinstance(relationships, dict):
        if relationships.get("action") == "delete_relationships":
            kind = CallKind.UNRELATE
        relationships = relationships.get("relationships")
    if not isinstance(relationships, list):
        raise ShapeError("'cio_relationships' must be a list")
    found = []
    for relationship in relationships:
        type_id, object_id = object_key(mapping({"r": relationship}, "r"))
        data = mapping(relationship, "relationship_attributes")
        found.append(Call(0, kind, person, id_type, name=type_id, other=object_id, data=data))
    return found


def object_key(record: Record) -> tuple[str, str]:
    """The type and id of the object that a record's `identifiers` name.

    Raises: ShapeError when one is missing.
    Assumed: an object without a type has type 1, the first that a workspace gets.
    """
    identifiers = mapping(record, "identifiers")
    object_id = text(identifiers, "object_id") or text(identifiers, "cio_object_id")
    if object_id is None:
        raise MissingField("identifiers.object_id")
    return text(identifiers, "object_type_id") or "1", object_id


def stamped(calls: Sequence[Call], line: int, at: int | None, timestamp: int | None) -> Sequence[Call]:
    """*calls*, all with the line and the times of the record they came from."""
    for call in calls:
        call.line, call.at, call.timestamp = line, at, timestamp
    return calls


def merge_call(reading: Reading, record: Record, body: Record) -> Call:
    """The call that merges the secondary person into the primary.

    Raises: ShapeError when either names nobody, or more than one identifier.
    Source: Track API reference, "Merge duplicate people": only one identifier each; semantics R118.
    """
    primary, secondary = (_only_identifier(body, field) for field in ("primary", "secondary"))
    return Call(
        line=reading.line,
        kind=CallKind.MERGE,
        person=primary[0],
        id_type=primary[1],
        other=secondary[0],
        other_type=secondary[1],
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp"),
    )


def _only_identifier(body: Record, field: str) -> tuple[str, IdType]:
    identifiers = mapping(body, field)
    if len(identifiers) > 1:
        raise ShapeError(f"'{field}' has more than one identifier", "one of id, email, cio_id")
    return identifier(identifiers)


def device_data(device: Record) -> dict[str, Any]:
    """A device's own data under the older API's key, `id`, whichever API sent it.

    Raises: ShapeError when the device has no id.
    """
    data = dict(device)
    token = data.pop("token", None)
    data.setdefault("id", token)
    data["id"] = text(data, "id", needed=True)
    return data
