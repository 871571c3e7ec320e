"""The account: who one is, its workspaces, who changed what."""

from __future__ import annotations

from typing import Any

from simulator.workspace.documents import Json, Kind
from simulator.workspace.messages_sent import count_sent
from simulator.workspace.routes import Confidence, Refusal, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import page_of, refusal, whole_body, whole_number
from simulator.workspace.writing import note

ROUTES = Routes(Surface.UI)
PATH = "/v1/accounts/{id}"


@ROUTES.add("GET", "/v1/accounts/current", Confidence.SEEN)
def current_account(request: Request) -> Reply:
    """The account that the token belongs to."""
    account = request.space.account
    return Reply({"account": {"id": account.id, "name": account.name, "data_center": request.space.region}})


@ROUTES.add("GET", PATH + "/environments", Confidence.GUESSED)
def list_environments(request: Request) -> Reply:
    """The workspaces of the account."""
    _check_account(request)
    rows = [{"id": space.id, "name": space.name} for space in request.space.account.spaces.values()]
    return Reply({"environments": rows})


@ROUTES.add("POST", PATH + "/environments", Confidence.GUESSED)
def create_environment(request: Request) -> Reply:
    """A new, empty workspace.

    Source: account endpoints refuse with field names and lists of texts.
    """
    _check_account(request)
    body = whole_body(request)
    values = body.get("environment", body)
    name = values.get("name") if isinstance(values, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise account_refusal(name=["is required"])
    if request.space.account.named(name) is not None:
        raise account_refusal(name=["has already been taken"])
    attach = request.space.account.attach
    if attach is None:
        raise refusal(501, "this server makes workspaces by POST /_workspaces")
    made = request.space.account.add(name, request.space.region)
    attach(made)
    note(request, Kind.SETTINGS, {"id": made.id, "name": name}, "created")
    return Reply({"environment": {"id": made.id, "name": made.name}})


@ROUTES.add("GET", PATH + "/usage", Confidence.GUESSED)
def account_usage(request: Request) -> Reply:
    """How many messages each workspace sent."""
    _check_account(request)
    spaces = request.space.account.spaces.values()
    return Reply({"usage": [{"environment_id": one.id, "messages_sent": count_sent(one)} for one in spaces]})


@ROUTES.add("GET", PATH + "/audit_logs", Confidence.GUESSED, "what an entry holds is assumed")
def list_audit_logs(request: Request) -> Reply:
    """Who wrote what, newest first; a page of it where `page` or `limit` asks for one.

    Query: `environment_id`, `object_type`, `object_id`, `start_ts` and `end_ts` choose; times are Unix seconds.
    """
    _check_account(request)
    rows: list[Json] = []
    for space in request.space.account.spaces.values():
        rows += space.documents.all(Kind.AUDIT)
    wanted = [one for one in rows if _is_wanted(request, one)]
    wanted.sort(key=lambda one: (one["created"], one["id"]), reverse=True)
    if "page" in request.query or "limit" in request.query:
        wanted = page_of(request, wanted, "limit", 100, 1000)
    return Reply({"audit_logs": wanted})


def _is_wanted(request: Request, entry: Json) -> bool:
    for name in ("environment_id", "object_type", "object_id"):
        if name in request.query and request.first(name) != str(entry[name]):
            return False
    first, last = whole_number(request, "start_ts", 0), whole_number(request, "end_ts", 1 << 62)
    return first <= int(entry["created"]) <= last


def account_refusal(**fields: Any) -> Refusal:
    """A refusal in the envelope of account endpoints: field names to lists of texts."""
    return Refusal(400, {"errors": fields})


def _check_account(request: Request) -> None:
    if request.number("id") != request.space.account.id:
        raise refusal(404, "not found")
