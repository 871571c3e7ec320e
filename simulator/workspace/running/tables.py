"""Where the running part keeps what happened: its tables in the server's store, every row of one workspace.

What is due, and what a person's journeys are, stands in `running_people`; everything else is history that is only
written once, so that memory does not grow with what is sent to a workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from simulator.workspace.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS running_head (
    workspace INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS running_people (
    workspace INTEGER NOT NULL, uid INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (workspace, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS running_objects (
    workspace INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (workspace, type, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS running_object_stamps (
    workspace INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, stamps TEXT NOT NULL,
    PRIMARY KEY (workspace, type, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS running_activities (
    workspace INTEGER NOT NULL, n INTEGER NOT NULL, uid INTEGER, at INTEGER NOT NULL, type TEXT NOT NULL,
    name TEXT NOT NULL, number INTEGER, stamp INTEGER NOT NULL, event_id TEXT, anonymous_id TEXT, delivery_id TEXT,
    data TEXT NOT NULL, PRIMARY KEY (workspace, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS running_activities_of ON running_activities (workspace, uid, n);
CREATE TABLE IF NOT EXISTS running_journeys (
    workspace INTEGER NOT NULL, person TEXT NOT NULL, campaign TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL,
    uid INTEGER, entered_at INTEGER NOT NULL, line INTEGER NOT NULL, event_id TEXT, trigger_id INTEGER,
    ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (workspace, person, campaign, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS running_trace (
    workspace INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, person TEXT NOT NULL, campaign TEXT NOT NULL,
    journey INTEGER, line INTEGER, body TEXT NOT NULL, PRIMARY KEY (workspace, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS running_trace_of ON running_trace (workspace, person, campaign, n);
CREATE TABLE IF NOT EXISTS running_deliveries (
    workspace INTEGER NOT NULL, n INTEGER NOT NULL, id TEXT NOT NULL, uid INTEGER, person TEXT NOT NULL,
    campaign TEXT NOT NULL, journey INTEGER, step TEXT NOT NULL, made_at INTEGER NOT NULL, channel TEXT NOT NULL,
    status TEXT NOT NULL, at INTEGER NOT NULL, recipient TEXT, subject TEXT NOT NULL, reason TEXT NOT NULL,
    failure TEXT NOT NULL, parent TEXT NOT NULL, metrics TEXT NOT NULL, envelope TEXT NOT NULL, links TEXT NOT NULL,
    PRIMARY KEY (workspace, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS running_deliveries_id ON running_deliveries (workspace, id);
CREATE INDEX IF NOT EXISTS running_deliveries_of ON running_deliveries (workspace, uid, n);
CREATE INDEX IF NOT EXISTS running_deliveries_step
    ON running_deliveries (workspace, person, campaign, journey, step, made_at);
CREATE TABLE IF NOT EXISTS running_content (
    workspace INTEGER NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (workspace, n)
) STRICT, WITHOUT ROWID;
"""
TABLES = (
    "running_head",
    "running_people",
    "running_objects",
    "running_object_stamps",
    "running_activities",
    "running_journeys",
    "running_trace",
    "running_deliveries",
    "running_content",
)

Row = tuple[Any, ...]
_ENCODER = msgspec.json.Encoder(enc_hook=repr)


def as_json(value: Any) -> str:
    """A value as it is kept; halves of characters, which no JSON has, become replacement characters."""
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:
        return _ENCODER.encode(_whole(msgspec.to_builtins(value, enc_hook=repr))).decode()


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(name): _whole(part) for name, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list | tuple) else value


def from_json(text: str) -> Any:
    """A kept value."""
    return msgspec.json.decode(text)


class Tables:
    """The rows of one workspace."""

    def __init__(self, store: Store, workspace: int) -> None:
        self.store = store
        self.workspace = workspace
        self.database = store.database
        store.have(SCHEMA)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, without their workspace; one with the key of another takes its place."""
        if rows:
            marks = ", ".join("?" * (len(rows[0]) + 1))
            self.database.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES ({marks})",  # noqa: S608  # a name of ours
                [(self.workspace, *row) for row in rows],
            )

    def rows(self, columns: str, table: str, where: str = "", values: Sequence[Any] = (), after: str = "") -> list[Row]:
        """The columns of the rows that *where* picks; *after* may order and limit them."""
        asked = f" AND {where}" if where else ""
        with self.store.lock:
            return self.database.execute(
                f"SELECT {columns} FROM {table} WHERE workspace = ?{asked} {after}",  # noqa: S608  # texts of ours
                (self.workspace, *values),
            ).fetchall()

    def change(self, table: str, what: str, where: str, values: Sequence[Any]) -> None:
        """Set columns of the rows that *where* picks; *values* are those of *what*, then those of *where*."""
        marks = what.count("?")
        self.database.execute(
            f"UPDATE {table} SET {what} WHERE workspace = ? AND {where}",  # noqa: S608  # texts of ours
            (*values[:marks], self.workspace, *values[marks:]),
        )

    def delete(self, table: str, where: str, values: Sequence[Any]) -> None:
        """Remove the rows that *where* picks."""
        self.database.execute(
            f"DELETE FROM {table} WHERE workspace = ? AND {where}",  # noqa: S608  # texts of ours
            (self.workspace, *values),
        )

    def last(self, table: str) -> int:
        """The highest number given in a table; 0 where it is empty."""
        return int(self.rows("coalesce(max(n), 0)", table)[0][0])

    def head(self) -> tuple[int, Mapping[str, Any]]:
        """How often was written so far, and what is known of the workspace as a whole."""
        found = self.rows("sequence, state", "running_head")
        return (int(found[0][0]), from_json(found[0][1])) if found else (0, {})

    def sequence(self) -> int:
        """How often was written so far."""
        found = self.database.execute(
            "SELECT sequence FROM running_head WHERE workspace = ?", (self.workspace,)
        ).fetchone()
        return 0 if found is None else int(found[0])

    def keep_head(self, sequence: int, state: Mapping[str, Any]) -> None:
        """Write down the workspace as a whole."""
        self.database.execute(
            "INSERT OR REPLACE INTO running_head VALUES (?, ?, ?)", (self.workspace, sequence, as_json(state))
        )

    def people(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Every person's number and state."""
        for uid, state in self.rows("uid, state", "running_people", after="ORDER BY uid"):
            yield int(uid), from_json(state)
