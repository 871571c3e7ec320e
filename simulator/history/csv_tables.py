"""Logs kept as CSV, with commas, semicolons, tabs or bars between cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from simulator.history.calls import Call
from simulator.history.fields import ShapeError
from simulator.history.making import Reading
from simulator.history.refusals import Refusals
from simulator.history.rows import NO_CALLS, Columns, calls_of_row, columns_of, holds_no_calls
from simulator.history.streams import lines_of

_DELIMITERS = ",;\t|"


def calls_of_csv(
    chunks: Iterator[bytes], refusals: Refusals, partition: Mapping[str, str] | None = None
) -> Iterator[Call]:
    """The calls of a table in its order; the first row names the columns, *partition* what every row says beside."""
    beside = partition or {}
    lines = _Lines(chunks)
    first = next(lines, None)
    if first is None:
        return
    delimiter = delimiter_of(first)
    lines.put_back(first)
    reader = csv.reader(lines, delimiter=delimiter)
    header: list[str] = []
    columns: Columns | None = None
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            refusals.refuse(start, "the row cannot be read as CSV", "a quote is not closed, or a cell is over 128 kB")
            continue
        if not any(row):
            continue
        if any(map(_is_broken, row)):
            refusals.refuse(start, "the row is not UTF-8", "save the table as UTF-8")
        elif columns is None and holds_no_calls(row):
            refusals.notes[NO_CALLS] += 1
            return
        elif columns is None:
            try:
                header, columns = row, columns_of([*row, *beside])
            except ShapeError as error:
                refusals.refuse(start, error.message, error.hint)
                return
        elif len(row) > len(header):
            refusals.refuse(
                start, f"the row has {len(row)} cells, the header {len(header)}", "quote cells that hold a delimiter"
            )
        else:
            reading = Reading(start, refusals.notes)
            cells = {**beside, **dict(zip(header, row, strict=False))}
            yield from calls_of_row(cells, columns, reading, refusals.at(start))


def delimiter_of(header: str) -> str:
    """The delimiter that a header line uses."""
    return max(_DELIMITERS, key=header.count)


class _Lines(Iterator[str]):
    """Lines of text with their ends; bytes that are no UTF-8 become lone surrogates, to be found later."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._lines = self._read(chunks)
        self._back: list[str] = []

    def put_back(self, line: str) -> None:
        self._back.append(line)

    def __next__(self) -> str:
        return self._back.pop() if self._back else next(self._lines)

    def _read(self, chunks: Iterator[bytes]) -> Iterator[str]:
        for line in lines_of(chunks):
            yield line.decode("utf-8", "surrogateescape")


def _is_broken(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False
