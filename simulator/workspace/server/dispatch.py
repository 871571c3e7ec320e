"""From a request to its answer: address, credential, limit, faults, route, in this order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from simulator.workspace.routes import Refusal, Reply, Request, Surface
from simulator.workspace.server.addresses import Address, address_of
from simulator.workspace.server.credentials import TOKEN_EXCHANGE, Opened, opened
from simulator.workspace.server.faults import FaultKind, Rule, limited
from simulator.workspace.server.limits import UI, bucket_of
from simulator.workspace.server.refusals import not_served, too_large
from simulator.workspace.server.request_log import Logged, numbers_in, without_people
from simulator.workspace.server.route_table import Found
from simulator.workspace.server.token_exchange import exchanged

if TYPE_CHECKING:
    from simulator.workspace.server.local_server import LocalServer

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of a body; no route of Customer.io's takes nearly as many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came off the wire. *path* is still percent-encoded; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class CutOff(Exception):
    """The connection is to be cut, without an answer."""


@dataclass(slots=True)
class _Exchange:
    """What is known of a request while it is answered."""

    asked: Asked
    address: Address
    found: Found | None = None
    workspace: int | None = None
    hit: list[Rule] = field(default_factory=list)

    def hit_by(self, kind: FaultKind, when: str = "before") -> Rule | None:
        """The first rule of a kind that hits the request then."""
        return next((rule for rule in self.hit if rule.kind is kind and rule.when == when), None)


class Dispatch:
    """Answers what is asked of one server's three APIs."""

    def __init__(self, server: LocalServer, sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep) -> None:
        self.server = server
        self.sleep = sleep
        self._before: dict[tuple[int, Surface, str], Reply] = {}  # what reads answered before the last write

    async def answer(self, asked: Asked) -> Reply | None:
        """The answer to a request; None when its path is none of an API.

        Raises: CutOff when a fault cuts the connection.
        """
        address = address_of(asked.path)
        if address is None:
            return None
        exchange = _Exchange(asked, address)
        try:
            reply = await self._answered(exchange)
        except Refusal as refusal:
            reply = refusal.reply
        except CutOff:
            self._log(exchange, 0)
            raise
        self._log(exchange, reply.status)
        return reply

    async def _answered(self, exchange: _Exchange) -> Reply:
        asked, address = exchange.asked, exchange.address
        if len(asked.body) > BODY_LIMIT:
            raise too_large(address.surface)
        if address.surface is Surface.UI and address.path == TOKEN_EXCHANGE:
            return await self._token(exchange)
        surface = Surface.APP if address.path.startswith("/v1/send/") else address.surface
        method = "GET" if asked.method == "HEAD" else asked.method
        exchange.found = self.server.routes.find(surface, method, address.path)
        if exchange.found is None:
            methods = self.server.routes.methods(surface, address.path)
            raise not_served(surface, asked.method, address.path, methods)
        who = opened(self.server.account, self.server.tokens, address, asked.method, asked.headers)
        exchange.workspace = who.space.id
        route = exchange.found.route
        exchange.hit = self.server.faults.hitting(surface, asked.method, address.path, who.space.id)
        bucket = bucket_of(surface, asked.method, route.pattern)
        rule = exchange.hit_by(FaultKind.LIMITED)
        if rule is not None:
            raise limited(rule, self.server.limits.limits[bucket])
        self.server.limits.count(who.space.id, bucket)
        await self._go_wrong(exchange, "before")
        reply = self._effect(exchange, who)
        await self._go_wrong(exchange, "after")
        return reply

    async def _token(self, exchange: _Exchange) -> Reply:
        """An access token; what goes wrong everywhere does not go wrong here, unless a rule names the path."""
        exchange.hit = self.server.faults.hitting(Surface.UI, exchange.asked.method, TOKEN_EXCHANGE, None)
        rule = exchange.hit_by(FaultKind.LIMITED)
        if rule is not None:
            raise limited(rule, self.server.limits.limits[UI])
        await self._go_wrong(exchange, "before")
        reply = exchanged(self.server, exchange.address, exchange.asked)
        await self._go_wrong(exchange, "after")
        return reply

    async def _go_wrong(self, exchange: _Exchange, when: str) -> None:
        slow = exchange.hit_by(FaultKind.SLOW, when)
        if slow is not None:
            await self.sleep(slow.seconds)
        if exchange.hit_by(FaultKind.RESET, when) is not None:
            raise CutOff
        failing = exchange.hit_by(FaultKind.ERROR, when)
        if failing is not None:
            raise Refusal(failing.status, {"errors": [{"detail": "internal server error"}]})

    def _effect(self, exchange: _Exchange, who: Opened) -> Reply:
        assert exchange.found is not None
        request = self._request(exchange, exchange.found, who)
        surface = exchange.found.route.surface
        remembers = self.server.faults.may_be_stale() and request.method != "GET"
        before = self._read_before(surface, request) if remembers else None
        reply = exchange.found.route.handler(request)
        return self._misread(exchange, request, reply, before) if exchange.hit else reply

    def _request(self, exchange: _Exchange, found: Found, who: Opened) -> Request:
        asked, address = exchange.asked, exchange.address
        return Request(
            space=who.space,
            method=asked.method,
            path=address.path,
            params=found.params,
            query=parse_qs(asked.query, keep_blank_values=True),
            headers=asked.headers,
            body=asked.body,
            actor=who.actor,
            live_edit=who.live_edit,
        )

    # --- answers of the past ---------------------------------------------------------------------------------------

    def _read_before(self, surface: Surface, request: Request) -> Reply | None:
        """What a read of the same path answers before a write, remembered for reads that are to be stale."""
        found = self.server.routes.find(surface, "GET", request.path)
        if found is None:
            return None
        read = Request(request.space, "GET", request.path, found.params, {}, request.headers, b"", request.actor)
        try:
            reply = found.route.handler(read)
        except Refusal:
            return None
        # Through JSON, so that what the write changes in place is not seen here.
        reply = Reply(json.loads(json.dumps(reply.body)), reply.status, reply.headers)
        self._before[request.space.id, surface, request.path] = reply
        return reply

    def _misread(self, exchange: _Exchange, request: Request, reply: Reply, before: Reply | None) -> Reply:
        assert exchange.found is not None
        for rule in exchange.hit:
            match rule.kind:
                case FaultKind.STALE if request.method == "GET":
                    key = (request.space.id, exchange.found.route.surface, request.path)
                    reply = self._before.get(key, reply)
                case FaultKind.STALE_ECHO if before is not None and reply.status < 300:
                    reply = before
                case FaultKind.LOST_ROW if reply.status == 200:
                    reply = Reply(self.server.faults.lacking_a_row(rule, reply.body), 200, reply.headers)
                case _:
                    pass
        return reply

    def _log(self, exchange: _Exchange, status: int) -> None:
        found = exchange.found
        self.server.log.add(
            Logged(
                number=self.server.log.total + 1,
                at=self.server.account.clock.now(),
                surface=exchange.address.surface,
                workspace=exchange.workspace,
                method=exchange.asked.method,
                route=found.route.pattern if found else without_people(exchange.address.path),
                numbers=numbers_in(found.params, found.route.pattern) if found else {},
                status=status,
                faults=tuple(rule.number for rule in exchange.hit),
            )
        )
