"""Test sends from the builder: rendered for nobody in particular, and put into the inbox."""

from __future__ import annotations

from simulator.workspace.documents import Kind
from simulator.workspace.membership import records
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import found, refusal, whole_body

ROUTES = Routes(Surface.UI)
PREFIX = "[TEST] "
MOST = 25
"""Addresses of one test. Assumed."""


@ROUTES.add("POST", "/v1/environments/{environment_id}/verify/email_template", Confidence.AGREED)
def verify_email(request: Request) -> Reply:
    """Send an email template to some addresses, with the event's data that the request gives.

    Assumed: 422 with the Liquid error when it does not render. A `node_id`, which stands for a Design Studio email, is
    refused with 501.
    """
    body = whole_body(request)
    to = body.get("to")
    addresses = [one.strip() for one in to.split(",") if one.strip()] if isinstance(to, str) else []
    if not addresses or not all("@" in one for one in addresses) or len(addresses) > MOST:
        raise refusal(422, "to must be a list of addresses, with commas between them")
    data = body.get("event_data") or {}
    if not isinstance(data, dict):
        raise refusal(422, "event_data must be an object")
    number = body.get("template_id")
    if body.get("node_id") is not None and number is None:
        raise refusal(501, "this workspace sends no tests of Design Studio emails")
    if not isinstance(number, int) or isinstance(number, bool):
        raise refusal(422, "template_id is required")
    template = found(request, Kind.TEMPLATE, number)
    if template["template_type"] != "email":
        raise refusal(422, "template is no email")
    prefix = PREFIX if body.get("prepend_test") is True else ""
    kind = str(body.get("campaign_type") or "")
    try:
        subject = records(request.space).test_email(template["id"], addresses, data, campaign_type=kind, prefix=prefix)
    except ValueError as error:
        raise refusal(422, str(error)) from None
    return Reply({"accepted": True, "subject": subject})


@ROUTES.add(
    "POST", "/v1/environments/{environment_id}/verify/webhook_template", Confidence.GUESSED, "501: calls nobody"
)
def verify_webhook(_: Request) -> Reply:
    """Refuse: a real call to a real system is nothing that a rehearsal should make."""
    raise refusal(501, "this workspace calls no webhook of a template: it would be a real call")
