"""Logs kept as Parquet, read by DuckDB a few thousand rows at a time."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mailwright.diagnostics import ConfigurationError
from simulator.history.calls import Call
from simulator.history.fields import ShapeError
from simulator.history.making import Reading
from simulator.history.refusals import Refusals
from simulator.history.rows import NO_CALLS, calls_of_row, columns_of, holds_no_calls
from simulator.history.stamps import seconds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAGIC = b"PAR1"
DAMAGED = ("the Parquet file cannot be read: it is damaged or cut off", "copy or write it again")
_BATCH = 2_000
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": 2,
}


def calls_of_parquet(
    chunks: Iterator[bytes], refusals: Refusals, *, plain_file: str | None, partition: Mapping[str, str] | None = None
) -> Iterator[Call]:
    """The calls of a table in its order; a row's number counts as its line.

    *plain_file* is where the table stands unpacked on disk; else its bytes are copied from *chunks*. *partition* is
    what every row says though no column holds it.
    Raises: ConfigurationError when there is no room for the copy.

    Assumed: a column of times is Unix seconds, rounded down; one without a zone is UTC.
    """
    with opened_table(chunks, plain_file) as (database, path):
        yield from rows_of_parquet(database, path, refusals, partition or {})


@contextmanager
def opened_table(chunks: Iterator[bytes], plain_file: str | None) -> Iterator[tuple[DuckDBPyConnection, str]]:
    """A connection, and the path at which it reaches the table.

    Raises: ConfigurationError when there is no room for a copy of *chunks*.
    """
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        # DuckDB takes * ? [ in a path for a pattern, and wants a file: so it gets a plain name.
        path = os.path.join(folder, "log.parquet")
        if plain_file is not None:
            os.symlink(os.path.abspath(plain_file), path)
        else:
            _copy(chunks, path)
        import duckdb

        with duckdb.connect(config=SETTINGS) as database:
            yield database, path


def _copy(chunks: Iterator[bytes], path: str) -> None:
    with open(path, "wb") as copy:
        for piece in chunks:
            try:
                copy.write(piece)
            except OSError as error:
                raise ConfigurationError(
                    f"no room to unpack a Parquet file: {error.strerror}", hint="TMPDIR names a folder with more room"
                ) from error


def rows_of_parquet(
    database: DuckDBPyConnection, path: str, refusals: Refusals, partition: Mapping[str, str]
) -> Iterator[Call]:
    """The calls of the rows of a Parquet file, by a connection that reaches it."""
    import duckdb

    number = 0
    try:
        kinds = kinds_of_columns(database, path)
        names = list(kinds)
        if holds_no_calls(names):
            refusals.notes[NO_CALLS] += 1
            return
        columns = columns_of([*names, *partition])
        for rows in batches_of_rows(database, path, kinds):
            for row in rows:
                number += 1
                cells = {**partition, **{name: plain(value) for name, value in zip(names, row, strict=True)}}
                yield from calls_of_row(cells, columns, Reading(number, refusals.notes), refusals.at(number))
    except ShapeError as error:
        refusals.refuse(number + 1, error.message, error.hint)
    except duckdb.Error:
        refusals.refuse(number + 1, *DAMAGED)


def kinds_of_columns(database: DuckDBPyConnection, path: str) -> dict[str, str]:
    """The table's columns in their order, each with DuckDB's word for its type."""
    described = database.execute("DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)", [path])
    return {str(row[0]): str(row[1]) for row in described.fetchall()}


def batches_of_rows(
    database: DuckDBPyConnection, path: str, kinds: Mapping[str, str]
) -> Iterator[list[tuple[Any, ...]]]:
    """The table's rows in its order, a few thousand at a time, of the columns in *kinds*."""
    wanted = ", ".join(_selected(name, kind) for name, kind in kinds.items())
    found = database.execute(
        f"SELECT {wanted} FROM read_parquet(?, hive_partitioning = false)",  # noqa: S608  # quoted names
        [path],
    )
    while rows := found.fetchmany(_BATCH):
        yield rows


def _selected(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    # Seconds made by DuckDB itself: it would need another package to hand out times with a zone.
    return f"CAST(floor(epoch({quoted})) AS BIGINT) AS {quoted}" if kind.startswith("TIMESTAMP") else quoted


def plain(value: Any) -> Any:
    """A value of DuckDB's as JSON has it; what JSON has no word for becomes text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            return seconds(value, Counter())
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
        case dict():
            return {str(key): plain(part) for key, part in value.items() if part is not None}
        case list() | tuple():
            return [plain(part) for part in value]
        case bytes() | bytearray():
            return bytes(value).decode("utf-8", "replace")
        case _:
            return str(value)
