"""Everything a server of workspaces keeps, in one SQLite database: a file, or memory.

Documents are JSON by workspace, kind and numeric id. One connection and a lock, as a laptop's server needs no more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    workspace INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (workspace, kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ids (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

Json = dict[str, Any]


class Store:
    """The database of one server."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = RLock()
        self.database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.have(SCHEMA)

    def have(self, schema: str) -> None:
        """Make the tables that are not there; unlike a script, it ends no change that is under way."""
        with self.change():
            for statement in schema.split(";"):
                if statement.strip():
                    self.database.execute(statement)

    def close(self) -> None:
        """Let the file go."""
        with self.lock:
            self.database.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All that is written inside is kept, or none of it."""
        with self.lock:
            if self.database.in_transaction:
                yield
                return
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.database.execute("ROLLBACK")
                raise
            self.database.execute("COMMIT")

    def new_id(self, kind: str) -> int:
        """The next number of a kind; no number is ever given twice, whatever workspace asks."""
        with self.change():
            row = self.database.execute(
                "INSERT INTO ids VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last", (kind,)
            ).fetchone()
        return int(row[0])


class Documents:
    """The documents of one workspace."""

    def __init__(self, store: Store, workspace: int) -> None:
        self.store = store
        self.workspace = workspace

    def get(self, kind: str, number: int) -> Json | None:
        """One document, if there is one."""
        if abs(number) >= 1 << 63:  # more than the database counts: nothing has it
            return None
        with self.store.lock:
            row = self.store.database.execute(
                "SELECT body FROM documents WHERE workspace = ? AND kind = ? AND id = ?", (self.workspace, kind, number)
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, kind: str) -> list[Json]:
        """Every document of a kind, by id."""
        with self.store.lock:
            rows = self.store.database.execute(
                "SELECT body FROM documents WHERE workspace = ? AND kind = ? ORDER BY id", (self.workspace, kind)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def numbers(self, kind: str) -> list[int]:
        """The number of every document of a kind, in order; none is read."""
        with self.store.lock:
            rows = self.store.database.execute(
                "SELECT id FROM documents WHERE workspace = ? AND kind = ? ORDER BY id", (self.workspace, kind)
            ).fetchall()
        return [number for (number,) in rows]

    def having(self, kind: str, name: str, value: str | int) -> list[Json]:
        """Every document of a kind whose field *name* is *value*, by id; no other is read whole."""
        with self.store.lock:
            rows = self.store.database.execute(
                "SELECT body FROM documents WHERE workspace = ? AND kind = ? AND json_extract(body, ?) = ? ORDER BY id",
                (self.workspace, kind, f"$.{name}", value),
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def fields(self, kind: str, *names: str) -> list[Json]:
        """Some fields of every document of a kind, by id; None where one is missing."""
        paths = [f"$.{name}" for name in names]
        marks = ", ".join("?" * len(names))
        with self.store.lock:
            rows = self.store.database.execute(
                f"SELECT json_extract(body, '$.id', {marks}) FROM documents"  # noqa: S608  # marks alone
                " WHERE workspace = ? AND kind = ? ORDER BY id",
                (*paths, self.workspace, kind),
            ).fetchall()
        return [dict(zip(("id", *names), json.loads(row), strict=True)) for (row,) in rows]

    def put(self, kind: str, number: int, body: Json) -> None:
        """Keep a document, in place of the one that has its number."""
        with self.store.change():
            self.store.database.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
                (self.workspace, kind, number, json.dumps(body, ensure_ascii=False)),
            )

    def add(self, kind: str, body: Json) -> Json:
        """Keep a new document under a new number, which becomes its `id`."""
        with self.store.change():
            kept = {"id": self.store.new_id(kind), **body}
            self.put(kind, kept["id"], kept)
        return kept

    def delete(self, kind: str, number: int) -> bool:
        """Forget a document; False when there was none."""
        with self.store.change():
            gone = self.store.database.execute(
                "DELETE FROM documents WHERE workspace = ? AND kind = ? AND id = ?", (self.workspace, kind, number)
            )
        return gone.rowcount > 0
