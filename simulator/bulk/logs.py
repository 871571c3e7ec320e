"""The logs that DuckDB can read by itself, each as a table of the same columns: NDJSON in our own shape, and Parquet.

Values are JSON as it was written, with an event's data taken apart into the properties that are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Protocol

import duckdb
import msgspec
import numpy as np

from simulator.bulk import NotRegular

_LEAST_MEMORY = 400  # megabytes that DuckDB may take of any log
_SHARE = 4  # of larger ones, this part of their size
NEVER = ("method", "request", "received_at", "receivedAt", "id_type", "anonymous_id", "other", "other_type",
         "cio_relationships")  # fmt: skip
"""Fields that make a line another kind of record, or give it another meaning."""
_HEADS = ("type", "person", "name", "timestamp", "at", "id", "attributes")
_PATTERNS = frozenset("*?[]{}")  # DuckDB takes a path that holds one for several files
_PIECE = 1 << 18  # bytes of a log looked at in one go for its line ends: they fit beside a processor
_LINE_END = 10
_TEXT, _WHOLE = frozenset({"VARCHAR"}), frozenset({"BIGINT", "INTEGER", "UBIGINT", "UINTEGER"})
_TABLE = {"type": _TEXT, "person": _TEXT, "name": _TEXT, "id": _TEXT, "timestamp": _WHOLE, "at": _WHOLE,
          "data": _TEXT | {"JSON"}, "attributes": _TEXT | {"JSON"}}  # fmt: skip


def open_database(file: str, threads: int) -> duckdb.DuckDBPyConnection:
    """An empty database that reads the log in *file*; what has no room in memory goes to temporary files."""
    size = Path(file).stat().st_size if Path(file).is_file() else 0
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{max(_LEAST_MEMORY, size // 1_000_000 // _SHARE)}MB",
        "temp_directory": gettempdir(),
        "threads": threads,
    }
    return duckdb.connect(config=config)


def give_back_memory(base: duckdb.DuckDBPyConnection) -> None:
    """Have DuckDB let go of the memory it holds for tables that are gone, which it keeps until it has to."""
    row = base.execute("SELECT current_setting('memory_limit')").fetchone()
    assert row is not None  # it always has one
    with suppress(duckdb.Error):  # where it needs more than that it keeps what it has
        base.execute("SET memory_limit = '50MB'")
    base.execute(f"SET memory_limit = {literal(str(row[0]))}")


class Log(Protocol):
    """A log that DuckDB reads."""

    @property
    def quote(self) -> str:
        """What stands before and after a text in the columns `type`, `person`, `name` and `id`."""
        ...

    def table(self, properties: Sequence[str], events: Sequence[str] = (), *, attributes: bool = False) -> str:
        """The log as a table of SQL: `type`, `person`, `name`, `id`, `attributes`, `data` and three columns more.

        `receipt` and `stamp` are Unix seconds: when a call was received, and its own time; `strange` is true where a
        line is no ordinary one. Of the data of these *events* the table holds the *properties*, of others perhaps
        less; *attributes* says that they are read as well.
        """
        ...

    def said(self, text: str) -> str:
        """The literal of SQL that says *text* in the columns."""
        ...

    def plain(self, text: str) -> str:
        """What a text in the columns says."""
        ...

    def lines(self) -> int | None:
        """How many records there have to be; None where the format itself knows."""
        ...


def log_at(file: str, database: duckdb.DuckDBPyConnection) -> Log:
    """The log in *file*.

    Raises: NotRegular when it is none that DuckDB can be trusted with.
    """
    path = Path(file)
    if not _PATTERNS.isdisjoint(file) or not path.is_file():
        raise NotRegular("DuckDB takes the file's name for a pattern")
    if path.suffix == ".parquet":
        return _parquet(file, database)
    if path.suffix in (".ndjson", ".jsonl"):
        return _Ndjson(file)
    raise NotRegular("the log is neither NDJSON nor Parquet")


class _Ndjson:
    """One record a line; texts stay the JSON they are, so that they are told from numbers."""

    quote = '"'

    def __init__(self, file: str) -> None:
        self._file = file

    def table(self, properties: Sequence[str], events: Sequence[str] = (), *, attributes: bool = False) -> str:
        fields = dict.fromkeys((*_HEADS, *NEVER), "JSON")
        fields["data"] = _struct(properties) if properties else "JSON"
        columns = ", ".join(f"{identifier(name)}: {literal(kind)}" for name, kind in fields.items())
        never = ", ".join(map(identifier, NEVER))
        texts = " OR ".join(map(_no_text, ("person", "name", "id")))
        # Ten digits are a whole number, as nearly every time is; what else a time is is looked at letter by letter.
        plain = '"at" IS NULL AND strlen("timestamp"::VARCHAR) = 10 AND stamp BETWEEN 1000000000 AND 9999999999'
        times = f"CASE WHEN {plain} THEN false ELSE {_no_whole('timestamp')} OR {_no_whole('at')} END"
        return (
            f"(SELECT *, coalesce({never}) IS NOT NULL OR {texts} OR {times} "
            'AS strange FROM (SELECT *, TRY_CAST(coalesce(timestamp, "at")::VARCHAR AS BIGINT) AS stamp, '
            'TRY_CAST(coalesce("at", timestamp)::VARCHAR AS BIGINT) AS receipt FROM '
            f"read_json({literal(self._file)}, format = 'newline_delimited', columns = {{{columns}}})))"
        )

    def said(self, text: str) -> str:
        return literal(msgspec.json.encode(text).decode())

    def plain(self, text: str) -> str:
        return msgspec.json.decode(text, type=str)

    def lines(self) -> int | None:
        count, last = 0, _LINE_END
        piece = np.empty(_PIECE, dtype=np.uint8)
        with Path(self._file).open("rb", buffering=0) as stream:
            while size := stream.readinto(piece.data):
                count += int(np.count_nonzero(piece[:size] == _LINE_END))
                last = int(piece[size - 1])
        return count + (last != _LINE_END)


class _Parquet:
    """A table with the columns of our own shape, an event's data and a person's attributes as JSON text."""

    quote = ""

    def __init__(self, file: str, names: frozenset[str]) -> None:
        self._file = file
        self._names = names

    def table(self, properties: Sequence[str], events: Sequence[str] = (), *, attributes: bool = False) -> str:
        missing = {"id": "VARCHAR", "at": "BIGINT"}
        held = ", ".join(
            identifier(name) if name in self._names else f"NULL::{kind} AS {identifier(name)}"
            for name, kind in missing.items()
        )
        given = [name for name in ("attributes", "data") if name in self._names]
        of_person, of_event = f"coalesce({', '.join(given)})", f"coalesce({', '.join(reversed(given))})"
        identify = "\"type\" = 'identify'"
        ways = " ".join(f"WHEN {literal(name)} THEN NOT {identify}" for name in events)
        asked = f"CASE name {ways} ELSE false END" if properties and ways else "false"
        # A text that is asked is parsed for it, and ends the reading where it is no JSON; others are only looked at.
        shape = literal(msgspec.json.encode(dict.fromkeys(properties, "JSON")).decode())
        taken = f"CASE WHEN asked THEN json_transform(of_event, {shape}) END" if properties else "NULL"
        unread = f"NOT asked AND NOT {identify}" if attributes else "NOT asked"
        return (
            f'(SELECT "type", person, name, id, coalesce(timestamp, "at")::BIGINT AS stamp, '
            f'coalesce("at", timestamp)::BIGINT AS receipt, '
            f"CASE WHEN {identify} THEN of_person END AS attributes, {taken} AS data, person = '' OR name = '' "
            f"OR id = '' OR NOT (starts_with(of_event, '{{') OR starts_with(ltrim(of_event), '{{')) "
            f"OR CASE WHEN {unread} THEN NOT json_valid(of_event) END AS strange "
            f'FROM (SELECT "type", person, name, timestamp, {held}, {of_person} AS of_person, '
            f"{of_event} AS of_event, {asked} AS asked FROM read_parquet({literal(self._file)})))"
        )

    def said(self, text: str) -> str:
        return literal(text)

    def plain(self, text: str) -> str:
        return text

    def lines(self) -> int | None:
        return None


def _parquet(file: str, database: duckdb.DuckDBPyConnection) -> _Parquet:
    try:
        described = database.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(file)})").fetchall()
    except duckdb.Error as error:
        raise NotRegular(f"DuckDB does not read the log ({type(error).__name__})") from error
    kinds = {str(row[0]): str(row[1]) for row in described}
    if not all(kind in _TABLE.get(name, ()) for name, kind in kinds.items()):
        raise NotRegular("the table has columns of another shape")
    if not {"type", "person", "name", "timestamp"} <= kinds.keys() or kinds.keys().isdisjoint({"data", "attributes"}):
        raise NotRegular("the table lacks a column")
    return _Parquet(file, frozenset(kinds))


def _struct(properties: Sequence[str]) -> str:
    if len({name.lower() for name in properties}) < len(properties):
        raise NotRegular("two properties differ in nothing but case")
    # A struct refuses two equal keys, of which everybody else takes the last.
    return "STRUCT(" + ", ".join(f"{identifier(name)} JSON" for name in properties) + ")"


def _no_text(field: str) -> str:
    """Whether a field that is there holds no text, or an empty one; told from its first byte."""
    text = f"{identifier(field)}::VARCHAR"
    return f"{text} < '\"' OR {text} >= '#' OR {text} = '\"\"'"


def _no_whole(field: str) -> str:
    """Whether a field that is there holds no whole number; told from its text, which is cheaper than from its type."""
    text = f"{identifier(field)}::VARCHAR"
    letters = " OR ".join(f"contains({text}, '{letter}')" for letter in ".eE")
    return f"({identifier(field)} IS NOT NULL AND ({text} < '-' OR {text} >= ':' OR {letters}))"


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL's own."""
    return '"' + name.replace('"', '""') + '"'
