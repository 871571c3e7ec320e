"""Calls as entities of the Track API's version 2, which go in batches.

Source: Track API reference, "Send multiple entities": at most 32 KB each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.sending.logged import CallKind, moment_of

if TYPE_CHECKING:
    from sync.clients.transport import Json
    from sync.sending.logged import LoggedCall

ENTITY_BYTES = 32 * 1024
ANONYMOUS = "anonymous_id"
_BARE = {
    CallKind.DELETE: "delete",
    CallKind.SUPPRESS: "suppress",
    CallKind.UNSUPPRESS: "unsuppress",
}


def entity_of(call: LoggedCall, event_id: str | None) -> Json | None:
    """The call as an entity; None where version 2 cannot carry it. *event_id* is an event's.

    Source: wire examples of version 2; an invite event (`data.recipient`, nobody named) stands in version 1 only.
    """
    match call.kind:
        case CallKind.IDENTIFY:
            return _person(call, "identify", attributes=attributes_of(call))
        case CallKind.EVENT | CallKind.PAGE | CallKind.SCREEN:
            return _event(call, event_id)
        case CallKind.DELETE | CallKind.SUPPRESS | CallKind.UNSUPPRESS:
            return _person(call, _BARE[CallKind(call.kind)])
        case CallKind.MERGE:
            primary, secondary = identifiers(call.id_type, call.person), identifiers(call.other_type, call.other)
            return {"type": "person", "action": "merge", "primary": primary, "secondary": secondary}
        case CallKind.DEVICE | CallKind.DEVICE_GONE:
            device = dict(call.data)
            device["token"] = device.pop("id", device.get("token"))
            action = "add_device" if call.kind == CallKind.DEVICE else "delete_device"
            return _person(call, action, device=device)
        case CallKind.RELATE | CallKind.UNRELATE:
            return _relationship(call)
        case CallKind.OBJECT:
            return {"type": "object", "action": "identify", "identifiers": _object(call), "attributes": call.data}
        case CallKind.OBJECT_GONE:
            return {"type": "object", "action": "delete", "identifiers": _object(call)}
        case _:
            return None


def attributes_of(call: LoggedCall) -> Json:
    """What an identify call sets, with what it says about the setting.

    Source: Track API reference: `_update` never creates a person; `_timestamp` orders updates (semantics R30, R116);
    `anonymous_id` among the attributes brings that visitor's events to the person (R34).
    """
    found = dict(call.data)
    if call.timestamp is not None:
        found["_timestamp"] = call.timestamp
    if call.update_only:
        found["_update"] = True
    if call.anonymous_id is not None and call.id_type != ANONYMOUS:
        found[ANONYMOUS] = call.anonymous_id
    return found


def identifiers(id_type: str, value: str | None) -> dict[str, Any]:
    """The person of a call, as version 2 names one; nobody where there is no value."""
    return {} if value is None else {id_type: value}


def _person(call: LoggedCall, action: str, **rest: Any) -> Json:
    named = identifiers(call.id_type, call.person)
    return {"type": "person", "action": action, "identifiers": named, **rest}


def _event(call: LoggedCall, event_id: str | None) -> Json | None:
    if call.person is None and call.anonymous_id is None:
        return None
    found = _person(call, call.kind)
    if call.person is None:
        found["identifiers"] = {ANONYMOUS: call.anonymous_id}
    found["name"] = call.name
    if event_id is not None:
        found["id"] = event_id
    moment = moment_of(call)
    if moment is not None:
        found["timestamp"] = moment
    found["attributes"] = call.data
    return found


def _object(call: LoggedCall) -> dict[str, Any]:
    return {"object_type_id": call.name, "object_id": call.other}


def _relationship(call: LoggedCall) -> Json:
    related: Json = {"identifiers": _object(call)}
    if call.data:
        related["relationship_attributes"] = call.data
    action = "add_relationships" if call.kind == CallKind.RELATE else "delete_relationships"
    return _person(call, action, cio_relationships=[related])
