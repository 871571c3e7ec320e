"""Spark as an engine for whoever replays a history: counts, and deliveries as Parquet for reports to compare."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, RefusedError
from simulator.cluster.session import Cluster, is_here, spark_session
from simulator.cluster.sources import is_address

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from mailwright.definitions.project import Project
    from simulator.cluster.answer import Answer
    from simulator.cluster.deliveries import Record


@dataclass(frozen=True, slots=True)
class Options:
    """How a history is replayed on a cluster. Units: *until* is in Unix seconds."""

    cluster: Cluster = field(default_factory=Cluster)
    render: str = "outcome"
    until: int | None = None
    sets: int | None = None
    strict: bool = False
    people_shown: bool = False  # else deliveries name people by their digests
    say: Callable[[str], None] | None = None


@contextmanager
def engine(cluster: Cluster) -> Iterator[SparkSession]:
    """A session whose workers can replay, for one history or several.

    Raises: ConfigurationError without pyspark or Java; ClusterError when nobody answers, or workers lack a package.
    """
    with spark_session(cluster) as spark, tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        if cluster.connect is not None or not is_here(spark):
            from simulator.cluster.shipping import see_workers

            see_workers(spark, Path(folder))
        yield spark


def counts_on_spark(
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    options: Options,
    *,
    spark: SparkSession | None = None,
) -> Answer:
    """What the history adds up to; *spark* is a session of `engine` that is open already.

    Raises: like `replay_on_spark`, and like `engine` where none is open.
    """
    return _answer(project, workspace, files, options, None, spark)


def deliveries_on_spark(
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    options: Options,
    into: str | Path,
    *,
    spark: SparkSession | None = None,
) -> Answer:
    """Write every delivery of the history as Parquet to *into*, a new folder or an address; gives the counts.

    Raises: RefusedError when something is there already; ConfigurationError when the folder cannot be written; and
    like `counts_on_spark`.
    """
    target = str(into)
    if is_address(target):
        return _answer(project, workspace, files, options, target, spark)
    with _new_folder(Path(target)) as made:
        return _answer(project, workspace, files, options, str(made), spark)


def read_deliveries(folder: str | Path) -> Iterator[Record]:
    """The deliveries that `deliveries_on_spark` wrote to a folder of this machine, set by set of people."""
    import pyarrow.dataset as ds

    for batch in ds.dataset(str(folder), format="parquet").to_batches():
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _answer(
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    options: Options,
    into: str | None,
    spark: SparkSession | None,
) -> Answer:
    # Here and not above: arrow and the engine are loaded once pyspark is known to be there.
    if spark is None:
        with engine(options.cluster) as opened:
            return _answer(project, workspace, files, options, into, opened)
    from simulator.cluster.answer import Request
    from simulator.cluster.job import replay_on_spark

    request = Request(
        project,
        workspace,
        files,
        options.render,
        options.until,
        options.sets,
        into,
        options.people_shown,
        options.strict,
    )
    return replay_on_spark(spark, request, options.say)


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A place to write beside *target*, put in its place in one step when the block has done its work.

    Raises: RefusedError when something is there already; ConfigurationError when it cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(f"{target} exists already", hint="another folder, or delete it first")
    try:
        beside = Path(tempfile.mkdtemp(dir=target.absolute().parent, prefix=f".{target.name}."))
    except OSError as error:
        raise ConfigurationError(
            f"cannot write '{target}': {error.strerror}", hint="a folder in one that is there"
        ) from error
    try:
        made = beside / "deliveries"
        yield made
        for checksum in made.glob(".*.crc"):  # Spark's own, in the way of whoever reads the folder
            checksum.unlink()
        if target.exists():
            target.rmdir()
        os.replace(made, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
