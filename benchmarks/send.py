"""How fast a send is, and what it holds in memory.

    python benchmarks/send.py                  10,000 and 100,000 calls
    python benchmarks/send.py --calls 1000000  more

A made-up log goes to a server on this machine twice: to the local workspace, which runs campaigns' triggers and writes
all it takes to SQLite, and to one that only answers, which shows what the sender itself costs. The second is asked at a
limit too: how many requests it got in any second, and how near that is to what was allowed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from sync.demo.local_server import local_server

TOOLS = Path(__file__).resolve().parents[1] / "tools"
# The child tells the most memory it held, in kilobytes, and its CPU seconds.
CHILD = """
import resource, sys
from mailwright.cli import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"PEAK {used.ru_maxrss} CPU {used.ru_utime + used.ru_stime:.2f}", file=sys.stderr)
sys.exit(code)
"""


class Answering(BaseHTTPRequestHandler):
    """Takes everything and keeps nothing but the time."""

    protocol_version = "HTTP/1.1"
    starts: ClassVar[list[float]] = []
    pause: ClassVar[float] = 0.0

    def do_POST(self) -> None:
        self.starts.append(time.monotonic())
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.pause)
        self._say({})

    def do_GET(self) -> None:
        self._say({"region": "us", "environment_id": 1, "workspaces": []})

    def _say(self, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[str]:
    """A server that only answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def project(folder: Path, url: str, number: int) -> Path:
    """A project that knows one workspace."""
    track = 'track = { site_id = { env = "SEND_SITE" }, api_key = { env = "SEND_KEY" } }'
    (folder / "mailwright.toml").write_text(f'[workspaces.qa]\nurl = "{url}"\nid = {number}\n{track}\n')
    return folder


def log_of(folder: Path, calls: int) -> Path:
    """A log of so many calls, one for ten people."""
    path = folder / f"{calls}.ndjson"
    command = [sys.executable, str(TOOLS / "make_events.py"), "--lines", str(calls), "--people", str(calls // 10)]
    subprocess.run([*command, "--days", "30", "--seed", "9", "--out", str(path)], check=True, capture_output=True)
    return path


def sent(root: Path, log: Path, keys: dict[str, str], *flags: str) -> tuple[dict[str, Any], float, float, int]:
    """What a send reports, its seconds from start to end, its CPU seconds, its peak memory in megabytes."""
    command = [sys.executable, "-c", CHILD, "-C", str(root), "send", str(log), "--to", "qa", "--historical", "--afresh"]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--format", "json", *flags], env={**os.environ, **keys}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    used = re.search(r"PEAK (\d+) CPU ([\d.]+)", done.stderr)
    assert used is not None
    return json.loads(done.stdout), time.monotonic() - began, float(used[2]), int(used[1]) // 1024


def most_in_a_second(starts: Sequence[float]) -> int:
    """The most requests that began within any second."""
    ordered, most, first = sorted(starts), 0, 0
    for last, start in enumerate(ordered):
        while start - ordered[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def main(argv: Sequence[str] | None = None) -> int:
    """Send and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, action="append", help="how long the logs are; repeatable")
    args = parser.parse_args(argv)
    print(
        "| to | calls | calls/s | whole run, s | CPU s | requests | peak MB |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        logs = [log_of(folder, calls) for calls in args.calls or (10_000, 100_000)]
        with local_server(["qa:us"], "--no-limits") as server:
            where = server.workspace("qa")
            keys = {"SEND_SITE": where["site_id"], "SEND_KEY": where["track_key"]}
            for log in logs:
                root = project(folder, server.url, where["id"])
                row("the local workspace", *sent(root, log, keys))
        with answering() as url:
            keys = {"SEND_SITE": "site", "SEND_KEY": "key"}
            for log in logs:
                row("a server that only answers", *sent(project(folder, url, 1), log, keys))
            print(
                "\n| limit a second | answers after | most in any second | of the limit, overall |\n|---|---|---|---|"
            )
            for limit, pause in ((2, 0.0), (2, 0.3), (5, 0.3)):
                Answering.starts.clear()
                Answering.pause = pause
                sent(project(folder, url, 1), logs[0], keys, "--rate", str(limit))
                starts = Answering.starts
                overall = (len(starts) - 1) / max(starts[-1] - starts[0], 0.001) / limit
                print(f"| {limit} | {pause:.1f} s | {most_in_a_second(starts)} | {overall:.0%} |", flush=True)
    return 0


def row(where: str, said: dict[str, Any], seconds: float, cpu: float, peak: int) -> None:
    """A line of the table."""
    calls = sum(said["taken"].values())
    rate = said["calls_per_second"]
    counts = f"{calls:,} | {rate:,.0f} | {seconds:.1f} | {cpu:.1f} | {said['requests']:,} | {peak}"
    print(f"| {where} | {counts} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
