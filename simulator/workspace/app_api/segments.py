"""Segments of the App API: manual ones can be made, all can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import (
    TEXT,
    found,
    known,
    malformed,
    object_body,
    or_null,
    query_number,
    refusal,
    token,
    token_place,
)
from simulator.workspace.documents import Json, Kind, new_segment
from simulator.workspace.membership import members
from simulator.workspace.references import Users, segment_users
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, drop

ROUTES = Routes(Surface.APP)
MOST_MEMBERS = 30_000


@ROUTES.add(
    "GET", "/v1/segments", Confidence.SEEN, "the whole list in one answer; conditions as newer answers have them"
)
def list_segments(request: Request) -> Reply:
    """Every segment that is not archived."""
    rows = [one for one in request.space.documents.all(Kind.SEGMENT) if not one.get("archived")]
    return Reply({"segments": [_row(one) for one in rows]})


@ROUTES.add("POST", "/v1/segments", Confidence.SPECIFIED, "manual ones only")
def create_segment(request: Request) -> Reply:
    """A new, empty manual segment."""
    inner = object_body(request).get("segment")
    if not isinstance(inner, dict):
        raise malformed("segment is required")
    values = known(inner, {"name": TEXT, "description": TEXT})
    if not values.get("name", "").strip():
        raise refusal(422, "name can't be blank", "/segment/name")
    made = new_segment(values["name"], request.space.now(), description=values.get("description", ""))
    return Reply({"segment": _row(add(request, Kind.SEGMENT, made))})


@ROUTES.add("GET", "/v1/segments/{id}", Confidence.SPECIFIED)
def read_segment(request: Request) -> Reply:
    """One segment."""
    return Reply({"segment": _row(found(request, Kind.SEGMENT))})


@ROUTES.add("DELETE", "/v1/segments/{id}", Confidence.SPECIFIED)
def delete_segment(request: Request) -> Reply:
    """Forget a manual segment that nothing asks.

    Assumed: 422 for another.
    """
    segment = found(request, Kind.SEGMENT)
    if segment["type"] != "manual":
        raise refusal(422, "only manual segments can be deleted")
    if segment_users(request.space.documents, segment["id"]) != Users():
        raise refusal(422, "segment is in use")
    drop(request, Kind.SEGMENT, segment)
    return Reply(status=204)


@ROUTES.add("GET", "/v1/segments/{id}/used_by", Confidence.SPECIFIED)
def used_by(request: Request) -> Reply:
    """What asks a segment."""
    number = found(request, Kind.SEGMENT)["id"]
    users = segment_users(request.space.documents, number)
    sent = [one["id"] for one in users.newsletters if one["send_state"] == "sent"]
    return Reply(
        {
            "used_by": {
                "segment_id": number,
                "campaigns": [one["id"] for one in users.campaigns],
                "draft_newsletters": [one["id"] for one in users.newsletters if one["id"] not in sent],
                "sent_newsletters": sent,
            }
        }
    )


@ROUTES.add("GET", "/v1/segments/{id}/customer_count", Confidence.SPECIFIED)
def customer_count(request: Request) -> Reply:
    """How many people are in a segment now."""
    return Reply({"count": len(members(request.space, found(request, Kind.SEGMENT)))})


@ROUTES.add("GET", "/v1/segments/{id}/membership", Confidence.SEEN, "a page with people always carries a token")
def membership(request: Request) -> Reply:
    """A page of the people in a segment.

    Source: recorded: a token comes with every page that holds somebody, so that the last page is an empty one.
    """
    segment = found(request, Kind.SEGMENT)
    size = max(query_number(request, "limit", MOST_MEMBERS, MOST_MEMBERS), 1)
    first = _place(request)
    people = members(request.space, segment)[first : first + size]
    return Reply(
        {
            "segment_id": segment["id"],
            "ids": or_null([person.id or "" for person in people]),
            "identifiers": or_null([person.identifiers() for person in people]),
            "next": token(f"0:{first + len(people)}") if people else "",
        }
    )


def _place(request: Request) -> int:
    shard, _, place = token_place(request).partition(":")
    if not shard:
        return 0
    if shard != "0" or not place.isdigit():
        raise malformed("start is invalid")
    return int(place)


def _row(segment: Mapping[str, Any]) -> Json:
    row = {
        "id": segment["id"],
        "deduplicate_id": f"{segment['id']}:{segment['updated_at']}",
        "name": segment["name"],
        "description": segment["description"],
        "state": {"complete": "finished"}.get(segment["state"], segment["state"]),
        "progress": None,
        "type": segment["type"],
        "tags": or_null(segment["tags"]),
        "created_at": segment["created_at"],
        "updated_at": segment["updated_at"],
    }
    return row if segment["conditions"] is None else {**row, "conditions": segment["conditions"]}
