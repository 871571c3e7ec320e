"""Event logs of any kind, as calls in the order they stand.

    simulate log.ndjson.gz exports/ -      files, folders (their files, sorted) and standard input, one after the other

What a file holds is seen from its first bytes: NDJSON, JSON, CSV or Parquet, plain or packed with gzip or zstd.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mailwright.diagnostics import ConfigurationError
from simulator.history.calls import Call
from simulator.history.csv_tables import calls_of_csv, delimiter_of
from simulator.history.json_documents import calls_of_documents
from simulator.history.json_lines import calls_of_lines
from simulator.history.ordering import calls_in_order
from simulator.history.parquet import MAGIC, calls_of_parquet
from simulator.history.places import is_bucket, is_database, partition_of, public_name
from simulator.history.refusals import OnBad, Refusals
from simulator.history.streams import Progress, StreamBroken, chunks_of

FORMATS = ("auto", "ndjson", "json", "csv", "parquet")
_SNIFFED = 1 << 16
_TABLES = (".parquet", ".pq", ".parq")
UTF16 = ("the file is UTF-16", "save it as UTF-8")


def read_calls(
    paths: Sequence[str | Path],
    *,
    format: str = "auto",  # the word the command line has for it
    strict: bool = False,
    on_bad: OnBad,
    progress: Progress | None = None,
    notes: Counter[str] | None = None,
) -> Iterator[Call]:
    """The calls of the logs at *paths*, in the order given and, within a log, in its own.

    Bad lines go to *on_bad* and the rest goes on. *notes* counts what had to be assumed, by code (`milliseconds` …).
    Units: *progress* hears bytes read of the present file and its size, as stored; size 0: unknown.
    Raises: HistoryError when a log cannot be opened or, under *strict*, at the first bad line; ConfigurationError for
    a *format* that is none.
    """
    if format not in FORMATS:
        raise ConfigurationError(f"'{format}' is no format of an event log", hint=f"one of {', '.join(FORMATS)}")
    counted: Counter[str] = Counter() if notes is None else notes
    return calls_in_order(
        paths, lambda file: _file_calls(file, format, Refusals(label_of(file), on_bad, strict, counted), progress)
    )


def label_of(file: str) -> str:
    """What a report calls *file*."""
    return "stdin" if file == "-" else public_name(file)


def _file_calls(file: str, format_: str, refusals: Refusals, progress: Progress | None) -> Iterator[Call]:
    try:
        yield from calls_of_log(open_log(file, format_, progress), refusals)
    except StreamBroken as error:
        refusals.refuse(1, error.message, error.hint)


def calls_of_log(log: OpenedLog, refusals: Refusals) -> Iterator[Call]:
    """The calls of one log that is open.

    Raises: StreamBroken when it cannot be read to its end.
    """
    if log.refused:
        refusals.refuse(1, *log.refused)
    elif log.format == "parquet":
        yield from calls_of_parquet(log.chunks, refusals, plain_file=log.plain_file, partition=log.partition)
    elif log.format == "csv":
        yield from calls_of_csv(log.chunks, refusals, log.partition)
    elif log.format == "json":
        yield from calls_of_documents(log.chunks, refusals)
    elif log.format == "database":
        from simulator.history.databases import calls_of_database

        yield from calls_of_database(log.place, refusals)
    elif log.format == "bucket table":
        from simulator.history.buckets import calls_of_bucket_table

        yield from calls_of_bucket_table(log.place, refusals, log.partition)
    else:
        yield from calls_of_lines(log.chunks, refusals, log.partition)


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """One log, its format settled, nothing of it lost."""

    format: str
    chunks: Iterator[bytes]
    plain_file: str | None = None  # the path, where the file is not packed
    refused: tuple[str, str] | None = None  # message and hint: the file is none that can be read
    partition: Mapping[str, str] = field(default_factory=dict)  # what every record says, by the folders it stands in
    place: str = ""  # of what is no file: its URL


def open_log(file: str, format_: str, progress: Progress | None = None) -> OpenedLog:
    """The log at *file*, its format seen from its first bytes where *format_* is auto.

    Raises: HistoryError when it cannot be opened; StreamBroken when its first bytes cannot be unpacked.
    """
    partition = {} if file == "-" or is_database(file) else partition_of(file)
    if is_database(file):
        return OpenedLog("database", iter(()), place=file)
    if is_bucket(file) and (format_ == "parquet" or file.partition("?")[0].endswith(_TABLES)):
        return OpenedLog("bucket table", iter(()), partition=partition, place=file)
    chunks = _chunks(file, progress)
    head = head_of(chunks)
    whole = itertools.chain((head,), chunks)
    if is_utf16(head):
        return OpenedLog("", whole, refused=UTF16)
    settled = format_of(head) if format_ == "auto" else format_
    plain_file = file if settled == "parquet" and file != "-" and starts_with(file, MAGIC) else None
    return OpenedLog(settled, whole, plain_file, partition=partition)


def _chunks(file: str, progress: Progress | None) -> Iterator[bytes]:
    if is_bucket(file):
        from simulator.history.buckets import chunks_at

        return chunks_at(file)
    return chunks_of(file, progress)


def head_of(chunks: Iterator[bytes]) -> bytes:
    """The first bytes of a log, enough to see its format; *chunks* goes on behind them."""
    head = b""
    for piece in chunks:
        head += piece
        if len(head) >= _SNIFFED or (b"\n" in head and head.lstrip()[:1] not in b"["):
            break
    return head


def is_utf16(head: bytes) -> bool:
    """Whether a log that starts with *head* says of itself that it is UTF-16."""
    return head[:2] in (b"\xff\xfe", b"\xfe\xff")


def starts_with(file: str, magic: bytes) -> bool:
    """Whether the file's stored bytes start with *magic*."""
    with open(file, "rb") as opened:
        return opened.read(len(magic)) == magic


def format_of(head: bytes) -> str:
    """The format of a log that starts with *head*."""
    if head.startswith(MAGIC):
        return "parquet"
    start = head.lstrip()
    if start.startswith(b"["):
        return "json"
    first, end, _ = start.partition(b"\n")
    if start.startswith(b"{"):
        return "json" if _is_document(first.rstrip(), bool(end)) else "ndjson"
    text = first.decode("utf-8", "replace")
    names = {name.strip().strip('"').lower() for name in text.split(delimiter_of(text))}
    return "csv" if len(names) > 1 or names & {"id", "email", "person"} else "ndjson"


def _is_document(first: bytes, is_whole: bool) -> bool:
    """Whether a log's first line is the start of a longer document, or holds several records."""
    if not is_whole and len(first) >= _SNIFFED:
        return False
    try:
        msgspec.json.decode(first)
    except msgspec.ValidationError:
        return False
    except msgspec.DecodeError as error:
        return "trailing characters" in str(error) or (is_whole and first.endswith((b"{", b"[", b",", b":")))
    except (ValueError, RecursionError):
        return False
    return False
