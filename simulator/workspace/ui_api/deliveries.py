"""Deliveries of the UI API, and the journeys they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.workspace.documents import Json, Kind
from simulator.workspace.membership import records
from simulator.workspace.records import DeliveryRecord
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import flag, found, refusal, whole_body, whole_number

ROUTES = Routes(Surface.UI)
ENVIRONMENT = "/v1/environments/{environment_id}"
PAGE = 50
PARENTS = ("campaign_id", "newsletter_id")


@ROUTES.add("GET", ENVIRONMENT + "/deliveries", Confidence.AGREED, "newest first; `drafts=true` gives drafts alone")
def list_deliveries(request: Request) -> Reply:
    """A page of deliveries.

    Assumed: without `drafts` those that are drafts are left out, as the App API says of its list.
    """
    rows = [one for one in records(request.space).deliveries() if _is_wanted(request, one)]
    size = min(max(whole_number(request, "size", PAGE), 1), 1000)
    first = whole_number(request, "continuation", 0)
    following = str(first + size) if first + size < len(rows) else ""
    page = [_row(one) for one in rows[first : first + size]]
    return Reply({"deliveries": page, "meta": {"continuation": following}})


def _is_wanted(request: Request, one: DeliveryRecord) -> bool:
    asked = {name: request.first(name) for name in PARENTS}
    customer = one.person.identifiers().values() if one.person else ()
    return (
        (one.state == "drafted") is (flag(request, "drafts") is True)
        and whole_number(request, "start_ts", 0) <= one.created <= whole_number(request, "end_ts", 1 << 62)
        and all(value in ("", str(one.parent.get(name))) for name, value in asked.items())
        and request.first("customer_id") in ("", *customer)
        and request.first("recipient").lower() in ("", one.recipient.lower())
        and (not request.first("metric") or request.first("metric") in one.metrics)
        and request.first("type") in ("", one.type)
    )


@ROUTES.add("GET", ENVIRONMENT + "/deliveries/{id}", Confidence.SEEN, "404 until it is visible")
def read_delivery(request: Request) -> Reply:
    """How a delivery stands."""
    one = _named(request)
    answer: Json = {"delivery_id": one.id, "state": one.state, "type": one.type}
    if one.failure_message:
        answer["failure_message"] = one.failure_message
    return Reply({"delivery": answer})


@ROUTES.add("GET", ENVIRONMENT + "/delivery_details/{id}", Confidence.GUESSED)
def delivery_details(request: Request) -> Reply:
    """A delivery with what was sent."""
    one = _named(request)
    sent = {"subject": one.subject, "body": one.html, "body_plain": one.text, "headers": dict(one.headers)}
    return Reply({"delivery": {**_row(one), **sent, "links": dict(one.links)}})


def _row(one: DeliveryRecord) -> Json:
    return {
        "delivery_id": one.id,
        "state": one.state,
        "type": one.type,
        "created": one.created,
        "recipient": one.recipient,
        "subject": one.subject,
        "customer_id": (one.person.id if one.person else None) or "",
        "metrics": dict(one.metrics),
        "failure_message": one.failure_message,
        "template_id": one.template_id,
        **one.parent,
    }


def _named(request: Request) -> DeliveryRecord:
    one = records(request.space).delivery(request.params["id"])
    if one is None:
        raise refusal(404, "not found")
    return one


@ROUTES.add("GET", ENVIRONMENT + "/subjects", Confidence.GUESSED, "journeys, by customer_id or campaign_id")
def list_subjects(request: Request) -> Reply:
    """The journeys of a person, of a campaign, or of a person in a campaign."""
    asked, customer = request.first("campaign_id"), request.first("customer_id")
    if not asked and not customer:
        raise refusal(422, "campaign_id or customer_id is required")
    rows = [
        journey
        for campaign in request.space.documents.all(Kind.CAMPAIGN)
        if asked in ("", str(campaign["id"]))
        for journey in _journeys(request, campaign)
        if customer in ("", journey["customer_id"])
    ]
    return Reply({"subjects": rows})


@ROUTES.add("GET", ENVIRONMENT + "/subjects/{id}", Confidence.GUESSED)
def read_subject(request: Request) -> Reply:
    """One journey."""
    for campaign in request.space.documents.all(Kind.CAMPAIGN):
        for journey in _journeys(request, campaign):
            if str(journey["id"]) == request.params["id"]:
                return Reply({"subject": journey})
    raise refusal(404, "not found")


def _journeys(request: Request, campaign: Mapping[str, object]) -> list[Json]:
    number = campaign["id"]
    assert isinstance(number, int)
    return [{**journey, "campaign_id": number} for journey in records(request.space).journeys_of(number)]


@ROUTES.add("POST", ENVIRONMENT + "/subjects/force_exit", Confidence.GUESSED, "its body is assumed")
def force_exit_of_subjects(request: Request) -> Reply:
    """End the journeys of some people in a campaign."""
    return force_exit(request)


@ROUTES.add("POST", ENVIRONMENT + "/force_exit", Confidence.GUESSED, "its body is assumed")
def force_exit(request: Request) -> Reply:
    """End the journeys of some people in a campaign: `campaign_id`, and `customer_ids`."""
    body = whole_body(request)
    number, people = body.get("campaign_id"), body.get("customer_ids")
    if not isinstance(number, int) or isinstance(number, bool):
        raise refusal(422, "campaign_id is required")
    if not isinstance(people, list) or not all(isinstance(one, str | int) for one in people):
        raise refusal(422, "customer_ids must be an array")
    found(request, Kind.CAMPAIGN, number)
    count = records(request.space).exit_journeys(number, [str(one) for one in people])
    return Reply({"exited": count})
