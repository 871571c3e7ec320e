"""Exchanges of the wire reference, sent to a server in this process: address, credential, limit, route and all."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from simulator.workspace.account import Account
from simulator.workspace.opening import every_route
from simulator.workspace.routes import Reply
from simulator.workspace.running import Running
from simulator.workspace.server.dispatch import Asked
from simulator.workspace.server.limits import NONE, Limits
from simulator.workspace.server.local_server import LocalServer
from simulator.workspace.space import Space

WIRE = Path(__file__).parents[1] / "data" / "wire"
NOW = 1_767_240_000
HOME = 41001


@dataclass(frozen=True)
class Exchange:
    """One exchange of one file, and all that stand in the file with it."""

    file: str
    name: str
    request: dict[str, Any]
    response: dict[str, Any]
    siblings: tuple[dict[str, Any], ...] = ()

    @property
    def method(self) -> str:
        return self.request["method"]

    @property
    def path(self) -> str:
        return self.request["path"]

    @property
    def body(self) -> Any:
        return self.request.get("body")

    @property
    def status(self) -> int:
        return self.response["status"]

    @property
    def expected(self) -> Any:
        return self.response.get("body")

    @property
    def surface(self) -> str:
        return {"fly": "ui", "app": "app"}[self.file.partition("/")[0]]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def exchanges_in(folder: str) -> list[Exchange]:
    """Every exchange of a folder of the reference."""
    found = []
    for path in sorted((WIRE / folder).glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8")).get("exchanges", [])
        found += [
            Exchange(f"{folder}/{path.stem}", one["name"], one["request"], one["response"], tuple(rows)) for one in rows
        ]
    return found


def token_place(token: str) -> int:
    """The place that the token of a page stands for."""
    text = base64.b64decode(token + "=" * (-len(token) % 4)).decode()
    return int(text.rpartition(":")[2])


@dataclass
class Wired:
    """A server of two workspaces whose clock stands still, asked without a socket."""

    server: LocalServer
    account: Account

    @property
    def home(self) -> Space:
        return self.account.spaces[HOME]

    def token(self) -> str:
        """An access token of the UI API, minted now."""
        form = {"grant_type": "client_credentials", "client_secret": self.account.service_account_token}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = self.ask("POST", "/ui/v1/service_accounts/oauth/token", urlencode(form).encode(), headers)
        return str(reply.body["access_token"])

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """One request, its query in the path; the answer as a client would read it."""
        path, _, query = path.partition("?")
        reply = asyncio.run(self.server.dispatch.answer(Asked(method, path, query, headers or {}, body)))
        assert reply is not None, f"{path} is no API's"
        return Reply(
            json.loads(json.dumps(reply.body)) if not isinstance(reply.body, bytes) else reply.body,
            reply.status,
            reply.headers,
        )

    def ui(self, method: str, path: str, body: Any = None, *, strict: bool = False, token: str | None = None) -> Reply:
        """One request to the UI API; the path begins behind the environment, unless it starts with a slash."""
        path = path if path.startswith("/") else f"/v1/environments/{HOME}/{path}"
        headers = {"authorization": f"Bearer {token or self.token()}", **({"x-validate": "strict"} if strict else {})}
        return self.ask(method, f"/ui{path}", _encoded(body), headers)

    def app(self, method: str, path: str, body: Any = None) -> Reply:
        """One request to the App API."""
        headers = {"authorization": f"Bearer {self.home.keys.app_key}"}
        return self.ask(method, f"/app/v1/{path}", _encoded(body), headers)

    def track(self, **entity: Any) -> None:
        """One entity that the Track API takes."""
        keys = self.home.keys
        basic = base64.b64encode(f"{keys.site_id}:{keys.track_key}".encode()).decode()
        reply = self.ask("POST", "/track/api/v2/entity", _encoded(entity), {"authorization": f"Basic {basic}"})
        assert reply.status == 200

    def send(self, exchange: Exchange) -> Reply:
        """The exchange's own request, with keys of this server in place of those that the reference only names."""
        request = exchange.request
        body = request.get("body")
        query = urlencode(request.get("query", {}))
        content = body.encode() if isinstance(body, str) else _encoded(body)
        path = f"/{exchange.surface}{exchange.path}" + (f"?{query}" if query else "")
        headers = {name.lower(): self._real(value) for name, value in request.get("headers", {}).items()}
        if isinstance(body, str):
            content = self._real(body).encode()
        return self.ask(exchange.method, path, content, headers)

    def _real(self, text: str) -> str:
        for named, real in (
            ("<jwt from the token exchange>", self.token),
            ("<app api key>", lambda: self.home.keys.app_key),
            ("sa_live_0123456789abcdef", lambda: self.account.service_account_token),
        ):
            if named in text:
                text = text.replace(named, real())
        return text


def _encoded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


@contextmanager
def wired(*, limited: bool = False, now: int = NOW) -> Iterator[Wired]:
    """A fresh server with the two workspaces of the reference, both empty."""
    account = Account()
    account.name = "Harborlight"
    account.clock.freeze(now)
    for number, name in ((HOME, "Harborlight"), (HOME + 1, "Harborlight QA")):
        account.add(name, "us", number=number)
    limits = Limits() if limited else Limits(dict(NONE))
    try:
        yield Wired(LocalServer(account, every_route(), Running, limits=limits), account)
    finally:
        account.close()
