#!/usr/bin/env python3
"""How many webhooks a second `mailwright listen` takes: sustained, in a burst, and with what memory.

    benchmarks/listen.py                       DuckDB and SQLite, half a minute each
    benchmarks/listen.py --seconds 300         longer, to see the memory
    benchmarks/listen.py --postgresql          a PostgreSQL of its own too, where one is installed

Events are signed one by one and come over loopback from a process of its own; an answer counts when it is 200, which
means that the event is on the disk. Every store is counted afterwards: each event once. Customer.io waits four seconds.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from receiving import Answers, kept, listening, memory_of, send

HEAD = (
    f"{'store':12}{'what':34}{'events':>9}{'a second':>10}{'median ms':>11}{'99th ms':>9}{'slowest ms':>12}"
    f"{'MB before':>11}{'MB after':>10}{'lost':>6}{'twice':>7}"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when an event is lost, kept twice, or answered too late."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long the sustained load lasts (default 30)")
    parser.add_argument("--burst", type=int, default=5_000, help="events that come at once (default 5,000)")
    parser.add_argument("--connections", type=int, default=32, help="of the sustained load (default 32)")
    parser.add_argument("--postgresql", action="store_true")
    args = parser.parse_args(argv)
    print(f"{platform.python_version()}, {os.cpu_count()} CPUs\n\n{HEAD}", flush=True)
    fine = True
    with ExitStack() as stack:
        for name, store in stores(stack, is_postgresql=args.postgresql):
            fine = measured(name, store, args) and fine
    return 0 if fine else 1


def stores(stack: ExitStack, *, is_postgresql: bool) -> Iterator[tuple[str, str]]:
    """Every kind of store, empty."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    yield "DuckDB", str(folder / "webhooks.duckdb")
    yield "SQLite", f"sqlite:///{folder / 'webhooks.db'}"
    if is_postgresql:
        sys.path.append(str(Path(__file__).resolve().parents[1] / "tests/building"))
        from postgresql import running

        yield "PostgreSQL", stack.enter_context(running(folder))


def measured(name: str, store: str, args: argparse.Namespace) -> bool:
    """The figures of one store; whether nothing was lost, doubled or late."""
    numbers = itertools.count()
    fine = True
    with listening(store) as (url, process):
        warm = Answers()
        send(url, itertools.islice(numbers, 500), warm, connections=8)
        rows = []
        for what, connections, share, seconds in (
            (f"sustained, {args.connections} at a time", args.connections, numbers, args.seconds),
            (f"burst of {args.burst:,}, 400 at a time", 400, itertools.islice(numbers, args.burst), 600.0),
        ):
            answers, before = Answers(), memory_of(process)
            peak = Peak(process)
            began = time.monotonic()
            send(url, share, answers, connections=connections, until=began + seconds)
            rows.append((what, answers, time.monotonic() - began, before, peak.end()))
            warm.taken |= answers.taken
    found = kept(store)
    ids = {f"01EVENT{number:019}" for number in warm.taken}
    lost, twice = len(ids - set(found)), len(found) - len(set(found))
    for what, answers, took, before, after in rows:
        times = [1000 * one for one in (answers.quantile(0.5), answers.quantile(0.99), max(answers.seconds, default=0))]
        shown = f"{name:12}{what:34}{len(answers.taken):>9,}{len(answers.taken) / took:>10,.0f}"
        shown += f"{times[0]:>11.1f}{times[1]:>9.1f}{times[2]:>12.1f}{before:>11.0f}{after:>10.0f}{lost:>6}{twice:>7}"
        print(shown, flush=True)
        fine = fine and not lost and not twice and set(answers.statuses) == {200} and times[2] < 4000
    return fine


class Peak:
    """The most memory that a process held while it was watched."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            self._most = max(self._most, memory_of(self._process))

    def end(self) -> float:
        """Stop watching; gives megabytes."""
        self._over.set()
        self._thread.join()
        return max(self._most, memory_of(self._process))


if __name__ == "__main__":
    sys.exit(main())
