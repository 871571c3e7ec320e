"""A log of one record a line, read by DuckDB into columns: only what is asked, and only where every line is ordinary.

DuckDB parses; it decides nothing. Values come as the JSON texts they were, told apart by DuckDB's dictionary, and are
given their meaning by `simulator.bulk.meaning`. A line that is not as it should be ends the attempt: the readers of
`simulator.history` then say what is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import duckdb
import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.asked import Asked
from simulator.bulk.logs import give_back_memory, log_at, open_database
from simulator.bulk.selection import FIRST_EVENT, NAME_SLOT, OTHER, Spellings, people_query, selection, slots_of
from simulator.bulk.texts import column, numbered
from simulator.events import LONGEST_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.bulk.index import Index


@dataclass(slots=True, eq=False)
class Columns:
    """The lines of a log in its order, as columns; *texts* holds the values that a column's numbers stand for."""

    person: NDArray[np.uint64]  # a digest of the id
    at: NDArray[np.int64]  # receipt
    stamp: NDArray[np.int64]  # the call's own time
    event_id: NDArray[np.uint64]  # a digest; 0 for none
    code: NDArray[np.uint16]
    odd: NDArray[np.bool_]  # a line whose person is for the engine
    values: list[NDArray[np.int32]]  # -1: the line has no such value
    texts: list[list[str]]
    names: Counter[str]  # events, as the log writes them
    spellings: Spellings


class LogColumns:
    """Reads one log; keeps nothing but what it was opened with."""

    def __init__(self, file: str, asked: Asked, threads: int, index: Index | None = None) -> None:
        self._asked = asked
        self._index = index
        self._base = open_database(file, threads)
        try:
            self._log = log_at(file, self._base)
        except BaseException:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def read(self) -> Columns:
        """The whole log as columns.

        Raises: NotRegular when some line is out of the ordinary.
        """
        kept = None if self._index is None else self._index.read_columns(self._asked)
        if kept is not None:
            return kept
        columns = self._read()
        if self._index is not None:
            self._index.write_columns(self._asked, columns)
        return columns

    def _read(self) -> Columns:
        spellings: Spellings = sorted(self._asked.spellings.items())
        names = self._load(spellings)
        others = _out_of_the_ordinary(names, self._asked)
        if others:
            spellings = [*spellings, *others]
            names = self._load(spellings)
        return self._columns(spellings, names)

    def people(self, digests: Sequence[int]) -> dict[int, str]:
        """The ids behind digests."""
        if not digests:
            return {}
        self._base.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT unnest(?::UBIGINT[]) AS digest", [digests])
        rows = self._base.execute(people_query(self._log)).fetchall()
        return {digest: self._log.plain(text) for digest, text in rows}

    def _load(self, spellings: Spellings) -> Counter[str]:
        """Fill the table of lines; gives the events by name."""
        with ThreadPoolExecutor(1) as beside:
            expected = beside.submit(self._log.lines)
            try:
                self._base.execute(f"CREATE OR REPLACE TABLE lines AS {selection(self._asked, self._log, spellings)}")
            except duckdb.Error as error:
                raise NotRegular(f"DuckDB does not read the log ({type(error).__name__})") from error
        lines, strange = self._one("SELECT count(*), count(*) FILTER (odd = 2) FROM lines")
        if strange:
            raise NotRegular("some line is out of the ordinary")
        if expected.result() not in (None, lines):
            raise NotRegular("the log has blank lines, or records that are no lines")
        known = dict(enumerate((name for _, name in spellings), FIRST_EVENT))
        query = f"SELECT code, count(*) FROM lines WHERE code >= {FIRST_EVENT} GROUP BY code"
        counts = Counter({known[code]: count for code, count in self._base.execute(query).fetchall()})
        name = f"v{NAME_SLOT}"
        query = f"SELECT {name}, count(*) FROM lines WHERE code = {OTHER} AND {name} IS NOT NULL GROUP BY {name}"
        others = self._base.execute(query).fetchall()
        return counts + Counter({self._log.plain(name): count for name, count in others})

    def _columns(self, spellings: Spellings, names: Counter[str]) -> Columns:
        values, texts = [], []
        for numbers, held in numbered(self._base, [f"v{slot}" for slot in range(slots_of(self._asked))], "lines"):
            values.append(numbers)
            texts.append(held)
        person, receipt, event_id, code, odd = (
            column(self._base, what, "lines") for what in ("person", "receipt", "event_id", "code", "odd > 0")
        )
        ahead = self._one("SELECT bool_or(stamp <> receipt) FROM lines")[0]
        stamp = column(self._base, "stamp", "lines") if ahead else receipt
        self._base.execute("DROP TABLE lines")
        give_back_memory(self._base)
        return Columns(person, receipt, stamp, event_id, code, odd, values, texts, names, spellings)

    def _one(self, query: str) -> Any:
        row = self._base.execute(query).fetchone()
        assert row is not None  # it asks for counts
        return row


def _out_of_the_ordinary(names: Iterable[str], asked: Asked) -> Spellings:
    """The names in the log that are too long, or mean an event asked for and are written otherwise."""
    known = set(asked.spellings.values())
    found = []
    for name in sorted(set(names) - known):
        trimmed = name.strip()
        if not trimmed:
            raise NotRegular("an event has no name")
        too_long = len(trimmed.encode("utf-8", "surrogatepass")) > LONGEST_NAME
        if too_long or trimmed.lower() in asked.spellings:
            found.append((trimmed.lower(), name))
    return found
