"""Workspaces to run in tests: an account in memory or on a file, whose clock stands still until it is moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from building import START

from mailwright.definitions.project import Project
from simulator.history.calls import Call
from simulator.replay import in_order
from simulator.trace import AnyEntry, entry_from_line
from simulator.workspace.account import Account
from simulator.workspace.clock import Clock, ClockMode
from simulator.workspace.content.seed import Seeded, seed
from simulator.workspace.records import DeliveryRecord
from simulator.workspace.running import Running
from simulator.workspace.running.tables import Tables


@dataclass
class Place:
    """One workspace with its clock; `reopened` is what a server restarted on the same file finds."""

    file: Path | None = None
    name: str = "here"
    clock: Clock = field(default_factory=lambda: Clock(ClockMode.FROZEN, START))

    def __post_init__(self) -> None:
        self.account = Account(self.file, clock=self.clock)
        self.space = self.account.named(self.name) or self.account.add(self.name)
        self.seeded: Seeded | None = None
        self.running = self._run()

    def _run(self) -> Running:
        running = Running(self.space)
        self.space.running = running
        self.heard: list[tuple[str, str, str]] = []
        running.on_delivery(lambda delivery, metric: self.heard.append((delivery.id, metric, delivery.subject)))
        return running

    def seed(self, project: Project, workspace: str | None = None) -> Place:
        """Put a project in."""
        self.seeded = seed(self.space.documents, project, workspace, self.clock.now())
        self.running.content_changed()
        return self

    def reopened(self) -> Place:
        """The same workspace after a restart; on a file the store is opened anew."""
        if self.file is None:
            self.running = self._run()
            return self
        self.account.close()
        return Place(self.file, self.name, self.clock)

    def take(self, *calls: Call) -> None:
        """The calls, each at its own time."""
        for call in calls:
            at = call.at if call.at is not None else call.timestamp
            if at is not None:
                self.clock.at = max(self.clock.at, at)
            self.running.take(call)

    def advance(self, to: int) -> None:
        """Let time pass."""
        self.clock.at = to
        self.running.run_until(to)

    def entries(self) -> list[AnyEntry]:
        """The trace so far, by time and person."""
        rows = Tables(self.space.store, self.space.id).rows("body", "running_trace", after="ORDER BY n")
        return in_order([entry_from_line(body.encode()) for (body,) in rows])

    def sent(self) -> list[tuple[str, str, int]]:
        """Recipient, subject and seconds since START of what was sent, in order."""
        found = [one for one in self.running.deliveries() if one.state == "sent"]
        return [(one.recipient, one.subject, one.created - START) for one in reversed(found)]

    def only(self) -> DeliveryRecord:
        """The one delivery there is, with what went out."""
        (found,) = self.whole()
        return found

    def whole(self) -> list[DeliveryRecord]:
        """Every delivery with what went out, newest first."""
        found = [self.running.delivery(one.id) for one in self.running.deliveries()]
        return [one for one in found if one is not None]

    def documents(self, kind: str) -> list[dict[str, Any]]:
        """The documents of a kind."""
        return self.space.documents.all(kind)
