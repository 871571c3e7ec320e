#!/usr/bin/env python3
"""What a sync of people loses or doubles when everything goes wrong: the fault table of docs/people.md.

    benchmarks/people_faults.py              every fault at every place
    benchmarks/people_faults.py --every 4    every fourth place

One sync with new, changed, suppressed, returning and deleted people, eight to a request, is disturbed at one place,
resumed until it ends well, and compared with an undisturbed one: what the workspace holds of everybody, and what a
comparison with the workspace still finds to send. A state is lost where they differ; a duplicate is a profile too many.
The workspace is `mailwright serve`; kills are real ones.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fault_table import Disturb, FaultBench, Json, Row, arguments, outcome, print_table

from sync.demo.local_server import local_server

PEOPLE = "identifier: id\nattributes:\n  email: {type: text}\n  plan: {type: text}\n  badges: {type: integer}\n"
FLAGS = (
    "--suppress-where", "gone", "--allow-unsuppress", "--delete-missing", "--yes", "--allow-many", "--allow-many-gone",
)  # fmt: skip
SMALL = "import sync.clients.track_batches as t; t.BATCH_ENTRIES = 8\n"
# A shell that starts this in the background has switched Ctrl-C off.
RUN = SMALL + (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from mailwright.cli import main; sys.exit(main(sys.argv[1:]))"
)
DEADLY = (
    SMALL
    + """
import os, sys
from mailwright.cli import main
from sync.people.runs import PeopleRun
at, *rest = sys.argv[1:]
count = iter(range(10_000))
real = PeopleRun._append
def deadly(self, name, lines):
    number, moment = next(count), int(at) % 3
    if number != int(at) // 3:
        return real(self, name, lines)
    if moment == 1:
        with open(self.folder / name, "ab") as file:
            file.write(b'{"event": "ba')
    if moment == 2:
        real(self, name, lines)
    os._exit(137)
