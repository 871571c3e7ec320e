"""How campaigns and steps do, counted from the deliveries and journeys that are kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.workspace.broadcasting import trigger, trigger_faults, trigger_row, triggers_of
from simulator.workspace.documents import Json, Kind, actions_of, is_broadcast, template_of
from simulator.workspace.membership import records
from simulator.workspace.messages_sent import counts_by_metric, deliveries, journey_counts
from simulator.workspace.routes import Confidence, Refusal, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import found, refusal, whole_body
from simulator.workspace.ui_api.gates import may_edit_campaign
from simulator.workspace.variables_read import variables_in
from simulator.workspace.writing import note

ROUTES = Routes(Surface.UI)
CAMPAIGN = "/v1/environments/{environment_id}/campaigns/{id}"
ACTION = "/v1/environments/{environment_id}/actions/{id}"


@ROUTES.add("GET", CAMPAIGN + "/metrics", Confidence.GUESSED)
def campaign_metrics(request: Request) -> Reply:
    """How many of its deliveries reached each state."""
    return Reply({"metrics": counts_by_metric(request.space, campaign_id=_campaign(request)["id"])})


@ROUTES.add("GET", CAMPAIGN + "/action_metrics", Confidence.GUESSED)
def action_metrics(request: Request) -> Reply:
    """The same for each of its steps that sends."""
    rows = [
        {"action_id": one["id"], "metrics": counts_by_metric(request.space, action_id=one["id"])}
        for one in actions_of(request.space.documents, _campaign(request))
        if one.get("template_id") is not None
    ]
    return Reply({"action_metrics": rows})


@ROUTES.add("GET", CAMPAIGN + "/channel_metrics", Confidence.GUESSED)
def channel_metrics(request: Request) -> Reply:
    """How many deliveries reached each state, by channel."""
    counted: dict[str, Counter[str]] = {}
    for one in deliveries(request.space, campaign_id=_campaign(request)["id"]):
        counted.setdefault(one.type, Counter()).update({"created": 1, **dict.fromkeys(one.metrics, 1)})
    return Reply({"channel_metrics": {channel: dict(counts) for channel, counts in sorted(counted.items())}})


@ROUTES.add("GET", CAMPAIGN + "/action_status", Confidence.GUESSED)
def action_status(request: Request) -> Reply:
    """How each step stands."""
    actions = actions_of(request.space.documents, _campaign(request))
    rows = [
        {"action_id": one["id"], "action_state": one["action_state"], "sending_state": one.get("sending_state")}
        for one in actions
    ]
    return Reply({"action_status": rows})


@ROUTES.add("GET", CAMPAIGN + "/journey_metrics", Confidence.GUESSED)
def journey_metrics(request: Request) -> Reply:
    """How many journeys started, go on and ended."""
    journeys = records(request.space).journeys_of(_campaign(request)["id"])
    return Reply({"journey_metrics": journey_counts(journeys)})


@ROUTES.add("GET", CAMPAIGN + "/split_metrics", Confidence.GUESSED)
def split_metrics(request: Request) -> Reply:
    """How the sides of old A/B tests do."""
    splits = [one for one in actions_of(request.space.documents, _campaign(request)) if one.get("action_ids")]
    return Reply({"split_metrics": [_split(request, one) for one in splits]})


def _split(request: Request, action: Json) -> Json:
    sides = [
        {"action_id": side, "metrics": counts_by_metric(request.space, action_id=side)} for side in action["action_ids"]
    ]
    return {"action_id": action["id"], "splits": sides}


@ROUTES.add("GET", ACTION + "/metrics", Confidence.GUESSED)
def one_action_metrics(request: Request) -> Reply:
    """How many of a step's deliveries reached each state."""
    return Reply({"metrics": counts_by_metric(request.space, action_id=_action(request)["id"])})


@ROUTES.add("GET", "/v1/environments/{environment_id}/campaigns/{campaign_id}/actions/{id}/metrics", Confidence.GUESSED)
def action_metrics_of_campaign(request: Request) -> Reply:
    """The same, through its campaign."""
    action = _action(request)
    if action["campaign_id"] != request.number("campaign_id"):
        raise refusal(404, "not found")
    return Reply({"metrics": counts_by_metric(request.space, action_id=action["id"])})


@ROUTES.add("GET", ACTION + "/split_metrics", Confidence.GUESSED)
def one_split(request: Request) -> Reply:
    """How the sides of an old A/B test do."""
    action = _action(request)
    return Reply({"split_metrics": [_split(request, action)] if action.get("action_ids") else []})


@ROUTES.add("GET", ACTION + "/subjects", Confidence.GUESSED, "people whom the step sent something")
def action_subjects(request: Request) -> Reply:
    """Whom a step sent something, newest first, each once."""
    sent = deliveries(request.space, action_id=_action(request)["id"])
    people = {one.person.cio_id: one.person.identifiers() for one in sent if one.person is not None}
    return Reply({"subjects": list(people.values())})


@ROUTES.add("GET", ACTION + "/variables", Confidence.GUESSED)
def action_variables(request: Request) -> Reply:
    """What the content of a step reads."""
    template = template_of(request.space.documents, _action(request))
    return Reply({"variables": [] if template is None else variables_in(request.space, template)})


@ROUTES.add("GET", "/v1/environments/{environment_id}/templates/{id}/variables", Confidence.GUESSED)
def template_variables(request: Request) -> Reply:
    """What a template reads."""
    template = found(request, Kind.TEMPLATE, request.number("id"))
    return Reply({"variables": variables_in(request.space, template)})


@ROUTES.add("GET", CAMPAIGN + "/triggers", Confidence.GUESSED)
def list_triggers(request: Request) -> Reply:
    """The calls of a broadcast."""
    return Reply({"triggers": [trigger_row(one) for one in triggers_of(request.space, _campaign(request))]})


@ROUTES.add("POST", CAMPAIGN + "/triggers", Confidence.GUESSED)
def trigger_broadcast(request: Request) -> Reply:
    """Send a broadcast, as the App API does."""
    campaign = _campaign(request)
    if not is_broadcast(campaign):
        raise refusal(422, "campaign is no API-triggered broadcast")
    may_edit_campaign(request, campaign)
    body = whole_body(request)
    faults = trigger_faults(request.space, body)
    if faults:
        rows: list[dict[str, Any]] = [{"detail": text, "source": {"pointer": pointer}} for pointer, text in faults]
        raise Refusal(422, {"errors": rows})
    if campaign["state"] != "running":
        raise refusal(422, "broadcast is not running")
    kept = trigger(request.space, campaign, body)
    note(request, Kind.CAMPAIGN, campaign, "triggered", {"trigger_id": kept["id"]})
    return Reply({"trigger": trigger_row(kept)})


def _campaign(request: Request) -> Json:
    return found(request, Kind.CAMPAIGN, request.number("id"))


def _action(request: Request) -> Json:
    return found(request, Kind.ACTION, request.number("id"))
