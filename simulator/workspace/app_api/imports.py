"""Imports: asked for here, taken in by the server as time allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.operators import as_text
from simulator.workspace.app_api.bodies import found, known, malformed, object_body, refusals
from simulator.workspace.documents import Json, Kind
from simulator.workspace.importing.rows import KINDS, WHICH
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add

ROUTES = Routes(Surface.APP)
TEXT = (str,)
FIELDS = {
    "name": TEXT, "data_file_url": TEXT, "type": TEXT, "identifier": TEXT, "object_type_id": (str, int),
    "data_to_process": TEXT, "people_to_process": TEXT, "description": TEXT,
}  # fmt: skip
IDENTIFIERS: Mapping[str, tuple[str, ...]] = {
    "people": ("id", "email"), "event": ("id", "email"), "relationship": ("id", "email", "cio_id"), "object": (),
}  # fmt: skip
"""Source: App API reference."""


@ROUTES.add("POST", "/v1/imports", Confidence.SPECIFIED, "fetched from this machine, unless --webhooks-anywhere")
def start_import(request: Request) -> Reply:
    """Ask for an import; it is fetched and taken in after the answer."""
    body = object_body(request).get("import")
    if not isinstance(body, dict):
        raise malformed("import is required")
    values = known(body, FIELDS)
    kind, which = values.get("type", ""), _which(values)
    _check(values, kind, which)
    now = request.space.now()
    url = values["data_file_url"].strip()
    made = {
        "created_at": now, "updated_at": now, "name": values.get("name", "").strip() or _name_of(url),
        "description": values.get("description", ""), "rows_to_import": 0, "rows_imported": 0,
        "state": "preprocessing", "type": kind, "identifier": values.get("identifier") or _first(kind),
        "data_to_process": which, "object_type_id": as_text(values.get("object_type_id")) or "1", "error": "",
        "data_file_url": url, "next_row": 0, "errors": [], "error_export_id": None,
    }  # fmt: skip
    return Reply({"import": _row(request, add(request, Kind.IMPORT, made))})


@ROUTES.add("GET", "/v1/imports/{id}", Confidence.SPECIFIED)
def read_import(request: Request) -> Reply:
    """How far an import is."""
    return Reply({"import": _row(request, found(request, Kind.IMPORT))})


def _which(values: Mapping[str, Any]) -> str:
    """Source: official Node client: the old and the new name of one thing exclude each other."""
    if "data_to_process" in values and "people_to_process" in values:
        raise refusals(422, [("/import/data_to_process", "data_to_process and people_to_process exclude each other")])
    return str(values.get("data_to_process") or values.get("people_to_process") or "all")


def _check(values: Mapping[str, Any], kind: str, which: str) -> None:
    """Assumed: 422 with a pointer; a name and an identifier may be left out, as the official client lets one."""
    faults: list[tuple[str | None, str]] = []
    if not values.get("data_file_url", "").strip():
        faults.append(("/import/data_file_url", "data_file_url is required"))
    if kind not in KINDS:
        faults.append(("/import/type", f"type must be one of {', '.join(KINDS)}"))
    elif values.get("identifier") and values["identifier"] not in IDENTIFIERS[kind] and kind != "object":
        faults.append(("/import/identifier", f"identifier must be one of {', '.join(IDENTIFIERS[kind])}"))
    if kind == "object" and not as_text(values.get("object_type_id")):
        faults.append(("/import/object_type_id", "object_type_id is required"))
    if which not in WHICH or (kind == "event" and which == "only_new"):
        faults.append(("/import/data_to_process", "data_to_process is invalid"))
    if faults:
        raise refusals(422, faults)


def _first(kind: str) -> str:
    return next(iter(IDENTIFIERS.get(kind, ())), "")


def _name_of(url: str) -> str:
    """Source: official Node client: an import is called as its file."""
    if url.startswith("data:"):  # it holds people
        return "import"
    return url.partition("?")[0].rpartition("/")[2][:100] or "import"


def _row(request: Request, kept: Mapping[str, Any]) -> Json:
    names = ("id", "name", "description", "created_at", "updated_at", "rows_to_import", "rows_imported", "state",
             "type", "data_to_process")  # fmt: skip
    row: Json = {name: kept[name] for name in names}
    if kept["type"] == "object":
        row["object_type_id"] = kept["object_type_id"]
    else:
        row["identifier"] = kept["identifier"]
    if kept["type"] in ("people", "event"):
        row["people_to_process"] = kept["data_to_process"]
    if kept["error"]:
        row["error"] = kept["error"]
    number = kept["error_export_id"]
    if number is not None:
        row |= {
            "error_export_id": number,
            "error_download_url": f"{request.space.account.url}/app/v1/exports/{number}/download",
        }
    return row