PeopleRun._append = deadly
sys.exit(main(rest))
"""
)
BATCHES = {"surface": "track", "method": "POST", "path": "/api/v2/batch"}
SEARCH = {"surface": "app", "method": "POST", "path": "/v1/customers"}
MOST_RESUMES = 4
RETURNING = ("p50", "p51")


def before() -> Iterator[tuple[object, ...]]:
    """The table that both sides agreed on: 60 people, of whom some opted out."""
    for n in range(60):
        yield f"p{n}", f"p{n}@example.org", "free", n, "yes" if f"p{n}" in RETURNING else "no"


def after() -> Iterator[tuple[object, ...]]:
    """Twenty changed, six opted out, two came back, eight are gone, twenty are new."""
    for n in range(80):
        if n not in range(40, 48):
            yield f"p{n}", f"p{n}@example.org", "pro" if n < 20 else "free", n, "yes" if n in range(30, 36) else "no"


@dataclass
class Bench(FaultBench):
    """The server, the shop whose table was synced, and what an undisturbed sync of the next table makes of it."""

    wanted: Json = field(default_factory=dict)
    requests: int = 0
    notes: int = 0
    forgot_suppressed: bool = False  # those who came back are then left as they are, on the safe side

    def prepare(self) -> None:
        """The table before, synced; then one sync that nothing disturbs."""
        root = self.folder / "agreed"
        (root / "campaigns/_shared").mkdir(parents=True)
        (root / "campaigns/_shared/people.yaml").write_text(PEOPLE)
        one = self.server.workspace("qa")
        (root / "mailwright.toml").write_text(
            f'default_workspace = "qa"\n[workspaces.qa]\nurl = "{self.server.url}"\nid = {one["id"]}\n'
            'app_key = { env = "PF_APP" }\ntrack = { site_id = { env = "PF_SITE" }, api_key = { env = "PF_TRACK" } }\n'
        )
        self.server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
        put(root, before())
        self.must(root, "--suppress-where", "gone", "--yes")
        put(root, after())
        self.state = self.server.admin("GET", "/_state")
        calm = self.fresh()
        self.server.admin("DELETE", "/_requests")
        self.must(calm, *FLAGS)
        self.requests = sum(
            count for route, count in self.server.admin("GET", "/_requests")["by_route"].items() if "batch" in route
        )
        last = sorted(calm.glob(".mailwright/journal/*/journal.jsonl"))[-1]
        self.notes = len(last.read_text("utf-8").splitlines())
        self.wanted = self.held()

    def held(self) -> Json:
        """What the workspace shows of everybody, without moments."""
        key = self.server.workspace("qa")["app_key"]

        def asked(path: str, body: Json) -> Json:
            request = urllib.request.Request(
                f"{self.server.url}/app{path}", json.dumps(body).encode(), {"Authorization": f"Bearer {key}"}
            )
            with urllib.request.urlopen(request) as reply:
                return json.load(reply)

        ids = asked("/v1/customers", {"filter": {"attribute": {"field": "email", "operator": "exists"}}})["ids"] or []
        shown = asked("/v1/customers/attributes", {"ids": ids})["customers"]
        return {one["id"]: {k: v for k, v in one["attributes"].items() if k != "cio_id"} for one in shown}

    @property
    def environment(self) -> dict[str, str]:
        one = self.server.workspace("qa")
        return {**os.environ, "PF_APP": one["app_key"], "PF_SITE": one["site_id"], "PF_TRACK": one["track_key"]}

    def words(self, root: Path, *flags: str) -> list[str]:
        return ["-C", str(root), "sync", "people", "--from", str(root / "people.csv"), "--to", "qa", *flags]

    def run(self, root: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        return self.child([sys.executable, "-c", RUN, *self.words(root, *flags)])

    def must(self, root: Path, *flags: str) -> None:
        done = self.run(root, *flags)
        if done.returncode:
            raise RuntimeError(f"{' '.join(flags)}: {done.returncode}\n{done.stdout}{done.stderr}")

    def disturbed(self, row: Row, disturb: Disturb) -> None:
        """One sync with one fault, resumed until it ends well, and held against the undisturbed one."""
        root = self.fresh()
        self.forgot_suppressed = False
        code, said = disturb(root)
        row.injected += 1
        row.codes[code] += 1
        row.sentences.add(said)
        self.server.admin("DELETE", "/_faults")
        for _ in range(MOST_RESUMES):
            if code == 0:
                break
            # Where nothing was sent there is nothing to resume: the sync is made again.
            done = self.run(root, *FLAGS, *(["--resume"] if is_interrupted(root) else []))
            code = done.returncode
            row.resumed += 1
        excused = RETURNING if self.forgot_suppressed else ()
        held, wanted = (
            {n: one for n, one in found.items() if n not in excused} for found in (self.held(), self.wanted)
        )
        again = self.run(root, "--suppress-where", "gone", "--compare", "--dry-run")
        is_same = held == wanted and (bool(excused) or "nothing to send" in again.stdout)
        row.lost += code != 0 or not is_same
        row.doubled += max(0, len(held) - len(wanted))
        if not is_same and os.environ.get("SHOW"):
            odd = [one for one in {*held, *wanted} if held.get(one) != wanted.get(one)]
            print(row.name, code, sorted(odd), again.stdout, file=sys.stderr)

    # --- faults -----------------------------------------------------------------------------------------------------

    def with_fault(self, **rule: Any) -> Disturb:
        """A sync while something goes wrong at the server."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(**rule)
            return outcome(self.run(root, *FLAGS))

        return disturb

    def killed_at_note(self, at: int) -> Disturb:
        """The process is gone before, in the middle of, or after a note of the journal."""
        return lambda root: outcome(self.child([sys.executable, "-c", DEADLY, str(at), *self.words(root, *FLAGS)]))

    def killed_in_request(self, number: int, when: str, rule: Json = BATCHES) -> Disturb:
        """SIGKILL while an answer is awaited: before the workspace took the request, or after."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(kind="slow", when=when, seconds=20, nth=number, **rule)
            command = [sys.executable, "-c", RUN, *self.words(root, *FLAGS)]
            return self.signalled(command, signal.SIGKILL).returncode, ""

        return disturb

    def interrupted(self, number: int) -> Disturb:
        """Ctrl-C while an answer is awaited."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(kind="slow", when="after", seconds=5, nth=number, **BATCHES)
            return outcome(self.signalled([sys.executable, "-c", RUN, *self.words(root, *FLAGS)], signal.SIGINT))

        return disturb

    def cache_lost(self, number: int) -> Disturb:
        """Killed, and somebody cleans the cache before going on."""

        def disturb(root: Path) -> tuple[int, str]:
            found = self.killed_in_request(number, "after")(root)
            shutil.rmtree(root / ".mailwright/cache")
            shutil.rmtree(root / ".mailwright/journal")
            self.server.admin("DELETE", "/_faults")
            # Who came from the table is not known any more, so the workspace is asked; see docs/people.md.
            self.forgot_suppressed = True
            return outcome(self.run(root, *FLAGS, "--compare")) if found[0] else found

        return disturb


