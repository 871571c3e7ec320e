"""What travels between the stages of a replay on a cluster, as rows and as bytes.

Reading gives rows of three sorts, told apart by `people`: calls of one set of people in the log's order (the set's
number), ids of events (`IDS`), and what was seen of one block of a file (`FACTS`), or that reading it broke (`FAULT`).
Few rows with many calls each, as a row a call would cost more than its replay.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import msgspec
import pyarrow as pa

from simulator.history.calls import BadLine, Call

FACTS, IDS, FAULT = -1, -2, -3
Block = tuple[int, int]  # the file's number in the log, and the byte at which the block starts

READ = pa.schema(
    [
        ("people", pa.int32()),
        ("file", pa.int32()),
        ("block", pa.int64()),
        ("first", pa.int64()),  # orders the rows of one block; of ids, the rank of the first
        ("content", pa.binary()),
        ("ids", pa.list_(pa.string())),
    ]
)
READ_COLUMNS = "people int, file int, block long, first long, content binary, ids array<string>"
_PICKLED = b"P"


class ShippedCall(Call, array_like=True, gc=False):
    """A call as it travels: without the names of its fields."""


class Part(msgspec.Struct, array_like=True, gc=False):
    """Some calls of one set of people and one block of a file, in the log's order."""

    calls: list[ShippedCall]
    ranks: list[int]  # for each call its number among the block's events that carry an id; -1 where it has none
    clocks: dict[int, int | None]  # of calls without any time: place in `calls` → the block's newest receipt before it


class Facts(msgspec.Struct, array_like=True, gc=False):
    """What one block of a file holds. Lines count from 1 within the block where *counts_lines*, else in the file."""

    file: int
    block: int
    counts_lines: bool
    lines: int
    calls: int
    events: dict[str, int]
    notes: dict[str, int]
    bad: list[BadLine]  # the first of them
    bad_count: int
    first_at: int | None  # the earliest and newest receipt that count
    newest: int | None
    ids: int  # events that carry an id
    about_everybody: tuple[int, str] | None  # line and kind of the first call about everybody
    ties: tuple[int, str] | None  # of the first call that may tie people


_encoder = msgspec.msgpack.Encoder()
_facts_of = msgspec.msgpack.Decoder(Facts).decode
_part_of = msgspec.msgpack.Decoder(Part).decode


def part_as_bytes(calls: Sequence[Call], ranks: Sequence[int], clocks: dict[int, int | None]) -> bytes:
    """The part in bytes."""
    rows = list(map(msgspec.structs.astuple, calls))
    try:
        return _encoder.encode((rows, ranks, clocks))
    except (OverflowError, UnicodeEncodeError):  # a table's number beyond 64 bits; half a character
        return _PICKLED + pickle.dumps((rows, ranks, clocks))


def part_from_bytes(content: bytes) -> Part:
    """The part that *content* holds."""
    if content[:1] != _PICKLED:  # msgpack starts an array of three with another byte
        return _part_of(content)
    rows, ranks, clocks = pickle.loads(content)  # noqa: S301  # written by this program's own workers
    return Part([ShippedCall(*row) for row in rows], ranks, clocks)


def facts_as_bytes(facts: Facts) -> bytes:
    """The facts in bytes."""
    return _encoder.encode(facts)


def facts_from_bytes(content: bytes) -> Facts:
    """The facts that *content* holds."""
    return _facts_of(content)


def row(people: int, block: Block, first: int, content: bytes | None, ids: list[str] | None = None) -> pa.RecordBatch:
    """One row of what reading gives."""
    return rows([(people, block, first, content)], ids)


def rows(found: Sequence[tuple[int, Block, int, bytes | None]], ids: list[str] | None = None) -> pa.RecordBatch:
    """Rows of what reading gives; *ids* stand in each, so they are given for one row only."""
    columns = [
        [people for people, _, _, _ in found],
        [block[0] for _, block, _, _ in found],
        [block[1] for _, block, _, _ in found],
        [first for _, _, first, _ in found],
        [content for _, _, _, content in found],
        [ids] * len(found),
    ]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, READ, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=READ)
