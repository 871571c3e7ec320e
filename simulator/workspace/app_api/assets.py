"""Assets: pictures and PDFs that messages show, and the folders they lie in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import (
    MAYBE_NUMBER,
    NUMBER,
    TEXT,
    found,
    known,
    not_found,
    object_body,
    query_number,
    refusal,
)
from simulator.workspace.asset_files import content_type_of, fault_of
from simulator.workspace.documents import Json, Kind
from simulator.workspace.forms import Upload, form_of
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.APP)
FILES = "/v1/assets/files"
FOLDERS = "/v1/assets/folders"
MOST = 10_000
MOVED = {"name": TEXT, "parent_folder_id": MAYBE_NUMBER}


@ROUTES.add("GET", "/v1/assets", Confidence.SPECIFIED)
def list_assets(request: Request) -> Reply:
    """A page of files."""
    return _page(request, Kind.ASSET, "assets")


@ROUTES.add("POST", FILES, Confidence.SPECIFIED, "multipart; the file is served where `path` says, without a key")
def create_asset(request: Request) -> Reply:
    """Keep a file.

    Source: App API reference: pictures and PDFs up to 2 MB, pictures up to 4096 pixels a side; `parent_folder_id` 0 is
    the root. Assumed: 400 for other files.
    """
    form = form_of(request)
    upload = form.get("file")
    if not isinstance(upload, Upload):
        raise refusal(400, "file is required")
    fault = fault_of(upload.data, upload.content_type)
    if fault is not None:
        raise refusal(400, fault)
    name = form.get("name") or upload.name
    if not isinstance(name, str) or not name.strip():
        raise refusal(400, "name can't be blank")
    now = request.space.now()
    made = {
        "name": name.strip(), "parent_folder_id": _folder(request, _number(form.get("parent_folder_id"))),
        "size": len(upload.data), "created": now, "updated": now,
        "content_type": content_type_of(upload.data), "data": base64.b64encode(upload.data).decode(),
    }  # fmt: skip
    asset = add(request, Kind.ASSET, made)
    return Reply({"asset": _asset(request, asset)})


@ROUTES.add("GET", FILES + "/{id}", Confidence.SPECIFIED)
def read_asset(request: Request) -> Reply:
    """One file's particulars."""
    return Reply({"asset": _asset(request, found(request, Kind.ASSET))})


@ROUTES.add("PUT", FILES + "/{id}", Confidence.SPECIFIED)
def write_asset(request: Request) -> Reply:
    """Rename or move a file; answers nothing."""
    return _moved(request, Kind.ASSET)


@ROUTES.add("DELETE", FILES + "/{id}", Confidence.SPECIFIED)
def delete_asset(request: Request) -> Reply:
    """Forget a file."""
    drop(request, Kind.ASSET, found(request, Kind.ASSET))
    return Reply(status=204)


@ROUTES.add("GET", FOLDERS, Confidence.SPECIFIED)
def list_folders(request: Request) -> Reply:
    """A page of folders."""
    return _page(request, Kind.ASSET_FOLDER, "folders")


@ROUTES.add("POST", FOLDERS, Confidence.SPECIFIED)
def create_folder(request: Request) -> Reply:
    """A new, empty folder."""
    values = known(object_body(request), {"name": TEXT, "parent_folder_id": NUMBER})
    name = values.get("name", "").strip()
    if not name:
        raise refusal(400, "name can't be blank")
    now = request.space.now()
    parent = _folder(request, values.get("parent_folder_id"))
    made = {"name": name, "parent_folder_id": parent, "created": now, "updated": now}
    return Reply({"folder": _shown(add(request, Kind.ASSET_FOLDER, made))})


@ROUTES.add("GET", FOLDERS + "/{id}", Confidence.SPECIFIED)
def read_folder(request: Request) -> Reply:
    """One folder."""
    return Reply({"folder": _shown(found(request, Kind.ASSET_FOLDER))})


