"""API-triggered broadcasts of the App API, and the calls that send them."""

from __future__ import annotations

from simulator.workspace.app_api.bodies import (
    found,
    not_found,
    object_body,
    page,
    path_number,
    query_number,
    refusal,
    refusals,
)
from simulator.workspace.app_api.campaigns import common_fields
from simulator.workspace.broadcasting import trigger, trigger_faults, trigger_row, triggers_of
from simulator.workspace.documents import Json, Kind, actions_of, is_broadcast
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import note

ROUTES = Routes(Surface.APP)


@ROUTES.add("GET", "/v1/broadcasts", Confidence.SPECIFIED, "the whole list in one answer")
def list_broadcasts(request: Request) -> Reply:
    """Every broadcast."""
    rows = [one for one in request.space.documents.all(Kind.CAMPAIGN) if is_broadcast(one)]
    return Reply({"broadcasts": [_row(request, one) for one in rows]})


@ROUTES.add("GET", "/v1/broadcasts/{id}", Confidence.SPECIFIED)
def read_broadcast(request: Request) -> Reply:
    """One broadcast."""
    campaign = found(request, Kind.CAMPAIGN)
    if not is_broadcast(campaign):
        raise not_found()
    return Reply({"broadcast": _row(request, campaign)})


def _row(request: Request, campaign: Json) -> Json:
    row = common_fields(campaign, actions_of(request.space.documents, campaign), "triggered_broadcast")
    return {name: value for name, value in row.items() if name != "description"}


@ROUTES.add("POST", "/v1/campaigns/{id}/triggers", Confidence.SPECIFIED)
def trigger_broadcast(request: Request) -> Reply:
    """Send a broadcast to those the call names, or to its own audience.

    Assumed: 422 for a campaign that is no broadcast or does not run.
    """
    campaign = found(request, Kind.CAMPAIGN)
    if not is_broadcast(campaign) and campaign["type"] != "webhook":
        raise refusal(422, "campaign is no API-triggered broadcast")
    body = object_body(request)
    faults = trigger_faults(request.space, body)
    if faults:
        raise refusals(422, faults)
    if campaign["state"] != "running":
        raise refusal(422, "broadcast is not running")
    kept = trigger(request.space, campaign, body)
    note(request, Kind.CAMPAIGN, campaign, "triggered", {"trigger_id": kept["id"]})
    return Reply({"id": kept["id"]})


def _served_on(path: str) -> None:
    def listed(request: Request) -> Reply:
        """Every call of a broadcast."""
        rows = triggers_of(request.space, found(request, Kind.CAMPAIGN))
        return Reply({"triggers": [trigger_row(one) for one in rows]})

    def read(request: Request) -> Reply:
        """One call of a broadcast."""
        return Reply(trigger_row(_call(request)))

    def errors(request: Request) -> Reply:
        """A page of what a call could not do."""
        size = max(query_number(request, "limit", 100, 1000), 1)
        rows, following = page(request, _call(request)["errors"], size)
        return Reply({"errors": rows, "next": following})

    ROUTES.add("GET", path + "/triggers", Confidence.SPECIFIED)(listed)
    ROUTES.add("GET", path + "/triggers/{trigger_id}", Confidence.SPECIFIED)(read)
    ROUTES.add("GET", path + "/triggers/{trigger_id}/errors", Confidence.SPECIFIED)(errors)


_served_on("/v1/campaigns/{id}")
_served_on("/v1/broadcasts/{id}")


def _call(request: Request) -> Json:
    campaign = found(request, Kind.CAMPAIGN)
    number = path_number(request, "trigger_id")
    kept = next((one for one in triggers_of(request.space, campaign) if one["id"] == number), None)
    if kept is None:
        raise not_found()
    return kept
