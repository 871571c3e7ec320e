"""Design Studio: emails, components and folders, kept as they are written; nothing here publishes or links them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.workspace.app_api.bodies import (
    FLAG,
    MAYBE_TEXT,
    OBJECT,
    TEXT,
    known,
    not_found,
    object_body,
    query_number,
    refusal,
)
from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Confidence, Handler, Reply, Request, Routes, Surface
from simulator.workspace.writing import note

ROUTES = Routes(Surface.APP)
LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of thing: how lists and single answers call it, what it holds, what a row shows."""

    kind: Kind
    many: str
    one: str
    prefix: str
    fields: Mapping[str, tuple[type, ...]]
    fresh: Mapping[str, Any]
    row: tuple[str, ...]
    detail: tuple[str, ...]


_FOLDER = {"parent_folder_id": MAYBE_TEXT}
EMAILS = Shelf(
    Kind.DESIGN_EMAIL,
    "emails",
    "email",
    "ds_",
    {"name": TEXT, "content": OBJECT, "envelope": OBJECT, "transformers": OBJECT, "is_template": FLAG, **_FOLDER},
    {
        "name": "",
        "content": {"subject": "", "preheader_text": "", "html": "", "amp": "", "text": ""},
        "envelope": {},
        "transformers": {},
        "is_template": False,
        "is_linked": False,
    },
    ("id", "name", "is_template", "is_linked", "created", "updated"),
    ("id", "name", "content", "envelope", "transformers"),
)
SHELVES = (
    EMAILS,
    Shelf(
        Kind.DESIGN_COMPONENT, "components", "component", "dsc_",
        {"name": TEXT, "tag": TEXT, "content": TEXT, **_FOLDER},  # as the official Node client has them
        {"name": "", "tag": "", "content": ""},
        ("id", "name", "created", "updated"),
        ("id", "name", "tag", "content"),
    ),
    Shelf(
        Kind.DESIGN_FOLDER, "folders", "folder", "dsf_",
        {"name": TEXT, **_FOLDER},
        {"name": "", "parent_folder_id": None},
        ("id", "name", "parent_folder_id", "created", "updated"),
        ("id", "name", "parent_folder_id"),
    ),
)  # fmt: skip


def _serve(shelf: Shelf) -> None:
    path = f"/v1/design_studio/{shelf.many}"

    def listed(request: Request) -> Reply:
        """A page of short rows, and how many there are."""
        rows = request.space.documents.all(shelf.kind)
        limit = max(query_number(request, "limit", LIMIT, LIMIT), 1)
        first = (max(query_number(request, "page", 1), 1) - 1) * limit
        shown = [_picked(one, shelf.row) for one in rows[first : first + limit]]
        return Reply({shelf.many: shown, "meta": {"pagination": {"total": len(rows)}}})

    def made(request: Request) -> Reply:
        """A new one."""
        values = known(object_body(request), shelf.fields)
        if not values.get("name", "").strip():
            raise refusal(422, "name can't be blank", "/name")
        number = request.space.documents.store.new_id(shelf.kind)
        now = request.space.now()
        kept = {"id": f"{shelf.prefix}{number}", **shelf.fresh, "created": now, "updated": now}
        return _kept(request, shelf, number, merged(kept, values), "created")

    def read(request: Request) -> Reply:
        """One."""
        return Reply({shelf.one: _picked(named_on(request, shelf)[1], shelf.detail)})

    def written(request: Request) -> Reply:
        """Write what the body says of one; answers nothing."""
        number, kept = named_on(request, shelf)
        changed = merged(kept, known(object_body(request), shelf.fields)) | {"updated": request.space.now()}
        _kept(request, shelf, number, changed, "updated")
        return Reply(status=204)

    def gone(request: Request) -> Reply:
        """Forget one."""
        number, kept = named_on(request, shelf)
        request.space.documents.delete(shelf.kind, number)
        note(request, shelf.kind, kept, "deleted")
        return Reply(status=204)

    served: tuple[tuple[str, str, Handler], ...] = (
        ("GET", path, listed), ("POST", path, made), ("GET", path + "/{id}", read), ("PUT", path + "/{id}", written),
        ("DELETE", path + "/{id}", gone),
    )  # fmt: skip
    for method, pattern, handler in served:
        ROUTES.add(method, pattern, Confidence.SPECIFIED)(handler)


def _picked(document: Mapping[str, Any], names: tuple[str, ...]) -> Json:
    return {name: document[name] for name in names if name in document}


def merged(kept: Json, values: Mapping[str, Any]) -> Json:
    """The values over what is kept; of an object, only the parts that are said."""
    return kept | {
        name: {**kept[name], **value} if isinstance(value, dict) and isinstance(kept.get(name), dict) else value
        for name, value in values.items()
    }


def _kept(request: Request, shelf: Shelf, number: int, document: Json, action: str) -> Reply:
    request.space.documents.put(shelf.kind, number, document)
    note(request, shelf.kind, document, action)
    return Reply({shelf.one: _picked(document, shelf.detail)})


def named_on(request: Request, shelf: Shelf) -> tuple[int, Json]:
    """The number and the document of the path's `id`.

    Raises: Refusal (404).
    """
    text = request.params["id"].removeprefix(shelf.prefix)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    document = request.space.documents.get(shelf.kind, number)
    if document is None:
        raise not_found()
    return number, document


for _shelf in SHELVES:
    _serve(_shelf)
