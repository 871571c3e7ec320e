"""A shop whose log tells apart what is assumed of Customer.io, sent to a workspace on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailwright.cli import main
from sync.demo.local_server import LocalServer, local_server
from sync.demo.playing import play, report_to

START = 1_767_348_000
"""Friday, 2 January 2026, 10:00 UTC."""
MINUTE, HOUR, DAY = 60, 3600, 86_400
END = START + 20 * DAY
SETTINGS = 'from = "Shop <shop@example.org>"\nmessage_limit = { count = 2, seconds = 86400 }\n'


def campaign(name: str, rest: str) -> dict[str, str]:
    return {
        f"campaigns/{name}/campaign.yaml": f"name: {name.title()}\n{rest}",
        f"campaigns/{name}/note.liquid": f"---\nsubject: {name.title()}\n---\n<p>{name.title()}</p>\n",
    }


FILES = {
    **campaign("paid", "trigger: {event: paid, where: {amount: {between: [10, 50]}}}\nworkflow:\n  - email: note\n"),
    **campaign("fifty", "trigger: {event: counted, where: {amount: 50}}\nworkflow:\n  - email: note\n"),
    **campaign("posted", "trigger: {event: posted, where: {source: {not: sms}}}\nworkflow:\n  - email: note\n"),
    **campaign("voided", "trigger: {event: voided, where: {why: {exists: true}}}\nworkflow:\n  - email: note\n"),
    **campaign(
        "verified",
        "trigger: {event: asked}\nfilter: {person: {verified: true}}\nworkflow:\n  - email: note\n",
    ),
    **campaign(
        "regular",
        "trigger: {event: left}\nfilter: {performed: {event: visited, times: 2}}\nworkflow:\n  - email: note\n",
    ),
    **campaign(
        "hours",
        "trigger: {event: knocked}\nworkflow:\n"
        '  - window: {days: mon-fri, from: "09:00", to: "17:00", zone: UTC}\n  - email: note\n',
    ),
    **campaign(
        "onboarding",
        "trigger: {event: signed_up}\nworkflow:\n  - email: note\n  - wait: 2d\n  - email: tips\n",
    ),
    "campaigns/onboarding/tips.liquid": "---\nsubject: Tips\n---\n<p>Tips</p>\n",
    **campaign("limited", "trigger: {event: offered}\ncounts_toward_limit: true\nworkflow:\n  - email: note\n"),
}


def identify(person: str, at: int, **attributes: Any) -> dict[str, Any]:
    return {"type": "identify", "person": person, "timestamp": START + at, "attributes": attributes}


def track(person: str, name: str, at: int, **data: Any) -> dict[str, Any]:
    return {"type": "track", "person": person, "name": name, "timestamp": START + at, "data": data}


PEOPLE = ("ana", "ben", "cai", "dee", "eli", "fay", "gus", "hal")
LOG: list[dict[str, Any]] = sorted(
    [
        *(identify(one, number, email=f"{one}@example.org") for number, one in enumerate(PEOPLE)),
        *(track(one, "signed_up", HOUR + number) for number, one in enumerate(PEOPLE)),
        track("ana", "paid", DAY, amount=50),
        track("ben", "paid", DAY, amount=20),
        track("ana", "counted", DAY + 1, amount="50.0"),
        track("ben", "counted", DAY + 1, amount=50),
        track("cai", "posted", DAY),
        track("ana", "posted", DAY + 2, source="web"),
        track("dee", "voided", DAY, why=None),
        track("ana", "voided", DAY + 3, why="late"),
        track("eli", "asked", DAY),
        identify("eli", DAY + 40 * MINUTE, verified="true"),
        track("fay", "visited", DAY),
        track("fay", "visited", DAY + 1),
        track("fay", "visited", DAY + 2),
        track("fay", "left", DAY + 3),
        track("gus", "visited", DAY),
        track("gus", "visited", DAY + 1),
        track("gus", "left", DAY + 2),
        track("hal", "knocked", 7 * HOUR),  # 17:00:00
        track("ana", "Posted", 2 * DAY, source="app"),
        track("nobody-yet", "signed_up", 2 * DAY),
        identify("ida", 3 * DAY, email="ida@example.org", unsubscribed="True"),
        track("ida", "signed_up", 3 * DAY + 1),
        *(track("ben", "offered", 4 * DAY + number * HOUR) for number in range(3)),
        track("ben", "offered", 5 * DAY),  # to the second a day after the first
    ],
    key=lambda call: int(call["timestamp"]),
)


@dataclass(frozen=True)
class Outcome:
    """What one call of the command line did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass
