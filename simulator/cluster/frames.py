"""The frames of Spark's that a replay is made of; what their rows mean is said in `parts` and `replaying`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError
from simulator.cluster.blocks import BLOCK, PATH, ROW, VALUE, lines_read, tables_read
from simulator.cluster.parts import IDS, READ_COLUMNS
from simulator.cluster.reading import Reader
from simulator.cluster.replaying import OUT_COLUMNS, SetCounts, Work, counts_from, replayed
from simulator.cluster.sources import LogFile
from simulator.cluster.whole_log import tied_pairs
from simulator.cluster.worker_faults import Fault, error_of, first_fault

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

MOST_REPEATS = 5_000_000
"""Event ids that come more than once which the driver holds; each takes about 300 bytes of its memory."""

Read = Callable[["Iterable[pa.RecordBatch]", Reader], "Iterator[pa.RecordBatch]"]


def block_frames(spark: SparkSession, files: Sequence[LogFile]) -> Iterator[tuple[DataFrame, Read]]:
    """The lines of a log, and its tables of each make, with what reads them."""
    from pyspark.sql.functions import col

    block = [col("_metadata.file_path").alias(PATH), col("_metadata.file_block_start").alias(BLOCK)]
    lines = [file.url for file in files if not file.is_table and not file.is_empty]
    if lines:
        frame = spark.read.format("text").option("lineSep", "\n").load(lines)
        yield frame.select(col("value").cast("binary").alias(VALUE), *block), lines_read
    tables: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        if file.is_table and not file.is_empty:
            tables.setdefault(file.columns, []).append(file.url)
    for columns, urls in tables.items():
        frame = spark.read.option("mergeSchema", "false" if columns else "true").parquet(*urls)
        own = [col(f"`{name.replace('`', '``')}`") for name in frame.columns]
        yield frame.select(*own, *block, col("_metadata.row_index").alias(ROW)), tables_read


def read_frame(frame: DataFrame, function: Read, reader: Reader) -> DataFrame:
    """What reading the blocks of *frame* gives."""

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return function(batches, reader)

    return frame.mapInArrow(read, READ_COLUMNS)


def replay_frame(frame: DataFrame, work: Work) -> DataFrame:
    """What replaying the sets of people in *frame* gives, each sorted already."""

    def replay(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return replayed(batches, work)

    return frame.mapInArrow(replay, OUT_COLUMNS)


def _tied_names(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The pairs of names that the parts in *batches* tie."""
    import pyarrow as pa

    pairs = list(tied_pairs(content for batch in batches for content in batch.column(0).to_pylist()))
    columns = [pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1)]
    yield pa.RecordBatch.from_arrays(columns, names=["one", "other"])


def tied_frame(parts: DataFrame) -> DataFrame:
    """The pairs of names that calls tie, as one task sees them."""
    return parts.where("people >= 0").select("content").mapInArrow(_tied_names, "one string, other string")


def places_of_repeats(spark: SparkSession, parts: DataFrame) -> Iterable[list[tuple[int, int, int]]]:
    """For each event id that comes more than once, where it comes.

    Raises: ConfigurationError when they are too many for the driver.
    """
    from pyspark.sql.functions import broadcast, col, posexplode

    ids = parts.where(f"people = {IDS}").select("file", "block", "first", posexplode("ids").alias("place", "id"))
    again = ids.groupBy("id").count().where("count > 1").select("id")
    found = again.limit(MOST_REPEATS + 1).collect()
    if not found:
        return ()
    if len(found) > MOST_REPEATS:
        raise ConfigurationError(
            f"more than {MOST_REPEATS:,} event ids come more than once, too many to sort on a cluster",
            hint="is a part of the history there twice?",
        )
    wanted = spark.createDataFrame([(row[0],) for row in found], "id long")
    places = ids.join(broadcast(wanted), "id").select("id", "file", "block", (col("first") + col("place")))
    suspects: dict[int, list[tuple[int, int, int]]] = {}
    for one, file, block, rank in places.collect():
        suspects.setdefault(one, []).append((file, block, rank))
    return suspects.values()


def gathered(out: DataFrame) -> list[SetCounts]:
    """The counts of every set.

    Raises: WorkerFault when a replay broke.
    """
    found = [counts_from(row[0]) for row in out.where("counts is not null").select("counts").collect()]
    broken = first_fault(one for one in found if isinstance(one, Fault))
    if broken is not None:
        raise error_of(broken)
    return [one for one in found if isinstance(one, SetCounts)]
