"""How both APIs write: the document, who did it, and word to the running part, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Handler, Reply, Request, Route
from simulator.workspace.space import Space


def keep(request: Request, kind: Kind, document: Json, action: str = "updated", **details: Any) -> Json:
    """Keep a document that the request made or changed; gives it back."""
    request.space.documents.put(kind, int(document["id"]), document)
    note(request, kind, document, action, details)
    return document


def add(request: Request, kind: Kind, document: Json, **details: Any) -> Json:
    """Keep a new document under a new number."""
    kept = request.space.documents.add(kind, document)
    note(request, kind, kept, "created", details)
    return kept


def drop(request: Request, kind: Kind, document: Mapping[str, Any], **details: Any) -> None:
    """Forget a document."""
    request.space.documents.delete(kind, int(document["id"]))
    note(request, kind, document, "deleted", details)


def note(
    request: Request,
    kind: Kind,
    document: Mapping[str, Any],
    action: str,
    details: Mapping[str, Any] | None = None,
    *,
    there: Space | None = None,
) -> None:
    """Log a write, and say that content moved; *there*: in another workspace than the one that was asked.

    Assumed: what an entry of the audit log holds; only that there is one is known.
    """
    space = there or request.space
    space.documents.add(
        Kind.AUDIT,
        {
            "created": space.now(),
            "environment_id": space.id,
            "user": {"name": request.actor},
            "action": action,
            "object_type": str(kind),
            "object_id": document["id"],
            "object_name": document.get("name") or document.get("email") or "",
            "details": dict(details or {}),
        },
    )
    space.content_changed()


def touch(request: Request, document: Json) -> Json:
    """Say that the document was changed now."""
    document["updated_at" if "updated_at" in document else "updated"] = request.space.now()
    return document


def touch_campaign(request: Request, number: int) -> None:
    """Say that a campaign was changed now, because a step of it was.

    Assumed: a campaign's stamp moves with every change of its steps; the content of messages has stamps of its own.
    """
    campaign = request.space.documents.get(Kind.CAMPAIGN, number)
    if campaign is not None:
        request.space.documents.put(Kind.CAMPAIGN, number, touch(request, campaign))


def in_one_change(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes, with all that one request writes kept or none of it."""
    return tuple(route if route.method == "GET" else replace(route, handler=_whole(route.handler)) for route in routes)


def _whole(handler: Handler) -> Handler:
    def answered(request: Request) -> Reply:
        with request.space.documents.store.change():
            return handler(request)

    return answered
