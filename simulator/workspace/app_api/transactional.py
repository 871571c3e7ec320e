"""Transactional messages of the App API, and their content in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import found, meta_refusal, not_found, path_number
from simulator.workspace.app_api.contents import email_fields, write_content
from simulator.workspace.documents import Json, Kind, template_of
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import keep, touch

ROUTES = Routes(Surface.APP)
PATH = "/v1/transactional"
FIELDS = (
    "id", "name", "description", "send_to_unsubscribed", "link_tracking", "open_tracking", "hide_message_body",
    "queue_drafts", "created_at", "updated_at",
)  # fmt: skip


@ROUTES.add("GET", PATH, Confidence.SPECIFIED, "the whole list in one answer")
def list_messages(request: Request) -> Reply:
    """Every transactional message; newer rows carry the `trigger_name`."""
    return Reply({"messages": [_row(one) for one in request.space.documents.all(Kind.TRANSACTIONAL)]})


@ROUTES.add("GET", PATH + "/{id}", Confidence.SPECIFIED)
def read_message(request: Request) -> Reply:
    """One message."""
    message = found(request, Kind.TRANSACTIONAL)
    return Reply({"message": {name: message[name] for name in FIELDS}})


def _row(message: Mapping[str, Any]) -> Json:
    row = {name: message[name] for name in FIELDS}
    return row if message["trigger_name"] is None else {**row, "trigger_name": message["trigger_name"]}


@ROUTES.add("GET", PATH + "/{id}/contents", Confidence.SPECIFIED)
def list_contents(request: Request) -> Reply:
    """A message's content, the default first, then each language."""
    templates = _templates(request, found(request, Kind.TRANSACTIONAL))
    return Reply({"contents": [content(request, one) for one in templates]})


@ROUTES.add("GET", PATH + "/{id}/content/{content_id}", Confidence.SPECIFIED)
def read_content(request: Request) -> Reply:
    """One content."""
    return Reply({"content": [content(request, _named(request))]})


@ROUTES.add("PUT", PATH + "/{id}/content/{content_id}", Confidence.SPECIFIED, "`content` holds an array")
def write_one(request: Request) -> Reply:
    """Write one content; what is read-only is ignored without a word."""
    return _written(request, _named(request))


@ROUTES.add("GET", PATH + "/{id}/language/{language}", Confidence.SPECIFIED)
def read_language(request: Request) -> Reply:
    """A message's content in one language."""
    return Reply({"content": [content(request, _variant(request))]})


@ROUTES.add("PUT", PATH + "/{id}/language/{language}", Confidence.SPECIFIED, "`content` holds an array")
def write_language(request: Request) -> Reply:
    """Write a message's content in one language; the variant must exist."""
    return _written(request, _variant(request))


def content(request: Request, template: Mapping[str, Any]) -> Json:
    """A content as the App API shows it."""
    shown: Json = {name: template[name] for name in ("id", "name", "created", "updated", "body")}
    shown["type"] = template["template_type"]
    if template["template_type"] == "email":
        return {**shown, **email_fields(request.space.documents, template), "body_amp": template["body_amp"]}
    return {**shown, "language": template["language"], "body_json": template["body_json"]}


def _written(request: Request, template: Json) -> Reply:
    message = found(request, Kind.TRANSACTIONAL)
    # The state of sending belongs to steps of a workflow; here there is none to write.
    fields = [
        one for one in write_content(request, template["template_type"], None, template) if one != "sending_state"
    ]
    if fields:
        request.space.documents.put(Kind.TEMPLATE, template["id"], touch(request, template))
        details = {"template_id": template["id"], "language": template["language"]}
        keep(request, Kind.TRANSACTIONAL, touch(request, message), fields=sorted(fields), **details)
    return Reply({"content": [content(request, template)]})


def _templates(request: Request, message: Json) -> list[Json]:
    default = template_of(request.space.documents, message)
    if default is None:
        return []
    others = (request.space.documents.get(Kind.TEMPLATE, number) for number in default["translations"].values())
    return [default, *(one for one in others if one is not None)]


def _named(request: Request) -> Json:
    message = found(request, Kind.TRANSACTIONAL)
    number = path_number(request, "content_id")
    template = next((one for one in _templates(request, message) if one["id"] == number), None)
    if template is None:
        raise not_found()
    return template


def _variant(request: Request) -> Json:
    message = found(request, Kind.TRANSACTIONAL)
    template = template_of(request.space.documents, message, request.params["language"])
    if template is None:
        raise meta_refusal(400, "language not found")
    return template
