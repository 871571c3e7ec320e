#!/usr/bin/env python3
"""How fast the local workspace starts, and how many events a second it takes, campaigns and all.

    benchmarks/serve.py                 start-up and events, this repository's campaigns
    benchmarks/serve.py --events 20000  more events

Start-up is from the start of the process to its first line, beside `python -c pass`. Events are posted over loopback
by one client from a process of its own: one by one over one connection, and in batches. The answer is checked: as many
emails as the campaigns of the events send.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EVENT = {"name": "campaign_signup", "data": {"campaign_id": 8017, "source": "web", "campaign_title": "Teens for Jeans"}}
UNKNOWN = {"name": "looked_around", "data": {"page": "/projects/77", "seconds": 12}}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5, help="of start-up")
    args = parser.parse_args(argv)
    print(f"{platform.python_version()}, {os.cpu_count()} CPUs")
    show_starts(args.rounds)
    show_events(args.events)
    return 0


# --- start-up --------------------------------------------------------------------------------------------------------


def show_starts(rounds: int) -> None:
    """The medians of starting bare Python, an empty server, and one with this repository's content."""
    bare = median_of(lambda: seconds_of(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)), rounds)
    print(f"\n{'start-up':44}{'seconds':>9}{'times bare':>12}{'CPU s':>9}{'times bare':>12}")
    print(f"{'python -c pass':44}{bare[0]:9.3f}{1:12.1f}{bare[1]:9.3f}{1:12.1f}")
    with tempfile.TemporaryDirectory() as empty:
        named = (("serve, two empty workspaces", empty), ("serve, this repository's two workspaces", str(ROOT)))
        for name, folder in named:
            wall, cpu = median_of(partial(start_of, folder), rounds)
            print(f"{name:44}{wall:9.3f}{wall / bare[0]:12.1f}{cpu:9.3f}{cpu / bare[1]:12.1f}", flush=True)


def median_of(work: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of what *work* says it took, and of the CPU time of the processes it ran."""
    walls, cpus = [], []
    for _ in range(rounds):
        before = os.times()
        walls.append(work())
        after = os.times()
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return statistics.median(walls), statistics.median(cpus)


def seconds_of(work: Callable[[], object]) -> float:
    """How long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def start_of(folder: str) -> float:
    """Seconds from the start of the process until its first line, which is printed once it answers."""
    began = time.perf_counter()
    with served(folder):
        return time.perf_counter() - began


@contextmanager
def served(folder: str, *flags: str) -> Any:
    """A server for a folder, and what its first line says."""
    command = [sys.executable, "-m", "mailwright", "-C", folder, "serve", "--port", "0", "--format", "json", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"the server for {folder} did not start")
        yield {**json.loads(line), "pid": process.pid}
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


# --- events ----------------------------------------------------------------------------------------------------------


class Client:
    """One connection that posts as fast as it gets answers."""

    def __init__(self, url: str, workspace: dict[str, Any]) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(f"{workspace['site_id']}:{workspace['track_key']}".encode()).decode()
        self.head = f" HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {key}\r\n"

    def post(self, path: str, body: Any) -> None:
        """Post and read the answer, which has to be 200."""
        data = json.dumps(body).encode()
        self.socket.sendall(f"POST {path}{self.head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}\n"):
            part = self.socket.recv(65536)
            if not part:
                break
            answer += part
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not taken: {answer[:200]!r}")


def show_events(count: int) -> None:
    """Events a second: a new person each, those that nothing waits for and those that send an email."""
    print(f"\n{f'{count:,} events, a person each':56}{'a second':>9}{'a CPU second':>14}{'emails':>9}")
    for name, flags in (("in memory", []), ("in a file", ["--file"])):
        for what, event in (("no campaign waits for", UNKNOWN), ("send one email", EVENT)):
            for way in (one_by_one, in_batches):
                with tempfile.TemporaryDirectory() as folder:
                    place = [*flags, str(Path(folder) / "workspace.db")] if flags else []
                    rate, cpu_rate, emails = rate_of(way, event, count, place)
                words = f"{what}, {way.__name__.replace('_', ' ')}, {name}"
                print(f"{words:56}{rate:9,.0f}{cpu_rate:14,.0f}{emails:9,}", flush=True)


def rate_of(
    way: Callable[[Client, Any, int], None], event: Any, count: int, flags: list[str]
) -> tuple[float, float, int]:
    """Events a second, events a second of the server's CPU time, and how many emails they sent."""
    with served(str(ROOT), "--no-limits", "--workspace", "qa", *flags) as said:
        [workspace] = said["workspaces"]
        client = Client(said["url"], workspace)
        identify(client, count)
        used = cpu_seconds(said["pid"])
        took = seconds_of(lambda: way(client, event, count))
        used = cpu_seconds(said["pid"]) - used
        with urllib.request.urlopen(f"{said['url']}/_inbox?limit=1") as answer:
            emails = json.load(answer)["total"]
    wanted = 0 if event is UNKNOWN else count
    if emails != wanted:
        raise SystemExit(f"WRONG ANSWER: {emails} emails in place of {wanted}")
    return count / took, count / used if used else 0.0, emails


def cpu_seconds(pid: int) -> float:
    """The CPU time a process used so far, where the system tells; 0 elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def identify(client: Client, count: int) -> None:
    """The people, with addresses."""
    people = [
        {
            "type": "person",
            "action": "identify",
            "identifiers": {"id": f"p{n}"},
            "attributes": {"email": f"p{n}@example.org"},
        }
        for n in range(count)
    ]
    for at in range(0, count, 1000):
        client.post("/track/api/v2/batch", {"batch": people[at : at + 1000]})


def one_by_one(client: Client, event: Any, count: int) -> None:
    """Track API v1, a request an event."""
    for n in range(count):
        client.post(f"/track/api/v1/customers/p{n}/events", event)


def in_batches(client: Client, event: Any, count: int) -> None:
    """Track API v2, a thousand events a request."""
    made = {"type": "person", "action": "event", "name": event["name"], "attributes": event["data"]}
    for at in range(0, count, 1000):
        batch = [{**made, "identifiers": {"id": f"p{n}"}} for n in range(at, min(at + 1000, count))]
        client.post("/track/api/v2/batch", {"batch": batch})


if __name__ == "__main__":
    sys.exit(main())
