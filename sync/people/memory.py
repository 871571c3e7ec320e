"""What a workspace was last sent of each person, and what a plan is about to send: digests, in a file of the cache.

Nobody can be read from the file: people and values are keyed digests, and the key is the file's own. Whoever deletes it
loses no truth, only the knowledge of what need not be sent again.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from mailwright.diagnostics import ConfigurationError
from mailwright.writing import write_atomically
from sync.ledger import Identity

FOLDER = ".mailwright/cache/people"
FORMAT = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attributes (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS sources (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS sent (person BLOB PRIMARY KEY, is_suppressed INTEGER NOT NULL, digests BLOB NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS brought (source INTEGER NOT NULL, person BLOB NOT NULL, PRIMARY KEY (source, person))
    STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS brought_by ON brought (person);
CREATE TABLE IF NOT EXISTS planned (person BLOB PRIMARY KEY, line INTEGER NOT NULL, step INTEGER NOT NULL,
    digest BLOB NOT NULL, is_done INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""
_PERSON_BYTES, _VALUE_BYTES, _NUMBER_BYTES = 16, 6, 2

Digests = Mapping[str, bytes]
"""Attribute → digest of the value that was sent."""


class Step(IntEnum):
    """What is to be done about one person."""

    NOTHING = 0
    NEW = 1  # or not known here: everything is sent
    CHANGE = 2
    SUPPRESS = 3
    UNSUPPRESS = 4
    KEEP_SUPPRESSED = 5  # an earlier sync suppressed them, and nobody allowed to let them in again
    DELETE = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known to stand in the workspace of one person."""

    digests: Digests
    is_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan means to do about one person; *digest* is that of the row it saw."""

    line: int
    step: Step
    digest: bytes
    is_done: bool = False


@dataclass(slots=True)
class Memory:
    """One workspace's file. Every method that writes is durable against the end of the process when it returns."""

    database: sqlite3.Connection
    _salt: bytes
    _names: dict[int, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    # --- digests ----------------------------------------------------------------------------------------------------

    def person(self, kind: str, key: str) -> bytes:
        """The digest that stands for a person.

        Source: semantics R114: addresses are compared without case.
        """
        text = f"{kind}/{key.lower() if kind == 'email' else key}"
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=_PERSON_BYTES).digest()

    def digests(self, attributes: Mapping[str, Any]) -> dict[str, bytes]:
        """The digest of each value; `1`, `"1"` and `true` are three."""
        return {
            name: blake2b(
                orjson.dumps([name, value], option=orjson.OPT_SORT_KEYS), key=self._salt, digest_size=_VALUE_BYTES
            ).digest()
            for name, value in attributes.items()
        }

    def whole(self, digests: Digests, is_suppressed: bool) -> bytes:
        """One digest of a whole row."""
        return blake2b(self._packed(digests), key=self._salt, digest_size=8, person=b"%d" % is_suppressed).digest()

    def _packed(self, digests: Digests) -> bytes:
        numbered = sorted((self._number(name), digest) for name, digest in digests.items())
        return b"".join(number.to_bytes(_NUMBER_BYTES, "big") + digest for number, digest in numbered)

    def _unpacked(self, blob: bytes) -> dict[str, bytes]:
        size = _NUMBER_BYTES + _VALUE_BYTES
        return {
            self._names[int.from_bytes(blob[at : at + _NUMBER_BYTES], "big")]: blob[at + _NUMBER_BYTES : at + size]
            for at in range(0, len(blob), size)
        }

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            with self.database:
                self.database.execute("INSERT INTO attributes (name) VALUES (?)", (name,))
            self._read_names()
        return self._numbers[name]

    def _read_names(self) -> None:
        self._names = dict(self.database.execute("SELECT number, name FROM attributes"))
        self._numbers = {name: number for number, name in self._names.items()}

    # --- what was sent ----------------------------------------------------------------------------------------------

    def sent(self, people: Sequence[bytes]) -> dict[bytes, Sent]:
        """What is known of these people; those nobody knows are not among them."""
        rows = self.database.execute(
            f"SELECT person, is_suppressed, digests FROM sent WHERE person IN ({_marks(people)})",  # noqa: S608  # marks
            list(people),
        )
        return {person: Sent(self._unpacked(blob), bool(suppressed)) for person, suppressed, blob in rows}

    def learn(self, known: Mapping[bytes, Sent | None]) -> None:
        """Put what is known now in place of what was; None: nothing is."""
        with self.database:
            self._keep(known)

    def done(self, source: int, known: Mapping[bytes, Sent | None], planned: Iterable[bytes]) -> None:
        """Note in one step what a batch made stand, who of it is the source's, and that their part of the plan is done.

        None: the person was deleted.
        """
        there = [(source, person) for person, one in known.items() if one is not None]
        gone = [(person,) for person, one in known.items() if one is None]
        with self.database:
            self._keep(known)
            self.database.executemany("INSERT OR IGNORE INTO brought VALUES (?, ?)", there)
            self.database.executemany("DELETE FROM brought WHERE person = ?", gone)
            self.database.executemany("UPDATE planned SET is_done = 1 WHERE person = ?", [(one,) for one in planned])

    def _keep(self, known: Mapping[bytes, Sent | None]) -> None:
        rows = [
            (person, int(one.is_suppressed), self._packed(one.digests))
            for person, one in known.items()
            if one is not None
        ]
        gone = [(person,) for person, one in known.items() if one is None]
        self.database.executemany("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", rows)
        self.database.executemany("DELETE FROM sent WHERE person = ?", gone)

    def source(self, name: str) -> int:
        """The number of a table that people come from."""
        with self.database:
            self.database.execute("INSERT OR IGNORE INTO sources (name) VALUES (?)", (name,))
        return int(self._one("SELECT number FROM sources WHERE name = ?", name))

    def brought_count(self, source: int) -> int:
        """How many people the source is known to have brought."""
        return int(self._one("SELECT count(*) FROM brought WHERE source = ?", source))

    # --- what is planned --------------------------------------------------------------------------------------------

    def forget_plan(self) -> None:
        """Begin a plan anew."""
        with self.database:
            self.database.execute("DELETE FROM planned")
            self.database.execute("DELETE FROM about WHERE name = 'run'")

    def plan(self, rows: Mapping[bytes, Planned]) -> None:
        """Add to the plan."""
        values = [(person, one.line, one.step.value, one.digest, int(one.is_done)) for person, one in rows.items()]
        with self.database:
            self.database.executemany("INSERT INTO planned VALUES (?, ?, ?, ?, ?)", values)

    def planned(self, people: Sequence[bytes]) -> dict[bytes, Planned]:
        """What is planned for these people."""
        rows = self.database.execute(
            f"SELECT person, line, step, digest, is_done FROM planned WHERE person IN ({_marks(people)})",  # noqa: S608  # marks
            list(people),
        )
        return {row[0]: Planned(row[1], Step(row[2]), row[3], bool(row[4])) for row in rows}

    def missing(self, source: int, people: Sequence[bytes], *, everybody: bool) -> set[bytes]:
        """Those of *people* who are in the table no more, nor brought by another one.

        Only whom the source brought once; with *everybody* whoever is not in the table.
        """
        planned = self.planned(people)
        rows = self.database.execute(
            f"SELECT person, source FROM brought WHERE person IN ({_marks(people)})",  # noqa: S608  # marks
            list(people),
        )
        brought: dict[bytes, set[int]] = {}
        for person, number in rows:
            brought.setdefault(person, set()).add(number)
        gone = {person for person in people if person not in planned and brought.get(person, {source}) == {source}}
        return gone if everybody else gone & brought.keys()

    def steps_left(self) -> dict[Step, int]:
        """How many people of each step are not done."""
        rows = self.database.execute("SELECT step, count(*) FROM planned WHERE is_done = 0 GROUP BY step")
        return {Step(step): count for step, count in rows}

    def take_in_the_unchanged(self, source: int) -> None:
        """Note that the source has the people of whom nothing needed to be sent."""
        with self.database:
            self.database.execute(
                "INSERT OR IGNORE INTO brought SELECT ?, person FROM planned WHERE step = ?",
                (source, Step.NOTHING.value),
            )

    @property
    def run(self) -> str:
        """The run that the plan in the file belongs to; empty when none was begun."""
        return str(self._one("SELECT value FROM about WHERE name = 'run'") or "")

    def belongs_to(self, name: str) -> None:
        """Note which run the plan in the file belongs to."""
        with self.database:
            self.database.execute("INSERT OR REPLACE INTO about VALUES ('run', ?)", (name,))

    def _one(self, statement: str, *values: object) -> Any:
        row = self.database.execute(statement, values).fetchone()
        return None if row is None else row[0]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


