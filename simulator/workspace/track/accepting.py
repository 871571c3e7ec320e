"""How the Track API takes a call, and in which words it refuses one.

Source: Track API reference: 200 with an empty object says that a call was accepted, not that it did anything.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from simulator.history.calls import Call, CallKind
from simulator.history.fields import MissingField, ShapeError, checked
from simulator.history.making import Reading
from simulator.workspace.routes import Refusal, Reply, Request

ACCEPTED_HEADERS = {"Cache-Control": "no-cache, no-store, must-revalidate, max-age=0"}
ACCEPTED = Reply({}, 200, ACCEPTED_HEADERS)

# Source: Track API reference, limits. Units: bytes, but for the count of attributes.
ID_BYTES = 150
ATTRIBUTE_NAME_BYTES = 150
ATTRIBUTE_VALUE_BYTES = 1000
ATTRIBUTES = 300
EVENT_NAME_BYTES = 100
EVENT_DATA_BYTES = 100_000
SEGMENT_IDS = 1000

_EVENTS = frozenset({CallKind.EVENT, CallKind.PAGE, CallKind.SCREEN})


class NotTaken(Exception):
    """A call that is not accepted: the kind of reason, the field, and a sentence."""

    def __init__(self, reason: str, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


def body_of(request: Request) -> Any:
    """The request's body as data; None where there is none.

    Raises: NotTaken when it is no JSON, or holds numbers or depths that no reader agrees on.
    """
    if not request.body.strip():
        return None
    try:
        body = orjson.loads(request.body)
        if request.body.count(b"[") + request.body.count(b"{") > 64:
            checked(body)
    except ValueError:
        raise NotTaken("invalid", "", "malformed request") from None
    except ShapeError as error:
        raise as_not_taken(error) from None
    return body


def object_body(request: Request) -> Mapping[str, Any]:
    """The body, which is an object; empty where there is none.

    Raises: NotTaken when it is something else.
    Assumed: an empty list is an empty object, because PHP writes it so.
    """
    body = body_of(request)
    if body is None or body == []:
        return {}
    if not isinstance(body, dict):
        raise NotTaken("invalid", "", "malformed request")
    return body


def reading() -> Reading:
    """Where the reader of one request's body stands: it has a single line."""
    return Reading(1, Counter())


def take(request: Request, calls: Iterable[Call]) -> None:
    """Hand accepted calls to the workspace, all at its present."""
    for call in calls:
        request.space.take(call)


def check(call: Call, size: int) -> None:
    """Refuse a call that is over a limit; *size* is how many bytes the whole request has.

    Raises: NotTaken.
    Source: Track API reference, limits. Assumed: that and how it refuses instead of cutting off.
    """
    if call.person is not None and _bytes(call.person) > ID_BYTES:
        raise NotTaken("too_long", "id", f"id may have {ID_BYTES} bytes")
    if call.kind in _EVENTS:
        _check_event(call, size)
    elif call.kind is CallKind.IDENTIFY:
        _check_attributes(call.data)


def _check_event(call: Call, size: int) -> None:
    if call.kind is CallKind.EVENT and _bytes(call.name) > EVENT_NAME_BYTES:
        raise NotTaken("too_long", "name", f"name may have {EVENT_NAME_BYTES} bytes")
    if size > EVENT_DATA_BYTES and len(json.dumps(call.data)) > EVENT_DATA_BYTES:
        raise NotTaken("too_large", "data", f"data may have {EVENT_DATA_BYTES} bytes")


def _check_attributes(attributes: Mapping[str, Any]) -> None:
    if len(attributes) > ATTRIBUTES:
        raise NotTaken("too_many", "attributes", f"a person may have {ATTRIBUTES} attributes")
    for name, value in attributes.items():
        if _bytes(name) > ATTRIBUTE_NAME_BYTES:
            raise NotTaken("too_long", "attributes", f"an attribute's name may have {ATTRIBUTE_NAME_BYTES} bytes")
        if isinstance(value, str) and _bytes(value) > ATTRIBUTE_VALUE_BYTES:
            raise NotTaken("too_long", "attributes", f"an attribute's value may have {ATTRIBUTE_VALUE_BYTES} bytes")


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


_FIELD = re.compile(r"'([\w.]+)'")


def as_not_taken(error: ShapeError) -> NotTaken:
    """Why a record is no call, in the API's words.

    Source: wire examples, "name is required", "action is required"; "only one identifier allowed". Assumed: the rest.
    """
    if isinstance(error, MissingField):
        return NotTaken("required", error.field, f"{error.field} is required")
    if "more than one identifier" in error.message:
        return NotTaken("invalid", "identifiers", "only one identifier allowed")
    if "names nobody" in error.message or "name nobody" in error.message:
        return NotTaken("required", "identifiers", "identifiers: one of id, email, cio_id is required")
    found = _FIELD.search(error.message)
    return NotTaken("invalid", found[1] if found else "", error.message.replace("'", ""))


def meta_errors(error: NotTaken) -> Refusal:
    """The refusal of the API's version 1."""
    return Refusal(400, {"meta": {"errors": [error.message]}})


def one_error(error: NotTaken) -> dict[str, str]:
    """The error as the API's version 2 lists it."""
    return {"reason": error.reason, "field": error.field, "message": error.message}
