"""What a workspace has beside campaigns: event names, object types, topics, ESP suppressions, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind, new_object_type, new_topic, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import (
    ANY,
    FLAG,
    TEXT,
    Fields,
    checked,
    found,
    need_name,
    page_of,
    refusal,
    taken,
    whole_body,
)
from simulator.workspace.writing import add, drop, keep, note

ROUTES = Routes(Surface.UI)
ENVIRONMENT = "/v1/environments/{environment_id}"
TYPES = ENVIRONMENT + "/object_types"
TOPICS = ENVIRONMENT + "/subscription_topics"
TYPE_FIELDS: Fields = {
    "name": TEXT, "singular_name": TEXT, "slug": TEXT, "singular_slug": TEXT, "icon": TEXT, "enabled": FLAG, "id": ANY,
    "sent_attributes": ANY, "sent_rel_attributes": ANY,
}  # fmt: skip
TOPIC_FIELDS: Fields = {"name": TEXT, "description": TEXT, "subscribed_by_default": FLAG, "id": ANY, "identifier": ANY}
CATEGORIES = ("bounces", "blocks", "spam_reports", "invalid_emails")


@ROUTES.add("GET", ENVIRONMENT + "/event_names", Confidence.GUESSED, "`etype` of an exit is this id: an inference")
def list_event_names(request: Request) -> Reply:
    """The event names that the workspace has seen, or that its campaigns name."""
    return Reply({"event_names": event_names(request)})


def event_names(request: Request) -> list[Json]:
    """The event names known, by number; a name gets its number when it is first asked for."""
    documents = request.space.documents
    known = {one["name"] for one in documents.all(Kind.EVENT_NAME)}
    asked = [one["event"] for one in documents.all(Kind.CAMPAIGN) if one["event"] and one["type"] == "transactional"]
    asked += getattr(request.space.running, "event_names", list)()
    for name in sorted(set(asked) - known):
        documents.add(Kind.EVENT_NAME, {"name": name})
    return documents.all(Kind.EVENT_NAME)


@ROUTES.add("GET", TYPES, Confidence.AGREED)
def list_object_types(request: Request) -> Reply:
    """Every object type, with the attributes seen."""
    rows = [shown(Kind.OBJECT_TYPE, one) for one in request.space.documents.all(Kind.OBJECT_TYPE)]
    return Reply({"object_types": rows})


@ROUTES.add("POST", TYPES, Confidence.GUESSED)
def create_object_type(request: Request) -> Reply:
    """A new object type.

    Assumed: what is not said of its names follows from `name`.
    """
    values = taken(request, "object_type", TYPE_FIELDS)
    name = need_name(values)
    singular = name.removesuffix("s")
    slug = name.lower().replace(" ", "_")
    made = new_object_type(name, singular, slug, singular_slug=singular.lower().replace(" ", "_"))
    made |= {key: value for key, value in values.items() if key != "id"}
    return Reply({"object_type": shown(Kind.OBJECT_TYPE, add(request, Kind.OBJECT_TYPE, made))})


@ROUTES.add("PUT", TYPES + "/{id}", Confidence.GUESSED)
def write_object_type(request: Request) -> Reply:
    """Write what the request says of an object type."""
    kept = found(request, Kind.OBJECT_TYPE, request.number("id"))
    kept |= {key: value for key, value in taken(request, "object_type", TYPE_FIELDS).items() if key != "id"}
    need_name(kept)
    return Reply({"object_type": shown(Kind.OBJECT_TYPE, keep(request, Kind.OBJECT_TYPE, kept))})


@ROUTES.add("DELETE", TYPES + "/{id}", Confidence.GUESSED)
def delete_object_type(request: Request) -> Reply:
    """Forget an object type."""
    drop(request, Kind.OBJECT_TYPE, found(request, Kind.OBJECT_TYPE, request.number("id")))
    return Reply(status=204)


@ROUTES.add("GET", TOPICS, Confidence.GUESSED)
def list_topics(request: Request) -> Reply:
    """Every subscription topic."""
    return Reply({"subscription_topics": request.space.documents.all(Kind.TOPIC)})


@ROUTES.add("POST", TOPICS, Confidence.GUESSED)
def create_topic(request: Request) -> Reply:
    """A new topic, under the next number of this workspace."""
    values = taken(request, "subscription_topic", TOPIC_FIELDS)
    number = max((one["id"] for one in request.space.documents.all(Kind.TOPIC)), default=0) + 1
    made = new_topic(number, need_name(values)) | {
        key: value for key, value in values.items() if key not in ("id", "identifier")
    }
    return Reply({"subscription_topic": keep(request, Kind.TOPIC, made, "created")})


@ROUTES.add("PUT", TOPICS + "/{id}", Confidence.GUESSED)
def write_topic(request: Request) -> Reply:
    """Write what the request says of a topic."""
    topic = found(request, Kind.TOPIC, request.number("id"))
    values = taken(request, "subscription_topic", TOPIC_FIELDS)
    topic |= {key: value for key, value in values.items() if key not in ("id", "identifier")}
    need_name(topic)
    return Reply({"subscription_topic": keep(request, Kind.TOPIC, topic)})


@ROUTES.add("DELETE", TOPICS + "/{id}", Confidence.GUESSED)
def delete_topic(request: Request) -> Reply:
    """Forget a topic."""
    drop(request, Kind.TOPIC, found(request, Kind.TOPIC, request.number("id")))
    return Reply(status=204)


@ROUTES.add("GET", ENVIRONMENT + "/suppression/{category}", Confidence.GUESSED)
def list_suppressions(request: Request) -> Reply:
    """A page of the addresses that the provider does not deliver to."""
    category = request.params["category"]
    if category not in CATEGORIES:
        raise refusal(404, "not found")
    rows = [_plain(one) for one in request.space.documents.all(Kind.SUPPRESSION) if one["category"] == category]
    return Reply({"suppressions": page_of(request, rows, "limit", 1000, 1000)})


def _plain(suppression: Mapping[str, Any]) -> Json:
    return {name: suppression[name] for name in ("created", "email", "reason", "status")}


@ROUTES.add("GET", ENVIRONMENT + "/settings/workspace", Confidence.GUESSED)
def read_settings(request: Request) -> Reply:
    """The workspace's settings."""
    return Reply({"workspace": settings(request)})


@ROUTES.add("PUT", ENVIRONMENT + "/settings/workspace", Confidence.GUESSED)
def write_settings(request: Request) -> Reply:
    """Write the workspace's name and whether agents may edit live data.

    Source: UI API notes: a token that was minted before keeps what held then.
    """
    values = whole_body(request).get("workspace")
    if not isinstance(values, dict):
        raise refusal(400, "workspace is required")
    space = request.space
    known: Fields = {"name": TEXT, "agent_live_edit": FLAG}
    values = checked({key: value for key, value in values.items() if key in known}, known)
    if "name" in values:
        space.name = need_name(values)
    if "agent_live_edit" in values:
        space.live_edit = values["agent_live_edit"]
    space.account.keep(space)
    note(request, Kind.SETTINGS, {"id": 1, "name": space.name}, "updated", {"fields": sorted(values)})
    return Reply({"workspace": settings(request)})


def settings(request: Request) -> Json:
    """What is set for a workspace.

    Assumed: the keys.
    """
    space = request.space
    return {
        "id": space.id,
        "name": space.name,
        "data_center": space.region,
        "agent_live_edit": space.live_edit,
        "template_engine": "liquid" if space.liquid == "latest" else "liquid_legacy",
    }
