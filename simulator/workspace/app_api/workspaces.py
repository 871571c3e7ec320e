"""The account's workspaces, topics, object types, and the addresses that mail would come from."""

from __future__ import annotations

from simulator.workspace.content.names import WORKSPACE
from simulator.workspace.documents import Json, Kind
from simulator.workspace.membership import count_objects, count_people
from simulator.workspace.messages_sent import count_billable, count_sent
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.space import Space

ROUTES = Routes(Surface.APP)


@ROUTES.add("GET", "/v1/workspaces", Confidence.SEEN, "the whole list in one answer")
def list_workspaces(request: Request) -> Reply:
    """Every workspace of the account, with what is in it."""
    return Reply({"workspaces": [_row(space) for space in request.space.account.spaces.values()]})


def _row(space: Space) -> Json:
    return {
        "id": space.id,
        "name": space.name,
        "messages_sent": count_sent(space),
        "billable_messages_sent": count_billable(space),
        "people": count_people(space),
        "object_types": len(space.documents.all(Kind.OBJECT_TYPE)),
        "objects": count_objects(space),
    }


@ROUTES.add("GET", "/v1/subscription_topics", Confidence.SEEN, "the whole list in one answer")
def list_topics(request: Request) -> Reply:
    """Every subscription topic."""
    return Reply({"topics": request.space.documents.all(Kind.TOPIC)})


@ROUTES.add("GET", "/v1/subscription_channels", Confidence.SPECIFIED, "[] where no channel was set up")
def list_channels(request: Request) -> Reply:
    """The channels that people may subscribe to: those whose default the seeded files name.

    Assumed: numbered in their order; names and descriptions are ours.
    """
    kept = request.space.documents.get(WORKSPACE, 1) or {}
    rows = [
        {
            "id": at, "type": _CHANNEL_TYPES.get(name, name), "name": name.replace("_", " ").capitalize(),
            "description": f"{name.replace('_', ' ').capitalize()} messages",
            "subscribed_by_default": wish == "subscribed",
        }
        for at, (name, wish) in enumerate(kept.get("channels", {}).items(), 1)
    ]  # fmt: skip
    return Reply({"channels": rows})


_CHANNEL_TYPES = {"sms": "twilio", "inbox_message": "inbox"}


@ROUTES.add("GET", "/v1/object_types", Confidence.SEEN, "the whole list in one answer; ids are text")
def list_object_types(request: Request) -> Reply:
    """Every object type."""
    names = ("name", "singular_name", "slug", "singular_slug", "icon", "enabled")
    rows = request.space.documents.all(Kind.OBJECT_TYPE)
    return Reply({"types": [{"id": str(one["id"]), **{name: one[name] for name in names}} for one in rows]})


@ROUTES.add("GET", "/v1/info/ip_addresses", Confidence.SPECIFIED)
def ip_addresses(_: Request) -> Reply:
    """Where mail and webhooks come from: this machine alone."""
    return Reply({"ip_addresses": ["127.0.0.1"]})
