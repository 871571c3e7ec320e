#!/usr/bin/env python3
"""What an apply loses or doubles when everything goes wrong: the fault table of docs/sync.md.

    benchmarks/faults.py              every fault at every place, about ten minutes
    benchmarks/faults.py --every 5    every fifth place

One apply of a small shop, with every kind of change, is disturbed at one place, resumed until it ends well, and
compared with an undisturbed one: what the workspace holds, document by document with its ids, and what the ledger says.
A state is lost where they differ; a duplicate is a document too many. The workspace is `mailwright serve`; kills are
real ones.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fault_table import Disturb, FaultBench, Json, Row, arguments, outcome, print_table, write_files

from sync.demo.local_server import local_server
from sync.journal import LINES, runs_of

BEFORE = {
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\ntrigger: {event: signed_up, where: {source: web}}\nfilter:\n  person: {team: crew}\n"
        "frequency: once\nworkflow:\n  - email: hello\n  - wait: 2d\n  - email: tips\n"
    ),
    "campaigns/welcome/hello.liquid": "---\nsubject: Hello\nlayout: plain@1\n---\n<p>Hello</p>\n",
    "campaigns/welcome/tips.liquid": "---\nsubject: Tips\nlayout: plain@1\n---\n<p>Tips</p>\n",
    "campaigns/_shared/segments/staff.yaml": "name: Staff\nwhere: {person: {team: staff}}\n",
    "layouts/plain/1.liquid": "<html><body>{{ content }}{% unsubscribe_url %}</body></html>\n",
}
AFTER = {
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\ntrigger: {event: signed_up, where: {source: [web, app]}}\nfilter:\n  person: {team: crew}\n"
        "frequency: once\nworkflow:\n  - email: hello\n  - branch:\n      if: {person: {plan: pro}}\n"
        "      then:\n        - email: pro\n"
    ),
    "campaigns/welcome/hello.liquid": "---\nsubject: Hi\nlayout: plain@2\n---\n<p>Hi</p>\n",
    "campaigns/welcome/pro.liquid": "---\nsubject: Pro\nlayout: plain@2\n---\n<p>Pro</p>\n",
    "campaigns/new/campaign.yaml": "name: New\ntrigger: {event: joined}\nworkflow:\n  - email: first\n",
    "campaigns/new/first.liquid": "---\nsubject: First\nfrom: New <new@example.org>\n---\n<p>First</p>\n",
    "campaigns/_shared/segments/staff.yaml": "name: Staff\nwhere: {person: {team: [staff, crew]}}\n",
    "campaigns/_shared/segments/vip.yaml": "name: VIP\nwhere: {person: {plan: pro}}\n",
    "layouts/plain/2.liquid": "<html><body>New {{ content }}{% unsubscribe_url %}</body></html>\n",
    "layouts/_snippets/footer.liquid": "Footer\n",
}
GONE = ("campaigns/welcome/tips.liquid",)
APPLY = ("apply", "qa", "--yes", "--start", "--allow-many")
RESUME = ("apply", "qa", "--resume")
MOST_RESUMES = 4
DEADLY = """
import os, sys
from mailwright.commands.arguments import CommandParser, add_common_arguments
from sync.commands import apply
from sync.journal import LINES, Journal
root, at, *rest = sys.argv[1:]
count = iter(range(10_000))
class Deadly(Journal):
    def _note(self, line):
        number, moment = next(count), int(at) % 3
        if number != int(at) // 3:
            return super()._note(line)
        if moment == 1:
            with open(self.folder / LINES, "ab") as file:
                file.write(b'{"step": 1, "ev')
        if moment == 2:
            super()._note(line)
        os._exit(137)
parser = CommandParser()
add_common_arguments(parser)
apply.add_arguments(parser)
args = parser.read(rest)
args.root = root
sys.exit(apply.run_apply(args, Deadly))
"""
FULL_DISK = """
import resource, signal, sys
from mailwright.commands.arguments import CommandParser, add_common_arguments
from sync.commands import apply
from sync.journal import Journal
root, at, *rest = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
class Full(Journal):
    def begin(self, position):
        super().begin(position)
        if position == int(at):
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
parser = CommandParser()
add_common_arguments(parser)
apply.add_arguments(parser)
args = parser.read(rest)
args.root = root
from mailwright.cli import ended_by
from mailwright.diagnostics import MailwrightError
try:
    sys.exit(apply.run_apply(args, Full))
