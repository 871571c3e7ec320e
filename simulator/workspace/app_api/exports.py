"""Exports of the App API."""

from __future__ import annotations

from simulator.workspace.app_api.bodies import (
    found,
    malformed,
    object_body,
    or_null,
    refusals,
)
from simulator.workspace.app_filters import filter_faults
from simulator.workspace.documents import Kind
from simulator.workspace.exporting import export_deliveries, export_people, export_row, just_asked
from simulator.workspace.messages_sent import deliveries
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)


@ROUTES.add("GET", "/v1/exports", Confidence.SEEN, "null when there are none")
def list_exports(request: Request) -> Reply:
    """Every export."""
    return Reply({"exports": or_null([export_row(one) for one in request.space.documents.all(Kind.EXPORT)])})


@ROUTES.add("GET", "/v1/exports/{id}", Confidence.SPECIFIED)
def read_export(request: Request) -> Reply:
    """One export."""
    return Reply({"export": export_row(found(request, Kind.EXPORT))})


@ROUTES.add("POST", "/v1/exports/customers", Confidence.SPECIFIED, "made at once, answered as if it were not")
def start_people(request: Request) -> Reply:
    """An export of the people whom `filters` takes."""
    filters = object_body(request).get("filters")
    faults = [] if filters is None else filter_faults(request.space, filters, "/filters")
    if faults:
        raise refusals(422, faults)
    return Reply({"export": just_asked(export_people(request.space, filters))})


@ROUTES.add("POST", "/v1/exports/deliveries", Confidence.SPECIFIED, "made at once, answered as if it were not")
def start_deliveries(request: Request) -> Reply:
    """An export of the deliveries of one newsletter, campaign or transactional message, or of all."""
    body = object_body(request)
    parents = ("newsletter_id", "campaign_id", "transactional_message_id", "action_id")
    attributes = body.get("attributes") or []
    if not isinstance(attributes, list) or not all(isinstance(one, str) for one in attributes):
        raise malformed("attributes must be an array of names")
    first, last = body.get("start") or 0, body.get("end") or 1 << 62
    if not isinstance(first, int) or not isinstance(last, int):
        raise malformed("start and end are Unix timestamps")
    metric, drafts = body.get("metric"), body.get("drafts") is True
    rows = [
        one
        for one in deliveries(request.space, **{name: body.get(name) for name in parents})
        if first <= one.created <= last and (one.state == "drafted") is drafts and (not metric or metric in one.metrics)
    ]
    return Reply({"export": just_asked(export_deliveries(request.space, rows, attributes))})


@ROUTES.add("GET", "/v1/exports/{id}/download", Confidence.SPECIFIED, "`url`: the Node client says link")
def download_link(request: Request) -> Reply:
    """Where the file of an export is; it asks for the same key."""
    export = found(request, Kind.EXPORT)
    export["downloads"] += 1
    request.space.documents.put(Kind.EXPORT, export["id"], export)
    return Reply({"url": f"{request.space.account.url}/app/v1/exports/{export['id']}/file.csv"})


@ROUTES.add("GET", "/v1/exports/{id}/file.csv", Confidence.GUESSED, "stands for the storage that links lead to")
def download(request: Request) -> Reply:
    """The file of an export."""
    text = found(request, Kind.EXPORT)["file"]
    return Reply(text.encode(), headers={"content-type": "text/csv; charset=utf-8"})