@contextmanager
def open_memory(root: Path, workspace: Identity) -> Iterator[Memory]:
    """The file of a workspace, made where there is none, and begun anew where it is another workspace's or broken.

    Raises: ConfigurationError when it cannot be written.
    """
    path = root / FOLDER / f"{workspace.name}.sqlite"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = path.parents[1] / ".gitignore"
        if not ignore.exists():
            write_atomically(ignore, "*\n")
        database = _opened(path, json.dumps(workspace.as_data(), sort_keys=True))
    except (OSError, sqlite3.Error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"cannot write below {FOLDER}: {said}", hint="a folder you may write") from error
    try:
        salt = database.execute("SELECT value FROM about WHERE name = 'salt'").fetchone()[0]
        memory = Memory(database, bytes.fromhex(salt))
        memory._read_names()
        yield memory
    except sqlite3.Error as error:
        raise ConfigurationError(f"{FOLDER}: {error}", hint="is the disk full? the file may be deleted") from error
    finally:
        database.close()


def _opened(path: Path, workspace: str) -> sqlite3.Connection:
    database = _connected(path)
    if database is None or _about(database) not in ({}, {"format": FORMAT, "workspace": workspace}):
        if database is not None:
            database.close()
        for name in ("", "-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        database = _connected(path)
    assert database is not None
    if not _about(database):
        with database:
            new = {"format": FORMAT, "workspace": workspace, "salt": secrets.token_hex(16)}
            database.executemany("INSERT INTO about VALUES (?, ?)", new.items())
    return database


def _connected(path: Path) -> sqlite3.Connection | None:
    """The database; None when the file is none."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)  # nobody else's to read
    os.close(handle)
    database = sqlite3.connect(path, timeout=30)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_TABLES)
    except sqlite3.DatabaseError as error:
        database.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        return None
    return database


def _about(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("SELECT name, value FROM about WHERE name IN ('format', 'workspace')"))
