"""One call of a broadcast: whom it goes to, with what data; the same from either API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_filters import Fault, filter_faults
from simulator.workspace.documents import Json, Kind
from simulator.workspace.membership import records
from simulator.workspace.space import Space

SELECTORS = ("recipients", "ids", "emails", "per_user_data", "data_file_url")
SWITCHES = ("id_ignore_missing", "email_ignore_missing", "email_add_duplicates")
KNOWN = ("data", *SELECTORS, *SWITCHES)
MOST = 10_000
"""How many people a call may name. Source: Customer.io docs, "API-triggered broadcasts"."""


def trigger_faults(space: Space, body: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a call: where, as a pointer, and what."""
    faults: list[Fault] = []
    chosen = [name for name in SELECTORS if body.get(name) is not None]
    if len(chosen) > 1:
        faults.append((f"/{chosen[1]}", f"only one of {', '.join(SELECTORS)} may be given"))
    if not isinstance(body.get("data", {}), dict | None):
        faults.append(("/data", "data must be an object"))
    faults += [(f"/{name}", f"{name} must be true or false") for name in SWITCHES if not _is_flag(body.get(name))]
    for name in chosen:
        faults += _selector_faults(space, name, body[name])
    return faults


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _selector_faults(space: Space, name: str, value: Any) -> list[Fault]:
    match name:
        case "recipients":
            return filter_faults(space, value, "/recipients")
        case "data_file_url":
            return [("/data_file_url", "this workspace fetches nothing from a URL: send per_user_data")]
        case "per_user_data":
            return _row_faults(value)
        case _:
            if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
                return [(f"/{name}", f"{name} must be an array")]
            return [(f"/{name}", f"{name} holds more than {MOST}")] if len(value) > MOST else []


def _row_faults(rows: Any) -> list[Fault]:
    if not isinstance(rows, list):
        return [("/per_user_data", "per_user_data must be an array")]
    if len(rows) > MOST:
        return [("/per_user_data", f"per_user_data holds more than {MOST}")]
    faults: list[Fault] = []
    for at, row in enumerate(rows):
        if not isinstance(row, dict) or not (row.get("id") or row.get("email")):
            faults.append((f"/per_user_data/{at}", "id or email is required"))
        elif not isinstance(row.get("data", {}), dict):
            faults.append((f"/per_user_data/{at}/data", "data must be an object"))
    return faults


def trigger(space: Space, campaign: Mapping[str, Any], body: Mapping[str, Any]) -> Json:
    """Start a broadcast for those the call names; gives the call as it is kept, under a number of its own."""
    asked = {name: body[name] for name in KNOWN if name in body}
    kept = space.documents.add(
        Kind.TRIGGER, {"broadcast_id": campaign["id"], "body": asked, "created": space.now(), "count": 0, "errors": []}
    )
    done = records(space).trigger_broadcast(campaign["id"], kept["id"], asked)
    kept |= {"count": done["count"], "errors": done["errors"]}
    space.documents.put(Kind.TRIGGER, kept["id"], kept)
    return kept


def triggers_of(space: Space, campaign: Mapping[str, Any]) -> list[Json]:
    """The calls of a broadcast, in order."""
    return [one for one in space.documents.all(Kind.TRIGGER) if one["broadcast_id"] == campaign["id"]]


def trigger_row(kept: Mapping[str, Any]) -> Json:
    """A call as both APIs show it."""
    return {
        "id": kept["id"],
        "broadcast_id": kept["broadcast_id"],
        "created_at": kept["created"],
        "processed_at": kept["created"],
        "failed": False,
        "recipients_count": kept["count"],
        "errors_count": len(kept["errors"]),
    }
