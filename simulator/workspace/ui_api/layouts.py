"""Layouts of the UI API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind, new_layout, shown
from simulator.workspace.references import Users, layout_users
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import FLAG, TEXT, Fields, flag, found, need_name, refusal, taken, whole_body
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/layouts"
FIELDS: Fields = {"name": TEXT, "body": TEXT, "archived": FLAG, "id": TEXT + (int,), "updated": (int,)}


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def list_layouts(request: Request) -> Reply:
    """Every layout; `archived=true` gives the archived ones alone, and without it they are left out.

    Assumed: there are no starters of this workspace's own.
    """
    if flag(request, "starters"):
        return Reply({"layouts": []})
    archived = flag(request, "archived") is True
    rows = [one for one in request.space.documents.all(Kind.LAYOUT) if one["archived"] is archived]
    return Reply({"layouts": [shown(Kind.LAYOUT, one) for one in rows]})


@ROUTES.add("POST", PATH, Confidence.GUESSED)
def create_layout(request: Request) -> Reply:
    """A new layout.

    Assumed: a body without `content` is 422, as the message would have no place in it.
    """
    values = taken(request, "layout", FIELDS)
    name = need_name(values)
    made = new_layout(name, _body(values), request.space.now())
    return _answer(add(request, Kind.LAYOUT, made))


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_layout(request: Request) -> Reply:
    """One layout."""
    return _answer(_named(request))


@ROUTES.add("PUT", PATH + "/{id}", Confidence.GUESSED)
def write_layout(request: Request) -> Reply:
    """Write what the request says of a layout."""
    layout = _named(request)
    values = taken(request, "layout", FIELDS)
    if "name" in values:
        need_name(values)
    if "body" in values:
        _body(values)
    changed = {name: value for name, value in values.items() if name in ("name", "body", "archived")}
    keep(request, Kind.LAYOUT, touch(request, layout | changed), fields=sorted(changed))
    return _answer(_named(request))


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_layout(request: Request) -> Reply:
    """Forget a layout.

    Assumed: 422 while something is sent in it.
    """
    layout = _named(request)
    if layout_users(request.space.documents, layout["id"]) != Users():
        raise refusal(422, "layout is in use")
    drop(request, Kind.LAYOUT, layout)
    return Reply(status=204)


@ROUTES.add("POST", PATH + "/{id}/archived", Confidence.GUESSED)
def archive_layout(request: Request) -> Reply:
    """Archive a layout, or with `{"archived": false}` bring it back."""
    layout = _named(request)
    layout["archived"] = whole_body(request).get("archived", True) is not False
    return _answer(keep(request, Kind.LAYOUT, touch(request, layout), "archived" if layout["archived"] else "restored"))


@ROUTES.add("POST", PATH + "/{id}/default", Confidence.GUESSED)
def make_default(request: Request) -> Reply:
    """Make a layout the one that new messages get."""
    layout = _named(request)
    documents = request.space.documents
    for other in documents.all(Kind.LAYOUT):
        if other.get("is_default"):
            documents.put(Kind.LAYOUT, other["id"], {**other, "is_default": False})
    layout["is_default"] = True
    return _answer(keep(request, Kind.LAYOUT, touch(request, layout), "made default"))


@ROUTES.add("GET", PATH + "/{id}/actions", Confidence.GUESSED)
def actions_in_layout(request: Request) -> Reply:
    """The steps whose messages are sent in a layout."""
    number = _named(request)["id"]
    documents = request.space.documents
    templates = {one["id"] for one in documents.all(Kind.TEMPLATE) if one.get("layout_id") == number}
    actions = [one for one in documents.all(Kind.ACTION) if one.get("template_id") in templates]
    return Reply({"actions": [shown(Kind.ACTION, one) for one in actions]})


@ROUTES.add("GET", PATH + "/{id}/newsletters", Confidence.GUESSED)
def newsletters_in_layout(request: Request) -> Reply:
    """The newsletters sent in a layout."""
    return Reply({"newsletters": [_row(one) for one in _users(request).newsletters]})


@ROUTES.add("GET", PATH + "/{id}/transactional_messages", Confidence.GUESSED)
def transactional_in_layout(request: Request) -> Reply:
    """The transactional messages sent in a layout."""
    return Reply({"transactional_messages": [_row(one) for one in _users(request).transactional]})


def _users(request: Request) -> Users:
    return layout_users(request.space.documents, _named(request)["id"])


def _row(document: Mapping[str, Any]) -> Json:
    return {"id": document["id"], "name": document["name"]}


def _body(values: Mapping[str, Any]) -> str:
    body = values.get("body", "")
    if "content" not in body:
        raise refusal(422, "body must include {{ content }}")
    return str(body)


def _named(request: Request) -> Json:
    return found(request, Kind.LAYOUT, request.number("id"))


def _answer(layout: Json) -> Reply:
    return Reply({"layout": shown(Kind.LAYOUT, layout)})
