"""Exports of the UI API."""

from __future__ import annotations

from simulator.workspace.app_filters import filter_faults
from simulator.workspace.documents import Kind
from simulator.workspace.exporting import export_people, export_row, just_asked
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import found, page_of, refusal, whole_body

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/exports"


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def list_exports(request: Request) -> Reply:
    """A page of exports."""
    rows = [export_row(one) for one in request.space.documents.all(Kind.EXPORT)]
    return Reply({"exports": page_of(request, rows, "limit", 50, 1000)})


@ROUTES.add("POST", PATH, Confidence.GUESSED, "people only; its body is assumed: `filters` as the App API's")
def start_export(request: Request) -> Reply:
    """An export of the people whom `filters` takes."""
    filters = whole_body(request).get("filters")
    faults = [] if filters is None else filter_faults(request.space, filters, "/filters")
    if faults:
        raise refusal(422, *(text for _, text in faults))
    return Reply({"export": just_asked(export_people(request.space, filters))})


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_export(request: Request) -> Reply:
    """One export."""
    return Reply({"export": export_row(found(request, Kind.EXPORT, request.number("id")))})
