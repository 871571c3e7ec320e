"""Tables of people in files: CSV, NDJSON, Parquet; read row by row, as often as asked.

Each reader gives the cells as they stand. None is an empty cell; `ABSENT` is one that a line of JSON does not have.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from mailwright.diagnostics import ConfigurationError, Span, as_shown
from sync.people.problems import Problems

SUFFIXES = {".csv": "csv", ".tsv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
LONGEST_CELL = 1 << 20
MANY = 2_000
"""Rows that are fetched at once."""
_HINT = "a .csv, .tsv, .ndjson, .jsonl or .parquet file, or a database URL"


class Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""What stands where a row does not have the column at all: nothing is said, so nothing changes."""

Cells = Sequence[Any]
Rows = Callable[[Problems], Iterator[tuple[int, Cells]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be read again and again; *name* is what may be shown of where it is."""

    name: str
    columns: tuple[str, ...]
    rows: Rows  # numbered from 1; rows that cannot be read are told to the problems
    is_typed: bool  # whether cells come as numbers and dates; those of a CSV are all text
    places: Mapping[str, Span] = field(default_factory=dict)


def file_table(path: Path) -> Table:
    """The table in a file.

    Raises: ConfigurationError when it is not there, of no known kind, or has no columns.
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise ConfigurationError(f"'{as_shown(path.name)}' is no kind of table that can be read", hint=_HINT)
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise ConfigurationError(f"'{as_shown(str(path))}' cannot be read: {error.strerror}", hint=_HINT) from error
    reader = {"csv": _csv_table, "ndjson": _ndjson_table, "parquet": _parquet_table}[kind]
    return reader(path)


def checked_columns(columns: Sequence[str], name: str) -> tuple[str, ...]:
    """The columns' names, each once and none empty.

    Raises: ConfigurationError.
    """
    if not columns:
        raise ConfigurationError(f"{name} has no columns", hint="the first line names the columns")
    for at, column in enumerate(columns, 1):
        if not column or not column.isprintable():
            raise ConfigurationError(f"{name}: column {at} has no name that can be shown", span=Span(name, 1))
        if column in columns[: at - 1]:
            raise ConfigurationError(f"{name}: two columns are called '{column}'", hint="a name for each")
    return tuple(columns)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _csv_table(path: Path) -> Table:
    csv.field_size_limit(LONGEST_CELL)
    name = as_shown(path.name)
    try:
        with path.open("rb") as file:  # as text it would look further than the first line
            first = file.readline().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name} is not UTF-8", span=Span(name, 1), hint="save it as UTF-8") from error
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=first.count)
    columns = checked_columns([one.strip() for one in next(csv.reader([first], delimiter=delimiter), [])], name)
    places = {one: Span(name, 1, first.find(one) + 1, len(one)) for one in columns}

    def rows(problems: Problems) -> Iterator[tuple[int, Cells]]:
        with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            next(reader)
            number = 0
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error:
                    # The reader does not know where the next row begins, so nothing after it can be trusted.
                    problems.add(number + 1, "", "and what follows cannot be read: a quote is open, or a cell too long")
                    return
                if cells is None:
                    return
                if not cells:
                    continue  # an empty line
                number += 1
                if len(cells) != len(columns):
                    problems.add(number, "", f"does not have the header's {len(columns)} cells")
                else:
                    yield number, [one if one != "" else None for one in cells]

    return Table(name, columns, rows, is_typed=False, places=places)


# --- NDJSON ----------------------------------------------------------------------------------------------------------


def _ndjson_table(path: Path) -> Table:
    name = as_shown(path.name)
    known: dict[str, None] = {}
    for _, found in _objects(path, Problems(name)):
        known.update(dict.fromkeys(found))
    columns = checked_columns(list(known), name)

    def rows(problems: Problems) -> Iterator[tuple[int, Cells]]:
        for number, found in _objects(path, problems):
            yield number, [None if (one := found.get(column, ABSENT)) == "" else one for column in columns]

    return Table(name, columns, rows, is_typed=True)


def _objects(path: Path, problems: Problems) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            number += 1
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError:
                problems.add(number, "", "is no JSON")
                continue
            if isinstance(found, dict):
                yield number, found
            else:
                problems.add(number, "", "is no object")


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet_table(path: Path) -> Table:
    import duckdb

    name = as_shown(path.name)
    try:
        with duckdb.connect() as database:
            described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise ConfigurationError(f"{name} is no Parquet file that can be read", span=Span(name)) from error
    columns = checked_columns([row[0] for row in described], name)
    is_aware = [row[1] == "TIMESTAMP WITH TIME ZONE" for row in described]
    # In UTC and without a zone, because what it gives otherwise needs one more library.
    wanted = ", ".join(
        f"timezone('UTC', {_quoted(one)})" if aware else _quoted(one)
        for one, aware in zip(columns, is_aware, strict=True)
    )

    def rows(problems: Problems) -> Iterator[tuple[int, Cells]]:
        number = 0
        with duckdb.connect() as database:
            try:
                found = database.execute(f"SELECT {wanted} FROM read_parquet(?)", [str(path)])  # noqa: S608  # quoted names
                while batch := found.fetchmany(MANY):
                    for cells in batch:
                        number += 1
                        yield number, [_in_utc(cell, aware) for cell, aware in zip(cells, is_aware, strict=True)]
            except duckdb.Error:
                problems.add(number + 1, "", "and what follows cannot be read")

    return Table(name, columns, rows, is_typed=True)


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _in_utc(cell: Any, aware: bool) -> Any:
    if aware and isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC)
    return None if isinstance(cell, str) and cell == "" else cell
