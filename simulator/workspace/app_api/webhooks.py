"""Reporting webhooks of the App API. The key they are signed with is never shown here."""

from __future__ import annotations

from simulator.workspace.app_api.bodies import FLAG, LIST, TEXT, found, known, object_body, refusals
from simulator.workspace.documents import Json, Kind, new_webhook
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.webhook_rules import webhook_faults
from simulator.workspace.writing import add, drop, keep

ROUTES = Routes(Surface.APP)
FIELDS = {
    "name": TEXT,
    "endpoint": TEXT,
    "disabled": FLAG,
    "full_resolution": FLAG,
    "with_content": FLAG,
    "events": LIST,
}


@ROUTES.add("GET", "/v1/reporting_webhooks", Confidence.SEEN, "the whole list in one answer")
def list_webhooks(request: Request) -> Reply:
    """Every reporting webhook."""
    return Reply({"reporting_webhooks": request.space.documents.all(Kind.WEBHOOK)})


@ROUTES.add("POST", "/v1/reporting_webhooks", Confidence.SPECIFIED, "answers without a wrapper")
def create_webhook(request: Request) -> Reply:
    """A new reporting webhook."""
    made = new_webhook("", "", []) | known(object_body(request), FIELDS)
    _check(made)
    return Reply(add(request, Kind.WEBHOOK, made))


@ROUTES.add("GET", "/v1/reporting_webhooks/{id}", Confidence.SPECIFIED, "answers without a wrapper")
def read_webhook(request: Request) -> Reply:
    """One reporting webhook."""
    return Reply(found(request, Kind.WEBHOOK))


@ROUTES.add("PUT", "/v1/reporting_webhooks/{id}", Confidence.SPECIFIED, "answers without a wrapper")
def write_webhook(request: Request) -> Reply:
    """Write what the body says of a reporting webhook."""
    webhook = found(request, Kind.WEBHOOK) | known(object_body(request), FIELDS)
    _check(webhook)
    return Reply(keep(request, Kind.WEBHOOK, webhook))


@ROUTES.add("DELETE", "/v1/reporting_webhooks/{id}", Confidence.SPECIFIED, "204; an older description says 200")
def delete_webhook(request: Request) -> Reply:
    """Forget a reporting webhook."""
    drop(request, Kind.WEBHOOK, found(request, Kind.WEBHOOK))
    return Reply(status=204)


def _check(webhook: Json) -> None:
    faults = [] if all(isinstance(one, str) for one in webhook["events"]) else [("events", "events is invalid")]
    faults = faults or webhook_faults(webhook)
    if faults:
        raise refusals(422, [(f"/{field}", text) for field, text in faults])
