"""Links to the page where a person chooses what to get."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from simulator.workspace.app_api.bodies import refusal
from simulator.workspace.membership import records
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
LIFETIME = 86_400
"""Seconds that a token holds. Source: App API reference."""


@ROUTES.add("GET", "/v1/subscription_center/{id}/token", Confidence.SPECIFIED, "the page behind the link is not served")
def token_for(request: Request) -> Reply:
    """A signed token for one person, and the link that would show their choices.

    Source: App API reference: the name is an id or an address of somebody there, else 400.
    Assumed: how a token is made.
    """
    name = request.params["id"]
    people = records(request.space)
    person = people.person(name, "id") or people.person(name, "email")
    if person is None:
        raise refusal(400, "bad request")
    said = {"w": request.space.id, "p": person.cio_id, "e": request.space.now() + LIFETIME}
    payload = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).rstrip(b"=")
    key = request.space.keys.webhook_signing_key.encode()
    token = f"{payload.decode()}.{hmac.new(key, payload, hashlib.sha256).hexdigest()[:32]}"
    return Reply({"token": token, "url": f"{request.space.account.url}/track/u/i/{token}/"})
