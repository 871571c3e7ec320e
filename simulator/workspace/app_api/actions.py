"""Content of campaigns and broadcasts, by step and language.

Source: App API reference. Only steps with content are shown, and attribute updates; ten a page.
"""

from __future__ import annotations

from simulator.workspace.app_api.bodies import found, meta_refusal, not_found, page, path_number
from simulator.workspace.app_api.contents import SHOWN_ACTIONS, action_content, write_content
from simulator.workspace.documents import (
    Json,
    Kind,
    actions_of,
    is_broadcast,
    message_marks,
    template_of,
)
from simulator.workspace.routes import Confidence, Handler, Reply, Request, Routes, Surface
from simulator.workspace.writing import keep, touch_campaign

ROUTES = Routes(Surface.APP)
PAGE = 10
_OF_THE_STEP = frozenset({"sending_state", "send_to_unsubscribed", "tracked"})
"""What a write changes of a step, and not of its content."""


def _list(request: Request) -> Reply:
    """A page of a campaign's steps with content."""
    documents = request.space.documents
    shown = [one for one in actions_of(documents, _campaign(request)) if one["type"] in SHOWN_ACTIONS]
    rows, following = page(request, shown, PAGE, padded=False)
    return Reply({"actions": [_content(request, one) for one in rows], "next": following})


def _read(request: Request) -> Reply:
    """One step's content, in its default language."""
    return Reply({"action": _content(request, _action(request))})


def _write(request: Request) -> Reply:
    """Write one step's content; what is read-only is ignored without a word."""
    action = _action(request)
    return _written(request, action, template_of(request.space.documents, action))


def _read_language(request: Request) -> Reply:
    """One step's content in another language."""
    action = _action(request)
    return Reply({"action": action_content(request.space.documents, action, _variant(request, action))})


def _write_language(request: Request) -> Reply:
    """Write one step's content in another language; the variant must exist."""
    action = _action(request)
    return _written(request, action, _variant(request, action))


def _written(request: Request, action: Json, template: Json | None) -> Reply:
    documents = request.space.documents
    if template is None:  # an attribute update: all of it is read-only
        return Reply({"action": action_content(documents, action, None)})
    fields = write_content(request, SHOWN_ACTIONS[action["type"]], action, template)
    if fields:
        template["updated"] = request.space.now()
        documents.put(Kind.TEMPLATE, template["id"], template)
        if not template["language"]:
            action |= message_marks(template)
        details = {"campaign_id": action["campaign_id"], "template_id": template["id"]}
        keep(request, Kind.ACTION, action, fields=sorted(fields), language=template["language"], **details)
        if not _OF_THE_STEP.isdisjoint(fields):
            touch_campaign(request, action["campaign_id"])
    return Reply({"action": action_content(documents, action, template)})


def _campaign(request: Request) -> Json:
    campaign = found(request, Kind.CAMPAIGN)
    if request.path.startswith("/v1/broadcasts/") and not is_broadcast(campaign):
        raise not_found()
    return campaign


def _action(request: Request) -> Json:
    campaign = _campaign(request)
    number = path_number(request, "action_id")
    action = request.space.documents.get(Kind.ACTION, number)
    if action is None or action["campaign_id"] != campaign["id"] or action["type"] not in SHOWN_ACTIONS:
        raise not_found()
    return action


def _content(request: Request, action: Json) -> Json:
    return action_content(request.space.documents, action, template_of(request.space.documents, action))


def _variant(request: Request, action: Json) -> Json:
    variant = template_of(request.space.documents, action, request.params["language"])
    if variant is None:
        raise meta_refusal(400, "language not found")
    return variant


_SERVED: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", _list),
    ("GET", "/{action_id}", _read),
    ("PUT", "/{action_id}", _write),
    ("GET", "/{action_id}/language/{language}", _read_language),
    ("PUT", "/{action_id}/language/{language}", _write_language),
)
for _method, _rest, _handler in _SERVED:
    ROUTES.add(
        _method, f"/v1/campaigns/{{id}}/actions{_rest}", Confidence.SEEN if _method == "GET" else Confidence.SPECIFIED
    )(_handler)
    ROUTES.add(_method, f"/v1/broadcasts/{{id}}/actions{_rest}", Confidence.SPECIFIED)(_handler)
