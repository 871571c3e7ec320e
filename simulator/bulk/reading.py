"""A log of one record a line, read by DuckDB into columns: only what is asked, and only where every line is ordinary.

DuckDB parses; it decides nothing. Values come as the JSON texts they were, told apart by DuckDB's dictionary, and are
given their meaning by `simulator.bulk.meaning`. A line that is not as it should be ends the attempt: the readers of
`simulator.history` then say what is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb
import msgspec
import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.asked import Asked
from simulator.bulk.selection import Spellings, people_query, selection, slots_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 1 << 20  # bytes of a log looked at in one go for its line ends


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

    def __init__(self, files: Sequence[str], asked: Asked, threads: int) -> None:
        self._files = list(files)
        self._asked = asked
        self._base = duckdb.connect(config={"threads": threads})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def read(self) -> Columns:
        """The whole log as columns.

        Raises: NotRegular when some line is out of the ordinary.
        """
        spellings: Spellings = sorted(self._asked.spellings.items())
        names = self._load(spellings)
        others = _other_spellings(names, self._asked)
        if others:
            spellings = [*spellings, *others]
            names = self._load(spellings)
        return self._columns(spellings, names)

    def people(self, digests: Sequence[int]) -> dict[int, str]:
        """The ids behind digests."""
        if not digests:
            return {}
        self._base.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT unnest(?::UBIGINT[]) AS digest", [digests])
        rows = self._base.execute(people_query(self._files)).fetchall()
        return {digest: msgspec.json.decode(text) for digest, text in rows}

    def _load(self, spellings: Spellings) -> Counter[str]:
        """Fill the table of lines; gives the events by name."""
        try:
            self._base.execute(
                f"CREATE OR REPLACE TEMP TABLE lines AS {selection(self._asked, self._files, spellings)}"
            )
        except duckdb.Error as error:
            raise NotRegular(f"DuckDB does not read the log ({type(error).__name__})") from error
        if self._one("SELECT count(*) FROM lines WHERE odd = 2"):
            raise NotRegular("some line is out of the ordinary")
        if self._one("SELECT count(*) FROM lines") != _count_lines(self._files):
            raise NotRegular("the log has blank lines, or records that are no lines")
        rows = self._base.execute("SELECT name, count(*) FROM lines WHERE kind = 't' GROUP BY name").fetchall()
        return Counter({msgspec.json.decode(name): count for name, count in rows})

    def _columns(self, spellings: Spellings, names: Counter[str]) -> Columns:
        slots = range(slots_of(self._asked))
        texts = [self._texts(slot) for slot in slots]
        joins = " ".join(f"LEFT JOIN t{slot} ON lines.v{slot} = t{slot}.v" for slot in slots)
        numbers = ", ".join(f"coalesce(t{slot}.k, -1) AS k{slot}" for slot in slots)
        found = self._base.execute(
            "SELECT lines.rowid AS place, person, receipt, stamp, coalesce(event_id, 0) AS event_id, code, "
            f"odd > 0 AS odd, {numbers} FROM lines {joins}"
        ).fetchnumpy()
        self._base.execute("DROP TABLE lines")
        # A join gives the lines in the order its threads come to them.
        place = np.ma.getdata(found.pop("place"))
        plain: dict[str, Any] = {name: _placed(np.ma.getdata(found[name]), place) for name in list(found)}
        return Columns(
            plain["person"], plain["receipt"], plain["stamp"], plain["event_id"], plain["code"], plain["odd"],
            [plain[f"k{slot}"] for slot in slots], texts, names, spellings,
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


def _other_spellings(names: Counter[str], asked: Asked) -> Spellings:
    """The names in the log that mean an event asked for and are written otherwise."""
    known = set(asked.spellings.values())
    return [(low, name) for name in sorted(set(names) - known) if (low := name.strip().lower()) in asked.spellings]


def _count_lines(files: Sequence[str]) -> int:
    """The lines of the files, the last one with or without its end."""
    count = 0
    for file in files:
        last = b"\n"
        with Path(file).open("rb") as stream:
            while piece := stream.read(_PIECE):
                count += piece.count(b"\n")
                last = piece[-1:]
        count += last != b"\n"
    return count
