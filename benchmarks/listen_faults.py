#!/usr/bin/env python3
"""What a receiver of webhooks loses or keeps twice when things go wrong: the fault table of docs/listen.md.

    benchmarks/listen_faults.py                DuckDB, SQLite, and PostgreSQL where it is installed
    benchmarks/listen_faults.py --events 600   fewer events a fault

An event is lost when it was answered 200 and is not in the store, or never reached its handler; it is doubled when it
stands there twice. What is no genuine event must not be answered 200. Kills are real ones (SIGKILL).
"""

from __future__ import annotations

import argparse
import itertools
import json
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from receiving import Answers, kept, listening, send

if TYPE_CHECKING:
    from postgresql import Database

HEAD = "| fault | events sent | answered 200 | kept | lost | twice |\n|---|---|---|---|---|---|"


@dataclass
class Row:
    """One kind of fault and what came of it."""

    name: str
    sent: int = 0
    taken: int = 0
    kept: int = 0
    lost: int = 0
    twice: int = 0
    wrong: int = 0  # answered 200, and nothing that is genuine

    def as_line(self) -> str:
        return f"| {self.name} | {self.sent:,} | {self.taken:,} | {self.kept:,} | {self.lost} | {self.twice} |"


@dataclass
class Bench:
    """Where the stores stand, and how many events each fault gets."""

    folder: Path
    events: int
    database: Database | None = None
    _count: Iterator[int] = field(default_factory=itertools.count)

    def store(self, kind: str) -> str:
        """A new, empty store."""
        number = next(self._count)
        if kind == "PostgreSQL":
            assert self.database is not None
            self._empty(self.database.url)
            return self.database.url
        return (
            f"sqlite:///{self.folder / f'{number}.db'}" if kind == "SQLite" else str(self.folder / f"{number}.duckdb")
        )

    def _empty(self, url: str) -> None:
        import psycopg

        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE IF EXISTS events, handling")

    @property
    def kinds(self) -> list[str]:
        return ["DuckDB", "SQLite", *(["PostgreSQL"] if self.database is not None else [])]

    # --- faults -----------------------------------------------------------------------------------------------------

    def killed(self, row: Row, kind: str) -> None:
        """SIGKILL in a burst, three times; what was not answered is sent again, as Customer.io does."""
        store, answers = self.store(kind), Answers()
        for share in (0.1, 0.3, 0.6):
            with listening(store) as (url, process):
                thread = threading.Thread(target=send_all, args=(url, range(self.events), answers), daemon=True)
                thread.start()
                began = len(answers.seconds)
                while len(answers.seconds) - began < share * self.events and thread.is_alive():
                    time.sleep(0.002)
                process.kill()
                process.wait()
                thread.join()
        before = set(kept(store))
        row.lost += len(ids(answers.taken) - before)
        with listening(store) as (url, _):
            send_all(url, range(self.events), answers)
        self.count(row, store, answers, self.events * 4)

    def many_times(self, row: Row, kind: str) -> None:
        """Each event three times, over many connections at once."""
        store, answers = self.store(kind), Answers()
        numbers = [number for number in range(self.events) for _ in range(3)]
        with listening(store) as (url, _):
            send_all(url, numbers, answers)
        self.count(row, store, answers, len(numbers))

    def refused(self, row: Row, kind: str, **how: object) -> None:
        """Signed with another key, or an hour ago: each is answered 401 and leaves nothing."""
        store, answers = self.store(kind), Answers()
        with listening(store) as (url, _):
            send_all(url, range(self.events), answers, **how)
        row.wrong += len(answers.taken) + (set(answers.statuses) != {401})
        self.count(row, store, answers, self.events)

    def handler_fails(self, row: Row, kind: str, *, kill: bool = False) -> None:
        """An address that fails the first time for each event; with *kill*, the receiver dies while it hands over."""
        store, answers = self.store(kind), Answers()
        count = min(self.events, 200)
        with address(fails=not kill) as (where, reached):
            with listening(store, "--on", f"email_*=forward:{where}") as (url, process):
                send_all(url, range(count), answers)
                if kill:
                    wait_for(lambda: sum(reached.values()) >= count // 2)
                    process.kill()
                    process.wait()
                else:
                    wait_for(lambda: len(reached) >= count)
            if kill:
                with listening(store, "--on", f"email_*=forward:{where}"):
                    wait_for(lambda: len(reached) >= count)
            row.lost += len(ids(answers.taken) - reached.keys())
            row.twice += 0 if kill else sum(times - 1 for times in reached.values())
        self.count(row, store, answers, count)

    def database_gone(self, row: Row, kind: str) -> None:
        """PostgreSQL ends in a burst and comes back; meanwhile nothing is answered 200."""
        assert self.database is not None
        store, answers = self.store(kind), Answers()
        with address() as (where, reached), listening(store, "--on", f"email_*=forward:{where}") as (url, _):
            send_all(url, range(self.events // 3), answers)
            self.database.stop()
            without = Answers()
            send_all(url, range(self.events // 3, self.events // 3 + 50), without)
            row.wrong += len(without.taken)
            self.database.start()
            send_all(url, range(self.events // 3, self.events), answers)
            wait_for(lambda: ids(answers.taken) <= reached.keys(), seconds=120)
            row.lost += len(ids(answers.taken) - reached.keys())
        self.count(row, store, answers, self.events + 50)

    def count(self, row: Row, store: str, answers: Answers, sent: int) -> None:
        """Hold what was answered against what is in the store."""
        found = kept(store)
        row.sent += sent
        row.taken += answers.statuses.get(200, 0)
        row.kept += len(found)
        row.lost += len(ids(answers.taken) - set(found))
        row.twice += len(found) - len(set(found))


def rows(bench: Bench) -> Iterator[tuple[Row, Callable[[Row, str], None], Sequence[str]]]:
    """Every kind of fault, how it is done, and for which stores."""
    yield Row("killed in a burst, three times"), bench.killed, bench.kinds
    yield Row("every event three times"), bench.many_times, bench.kinds
    yield Row("replayed: signed an hour ago"), lambda row, kind: bench.refused(row, kind, age=3600), bench.kinds[:1]
    yield Row("signed with another key"), lambda row, kind: bench.refused(row, kind, key="whsec_wrong"), bench.kinds[:1]
    yield Row("a handler that fails the first time"), bench.handler_fails, bench.kinds
    yield (
        Row("killed while events are handed over"),
        lambda row, kind: bench.handler_fails(row, kind, kill=True),
        bench.kinds,
    )
    if bench.database is not None:
        yield Row("the database gone and back"), bench.database_gone, ["PostgreSQL"]


def send_all(url: str, numbers: Sequence[int], answers: Answers, **how: object) -> None:
    """Over 24 connections."""
    with suppress(OSError):
        send(url, iter(numbers), answers, connections=24, **how)


def ids(numbers: set[int]) -> set[str]:
    """The event ids of some numbers."""
    return {f"01EVENT{number:019}" for number in numbers}


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds, or not for ever."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)


@contextmanager
def address(*, fails: bool = False) -> Iterator[tuple[str, Counter[str]]]:
    """An address that takes events, and how often each reached it; with *fails* the first time does not count."""
    reached: Counter[str] = Counter()
    tried: set[str] = set()

    class Address(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event_id = json.loads(self.rfile.read(int(self.headers["content-length"])))["event_id"]
            is_first = fails and event_id not in tried
            tried.add(event_id)
            if not is_first:
                reached[event_id] += 1
            self.send_response(503 if is_first else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", reached
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_table(bench: Bench, show: Callable[[Row], None] | None = None) -> list[Row]:
    """Every fault for every store; gives the filled rows."""
    found = []
    for row, fault, kinds in rows(bench):
        for kind in kinds:
            fault(row, kind)
        found.append(row)
        if show is not None:
            show(row)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Inject and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2_000, help="of each fault and store (default 2,000)")
    args = parser.parse_args(argv)
    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests/building"))
    from postgresql import binaries, stoppable

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"SQLite {sqlite3.sqlite_version}\n\n{HEAD}", flush=True)

        def table(database: Database | None) -> list[Row]:
            return run_table(Bench(folder, args.events, database), lambda row: print(row.as_line(), flush=True))

        if binaries() is None:
            found = table(None)
        else:
            with stoppable(folder) as database:
                found = table(database)
    total = Row("**all**")
    for row in found:
        total.sent, total.taken, total.kept = total.sent + row.sent, total.taken + row.taken, total.kept + row.kept
        total.lost, total.twice, total.wrong = total.lost + row.lost, total.twice + row.twice, total.wrong + row.wrong
    print(total.as_line())
    print(f"answered 200 and not genuine: {total.wrong}")
    return 1 if total.lost or total.twice or total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
