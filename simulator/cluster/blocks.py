"""Batches of lines or rows, as a cluster reads them, block by block through the tool's own readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from simulator.cluster.parts import Block
from simulator.cluster.reading import Reader, block_rows
from simulator.history.calls import Call
from simulator.history.fast import Sieve
from simulator.history.fields import ShapeError
from simulator.history.making import Reading
from simulator.history.parquet import plain
from simulator.history.refusals import Refusals
from simulator.history.rows import Columns, calls_of_row, columns_of
from simulator.history.wanted import Seen

VALUE, PATH, BLOCK, ROW = "mw_value", "mw_path", "mw_block", "mw_row"  # columns the cluster adds, and that of lines
_MARK = b"\xef\xbb\xbf"
_Run = tuple[Block, pa.RecordBatch]


def lines_read(batches: Iterable[pa.RecordBatch], reader: Reader) -> Iterator[pa.RecordBatch]:
    """What reading blocks of lines gives; a batch has the lines as bytes, their file and where their block starts."""
    runs = _Runs(batches, reader)
    while (block := runs.next_block()) is not None:
        lines = _Lines(runs.of_block(block))

        def calls_of(sieve: Sieve, refusals: Refusals, seen: Seen, lines: _Lines = lines) -> Iterator[Call]:
            yield from sieve.of_lines(lines.chunks(), refusals)
            seen.lines = lines.count  # blank ones too, for those that follow

        if not (yield from block_rows(reader, block, calls_of, counts_lines=True)):
            return


def tables_read(batches: Iterable[pa.RecordBatch], reader: Reader) -> Iterator[pa.RecordBatch]:
    """What reading blocks of a table gives; a batch has the table's columns, the file, the block and the row."""
    runs = _Runs(batches, reader)
    while (block := runs.next_block()) is not None:
        rows = runs.of_block(block)

        def calls_of(sieve: Sieve, refusals: Refusals, seen: Seen, rows: Iterator[Any] = rows) -> Iterator[Call]:
            yield from sieve.general(_calls_of_rows(rows, refusals))
            seen.lines = 0

        if not (yield from block_rows(reader, block, calls_of, counts_lines=False)):
            return


def name_of_file(url: str) -> str:
    """The name that the blocks of a file come under: its path where it is a plain file, else its address."""
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme in ("", "file") else unquote(url)


class _Runs:
    """Batches cut where a block ends; one block after the other, each read to its end before the next."""

    def __init__(self, batches: Iterable[pa.RecordBatch], reader: Reader) -> None:
        self._runs = self._cut(batches, reader)
        self._next: _Run | None = next(self._runs, None)

    def next_block(self) -> Block | None:
        """The block that comes next."""
        return None if self._next is None else self._next[0]

    def of_block(self, block: Block) -> Iterator[pa.RecordBatch]:
        """The batches of that block."""
        while self._next is not None and self._next[0] == block:
            yield self._next[1]
            self._next = next(self._runs, None)

    def _cut(self, batches: Iterable[pa.RecordBatch], reader: Reader) -> Iterator[_Run]:
        names: dict[str, int] = {}
        for batch in batches:
            if not batch.num_rows:
                continue
            paths, starts = pc.run_end_encode(batch.column(PATH)), batch.column(BLOCK)
            ends: list[int] = paths.run_ends.to_pylist()
            begin = 0
            for path, end in zip(paths.values.to_pylist(), ends, strict=True):
                if path not in names:
                    names[path] = reader.files[name_of_file(path)]
                blocks = pc.run_end_encode(starts.slice(begin, end - begin))
                at = begin
                for start, length in zip(blocks.values.to_pylist(), blocks.run_ends.to_pylist(), strict=True):
                    yield (names[path], start), batch.slice(at, begin + length - at)
                    at = begin + length
                begin = end


class _Lines:
    """The lines of one block as the bytes they are, counted as they go by."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.count = 0

    def chunks(self) -> Iterator[bytes]:
        """The lines with their ends, in pieces."""
        for batch in self._batches:
            lines: list[bytes] = batch.column(VALUE).to_pylist()
            first = b"\n".join(lines) + b"\n"
            if not self.count and batch.column(BLOCK)[0].as_py() == 0:
                first = first.removeprefix(_MARK)
            self.count += len(lines)
            yield first


def _calls_of_rows(batches: Iterator[pa.RecordBatch], refusals: Refusals) -> Iterator[Call]:
    columns: Columns | None = None
    names: list[str] = []
    for batch in batches:
        if columns is None:
            names = [name for name in batch.schema.names if name not in (PATH, BLOCK, ROW)]
            try:
                columns = columns_of(names)
            except ShapeError as error:
                refusals.refuse(1, error.message, error.hint)
                columns = Columns({}, False)
        if not columns.roles and not columns.shaped:
            continue  # nothing says whom its rows are about, and that was told
        cells = [cells_of(batch.column(name)) for name in names]
        for number, *row in zip(batch.column(ROW).to_pylist(), *cells, strict=True):
            line = number + 1
            reading = Reading(line, refusals.notes)
            yield from calls_of_row(dict(zip(names, row, strict=True)), columns, reading, refusals.at(line))


def cells_of(column: pa.Array) -> list[Any]:
    """The cells of one column as JSON has them, the same as `simulator.history.parquet` gives.

    Assumed: a column of times is Unix seconds, rounded down; one without a zone is UTC.
    """
    kind = column.type
    if pa.types.is_timestamp(kind):
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        return [None if ticks is None else ticks // per_second for ticks in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        values: list[Any] = column.to_pylist()
        return values
    if pa.types.is_nested(kind):
        return [plain(_without_pairs(value, kind)) for value in column.to_pylist()]
    return [plain(value) for value in column.to_pylist()]


def _without_pairs(value: Any, kind: pa.DataType) -> Any:
    """A nested value with its maps as objects: Arrow gives them as lists of pairs."""
    if value is None:
        return None
    if pa.types.is_map(kind):
        return {key: _without_pairs(part, kind.item_type) for key, part in value}
    if pa.types.is_struct(kind):
        return {field.name: _without_pairs(value[field.name], field.type) for field in kind}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [_without_pairs(part, kind.value_type) for part in value]
    return value
