"""A second count of events, from product analytics: a CSV or Parquet table of event, day and count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError

EVENT = ("event", "event_name", "name")
DAYS = ("day", "date")
COUNT = ("count", "events", "total", "n")
MOST_ROWS = 5_000_000


def read_counts(path: Path) -> dict[tuple[str, int], int]:
    """Counts by event name and day since 1970.

    Raises: ConfigurationError when the file cannot be read or lacks a column.
    """
    import duckdb

    if not path.is_file():
        raise ConfigurationError(f"there is no file '{path}'", hint="a CSV or Parquet table of event, day, count")
    reader = "read_parquet" if path.suffix.lower() in (".parquet", ".pq") else "read_csv"
    # CSV columns come as text, so that no name is guessed to be a number.
    settings = ", all_varchar = true, header = true" if reader == "read_csv" else ""
    with duckdb.connect(":memory:") as connection:
        try:
            found = connection.execute(f"SELECT * FROM {reader}(?{settings})", [str(path)])  # noqa: S608  # words of ours
            names = [column[0] for column in found.description or ()]
            places = [_place(names, wanted, path) for wanted in (EVENT, DAYS, COUNT)]
            rows = found.fetchmany(MOST_ROWS)
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:160]
            raise ConfigurationError(f"'{path.name}' cannot be read: {said}", hint="a CSV or Parquet table") from error
    counts: dict[tuple[str, int], int] = {}
    for number, row in enumerate(rows, start=2):
        event, day, count = (row[place] for place in places)
        key = str(event).strip(), _day(day, path, number)
        counts[key] = counts.get(key, 0) + _number(count, path, number)
    return counts


def _place(names: list[str], wanted: tuple[str, ...], path: Path) -> int:
    for place, name in enumerate(names):
        if name.strip().lower() in wanted:
            return place
    hint = f"one of its columns is called {wanted[0]}; it has {', '.join(names[:8])}"
    raise ConfigurationError(f"'{path.name}' has no column '{wanted[0]}'", hint=hint)


def _day(value: Any, path: Path, row: int) -> int:
    try:
        if isinstance(value, datetime):
            return int(value.replace(tzinfo=value.tzinfo or UTC).timestamp()) // 86400
        day = value if isinstance(value, date) else date.fromisoformat(str(value).strip()[:10])
        return (day - date(1970, 1, 1)).days
    except ValueError as error:
        raise ConfigurationError(f"'{path.name}', row {row}: no day", hint="2026-01-31") from error


def _number(value: Any, path: Path, row: int) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ConfigurationError(f"'{path.name}', row {row}: no count", hint="a whole number") from error
