"""One smoke test: clean up after the last, send, wait, look, clean up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from mailwright.diagnostics import ConfigurationError, WorkspaceError
from sync.actuals.numbers import KnownNumbers
from sync.clients.app_api import AppApi
from sync.clients.transport import TIMEOUT, Json
from sync.ledger import Ledger
from sync.smoke.notes import Notes, begin, left_behind
from sync.smoke.side import Report, SamplePlan
from sync.smoke.track import Track
from sync.snapshot import Kind

TOKEN_VARIABLE = "MAILWRIGHT_ADMIN_TOKEN"  # noqa: S105  # a variable's name
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two looks, growing."""
APART = 2.0
"""Seconds between what says who people are and what they do.

Source: semantics R30: calls may be processed out of order.
"""


@dataclass(slots=True)
class Smoke:
    """The parts of one test. Units: *wait* is in seconds, *start* in Unix seconds of the workspace's clock."""

    root: Path
    workspace: str
    run: str
    plan: SamplePlan
    track: Track
    app: AppApi
    ledger: Ledger
    compare: Callable[[Sequence[Json]], Report]
    present: Callable[[], int]
    start: int
    wait: float
    advance: Callable[[], None] | None = None
    apart: float = APART
    talk: Callable[[str], None] = field(default=lambda _: None)

    def go(self) -> Report:
        """Send the samples and compare what comes; whatever happens, the people are deleted again.

        Raises: WorkspaceError when the workspace refuses or cannot be reached.
        """
        notes = begin(self.root, self.workspace, self.run, [one.person for one in self.plan.runs])
        try:
            self._send()
            if self.advance is not None:
                self.advance()
            return self._look()
        finally:
            clean(self.track, notes)

    def _send(self) -> None:
        runs = self.plan.runs
        self.track.send([entity for one in runs for entity in one.identifying])
        for one in runs:
            for slug in one.segments:
                self.track.join(self._segment(slug), one.person)
        if self.apart:
            time.sleep(self.apart)
        self.track.send([entity for one in runs for entity in one.doing])
        self.talk(f"{len(runs)} sample{'' if len(runs) == 1 else 's'} sent to {self.workspace}")

    def _segment(self, slug: str) -> int:
        for address, ids in self.ledger.ids.items():
            if address.kind is Kind.SEGMENT and address.slug == slug:
                return int(ids["id"])
        raise ConfigurationError(f"the segment '{slug}' is not in {self.workspace}", hint="mailwright apply")

    def _look(self) -> Report:
        """Look until everything is as predicted, or the time is over."""
        ends = time.monotonic() + self.wait
        pause = FIRST_PAUSE
        while True:
            report = self.compare(self._rows())
            if report.agrees or time.monotonic() + pause > ends:
                return report
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _rows(self) -> list[Json]:
        rows = {}
        since, until = self.start - 600, self.present() + 600
        for drafts in (False, True):
            for row in self.app.messages(since, until, drafts=drafts):
                rows[str(row.get("id"))] = row
        return list(rows.values())


def clean(track: Track, notes: Notes) -> None:
    """Delete a run's people, and note that nobody is left.

    Raises: WorkspaceError; what is left is for the next run.
    """
    for person in notes.people:
        track.delete(person)
    notes.end()


def clean_left_behind(root: Path, workspace: str, track: Track) -> int:
    """Delete the people of runs that were killed; gives how many.

    Raises: WorkspaceError.
    """
    found = left_behind(root, workspace)
    for notes in found:
        clean(track, notes)
    return sum(len(notes.people) for notes in found)


def advancing(url: str | None, seconds: int, token: str) -> Callable[[], None]:
    """Moves the clock of a workspace on this machine.

    Raises: ConfigurationError when it is none, or the token for it is not at hand.
    """
    if url is None:
        raise ConfigurationError("only a workspace on this machine has a clock to advance", hint="leave out --advance")
    if not token:
        hint = "`mailwright serve` prints it, or takes one with --admin-token"
        raise ConfigurationError(f"{TOKEN_VARIABLE} is not set", hint=hint)
    parts = urlsplit(url)

    def move() -> None:
        for path, body in (("_clock", {"advance": f"{seconds}s"}), ("_settle", {})):
            _ask(f"{parts.scheme}://{parts.netloc}/{path}", body, token)

    return move


def _ask(url: str, body: dict[str, Any], token: str) -> None:
    try:
        reply = httpx.post(url, json=body, headers={"X-Mailwright-Token": token}, timeout=TIMEOUT, trust_env=False)
    except httpx.HTTPError as error:
        raise WorkspaceError("the local workspace does not answer", hint="is `mailwright serve` running?") from error
    if not reply.is_success:
        raise WorkspaceError(
            f"the local workspace does not move its clock: {reply.status_code}", hint="is the token right?"
        )


def numbers_as_words(known: KnownNumbers) -> dict[str, Any]:
    """The numbers as the simulator takes them."""
    return {"parents": known.parents, "actions": known.actions, "only_messages": known.only_messages}