def rows(bench: Bench, every: int = 1) -> Iterator[tuple[Row, list[Disturb]]]:
    """Every kind of fault with the places where it strikes."""
    places = range(1, bench.requests + 1, every)
    yield (
        Row("killed before, in or after a journal note"),
        [bench.killed_at_note(at) for at in range(0, 3 * bench.notes, every)],
    )
    for when in ("before", "after"):
        yield (
            Row(f"killed in a request, {when} its effect"),
            [bench.killed_in_request(at, when) for at in places],
        )
    yield Row("killed while the people to delete are looked up"), [bench.killed_in_request(2, "before", SEARCH)]
    yield Row("interrupted by Ctrl-C"), [bench.interrupted(at) for at in places[::3]]
    for when in ("before", "after"):
        yield (
            Row(f"connection cut {when} the effect"),
            [bench.with_fault(kind="reset", when=when, nth=at, **BATCHES) for at in places],
        )
        yield (
            Row(f"500 {when} the effect"),
            [bench.with_fault(kind="error", when=when, status=500, nth=at, **BATCHES) for at in places],
        )
    yield (
        Row("503 from there on"),
        [
            bench.with_fault(kind="error", when="before", status=503, nth=list(range(at, 500)), **BATCHES)
            for at in places[::6]
        ],
    )
    storm: Json = {"kind": "limited", "surface": "track", "probability": 0.4, "times": 8}
    yield (
        Row("429 storm, Retry-After in seconds"),
        [bench.with_fault(seed=seed, retry_after=0, **storm) for seed in range(2)],
    )
    yield (
        Row("429, Retry-After as a date"),
        [bench.with_fault(kind="limited", nth=[3, 6], retry_after="date", **BATCHES)],
    )
    yield Row("429 without Retry-After"), [bench.with_fault(kind="limited", nth=[2, 5], retry_after=None, **BATCHES)]
    yield (
        Row("key refused from there on"),
        [
            bench.with_fault(kind="error", when="before", status=401, nth=list(range(at, 500)), **BATCHES)
            for at in places[::6]
        ],
    )
    yield Row("killed, then the cache and journal are lost"), [bench.cache_lost(at) for at in places[::4]]


def put(root: Path, people: Iterator[tuple[object, ...]]) -> None:
    """Write the table."""
    with (root / "people.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "email", "plan", "badges", "gone"), *people])


def is_interrupted(root: Path) -> bool:
    """Whether a run left a journal without an end."""
    found = sorted(root.glob(".mailwright/journal/*-people*/journal.jsonl"))
    return bool(found) and not any(word in found[-1].read_text() for word in ('"end"', '"abandoned"'))


def main(argv: Sequence[str] | None = None) -> int:
    """Inject and print."""
    args = arguments(__doc__).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, local_server(["qa:us"], "--no-limits") as server:
        bench = Bench(server, Path(folder))
        bench.prepare()
        print(f"one sync: {bench.requests} requests, {bench.notes} journal notes\n", flush=True)
        total = print_table(bench, rows(bench, args.every), Row("**all**"), "sync", sentences=args.sentences)
    return 1 if total.lost or total.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
