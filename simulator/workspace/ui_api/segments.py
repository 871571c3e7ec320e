"""Segments of the UI API, with their conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace.documents import Json, Kind, new_segment, shown
from simulator.workspace.membership import members
from simulator.workspace.references import Users, segment_users
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import (
    ANY,
    LIST,
    MAYBE_OBJECT,
    TEXT,
    Fields,
    flag,
    found,
    need_name,
    page_of,
    refusal,
    taken,
    whole_body,
    whole_number,
)
from simulator.workspace.ui_api.gates import may_edit_segment
from simulator.workspace.writing import add, drop, keep, note, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/segments"
FIELDS: Fields = {
    "name": TEXT, "description": TEXT, "type": TEXT, "conditions": MAYBE_OBJECT, "tags": LIST, "id": ANY, "state": ANY,
    "created_at": ANY, "updated_at": ANY,
}  # fmt: skip
ECHO = ("name", "type", "conditions", "id", "state")


@ROUTES.add("GET", PATH, Confidence.GUESSED, "a `size` above 0 turns paging on")
def list_segments(request: Request) -> Reply:
    """Every segment, or a page of them."""
    archived = flag(request, "archived") is True
    tags = request.query.get("searchTagIds[]", [])
    rows = [
        one
        for one in request.space.documents.all(Kind.SEGMENT)
        if bool(one.get("archived")) is archived
        and request.first("type") in ("", one["type"])
        and request.first("search").lower() in one["name"].lower()
        and all(tag in one["tags"] for tag in tags)
    ]
    if whole_number(request, "size", 0):
        rows = page_of(request, rows, "size", 1, 1000)
    if flag(request, "short"):
        return Reply({"segments": [{name: one[name] for name in ("id", "name", "type")} for one in rows]})
    listed = [shown(Kind.SEGMENT, one) for one in rows]
    if flag(request, "usage"):
        listed = [{**one, "usage": _usage(request, one["id"])} for one in listed]
    return Reply({"segments": listed})


@ROUTES.add("POST", PATH, Confidence.AGREED, "with or without its wrapper")
def create_segment(request: Request) -> Reply:
    """A new segment, which is being built."""
    values = taken(request, "segment", FIELDS, may_be_bare=True)
    name = need_name(values)
    kind = values.get("type", "dynamic" if values.get("conditions") else "manual")
    made = new_segment(name, request.space.now(), type=kind, **_written(values, kind))
    return _echo(add(request, Kind.SEGMENT, made), values)


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_segment(request: Request) -> Reply:
    """One segment."""
    return Reply({"segment": shown(Kind.SEGMENT, _named(request))})


@ROUTES.add("PUT", PATH + "/{id}", Confidence.AGREED, "needs the name too")
def write_segment(request: Request) -> Reply:
    """Write a segment's name, description and conditions; it is built anew.

    Assumed: the type stays what it is.
    """
    segment = _named(request)
    may_edit_segment(request, segment)
    values = taken(request, "segment", FIELDS, may_be_bare=True)
    need_name(values)
    if values.get("type", segment["type"]) != segment["type"]:
        raise refusal(422, "type cannot be changed")
    segment |= {"name": values["name"], **_written({**segment, **values}, segment["type"])}
    return _echo(keep(request, Kind.SEGMENT, touch(request, segment)), values)


def _written(values: Mapping[str, Any], kind: str) -> Json:
    if kind not in ("dynamic", "manual"):
        raise refusal(422, f"unknown segment type: {kind}")
    conditions = values.get("conditions")
    if kind == "dynamic" and not conditions:
        raise refusal(422, "conditions is required")
    written = {name: values[name] for name in ("description", "tags") if name in values}
    return {**written, "conditions": conditions if kind == "dynamic" else None}


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_segment(request: Request) -> Reply:
    """Forget a segment that nothing asks.

    Assumed: 422 where something does.
    """
    _delete(request, _named(request))
    return Reply(status=204)


def _delete(request: Request, segment: Json) -> None:
    may_edit_segment(request, segment)
    if segment_users(request.space.documents, segment["id"]) != Users():
        raise refusal(422, "segment is in use")
    drop(request, Kind.SEGMENT, segment)


@ROUTES.add("GET", PATH + "/{id}/status", Confidence.AGREED, "a build is over as soon as it is asked about")
def segment_status(request: Request) -> Reply:
    """Whether a segment is built."""
    return Reply({"state": _named(request)["state"]})


@ROUTES.add("GET", PATH + "/{id}/usage", Confidence.AGREED)
def segment_usage(request: Request) -> Reply:
    """What asks a segment."""
    return Reply(_usage(request, _named(request)["id"]))


@ROUTES.add("GET", "/v1/environments/{environment_id}/segments_usage", Confidence.GUESSED)
def all_usage(request: Request) -> Reply:
    """What asks each segment."""
    rows = [
        {"segment_id": one["id"], **_usage(request, one["id"])} for one in request.space.documents.all(Kind.SEGMENT)
    ]
    return Reply({"segments_usage": rows})


def _usage(request: Request, number: int) -> Json:
    users = segment_users(request.space.documents, number)
    return {
        "campaigns": [one["id"] for one in users.campaigns],
        "newsletters": [one["id"] for one in users.newsletters],
        "segments": [one["id"] for one in users.segments],
    }


@ROUTES.add("GET", PATH + "/{id}/count", Confidence.GUESSED)
def segment_count(request: Request) -> Reply:
    """How many people are in a segment now."""
    return Reply({"count": len(members(request.space, _named(request)))})


@ROUTES.add("GET", PATH + "/{id}/metrics", Confidence.GUESSED)
def segment_metrics(request: Request) -> Reply:
    """How many people are in a segment now: it keeps no history of that."""
    now = request.space.now()
    return Reply({"metrics": [{"timestamp": now, "count": len(members(request.space, _named(request)))}]})


@ROUTES.add("PUT", PATH + "/{id}/members", Confidence.GUESSED, "its body is assumed: `add` and `remove`, lists of ids")
def write_members(request: Request) -> Reply:
    """Put people into a manual segment, or take them out."""
    segment = _named(request)
    may_edit_segment(request, segment)
    if segment["type"] != "manual":
        raise refusal(422, "members of a dynamic segment follow its conditions")
    body = whole_body(request)
    for name, kind in (("add", CallKind.JOIN_SEGMENT), ("remove", CallKind.LEAVE_SEGMENT)):
        people = body.get(name, [])
        if not isinstance(people, list) or not all(isinstance(one, str | int) for one in people):
            raise refusal(422, f"{name} must be an array of ids")
        for person in people:
            request.space.take(Call(0, kind, str(person), IdType.ID, other=str(segment["id"])))
    note(
        request, Kind.SEGMENT, segment, "members changed", {name: len(body.get(name, [])) for name in ("add", "remove")}
    )
    return Reply({"segment": shown(Kind.SEGMENT, segment)})


@ROUTES.add("POST", PATH + "/{id}/tags", Confidence.GUESSED)
def tag_segment(request: Request) -> Reply:
    """Put a tag on a segment."""
    segment = _named(request)
    body = whole_body(request)
    tag = body.get("tag", body)
    name = need_name(tag if isinstance(tag, dict) else {"name": tag})
    if name not in segment["tags"]:
        segment["tags"] = [*segment["tags"], name]
        keep(request, Kind.SEGMENT, touch(request, segment), "tagged", tag=name)
    return Reply({"tags": segment["tags"]})


@ROUTES.add("POST", PATH + "/archive", Confidence.GUESSED, "its body is assumed: `ids`")
def archive_segments(request: Request) -> Reply:
    """Archive several segments."""
    return _turn(request, archived=True)


@ROUTES.add("POST", PATH + "/unarchive", Confidence.GUESSED, "its body is assumed: `ids`")
def restore_segments(request: Request) -> Reply:
    """Bring several segments back."""
    return _turn(request, archived=False)


@ROUTES.add("POST", PATH + "/delete", Confidence.GUESSED, "its body is assumed: `ids`")
def delete_segments(request: Request) -> Reply:
    """Forget several segments that nothing asks, all or none."""
    for segment in _chosen(request):
        _delete(request, segment)
    return Reply(status=204)


def _turn(request: Request, *, archived: bool) -> Reply:
    chosen = _chosen(request)
    for segment in chosen:
        may_edit_segment(request, segment)
        segment["archived"] = archived
        keep(request, Kind.SEGMENT, touch(request, segment), "archived" if archived else "restored")
    return Reply({"segments": [shown(Kind.SEGMENT, one) for one in chosen]})


def _chosen(request: Request) -> list[Json]:
    numbers = whole_body(request).get("ids")
    if not isinstance(numbers, list) or not all(isinstance(one, int) for one in numbers):
        raise refusal(422, "ids must be an array of numbers")
    return [found(request, Kind.SEGMENT, number) for number in numbers]


def _named(request: Request) -> Json:
    return found(request, Kind.SEGMENT, request.number("id"))


def _echo(segment: Json, values: Mapping[str, Any]) -> Reply:
    """The segment as a write answers it: short, and not built yet."""
    names = (*ECHO, "description") if "description" in values else ECHO
    return Reply({"segment": {**{name: segment[name] for name in names}, "state": "build"}})
