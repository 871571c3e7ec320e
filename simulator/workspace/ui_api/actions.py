"""Steps of a workflow by themselves."""

from __future__ import annotations

from simulator.workspace.documents import MESSAGE_ACTIONS, Json, Kind, actions_of, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.action_fields import EVERY_FIELD, UNDESCRIBED
from simulator.workspace.ui_api.bodies import ANY, found, refusal, taken, whole_body
from simulator.workspace.ui_api.gates import may_edit_campaign
from simulator.workspace.ui_api.graph import Graph, GraphRefused
from simulator.workspace.ui_api.workflows import save_step
from simulator.workspace.writing import keep, touch_campaign

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/actions/{id}"
DEMANDED = frozenset(
    {"type", "sub_type", "tracked", "can_convert", "send_to_unsubscribed", "frequency_cap_mode"}
)  # fmt: skip
"""What a replacement of a message may not lack. Assumed: of another step, `type` and `sub_type`, as it has no more."""


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def read_action(request: Request) -> Reply:
    """One step."""
    return Reply({"action": shown(Kind.ACTION, found(request, Kind.ACTION, request.number("id")))})


@ROUTES.add("GET", "/v1/environments/{environment_id}/campaigns/{campaign_id}/actions/{id}", Confidence.AGREED)
def read_action_of_campaign(request: Request) -> Reply:
    """One step, through its campaign."""
    action = found(request, Kind.ACTION, request.number("id"))
    if action["campaign_id"] != request.number("campaign_id"):
        raise refusal(404, "not found")
    return Reply({"action": shown(Kind.ACTION, action)})


@ROUTES.add("PUT", PATH, Confidence.AGREED, "a full replace: 400 without saying which demanded key is missing")
def replace_action(request: Request) -> Reply:
    """Write one step.

    Source: UI API notes: another type or sub_type is a 500 even where keys are missing; missing keys are a 400.
    Assumed: what is not demanded and not sent stays as it was.
    """
    action = found(request, Kind.ACTION, request.number("id"))
    campaign = found(request, Kind.CAMPAIGN, action["campaign_id"])
    may_edit_campaign(request, campaign)
    fields = dict.fromkeys(whole_body(request).get("action") or (), ANY) if action["type"] in UNDESCRIBED else {}
    values = taken(request, "action", {**fields, **EVERY_FIELD})
    if values.get("type", action["type"]) == action["type"]:
        demanded = DEMANDED if action["type"] in MESSAGE_ACTIONS else DEMANDED & {"type", "sub_type"}
        if not demanded <= values.keys():
            raise refusal(400, "invalid action")
    saved = save_step(request, action, values)
    _check_branches(request, campaign, saved)
    keep(request, Kind.ACTION, saved, campaign_id=campaign["id"], template_id=saved.get("template_id"))
    touch_campaign(request, campaign["id"])
    return Reply({"action": shown(Kind.ACTION, saved)})


def _check_branches(request: Request, campaign: Json, saved: Json) -> None:
    """Refuse conditions that do not fit the branch edges a step has.

    Assumed: a step of a workflow that was drawn before there were rules can be written all the same.
    """
    actions = [saved if one["id"] == saved["id"] else one for one in actions_of(request.space.documents, campaign)]
    try:
        Graph(actions, campaign["edges"]).check_step(saved["id"])
    except GraphRefused as error:
        raise refusal(422, str(error)) from None
