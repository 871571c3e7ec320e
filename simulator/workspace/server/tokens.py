"""Access tokens of the UI API: JSON Web Tokens, signed by this server, that expire."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token says: its scopes, and in which workspaces it may edit what is live."""

    serial: int
    expires: int
    read_only: bool
    live_edit_in: frozenset[int]


class Tokens:
    """Mints and reads the tokens of one server.

    Units: lifetimes are seconds of the machine's clock, which its clients go by too; the workspaces' clock, which may
    stand still or jump by days, has no part in it. `expire_all` is for tests that want an expired token now.
    Source: UI API notes: an hour; the live-edit flag is the one from when the token was minted.
    """

    def __init__(self, secret: str, machine: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._machine = machine
        self.lifetime = LIFETIME
        self._minted = 0
        self._ended = 0  # serials up to here are no longer good

    def mint(self, *, read_only: bool, live_edit_in: Iterable[int]) -> str:
        """A new token."""
        self._minted += 1
        claims = {
            "n": self._minted,
            "exp": int(self._machine()) + self.lifetime,
            "scope": "read_only" if read_only else "",
            "live": sorted(live_edit_in),
        }
        signed = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def read(self, text: str) -> Token | None:
        """What a token says; None when it is none of ours, or no longer good."""
        signed, _, signature = text.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode("utf-8", "replace")):
            return None
        try:
            claims = json.loads(_decoded(signed.partition(".")[2]))
        except (ValueError, binascii.Error):
            return None
        if claims["exp"] <= self._machine() or claims["n"] <= self._ended:
            return None
        return Token(claims["n"], claims["exp"], claims["scope"] == "read_only", frozenset(claims["live"]))

    def expire_all(self) -> None:
        """Every token minted so far is no longer good."""
        self._ended = self._minted

    def _signature(self, signed: str) -> str:
        digest = hmac.new(self._secret, signed.encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
