"""The replay of a history on Spark: read and sort by people, shuffle, replay each set, gather.

Spark carries Arrow batches between the pure functions of `blocks` and `replaying`; what is here is which rows go where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, HistoryError, MailwrightError, Span
from simulator.cluster.blocks import BLOCK, PATH, ROW, VALUE, lines_read, tables_read
from simulator.cluster.errors import ClusterError, told
from simulator.cluster.log_order import LogOrder, Repeats, log_order, repeats_among
from simulator.cluster.parts import FACTS, FAULT, IDS, READ_COLUMNS, Facts, facts_from_bytes
from simulator.cluster.reading import Assignment, Reader, notes_of
from simulator.cluster.replaying import (
    OUT_COLUMNS,
    SetCounts,
    Work,
    counts_from,
    project_as_bytes,
    replayed,
    without_people,
)
from simulator.cluster.sources import LogFile, Sources, sources_of
from simulator.cluster.whole_log import roots_of, tied_pairs
from simulator.cluster.worker_faults import Fault, error_of, fault_from_bytes, first_fault
from simulator.content import Content, compile_content
from simulator.history.calls import BadLine
from simulator.history.wanted import Seen
from simulator.log_tally import Counts, merge_runs
from simulator.replay import LOOK_AHEAD
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from mailwright.definitions.project import Project

MOST_TIED = 5_000_000
"""Names tied to others that the driver holds; each takes about 200 bytes of its memory."""
MOST_REPEATS = 5_000_000
_BYTES_A_SET = 128_000_000
_LEAST_SETS = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What to replay, and how. Units: *until* is in Unix seconds; calls received after it are left out."""

    project: Project
    workspace: str | None
    files: Sequence[str | Path]
    render: str = "outcome"
    until: int | None = None
    sets: int | None = None  # of people; None: by the log's size and the cluster's
    deliveries: str | None = None  # the folder or address for deliveries as Parquet
    people_shown: bool = False  # else deliveries name people by their digests
    strict: bool = False


@dataclass(slots=True)
class Answer:
    """What the history adds up to."""

    counts: Counts
    bad: tuple[BadLine, ...]  # the first of them, in the log's order
    bad_count: int
    deliveries: int | None  # rows written, where they were asked for
    sets: int


def replay_on_spark(spark: SparkSession, request: Request, say: Callable[[str], None] | None = None) -> Answer:
    """The answer that one process would give, from *spark*.

    Raises: ConfigurationError when there is no such workspace, or for a log that a cluster cannot read; HistoryError
    for one that nobody can, and under *strict* at its first bad line; ClusterError when Spark gives up.
    """
    try:
        return _Job(spark, request, say or _nothing).answer()
    except MailwrightError:
        raise
    except Exception as error:  # translated: pyspark has some twenty kinds, with Java's inside
        raise told(error) from error


def _nothing(_: str) -> None:
    """Nobody listens."""


