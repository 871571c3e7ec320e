"""Snippets of the UI API, by number.

Assumed: values are kept as they come; only the App API is known to trim them.
"""

from __future__ import annotations

from simulator.workspace.documents import Json, Kind, named, new_snippet
from simulator.workspace.references import snippet_users
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.snippet_rules import snippet_faults
from simulator.workspace.ui_api.bodies import TEXT, Fields, flag, found, page_of, refusal, taken
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/snippets"
FIELDS: Fields = {"name": TEXT, "value": TEXT, "id": (int, str), "updated_at": (int,)}


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def list_snippets(request: Request) -> Reply:
    """A page of snippets, by name."""
    rows = [
        one
        for one in request.space.documents.all(Kind.SNIPPET)
        if request.first("search").lower() in one["name"].lower()
    ]
    by = "updated_at" if request.first("sort") in ("updated", "updated_at") else "name"
    rows.sort(key=lambda one: (one[by], one["id"]), reverse=flag(request, "asc") is False)
    return Reply({"snippets": page_of(request, rows, "limit", 50, 1000)})


@ROUTES.add("POST", PATH, Confidence.AGREED)
def create_snippet(request: Request) -> Reply:
    """A new snippet."""
    values = taken(request, "snippet", FIELDS)
    made = new_snippet(values.get("name", ""), values.get("value", ""), request.space.now())
    _check(request, made)
    return Reply({"snippet": add(request, Kind.SNIPPET, made)})


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_snippet(request: Request) -> Reply:
    """One snippet."""
    return Reply({"snippet": _named(request)})


@ROUTES.add("PUT", PATH + "/{id}", Confidence.AGREED)
def write_snippet(request: Request) -> Reply:
    """Write a snippet's name or value."""
    snippet = _named(request)
    values = taken(request, "snippet", FIELDS)
    snippet |= {name: values[name] for name in ("name", "value") if name in values}
    _check(request, snippet)
    return Reply({"snippet": keep(request, Kind.SNIPPET, touch(request, snippet))})


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_snippet(request: Request) -> Reply:
    """Forget a snippet."""
    drop(request, Kind.SNIPPET, _named(request))
    return Reply(status=204)


@ROUTES.add("GET", PATH + "/{id}/usage", Confidence.GUESSED, "also with a continuation, and then nothing more")
def snippet_usage(request: Request) -> Reply:
    """What includes a snippet, all in one answer."""
    users = snippet_users(request.space.documents, _named(request)["name"])
    rows = {
        "campaigns": users.campaigns,
        "newsletters": users.newsletters,
        "transactional_messages": users.transactional,
    }
    return Reply({**{name: [one["id"] for one in ones] for name, ones in rows.items()}, "continuation": ""})


@ROUTES.add("GET", PATH + "/{id}/usage/{continuation}", Confidence.GUESSED)
def more_snippet_usage(request: Request) -> Reply:
    """What includes a snippet beyond the first answer: nothing."""
    _named(request)
    return Reply({"campaigns": [], "newsletters": [], "transactional_messages": [], "continuation": ""})


def _named(request: Request) -> Json:
    return found(request, Kind.SNIPPET, request.number("id"))


def _check(request: Request, snippet: Json) -> None:
    faults = [text for _, text in snippet_faults(snippet["name"], snippet["value"])]
    other = named(request.space.documents, Kind.SNIPPET, snippet["name"])
    if other is not None and other["id"] != snippet.get("id"):
        faults.append("name already exists")
    if faults:
        raise refusal(422, *faults)
