"""Objects as the App API finds and shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.operators import as_text
from simulator.workspace.app_api.bodies import malformed, not_found, object_body, page, query_number, refusals
from simulator.workspace.documents import Kind
from simulator.workspace.membership import records
from simulator.workspace.records import ObjectRecord
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
PATH = "/v1/objects"
MOST_FOUND = 1000
OPERATORS = ("eq", "exists")
_DEEPEST = 30
Fault = tuple[str | None, str]


@ROUTES.add("POST", PATH, Confidence.SPECIFIED)
def find_objects(request: Request) -> Reply:
    """A page of the objects of a type that a filter takes.

    Assumed: lists are empty, and not null, when nothing is found.
    """
    body = object_body(request)
    type_id, tree = as_text(body.get("object_type_id")), body.get("filter")
    if not type_id:
        raise refusals(422, [("/object_type_id", "object_type_id is required")])
    faults = list(_faults(tree, "/filter", 0))
    if faults or tree is None:
        raise refusals(422, faults)
    rows = [one for one in records(request.space).objects(type_id) if _matches(one, tree)]
    size = max(query_number(request, "limit", 100, MOST_FOUND), 1)
    chosen, following = page(request, rows, size)
    return Reply(
        {"identifiers": [one.identifiers() for one in chosen], "ids": [one.id for one in chosen], "next": following}
    )


@ROUTES.add("GET", PATH + "/{type_id}/{object_id}/attributes", Confidence.SPECIFIED)
def attributes_of_object(request: Request) -> Reply:
    """One object's attributes, and when each was set."""
    found = _named(request)
    shown = {
        "attributes": dict(found.attributes),
        "timestamps": dict(found.timestamps),
        "identifiers": found.identifiers(),
        "object_type_id": found.type_id,
    }
    return Reply({"object": shown})


@ROUTES.add("GET", PATH + "/{type_id}/{object_id}/relationships", Confidence.SPECIFIED)
def relationships_of_object(request: Request) -> Reply:
    """A page of the people who are related to an object."""
    found = _named(request)
    kept = request.space.documents.get(Kind.OBJECT_TYPE, request.number("type_id"))
    disabled = kept is not None and not kept["enabled"]
    rows = [
        {"identifiers": one.identifiers(), "object_type_id": found.type_id, "object_type_disabled": disabled}
        for one in records(request.space).related_people(found)
    ]
    chosen, following = page(request, rows, max(query_number(request, "limit", 100, MOST_FOUND), 1))
    return Reply({"cio_relationships": chosen, "next": following})


def _named(request: Request) -> ObjectRecord:
    """The object of the path.

    Raises: Refusal: 400 for a kind of name that is none, 404 when there is no such object (Assumed).
    """
    kind = request.first("id_type", "object_id")
    if kind not in ("object_id", "cio_object_id"):
        raise malformed("id_type must be one of object_id, cio_object_id")
    wanted = request.params["object_id"]
    for one in records(request.space).objects(request.params["type_id"]):
        if one.identifiers()[kind] == wanted:
            return one
    raise not_found()


def _faults(tree: Any, pointer: str, depth: int) -> Iterator[Fault]:
    parts = [name for name in ("and", "or", "not", "object_attribute") if isinstance(tree, dict) and name in tree]
    if len(parts) != 1 or depth > _DEEPEST:
        yield pointer, "filter needs one of and, or, not, object_attribute"
        return
    inner, place = tree[parts[0]], f"{pointer}/{parts[0]}"
    match parts[0]:
        case "not":
            yield from _faults(inner, place, depth + 1)
        case "object_attribute":
            yield from _leaf_faults(inner, place)
        case kind if not isinstance(inner, list):
            yield place, f"{kind} must be an array of filters"
        case _:
            for at, part in enumerate(inner):
                yield from _faults(part, f"{place}/{at}", depth + 1)


def _leaf_faults(inner: Any, pointer: str) -> Iterator[Fault]:
    if not isinstance(inner, dict) or not isinstance(inner.get("field"), str) or not inner["field"]:
        yield f"{pointer}/field", "field is required"
    elif inner.get("operator") not in OPERATORS:
        yield f"{pointer}/operator", f"operator must be one of {', '.join(OPERATORS)}"
    elif inner["operator"] == "eq" and "value" not in inner:
        yield f"{pointer}/value", "value is required"


def _matches(found: ObjectRecord, tree: Mapping[str, Any]) -> bool:
    """Assumed: an empty `and` takes every object, an empty `or` none."""
    if "and" in tree:
        return all(_matches(found, part) for part in tree["and"])
    if "or" in tree:
        return any(_matches(found, part) for part in tree["or"])
    if "not" in tree:
        return not _matches(found, tree["not"])
    return _leaf_holds(found, tree["object_attribute"])


def _leaf_holds(found: ObjectRecord, leaf: Mapping[str, Any]) -> bool:
    """Assumed: values are compared as text, without case, as segments compare them; another type's leaf takes none."""
    if as_text(leaf.get("type_id", found.type_id)) != found.type_id:
        return False
    value = found.attributes.get(leaf["field"])
    if leaf["operator"] == "exists":
        return value is not None and value != ""
    wanted, shown = as_text(leaf["value"]), as_text(value)
    return wanted is not None and shown is not None and wanted.lower() == shown.lower()