except MailwrightError as error:
    sys.exit(ended_by(error))
"""
WRITES = {"surface": "ui", "method": "P*", "path": "/v1/environments/*"}


@dataclass
class Bench(FaultBench):
    """The server, the shop as it was agreed on, and what an undisturbed apply makes of it."""

    content: Json = field(default_factory=dict)
    ledger: str = ""
    notes: int = 0
    writes: int = 0

    def prepare(self) -> None:
        """The shop before, agreed on; then one apply that nothing disturbs."""
        root = self.folder / "agreed"
        write_files(root, BEFORE)
        settings = f'default_workspace = "qa"\n{self.server.settings("qa", SHOP)}'
        (root / "mailwright.toml").write_text(settings, "utf-8")
        self.server.seed("qa", root)
        self.must(root, "apply", "qa", "--yes")
        write_files(root, AFTER)
        for name in GONE:
            (root / name).unlink()
        self.state = self.server.admin("GET", "/_state")
        calm = self.fresh()
        self.server.admin("DELETE", "/_requests")
        self.must(calm, *APPLY)
        self.writes = self.count_writes()
        last = runs_of(calm)[-1]
        self.notes = len((last.folder / LINES).read_text("utf-8").splitlines())
        self.content = self.held()
        self.ledger = ledger_of(calm)

    def count_writes(self) -> int:
        """How many writes the last apply sent to the workspace."""
        routes = self.server.admin("GET", "/_requests")["by_route"]
        return sum(
            count
            for route, count in routes.items()
            if "/v1/environments/" in route and any(f"{method} " in route for method in ("PUT", "POST"))
        )

    def held(self) -> Json:
        """What the workspace holds, by kind."""
        return content_of(self.server.admin("GET", "/_state?workspace=qa"))

    def run(self, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, as a person calls it."""
        return self.child([sys.executable, "-m", "mailwright", "-C", str(root), *arguments])

    def must(self, root: Path, *arguments: str) -> None:
        """A command that has to end well."""
        done = self.run(root, *arguments)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")

    def disturbed(self, row: Row, disturb: Disturb) -> None:
        """One apply with one fault, resumed until it ends well, and held against the undisturbed one."""
        root = self.fresh()
        code, said = disturb(root)
        row.injected += 1
        row.codes[code] += 1
        row.sentences.add(said)
        self.server.admin("DELETE", "/_faults")
        for _ in range(MOST_RESUMES):
            if code == 0:
                break
            # Where nothing was changed there is nothing to resume: the apply is made again.
            done = self.run(root, *(RESUME if is_interrupted(root) else APPLY))
            code = done.returncode
            row.resumed += 1
        held = self.held()
        is_same = held == self.content and ledger_of(root) == self.ledger
        row.lost += code != 0 or not is_same
        row.doubled += sum(max(0, len(held.get(kind, [])) - len(self.content.get(kind, []))) for kind in held)
        if not is_same and os.environ.get("SHOW"):
            print(row.name, code, differing(self.content, held), ledger_of(root) == self.ledger, file=sys.stderr)

    # --- faults -------------------------------------------------------------------------------------------------

    def killed_at_note(self, at: int) -> Disturb:
        """The process is gone before, in the middle of, or after a note of the journal."""
        return lambda root: outcome(self.child([sys.executable, "-c", DEADLY, str(root), str(at), *APPLY[1:]]))

    def killed_in_write(self, number: int) -> Disturb:
        """SIGKILL while the answer to a write is awaited, which the workspace has taken."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(kind="slow", when="after", seconds=20, nth=number, **WRITES)
            command = [sys.executable, "-m", "mailwright", "-C", str(root), *APPLY]
            return self.signalled(command, signal.SIGKILL).returncode, ""

        return disturb

    def with_fault(self, **rule: Any) -> Disturb:
        """An apply while something goes wrong at the server."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(**rule)
            return outcome(self.run(root, *APPLY))

        return disturb

    def full_disk(self, at: int) -> Disturb:
        """No file may grow beyond 2,000 bytes any more once a change begins, and the ledger is larger."""
        return lambda root: outcome(self.child([sys.executable, "-c", FULL_DISK, str(root), str(at), *APPLY[1:]]))


SHOP = 'from = "Shop <shop@example.org>"'


