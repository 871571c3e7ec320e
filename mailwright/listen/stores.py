"""Where events are kept, each once: a DuckDB file, or any database that SQLAlchemy speaks to.

Beside each event stands what its handlers still have to do, written in the same transaction, so that neither is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Protocol

from mailwright.diagnostics import ConfigurationError
from mailwright.listen.records import COLUMNS, Record

WAITING, DONE, GIVEN_UP = "waiting", "done", "given up"
_TABLES = (
    """CREATE TABLE IF NOT EXISTS events (
        event_id TEXT PRIMARY KEY, metric TEXT NOT NULL, happened_at BIGINT NOT NULL, received_at BIGINT NOT NULL,
        person TEXT, delivery_id TEXT, campaign_id TEXT, action_id TEXT, body TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS handling (
        event_id TEXT NOT NULL, handler TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL,
        next_at BIGINT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (event_id, handler))""",
)
# Columns as lists: row by row DuckDB takes many times as long.
_KEEP = """INSERT INTO events SELECT unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::BIGINT[]), unnest(?::BIGINT[]),
    unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[])"""
_KEEP_NAMED = """INSERT INTO events VALUES (:event_id, :metric, :happened_at, :received_at, :person, :delivery_id,
    :campaign_id, :action_id, :body)"""
_ASK = """INSERT INTO handling SELECT unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::BIGINT[]),
    unnest(?::BIGINT[]), unnest(?::TEXT[])"""
_ASK_NAMED = "INSERT INTO handling VALUES (:event_id, :handler, :state, :attempts, :next_at, :said)"
_ASK_NAMES = ("event_id", "handler", "state", "attempts", "next_at", "said")
_DUE = """SELECT e.event_id, e.metric, e.happened_at, e.received_at, e.person, e.delivery_id, e.campaign_id,
    e.action_id, e.body, h.handler, h.attempts FROM handling h JOIN events e ON e.event_id = h.event_id
    WHERE h.state = :state AND h.next_at <= :now ORDER BY h.next_at, e.received_at, e.event_id LIMIT :most"""
_COUNTS = "SELECT metric, count(*) FROM events GROUP BY metric ORDER BY metric"


@dataclass(frozen=True, slots=True)
class Task:
    """One event that one handler has still to take."""

    record: Record
    handler: str
    attempts: int


class Store(Protocol):
    """What the receiver and its handlers ask of a database. Calls come from several threads, one at a time each."""

    def keep(self, records: Sequence[Record], handlers: Sequence[Sequence[str]]) -> int:
        """Keep new events with what is to be done with each, all or none; gives how many were new."""
        ...

    def due(self, now: int, most: int) -> list[Task]:
        """What is waiting and due, oldest first."""
        ...

    def note(self, task: Task, state: str, next_at: int, said: str) -> None:
        """What became of a try."""
        ...

    def try_again(self, now: int) -> int:
        """Take up what was given up; gives how many there are."""
        ...

    def counts(self) -> dict[str, int]:
        """How many events there are, by metric."""
        ...

    def close(self) -> None:
        """Let the database go."""
        ...


def open_store(where: str) -> Store:
    """The store at a file's name or a database URL, made where there is none.

    Raises: ConfigurationError when it cannot be opened.
    """
    if "://" in where:
        return SqlStore(where)
    return DuckStore(Path(where))


class DuckStore:
    """A DuckDB file."""

    def __init__(self, path: Path) -> None:
        import duckdb

        if path.exists() and not os.access(path, os.W_OK):
            raise ConfigurationError(f"'{path}' cannot be written", hint="a file of your own, or a database URL")
        try:
            self._database = duckdb.connect(str(path))
            for table in _TABLES:
                self._database.execute(table)
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:160]
            hint = "is another receiver at work on it?"
            raise ConfigurationError(f"'{path}' cannot be opened: {said}", hint=hint) from error

    def keep(self, records: Sequence[Record], handlers: Sequence[Sequence[str]]) -> int:
        """Keep new events in one transaction."""
        cursor = self._database.cursor()
        cursor.begin()
        try:
            new = _new(records, handlers, self._known(cursor, records))
            if new:
                columns = zip(*(astuple(record) for record, _ in new), strict=True)
                cursor.execute(_KEEP, [list(column) for column in columns])
            tasks = _tasks(new)
            if tasks:
                cursor.execute(_ASK, [list(column) for column in zip(*tasks, strict=True)])
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
        return len(new)

    def _known(self, cursor: Any, records: Sequence[Record]) -> set[str]:
        ids = [record.event_id for record in records]
        return {
            row[0]
            for row in cursor.execute(
                "SELECT event_id FROM events WHERE event_id IN (SELECT unnest(?))", [ids]
            ).fetchall()
        }

    def due(self, now: int, most: int) -> list[Task]:
        """What is waiting."""
        statement = _DUE.replace(":state", "?").replace(":now", "?").replace(":most", "?")
        rows = self._database.cursor().execute(statement, [WAITING, now, most])
        return [_task(row) for row in rows.fetchall()]

    def note(self, task: Task, state: str, next_at: int, said: str) -> None:
        """What became of a try."""
        self._database.cursor().execute(
            "UPDATE handling SET state = ?, attempts = ?, next_at = ?, said = ? WHERE event_id = ? AND handler = ?",
            [state, task.attempts + 1, next_at, said, task.record.event_id, task.handler],
        )

    def try_again(self, now: int) -> int:
        """Take up what was given up."""
        cursor = self._database.cursor()
        found = cursor.execute("SELECT count(*) FROM handling WHERE state = ?", [GIVEN_UP]).fetchone()
        cursor.execute(
            "UPDATE handling SET state = ?, attempts = 0, next_at = ? WHERE state = ?", [WAITING, now, GIVEN_UP]
        )
        return int(found[0]) if found else 0

    def counts(self) -> dict[str, int]:
        """Events by metric."""
        return dict(self._database.cursor().execute(_COUNTS).fetchall())

    def write_parquet(self, path: Path) -> None:
        """All events as a Parquet file."""
        events = self._database.cursor().sql("SELECT * FROM events ORDER BY happened_at, event_id")
        events.write_parquet(str(path))

    def close(self) -> None:
        """Let the file go."""
        self._database.close()


class SqlStore:
    """A database by its URL: SQLite, PostgreSQL, and what else SQLAlchemy speaks to."""

    def __init__(self, url: str) -> None:
        from sqlalchemy import create_engine, text
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

        self._text = text
        try:
            # Those who write a URL for PostgreSQL mean whatever client is here.
            self._engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True)
            with self._engine.begin() as connection:
                for table in _TABLES:
                    connection.execute(text(table))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            hint = "sqlite:///webhooks.db, or postgresql://… with the extra: pip install 'mailwright[postgresql]'"
            raise ConfigurationError("this is no database URL that can be used", hint=hint) from error
        except SQLAlchemyError as error:
            raise ConfigurationError(
                f"the database cannot be opened ({type(error).__name__})", hint="is it running?"
            ) from error

    def keep(self, records: Sequence[Record], handlers: Sequence[Sequence[str]]) -> int:
        """Keep new events in one transaction."""
        from sqlalchemy import bindparam

        text = self._text
        with self._engine.begin() as connection:
            asked = text("SELECT event_id FROM events WHERE event_id IN :ids").bindparams(
                bindparam("ids", expanding=True)
            )
            ids = {"ids": [record.event_id for record in records]}
            known = {row[0] for row in connection.execute(asked, ids)}
            new = _new(records, handlers, known)
            if new:
                rows = [dict(zip(COLUMNS, astuple(record), strict=True)) for record, _ in new]
                connection.execute(text(_KEEP_NAMED), rows)
            tasks = _tasks(new)
            if tasks:
                rows = [dict(zip(_ASK_NAMES, task, strict=True)) for task in tasks]
                connection.execute(text(_ASK_NAMED), rows)
        return len(new)

    def due(self, now: int, most: int) -> list[Task]:
        """What is waiting."""
        statement = self._text(_DUE)
        with self._engine.begin() as connection:
            rows = connection.execute(statement, {"state": WAITING, "now": now, "most": most}).fetchall()
        return [_task(row) for row in rows]

    def note(self, task: Task, state: str, next_at: int, said: str) -> None:
        """What became of a try."""
        statement = "UPDATE handling SET state = :state, attempts = :attempts, next_at = :next_at, said = :said "
        statement += "WHERE event_id = :event_id AND handler = :handler"
        values = {"state": state, "attempts": task.attempts + 1, "next_at": next_at, "said": said}
        with self._engine.begin() as connection:
            connection.execute(
                self._text(statement), {**values, "event_id": task.record.event_id, "handler": task.handler}
            )

    def try_again(self, now: int) -> int:
        """Take up what was given up."""
        statement = "UPDATE handling SET state = :waiting, attempts = 0, next_at = :now WHERE state = :state"
        with self._engine.begin() as connection:
            done = connection.execute(self._text(statement), {"waiting": WAITING, "now": now, "state": GIVEN_UP})
        return int(done.rowcount)

    def counts(self) -> dict[str, int]:
        """Events by metric."""
        with self._engine.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(self._text(_COUNTS))}

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


def _new(
    records: Sequence[Record], handlers: Sequence[Sequence[str]], known: set[str]
) -> list[tuple[Record, Sequence[str]]]:
    """Those that are not kept yet, each once."""
    seen = set(known)
    new = []
    for record, wanted in zip(records, handlers, strict=True):
        if record.event_id not in seen:
            seen.add(record.event_id)
            new.append((record, wanted))
    return new


def _tasks(new: Iterable[tuple[Record, Sequence[str]]]) -> list[tuple[str, str, str, int, int, str]]:
    return [(record.event_id, name, WAITING, 0, record.received_at, "") for record, wanted in new for name in wanted]


def _task(row: Sequence[Any]) -> Task:
    size = len(COLUMNS)
    return Task(Record(*row[:size]), row[size], row[size + 1])
