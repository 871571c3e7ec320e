"""The reduce side: the calls of some people in, their deliveries and counts out. Knows Arrow, not the cluster.

`replayed` is a pure function of what it is given: a set of people gives the same rows wherever and however often it is
replayed, so a machine that dies changes nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from simulator.cluster.deliveries import COLUMNS, DELIVERIES, FIELDS, DeliveryLog
from simulator.cluster.log_order import Place
from simulator.cluster.parts import Block, part_from_bytes
from simulator.cluster.worker_faults import Fault, fault_of
from simulator.content import Content, compile_content
from simulator.history.calls import Call
from simulator.id_memory import IdMemory
from simulator.messages import messages_for
from simulator.quiet_events import QuietEvents
from simulator.replay import Replay
from simulator.reports.people import digest_of
from simulator.run import Run
from simulator.sharing import rarely_collecting
from simulator.summary import Summary
from simulator.tallying import Tally
from simulator.trace import AnyEntry

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

OUT = pa.schema([*FIELDS, ("counts", pa.binary())])
OUT_COLUMNS = f"{COLUMNS}, counts binary"


@dataclass(frozen=True, slots=True)
class Work:
    """All that a worker has to know beside the calls, shipped as one value. Units: *stop* is in Unix seconds."""

    project: bytes
    workspace: str | None
    render: str
    stop: int  # where the clock stops
    places: Mapping[Block, Place]
    repeats: Mapping[Block, set[int]]
    labels: tuple[str, ...]  # what reports call the files
    deliveries: bool  # else only counts are made, which is faster
    people_shown: bool

    def content(self) -> Content:
        return content_from(self.project, self.workspace)


@dataclass(slots=True)
class SetCounts:
    """What one set of people adds up to."""

    run: Run
    summary: Summary
    deliveries: int


def project_as_bytes(project: Project) -> bytes:
    """The project as the one value that is shipped."""
    return pickle.dumps(project, protocol=5)


@lru_cache(maxsize=2)
def content_from(project: bytes, workspace: str | None) -> Content:
    """The compiled project, once for each worker process."""
    return compile_content(pickle.loads(project), workspace)  # noqa: S301  # what this program itself shipped


def replayed(batches: Iterable[pa.RecordBatch], work: Work) -> Iterator[pa.RecordBatch]:
    """The deliveries of every set of people in *batches*, and after each set's one row of counts.

    The parts of a set come one after the other in the log's order. Where a replay breaks, the last row tells of it.
    """
    parts = _Parts(batches)
    with rarely_collecting():
        while (number := parts.next_set()) is not None:
            one = _Set(work)
            try:
                yield from one.replayed(parts.of_set(number))
            except Exception as error:  # noqa: BLE001  # told as a value: the cluster would try again, and say Java's stack
                yield _told(fault_of(error, one.call, one.file))
                return


def counts_from(content: bytes) -> SetCounts | Fault:
    """What a row of counts says."""
    found: SetCounts | Fault = pickle.loads(content)  # noqa: S301  # written by this program's own workers
    return found


def without_people(project: Project, workspace: str | None, render: str, stop: int) -> SetCounts:
    """The counts of a log that is about nobody."""
    summary = Summary()
    tally = Tally(content := compile_content(project, workspace), messages_for(content, render), summary)
    return SetCounts(tally.finish(stop), summary, 0)


@dataclass(frozen=True, slots=True)
class _Row:
    block: Block
    content: bytes


class _Parts:
    """The rows of a partition, set by set."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._rows = self._each(batches)
        self._next = next(self._rows, None)

    def next_set(self) -> int | None:
        return None if self._next is None else self._next[0]

    def of_set(self, number: int) -> Iterator[_Row]:
        while self._next is not None and self._next[0] == number:
            row = self._next[1]
            self._next = next(self._rows, None)
            yield row

    @staticmethod
    def _each(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, _Row]]:
        for batch in batches:
            people, file, block, content = (batch.column(name) for name in ("people", "file", "block", "content"))
            for index in range(batch.num_rows):
                place = (file[index].as_py(), block[index].as_py())
                yield people[index].as_py(), _Row(place, content[index].as_py())


class _RepeatsKnown(IdMemory):
    """Event ids whose first use may lie with other people: whether one is a repeat is said beforehand."""

    __slots__ = ("is_repeat",)

    def __init__(self) -> None:
        super().__init__(1)
        self.is_repeat = False

    def __contains__(self, event_id: str) -> bool:
        return self.is_repeat

    def took(self, event_id: str) -> bool:
        """Whether the id is used for the first time."""
        return not self.is_repeat

    def add(self, event_id: str) -> None:
        """Nothing: the whole log's ids are known."""


class _Set:
    """The replay of one set of people."""

    def __init__(self, work: Work) -> None:
        self.call: Call | None = None  # the one at hand, and its file
        self.file = ""
        self._work = work
        self._summary = Summary()
        self._log = DeliveryLog(str if work.people_shown else digest_of)
        self._deliveries = 0

    def replayed(self, parts: Iterator[_Row]) -> Iterator[pa.RecordBatch]:
        work = self._work
        content = work.content()
        messages = messages_for(content, work.render)
        if work.deliveries:
            replay = Replay(content, messages, self._emit)
            finish = replay.finish
        else:
            tally = Tally(content, messages, self._summary)
            replay, finish = tally.replay, tally.finish
        ids = replay.intake.ids = _RepeatsKnown()
        quiet = QuietEvents(replay, content)
        for part in parts:
            self._take_all(part, replay, quiet, ids)
            if self._log.is_full:
                yield self._handed_over()
        self.call = None
        run = finish(work.stop)
        run.profiles = {}
        if len(self._log):
            yield self._handed_over()
        yield _told(SetCounts(run, self._summary, self._deliveries))

    def _emit(self, entry: AnyEntry) -> None:
        self._summary.add(entry)
        self._log.add(entry)

    def _take_all(self, row: _Row, replay: Replay, quiet: QuietEvents, ids: _RepeatsKnown) -> None:
        place = self._work.places[row.block]
        repeats = self._work.repeats.get(row.block, frozenset[int]())
        self.file = self._work.labels[row.block[0]]
        part = part_from_bytes(row.content)
        for index, clock in part.clocks.items():
            part.calls[index].at = place.clock if clock is None else max(clock, place.clock)
        take, took, lines = replay.take, quiet.took, place.lines
        for call, rank in zip(part.calls, part.ranks, strict=True):
            call.line += lines
            self.call = call
            ids.is_repeat = rank in repeats
            if not took(call, call.at if call.at is not None else call.timestamp):
                take(call)

    def _handed_over(self) -> pa.RecordBatch:
        self._deliveries += len(self._log)
        rows = self._log.taken()
        return pa.RecordBatch.from_arrays([*rows.columns, pa.nulls(rows.num_rows, pa.binary())], schema=OUT)


def _told(what: SetCounts | Fault) -> pa.RecordBatch:
    nothing = [pa.nulls(1, field.type) for field in DELIVERIES]
    return pa.RecordBatch.from_arrays([*nothing, pa.array([pickle.dumps(what)], pa.binary())], schema=OUT)
