"""The logs that DuckDB can read by itself, each as a table of the same columns: NDJSON in our own shape, and Parquet.

The columns are JSON as it was written, with an event's data taken apart into the properties that are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Protocol

import duckdb
import msgspec

from simulator.bulk import NotRegular

_LEAST_MEMORY = 400  # megabytes that DuckDB may take of any log
_SHARE = 4  # of larger ones, this part of their size
NEVER = ("method", "request", "received_at", "receivedAt", "id_type", "anonymous_id", "other", "other_type",
         "cio_relationships")  # fmt: skip
"""Fields that make a line another kind of record, or give it another meaning."""
_HEADS = ("type", "person", "name", "timestamp", "at", "id", "attributes")
_PATTERNS = frozenset("*?[]{}")  # DuckDB takes a path that holds one for several files
_PIECE = 1 << 20  # bytes of a log looked at in one go for its line ends
_TEXT, _WHOLE = frozenset({"VARCHAR", "JSON"}), frozenset({"BIGINT", "INTEGER", "UBIGINT", "UINTEGER"})
_TABLE = {"type": _TEXT, "person": _TEXT, "name": _TEXT, "id": _TEXT, "timestamp": _WHOLE, "at": _WHOLE,
          "data": _TEXT, "attributes": _TEXT}  # fmt: skip


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


class Log(Protocol):
    """A log that DuckDB reads."""

    def table(self, properties: Sequence[str]) -> str:
        """The log as a table of SQL; of an event's data it holds only *properties*."""
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
    """One record a line."""

    def __init__(self, file: str) -> None:
        self._file = file

    def table(self, properties: Sequence[str]) -> str:
        fields = dict.fromkeys((*_HEADS, *NEVER), "JSON")
        fields["data"] = _struct(properties) if properties else "JSON"
        columns = ", ".join(f"{identifier(name)}: {literal(kind)}" for name, kind in fields.items())
        return f"read_json({literal(self._file)}, format = 'newline_delimited', columns = {{{columns}}})"

    def lines(self) -> int | None:
        count, last = 0, b"\n"
        with Path(self._file).open("rb") as stream:
            while piece := stream.read(_PIECE):
                count += piece.count(b"\n")
                last = piece[-1:]
        return count + (last != b"\n")


class _Parquet:
    """A table with the columns of our own shape, an event's data and a person's attributes as JSON text."""

    def __init__(self, file: str, names: frozenset[str]) -> None:
        self._file = file
        self._names = names

    def table(self, properties: Sequence[str]) -> str:
        held = ", ".join(
            f"to_json({identifier(name)}) AS {identifier(name)}" if name in self._names else f"NULL::JSON AS {name}"
            for name in ("type", "person", "name", "timestamp", "at", "id")
        )
        never = ", ".join(f"NULL::JSON AS {identifier(name)}" for name in NEVER)
        given = [identifier(name) for name in ("attributes", "data") if name in self._names]
        attributes, data = f"coalesce({', '.join(given)})", f"coalesce({', '.join(reversed(given))})"
        # Given its type only where it is asked, so that a text that is no JSON ends the reading.
        shape = literal(msgspec.json.encode(dict.fromkeys(properties, "JSON")).decode())
        taken = f"json_transform({data}::JSON, {shape})" if properties else f"{data}::JSON"
        return (
            f"(SELECT {held}, {never}, CASE WHEN \"type\" = 'identify' THEN {attributes}::JSON END AS attributes, "
            f"CASE WHEN \"type\" <> 'identify' THEN {taken} END AS data FROM read_parquet({literal(self._file)}))"
        )

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


def no_whole(field: str) -> str:
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
