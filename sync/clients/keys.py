"""Who asks: an App API key, a Track API key, or a service account whose token is exchanged for a short-lived one."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sync.clients.refusals import WorkspaceRefusal, hint_for, reasons
from sync.clients.transport import Key, Transport

EARLY = 60.0
"""Seconds before its end that a token is renewed."""
TOKEN_PATH = "/v1/service_accounts/oauth/token"  # noqa: S105  # a path


@dataclass(slots=True)
class AppKey(Key):
    """An App API key; its repr does not hold it."""

    secret: str = field(repr=False)
    variable: str = ""

    def headers(self, transport: Transport) -> Mapping[str, str]:
        """The key as a bearer."""
        return {"Authorization": f"Bearer {self.secret}"}


@dataclass(slots=True)
class TrackKey(Key):
    """A site id with its Track API key; its repr holds neither.

    Source: Track API reference, "Authentication": basic, the site id as name.
    """

    site_id: str = field(repr=False)
    secret: str = field(repr=False)
    variable: str = ""

    def headers(self, transport: Transport) -> Mapping[str, str]:
        """The pair as basic authentication."""
        pair = base64.b64encode(f"{self.site_id}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


@dataclass(slots=True)
class ServiceAccount(Key):
    """A service account's token, exchanged for a bearer that is renewed a minute before it ends, and once after a 401.

    Source: the official command line's client: form-encoded exchange, refresh 60 s early.
    """

    secret: str = field(repr=False)
    variable: str = ""
    is_read_only: bool = False
    now: Callable[[], float] = time.monotonic
    _bearer: str = field(default="", repr=False)
    _ends: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def headers(self, transport: Transport) -> Mapping[str, str]:
        """A bearer that still holds, exchanged when there is none.

        Raises: WorkspaceRefusal when the account is not known; Unreachable.
        """
        with self._lock:
            if not self._bearer or self.now() >= self._ends:
                self._exchange(transport)
            return {"Authorization": f"Bearer {self._bearer}"}

    def renew(self) -> bool:
        """Forget the bearer, so that the next request brings a new one."""
        with self._lock:
            had = bool(self._bearer)
            self._bearer = ""
        return had

    def _exchange(self, transport: Transport) -> None:
        fields = {"grant_type": "client_credentials", "client_secret": self.secret}
        if self.is_read_only:
            fields["scope"] = "read_only"
        reply = transport.form(TOKEN_PATH, fields)
        asked = f"{transport.surface}: POST {TOKEN_PATH}"
        if not reply.is_success:
            said = reasons(reply.content) or reply.reason_phrase
            hint = hint_for(reply.status_code, transport.surface, self.variable)
            raise WorkspaceRefusal(f"{asked}: {reply.status_code} {said}", status=reply.status_code, hint=hint)
        try:
            answer = json.loads(reply.content)
            self._bearer = str(answer["access_token"])
            lasts = float(answer.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            message = f"{asked}: the answer holds no token"
            raise WorkspaceRefusal(message, status=reply.status_code, hint="is this the UI API's address?") from None
        self._ends = self.now() + max(lasts - EARLY, lasts / 2)
