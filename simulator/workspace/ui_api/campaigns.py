"""Campaigns of the UI API: lists, reads, creation, copies, tags, notes, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import (
    Json,
    Kind,
    actions_of,
    add_action,
    new_campaign,
    shown,
    version_kind,
)
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import (
    ANY,
    TEXT,
    Fields,
    flag,
    found,
    need_name,
    page_of,
    refusal,
    taken,
    whole_body,
)
from simulator.workspace.ui_api.campaign_updates import KNOWN, update
from simulator.workspace.ui_api.gates import may_edit_campaign
from simulator.workspace.ui_api.workflows import forget_step
from simulator.workspace.writing import add, drop, keep

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/campaigns"
PAGE = 20
ROW = ("id", "name", "type", "state", "event", "created", "updated", "workflow_action_ids")
SORTS = frozenset({"id", "name", "created", "updated", "state", "type"})

CREATION: Fields = {**dict.fromkeys(KNOWN, ANY), "name": ANY, "type": TEXT, "description": TEXT}


@ROUTES.add("GET", PATH, Confidence.AGREED, "20 a page whatever `size` says above it; page 0 is page 1")
def list_campaigns(request: Request) -> Reply:
    """A page of campaigns, short rows.

    Assumed: without `sort`, by id.
    """
    rows = [one for one in request.space.documents.all(Kind.CAMPAIGN) if _wanted(request, one)]
    by = request.first("sort", "id")
    if by in SORTS:
        rows.sort(key=lambda one: (one[by], one["id"]), reverse=flag(request, "asc") is False)
    page = page_of(request, rows, "size", PAGE, PAGE)
    return Reply({"campaigns": [{name: one[name] for name in ROW} for one in page]})


def _wanted(request: Request, campaign: Mapping[str, Any]) -> bool:
    tags = request.query.get("searchTagIds[]", [])
    return (
        request.first("type", campaign["type"]) in ("", campaign["type"])
        and request.first("state", campaign["state"]) in ("", campaign["state"])
        and request.first("search").lower() in campaign["name"].lower()
        and all(tag in campaign["tags"] for tag in tags)
    )


@ROUTES.add("POST", PATH, Confidence.AGREED, "a trigger sent along is dropped")
def create_campaign(request: Request) -> Reply:
    """A new campaign without a trigger; what is sent beside name, type and description is dropped."""
    values = taken(request, "campaign", CREATION)
    kind = values.get("type", "none")
    if kind == "behavioral":
        raise refusal(422, "behavioral campaigns can no longer be created")
    if kind != "none":
        raise refusal(422, "campaigns are created with the type none")
    made = new_campaign(need_name(values), request.space.now(), description=values.get("description", ""))
    return _whole(request, add(request, Kind.CAMPAIGN, made))


@ROUTES.add("GET", PATH + "/{id}", Confidence.AGREED)
def read_campaign(request: Request) -> Reply:
    """A campaign with its steps and tags beside it."""
    return _whole(request, _named(request))


@ROUTES.add("PUT", PATH + "/{id}", Confidence.AGREED, "`update_type` `state` starts and stops: its name is assumed")
def update_campaign(request: Request) -> Reply:
    """One kind of change, as `update_type` names it."""
    campaign = _named(request)
    may_edit_campaign(request, campaign)
    update(request, campaign)
    return _whole(request, campaign)


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_campaign(request: Request) -> Reply:
    """The campaign, its steps and their content are gone."""
    campaign = _named(request)
    may_edit_campaign(request, campaign)
    for action in request.space.documents.having(Kind.ACTION, "campaign_id", campaign["id"]):
        forget_step(request, int(action["id"]))
    drop(request, Kind.CAMPAIGN, campaign)
    return Reply(status=204)


@ROUTES.add("POST", PATH + "/{id}/duplicate", Confidence.GUESSED, "within the workspace")
def duplicate_campaign(request: Request) -> Reply:
    """A draft that is a copy, content and all.

    Assumed: its name, "Copy of …", unless the request gives one.
    """
    campaign = _named(request)
    given = whole_body(request).get("name")
    name = given if isinstance(given, str) and given.strip() else f"Copy of {campaign['name']}"
    fresh = {"name": name, "state": "draft", "first_started": 0, "version": 1}
    now = request.space.now()
    copied = {key: value for key, value in campaign.items() if key != "id"} | fresh | {"created": now, "updated": now}
    copy = add(request, Kind.CAMPAIGN, copied, duplicate_of=campaign["id"])
    numbers = {
        one["id"]: add_action(request.space.documents, copy["id"], _copied_step(request, one))["id"]
        for one in actions_of(request.space.documents, campaign)
    }
    copy["workflow_action_ids"] = [numbers[one] for one in campaign["workflow_action_ids"]]
    copy["edges"] = [{**edge, "from": numbers[edge["from"]], "to": numbers[edge["to"]]} for edge in campaign["edges"]]
    request.space.documents.put(Kind.CAMPAIGN, copy["id"], copy)
    return _whole(request, copy)


def _copied_step(request: Request, action: Json) -> Json:
    documents = request.space.documents
    template = documents.get(Kind.TEMPLATE, action.get("template_id") or 0)
    if template is None:
        return action
    translations = {}
    for language, number in template["translations"].items():
        other = documents.get(Kind.TEMPLATE, number)
        if other is not None:
            translations[language] = documents.add(Kind.TEMPLATE, _without_id(other))["id"]
    copy = documents.add(Kind.TEMPLATE, {**_without_id(template), "translations": translations})
    return {**action, "template_id": copy["id"]}


def _without_id(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "id"}


@ROUTES.add("GET", PATH + "/{id}/next", Confidence.GUESSED, "what it answers is assumed")
def next_campaign(request: Request) -> Reply:
    """The campaign that follows in the list, if one does."""
    campaign = _named(request)
    after = [one["id"] for one in request.space.documents.all(Kind.CAMPAIGN) if one["id"] > campaign["id"]]
    return Reply({"campaign_id": after[0] if after else None})


@ROUTES.add("POST", PATH + "/{id}/tags", Confidence.GUESSED)
def tag_campaign(request: Request) -> Reply:
    """Put a tag on a campaign."""
    campaign = _named(request)
    body = whole_body(request)
    tag = body.get("tag", body)
    name = need_name(tag if isinstance(tag, dict) else {"name": tag})
    if name not in campaign["tags"]:
        campaign["tags"] = [*campaign["tags"], name]
        keep(request, Kind.CAMPAIGN, campaign, "tagged", tag=name)
    return Reply({"tags": campaign["tags"]})


@ROUTES.add("DELETE", PATH + "/{id}/tags/{tag}", Confidence.GUESSED)
def untag_campaign(request: Request) -> Reply:
    """Take a tag off a campaign."""
    campaign = _named(request)
    if request.params["tag"] not in campaign["tags"]:
        raise refusal(404, "not found")
    campaign["tags"] = [one for one in campaign["tags"] if one != request.params["tag"]]
    keep(request, Kind.CAMPAIGN, campaign, "untagged", tag=request.params["tag"])
    return Reply(status=204)


@ROUTES.add("GET", PATH + "/{id}/notes", Confidence.GUESSED)
def list_notes(request: Request) -> Reply:
    """The notes on a campaign's canvas."""
    campaign = _named(request)
    return Reply({"notes": [one for one in request.space.documents.all(Kind.NOTE) if _is_of(one, campaign)]})


