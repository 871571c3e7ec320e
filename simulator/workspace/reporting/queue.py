"""The events that wait to be sent, in order for each webhook, kept in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.workspace.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook_queue (
    number INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, webhook INTEGER NOT NULL, event TEXT NOT NULL,
    queued INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL, last TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS webhook_queue_order ON webhook_queue (workspace, webhook, number);
CREATE TABLE IF NOT EXISTS webhook_seen (
    workspace INTEGER NOT NULL, webhook INTEGER NOT NULL, delivery TEXT NOT NULL, metric TEXT NOT NULL,
    PRIMARY KEY (workspace, webhook, delivery, metric)
) STRICT, WITHOUT ROWID;
"""

HOUR = 3600
LONGEST = 7 * 24 * HOUR
AFTER_AN_HOUR = frozenset({400, 401, 402, 403, 404, 405, 410, 429, 500, 502, 521})
FIRST_PAUSE = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event that waits. Units: Unix seconds of the workspaces' clock."""

    number: int
    workspace: int
    webhook: int
    event: str
    queued: int
    attempts: int
    due: int
    last: str  # what the last attempt came to; "" before the first


_COLUMNS = "number, workspace, webhook, event, queued, attempts, due, last"


class Queue:
    """The waiting events of one server. Only the first of each webhook is ever sent: later ones wait behind it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.have(SCHEMA)

    def add(self, workspace: int, webhook: int, event: str, now: int) -> None:
        """Put an event at the end of a webhook's queue."""
        with self.store.change():
            self.store.database.execute(
                "INSERT INTO webhook_queue (workspace, webhook, event, queued, attempts, due, last)"
                " VALUES (?, ?, ?, ?, 0, ?, '')",
                (workspace, webhook, event, now, now),
            )

    def first_time(self, workspace: int, webhook: int, delivery: str, metric: str) -> bool:
        """Whether a delivery gets a metric for the first time, as far as a webhook knows."""
        with self.store.change():
            added = self.store.database.execute(
                "INSERT OR IGNORE INTO webhook_seen VALUES (?, ?, ?, ?)", (workspace, webhook, delivery, metric)
            )
        return added.rowcount > 0

    def due(self, now: int) -> list[Waiting]:
        """The first event of every webhook whose time has come."""
        with self.store.lock:
            rows = self.store.database.execute(
                f"SELECT {_COLUMNS} FROM webhook_queue WHERE number IN"  # noqa: S608  # names of columns, of our own
                " (SELECT min(number) FROM webhook_queue GROUP BY workspace, webhook) AND due <= ? ORDER BY number",
                (now,),
            ).fetchall()
        return [Waiting(*row) for row in rows]

    def all(self, workspace: int | None = None) -> list[Waiting]:
        """Everything that waits, in order."""
        with self.store.lock:
            rows = self.store.database.execute(
                f"SELECT {_COLUMNS} FROM webhook_queue ORDER BY number"  # noqa: S608  # names of columns, of our own
            ).fetchall()
        return [one for one in (Waiting(*row) for row in rows) if workspace in (None, one.workspace)]

    def done(self, waiting: Waiting) -> None:
        """Forget an event: it was taken, or nobody will take it."""
        with self.store.change():
            self.store.database.execute("DELETE FROM webhook_queue WHERE number = ?", (waiting.number,))

    def again(self, waiting: Waiting, due: int, last: str) -> None:
        """Try an event again at *due*."""
        with self.store.change():
            self.store.database.execute(
                "UPDATE webhook_queue SET attempts = ?, due = ?, last = ? WHERE number = ?",
                (waiting.attempts + 1, due, last, waiting.number),
            )


def retry_at(waiting: Waiting, status: int | None, now: int) -> int | None:
    """When an event that was not taken is tried again; None when it no longer is. *status* is None without an answer.

    Source: reporting webhooks reference: an hour later for the statuses it lists, else ever longer pauses for up to
    seven days. Assumed: the first pause is 30 seconds and each doubles; the seven days hold for both.
    """
    if now - waiting.queued >= LONGEST:
        return None
    pause = HOUR if status in AFTER_AN_HOUR else min(FIRST_PAUSE * 2 ** min(waiting.attempts, 20), 24 * HOUR)
    return now + pause


def as_data(waiting: Waiting) -> dict[str, Any]:
    """A waiting event for the admin face, without what it says."""
    return {
        "webhook": waiting.webhook, "workspace": waiting.workspace, "attempts": waiting.attempts, "due": waiting.due,
        "last": waiting.last,
    }  # fmt: skip
