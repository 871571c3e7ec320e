"""A receiver of webhooks as a process of its own, and signed events sent to it as fast as it answers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
from sqlalchemy import create_engine, text

from mailwright.listen.signature import signature

KEY = "whsec_benchmark_0001"


@dataclass
class Answers:
    """What came of the events that were sent."""

    taken: set[int] = field(default_factory=set)  # numbers answered 200
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)  # for each answer
    unanswered: int = 0

    def note(self, number: int, status: int, took: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.seconds.append(took)
        if status == 200:
            self.taken.add(number)

    def quantile(self, share: float) -> float:
        """Seconds under which a share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def event(number: int, size: int = 400) -> bytes:
    """A reporting webhook as Customer.io sends it."""
    data = {
        "identifiers": {"id": f"p{number % 5000}", "email": f"p{number % 5000}@example.org", "cio_id": "a3000001"},
        "customer_id": f"p{number % 5000}", "delivery_id": f"dgOq6Q{number:012}", "campaign_id": 61, "action_id": 902,
        "recipient": f"p{number % 5000}@example.org", "subject": "x" * size,
    }  # fmt: skip
    body = {"event_id": f"01EVENT{number:019}", "object_type": "email", "metric": "sent", "timestamp": 1_767_225_600}
    return json.dumps({**body, "data": data}).encode()


@contextmanager
def listening(store: str | Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The receiver's address and its process; it is ended with the block."""
    words = [sys.executable, "-m", "mailwright", "listen", "--port", "0", "--format", "json", "--store", str(store)]
    environment = {**os.environ, "MAILWRIGHT_WEBHOOK_KEY": KEY}
    process = subprocess.Popen(
        [*words, *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        for _ in range(500):
            try:
                urllib.request.urlopen(f"{url}/_health").close()
                break
            except OSError:
                time.sleep(0.02)
        yield url, process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def send(url: str, numbers: Iterator[int], answers: Answers, *, connections: int, **how: Any) -> None:
    """Send events over so many connections at once until the numbers end, or the receiver does."""
    asyncio.run(_send_all(url, numbers, answers, connections, how))


async def _send_all(url: str, numbers: Iterator[int], answers: Answers, connections: int, how: dict[str, Any]) -> None:
    await asyncio.gather(*(_send_over_one(url, numbers, answers, **how) for _ in range(connections)))


async def _send_over_one(
    url: str, numbers: Iterator[int], answers: Answers, *, key: str = KEY, age: int = 0, until: float = float("inf")
) -> None:
    try:
        async with _connected(url) as (reader, writer):
            for number in numbers:
                if time.monotonic() >= until:
                    return
                began = time.monotonic()
                writer.write(_request(url, event(number), key, age))
                status = await _status(reader)
                answers.note(number, status, time.monotonic() - began)
    except (OSError, asyncio.IncompleteReadError):
        answers.unanswered += 1


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        yield reader, writer
    finally:
        writer.close()


def _request(url: str, body: bytes, key: str, age: int) -> bytes:
    stamp = str(int(time.time()) - age)
    head = (
        f"POST /webhooks HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-CIO-Timestamp: {stamp}\r\n"
        f"X-CIO-Signature: {signature(key, stamp, body)}\r\n\r\n"
    )
    return head.encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def kept(store: str | Path) -> Sequence[str]:
    """The ids of the events in a store, as often as they stand there; nobody else may have it open."""
    asked = "SELECT event_id FROM events"
    if "://" not in str(store):
        with duckdb.connect(str(store)) as database:
            return [row[0] for row in database.execute(asked).fetchall()]
    engine = create_engine(str(store).replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text(asked))]
    finally:
        engine.dispose()


def memory_of(process: subprocess.Popen[str]) -> float:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
