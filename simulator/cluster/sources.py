"""The files of a log as a cluster reads them: which there are, in which order, and what sort each is.

Files on this machine are looked into, as on one machine; of others only the name tells what they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.history.calls import BadLine
from simulator.history.parquet import MAGIC
from simulator.history.readers import UTF16, format_of, head_of, is_utf16, starts_with
from simulator.history.streams import StreamBroken, chunks_of, log_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ADDRESS = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:/")
_GLOB = re.compile(r"([\[\]{}*?\\])")
_TABLES = (".parquet", ".parq", ".pq")
_UNREADABLE = (".csv", ".tsv", ".avro", ".orc")
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of a log; *columns* of a table on this machine, so that files of one make are read together."""

    label: str  # what reports call it
    name: str  # the name that its blocks come under
    url: str  # what Spark is asked for
    is_table: bool
    size: int = 0
    columns: tuple[str, ...] = ()
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """A log's files in its order, and those that are none."""

    files: tuple[LogFile, ...]
    bad: tuple[BadLine, ...] = ()

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def is_address(path: str) -> bool:
    """Whether *path* is an address that the cluster reads by itself, such as s3a://bucket/log."""
    return bool(_ADDRESS.match(path))


def sources_of(paths: Sequence[str | Path], spark: SparkSession) -> Sources:
    """The files that *paths* name, in order; a folder stands for the files under it, sorted.

    Raises: HistoryError when there is none; ConfigurationError for what a cluster cannot read.
    """
    files: list[LogFile] = []
    bad: list[BadLine] = []
    for path in map(str, paths):
        if path == "-":
            raise ConfigurationError("--engine spark cannot read standard input", hint="name files or folders")
        if is_address(path):
            files += _listed(path, spark)
            continue
        for file in log_files([path]):
            found = _local(file)
            (bad if isinstance(found, BadLine) else files).append(found)  # type: ignore[arg-type]  # each to its own
    names = [file.name for file in files]
    twice = next((file.label for file in files if names.count(file.name) > 1), None) if _repeats(names) else None
    if twice is not None:
        raise ConfigurationError(f"'{twice}' is named twice", hint="name each file once: a cluster reads it once")
    return Sources(tuple(files), tuple(bad))


def _repeats(names: list[str]) -> bool:
    return len(set(names)) < len(names)


def _local(file: str) -> LogFile | BadLine:
    """A file of this machine, or why it is none."""
    chunks = chunks_of(file)
    try:
        head = head_of(chunks)
    except StreamBroken as error:
        return BadLine(file, 1, 1, error.message, error.hint)
    finally:
        chunks.close()
    if is_utf16(head):
        return BadLine(file, 1, 1, *UTF16)
    settled = format_of(head)
    path = os.path.abspath(file)
    size = os.path.getsize(path)
    url = "file://" + _GLOB.sub(r"\\\1", path)
    if settled == "parquet":
        if not starts_with(file, MAGIC):
            raise _unread(file, "a packed Parquet file", "unpack it: Parquet is packed inside")
        return _table(file, path, url, size)
    if settled != "ndjson" and size:
        raise _unread(file, {"csv": "a CSV table", "json": "one JSON document"}[settled], _REWRITE)
    _see_packing(file)
    return LogFile(file, path, url, False, size, is_empty=not size)


_REWRITE = "Parquet, or NDJSON with one record a line; or replay on one machine, which reads it"


def _see_packing(file: str) -> None:
    """Refuse a packed file that Spark would take for a plain one: it goes by the name.

    Raises: ConfigurationError.
    """
    if starts_with(file, _GZIP) and not file.endswith(".gz"):
        raise _unread(file, "packed with gzip under another name", "name it ….gz, which is how Spark knows")
    if starts_with(file, _ZSTD):
        raise _unread(file, "packed with zstd", "pack it with gzip, or write Parquet")


def _unread(file: str, what: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"'{file}' is {what}, which --engine spark does not read", hint=hint)


def _table(file: str, path: str, url: str, size: int) -> LogFile | BadLine:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            columns = tuple(f"{field.name} {field.type}" for field in table.schema_arrow)
            return LogFile(file, path, url, True, size, columns, is_empty=not table.metadata.num_rows)
    except (pa.ArrowException, OSError):
        return BadLine(
            file, 1, 1, "the Parquet file cannot be read: it is damaged or cut off", "copy or write it again"
        )


def _listed(address: str, spark: SparkSession) -> list[LogFile]:
    """The files at an address, as Spark lists them, sorted; nothing of them is read."""
    from pyspark.sql.functions import col

    from simulator.cluster.blocks import name_of_file

    listing = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(address)
    found = listing.select(col("_metadata.file_path").alias("path"), col("length")).collect()
    files = [_remote(name_of_file(str(row["path"])), str(row["path"]), int(row["length"])) for row in found]
    if not files:
        raise HistoryError(f"the folder '{address}' holds no event log", hint="name a folder with log files in it")
    return sorted(files, key=lambda file: file.name)


def _remote(name: str, path: str, size: int) -> LogFile:
    from urllib.parse import unquote

    low = name.lower()
    if low.endswith(_UNREADABLE):
        raise _unread(name, f"a {low.rpartition('.')[2].upper()} file", _REWRITE)
    if low.endswith((".zst", ".zstd")):
        raise _unread(name, "packed with zstd", "pack it with gzip, or write Parquet")
    return LogFile(name, name, _GLOB.sub(r"\\\1", unquote(path)), low.endswith(_TABLES), size, is_empty=not size)
