"""Deliveries and activities of the App API, newest first."""

from __future__ import annotations

from simulator.workspace.app_api.bodies import malformed, not_found, offset, or_null, query_number, token
from simulator.workspace.documents import Json
from simulator.workspace.membership import records
from simulator.workspace.messages_sent import METRICS
from simulator.workspace.records import ActivityRecord, DeliveryRecord, PersonRecord
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)


@ROUTES.add("GET", "/v1/messages", Confidence.SEEN, "a page with messages always carries a token; then null and none")
def list_messages(request: Request) -> Reply:
    """A page of deliveries; `start_ts` and `end_ts` are both inside.

    Source: recorded: the token stands for where the next page would start, also behind the last one.
    """
    first, last = query_number(request, "start_ts", 0), query_number(request, "end_ts", 1 << 62)
    metric = request.first("metric")
    if metric and metric not in METRICS:
        raise malformed("metric is invalid")
    kinds, drafts = request.first("type"), request.first("drafts").lower() == "true"
    parents = {
        name: request.first(name)
        for name in ("campaign_id", "newsletter_id", "action_id", "transactional_message_id", "broadcast_id")
        if request.first(name)
    }
    rows = [
        one
        for one in records(request.space).deliveries()
        if first <= one.created <= last
        and kinds in ("", one.type)
        and (not metric or metric in one.metrics)
        and (not drafts or one.state == "drafted")
        and all(str(one.parent.get(name)) == value for name, value in parents.items())
    ]
    size = max(query_number(request, "limit", 1000, 1000), 1)
    at = offset(request)
    chosen = rows[at : at + size]
    following = token(at + size) if chosen else ""
    return Reply({"messages": or_null([delivery_row(one) for one in chosen]), "next": following})


@ROUTES.add("GET", "/v1/messages/{id}", Confidence.SPECIFIED)
def read_message(request: Request) -> Reply:
    """One delivery."""
    return Reply({"message": delivery_row(_named(request))})


@ROUTES.add("GET", "/v1/messages/{id}/archived_message", Confidence.SPECIFIED)
def archived_message(request: Request) -> Reply:
    """A delivery with the content that went out."""
    one = _named(request)
    content = {
        "id": one.id, "recipient": one.recipient, "subject": one.subject, "body": one.html, "body_plain": one.text,
        "headers": [{"name": name, "value": value} for name, value in one.headers.items()],
    }  # fmt: skip
    return Reply({"archived_message": content})


@ROUTES.add("GET", "/v1/activities", Confidence.SEEN)
def list_activities(request: Request) -> Reply:
    """A page of activities; `deleted=true` also gives those of profiles that are gone."""
    kind, deleted = request.first("type"), request.first("deleted").lower() == "true"
    name, person = request.first("name"), request.first("customer_id")
    rows = [
        one
        for one in records(request.space).activities()
        if kind in ("", one.type)
        and name in ("", one.name)
        and (deleted or one.person is not None)
        and person in ("", _customer(one))
    ]
    at, size = offset(request), max(query_number(request, "limit", 10, 100), 1)
    following = token(at + size) if at + size < len(rows) else ""
    return Reply({"activities": [activity_row(one) for one in rows[at : at + size]], "next": following})


def delivery_row(one: DeliveryRecord) -> Json:
    """A delivery as the App API shows it."""
    parent = {name: _number(value) for name, value in one.parent.items() if name != "journey_id"}
    newest = max(one.metrics.values(), default=one.created)
    return {
        "id": one.id,
        "deduplicate_id": f"{one.id}:{newest}",
        "created": one.created,
        "type": one.type,
        "recipient": one.recipient,
        "customer_id": (one.person.id if one.person else None) or "",
        "customer_identifiers": _identifiers(one.person),
        "subject": one.subject,
        "metrics": {name: at for name, at in one.metrics.items() if name != "created"},
        "forgotten": one.person is None,
        **parent,
        "msg_template_id": one.template_id,
        "failure_message": one.failure_message,
    }


def _number(value: object) -> object:
    """An id as a number where it is one: actions have text elsewhere."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def activity_row(one: ActivityRecord) -> Json:
    """An activity as the App API shows it; its name is there for events and changes."""
    row: Json = {
        "id": one.id,
        "type": one.type,
        "timestamp": one.timestamp,
        "customer_id": _customer(one),
        "customer_identifiers": {
            name: value for name, value in _identifiers(one.person).items() if name != "id" and value is not None
        },
    }
    if one.name:
        row["name"] = one.name
    if one.delivery_id is not None:
        row |= {"delivery_id": one.delivery_id, "delivery_type": one.delivery_type}
    return {**row, "data": dict(one.data)}


def _customer(one: ActivityRecord) -> str:
    return (one.person.id if one.person else one.customer_id) or ""


def _identifiers(person: PersonRecord | None) -> Json:
    return {} if person is None else person.identifiers()


def _named(request: Request) -> DeliveryRecord:
    found = records(request.space).delivery(request.params["id"])
    if found is None:
        raise not_found()
    return found
