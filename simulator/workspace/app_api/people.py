"""People as the App API finds and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.operators import as_text
from simulator.workspace.app_api.bodies import (
    malformed,
    not_found,
    object_body,
    or_null,
    page,
    query_number,
    refusals,
)
from simulator.workspace.app_api.messages import activity_row, delivery_row
from simulator.workspace.app_filters import filter_faults
from simulator.workspace.documents import Json
from simulator.workspace.membership import filtered, records
from simulator.workspace.records import PersonRecord
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
PATH = "/v1/customers"
ID_TYPES = ("id", "email", "cio_id")
MOST_ATTRIBUTES = 100
MOST_FOUND = 1000


@ROUTES.add("GET", PATH, Confidence.SEEN, "`results` is [] when nobody has the address")
def by_email(request: Request) -> Reply:
    """Who has an address."""
    if "email" not in request.query:
        raise malformed("email is required")
    found = records(request.space).person(request.first("email"), "email")
    return Reply({"results": [] if found is None else [found.identifiers()]})


@ROUTES.add("POST", PATH, Confidence.SEEN, "null when nobody is found")
def search(request: Request) -> Reply:
    """A page of the people whom a filter takes."""
    tree = object_body(request).get("filter")
    if tree is None:
        raise refusals(422, [("/filter", "filter is required")])
    faults = filter_faults(request.space, tree, "/filter")
    if faults:
        raise refusals(422, faults)
    size = max(query_number(request, "limit", MOST_FOUND, MOST_FOUND), 1)
    people, following = page(request, filtered(request.space, tree), size)
    ids = [person.id or "" for person in people]
    return Reply(
        {"identifiers": or_null([one.identifiers() for one in people]), "ids": or_null(ids), "next": following}
    )


@ROUTES.add("GET", PATH + "/{id}/attributes", Confidence.SPECIFIED)
def attributes_of_one(request: Request) -> Reply:
    """One person's attributes, all as text."""
    return Reply({"customer": person_row(_named(request))})


@ROUTES.add("POST", PATH + "/attributes", Confidence.SEEN, "rows without a wrapper; unknown ids are left out")
def attributes_of_many(request: Request) -> Reply:
    """The attributes of a hundred people at most."""
    ids = object_body(request).get("ids")
    id_type = _id_type(request)
    if not isinstance(ids, list) or not all(isinstance(one, str | int) for one in ids):
        raise malformed("ids must be an array")
    if len(ids) > MOST_ATTRIBUTES:
        raise malformed(f"ids holds more than {MOST_ATTRIBUTES}")
    people = (records(request.space).person(str(one), id_type) for one in ids)
    return Reply({"customers": [person_row(person) for person in people if person is not None]})


@ROUTES.add("GET", PATH + "/{id}/segments", Confidence.SPECIFIED)
def segments_of_one(request: Request) -> Reply:
    """The segments a person is in."""
    from_id = records(request.space).segments_of(_named(request))
    documents = request.space.documents
    found = (documents.get("segment", number) for number in from_id)
    return Reply({"segments": [{"id": one["id"], "name": one["name"]} for one in found if one is not None]})


@ROUTES.add("GET", PATH + "/{id}/messages", Confidence.SPECIFIED)
def messages_of_one(request: Request) -> Reply:
    """A page of what was sent to a person, newest first."""
    person = _named(request)
    rows = [one for one in records(request.space).deliveries() if one.person and one.person.cio_id == person.cio_id]
    first, last = query_number(request, "start_ts", 0), query_number(request, "end_ts", 1 << 62)
    rows = [one for one in rows if first <= one.created <= last]
    chosen, following = page(request, rows, max(query_number(request, "limit", 100, 1000), 1))
    return Reply({"messages": or_null([delivery_row(one) for one in chosen]), "next": following})


@ROUTES.add("GET", PATH + "/{id}/activities", Confidence.SPECIFIED)
def activities_of_one(request: Request) -> Reply:
    """A page of what happened to a person, newest first."""
    person = _named(request)
    wanted = request.first("type")
    rows = [
        one
        for one in records(request.space).activities()
        if one.person and one.person.cio_id == person.cio_id and wanted in ("", one.type)
    ]
    chosen, following = page(request, rows, max(query_number(request, "limit", 10, 100), 1))
    return Reply({"activities": [activity_row(one) for one in chosen], "next": following})


@ROUTES.add("GET", PATH + "/{id}/relationships", Confidence.SPECIFIED)
def relationships_of_one(request: Request) -> Reply:
    """The objects a person is related to."""
    rows = records(request.space).relationships(_named(request))
    chosen, following = page(request, rows, max(query_number(request, "limit", 100, 1000), 1))
    return Reply({"cio_relationships": chosen, "next": following})


@ROUTES.add("GET", PATH + "/{id}/subscription_preferences", Confidence.SPECIFIED)
def preferences_of_one(request: Request) -> Reply:
    """A person's subscriptions, topic by topic."""
    person = _named(request)
    wishes = person.attributes.get("cio_subscription_preferences")
    chosen = wishes.get("topics", {}) if isinstance(wishes, Mapping) else {}
    topics = [
        {
            "id": one["id"], "name": one["name"], "description": one["description"],
            "subscribed": bool(chosen.get(one["identifier"], one["subscribed_by_default"])),
        }
        for one in request.space.documents.all("subscription_topic")
    ]  # fmt: skip
    return Reply(
        {
            "customer": {
                "id": person.id,
                "identifiers": person.identifiers(),
                "unsubscribed": person.unsubscribed,
                "topics": topics,
            }
        }
    )


def person_row(person: PersonRecord) -> Json:
    """A person as the App API shows them.

    Source: recorded: attributes are text, the identifiers among them.
    """
    named = {"cio_id": person.cio_id, "id": person.id, "email": person.email}
    shown = {name: value for name, value in {**named, **person.attributes}.items() if value is not None}
    return {
        "id": person.id or "",
        "identifiers": person.identifiers(),
        "attributes": {name: _text(value) for name, value in shown.items()},
        "timestamps": {"cio_id": min(person.timestamps.values(), default=0), **person.timestamps},
        "unsubscribed": person.unsubscribed,
        "devices": [dict(device) for device in person.devices],
    }


def _text(value: Any) -> Any:
    text = as_text(value)
    return value if text is None else text


def _id_type(request: Request) -> str:
    """Assumed: without `id_type`, what holds an @ is an address."""
    asked = request.first("id_type", "id")
    if asked not in ID_TYPES:
        raise malformed("id_type must be one of id, email, cio_id")
    return asked


def _named(request: Request) -> PersonRecord:
    name = request.params["id"]
    id_type = _id_type(request)
    if "id_type" not in request.query:
        id_type = "cio_id" if name.startswith("cio_") else id_type
    person = records(request.space).person(name.removeprefix("cio_") if id_type == "cio_id" else name, id_type)
    if person is None:
        raise not_found()
    return person