class _Job:
    def __init__(self, spark: SparkSession, request: Request, say: Callable[[str], None]) -> None:
        self._spark = spark
        self._request = request
        self._say = say
        self._content: Content = compile_content(request.project, request.workspace)
        self._sources: Sources = sources_of(request.files, spark)
        self._labels = tuple(file.label for file in self._sources.files)
        self._held = ExitStack()

    def answer(self) -> Answer:
        with self._held:
            parts, facts, sets = self._read()
            order = log_order(facts)
            self._see_bad_lines(order)
            repeats = self._repeats(parts, order)
            until = self._request.until
            stop = until if until is not None else (order.newest or 0) + LOOK_AHEAD
            counts = self._replayed(parts, order, repeats, stop, sets)
            return self._answer(facts, order, counts, stop, sets)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self) -> tuple[DataFrame, list[Facts], int]:
        """The calls sorted by people, what was seen of each block, and into how many sets people went."""
        sets = self._request.sets or self._worth()
        if self._content.crosses_people:
            self._say(
                "a step of the content acts on other people, so the history is replayed in one piece, by one worker"
            )
            sets = 1
        parts = self._parts(Assignment(sets))
        facts = self._facts(parts)
        if sets == 1:
            return parts, facts, sets
        everybody = _first(facts, lambda one: one.about_everybody)
        if everybody is not None:
            block, (line, kind) = everybody
            line += log_order(facts).place_of((block.file, block.block)).lines
            self._say(
                f"{self._labels[block.file]}:{line}: a call about everybody ({kind}), so the history is replayed in one"
                " piece, by one worker"
            )
            sets = 1
        elif _first(facts, lambda one: one.ties) is None:
            return parts, facts, sets
        roots = {} if sets == 1 else self._roots(parts)
        parts.unpersist()
        parts = self._parts(Assignment(sets, roots, ties_matter=True))
        return parts, self._facts(parts), sets

    def _worth(self) -> int:
        """As many sets as the log is worth, and enough that a slow one does not hold up the others."""
        context = getattr(self._spark, "_sc", None)  # a session of Spark Connect has none
        cores = context.defaultParallelism if context is not None else 1
        return max(_LEAST_SETS, 4 * cores, self._sources.size // _BYTES_A_SET)

    def _parts(self, assignment: Assignment) -> DataFrame:
        from pyspark.sql.functions import transform, xxhash64

        files = self._sources.files
        reader = Reader(
            wanted=wanted_by(self._content),
            files={file.name: number for number, file in enumerate(files)},
            labels=self._labels,
            assignment=assignment,
            until=self._request.until,
            email_identifies=self._request.project.people.identifier != "id",
        )
        frames = [_read_frame(frame, function, reader) for frame, function in self._frames(files)]
        if not frames:
            return self._spark.createDataFrame([], READ_COLUMNS.replace("array<string>", "array<long>"))
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.union(frame)
        kept = whole.withColumn("ids", transform("ids", lambda one: xxhash64(one))).persist()
        self._held.callback(kept.unpersist)
        return kept

    def _frames(self, files: Sequence[LogFile]) -> Iterator[tuple[DataFrame, Read]]:
        from pyspark.sql.functions import col

        block = [col("_metadata.file_path").alias(PATH), col("_metadata.file_block_start").alias(BLOCK)]
        lines = [file.url for file in files if not file.is_table and not file.is_empty]
        if lines:
            frame = self._spark.read.format("text").option("lineSep", "\n").load(lines)
            yield frame.select(col("value").cast("binary").alias(VALUE), *block), lines_read
        tables: dict[tuple[str, ...], list[str]] = {}
        for file in files:
            if file.is_table and not file.is_empty:
                tables.setdefault(file.columns, []).append(file.url)
        for columns, urls in tables.items():
            frame = self._spark.read.option("mergeSchema", "false" if columns else "true").parquet(*urls)
            own = [col(f"`{name.replace('`', '``')}`") for name in frame.columns]
            yield frame.select(*own, *block, col("_metadata.row_index").alias(ROW)), tables_read

    def _facts(self, parts: DataFrame) -> list[Facts]:
        """What was seen of each block; Spark may not have left a file out.

        Raises: ClusterError when it has; WorkerFault when reading broke.
        """
        rows = parts.where(f"people in ({FACTS}, {FAULT})").select("people", "content").collect()
        broken = first_fault(fault_from_bytes(content) for number, content in rows if number == FAULT)
        if broken is not None:
            raise error_of(broken)
        found = [facts_from_bytes(content) for _, content in rows]
        read = {facts.file for facts in found}
        for number, file in enumerate(self._sources.files):
            if number not in read and not file.is_empty and not file.is_table:
                raise ClusterError(
                    f"Spark read nothing of '{file.label}'", hint="can every worker read it? is it hidden?"
                )
        return found

    def _see_bad_lines(self, order: LogOrder) -> None:
        if not self._request.strict:
            return
        for bad in (*self._sources.bad, *order.bad):
            raise HistoryError(bad.message, span=Span(bad.file, bad.line, bad.column), hint=bad.hint)

    # --- who belongs together ---------------------------------------------------------------------------------------

    def _roots(self, parts: DataFrame) -> dict[str, str]:
        """Who stands for each tied name.

        Raises: ConfigurationError when they are too many for the driver.
        """
        pairs = parts.where("people >= 0").select("content").mapInArrow(_tied_names, "one string, other string")
        found = [(row[0], row[1]) for row in pairs.distinct().limit(MOST_TIED + 1).collect()]
        if len(found) > MOST_TIED:
            raise ConfigurationError(
                f"merges, anonymous ids and emails tie more than {MOST_TIED:,} names, too many for a cluster",
                hint="name people by one identifier before, or replay on one machine",
            )
        self._say(f"{len(found):,} pairs of names belong to the same people, who are replayed together")
        return roots_of(found)

    def _repeats(self, parts: DataFrame, order: LogOrder) -> Repeats:
        """Which events carry an id that was seen before, also where another person's event was the first (R31)."""
        from pyspark.sql.functions import broadcast, col, posexplode

        if not order.ids:
            return Repeats()
        ids = parts.where(f"people = {IDS}").select("file", "block", "first", posexplode("ids").alias("place", "id"))
        again = ids.groupBy("id").count().where("count > 1").select("id")
        found = again.limit(MOST_REPEATS + 1).collect()
        if not found:
            return Repeats()
        if len(found) > MOST_REPEATS:
            raise ConfigurationError(
                f"more than {MOST_REPEATS:,} event ids come more than once, too many to sort on a cluster",
                hint="is a part of the history there twice?",
            )
        wanted = self._spark.createDataFrame([(row[0],) for row in found], "id long")
        places = ids.join(broadcast(wanted), "id").select("id", "file", "block", (col("first") + col("place")))
        suspects: dict[int, list[tuple[int, int, int]]] = {}
        for one, file, block, rank in places.collect():
            suspects.setdefault(one, []).append((file, block, rank))
        return repeats_among(suspects.values(), order, self._content.assumptions.event_id_memory)

    # --- replaying --------------------------------------------------------------------------------------------------

    def _replayed(self, parts: DataFrame, order: LogOrder, repeats: Repeats, stop: int, sets: int) -> list[SetCounts]:
        request = self._request
        work = Work(
            project=project_as_bytes(request.project),
            workspace=request.workspace,
            render=request.render,
            stop=stop,
            places=order.places,
            repeats=repeats.ranks,
            labels=self._labels,
            deliveries=request.deliveries is not None,
            people_shown=request.people_shown,
        )
        calls = parts.where("people >= 0").select("people", "file", "block", "first", "content")
        # Where Spark is older, sets share partitions by chance; the answer is the same.
        spread = getattr(calls, "repartitionById", calls.repartition)(sets, "people")
        out = _replay_frame(spread.sortWithinPartitions("people", "file", "block", "first"), work)
        if request.deliveries is None:
            return _gathered(out)
        from pyspark import StorageLevel

        kept = out.persist(StorageLevel.DISK_ONLY)
        self._held.callback(kept.unpersist)
        counts = _gathered(kept)
        kept.where("counts is null").drop("counts").write.parquet(request.deliveries)
        return counts

    def _answer(self, facts: list[Facts], order: LogOrder, counts: list[SetCounts], stop: int, sets: int) -> Answer:
        request = self._request
        whole = without_people(request.project, request.workspace, request.render, stop)
        for one in counts:
            whole.summary.merge(one.summary)
            merge_runs(whole.run, one.run)
        run, seen = whole.run, Seen()
        for block in sorted(facts, key=lambda one: (one.file, one.block)):
            seen.calls += block.calls
            for name, times in block.events.items():
                seen.count_event(name, times)
        run.rendered, run.calls, run.calls_by_name = request.render, seen.calls, seen.events
        known = self._content.known_events
        run.unused_events = Counter({name: n for name, n in seen.events.items() if name.lower() not in known})
        run.first_at, run.last_at, run.until = order.first_at, order.newest, stop
        run.profiles = {}
        bad = (*self._sources.bad, *order.bad)
        rows = None if request.deliveries is None else sum(one.deliveries for one in counts)
        found = Counts(run, whole.summary, notes_of(facts))
        return Answer(found, bad, len(self._sources.bad) + order.bad_count, rows, sets)


Read = Callable[["Iterable[pa.RecordBatch]", Reader], "Iterator[pa.RecordBatch]"]


def _read_frame(frame: DataFrame, function: Read, reader: Reader) -> DataFrame:
    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return function(batches, reader)

    return frame.mapInArrow(read, READ_COLUMNS)


def _replay_frame(frame: DataFrame, work: Work) -> DataFrame:
    def replay(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return replayed(batches, work)

    return frame.mapInArrow(replay, OUT_COLUMNS)


def _tied_names(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The pairs of names that the parts in *batches* tie."""
    import pyarrow as pa

    pairs = list(tied_pairs(content for batch in batches for content in batch.column(0).to_pylist()))
    columns = [pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1)]
    yield pa.RecordBatch.from_arrays(columns, names=["one", "other"])


def _gathered(out: DataFrame) -> list[SetCounts]:
    """The counts of every set.

    Raises: WorkerFault when a replay broke.
    """
    found = [counts_from(row[0]) for row in out.where("counts is not null").select("counts").collect()]
    broken = first_fault(one for one in found if isinstance(one, Fault))
    if broken is not None:
        raise error_of(broken)
    return [one for one in found if isinstance(one, SetCounts)]


def _first(
    facts: Iterable[Facts], what: Callable[[Facts], tuple[int, str] | None]
) -> tuple[Facts, tuple[int, str]] | None:
    """The first block in the log of which *what* says something, and what."""
    for one in sorted(facts, key=lambda one: (one.file, one.block)):
        found = what(one)
        if found is not None:
            return one, found
    return None
