"""Entities of the Track API v2: people, objects and deliveries, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.fields import (
    MissingField,
    Record,
    ShapeError,
    identifier,
    kind_of,
    listing,
    mapping,
    name_of,
    text,
)
from simulator.history.making import (
    Reading,
    device_data,
    identify,
    merge_call,
    object_key,
    receipt,
    related_calls,
    stamped,
)

PERSON_ACTIONS = (
    "identify", "event", "page", "screen", "delete", "suppress", "unsuppress", "merge",
    "add_device", "delete_device", "add_relationships", "delete_relationships",
)  # fmt: skip
_EVENTS = {"event": CallKind.EVENT, "page": CallKind.PAGE, "screen": CallKind.SCREEN}
_BARE = {"delete": CallKind.DELETE, "suppress": CallKind.SUPPRESS, "unsuppress": CallKind.UNSUPPRESS}
_DEVICES = {"add_device": CallKind.DEVICE, "delete_device": CallKind.DEVICE_GONE}
_RELATIONS = {"add_relationships": CallKind.RELATE, "delete_relationships": CallKind.UNRELATE}


def entity(record: Record, reading: Reading) -> Sequence[Call]:
    """The calls of one entity.

    Raises: ShapeError when a field that the API asks for is missing or no action it knows.
    Source: Track API reference, "Send a single entity".
    """
    kind = text(record, "type") or "person"
    action = text(record, "action")
    if action is None:
        raise MissingField("action", f"one of {', '.join(PERSON_ACTIONS)}")
    match kind:
        case "person":
            return _person(record, action, reading)
        case "object":
            return _object(record, action, reading)
        case "delivery":
            return (_delivery(record, action, reading),)
        case _:
            raise ShapeError("'type' is none that is known", "one of person, object, delivery")


def _person(record: Record, action: str, reading: Reading) -> Sequence[Call]:
    if action == "merge":
        return (merge_call(reading, record, record),)
    identifiers = mapping(record, "identifiers")
    anonymous = text(identifiers, "anonymous_id") or text(record, "anonymous_id")
    if action == "identify":
        return _identify(record, identifiers, anonymous, reading)
    if action in _EVENTS:
        return (_event(record, _EVENTS[action], identifiers, anonymous, reading),)
    person, id_type = identifier(identifiers)
    at, timestamp = receipt(record, reading.notes), reading.seconds(record, "timestamp")
    if action in _BARE:
        found = [Call(0, _BARE[action], person, id_type)]
    elif action in _DEVICES:
        found = [Call(0, _DEVICES[action], person, id_type, data=device_data(mapping(record, "device")))]
    elif action in _RELATIONS:
        found = related_calls(record.get("cio_relationships"), _RELATIONS[action], person, id_type)
    else:
        raise ShapeError("'action' is none that is known", f"one of {', '.join(PERSON_ACTIONS)}")
    return stamped(found, reading.line, at, timestamp)


def _identify(record: Record, identifiers: Record, anonymous: str | None, reading: Reading) -> Sequence[Call]:
    attributes = mapping(record, "attributes")
    if anonymous is not None and not any(identifiers.get(kind) for kind in ("id", "email", "cio_id")):
        return identify(reading, record, None, IdType.ID, attributes, anonymous_id=anonymous)
    person, id_type = identifier(identifiers)
    return identify(reading, record, person, id_type, attributes, event_id=text(record, "id"), anonymous_id=anonymous)


def _event(record: Record, kind: CallKind, identifiers: Record, anonymous: str | None, reading: Reading) -> Call:
    person, id_type = (None, IdType.ID)
    data = mapping(record, "attributes")
    if any(identifiers.get(known) for known in ("id", "email", "cio_id")) or not (anonymous or data.get("recipient")):
        person, id_type = identifier(identifiers)
    return Call(
        line=reading.line,
        kind=kind,
        person=person,
        id_type=id_type,
        name=name_of(record, "name"),
        data=data,
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp"),
        event_id=text(record, "id"),
        anonymous_id=anonymous,
    )


def _object(record: Record, action: str, reading: Reading) -> Sequence[Call]:
    type_id, object_id = object_key(record)
    at, timestamp = receipt(record, reading.notes), reading.seconds(record, "timestamp")
    relation = _RELATIONS.get(action, CallKind.RELATE)
    if action in ("identify", "identify_anonymous"):
        found = [Call(0, CallKind.OBJECT, name=type_id, other=object_id, data=mapping(record, "attributes"))]
    elif action == "delete":
        found = [Call(0, CallKind.OBJECT_GONE, name=type_id, other=object_id)]
    elif action in _RELATIONS:
        found = []
    else:
        raise ShapeError(
            "'action' is none that is known", "one of identify, delete, add_relationships, delete_relationships"
        )
    for relationship in listing(record, "cio_relationships"):
        if not isinstance(relationship, dict):
            raise ShapeError(f"a relationship must be an object, and is {kind_of(relationship)}")
        person, id_type = identifier(mapping(relationship, "identifiers"))
        data = mapping(relationship, "relationship_attributes")
        found.append(Call(0, relation, person, id_type, name=type_id, other=object_id, data=data))
    return stamped(found, reading.line, at, timestamp)


def _delivery(record: Record, action: str, reading: Reading) -> Call:
    # Assumed: the metric is the event's name; the reference shows no payload for deliveries.
    identifiers = mapping(record, "identifiers")
    delivery_id = text(identifiers, "id") or text(identifiers, "delivery_id")
    if delivery_id is None:
        raise MissingField("identifiers.id", "the delivery's id")
    return Call(
        line=reading.line,
        kind=CallKind.METRIC,
        name=text(record, "name") or text(record, "metric") or action,
        other=delivery_id,
        data=mapping(record, "attributes"),
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, "timestamp"),
    )