def _is_of(document: Mapping[str, Any], campaign: Mapping[str, Any]) -> bool:
    return bool(document["campaign_id"] == campaign["id"])


@ROUTES.add("POST", PATH + "/{id}/notes", Confidence.GUESSED)
def add_note(request: Request) -> Reply:
    """A note on a campaign's canvas; its fields are kept as they come."""
    campaign = _named(request)
    note = whole_body(request).get("note")
    if not isinstance(note, dict):
        raise refusal(400, "note is required")
    kept = {**_without_id(note), "campaign_id": campaign["id"], "created": request.space.now()}
    return Reply({"note": add(request, Kind.NOTE, kept)})


@ROUTES.add("GET", PATH + "/{id}/versions", Confidence.GUESSED)
def list_versions(request: Request) -> Reply:
    """What a campaign was after each of its writes, newest first; short rows."""
    kept = request.space.documents.all(version_kind(_named(request)["id"]))
    rows = [
        {"version": one["campaign"]["version"], "created": one["campaign"]["updated"], "user": one["user"]}
        for one in reversed(kept)
    ]
    return Reply({"versions": rows})


@ROUTES.add("GET", PATH + "/{id}/versions/{version}", Confidence.GUESSED)
def read_version(request: Request) -> Reply:
    """A campaign and its steps as they were at a version."""
    kept = request.space.documents.get(version_kind(_named(request)["id"]), request.number("version"))
    if kept is None:
        raise refusal(404, "not found")
    return Reply({"campaign": kept["campaign"], "actions": kept["actions"]})


def _named(request: Request) -> Json:
    return found(request, Kind.CAMPAIGN, request.number("id"))


def _whole(request: Request, campaign: Json) -> Reply:
    actions = [shown(Kind.ACTION, one) for one in actions_of(request.space.documents, campaign)]
    return Reply({"campaign": shown(Kind.CAMPAIGN, campaign), "actions": actions, "tags": campaign["tags"]})
