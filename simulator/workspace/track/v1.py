"""The Track API, version 1.

What a request means is read by `simulator.history.requests`, which reads logs of such requests too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.history.calls import Call
from simulator.history.fields import ShapeError
from simulator.history.requests import Asked, calls_of
from simulator.workspace.routes import Confidence, Refusal, Reply, Request, Routes, Surface
from simulator.workspace.track.accepting import (
    ACCEPTED,
    SEGMENT_IDS,
    NotTaken,
    as_not_taken,
    check,
    meta_errors,
    object_body,
    reading,
    take,
)

ROUTES = Routes(Surface.TRACK)
_SEEN, _SPECIFIED, _GUESSED = Confidence.SEEN, Confidence.SPECIFIED, Confidence.GUESSED


def _calls(request: Request, body: Mapping[str, Any]) -> Sequence[Call]:
    query = {name: values[0] for name, values in request.query.items()}
    try:
        found = calls_of(request.method, request.path, Asked({}, body, query, reading()))
    except ShapeError as error:
        raise as_not_taken(error) from None
    for call in found:
        check(call, len(request.body))
    return found


def _accept(request: Request) -> Reply:
    try:
        take(request, _calls(request, object_body(request)))
    except NotTaken as error:
        raise meta_errors(error) from None
    return ACCEPTED


for _method, _pattern, _note in (
    ("PUT", "/api/v1/customers/{person}", "adds or updates a person; cio_… in the path changes an identifier"),
    ("DELETE", "/api/v1/customers/{person}", ""),
    ("POST", "/api/v1/customers/{person}/events", "events, pages, screens"),
    ("PUT", "/api/v1/customers/{person}/devices", ""),
    ("DELETE", "/api/v1/customers/{person}/devices/{device}", ""),
    ("POST", "/api/v1/customers/{person}/suppress", ""),
    ("POST", "/api/v1/customers/{person}/unsuppress", ""),
    ("POST", "/api/v1/events", "anonymous and invite events"),
):
    ROUTES.add(_method, _pattern, _SEEN, _note)(_accept)


@ROUTES.add("POST", "/api/v1/merge_customers", _SEEN)
def merge(request: Request) -> Reply:
    """Merge the secondary person into the primary; its refusals hold one error, not a list."""
    try:
        take(request, _calls(request, object_body(request)))
    except NotTaken as error:
        raise Refusal(400, {"meta": {"error": error.message}}) from None
    return ACCEPTED


@ROUTES.add("POST", "/api/v1/segments/{segment}/add_customers", _SEEN)
@ROUTES.add("POST", "/api/v1/segments/{segment}/remove_customers", _SEEN)
def change_members(request: Request) -> Reply:
    """Add people to a manual segment, or take them out; a thousand a call."""
    try:
        body = object_body(request)
        ids = body.get("ids")
        if not isinstance(ids, list) or not ids:
            raise NotTaken("required", "ids", "ids is required")
        if len(ids) > SEGMENT_IDS:
            raise NotTaken("too_many", "ids", f"ids may have {SEGMENT_IDS} entries")
        take(request, _calls(request, body))
    except NotTaken as error:
        raise meta_errors(error) from None
    return ACCEPTED


@ROUTES.add("POST", "/api/v1/forms/{form}/submit", _SPECIFIED)
def submit_form(request: Request) -> Reply:
    """Submit a form; answers without a body."""
    _accept(request)
    return Reply(None, 204)


@ROUTES.add("GET", "/api/v1/accounts/region", _SEEN, "the address is this server's")
def region(request: Request) -> Reply:
    """Where the workspace of the key lives."""
    space = request.space
    address = f"{space.account.url}/{space.region}/track"
    return Reply({"url": address, "region": space.region, "environment_id": space.id})


# --- what links in emails and devices call, with a key or without ----------------------------------------------------


def _of_delivery(delivery_in: Callable[[Request, Mapping[str, Any]], str]) -> Callable[[Request], Reply]:
    """Takes a call about a delivery in the workspace that sent it; one that nobody sent is accepted, and forgotten."""

    def answered(request: Request) -> Reply:
        try:
            body = object_body(request)
            calls = _calls(request, body)
        except NotTaken as error:
            raise meta_errors(error) from None
        delivery = delivery_in(request, body)
        for space in request.space.account.spaces.values():
            if space.running.delivery(delivery) is not None:
                for call in calls:
                    space.take(call)
        return ACCEPTED

    return answered


def _in_body(_: Request, body: Mapping[str, Any]) -> str:
    return str(body.get("delivery_id", ""))


def _in_path(request: Request, _: Mapping[str, Any]) -> str:
    return request.params["delivery"]


ROUTES.add("POST", "/api/v1/metrics", _SEEN, "no key needed")(_of_delivery(_in_body))
ROUTES.add("POST", "/api/v1/push/events", _SPECIFIED, "no key needed")(_of_delivery(_in_body))
_unsubscribe = _of_delivery(_in_path)


@ROUTES.add("POST", "/unsubscribe/{delivery}", _SEEN, "no key needed; what links and mail programs call")
@ROUTES.add("POST", "/api/v1/unsubscribe/{delivery}", _SPECIFIED, "no key needed")
def unsubscribe(request: Request) -> Reply:
    """Unsubscribe whom a delivery went to.

    Source: Track API reference, and the official client, which leaves the version out of the path.
    Assumed: `{"unsubscribe": false}` does nothing; a mail program's one-click form counts as an empty body.
    """
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        request = replace(request, body=b"")
    try:
        body = object_body(request)
    except NotTaken as error:
        raise meta_errors(error) from None
    return ACCEPTED if body.get("unsubscribe") is False else _unsubscribe(request)


@ROUTES.add(
    "POST", "/api/v1/webhook/{hook}", _GUESSED, "starts campaigns triggered by that webhook; needs the key here"
)
def incoming_webhook(request: Request) -> Reply:
    """Start the campaigns that an incoming webhook triggers."""
    return _accept(request)
