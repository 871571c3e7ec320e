"""A log of one record a line, read by DuckDB into columns: only what is asked, and only where every line is ordinary.

DuckDB parses; it decides nothing. Values come as the JSON texts they were, told apart by DuckDB's dictionary, and are
given their meaning by `simulator.bulk.meaning`. A line that is not as it should be ends the attempt: the readers of
`simulator.history` then say what is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import duckdb
import msgspec
import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.asked import Asked
from simulator.bulk.logs import log_at, open_database
from simulator.bulk.selection import Spellings, people_query, selection, slots_of
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
        return {digest: msgspec.json.decode(text) for digest, text in rows}

    def _load(self, spellings: Spellings) -> Counter[str]:
        """Fill the table of lines; gives the events by name."""
        try:
            self._base.execute(f"CREATE OR REPLACE TEMP TABLE lines AS {selection(self._asked, self._log, spellings)}")
        except duckdb.Error as error:
            raise NotRegular(f"DuckDB does not read the log ({type(error).__name__})") from error
        if self._one("SELECT count(*) FROM lines WHERE odd = 2"):
            raise NotRegular("some line is out of the ordinary")
        lines = self._log.lines()
        if lines is not None and self._one("SELECT count(*) FROM lines") != lines:
            raise NotRegular("the log has blank lines, or records that are no lines")
        rows = self._base.execute("SELECT name, count(*) FROM lines WHERE kind = 't' GROUP BY name").fetchall()
        return Counter({msgspec.json.decode(name): count for name, count in rows})

    def _columns(self, spellings: Spellings, names: Counter[str]) -> Columns:
        slots = range(slots_of(self._asked))
        texts = [self._texts(slot) for slot in slots]
        joins = " ".join(f"LEFT JOIN t{slot} ON lines.v{slot} = t{slot}.v" for slot in slots)
        numbers = ", ".join(f"coalesce(t{slot}.k, -1) AS k{slot}" for slot in slots)
        stamp = ", stamp" if self._one("SELECT count(*) FROM lines WHERE stamp <> receipt") else ""
        found = self._base.execute(
            f"SELECT lines.rowid AS place, person, receipt, event_id, code, odd > 0 AS odd{stamp}, {numbers} "
            f"FROM lines {joins}"
        ).fetchnumpy()
        self._base.execute("DROP TABLE lines")
        # A join gives the lines in the order its threads come to them.
        place = np.ma.getdata(found.pop("place"))
        plain: dict[str, Any] = {name: _placed(np.ma.getdata(found.pop(name)), place) for name in list(found)}
        return Columns(
            plain["person"], plain["receipt"], plain.get("stamp", plain["receipt"]), plain["event_id"],
            plain["code"], plain["odd"], [plain[f"k{slot}"] for slot in slots], texts, names, spellings,
        )  # fmt: skip

    def _texts(self, slot: int) -> list[str]:
        """The values of one column, each once, in their order."""
        self._base.execute(
            f"CREATE OR REPLACE TEMP TABLE t{slot} AS SELECT v, (row_number() OVER (ORDER BY v) - 1)::INT AS k "
            f"FROM (SELECT DISTINCT v{slot} AS v FROM lines WHERE v{slot} IS NOT NULL)"
        )
        return [text for (text,) in self._base.execute(f"SELECT v FROM t{slot} ORDER BY k").fetchall()]

    def _one(self, query: str) -> Any:
        row = self._base.execute(query).fetchone()
        assert row is not None  # it asks for a count
        return row[0]


def _placed(column: NDArray[Any], place: NDArray[np.int64]) -> NDArray[Any]:
    found = np.empty_like(column)
    found[place] = column
    return found


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
