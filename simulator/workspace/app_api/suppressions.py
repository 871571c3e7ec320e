"""Addresses that the email provider does not deliver to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import malformed, not_found, or_null, page, query_number
from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, drop

ROUTES = Routes(Surface.APP)
CATEGORIES = ("bounces", "blocks", "spam_reports", "invalid_emails")


@ROUTES.add("GET", "/v1/esp/suppression/{category}", Confidence.SEEN, "none: null, and no category")
def list_category(request: Request) -> Reply:
    """A page of the addresses of a category, perhaps of one domain only."""
    category = _category(request)
    rows = [one for one in request.space.documents.all(Kind.SUPPRESSION) if one["category"] == category]
    if request.first("domain"):
        rows = _on_domain(request, rows, request.first("domain"))
    return _answer(request, category, rows)


@ROUTES.add("GET", "/v1/esp/domains/{domain}/suppression/{category}", Confidence.SPECIFIED, "none: null")
def list_by_domain(request: Request) -> Reply:
    """A page of the addresses of a category on one sending domain; with `email` that address alone.

    Assumed: `next` is "" on the last page.
    """
    category = _category(request)
    rows = [one for one in request.space.documents.all(Kind.SUPPRESSION) if one["category"] == category]
    rows = _on_domain(request, rows, request.params["domain"])
    if request.first("email"):
        rows = [one for one in rows if one["email"].lower() == request.first("email").lower()]
    chosen, following = page(request, rows, max(query_number(request, "limit", 100, 1000), 1))
    return Reply({"category": category, "suppressions": or_null([_row(one) for one in chosen]), "next": following})


def _on_domain(request: Request, rows: list[Json], domain: str) -> list[Json]:
    """The suppressions that hold for one sending domain.

    Source: App API reference: the domain is the one that is sent from.
    Assumed: an address is on the lists of all domains that the workspace sends from, as nothing bounces here by itself.
    """
    documents = request.space.documents
    sending = {str(one["domain"]).lower() for one in documents.all(Kind.DOMAIN)}
    sending |= {str(one["email"]).rpartition("@")[2].lower() for one in documents.all(Kind.IDENTITY)}
    return rows if domain.lower() in sending else []


@ROUTES.add("GET", "/v1/esp/search_suppression/{email}", Confidence.SPECIFIED)
def search(request: Request) -> Reply:
    """Where an address is suppressed."""
    asked = request.params["email"].lower()
    rows = [one for one in request.space.documents.all(Kind.SUPPRESSION) if one["email"].lower() == asked]
    return _answer(request, rows[0]["category"] if rows else "", rows)


@ROUTES.add("POST", "/v1/esp/suppression/{category}/{email}", Confidence.SPECIFIED)
def suppress(request: Request) -> Reply:
    """Put an address on a category's list."""
    category, email = _category(request), request.params["email"]
    if "@" not in email:
        raise malformed("email is invalid")
    if _kept(request, category) is None:
        made = {"category": category, "email": email, "reason": "", "status": "", "created": request.space.now()}
        add(request, Kind.SUPPRESSION, made)
    return Reply({})


@ROUTES.add("DELETE", "/v1/esp/suppression/{category}/{email}", Confidence.SPECIFIED)
def release(request: Request) -> Reply:
    """Take an address off a category's list."""
    kept = _kept(request, _category(request))
    if kept is None:
        raise not_found()
    drop(request, Kind.SUPPRESSION, kept)
    return Reply({})


def _kept(request: Request, category: str) -> Json | None:
    wanted = (category, request.params["email"].lower())
    rows = request.space.documents.all(Kind.SUPPRESSION)
    return next((one for one in rows if (one["category"], one["email"].lower()) == wanted), None)


def _category(request: Request) -> str:
    category = request.params["category"]
    if category not in CATEGORIES:
        raise not_found()
    return category


def _answer(request: Request, category: str, rows: list[Json]) -> Reply:
    first = query_number(request, "offset", 0)
    chosen = rows[first : first + max(query_number(request, "limit", 1000, 1000), 1)]
    if not chosen:
        return Reply({"suppressions": None})
    return Reply({"category": category, "suppressions": [_row(one) for one in chosen]})


def _row(suppression: Mapping[str, Any]) -> Json:
    return {name: suppression[name] for name in ("created", "email", "reason", "status")}