@ROUTES.add("PUT", FOLDERS + "/{id}", Confidence.SPECIFIED)
def write_folder(request: Request) -> Reply:
    """Rename or move a folder; answers nothing."""
    return _moved(request, Kind.ASSET_FOLDER)


@ROUTES.add("DELETE", FOLDERS + "/{id}", Confidence.SPECIFIED, "409 while something lies in it")
def delete_folder(request: Request) -> Reply:
    """Forget an empty folder."""
    folder = found(request, Kind.ASSET_FOLDER)
    documents = request.space.documents
    inside = [*documents.all(Kind.ASSET), *documents.all(Kind.ASSET_FOLDER)]
    if any(one["parent_folder_id"] == folder["id"] for one in inside):
        raise _constraint()
    drop(request, Kind.ASSET_FOLDER, folder)
    return Reply(status=204)


def _moved(request: Request, kind: Kind) -> Reply:
    """Source: App API reference: at least one of the two; a name is not blank; null is the root."""
    kept = found(request, kind)
    values = known(object_body(request), MOVED)
    if not values:
        raise refusal(400, "name or parent_folder_id is required")
    if "name" in values:
        values["name"] = values["name"].strip()
        if not values["name"]:
            raise refusal(400, "name can't be blank")
    if "parent_folder_id" in values:
        parent = values["parent_folder_id"] = _folder(request, values["parent_folder_id"])
        if kind is Kind.ASSET_FOLDER and parent is not None and _is_under(request, parent, kept["id"]):
            raise _constraint()
    keep(request, kind, touch(request, kept | values))
    return Reply(status=204)


def _constraint() -> Exception:
    return refusal(409, "a constraint violation prevents this operation")


def _folder(request: Request, number: int | None) -> int | None:
    """The folder that a number means; None for the root.

    Raises: Refusal (404) when there is no such folder.
    """
    if not number:
        return None
    if request.space.documents.get(Kind.ASSET_FOLDER, number) is None:
        raise not_found()
    return number


def _number(text: Any) -> int | None:
    if not isinstance(text, str) or not text.strip():
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise refusal(400, "parent_folder_id is invalid")
    return int(text)


def _is_under(request: Request, folder: int | None, above: int) -> bool:
    """Whether a folder is *above*, or lies somewhere in it."""
    while folder is not None:
        if folder == above:
            return True
        folder = (request.space.documents.get(Kind.ASSET_FOLDER, folder) or {}).get("parent_folder_id")
    return False


def _page(request: Request, kind: Kind, many: str) -> Reply:
    """A page of what lies in a folder, or anywhere under it unless only direct children are asked for."""
    parent = query_number(request, "parent_folder_id", 0)
    direct = request.first("direct_descendants_only").lower() in ("true", "1")
    number, limit = max(query_number(request, "page", 1), 1), max(query_number(request, "limit", 1000, MOST), 1)
    rows = [one for one in request.space.documents.all(kind) if _lies_in(request, one, parent, direct=direct)]
    chosen = rows[(number - 1) * limit : number * limit]
    shown = [_asset(request, one) if kind is Kind.ASSET else _shown(one) for one in chosen]
    meta = {
        "pagination": {"page": number, "limit": limit, "total": len(rows)},
        "filters": {"parent_folder_id": parent or None, "direct_descendants_only": direct},
    }
    return Reply({many: shown, "meta": meta})


def _lies_in(request: Request, one: Mapping[str, Any], parent: int, *, direct: bool) -> bool:
    holder = one["parent_folder_id"]
    if direct or not parent:
        return not direct or holder == (parent or None)
    return _is_under(request, holder, parent)


def _shown(folder: Mapping[str, Any]) -> Json:
    return {name: folder[name] for name in ("id", "name", "parent_folder_id", "created", "updated")}


def _asset(request: Request, asset: Mapping[str, Any]) -> Json:
    """Assumed: the address of a file; the server's own, as its port may be another at the next start."""
    path = f"{request.space.account.url}/_assets/{request.space.id}/{asset['id']}"
    return {**_shown(asset), "path": path, "size": asset["size"]}
