"""How campaigns, newsletters and transactional messages do: counted from the deliveries that are kept.

Source: App API reference, metrics: a series for each state, the newest period last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.workspace.app_api.bodies import found, malformed, not_found, or_null, page, query_number
from simulator.workspace.app_api.messages import delivery_row
from simulator.workspace.documents import Json, Kind, is_broadcast
from simulator.workspace.membership import records
from simulator.workspace.messages_sent import STEPS, deliveries, journey_counts, link_counts, series
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
MOST_STEPS = {"hours": 24, "days": 45, "weeks": 12, "months": 120}
_RESOLUTIONS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}
Parent = Callable[[Request], dict[str, Any]]


def _campaign(request: Request) -> dict[str, Any]:
    return {"campaign_id": found(request, Kind.CAMPAIGN)["id"]}


def _broadcast(request: Request) -> dict[str, Any]:
    campaign = found(request, Kind.CAMPAIGN)
    if not is_broadcast(campaign):
        raise not_found()
    return {"broadcast_id": campaign["id"]}


def _action(request: Request) -> dict[str, Any]:
    campaign, action = found(request, Kind.CAMPAIGN), found(request, Kind.ACTION, "action_id")
    if action["campaign_id"] != campaign["id"]:
        raise not_found()
    return {"action_id": action["id"]}


def _newsletter(request: Request) -> dict[str, Any]:
    return {"newsletter_id": found(request, Kind.NEWSLETTER)["id"]}


def _content(request: Request) -> dict[str, Any]:
    newsletter = found(request, Kind.NEWSLETTER)
    number = request.number("content_id")
    if number not in newsletter["template_ids"]:
        raise not_found()
    return {"newsletter_id": newsletter["id"], "content_id": number}


def _transactional(request: Request) -> dict[str, Any]:
    return {"transactional_message_id": found(request, Kind.TRANSACTIONAL)["id"]}


def _series_asked(request: Request, **parent: Any) -> Json:
    """Both versions: `period` and `steps`, or `version=2` with `start`, `end` and `res`."""
    if request.first("version") == "2":
        period = _RESOLUTIONS.get(request.first("res", "daily"))
        if period is None:
            raise malformed("res is invalid")
        start = query_number(request, "start", 0)
        span = max(query_number(request, "end", request.space.now()) - start, 1)
        steps = min(-(-span // STEPS[period]), MOST_STEPS[period]) if start else MOST_STEPS[period]
    else:
        period = request.first("period", "days")
        if period not in STEPS:
            raise malformed("period is invalid")
        steps = min(max(query_number(request, "steps", MOST_STEPS[period]), 1), MOST_STEPS[period])
    return series(request.space, period, steps, request.first("type") or None, **parent)


def _serve(path: str, parent: Parent) -> None:
    def metrics(request: Request) -> Reply:
        """How many deliveries reached each state, period by period."""
        return Reply({"metric": {"series": _series_asked(request, **parent(request))}})

    def links(request: Request) -> Reply:
        """The links, and how often each was clicked."""
        rows = link_counts(request.space, **parent(request))
        return Reply(
            {"links": [{"link": {"id": one["id"], "href": one["href"]}, "clicked": one["clicked"]} for one in rows]}
        )

    ROUTES.add("GET", path + "/metrics", Confidence.SPECIFIED)(metrics)
    ROUTES.add("GET", path + "/metrics/links", Confidence.SPECIFIED)(links)


def _serve_messages(path: str, parent: Parent) -> None:
    def messages(request: Request) -> Reply:
        """A page of the deliveries, newest first."""
        rows = [delivery_row(one) for one in deliveries(request.space, **parent(request))]
        chosen, following = page(request, rows, max(query_number(request, "limit", 50, 1000), 1))
        return Reply({"messages": or_null(chosen), "next": following})

    ROUTES.add("GET", path + "/messages", Confidence.SPECIFIED)(messages)


_serve("/v1/campaigns/{id}", _campaign)
_serve("/v1/campaigns/{id}/actions/{action_id}", _action)
_serve("/v1/broadcasts/{id}", _broadcast)
_serve("/v1/broadcasts/{id}/actions/{action_id}", _action)
_serve("/v1/newsletters/{id}", _newsletter)
_serve("/v1/newsletters/{id}/contents/{content_id}", _content)
_serve("/v1/transactional/{id}", _transactional)
_serve_messages("/v1/campaigns/{id}", _campaign)
_serve_messages("/v1/broadcasts/{id}", _broadcast)
_serve_messages("/v1/newsletters/{id}", _newsletter)
_serve_messages("/v1/transactional/{id}", _transactional)


@ROUTES.add("GET", "/v1/campaigns/{id}/journey_metrics", Confidence.SPECIFIED)
def journey_metrics(request: Request) -> Reply:
    """How many journeys started, go on and ended, in all."""
    journeys = records(request.space).journeys_of(found(request, Kind.CAMPAIGN)["id"])
    return Reply({"journey_metric": journey_counts(journeys)})
