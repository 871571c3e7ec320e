"""Who may come in: this machine's own browser with the run's token, and pages that this server served itself."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": OWN_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-dns-prefetch-control": "off",
    "cache-control": "no-store",
}
_READS = ("GET", "HEAD")
SEEN = "/seen/"
"""Below it documents in frames say what they show: they have an origin of their own, and a name that only they know."""
_SEEN = re.compile(SEEN + r"[0-9a-f-]{36}/[0-9]{1,9}\Z")


@dataclass(frozen=True, slots=True)
class Gate:
    """The addresses this server has, and the token of this run."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers share cookies between ports, so it holds ours."""
        return f"mailwright-preview-{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a Host header may say: a name that only this machine answers to, so that no other name leads here."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}", f"[::1]:{self.port}")

    @property
    def url(self) -> str:
        """The address to open, with its token."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def refusal(self, method: str, headers: dict[str, str]) -> Response | None:
        """Why a request does not come from a page of ours; None where it may."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return PlainTextResponse("This address is not one of the preview's.\n", 421)
        origin = headers.get("origin")
        if (origin is None and method not in _READS) or (origin is not None and origin != f"http://{host}"):
            return PlainTextResponse("Only the preview's own page may ask this.\n", 403)
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return PlainTextResponse("Only the preview's own page may ask this.\n", 403)
        return None

    def knows(self, given: str | None) -> bool:
        """Whether a token is this run's."""
        return given is not None and secrets.compare_digest(given.encode(), self.token.encode())

    def with_cookie(self, response: Response) -> Response:
        """*response*, which lets the browser in from now on."""
        response.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return response


class Gatekeeper:
    """The gate as ASGI: every answer carries the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                more = [(name.encode(), text.encode()) for name, text in HEADERS.items() if name.encode() not in known]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self.app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in scope["headers"]}
        if scope["method"] == "GET" and _SEEN.match(scope["path"]) and headers.get("host", "") in self.gate.hosts:
            return None
        refused = self.gate.refusal(scope["method"], headers)
        if refused is not None:
            return refused
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token")
        if given is not None and scope["method"] in _READS:
            if not self.gate.knows(given):
                return self._locked()
            rest = urlencode([(name, text) for name, text in query if name != "token"])
            return self.gate.with_cookie(RedirectResponse(_local(scope["path"]) + (f"?{rest}" if rest else ""), 303))
        bearer = headers.get("authorization", "")
        if self.gate.knows(_cookie(headers.get("cookie", ""), self.gate.cookie)) or (
            bearer.startswith("Bearer ") and self.gate.knows(bearer.removeprefix("Bearer "))
        ):
            return None
        return self._locked()

    def _locked(self) -> Response:
        return PlainTextResponse(
            "This page needs the token of this run: open the address that `mailwright preview` printed.\n", 403
        )


def _local(path: str) -> str:
    """The path as an address of this server and of no other: one that starts with two slashes would name a host."""
    return "/" + path.lstrip("/\\")


def _cookie(header: str, name: str) -> str | None:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return None if found is None else found.value
