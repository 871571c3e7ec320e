"""The data index: what the workspace says that its attributes and events mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import malformed, object_body, refusal
from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, keep, touch

ROUTES = Routes(Surface.APP)
MOST = 100
LONGEST = 255
_SCOPE = ("object_type_id", "is_relationship", "event_name")
"""What tells attributes of one name apart. Source: the official Node client."""


@ROUTES.add("POST", "/v1/data_index/attributes", Confidence.SPECIFIED, "read back by nothing but /_state")
def describe_attributes(request: Request) -> Reply:
    """Say what attributes mean, a hundred at most."""
    for row in _rows(request, "attributes", "attribute"):
        _keep(request, Kind.ATTRIBUTE_NOTE, row, (*_SCOPE, "name"), ("description", "privacy_level"))
    return Reply(status=204)


@ROUTES.add("POST", "/v1/data_index/events", Confidence.SPECIFIED, "read back by nothing but /_state")
def describe_events(request: Request) -> Reply:
    """Say what events mean, a hundred at most."""
    for row in _rows(request, "events", "event"):
        _keep(request, Kind.EVENT_NOTE, row, ("name",), ("description",))
    return Reply(status=204)


def _rows(request: Request, many: str, one: str) -> list[Json]:
    """Source: App API reference: the words and pointers of the refusals of too few and too many; Assumed: the rest."""
    rows = object_body(request).get(many)
    pointer = f"/data/attributes/{many}"
    if not isinstance(rows, list):
        raise malformed("Invalid request format")
    if not rows:
        raise refusal(422, f"At least one {one} is required", pointer)
    if len(rows) > MOST:
        raise refusal(422, f"Can not update more than {MOST} {many} at once", pointer)
    for at, row in enumerate(rows):
        _check(row, f"{pointer}[{at}]")
    return rows


def _check(row: Any, pointer: str) -> None:
    if not isinstance(row, dict):
        raise malformed("Invalid request format")
    name, description = row.get("name"), row.get("description", "")
    if not isinstance(name, str) or not name.strip():
        raise refusal(422, "name is required", f"{pointer}.name")
    if not isinstance(description, str) or len(description) > LONGEST:
        raise refusal(422, f"description is longer than {LONGEST} characters", f"{pointer}.description")
    if "privacy_level" in row and (row["privacy_level"] not in (0, 1) or isinstance(row["privacy_level"], bool)):
        raise refusal(422, "privacy_level must be 0 or 1", f"{pointer}.privacy_level")


def _keep(request: Request, kind: Kind, row: Mapping[str, Any], same: tuple[str, ...], said: tuple[str, ...]) -> None:
    now = request.space.now()
    key = {name: row.get(name) for name in same}
    values = {name: row[name] for name in said if name in row}
    for kept in request.space.documents.all(kind):
        if all(kept.get(name) == value for name, value in key.items()):
            keep(request, kind, touch(request, kept | values))
            return
    add(request, kind, {**key, **values, "created": now, "updated": now})
