"""A service-account token in, an access token of the UI API out."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from simulator.workspace.routes import Refusal, Reply
from simulator.workspace.server.addresses import Address
from simulator.workspace.server.credentials import spaces_in

if TYPE_CHECKING:
    from simulator.workspace.server.dispatch import Asked
    from simulator.workspace.server.local_server import LocalServer

_INVALID_CLIENT = {"error": "invalid_client", "error_description": "invalid client credentials"}


def exchanged(server: LocalServer, address: Address, asked: Asked) -> Reply:
    """The access token for a service-account token.

    Raises: Refusal: 401 for a token that is none of ours or of this region, 400 for any other grant or form.
    Source: UI API notes: form-encoded only; an hour; `read_only` is the one scope.
    Assumed: what the body is when the form or the grant is wrong (as OAuth 2 has it).
    """
    if asked.method != "POST":
        raise Refusal(405, {"error": "invalid_request", "error_description": "the token endpoint takes POST"})
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = parse_qs(asked.body.decode("utf-8", "replace")) if kind == "application/x-www-form-urlencoded" else {}
    if form.get("grant_type") != ["client_credentials"]:
        what = {"error": "unsupported_grant_type", "error_description": "grant_type must be client_credentials"}
        raise Refusal(400, what)
    secret = form.get("client_secret", [""])[0]
    inside = spaces_in(server.account, address.region)
    if not hmac.compare_digest(secret.encode(), server.account.service_account_token.encode()) or not inside:
        raise Refusal(401, _INVALID_CLIENT)
    scope = form.get("scope", [""])[0]
    read_only = "read_only" in scope.split()
    allowed = [] if read_only else [space.id for space in server.account.spaces.values() if space.live_edit]
    token = server.tokens.mint(read_only=read_only, live_edit_in=allowed)
    found = {"access_token": token, "token_type": "Bearer", "expires_in": server.tokens.lifetime}
    return Reply({**found, "scope": scope} if scope else found)
