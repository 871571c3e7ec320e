"""A month of the example lived through by a workspace on this machine: where prediction and reality agree, or why not.

In a temporary folder, offline. Every step is a real command and its output.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.demo.local_server import LocalServer

Json = dict[str, Any]
QA = "qa"
START, END = 1_767_225_600, 1_771_544_304  # 1 January 2026, and 20 days after the log's last call
SETTINGS = (
    'from = "Northstar QA <qa@example.org>"\n'
    "message_limit = { count = 2, seconds = 604800, retry_seconds = 86400 }\n"
    'vars = { base_url = "https://qa.example.org", support_email = "qa-support@example.org" }'
)
FLIPPED = 'unknown_person = "ignored"'
EDITED = "Account Activated Confirmation"
BROKEN = {"body": "<p>Hi {{ customer.nickname }}, your account is active.</p>"}
WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `demo verify`."""
    parser.add_argument(
        "--people", type=int, metavar="N", default=0, help="only the log's first N people (default: all)"
    )


def run(args: argparse.Namespace) -> int:
    """Tell the story; gives 0.

    Raises: WorkspaceError when a step ends otherwise than it should; ConfigurationError when this installation holds no
    example.
    """
    from sync.demo.local_server import local_server
    from sync.demo.story import example_root

    with (
        tempfile.TemporaryDirectory(prefix="mailwright-demo-verify-") as taken,
        local_server([f"{QA}:us"], "--clock", f"frozen:{START}", "--no-limits") as server,
    ):
        story = Story(Path(taken), server, example_root())
        story.set_up(args.people)
        story.tell()
    return 0


@dataclass(slots=True)
class Story:
    """The steps, in one folder, on one server."""

    root: Path
    server: LocalServer
    example: Path
    calls: list[Json] = field(default_factory=list)

    def set_up(self, people: int) -> None:
        """The example's content, and the calls of its log."""
        for name in ("campaigns", "layouts"):
            shutil.copytree(self.example / name, self.root / name)
        lines = (self.example / "examples" / "log" / "events.ndjson").read_text("utf-8").splitlines()
        self.calls = [json.loads(line) for line in lines]
        chosen = sorted({call["person"] for call in self.calls})[: people or None]
        self.calls = [call for call in self.calls if call["person"] in chosen]
        text = "".join(f"{json.dumps(call, ensure_ascii=False)}\n" for call in self.calls)
        (self.root / "events.ndjson").write_text(text, "utf-8")
        self._set("")

    def tell(self) -> None:
        """The story itself."""
        from sync.demo.receiving import receiver
        from sync.demo.tables import write_tables

        print(f"A workspace lives through {len(self.calls):,} calls, one after the other …\n", flush=True)
        with receiver(self.root / "hooks.duckdb", self.server, QA) as endpoint:
            self._live(self.calls, endpoint=endpoint)
        write_tables(self.server.by_app(QA, "GET", "messages?limit=1000")["messages"], self.root / "warehouse")
        why = "What reporting webhooks told: all as predicted. The API, exports and the warehouse tell the same."
        for source in ("webhooks:hooks.duckdb", "messages:qa", "export:qa", "warehouse:warehouse"):
            self._step(why, ["verify", "--events", "events.ndjson", "--actual", source], 0, "none missing")
            why = ""
        self._live(self.calls, assumption=FLIPPED)
        self._step(
            "The same month where Customer.io does one thing otherwise than assumed: which?",
            ["verify", "--events", "events.ndjson", "--actual", "messages:qa", "--fit"], 1, f"best: {FLIPPED}",
        )  # fmt: skip
        lost, left = self._victims()
        calls = [call for call in self.calls if call["person"] != lost]
        calls.append({"type": "identify", "person": left, "timestamp": START, "attributes": {"unsubscribed": True}})
        self._live(sorted(calls, key=lambda call: int(call["timestamp"])), before=self._edit_by_hand)
        self._step(
            "And again: an email edited by hand, a person whose calls never arrived, one who unsubscribed elsewhere.",
            ["verify", "--events", "events.ndjson", "--actual", "messages:qa"], 1, "drift", "no such person", "R84",
        )  # fmt: skip
        print("Everything above ran offline, against a workspace that ends with this demo.")

    def _victims(self) -> tuple[str, str]:
        """Two people who get something: whose calls get lost, and who unsubscribes."""
        rows = self.server.by_app(QA, "GET", "messages?limit=1000")["messages"]
        sent = sorted({row["customer_id"] for row in rows if row["type"] == "email" and "sent" in row["metrics"]})
        return sent[0], sent[-1]

    def _live(
        self,
        calls: Sequence[Mapping[str, Any]],
        *,
        assumption: str = "",
        endpoint: str = "",
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """Fill the workspace anew and let it live through *calls*."""
        from sync.demo.playing import report_to

        self.server.admin("POST", "/_reset", {"workspace": QA, "empty": True})
        self.server.admin("POST", "/_clock", {"freeze": START})
        self._set(assumption)
        self.server.seed(QA, self.root)
        self._set("")
        self._call("pull", QA)
        if endpoint:
            report_to(self.server, QA, endpoint)
        before()
        self.play(calls)

    def play(self, calls: Sequence[Mapping[str, Any]]) -> None:
        """Let the workspace live through *calls*, and then on to the end."""
        from sync.demo.playing import play

        play(self.server, QA, calls, END)

    def _set(self, assumption: str) -> None:
        text = f'default_workspace = "{QA}"\n\n{self.server.settings(QA, SETTINGS)}'
        more = f"\n[assumptions]\n{assumption}\n" if assumption else ""
        (self.root / "mailwright.toml").write_text(text + more, "utf-8")

    def _edit_by_hand(self) -> None:
        """What a person does in Customer.io: use an attribute that nobody has."""
        campaigns = self.server.by_hand(QA, "GET", "campaigns?page=1&size=100")["campaigns"]
        number = next(one["id"] for one in campaigns if one["name"] == EDITED)
        actions = self.server.by_hand(QA, "GET", f"campaigns/{number}")["actions"]
        template = next(one["template_id"] for one in actions if one.get("template_id"))
        self.server.by_hand(QA, "PUT", f"templates/{template}", {"template": BROKEN})

    def _step(self, why: str, command: list[str], code: int, *shown: str) -> None:
        """Run one command and show it; it ends with *code*, and its output holds every text of *shown*."""
        from mailwright.diagnostics import WorkspaceError

        if why:
            print(f"── {why} {'─' * max(3, WIDTH - len(why) - 4)}", flush=True)
        print(f"$ mailwright {' '.join(command)}", flush=True)
        done = self._call(*command)
        text = "\n".join(f"  {line}".rstrip() for line in done.stdout.rstrip().splitlines())
        print(f"{text}\n  exit code {done.returncode}\n", flush=True)
        missing = [text for text in shown if text not in done.stdout]
        if done.returncode != code or missing:
            raise WorkspaceError(f"the demo went another way than it should: {' '.join(command)}")

    def _call(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.server.environment, "NO_COLOR": "1", "MAILWRIGHT_CALLED": "mailwright"}
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "mailwright", *command],
            cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
