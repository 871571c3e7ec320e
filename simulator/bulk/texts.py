"""The texts of a table's columns as numbers, each text once: told apart by their digests, which are quick to hand over.

DuckDB hands over digests in place of texts, and every text once beside its digest. A digest of 64 bits that two texts
share ends the attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.bulk import NotRegular

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

MISSING = -1
"""The number of no text."""


def column(base: duckdb.DuckDBPyConnection, what: str, rows: str) -> NDArray[Any]:
    """One column, whose values are never missing: *what* of *rows*, in their order."""
    found: NDArray[Any] = np.ma.getdata(base.execute(f"SELECT {what} AS x FROM {rows}").fetchnumpy()["x"])
    return found


def numbered(
    base: duckdb.DuckDBPyConnection, names: Sequence[str], rows: str
) -> Iterator[tuple[NDArray[np.int32], list[str]]]:
    """The texts of each column of *rows*, as numbers into a list that holds each once; two columns at a time.

    Raises: NotRegular when two texts cannot be told apart.
    """

    def one(name: str) -> tuple[NDArray[np.int32], list[str]]:
        with base.cursor() as own:  # a connection answers one question at a time
            return _numbered(own, name, rows)

    with ThreadPoolExecutor(2) as beside:
        yield from beside.map(one, names)


def _numbered(base: duckdb.DuckDBPyConnection, name: str, rows: str) -> tuple[NDArray[np.int32], list[str]]:
    pairs = base.execute(f"SELECT hash(x), x FROM (SELECT DISTINCT {name} AS x FROM {rows}) WHERE x IS NOT NULL")
    known = pairs.fetchnumpy()
    digests, texts = np.ma.getdata(known["hash(x)"]), np.ma.getdata(known["x"])
    order = np.argsort(digests)
    digests = digests[order]
    given = column(base, f"CASE WHEN {name} IS NULL THEN 0 ELSE hash({name}) END", rows)
    if not digests.size:
        return np.full(given.size, MISSING, dtype=np.int32), []
    if digests[0] == 0 or (digests[1:] == digests[:-1]).any():
        raise NotRegular("two values have one digest")
    there = np.flatnonzero(given)
    numbers = np.full(given.size, MISSING, dtype=np.int32)
    numbers[there] = np.searchsorted(digests, given[there])
    return numbers, texts[order].tolist()


def used_of(numbers: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """Which of *size* numbers occur, in their order."""
    marks = np.zeros(size + 1, dtype=bool)
    marks[numbers] = True  # missing ones mark the last
    return np.flatnonzero(marks[:-1])


def renumbered(numbers: NDArray[np.int32], used: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """The numbers, counted among those in *used*."""
    table = np.full(size + 1, MISSING, dtype=np.int32)
    table[used] = np.arange(used.size, dtype=np.int32)
    return table[numbers]
