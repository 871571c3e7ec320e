"""Histories in SQLite and PostgreSQL, read for real; and in buckets, as far as a machine without a network can."""

from __future__ import annotations

import gzip
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from postgresql import running

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.history.buckets import found_files, keys_for, text_of
from simulator.history.calls import BadLine, Call
from simulator.history.parquet import rows_of_parquet
from simulator.history.readers import read_calls
from simulator.history.refusals import Refusals

SECOND = 1767225600
TABLE = "CREATE TABLE events (person TEXT, name TEXT, received_at INTEGER, timestamp INTEGER, data TEXT)"
ROWS = [
    ("ann", "went", SECOND + 9, SECOND, '{"to": "Rome"}'),
    ("ben", "went", SECOND + 1, SECOND + 3, "null"),
    ("", "went", SECOND + 30, SECOND, None),
]


def read(url: str, **options: bool) -> tuple[list[Call], list[BadLine]]:
    bad: list[BadLine] = []
    return list(read_calls([url], on_bad=bad.append, **options)), bad


@pytest.fixture
def lite(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "log.db") as database:
        database.execute(TABLE)
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", ROWS)
    return f"sqlite:///{tmp_path}/log.db"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="module")
def postgres(server: str) -> str:
    from sqlalchemy import create_engine, text

    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA web"))
        connection.execute(
            text(
                "CREATE TABLE web.events (person TEXT, name TEXT, received_at TIMESTAMPTZ, timestamp BIGINT, data JSONB)"
            )
        )
        for who, name, received, at, data in ROWS:
            connection.execute(
                text("INSERT INTO web.events VALUES (:who, :name, to_timestamp(:received), :at, CAST(:data AS JSONB))"),
                {"who": who, "name": name, "received": received, "at": at, "data": data},
            )
    engine.dispose()
    return server


def expected(calls: list[Call]) -> None:
    assert [(call.line, call.person, call.at, call.timestamp, call.data) for call in calls] == [
        (1, "ben", SECOND + 1, SECOND + 3, {}),
        (2, "ann", SECOND + 9, SECOND, {"to": "Rome"}),
    ]


def test_a_table_comes_in_the_order_of_receipt_and_tells_its_bad_rows(lite: str):
    calls, bad = read(f"{lite}?table=events")
    expected(calls)
    assert [(one.file, one.line) for one in bad] == [(f"{lite}?table=events", 3)]


def test_a_table_of_postgresql_may_stand_in_a_schema_with_times_and_json(postgres: str):
    calls, bad = read(f"{postgres}?table=web.events")
    expected(calls)
    assert len(bad) == 1


def test_a_query_is_read_as_it_stands(lite: str, postgres: str):
    query = (
        "SELECT person, name, timestamp FROM {} WHERE name = 'went' AND '12:30' > '1' AND person <> '' ORDER BY person"
    )
    for url, table in ((lite, "events"), (postgres, "web.events")):
        calls, _ = read(f"{url}?query={query.format(table)}")
        assert [call.person for call in calls] == ["ann", "ben"]


