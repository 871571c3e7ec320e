"""The replay of a history on Spark: read and sort by people, shuffle, replay each set, gather.

Spark carries Arrow batches between the pure functions of `blocks` and `replaying`; what is here is which rows go where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, HistoryError, MailwrightError, Span
from simulator.cluster.answer import Answer, Request, whole_of
from simulator.cluster.errors import ClusterError, told
from simulator.cluster.frames import block_frames, gathered, places_of_repeats, read_frame, replay_frame, tied_frame
from simulator.cluster.log_order import LogOrder, Repeats, log_order, repeats_among
from simulator.cluster.parts import FACTS, FAULT, READ_COLUMNS, Facts, facts_from_bytes
from simulator.cluster.reading import Assignment, Reader
from simulator.cluster.replaying import SetCounts, Work, project_as_bytes
from simulator.cluster.session import ROWS_KEPT_TOGETHER
from simulator.cluster.sources import Sources, sources_of
from simulator.cluster.whole_log import roots_of
from simulator.cluster.worker_faults import error_of, fault_from_bytes, first_fault
from simulator.content import Content, compile_content
from simulator.replay import LOOK_AHEAD
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST_TIED = 5_000_000
"""Names tied to others that the driver holds; each takes about 200 bytes of its memory."""
_BYTES_A_SET = 128_000_000
_LEAST_SETS = 8


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
            return Answer(
                counts=whole_of(self._request, self._content, facts, order, counts, stop),
                bad=(*self._sources.bad, *order.bad),
                bad_count=len(self._sources.bad) + order.bad_count,
                deliveries=None if self._request.deliveries is None else sum(one.deliveries for one in counts),
                sets=sets,
            )

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
        frames = [read_frame(frame, function, reader) for frame, function in block_frames(self._spark, files)]
        if not frames:
            return self._spark.createDataFrame([], READ_COLUMNS.replace("array<string>", "array<long>"))
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.union(frame)
        # Rows of up to a megabyte, and Java's arrays end at two gigabytes.
        self._spark.conf.set(ROWS_KEPT_TOGETHER, "64")
        kept = whole.withColumn("ids", transform("ids", lambda one: xxhash64(one))).persist()
        self._held.callback(kept.unpersist)
        return kept

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
        pairs = tied_frame(parts)
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
        if not order.ids:
            return Repeats()
        suspects = places_of_repeats(self._spark, parts)
        return repeats_among(suspects, order, self._content.assumptions.event_id_memory)

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
        out = replay_frame(spread.sortWithinPartitions("people", "file", "block", "first"), work)
        if request.deliveries is None:
            return gathered(out)
        from pyspark import StorageLevel

        self._spark.conf.set(ROWS_KEPT_TOGETHER, "10000")
        kept = out.persist(StorageLevel.DISK_ONLY)
        self._held.callback(kept.unpersist)
        counts = gathered(kept)
        kept.where("counts is null").drop("counts").write.parquet(request.deliveries)
        return counts


def _first(
    facts: Iterable[Facts], what: Callable[[Facts], tuple[int, str] | None]
) -> tuple[Facts, tuple[int, str]] | None:
    """The first block in the log of which *what* says something, and what."""
    for one in sorted(facts, key=lambda one: (one.file, one.block)):
        found = what(one)
        if found is not None:
            return one, found
    return None
