"""Where histories are kept, what a place is called, and what the folders above a file say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from mailwright.diagnostics import ConfigurationError
from simulator.history import ordering
from simulator.history.calls import BadLine, Call
from simulator.history.fast import relevant_calls
from simulator.history.places import asking, is_bucket, is_database, partition_of, public_name, short_name
from simulator.history.readers import read_calls
from simulator.history.wanted import Seen, Wanted

SECOND = 1767225600


@pytest.mark.parametrize(
    ("place", "kind", "public", "short"),
    [
        ("logs/may.ndjson", "file", "logs/may.ndjson", "may.ndjson"),
        ("-", "file", "-", "standard input"),
        ("postgresql://ann:secret@db.example.org:5432/shop?table=events", "database", "postgresql://db.example.org:5432/shop?table=events", "shop, table events"),
        ("postgresql+psycopg://ann@db/shop?query=SELECT+1", "database", "postgresql+psycopg://db/shop", "shop"),
        ("sqlite:////data/log.db?table=calls", "database", "sqlite:////data/log.db?table=calls", "log.db, table calls"),
        ("s3://bucket/may/?s3_access_key_id=secret", "bucket", "s3://bucket/may/", "may"),
        ("https://ann:secret@example.org", "bucket", "https://example.org", "https"),
        ("what://is.this", "file", "what://is.this", "is.this"),
    ],
)  # fmt: skip
def test_a_place_is_named_without_its_secrets(place, kind, public, short):
    assert ("database" if is_database(place) else "bucket" if is_bucket(place) else "file") == kind
    assert (public_name(place), short_name(place)) == (public, short)


def test_a_query_goes_with_a_database_only():
    assert asking("sqlite:///a.db", None) == "sqlite:///a.db"
    assert asking("sqlite:///a.db", "SELECT 1") == "sqlite:///a.db?query=SELECT+1"
    assert asking("sqlite:///a.db?x=1", "SELECT 1") == "sqlite:///a.db?x=1&query=SELECT+1"
    with pytest.raises(ConfigurationError, match="--query"):
        asking("log.ndjson", "SELECT 1")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("logs/a.ndjson", {}),
        ("logs/event=signed%20up/day=2026-01-01/a.ndjson", {"event": "signed up", "day": "2026-01-01"}),
        ("logs/event=__HIVE_DEFAULT_PARTITION__/x=/a=b.ndjson", {"x": ""}),
        ("logs/=nothing/a.ndjson", {}),
    ],
)
def test_folders_say_what_every_row_below_them_says(file, said):
    assert partition_of(file) == said


def read(path: Path | str) -> tuple[list[Call], list[BadLine]]:
    bad: list[BadLine] = []
    return list(read_calls([path], on_bad=bad.append)), bad


def told(calls: list[Call]) -> list[tuple[object, ...]]:
    return [(call.person, call.name, call.timestamp, call.data) for call in calls]


ROWS = [
    ("ann", "went", SECOND, 1),
    ("ben", "came", SECOND + 5, 2),
    ("ann", "came", SECOND + 9, 3),
    ("ann", "went", SECOND + 20, 4),
]


def partitioned(folder: Path, form: str) -> Path:
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t (person TEXT, event TEXT, timestamp BIGINT, steps INT)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
        database.execute(f"COPY t TO '{folder}/t' (FORMAT {form}, PARTITION_BY (event))")
    return folder / "t"


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_folder_apart_by_event_is_one_table_in_the_order_of_time(tmp_path, form):
    calls, bad = read(partitioned(tmp_path, form))
    assert not bad
    assert told(calls) == [(*row[:3], {"steps": row[3]}) for row in ROWS]
    wanted = Wanted({"went": None, "came": None})
    assert told(list(relevant_calls([tmp_path / "t"], wanted, seen=Seen(), on_bad=bad.append))) == told(calls)


def test_records_of_their_own_shape_take_from_folders_what_they_lack(tmp_path):
    for name, at in (("went", SECOND + 5), ("came", SECOND)):
        folder = tmp_path / f"name={name}"
        folder.mkdir()
        (folder / "part.json").write_text(json.dumps({"person": "ann", "timestamp": at, "data": {"a": 1}}) + "\n")
    calls, bad = read(tmp_path)
    assert not bad
    assert told(calls) == [("ann", "came", SECOND, {"a": 1}), ("ann", "went", SECOND + 5, {"a": 1})]


def test_folders_of_days_are_read_file_by_file(tmp_path, monkeypatch):
    for day in ("02", "01"):
        folder = tmp_path / f"date=2026-01-{day}"
        folder.mkdir()
        lines = [{"person": "ann", "name": f"day {day}", "timestamp": SECOND + at} for at in (9, 1)]
        (folder / "part.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr(ordering, "by_time", None)  # nothing is sorted
    assert [call.name for call in read(tmp_path)[0]] == ["day 01", "day 01", "day 02", "day 02"]


def test_calls_without_a_time_stay_behind_the_one_before_them():
    def call(line: int, at: int | None, receipt: int | None = None) -> Call:
        return Call(line, "event", "ann", name="went", timestamp=at, at=receipt)  # type: ignore[arg-type]  # as decoded

    calls = [call(1, 50), call(2, None), call(3, 10), call(4, None), call(5, 99, 20)]
    assert [one.line for one in ordering.by_time(calls, held=2)] == [3, 4, 5, 1, 2]


def test_columns_that_half_of_the_files_lack_are_missing_there_only(tmp_path):
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT 'ann' AS person, 'went' AS event, {SECOND} AS timestamp, 1 AS steps) TO '{tmp_path}/1.parquet'"
        )
        database.execute(
            f"COPY (SELECT 'ben' AS person, 'went' AS event, {SECOND} AS timestamp) TO '{tmp_path}/2.parquet'"
        )
        database.execute(f"COPY (SELECT 'went' AS event, {SECOND} AS timestamp) TO '{tmp_path}/3.parquet'")
    calls, bad = read(tmp_path)
    assert told(calls) == [("ann", "went", SECOND, {"steps": 1}), ("ben", "went", SECOND, {})]
    assert [(Path(one.file).name, one.line, one.message) for one in bad] == [
        ("3.parquet", 1, "no column says whom a row is about")
    ]


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize(
    "columns",
    [
        "1 AS workspace_id, 'd1' AS delivery_id, 'c1' AS internal_customer_id, 'email' AS delivery_type, 5 AS created_at",
        "1 AS workspace_id, 'o1' AS output_id, 'x' AS output_type, 's' AS subject_name",
        "1 AS workspace_id, 's' AS subject_name, 'c1' AS internal_customer_id, 5 AS started_campaign_at",
        "1 AS workspace_id, 'd1' AS delivery_id, 'Hello' AS subject, 'Hi' AS body",
    ],
)
def test_a_table_of_the_warehouse_that_tells_no_call_is_counted_and_passed_over(tmp_path, columns, form):
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT {columns}) TO '{tmp_path}/t.{form}' (FORMAT {form})")
    bad: list[BadLine] = []
    notes: Counter[str] = Counter()
    assert not list(read_calls([tmp_path], on_bad=bad.append, notes=notes))
    assert (bad, notes) == ([], {"table_without_calls": 1})
