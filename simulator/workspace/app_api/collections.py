"""Collections: tables that messages look things up in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.workspace.app_api.bodies import LIST, TEXT, found, known, malformed, object_body, refusal
from simulator.workspace.documents import Json, Kind, named, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.APP)
FIELDS = {"name": TEXT, "data": LIST, "url": TEXT}


@ROUTES.add("GET", "/v1/collections", Confidence.SEEN, "the whole list in one answer")
def list_collections(request: Request) -> Reply:
    """Every collection, without its rows."""
    rows = [shown(Kind.COLLECTION, one) for one in request.space.documents.all(Kind.COLLECTION)]
    return Reply({"collections": rows})


@ROUTES.add("POST", "/v1/collections", Confidence.SPECIFIED, "rows in `data`: nothing is fetched from a `url`")
def create_collection(request: Request) -> Reply:
    """A new collection of the rows in the body."""
    values = known(object_body(request), FIELDS)
    name = values.get("name", "")
    if not name.strip():
        raise refusal(422, "name can't be blank", "/name")
    if named(request.space.documents, Kind.COLLECTION, name) is not None:
        raise refusal(422, "name already exists", "/name")
    now = request.space.now()
    made = {"name": name, **_measured(_rows_in(values)), "created_at": now, "updated_at": now}
    return Reply({"collection": shown(Kind.COLLECTION, add(request, Kind.COLLECTION, made))})


@ROUTES.add("GET", "/v1/collections/{id}", Confidence.SPECIFIED)
def read_collection(request: Request) -> Reply:
    """One collection, without its rows."""
    return Reply({"collection": shown(Kind.COLLECTION, found(request, Kind.COLLECTION))})


@ROUTES.add("PUT", "/v1/collections/{id}", Confidence.SPECIFIED)
def write_collection(request: Request) -> Reply:
    """Rename a collection, or replace its rows."""
    collection = found(request, Kind.COLLECTION)
    values = known(object_body(request), FIELDS)
    if "name" in values:
        if not values["name"].strip():
            raise refusal(422, "name can't be blank", "/name")
        collection["name"] = values["name"]
    if "data" in values or "url" in values:
        collection |= _measured(_rows_in(values))
    return Reply({"collection": shown(Kind.COLLECTION, keep(request, Kind.COLLECTION, touch(request, collection)))})


@ROUTES.add("DELETE", "/v1/collections/{id}", Confidence.SPECIFIED)
def delete_collection(request: Request) -> Reply:
    """Forget a collection."""
    drop(request, Kind.COLLECTION, found(request, Kind.COLLECTION))
    return Reply(status=204)


@ROUTES.add("GET", "/v1/collections/{id}/content", Confidence.SPECIFIED, "an array: the description says only object")
def read_content(request: Request) -> Reply:
    """A collection's rows."""
    return Reply(found(request, Kind.COLLECTION)["data"])


@ROUTES.add("PUT", "/v1/collections/{id}/content", Confidence.SPECIFIED)
def write_content(request: Request) -> Reply:
    """Replace a collection's rows; the body is the array itself, or holds it as `data`."""
    collection = found(request, Kind.COLLECTION)
    try:
        body = request.json
    except (ValueError, RecursionError):
        raise malformed() from None
    rows = body.get("data") if isinstance(body, dict) else body
    collection |= _measured(_rows(rows))
    keep(request, Kind.COLLECTION, touch(request, collection))
    return Reply(collection["data"])


def _rows_in(values: Mapping[str, Any]) -> list[Json]:
    if "url" in values:
        raise refusal(422, "this workspace fetches nothing from a URL: send the rows as data", "/url")
    return _rows(values.get("data", []))


def _rows(rows: Any) -> list[Json]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refusal(422, "data must be an array of objects", "/data")
    return rows


def _measured(rows: Sequence[Mapping[str, Any]]) -> Json:
    """The rows, and what a list says of them. Units: `bytes` of the rows as compact JSON."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    schema = list(dict.fromkeys(name for row in rows for name in row))
    return {"schema": schema, "rows": len(rows), "bytes": len(text.encode()), "data": list(rows)}
