"""The calls of a log that a project has a use for, at little more than the cost of reading the log.

A line in one of the fast shapes costs one decoding of its head and of the properties that are read; any other line
goes through the general readers. Both ways give the same calls. What differs: values that nothing reads are only
checked to be well-formed JSON in UTF-8, so a number beyond 64 bits or data nested too deeply is refused only where
it is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError
from simulator.history.calls import Call, CallKind
from simulator.history.heads import REFUSED_ATTRIBUTES, SHAPES, DoesNotFit, Shape, heads_of, without_refused
from simulator.history.json_lines import calls_of_line
from simulator.history.ordering import calls_in_order
from simulator.history.parquet import DAMAGED, batches_of_rows, kinds_of_columns, opened_table, rows_of_parquet
from simulator.history.readers import FORMATS, OpenedLog, calls_of_log, label_of, open_log
from simulator.history.refusals import OnBad, Refusals
from simulator.history.simple_tables import SimpleTable, is_simple
from simulator.history.slots import UNFIT, Slots
from simulator.history.streams import Progress, StreamBroken, lines_of
from simulator.history.wanted import Seen, Wanted, narrowed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 1 << 15  # bytes


def _head(reader: _Reader, line: bytes) -> object:
    try:
        return reader.decode(line)
    except UNFIT:
        return None


class _Reader:
    """One fast shape: its decoder and what makes its calls."""

    def __init__(self, shape: Shape, wanted: Wanted) -> None:
        heads = heads_of(shape, wanted)
        self.decode = heads.decode
        self.track = heads.track
        self.identify = heads.identify
        self.call = shape.call

    def fits(self, line: bytes) -> bool:
        """Whether *line* is an event or an identify of this shape."""
        try:
            return isinstance(self.decode(line), (self.track, self.identify))
        except UNFIT:
            return False


def relevant_calls(
    paths: Sequence[str | Path],
    wanted: Wanted,
    *,
    seen: Seen,
    on_bad: OnBad,
    format: str = "auto",  # the word the command line has for it
    strict: bool = False,
    progress: Progress | None = None,
    event_ids: set[str] | None = None,
) -> Iterator[Call]:
    """The calls that are *wanted*, each with only the data that is read, in the logs' order.

    *seen* counts every line and event. *event_ids* gathers the ids of events that are not wanted (those of calls given
    out are in the calls): an id seen before makes a later event invisible whatever its name, semantics R31. Gathering
    costs speed: every id is there when its line's turn comes, and not before.
    Raises: HistoryError and ConfigurationError like `read_calls`, and at the same lines.
    """
    if format not in FORMATS:
        raise ConfigurationError(f"'{format}' is no format of an event log", hint=f"one of {', '.join(FORMATS)}")
    sieve = Sieve(wanted, seen, event_ids)

    def calls_of(file: str) -> Iterator[Call]:
        refusals = Refusals(label_of(file), on_bad, strict, seen.notes)
        log = _opened(file, format, refusals, progress)
        if log is None:
            return iter(())
        if log.format == "ndjson" and not log.partition:
            return sieve.of_lines(log.chunks, refusals)
        if log.format == "parquet" and not log.partition and event_ids is None:
            return sieve.of_table(log, refusals)
        return sieve.of_others(log, refusals)

    return calls_in_order(paths, calls_of)


def _opened(file: str, format_: str, refusals: Refusals, progress: Progress | None) -> OpenedLog | None:
    try:
        return open_log(file, format_, progress)
    except StreamBroken as error:
        refusals.refuse(1, error.message, error.hint)
        return None


class Sieve:
    """Reads logs for one project; the shape that fitted last is tried first."""

    def __init__(self, wanted: Wanted, seen: Seen, event_ids: set[str] | None) -> None:
        self._wanted = wanted
        self._seen = seen
        self._event_ids = event_ids
        self._readers: dict[str, _Reader] = {}  # made when first needed: a decoder takes a while to make
        self._reader = self._reader_of(SHAPES[0])
        self._slots = Slots(wanted)
        self._takes_all = wanted.of_person() is None

    def general(self, calls: Iterator[Call]) -> Iterator[Call]:
        """What is wanted of *calls* that were read the general way."""
        seen, line = self._seen, 0
        for call in calls:
            if call.line != line:
                line = call.line
                seen.lines += 1
            seen.calls += 1
            if call.kind is CallKind.EVENT:
                seen.count_event(call.name)
            kept = narrowed(call, self._wanted)
            if kept is not None:
                yield kept
            elif self._event_ids is not None and call.event_id is not None:
                self._event_ids.add(call.event_id)

    def of_others(self, log: OpenedLog, refusals: Refusals) -> Iterator[Call]:
        """What is wanted of a log in a format that is read the general way only."""
        try:
            yield from self.general(calls_of_log(log, refusals))
        except StreamBroken as error:
            refusals.refuse(1, error.message, error.hint)

    def of_table(self, log: OpenedLog, refusals: Refusals) -> Iterator[Call]:
        """What is wanted of a Parquet table, row by row fast where it is in the tool's own shape."""
        try:
            with opened_table(log.chunks, log.plain_file) as (database, path):
                yield from self._of_database(database, path, refusals)
        except StreamBroken as error:
            refusals.refuse(1, error.message, error.hint)
        finally:
            self._count_events()

    def _of_database(self, database: DuckDBPyConnection, path: str, refusals: Refusals) -> Iterator[Call]:
        import duckdb

        number = 0
        try:
            kinds = kinds_of_columns(database, path)
            if not is_simple(kinds):
                yield from self.general(rows_of_parquet(database, path, refusals, {}))
                return
            table = SimpleTable(list(kinds), self._wanted, refusals)
            for rows in batches_of_rows(database, path, kinds):
                yield from self._rows(table, rows, number)
                number += len(rows)
        except duckdb.Error:
            refusals.refuse(number + 1, *DAMAGED)

    def _rows(self, table: SimpleTable, rows: Sequence[tuple[Any, ...]], before: int) -> Iterator[Call]:
        others = 0
        for number, row in enumerate(rows, before + 1):
            try:
                call, slot = table.call(row, number, self._slots)
            except UNFIT:
                others += 1
                yield from self.general(iter(table.in_general(row, number)))
                continue
            if slot is not None:
                slot.count += 1
            if call is not None:
                yield call
        self._seen.lines += len(rows) - others
        self._seen.calls += len(rows) - others

    def of_lines(self, chunks: Iterator[bytes], refusals: Refusals) -> Iterator[Call]:
        """What is wanted of a log with one record a line."""
        return itertools.chain.from_iterable(self._batches(chunks, refusals))

    def _batches(self, chunks: Iterator[bytes], refusals: Refusals) -> Iterator[list[Call]]:
        # To decode a batch and then make its calls is a fifth faster than line by line: each loop keeps to its code.
        # Where ids are gathered, no id may be known before its line's turn, so a batch is one line.
        size = _BATCH if self._event_ids is None else 1
        first = 1
        try:
            reader = lines_of(chunks)
            while lines := reader.readlines(size):
                yield self._calls(lines, first, refusals)
                first += len(lines)
        except StreamBroken as error:
            refusals.refuse(first, error.message, error.hint)
        finally:
            self._count_events()

    def _calls(self, lines: list[bytes], first: int, refusals: Refusals) -> list[Call]:
        reader = self._reader
        try:
            heads = list(map(reader.decode, lines))
        except UNFIT:
            reader = self._reader = self._fitting(lines)
            heads = [_head(reader, line) for line in lines]
        track, identify, make, slots = reader.track, reader.identify, reader.call, self._slots
        event, identified = CallKind.EVENT, CallKind.IDENTIFY
        calls: list[Call] = []
        others = 0  # lines that went the general way, and are counted there
        add = calls.append
        for number, head in enumerate(heads, first):
            try:
                kind = head.__class__
                if kind is track:
                    slot = slots[head.name]
                    decode = slot.decode
                    if decode is not None:
                        add(make(head, number, event, slot.name, decode(head.data)))
                    elif self._event_ids is not None and head.id is not None:
                        self._event_ids.add(head.id)
                    slot.count += 1
                elif kind is identify:
                    data = without_refused(head.data, REFUSED_ATTRIBUTES) if self._takes_all else head.data
                    add(make(head, number, identified, "", data))
                else:
                    raise DoesNotFit
            except UNFIT:
                others += 1
                calls += self.general(iter(calls_of_line(lines[number - first], number, refusals)))
        self._seen.lines += len(lines) - others
        self._seen.calls += len(lines) - others
        return calls

    def _fitting(self, lines: list[bytes]) -> _Reader:
        """The shape of the first line that has one; the present shape where none has."""
        for line in lines:
            if self._reader.fits(line):
                return self._reader
            for shape in SHAPES:
                if self._reader_of(shape).fits(line):
                    return self._reader_of(shape)
        return self._reader

    def _reader_of(self, shape: Shape) -> _Reader:
        if shape.name not in self._readers:
            self._readers[shape.name] = _Reader(shape, self._wanted)
        return self._readers[shape.name]

    def _count_events(self) -> None:
        for name, count in self._slots.taken():
            self._seen.count_event(name, count)
