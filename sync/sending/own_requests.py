"""Calls that go by requests of their own: what version 2 of the Track API cannot carry.

Source: Track API reference, version 1; App API reference, "Send a transactional email" and its kin, "Trigger a
broadcast".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote

from sync.sending.entities import attributes_of
from sync.sending.logged import EVENTS, CallKind, moment_of

if TYPE_CHECKING:
    from sync.clients.transport import Json
    from sync.sending.logged import LoggedCall

_SELECTORS = ("recipients", "ids", "emails", "per_user_data", "data_file_url")
_CHOICES = ("id_ignore_missing", "email_ignore_missing", "email_add_duplicates")


class Face(StrEnum):
    """Which of a workspace's faces takes a request; each has a pace of its own."""

    TRACK = "track"
    SENDS = "sends"
    BROADCASTS = "broadcasts"


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One request for one call.

    *is_repeatable*: asking twice does what asking once does. *called* names the path in errors, without anybody.
    """

    face: Face
    method: str
    path: str
    content: Json
    is_repeatable: bool = True
    called: str = ""


class Unsendable(Exception):
    """A call that cannot be put as a request here: why."""


Number = Callable[[CallKind, str], str | None]
"""What the workspace calls a segment, a broadcast or a transactional message; None where it has none of that name."""


def own_request(call: LoggedCall, event_id: str | None, number: Number) -> OwnRequest:
    """The request that brings one call.

    Raises: Unsendable.
    """
    match call.kind:
        case CallKind.JOIN_SEGMENT | CallKind.LEAVE_SEGMENT:
            return _membership(call, number)
        case CallKind.TRANSACTIONAL:
            return _send(call, number)
        case CallKind.BROADCAST:
            return _broadcast(call, number)
        case CallKind.FORM:
            # Nothing tells a workspace that a form comes a second time.
            path = f"/api/v1/forms/{_part(call.name)}/submit"
            return OwnRequest(Face.TRACK, "POST", path, {"data": call.data}, is_repeatable=False)
        case CallKind.IDENTIFY:
            path = f"/api/v1/customers/{_who(call)}"
            return OwnRequest(Face.TRACK, "PUT", path, attributes_of(call), called="/api/v1/customers/{person}")
        case _ if call.kind in EVENTS:
            return _event(call, event_id)
        case _:
            raise Unsendable("it is larger than 32 KB, and only version 2 of the Track API carries it")


def _event(call: LoggedCall, event_id: str | None) -> OwnRequest:
    """An event over 32 KB, or one that names nobody (semantics R36)."""
    body: Json = {"name": call.name, "data": call.data}
    if call.kind != CallKind.EVENT:
        body["type"] = call.kind
    if event_id is not None:
        body["id"] = event_id
    moment = moment_of(call)
    if moment is not None:
        body["timestamp"] = moment
    if call.person is not None and call.id_type != "anonymous_id":
        path = f"/api/v1/customers/{_who(call)}/events"
        return OwnRequest(Face.TRACK, "POST", path, body, called="/api/v1/customers/{person}/events")
    anonymous = call.anonymous_id or call.person
    if anonymous is not None:
        body["anonymous_id"] = anonymous
    return OwnRequest(Face.TRACK, "POST", "/api/v1/events", body)


def _membership(call: LoggedCall, number: Number) -> OwnRequest:
    segment = number(CallKind.JOIN_SEGMENT, call.other or "")
    if segment is None:
        raise Unsendable(f"the workspace has no segment called '{call.other}'")
    what = "add_customers" if call.kind == CallKind.JOIN_SEGMENT else "remove_customers"
    path = f"/api/v1/segments/{_part(segment)}/{what}?id_type={call.id_type}"
    return OwnRequest(Face.TRACK, "POST", path, {"ids": [call.person]})


def _send(call: LoggedCall, number: Number) -> OwnRequest:
    body: Json = dict(call.beside)
    if call.name:
        message = number(CallKind.TRANSACTIONAL, call.name) or call.name
        body["transactional_message_id"] = int(message) if message.isascii() and message.isdigit() else message
    if call.other is not None:
        body["to"] = call.other
    body["identifiers"] = {} if call.person is None else {call.id_type: call.person}
    body["message_data"] = call.data
    return OwnRequest(Face.SENDS, "POST", f"/v1/send/{call.channel or 'email'}", body, is_repeatable=False)


def _broadcast(call: LoggedCall, number: Number) -> OwnRequest:
    campaign = number(CallKind.BROADCAST, call.name)
    if campaign is None:
        raise Unsendable(f"the workspace has no broadcast called '{call.name}'")
    data = call.data
    if not isinstance(data.get("data"), dict):
        # The tool's own shape: the data, with the recipients among it.
        apart = {name: data[name] for name in (*_SELECTORS, *_CHOICES) if name in data}
        data = {"data": {name: value for name, value in data.items() if name not in apart}, **apart}
    path = f"/v1/campaigns/{_part(campaign)}/triggers"
    return OwnRequest(Face.BROADCASTS, "POST", path, data, is_repeatable=False)


def _who(call: LoggedCall) -> str:
    """The person in a path. Source: Track API reference: an id, an email, or `cio_` before the cio_id.

    Raises: Unsendable when it names nobody that a path could.
    """
    if call.person is None or call.id_type not in ("id", "email", "cio_id"):
        raise Unsendable("it is larger than 32 KB and names nobody by id, email or cio_id")
    return _part(f"cio_{call.person}" if call.id_type == "cio_id" else call.person)


def _part(text: str) -> str:
    return quote(text, safe="")
