"""Reporting webhooks of the UI API, and the key they are signed with."""

from __future__ import annotations

from dataclasses import replace

from simulator.workspace.documents import Json, Kind, new_webhook, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import ANY, FLAG, LIST, TEXT, Fields, found, refusal, taken, whole_body
from simulator.workspace.webhook_rules import webhook_faults
from simulator.workspace.writing import add, drop, keep, note

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/webhook_configurations"
SECRET = "/v1/environments/{environment_id}/signing_secret"  # noqa: S105  # a path
FIELDS: Fields = {
    "name": TEXT, "endpoint": TEXT, "disabled": FLAG, "full_resolution": FLAG, "with_content": FLAG, "events": LIST,
    "id": ANY, "type": ANY,
}  # fmt: skip
READ_ONLY = frozenset({"id", "type"})


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def list_webhooks(request: Request) -> Reply:
    """Every reporting webhook."""
    rows = [shown(Kind.WEBHOOK, one) for one in request.space.documents.all(Kind.WEBHOOK)]
    return Reply({"webhook_configurations": rows})


@ROUTES.add("POST", PATH, Confidence.GUESSED)
def create_webhook(request: Request) -> Reply:
    """A new reporting webhook."""
    values = taken(request, "webhook_configuration", FIELDS)
    made = new_webhook("", "", []) | {name: value for name, value in values.items() if name not in READ_ONLY}
    _check(made)
    return _answer(add(request, Kind.WEBHOOK, made))


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_webhook(request: Request) -> Reply:
    """One reporting webhook."""
    return _answer(found(request, Kind.WEBHOOK, request.number("id")))


@ROUTES.add("PUT", PATH + "/{id}", Confidence.GUESSED)
def write_webhook(request: Request) -> Reply:
    """Write what the request says of a reporting webhook."""
    webhook = found(request, Kind.WEBHOOK, request.number("id"))
    values = taken(request, "webhook_configuration", FIELDS)
    webhook |= {name: value for name, value in values.items() if name not in READ_ONLY}
    _check(webhook)
    return _answer(keep(request, Kind.WEBHOOK, webhook))


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_webhook(request: Request) -> Reply:
    """Forget a reporting webhook."""
    drop(request, Kind.WEBHOOK, found(request, Kind.WEBHOOK, request.number("id")))
    return Reply(status=204)


@ROUTES.add("GET", SECRET, Confidence.GUESSED, "that it is the webhooks' key is assumed")
def read_secret(request: Request) -> Reply:
    """The key that reporting webhooks are signed with."""
    return Reply({"signing_secret": request.space.keys.webhook_signing_key})


@ROUTES.add("PUT", SECRET, Confidence.GUESSED, "that it is the webhooks' key is assumed")
def write_secret(request: Request) -> Reply:
    """Sign with another key from now on."""
    secret = whole_body(request).get("signing_secret")
    if not isinstance(secret, str) or not secret.strip():
        raise refusal(422, "signing_secret is required")
    space = request.space
    space.keys = replace(space.keys, webhook_signing_key=secret)
    space.account.keep(space)
    note(request, Kind.SETTINGS, {"id": 1, "name": "signing_secret"}, "updated")
    return Reply({"signing_secret": secret})


def _check(webhook: Json) -> None:
    if not all(isinstance(one, str) for one in webhook["events"]):
        raise refusal(422, "events must be an array of names")
    faults = [text for _, text in webhook_faults(webhook)]
    if faults:
        raise refusal(422, *faults)


def _answer(webhook: Json) -> Reply:
    return Reply({"webhook_configuration": shown(Kind.WEBHOOK, webhook)})
