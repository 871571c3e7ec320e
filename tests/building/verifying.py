"""A shop whose log tells apart what is assumed of Customer.io, sent to a workspace on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from outcomes import Outcome, called

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


@dataclass
class Verifying:
    """The shop, its log, and the workspace that the log is sent to."""

    root: Path
    server: LocalServer
    capsys: pytest.CaptureFixture[str]

    @property
    def log(self) -> Path:
        return self.root / "log.ndjson"

    def write(
        self,
        files: Mapping[str, str] = FILES,
        settings: str = "",
        calls: Sequence[Any] = LOG,
        head: str = SETTINGS,
    ) -> None:
        """Put the project and its log on disk; *head* and *settings* are lines of the workspace's settings."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        text = f'default_workspace = "qa"\n{self.server.settings("qa", head)}{settings}'
        (self.root / "mailwright.toml").write_text(text, "utf-8")
        self.log.write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")

    def send(
        self,
        calls: Sequence[Any] = LOG,
        *,
        endpoint: str = "",
        start: int = START,
        end: int = END,
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
        self.server.admin("POST", "/_clock", {"freeze": start})
        self.server.seed("qa", self.root)
        toml.write_text(written, "utf-8")
        if endpoint:
            report_to(self.server, "qa", endpoint)
        before(self.server)
        play(self.server, "qa", calls, end)

    def __call__(self, *arguments: str | Path) -> Outcome:
        return called(self.capsys, "-C", str(self.root), *arguments)

    def verify(self, actual: str, *more: str) -> Outcome:
        return self("verify", "--events", self.log, "--actual", actual, *more)


@contextmanager
def a_workspace() -> Iterator[LocalServer]:
    """An empty workspace whose clock stands still."""
    with local_server(["qa:us"], "--clock", f"frozen:{START}", "--no-limits") as server:
        yield server
