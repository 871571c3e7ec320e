"""Snippets of the App API, by name."""

from __future__ import annotations

from typing import Any

from simulator.workspace.app_api.bodies import TEXT, known, not_found, object_body, refusal, refusals
from simulator.workspace.documents import Json, Kind, named, new_snippet
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.snippet_rules import snippet_faults
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.APP)


@ROUTES.add("GET", "/v1/snippets", Confidence.SEEN, "the whole list in one answer")
def list_snippets(request: Request) -> Reply:
    """Every snippet, without its number."""
    return Reply({"snippets": [_row(one) for one in request.space.documents.all(Kind.SNIPPET)]})


@ROUTES.add("PUT", "/v1/snippets", Confidence.SPECIFIED)
def put_snippet(request: Request) -> Reply:
    """Write a snippet, or make it."""
    name, value = _asked(request)
    kept = named(request.space.documents, Kind.SNIPPET, name)
    if kept is None:
        return Reply({"snippet": _row(add(request, Kind.SNIPPET, new_snippet(name, value, request.space.now())))})
    return Reply({"snippet": _row(keep(request, Kind.SNIPPET, touch(request, {**kept, "value": value})))})


@ROUTES.add("POST", "/v1/snippets", Confidence.SPECIFIED)
def create_snippet(request: Request) -> Reply:
    """A new snippet; one of that name is refused."""
    name, value = _asked(request)
    if named(request.space.documents, Kind.SNIPPET, name) is not None:
        raise refusal(422, "name already exists", "/name")
    return Reply({"snippet": _row(add(request, Kind.SNIPPET, new_snippet(name, value, request.space.now())))})


@ROUTES.add("DELETE", "/v1/snippets/{name}", Confidence.SPECIFIED)
def delete_snippet(request: Request) -> Reply:
    """Forget a snippet."""
    kept = named(request.space.documents, Kind.SNIPPET, request.params["name"])
    if kept is None:
        raise not_found()
    drop(request, Kind.SNIPPET, kept)
    return Reply(status=204)


def _asked(request: Request) -> tuple[str, str]:
    values = known(object_body(request), {"name": TEXT, "value": TEXT})
    name, value = values.get("name", "").strip(), values.get("value", "").strip()
    faults = snippet_faults(name, value)
    if faults:
        raise refusals(422, [(f"/{field}", text) for field, text in faults])
    return name, value


def _row(snippet: dict[str, Any]) -> Json:
    return {name: snippet[name] for name in ("name", "value", "updated_at")}
