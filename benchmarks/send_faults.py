"""What a send loses or doubles under faults: kills, lost answers, 429, 5xx, a full disk.

    python benchmarks/send_faults.py              every fault, some minutes
    python benchmarks/send_faults.py --every 4    only every fourth place

One log is sent undisturbed. Then it is sent with one fault at a time, resumed until it ends well, and what the
workspace received is held against the log: each person's events in order, each once; the same people, the same emails.
Messages cannot be repeated: each has to be sent at most once, or be among those that are said to have perhaps been
sent.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from fault_table import Disturb, FaultBench, Json, Row, arguments, outcome, print_table, write_files

from sync.demo.local_server import local_server

MOST_RESUMES = 10
# Ends the process before, in the middle of, or after a note of the journal.
DEADLY = """
import os, sys
from mailwright.commands.arguments import CommandParser, add_common_arguments
from simulator.history.sources import calls_with_source
from sync.commands import send
from sync.sending.journal import NOTES, SendJournal
root, at, *rest = sys.argv[1:]
count = iter(range(100_000))
class Deadly(SendJournal):
    def _note(self, line):
        number, moment = next(count), int(at) % 3
        if number != int(at) // 3:
            return super()._note(line)
        if moment == 1:
            with open(self.folder / NOTES, "ab") as file:
                file.write(b'{"done": "0-99999')
        if moment == 2:
            super()._note(line)
        os._exit(137)
parser = CommandParser()
add_common_arguments(parser)
send.add_arguments(parser)
args = parser.read(rest)
args.root = root
sys.exit(send.run_send(args, calls_with_source, None, Deadly))
"""
FULL_DISK = """
import resource, signal, sys
from mailwright.cli import ended_by
from mailwright.commands.arguments import CommandParser, add_common_arguments
from mailwright.diagnostics import MailwrightError
from simulator.history.sources import calls_with_source
from sync.commands import send
root, at, *rest = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(at), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
parser = CommandParser()
add_common_arguments(parser)
send.add_arguments(parser)
args = parser.read(rest)
args.root = root
try:
    sys.exit(send.run_send(args, calls_with_source, None))
except MailwrightError as error:
    sys.exit(ended_by(error))
