"""Test sends from the builder: rendered for nobody in particular, and put into the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind, new_template
from simulator.workspace.membership import records
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import found, refusal, whole_body

ROUTES = Routes(Surface.UI)
PREFIX = "[TEST] "
MOST = 25
"""Addresses of one test. Assumed."""


@ROUTES.add("POST", "/v1/environments/{environment_id}/verify/email_template", Confidence.AGREED)
def verify_email(request: Request) -> Reply:
    """Send an email template, or a Design Studio email (`node_id`), to some addresses, with an event's data.

    Assumed: 422 with the Liquid error when it does not render.
    """
    body = whole_body(request)
    addresses, data = _addresses(body), body.get("event_data") or {}
    if not isinstance(data, dict):
        raise refusal(422, "event_data must be an object")
    node_id = body.get("node_id")
    template = _designed(request, node_id) if node_id else _template(request, body.get("template_id"))
    prefix = PREFIX if body.get("prepend_test") is True else ""
    kind = str(body.get("campaign_type") or "")
    try:
        subject = records(request.space).test_email(template, addresses, data, campaign_type=kind, prefix=prefix)
    except ValueError as error:
        raise refusal(422, str(error)) from None
    return Reply({"accepted": True, "subject": subject})


def _addresses(body: Mapping[str, Any]) -> list[str]:
    to = body.get("to")
    addresses = [one.strip() for one in to.split(",") if one.strip()] if isinstance(to, str) else []
    if not addresses or not all("@" in one for one in addresses) or len(addresses) > MOST:
        raise refusal(422, "to must be a list of addresses, with commas between them")
    return addresses


def _template(request: Request, number: Any) -> Json:
    if not isinstance(number, int) or isinstance(number, bool):
        raise refusal(422, "template_id is required")
    template = found(request, Kind.TEMPLATE, number)
    if template["template_type"] != "email":
        raise refusal(422, "template is no email")
    return template


def _designed(request: Request, node_id: Any) -> Json:
    """A Design Studio email as the template it would be; it stands without a layout."""
    nodes = request.space.documents.all(Kind.DESIGN_EMAIL)
    content = next((one["content"] for one in nodes if one["id"] == node_id), None)
    if content is None:
        raise refusal(404, "not found")
    texts = {"subject": "subject", "preheader_text": "preheader_text", "body": "html", "body_plain": "text"}
    said = {name: content[key] for name, key in texts.items() if isinstance(content.get(key), str)}
    return new_template("email", request.space.now(), **said)


@ROUTES.add(
    "POST", "/v1/environments/{environment_id}/verify/webhook_template", Confidence.GUESSED, "501: calls nobody"
)
def verify_webhook(_: Request) -> Reply:
    """Refuse: a real call to a real system is nothing that a rehearsal should make."""
    raise refusal(501, "this workspace calls no webhook of a template: it would be a real call")
