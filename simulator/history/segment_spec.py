"""Calls of the Segment specification, which Customer.io's own pipelines and exports speak too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.fields import Record, ShapeError, first_text, mapping, name_of, text
from simulator.history.making import Reading, identify, receipt

SPEC_TYPES = frozenset(("track", "identify", "page", "screen", "alias", "group"))
_EVENTS = {"track": CallKind.EVENT, "page": CallKind.PAGE, "screen": CallKind.SCREEN}
_STAMPS = ("timestamp", "originalTimestamp", "original_timestamp", "sentAt", "sent_at")


def spec_call(record: Record, reading: Reading) -> Sequence[Call]:
    """The calls of one record; fields may be written userId or user_id.

    Raises: ShapeError when it names nobody or lacks what its type asks for.
    Source: Segment specification; Customer.io docs, data pipelines.
    """
    kind = text(record, "type", needed=True)
    if kind == "identify":
        return _identify(record, reading)
    if kind == "alias":
        return (_alias(record, reading),)
    if kind == "group":
        return _group(record, reading)
    return (_event(record, _EVENTS[str(kind)], reading),)


def _event(record: Record, kind: CallKind, reading: Reading) -> Call:
    person = _user(record)
    anonymous = _anonymous(record)
    if person is None and anonymous is None:
        raise ShapeError("'userId' is missing", "say who: userId, or anonymousId")
    properties = mapping(record, "properties")
    name = name_of(record, "event") if kind is CallKind.EVENT else _view_name(record, kind, properties)
    return _call(record, reading, kind, person=person, name=name, data=properties, anonymous_id=anonymous)


def _view_name(record: Record, kind: CallKind, properties: Record) -> str:
    # Source: semantics R4: a page view uses the URL as its name.
    if kind is CallKind.PAGE:
        page = mapping(mapping(record, "context"), "page")
        found = text(properties, "url") or text(page, "url") or text(properties, "path")
        if found is not None:
            return found.strip()
    return name_of(record, "name", "event")


def _identify(record: Record, reading: Reading) -> Sequence[Call]:
    traits = mapping(mapping(record, "context"), "traits") | mapping(record, "traits")
    stamp = reading.seconds(record, *_STAMPS)
    plain = {**record, "timestamp": stamp}
    user = _user(record)
    return identify(reading, plain, user, IdType.ID, traits, event_id=_message(record), anonymous_id=_anonymous(record))


def _alias(record: Record, reading: Reading) -> Call:
    # Assumed: the previous id is an id like the new one.
    person, previous = _user(record), first_text(record, "previousId", "previous_id")
    if person is None or previous is None:
        raise ShapeError("an alias needs 'userId' and 'previousId'")
    return _call(record, reading, CallKind.MERGE, person=person, other=previous)


def _group(record: Record, reading: Reading) -> Sequence[Call]:
    # Source: Customer.io docs, data pipelines: a group is an object; `objectTypeId` is its type, 1 when there is none.
    group = first_text(record, "groupId", "group_id")
    if group is None:
        raise ShapeError("'groupId' is missing")
    traits = mapping(record, "traits")
    type_id = first_text(record, "objectTypeId") or text(traits, "objectTypeId") or "1"
    traits.pop("objectTypeId", None)
    found = [_call(record, reading, CallKind.OBJECT, name=type_id, other=group, data=traits)]
    person = _user(record)
    if person is not None:
        found.append(_call(record, reading, CallKind.RELATE, person=person, name=type_id, other=group))
    return found


def _call(record: Record, reading: Reading, kind: CallKind, **fields: Any) -> Call:
    return Call(
        line=reading.line,
        kind=kind,
        at=receipt(record, reading.notes),
        timestamp=reading.seconds(record, *_STAMPS),
        event_id=_message(record),
        **fields,
    )


def _user(record: Record) -> str | None:
    return first_text(record, "userId", "user_id")


def _anonymous(record: Record) -> str | None:
    return first_text(record, "anonymousId", "anonymous_id")


def _message(record: Record) -> str | None:
    return first_text(record, "messageId", "message_id")
