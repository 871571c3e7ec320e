"""Sends the waiting events to the addresses that asked for them."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.workspace.account import Account
from simulator.workspace.documents import Kind
from simulator.workspace.reporting.payloads import PREFERENCES, Json, Reported, message_event, person_event
from simulator.workspace.reporting.queue import Queue, Waiting, retry_at
from simulator.workspace.reporting.signing import signature
from simulator.workspace.space import Space

if TYPE_CHECKING:
    import httpx

TIMEOUT = 4.0
"""Seconds for an answer. Source: reporting webhooks reference."""
LOOK_AGAIN = 0.2
_ONCE = frozenset({"opened", "clicked"})


class Sender:
    """The reporting webhooks of one server.

    *anywhere*: whether they may leave this machine. Content that was pulled from a real workspace holds the addresses
    of real systems, which must not hear of what only happened here, so by default they are held back, and said to be.
    """

    def __init__(self, account: Account, *, anywhere: bool = False) -> None:
        self.account = account
        self.queue = Queue(account.store)
        self.anywhere = anywhere
        self.sent = 0
        self.held_back: Counter[int] = Counter()  # by webhook
        self._wake = asyncio.Event()
        self._number = 0
        self._client: httpx.AsyncClient | None = None
        self._sending = asyncio.Lock()

    def message(self, space: Space, reported: Reported, metric: str, at: int) -> None:
        """Tell that a message got a metric, to every webhook that asked for it."""
        name = f"{reported.channel}_{metric}"
        for webhook in self._asking(space, name):
            once = metric in _ONCE and not webhook["full_resolution"]
            if once and not self.queue.first_time(space.id, webhook["id"], reported.delivery_id, metric):
                continue
            number = self._next()
            self._put(space, webhook, message_event(reported, metric, at, number, with_content=webhook["with_content"]))

    def person(
        self, space: Space, identifiers: dict[str, str], metric: str, at: int, topics: Json | None = None
    ) -> None:
        """Tell that a person subscribed, unsubscribed, or chose other topics."""
        for webhook in self._asking(space, f"customer_{metric}"):
            shown = topics if metric == PREFERENCES and webhook["with_content"] else None
            self._put(space, webhook, person_event(identifiers, metric, at, self._next(), shown))

    async def run(self) -> None:
        """Send what is due, again and again."""
        try:
            while True:
                await self.send_due()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_AGAIN)
                self._wake.clear()
        finally:
            if self._client is not None:
                await self._client.aclose()

    async def send_due(self) -> None:
        """Send until nothing is due any more."""
        async with self._sending:
            while due := self.queue.due(self.account.clock.now()):
                await asyncio.gather(*(self._send(waiting) for waiting in due))

    def _asking(self, space: Space, event: str) -> list[Json]:
        return [
            webhook
            for webhook in space.documents.all(Kind.WEBHOOK)
            if event in webhook["events"] and not webhook["disabled"]
        ]

    def _put(self, space: Space, webhook: Json, event: Json) -> None:
        if not self.anywhere and not is_on_this_machine(webhook["endpoint"]):
            self.held_back[webhook["id"]] += 1
            return
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        self.queue.add(space.id, webhook["id"], text, self.account.clock.now())
        self._wake.set()

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _send(self, waiting: Waiting) -> None:
        space = self.account.spaces.get(waiting.workspace)
        webhook = space.documents.get(Kind.WEBHOOK, waiting.webhook) if space is not None else None
        if space is None or webhook is None or webhook["disabled"]:  # Assumed: what waited for it is dropped
            self.queue.done(waiting)
            return
        status, said = await self._post(webhook["endpoint"], space.keys.webhook_signing_key, waiting.event.encode())
        if status is not None and 200 <= status < 300:
            self.sent += 1
            self.queue.done(waiting)
            return
        due = retry_at(waiting, status, self.account.clock.now())
        if due is None:
            self.queue.done(waiting)
        else:
            self.queue.again(waiting, due, said)

    async def _post(self, endpoint: str, key: str, body: bytes) -> tuple[int | None, str]:
        import httpx  # only who has a webhook waits for it

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        # The machine's time: who verifies the signature compares it with a clock of their own.
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "X-CIO-Timestamp": str(timestamp),
            "X-CIO-Signature": signature(key, timestamp, body),
        }
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._client.post(endpoint, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return None, type(error).__name__
        return answer.status_code, f"answered {answer.status_code}"


def is_on_this_machine(endpoint: Any) -> bool:
    """Whether an address is one of this machine's own."""
    try:
        host = urlsplit(str(endpoint)).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
