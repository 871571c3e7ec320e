"""A receiver as a process of its own, and signed events to send it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from mailwright.listen.signature import signature

KEY = "whsec_canary_0001"


def event(number: int, metric: str = "sent", **data: Any) -> bytes:
    known = {"identifiers": {"id": str(number)}, "delivery_id": f"d{number}", "campaign_id": 61, "action_id": 902}
    body = {
        "event_id": f"01EVENT{number:019}",
        "object_type": "email",
        "metric": metric,
        "timestamp": 1_767_225_600 + number,
    }
    return json.dumps({**body, "data": {**known, **data}}).encode()


def signed(body: bytes, *, key: str = KEY, stamp: int | None = None) -> dict[str, str]:
    at = str(int(time.time()) if stamp is None else stamp)
    return {"x-cio-timestamp": at, "x-cio-signature": signature(key, at, body), "content-type": "application/json"}


@contextmanager
def listening(store: str | Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The receiver's address and its process; it is ended with the block."""
    words = [
        sys.executable,
        "-m",
        "mailwright",
        "listen",
        "--port",
        "0",
        "--format",
        "json",
        "--store",
        str(store),
        *more,
    ]
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MAILWRIGHT_WEBHOOK_KEY": KEY},
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        for _ in range(200):
            try:
                if httpx.get(f"{url}/_health").is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.02)
        yield url, process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(15)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def counts(store: str | Path) -> dict[str, int]:
    """What the store holds; nobody else may have it open."""
    from mailwright.listen.stores import open_store

    opened = open_store(str(store))
    try:
        return opened.counts()
    finally:
        opened.close()
