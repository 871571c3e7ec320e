"""People of the UI API: look-ups, estimates, events by hand."""

from __future__ import annotations

from typing import Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace.documents import Json
from simulator.workspace.encoding import decode
from simulator.workspace.membership import count_people, records
from simulator.workspace.records import PersonRecord
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import page_of, refusal, whole_body

ROUTES = Routes(Surface.UI)
ENVIRONMENT = "/v1/environments/{environment_id}"


@ROUTES.add("GET", ENVIRONMENT + "/customers", Confidence.GUESSED)
def list_customers(request: Request) -> Reply:
    """A page of people; `search` looks for an identifier."""
    asked = request.first("search").lower()
    rows = [
        _row(person)
        for person in records(request.space).everyone()
        if any(asked in str(value or "").lower() for value in person.identifiers().values())
    ]
    return Reply({"customers": page_of(request, rows, "limit", 50, 1000)})


@ROUTES.add("GET", ENVIRONMENT + "/customers/{id}", Confidence.GUESSED)
def read_customer(request: Request) -> Reply:
    """One person, by id, `cio_…` or address."""
    return Reply({"customer": _row(_named(request))})


@ROUTES.add("GET", ENVIRONMENT + "/customers/{id}/segments", Confidence.GUESSED)
def customer_segments(request: Request) -> Reply:
    """The numbers of the segments a person is in."""
    return Reply({"segments": records(request.space).segments_of(_named(request))})


def _named(request: Request) -> PersonRecord:
    name = request.params["id"]
    kept = records(request.space)
    person = kept.person(name.removeprefix("cio_"), "cio_id") if name.startswith("cio_") else None
    person = person or kept.person(name, "id") or kept.person(name, "email")
    if person is None:
        raise refusal(404, "not found")
    return person


def _row(person: PersonRecord) -> Json:
    return {**person.identifiers(), "attributes": dict(person.attributes), "unsubscribed": person.unsubscribed}


@ROUTES.add("POST", ENVIRONMENT + "/estimate_conditions", Confidence.GUESSED, "its body is assumed")
def estimate_conditions(request: Request) -> Reply:
    """How many people meet conditions now.

    Body: `conditions` (a segment's tree), `trigger`, `anchors` or `filters` (encoded); all that is given must hold.
    """
    body = whole_body(request)
    given = [body[name] for name in ("conditions", "trigger") if body.get(name)]
    given += [decode(body[name]) for name in ("anchors", "filters") if body.get(name)]
    given = [decode(one) if isinstance(one, str) else one for one in given]
    if not given:
        raise refusal(422, "conditions is required")
    meeting = [_numbers(request, one) for one in given]
    return Reply({"count": len(set.intersection(*meeting)), "total": count_people(request.space)})


def _numbers(request: Request, conditions: Any) -> set[str]:
    try:
        return {person.cio_id for person in records(request.space).matching(conditions)}
    except ValueError as error:
        raise refusal(422, str(error)) from None


@ROUTES.add("POST", ENVIRONMENT + "/events", Confidence.GUESSED, "its body is assumed")
def send_event(request: Request) -> Reply:
    """Send an event for a person by hand: `customer_id`, `name`, `data`."""
    body = whole_body(request)
    inner = body.get("event", body)
    values = inner if isinstance(inner, dict) else {}
    name, person, data = values.get("name"), values.get("customer_id"), values.get("data", {})
    if not isinstance(name, str) or not name or not isinstance(person, str | int) or not isinstance(data, dict):
        raise refusal(422, "name and customer_id are required, data is an object")
    id_type = IdType.EMAIL if "@" in str(person) else IdType.ID
    request.space.take(Call(0, CallKind.EVENT, str(person), id_type, name=name, data=data))
    return Reply({})
