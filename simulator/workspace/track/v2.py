"""The Track API, version 2: entities, one by one or in batches.

What an entity means is read by `simulator.history.track_v2`, which reads logs of them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.history.calls import Call
from simulator.history.fields import ShapeError
from simulator.history.track_v2 import entity
from simulator.workspace.routes import Confidence, Refusal, Reply, Request, Routes, Surface
from simulator.workspace.track.accepting import (
    ACCEPTED,
    ACCEPTED_HEADERS,
    NotTaken,
    as_not_taken,
    body_of,
    check,
    one_error,
    reading,
    take,
)

ROUTES = Routes(Surface.TRACK)
ENTITY_BYTES = 32 * 1024
BATCH_BYTES = 500 * 1024
"""Source: Track API reference, limits."""


def _refused(*errors: dict[str, Any], status: int = 400) -> Refusal:
    return Refusal(status, {"errors": list(errors)})


def _body(request: Request, most: int) -> Any:
    if len(request.body) > most:
        # Assumed: the status and words; only the limit is documented.
        raise _refused({"reason": "too_large", "field": "", "message": f"a request may have {most} bytes"}, status=413)
    try:
        return body_of(request)
    except NotTaken as error:
        raise _refused(one_error(error)) from None


def calls_of(record: Any, size: int) -> Sequence[Call]:
    """What an entity does; *size* is how many bytes the request had that holds it.

    Raises: NotTaken.
    """
    if not isinstance(record, dict):
        raise NotTaken("invalid", "", "malformed request")
    try:
        found = entity(record, reading())
    except ShapeError as error:
        raise as_not_taken(error) from None
    for call in found:
        check(call, size)
    return found


@ROUTES.add("POST", "/api/v2/entity", Confidence.SEEN)
def one_entity(request: Request) -> Reply:
    """Take what is done with one person, object or delivery."""
    body = _body(request, ENTITY_BYTES)
    try:
        take(request, calls_of(body, len(request.body)))
    except NotTaken as error:
        raise _refused(one_error(error)) from None
    return ACCEPTED


@ROUTES.add("POST", "/api/v2/batch", Confidence.SEEN, "207 names the entries that were not taken; the others were")
def batch(request: Request) -> Reply:
    """Take many entities, in order; each is accepted or refused for itself."""
    body = _body(request, BATCH_BYTES)
    records = body.get("batch") if isinstance(body, dict) else None
    if not isinstance(records, list):
        raise _refused({"reason": "required", "field": "batch", "message": "batch is required"})
    size = len(request.body)
    errors: list[dict[str, Any]] = []
    with request.space.store.change():
        for at, record in enumerate(records):
            try:
                take(request, calls_of(record, size))
            except NotTaken as error:
                errors.append({"batch_index": at, **one_error(error)})
    return Reply({"errors": errors}, 207, ACCEPTED_HEADERS) if errors else ACCEPTED