"""
CONTENT = {
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\ntrigger: {event: signed_up}\nfrequency: every_time\nworkflow:\n  - email: hello\n"
    ),
    "campaigns/welcome/hello.liquid": "---\nsubject: Hello\n---\n<p>Hello</p>\n",
    "campaigns/upgraded/campaign.yaml": (
        "name: Upgraded\ntrigger: {segment: paying}\nfrequency: rematch\nworkflow:\n  - email: thanks\n"
    ),
    "campaigns/upgraded/thanks.liquid": "---\nsubject: Thanks\n---\n<p>Thanks</p>\n",
    "campaigns/receipt/campaign.yaml": (
        "name: Receipt\ntrigger: {transactional: receipt}\nworkflow:\n  - email: receipt\n"
    ),
    "campaigns/receipt/receipt.liquid": "---\nsubject: Receipt {{ trigger.number }}\n---\n<p>Thanks</p>\n",
    "campaigns/_shared/segments/paying.yaml": "name: Paying\nwhere: {person: {plan: pro}}\n",
}
BATCHES = {"path": "/api/v2/batch"}
SEND, RESUME = ("log.ndjson", "--to", "qa"), ("log.ndjson", "--to", "qa", "--resume")
STOPPED = (4, 6)


def made_log(calls: int, people: int, messages: int, seed: int = 3) -> list[Json]:
    """People who come, do things, change their plan and get receipts; some leave and come back, some are merged."""
    chance = random.Random(seed)
    found: list[Json] = []
    for number in range(calls):
        person = f"p{chance.randrange(people)}"
        roll = chance.random()
        if roll < 0.25:
            plan = chance.choice(["free", "pro", "team"])
            found.append(
                {"type": "identify", "person": person, "attributes": {"email": f"{person}@example.org", "plan": plan}}
            )
        elif roll < 0.27:
            found.append({"type": "delete", "person": person})
        elif roll < 0.28:
            found.append({"type": "merge", "person": person, "other": f"p{chance.randrange(people)}x"})
        else:
            name = chance.choice(["signed_up", "looked", "bought"])
            found.append({"type": "track", "person": person, "name": name, "data": {"number": number}})
    for number in range(messages):
        body = {"transactional_message_id": "receipt", "to": "a@example.org", "identifiers": {"id": f"m{number}"}}
        where = chance.randrange(len(found))
        found.insert(
            where, {"method": "POST", "path": "/v1/send/email", "body": {**body, "message_data": {"number": number}}}
        )
    return found


@dataclass(slots=True)
class SendRow(Row):
    """One kind of fault, of which a send is told more."""

    COLUMNS: ClassVar[Mapping[str, str]] = {
        "resumed": "resumed", "lost": "lost", "doubled": "duplicates", "perhaps": "perhaps sent", "unlike": "unlike",
    }  # fmt: skip

    perhaps: int = 0
    unlike: int = 0  # ends in which people or emails are others


@dataclass(frozen=True, slots=True)
class Seen:
    """What a workspace received."""

    events: dict[str, tuple[str, ...]]  # of each person, in order
    emails: Counter[tuple[str, str]]  # (person, campaign)
    messages: Counter[str]  # by their number
    people: dict[str, Any]


@dataclass
class Bench(FaultBench):
    """The server, the log, and what an undisturbed send makes of it."""

    calls: int = 6_000
    people: int = 600
    messages: int = 12
    calm: Seen | None = None
    notes: int = 0
    batches: int = 0

    def prepare(self) -> None:
        """The project, the workspace, one send that nothing disturbs."""
        root = self.folder / "agreed"
        write_files(root, CONTENT)
        settings = self.server.settings("qa", 'from = "Shop <shop@example.org>"')
        settings += 'track = { site_id = { env = "QA_SITE" }, api_key = { env = "QA_TRACK" } }\n'
        (root / "mailwright.toml").write_text(settings, "utf-8")
        log = made_log(self.calls, self.people, self.messages)
        (root / "log.ndjson").write_text("".join(json.dumps(call) + "\n" for call in log), "utf-8")
        self.server.seed("qa", root)
        self.state = self.server.admin("GET", "/_state")
        calm = self.fresh()
        self.server.admin("DELETE", "/_requests")
        done = self.run(calm, *SEND)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        routes = self.server.admin("GET", "/_requests")["by_route"]
        self.batches = sum(count for route, count in routes.items() if "v2/batch" in route)
        self.notes = len(next(calm.glob(".mailwright/journal/*/sent.jsonl")).read_text("utf-8").splitlines())
        self.calm = self.seen()

    def run(self, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, as a person calls it."""
        return self.child([sys.executable, "-m", "mailwright", "-C", str(root), "send", *self.placed(root, arguments)])

    def placed(self, root: Path, arguments: Sequence[str]) -> list[str]:
        return [str(root / one) if one.endswith(".ndjson") else one for one in arguments]

    @property
    def environment(self) -> dict[str, str]:
        where = self.server.workspace("qa")
        keys = {"QA_SITE": where["site_id"], "QA_TRACK": where["track_key"]}
        return {**os.environ, **self.server.environment, **keys}

    def seen(self) -> Seen:
        """What the workspace has."""
        tables = self.server.admin("GET", "/_state?workspace=qa")["tables"]

        def rows(name: str) -> list[Json]:
            return [dict(zip(tables[name]["columns"], row, strict=True)) for row in tables[name]["rows"]]

        owners: dict[int, str] = {}
        people = {}
        for one in rows("running_people"):
            state = json.loads(one["state"])
            attributes = state.get("attributes", {})
            owners[one["uid"]] = str(attributes.get("id", state.get("key", one["uid"])))
            if not owners[one["uid"]].startswith("m"):  # whom a message made: it may not have gone
                people[owners[one["uid"]]] = {name: value for name, value in attributes.items() if name != "cio_id"}
        events: dict[str, list[str]] = defaultdict(list)
        persons = self.persons()
        for one in sorted(rows("running_activities"), key=lambda row: row["n"]):
            if one["type"] == "event" and one["number"] is not None:
                number = json.loads(one["data"])["number"]
                events[persons[number]].append(f"{one['name']} {number}")
        emails: Counter[tuple[str, str]] = Counter()
        messages: Counter[str] = Counter()
        for one in rows("running_deliveries"):
            if str(one["subject"]).startswith("Receipt"):
                messages[one["subject"]] += 1
            else:
                emails[one["person"], one["campaign"]] += 1
        return Seen({who: tuple(found) for who, found in events.items()}, emails, messages, people)

    def persons(self) -> list[str]:
        """Whose the event with each number is."""
        found: list[str] = [""] * self.calls
        for line in (self.folder / "agreed/log.ndjson").read_text("utf-8").splitlines():
            call = json.loads(line)
            if call.get("type") == "track":
                found[call["data"]["number"]] = call["person"]
        return found

    def disturbed(self, row: SendRow, disturb: Disturb) -> None:
        """One send with one fault, resumed until it ends well, and held against the log."""
        assert self.calm is not None
        root = self.fresh()
        code, said = disturb(root)
        row.injected += 1
        row.codes[code] += 1
        row.sentences.add(said)
        self.server.admin("DELETE", "/_faults")
        for _ in range(MOST_RESUMES):
            if code in (0, 1):
                break
            code = self.run(root, *RESUME).returncode
            row.resumed += 1
        seen = self.seen()
        perhaps = sum(
            len(path.read_text().splitlines()) for path in root.glob(".mailwright/journal/*/perhaps-sent.ndjson")
        )
        row.perhaps += perhaps
        wanted, found = Counter(every(self.calm.events)), Counter(every(seen.events))
        row.lost += sum((wanted - found).values()) + (code not in (0, 1))
        row.doubled += sum((found - wanted).values()) + sum(count - 1 for count in seen.messages.values() if count > 1)
        row.lost += max(0, self.messages - len(seen.messages) - perhaps)
        is_like = (
            seen.events == self.calm.events and seen.emails == self.calm.emails and seen.people == self.calm.people
        )
        row.unlike += not is_like
        if os.environ.get("SHOW") and not is_like:
            print(row.name, code, seen.emails - self.calm.emails, self.calm.emails - seen.emails, file=sys.stderr)
            print([who for who in seen.people if seen.people[who] != self.calm.people.get(who)][:5], file=sys.stderr)

    # --- faults -------------------------------------------------------------------------------------------------

    def killed_at_note(self, at: int) -> Disturb:
        """The process is gone before, in the middle of, or after a note of the journal."""
        return self.by_script(DEADLY, at)

    def killed_in_request(self, number: int, path: str = BATCHES["path"]) -> Disturb:
        """SIGKILL while the answer to a request is awaited, which the workspace has taken."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(kind="slow", when="after", seconds=20, nth=number, path=path)
            return self.killed(root)

        return disturb

    def killed_after(self, seconds: float) -> Disturb:
        """SIGKILL at some time."""

        def disturb(root: Path) -> tuple[int, str]:
            until = time.monotonic() + seconds
            return self.killed(root, lambda: time.monotonic() > until)

        return disturb

    def killed(self, root: Path, is_time: Callable[[], bool] | None = None) -> tuple[int, str]:
        command = [sys.executable, "-m", "mailwright", "-C", str(root), "send", *self.placed(root, SEND)]
        return self.signalled(command, signal.SIGKILL, is_time).returncode, ""

    def with_fault(self, **rule: Any) -> Disturb:
        """A send while something goes wrong at the server."""

        def disturb(root: Path) -> tuple[int, str]:
            self.fault(**rule)
            return outcome(self.run(root, *SEND))

        return disturb

    def full_disk(self, size: int) -> Disturb:
        """No file may grow beyond so many bytes."""
        return self.by_script(FULL_DISK, size)

    def by_script(self, script: str, at: int) -> Disturb:
        """A send in a process that ends, or gets into trouble, by itself."""
        return lambda root: outcome(
            self.child([sys.executable, "-c", script, str(root), str(at), *self.placed(root, SEND)])
        )


def every(events: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """All events."""
    for found in events.values():
        yield from found


def rows(bench: Bench, every: int = 1) -> Iterator[tuple[Row, list[Disturb]]]:
    """Every kind of fault with the places where it strikes."""
    places = range(1, bench.batches + 1, every)
    chance = random.Random(7)
    yield (
        SendRow("killed before, in or after a journal note"),
        [bench.killed_at_note(at) for at in range(0, 3 * bench.notes, 2 * every + 1)],
    )
    yield SendRow("killed while a batch's answer is awaited"), [bench.killed_in_request(at) for at in places]
    yield (
        SendRow("killed while a message's answer is awaited"),
        [bench.killed_in_request(at, "/v1/send/email") for at in range(1, bench.messages, 4 * every)],
    )
    yield (
        SendRow("killed at any time"),
        [bench.killed_after(chance.uniform(0.4, 2.0)) for _ in range(max(1, 10 // every))],
    )
    for when in ("before", "after"):
        yield (
            SendRow(f"connection cut {when} a batch's effect"),
            [bench.with_fault(kind="reset", when=when, nth=at, **BATCHES) for at in places],
        )
        yield (
            SendRow(f"500 {when} a batch's effect"),
            [bench.with_fault(kind="error", when=when, status=500, nth=at, **BATCHES) for at in places],
        )
        yield (
            SendRow(f"503 for good {when} a batch's effect"),
            [
                bench.with_fault(kind="error", when=when, status=503, nth=list(range(at, 2000)), **BATCHES)
                for at in places[: max(1, 2 // every)]
            ],
        )
        yield (
            SendRow(f"500 {when} a message's effect"),
            [
                bench.with_fault(kind="error", when=when, path="/v1/send/email", nth=at)
                for at in range(1, bench.messages, 4 * every)
            ],
        )
        yield (
            SendRow(f"connection cut {when} a message's effect"),
            [
                bench.with_fault(kind="reset", when=when, path="/v1/send/email", nth=at)
                for at in range(1, bench.messages, 4 * every)
            ],
        )
    yield (
        SendRow("429, Retry-After in seconds"),
        [
            bench.with_fault(kind="limited", probability=0.4, seed=seed, times=8, retry_after=0, **BATCHES)
            for seed in range(max(1, 3 // every))
        ],
    )
    yield (
        SendRow("429, Retry-After as a date"),
        [bench.with_fault(kind="limited", nth=[2, 3], retry_after="date", **BATCHES)],
    )
    yield (
        SendRow("429 without Retry-After"),
        [bench.with_fault(kind="limited", nth=[1, 2], retry_after=None, **BATCHES)],
    )
    yield (
        SendRow("429 with an hour's Retry-After"),
        [bench.with_fault(kind="limited", nth=list(range(at, 500)), retry_after=3600, **BATCHES) for at in (1, 3)],
    )
    yield (
        SendRow("key refused from there on"),
        [bench.with_fault(kind="error", status=401, nth=list(range(at, 2000)), **BATCHES) for at in (1, 4)],
    )
    yield (
        SendRow("disk full while the journal is written"),
        [bench.full_disk(at) for at in (300, 600, 1200)[:: min(every, 3)]],
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Inject and print."""
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=6_000)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, local_server(["qa:us"], "--no-limits") as server:
        bench = Bench(server, Path(folder), calls=args.calls, people=max(10, args.calls // 10))
        bench.prepare()
        print(f"one send: {args.calls:,} calls, {bench.batches} batches, {bench.notes} notes\n", flush=True)
        total = SendRow("**all**")
        print_table(bench, rows(bench, args.every), total, "send", sentences=args.sentences)
    return 1 if total.lost or total.doubled or total.unlike else 0


if __name__ == "__main__":
    sys.exit(main())