class Verifying:
    """The shop, its log, and the workspace that the log is sent to."""

    root: Path
    server: LocalServer
    capsys: pytest.CaptureFixture[str]

    @property
    def log(self) -> Path:
        return self.root / "log.ndjson"

    def write(self, files: Mapping[str, str] = FILES, settings: str = "", calls: Sequence[Any] = LOG) -> None:
        """Put the project and its log on disk; *settings* are lines of mailwright.toml."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        head = f'default_workspace = "qa"\n{self.server.settings("qa", SETTINGS)}'
        (self.root / "mailwright.toml").write_text(head + settings, "utf-8")
        self.log.write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")

    def send(
        self,
        calls: Sequence[Any] = LOG,
        *,
        endpoint: str = "",
        before: Callable[[LocalServer], None] = lambda _: None,
        **assumptions: Any,
    ) -> None:
        """Fill the workspace with the shop under *assumptions*, and let it live through *calls*.

        It reports to *endpoint*; *before* is what somebody does by hand.
        """
        toml = self.root / "mailwright.toml"
        written = toml.read_text("utf-8")
        if assumptions:
            lines = [f"{name} = {json.dumps(value)}" for name, value in assumptions.items()]
            toml.write_text("\n".join([written, "[assumptions]", *lines, ""]), "utf-8")
        self.server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
        self.server.admin("POST", "/_clock", {"freeze": START})
        self.server.seed("qa", self.root)
        toml.write_text(written, "utf-8")
        if endpoint:
            report_to(self.server, "qa", endpoint)
        before(self.server)
        play(self.server, "qa", calls, END)

    def __call__(self, *arguments: str | Path) -> Outcome:
        code = main(["-C", str(self.root), *map(str, arguments)])
        shown = self.capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    def verify(self, actual: str, *more: str) -> Outcome:
        return self("verify", "--events", self.log, "--actual", actual, *more)


@contextmanager
def a_workspace() -> Iterator[LocalServer]:
    """An empty workspace whose clock stands still."""
    with local_server(["qa:us"], "--clock", f"frozen:{START}", "--no-limits") as server:
        yield server


@contextmanager
def receiver(store: Path, server: LocalServer) -> Iterator[str]:
    """`mailwright listen` with the workspace's key, and where it listens."""
    key = server.workspace("qa")["webhook_signing_key"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mailwright", "listen", "--port", "0", "--format", "json", "--store", str(store)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "MAILWRIGHT_WEBHOOK_KEY": key},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"] + "/webhooks"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def warehouse(messages: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """The tables of a warehouse export, in the documented columns, of rows of the App API."""
    import duckdb

    folder.mkdir()
    people = {one["customer_identifiers"]["cio_id"]: one for one in messages if one["customer_identifiers"]}
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE deliveries (workspace_id BIGINT, delivery_id TEXT, internal_customer_id TEXT, subject_id TEXT,"
            " event_id TEXT, delivery_type TEXT, campaign_id BIGINT, action_id BIGINT, newsletter_id BIGINT,"
            " content_id BIGINT, trigger_id BIGINT, transactional_message_id BIGINT, created_at TIMESTAMP, seq_num BIGINT)"
        )
        database.execute(
            "CREATE TABLE metrics (event_id TEXT, workspace_id BIGINT, delivery_id TEXT, metric TEXT, reason TEXT,"
            " link_id BIGINT, link_url TEXT, created_at TIMESTAMP, seq_num BIGINT)"
        )
        database.execute(
            "CREATE TABLE people (workspace_id BIGINT, customer_id TEXT, internal_customer_id TEXT, deleted BOOLEAN,"
            " suppressed BOOLEAN, created_at TIMESTAMP, updated_at TIMESTAMP, email_addr TEXT)"
        )
        for number, one in enumerate(messages):
            who = one["customer_identifiers"].get("cio_id")
            database.execute(
                "INSERT INTO deliveries VALUES (1, ?, ?, NULL, NULL, ?, ?, ?, ?, NULL, NULL, NULL, to_timestamp(?), ?)",
                [one["id"], who, one["type"], one.get("campaign_id"), one.get("action_id"), one.get("newsletter_id"),
                 one["created"], number],
            )  # fmt: skip
            for metric, at in one["metrics"].items():
                database.execute(
                    "INSERT INTO metrics VALUES (?, 1, ?, ?, NULL, NULL, NULL, to_timestamp(?), ?)",
                    [f"{one['id']}/{metric}", one["id"], metric, at, number],
                )
        for who, one in people.items():
            known = one["customer_identifiers"]
            database.execute(
                "INSERT INTO people VALUES (1, ?, ?, false, false, NULL, NULL, ?)", [known["id"], who, known["email"]]
            )
        # Each sync writes files of its own; a later one may repeat rows.
        for table in ("deliveries", "metrics", "people"):
            for part in (1, 2):
                database.execute(f"COPY {table} TO '{folder / f'{table}_v5_{part}.parquet'}' (FORMAT parquet)")
