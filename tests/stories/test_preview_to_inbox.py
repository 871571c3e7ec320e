"""An email shown in the preview, sent to the inbox of a workspace on this machine."""

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

HERE = Path(__file__).parents[2]


@contextmanager
def running(*words: str, **more: str) -> Iterator[dict[str, Any]]:
    """What a command prints as its first line; the command is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mailwright", "-C", str(HERE), *words, "--port", "0", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **more},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def test_the_shown_email_lands_in_the_inbox():
    with running("serve") as server:
        key = server["workspaces"][0]["app_key"]
        with running("preview", "--no-open", "--inbox", server["url"], MAILWRIGHT_APP_KEY=key) as preview:
            base = f"http://127.0.0.1:{preview['port']}"
            headers = {"authorization": f"Bearer {preview['token']}", "origin": base}
            asked = {"campaign": "signup-general", "message": "confirmation"}
            for _ in range(100):
                try:
                    sent = httpx.post(f"{base}/api/send", json=asked, headers=headers, timeout=30, trust_env=False)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            assert sent.json() == {"says": f"sent to ana@example.org at {server['url']}"}
        admin = {"X-Mailwright-Token": server["admin_token"]}
        (kept,) = httpx.get(f"{server['url']}/_inbox", headers=admin, trust_env=False).json()["messages"]
    assert (kept["state"], kept["to"], kept["person"]) == ("sent", ["ana@example.org"], "ana@example.org")
    assert kept["subject"].startswith("You")
