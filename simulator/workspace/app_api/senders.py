"""Sender identities of the App API: those that are hidden are a list of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import found, malformed, query_number, token, token_place
from simulator.workspace.documents import Json, Kind
from simulator.workspace.references import users_of_templates
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
PAGE = 100


@ROUTES.add("GET", "/v1/sender_identities", Confidence.SEEN, "`hidden` true and false are two lists")
def list_senders(request: Request) -> Reply:
    """A page of the senders that are hidden, or of those that are not.

    Source: recorded: a token, the last id, comes with every page that holds somebody.
    """
    hidden = request.first("hidden", "false").lower() == "true"
    newest_first = request.first("sort", "asc") == "desc"
    rows = [one for one in request.space.documents.all(Kind.IDENTITY) if one["hidden"] is hidden]
    rows.sort(key=lambda one: int(one["id"]), reverse=newest_first)
    after = token_place(request)
    if after:
        if not after.isdigit():
            raise malformed("start is invalid")
        rows = [one for one in rows if (one["id"] < int(after) if newest_first else one["id"] > int(after))]
    rows = rows[: max(query_number(request, "limit", PAGE, PAGE), 1)]
    following = token(rows[-1]["id"]) if rows else ""
    return Reply({"sender_identities": [_row(one) for one in rows], "next": following})


@ROUTES.add("GET", "/v1/sender_identities/{id}", Confidence.SPECIFIED)
def read_sender(request: Request) -> Reply:
    """One sender."""
    return Reply({"sender_identity": _row(found(request, Kind.IDENTITY))})


@ROUTES.add("GET", "/v1/sender_identities/{id}/used_by", Confidence.SPECIFIED)
def sender_used_by(request: Request) -> Reply:
    """What is sent from a sender."""
    number = found(request, Kind.IDENTITY)["id"]
    templates = request.space.documents.all(Kind.TEMPLATE)
    named = {one["id"] for one in templates if number in (one.get("from_identity_id"), one.get("reply_to_identity_id"))}
    users = users_of_templates(request.space.documents, named)
    sent = [one["id"] for one in users.newsletters if one["send_state"] == "sent"]
    return Reply(
        {
            "campaigns": [one["id"] for one in users.campaigns],
            "sent_newsletters": sent,
            "draft_newsletters": [one["id"] for one in users.newsletters if one["id"] not in sent],
            "transactional_messages": [one["id"] for one in users.transactional],
        }
    )


def _row(identity: Mapping[str, Any]) -> Json:
    return {
        "id": identity["id"],
        "deduplicate_id": f"{identity['id']}:{identity['updated']}",
        "name": identity["name"],
        "email": identity["email"],
        "address": f"{identity['name']} <{identity['email']}>",
        "template_type": identity["template_type"],
        "auto_generated": identity["auto_generated"],
        "hidden": identity["hidden"],
    }
