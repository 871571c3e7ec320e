"""Whose key a request carries, and whether it opens the surface and region it was shown to."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.workspace.account import Account
from simulator.workspace.routes import Refusal, Surface
from simulator.workspace.server.addresses import Address, Region
from simulator.workspace.server.refusals import forbidden, not_found, unauthorized
from simulator.workspace.server.tokens import Tokens
from simulator.workspace.space import Space

SEND = "/v1/send/"
# Anybody may call these: links in emails and devices do. A key that is shown is looked at all the same.
KEYLESS = re.compile(r"/api/v1/(?:metrics|push/events)|(?:/api/v1)?/unsubscribe/[^/]+")
TOKEN_EXCHANGE = "/v1/service_accounts/oauth/token"  # noqa: S105  # a path
_ENVIRONMENT = re.compile(r"/v1/environments/([^/]+)|/design-studio/api/workspaces/([^/]+)")


@dataclass(frozen=True, slots=True)
class Opened:
    """The workspace that a credential opened; who asks, and whether they may edit what is live."""

    space: Space
    actor: str
    live_edit: bool = True
    knows: bool = True  # False: nobody showed a key, and the workspace is only a guess


def opened(account: Account, tokens: Tokens, address: Address, method: str, headers: Mapping[str, str]) -> Opened:
    """What a request's credential opens.

    Raises: Refusal: 401 for a key that does not fit, 301 for a Track key in the other region, 403 for a read-only token
    that writes, 404 for a workspace that is not there.
    """
    match address.surface:
        case Surface.TRACK if not address.path.startswith(SEND):
            return _track(account, address, headers)
        case Surface.UI:
            return _ui(account, tokens, address, method, headers)
        case _:
            return _app(account, address, headers)


def _track(account: Account, address: Address, headers: Mapping[str, str]) -> Opened:
    """Source: Track API reference, "Authentication"; a key of the other region is sent there."""
    shown = headers.get("authorization", "")
    if not shown and KEYLESS.fullmatch(address.path):
        return Opened(next(iter(account.spaces.values())), "", knows=False)
    site, _, key = _basic(shown).partition(":")
    space = next((one for one in account.spaces.values() if one.keys.site_id == site), None)
    if space is None or not _same(key, space.keys.track_key):
        raise unauthorized(address.surface, address.path)
    if address.region not in (None, space.region):
        raise Refusal(301, None, {"Location": f"/{space.region}/track{address.path}"})
    return Opened(space, "Track API")


def _app(account: Account, address: Address, headers: Mapping[str, str]) -> Opened:
    """Source: App API reference; a service-account token opens the sends alone, with the workspace in a header."""
    key = _bearer(headers)
    for space in account.spaces.values():
        if _same(key, space.keys.app_key) and address.region in (None, space.region):
            return Opened(space, "App API key")
    if address.path.startswith(SEND) and _same(key, account.service_account_token):
        number = headers.get("x-workspace-id", "")
        for space in account.spaces.values():
            if str(space.id) == number and address.region in (None, space.region):
                return Opened(space, "service account")
    raise unauthorized(address.surface, address.path)


def _ui(account: Account, tokens: Tokens, address: Address, method: str, headers: Mapping[str, str]) -> Opened:
    """Source: UI API notes. Assumed: a workspace of the other region is 401, as one of another account is 404."""
    token = tokens.read(_bearer(headers))
    if token is None:
        raise unauthorized(address.surface, address.path)
    if token.read_only and method not in ("GET", "HEAD"):
        raise forbidden()
    space = _asked_for(account, address)
    return Opened(space, "service account", live_edit=space.id in token.live_edit_in)


def _asked_for(account: Account, address: Address) -> Space:
    found = _ENVIRONMENT.match(address.path)
    if found is None:
        inside = spaces_in(account, address.region)
        if not inside:
            raise unauthorized(address.surface, address.path)
        return inside[0]
    number = found[1] or found[2]
    space = next((one for one in account.spaces.values() if str(one.id) == number), None)
    if space is None:
        raise not_found()
    if address.region not in (None, space.region):
        raise unauthorized(address.surface, address.path)
    return space


def spaces_in(account: Account, region: Region | None) -> list[Space]:
    """The workspaces of a region, or all."""
    return [space for space in account.spaces.values() if region in (None, space.region)]


def _basic(shown: str) -> str:
    scheme, _, text = shown.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, text = headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