def rows(bench: Bench, every: int = 1) -> Iterator[tuple[Row, list[Disturb]]]:
    """Every kind of fault with the places where it strikes."""
    writes = range(1, bench.writes + 1, every)
    yield (
        Row("killed before, in or after a journal note"),
        [bench.killed_at_note(at) for at in range(0, 3 * bench.notes, every)],
    )
    yield Row("killed while a write's answer is awaited"), [bench.killed_in_write(at) for at in writes]
    for when in ("before", "after"):
        yield (
            Row(f"connection cut {when} a write's effect"),
            [bench.with_fault(kind="reset", when=when, nth=at, **WRITES) for at in writes],
        )
        yield (
            Row(f"500 {when} a write's effect"),
            [bench.with_fault(kind="error", when=when, status=500, nth=at, **WRITES) for at in writes],
        )
    yield (
        Row("a read from before the last write"),
        [
            bench.with_fault(kind="stale", surface="ui", method="GET", path="/v1/environments/*", nth=at)
            for at in range(20, 20 + 3 * len(writes), 3)
        ],
    )
    yield Row("a write that echoes the old state"), [bench.with_fault(kind="stale_echo", surface="ui", method="PUT")]
    yield (
        Row("429 storm, Retry-After in seconds"),
        [
            bench.with_fault(kind="limited", surface="ui", probability=0.3, seed=seed, times=12, retry_after=0)
            for seed in range(max(1, 3 // every))
        ],
    )
    yield (
        Row("429 storm, Retry-After as a date"),
        [bench.with_fault(kind="limited", surface="ui", nth=[15, 40], retry_after="date")],
    )
    yield (
        Row("429 storm without Retry-After"),
        [bench.with_fault(kind="limited", surface="ui", probability=0.1, seed=3, times=5, retry_after=None)],
    )
    yield (
        Row("token expired midway"),
        [
            bench.with_fault(kind="error", when="before", status=401, surface="ui", path="/v1/environments/*", nth=at)
            for at in (25, 40)
        ],
    )
    yield (
        Row("token refused from there on"),
        [
            bench.with_fault(
                kind="error",
                when="before",
                status=401,
                surface="ui",
                path="/v1/environments/*",
                nth=list(range(at, 2000)),
            )
            for at in (30, 45)
        ],
    )
    yield Row("disk full while the ledger is written"), [bench.full_disk(at) for at in range(0, 13, 2 * every)]


def is_interrupted(root: Path) -> bool:
    """Whether a run left a journal without an end."""
    found = sorted(root.glob(".mailwright/journal/*/journal.jsonl"))
    return bool(found) and not any(word in found[-1].read_text() for word in ('"end"', '"abandoned"'))


def ledger_of(root: Path) -> str:
    """The ledger's text."""
    return (root / ".mailwright/ledger/qa.json").read_text("utf-8")


UNLIKE = ("created", "created_at", "updated", "updated_at", "first_started", "version")
UNCOUNTED = ("audit_log", "campaign_version", "event_name")  # what only notes that something was seen


def content_of(state: Json) -> Json:
    """The documents of an exported state by kind, without moments, logs and counters of writes."""
    table = state["tables"]["documents"]
    found: Json = {}
    for row in table["rows"]:
        one = dict(zip(table["columns"], row, strict=True))
        if one["kind"].partition(":")[0] not in UNCOUNTED:
            found.setdefault(one["kind"], []).append(bare(json.loads(one["body"])))
    return found


def bare(data: Any) -> Any:
    """Data without what no two runs share."""
    if isinstance(data, dict):
        return {key: bare(value) for key, value in data.items() if key not in UNLIKE}
    return [bare(item) for item in data] if isinstance(data, list) else data


def differing(wanted: Json, held: Json) -> list[str]:
    """What differs: `campaign 3: only before`, `template 9: only here`, with the documents."""
    found = []
    for kind in sorted({*wanted, *held}):
        before, after = wanted.get(kind, []), held.get(kind, [])
        found += [f"{kind}, only in the undisturbed one: {one}" for one in before if one not in after]
        found += [f"{kind}, only in the disturbed one: {one}" for one in after if one not in before]
        if len(before) != len(after):
            found.append(f"{kind}: {len(before)} and {len(after)}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Inject and print."""
    args = arguments(__doc__).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, local_server(["qa:us"], "--no-limits") as server:
        bench = Bench(server, Path(folder))
        bench.prepare()
        print(f"one apply: {bench.writes} writes, {bench.notes} journal notes\n", flush=True)
        total = print_table(bench, rows(bench, args.every), Row("**all**"), "apply", sentences=args.sentences)
    return 1 if total.lost or total.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