@pytest.mark.parametrize(
    ("rest", "message", "hint"),
    [
        ("?table=event", "has no table 'event'", "events"),
        ("", "what to read", "?table=events"),
        ("?table=events&query=SELECT 1", "what to read", "one of the two"),
        ("x?table=events", "there is no database", "sqlite:///"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(lite: str, rest: str, message: str, hint: str):
    with pytest.raises(ConfigurationError, match=message.replace("?", r"\?")) as caught:
        read(lite + rest)
    assert hint in caught.value.hint


def test_a_query_that_fails_is_told_without_itself(lite: str, postgres: str):
    for url in (lite, postgres):
        with pytest.raises((HistoryError, ConfigurationError)) as caught:
            read(f"{url}?query=SELECT secret FROM nowhere")
        assert "nowhere" in str(caught.value)
        assert "SELECT" not in str(caught.value)


def test_a_server_that_is_not_there_is_said_without_its_password():
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        read("postgresql://somebody:secret@127.0.0.1:1/shop?table=events")
    assert "secret" not in str(caught.value)
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [("mysql://h/db?table=x", "nothing here reads"), ("postgresql://h:port/db?table=x", "no URL of a database")],
)
def test_a_url_that_nothing_reads_is_said_so(url: str, message: str):
    with pytest.raises(ConfigurationError, match=message):
        read(url)


def test_a_table_about_nobody_is_one_bad_line_and_a_warehouse_table_a_note(tmp_path: Path):
    with sqlite3.connect(tmp_path / "log.db") as database:
        database.execute("CREATE TABLE things (colour TEXT)")
        database.execute("CREATE TABLE outputs (output_id TEXT, output_type TEXT)")
    calls, bad = read(f"sqlite:///{tmp_path}/log.db?table=things")
    assert (calls, [one.message for one in bad]) == ([], ["no column says whom a row is about"])
    notes: Counter[str] = Counter()
    assert not list(read_calls([f"sqlite:///{tmp_path}/log.db?table=outputs"], on_bad=bad.append, notes=notes))
    assert notes == {"table_without_calls": 1}


@pytest.fixture
def without_extension(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """DuckDB looks for its extensions in an empty home."""
    from simulator.history import parquet

    monkeypatch.setitem(parquet.SETTINGS, "extension_directory", str(tmp_path / "extensions"))


@pytest.mark.parametrize(
    "url",
    ["s3://bucket/may/", "gs://bucket/*.parquet", "https://127.0.0.1:1/log.parquet", "https://127.0.0.1:1/log.ndjson"],
)
def test_a_bucket_needs_an_extension_and_says_which(without_extension: None, url: str):
    with pytest.raises(ConfigurationError, match="needs DuckDB's httpfs extension") as caught:
        read(url)
    assert caught.value.exit_code == 3
    assert "INSTALL httpfs" in caught.value.hint


def test_what_a_bucket_holds_is_listed_by_pattern_and_by_folder(tmp_path: Path):
    (tmp_path / "day").mkdir()
    for name in ("day/b.ndjson", "day/a.ndjson", "day/_SUCCESS", "c.csv"):
        (tmp_path / name).write_text("x")
    with duckdb.connect() as database:
        found = [
            [Path(file).name for file in found_files(database, f"{tmp_path}{rest}")]
            for rest in ("/", "/day", "/day/*.ndjson", "/c.csv")
        ]
        assert found == [
            ["c.csv", "a.ndjson", "b.ndjson"],
            ["a.ndjson", "b.ndjson"],
            ["a.ndjson", "b.ndjson"],
            ["c.csv"],
        ]
        assert found_files(database, "https://example.org/a.ndjson") == ["https://example.org/a.ndjson"]
        with pytest.raises(ConfigurationError, match="holds no file"):
            found_files(database, f"{tmp_path}/none/")


LINES = '{"a": "x,y"}\n\n{"b": "\\"q\\" é"}\n'


@pytest.mark.parametrize("name", ["log.ndjson", "log.ndjson.gz"])
def test_text_of_a_bucket_comes_line_by_line_as_it_stands(tmp_path: Path, name: str):
    data = LINES.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with duckdb.connect() as database:
        assert b"".join(text_of(database, str(tmp_path / name))).replace(b"\n\n", b"\n") == data.replace(b"\n\n", b"\n")
        with pytest.raises(ConfigurationError, match="cannot be read"):
            list(text_of(database, str(tmp_path / "none")))


def test_a_table_of_a_bucket_takes_from_folders_what_it_lacks(tmp_path: Path):
    bad: list[BadLine] = []
    refusals = Refusals("t", bad.append, False, Counter())
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT 'ann' AS person, {SECOND} AS timestamp) TO '{tmp_path}/t.parquet'")
        calls = list(rows_of_parquet(database, f"{tmp_path}/t.parquet", refusals, {"event": "went"}))
    assert [(call.person, call.name) for call in calls] == [("ann", "went")]


def test_the_environments_keys_go_to_their_provider_only():
    keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "it's secret", "AWS_REGION": ""}
    assert keys_for("s3", keys) == "CREATE SECRET (TYPE s3, KEY_ID 'id', SECRET 'it''s secret')"
    assert keys_for("gcs", {"GCS_ACCESS_KEY_ID": "id"}) == keys_for("gs", {"GCS_ACCESS_KEY_ID": "id"}) != ""
    assert keys_for("gs", keys) == keys_for("https", keys) == ""
