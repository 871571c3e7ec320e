"""Blocks of lines and rows are read as on one machine."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.cluster.blocks import BLOCK, PATH, ROW, cells_of, name_of_file, tables_read
from simulator.cluster.parts import FACTS, FAULT, facts_from_bytes, part_from_bytes
from simulator.cluster.reading import Assignment, Reader
from simulator.cluster.worker_faults import fault_from_bytes
from simulator.history.calls import Call
from simulator.history.readers import read_calls
from simulator.history.wanted import Wanted

UTC = dt.UTC
ALL = Wanted({"bought": None}, None)
WHEN = dt.datetime(2026, 1, 5, 9, 30, 15, 999_999, tzinfo=UTC)
TABLE = pa.table(
    {
        "person": ["a", "b", None, "d"],
        "event": ["bought", "bought", "bought", "bought"],
        "timestamp": pa.array([WHEN, None, WHEN, WHEN], pa.timestamp("us", "UTC")),
        "received_at": pa.array([WHEN.replace(tzinfo=None)] * 4, pa.timestamp("us")),
        "amount": pa.array([decimal.Decimal("1.50"), decimal.Decimal("7.00"), None, None], pa.decimal128(8, 2)),
        "large": pa.array([decimal.Decimal(10**30), None, None, None], pa.decimal128(38, 0)),
        "day": pa.array([dt.date(2026, 1, 5), None, None, None]),
        "flag": [True, False, None, None],
        "share": [0.25, None, 1.0, None],
        "small": pa.array([0.5, None, None, 1.5], pa.float32()),
        "raw": pa.array([b"ab", b"\xff", None, None]),
        "item": pa.array([{"sku": "A1", "none": None, "tags": ["x"]}, None, None, None]),
        "map": pa.array([[("k", 1)], None, None, None], pa.map_(pa.string(), pa.int64())),
        "text": ["12", "012", '{"a": 1}', "true"],
    }
)


def reader_of(name: str) -> Reader:
    return Reader(ALL, {name: 0}, (name,), Assignment(1))


def rows_of_table(table: pa.Table, name: str, *batches: int) -> list[pa.RecordBatch]:
    """The table as a cluster hands it out, in batches of so many rows."""
    count = table.num_rows
    table = table.append_column(PATH, pa.array([f"file://{name}"] * count))
    table = table.append_column(BLOCK, pa.array([4] * count, pa.int64()))
    table = table.append_column(ROW, pa.array(range(count), pa.int64()))
    return [batch for size in batches for batch in table.to_batches(max_chunksize=size)]


def calls_of(found: Any) -> list[Call]:
    rows = [row for batch in found for row in batch.to_pylist()]
    return [call for row in rows if row["people"] >= 0 for call in part_from_bytes(row["content"]).calls]


def test_a_table_says_the_same_calls_as_on_one_machine(tmp_path: Path):
    path = tmp_path / "log of.parquet"
    pq.write_table(TABLE, path)
    bad: list[Any] = []
    notes: Counter[str] = Counter()
    theirs = list(read_calls([path], on_bad=bad.append, notes=notes))
    found = list(tables_read(rows_of_table(TABLE, str(path), 3), reader_of(str(path))))
    ours = calls_of(found)
    assert [as_values(call) for call in ours] == [as_values(call) for call in theirs]
    facts = facts_from_bytes(found[-1].to_pylist()[0]["content"])
    assert (facts.bad, facts.notes) == (bad, dict(notes))
    assert (facts.bad_count, facts.lines) == (2, 0)


def as_values(call: Call) -> tuple[Any, ...]:
    return tuple(getattr(call, name) for name in Call.__struct_fields__)


def test_a_table_that_names_nobody_is_told_once(tmp_path: Path):
    table = pa.table({"colour": ["red", "blue"]})
    found = list(tables_read(rows_of_table(table, "/log", 1), reader_of("/log")))
    facts = facts_from_bytes(found[-1].to_pylist()[0]["content"])
    assert [bad.message for bad in facts.bad] == ["no column says whom a row is about"]


def test_a_reader_that_breaks_is_told_as_a_value():
    table = pa.table({"person": pa.array(["a"]), "event": pa.array(["bought"])})
    broken = rows_of_table(table, "/log", 1)[0].drop_columns([ROW])  # which no cluster leaves out
    (row,) = [row for batch in tables_read([broken], reader_of("/log")) for row in batch.to_pylist()]
    assert row["people"] == FAULT
    assert fault_from_bytes(row["content"]).what == "KeyError"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("file:///logs/a%20b/log.ndjson", "/logs/a b/log.ndjson"),
        ("file:/logs/log%5B1%5D", "/logs/log[1]"),
        ("s3a://bucket/a%20b", "s3a://bucket/a b"),
    ],
)
def test_the_name_of_a_file_is_its_path_or_its_address(url: str, name: str):
    assert name_of_file(url) == name


def test_times_finer_than_seconds_are_rounded_down():
    for unit, ticks in (("s", -1), ("ms", -1), ("us", -1), ("ns", -1)):
        assert cells_of(pa.array([ticks, None], pa.timestamp(unit))) == [-1, None]


def test_no_rows_are_no_blocks():
    assert list(tables_read([], reader_of("/log"))) == []
    empty = rows_of_table(TABLE.slice(0, 1), "/log", 1)[0].slice(0, 0)
    assert list(tables_read([empty], reader_of("/log"))) == []
    assert FACTS < 0
