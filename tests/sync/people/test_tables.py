"""The same people from every kind of table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from postgresql import running

from mailwright.diagnostics import ConfigurationError
from sync.people.databases import database_table
from sync.people.problems import Problems
from sync.people.tables import ABSENT, file_table

WANTED = {
    "1": {"email": "ana@example.org", "created_at": "1767312000", "badges": "3", "email_verified": "true", "mrr": "49.5"},
    "2": {"email": "ben@example.org", "created_at": "1767348000", "badges": "0", "email_verified": "false"},
}  # fmt: skip
SQL = """
CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT, created_at {time}, badges INTEGER, email_verified BOOLEAN,
    mrr NUMERIC(10, 2));
INSERT INTO members VALUES (1, 'ana@example.org', '2026-01-02 00:00:00{zone}', 3, {true}, 49.50);
INSERT INTO members VALUES (2, 'ben@example.org', '2026-01-02 10:00:00{zone}', 0, {false}, NULL);
"""
CSV = "id;email;created_at;badges;email_verified;mrr\n1;ana@example.org;2026-01-02;3;yes;49.50\n2;ben@example.org;2026-01-02T11:00:00+01:00;0;no;\n"
NDJSON = (
    '{"id": 1, "email": "ana@example.org", "created_at": "2026-01-02", "badges": 3, "email_verified": true, "mrr": 49.5}\n\n'
    '{"id": "2", "email": "ben@example.org", "created_at": 1767348000, "badges": 0, "email_verified": false}\n'
)


def a_csv(root: Path) -> list[str]:
    (root / "t.csv").write_bytes(b"\xef\xbb\xbf" + CSV.encode())
    return ["--from", str(root / "t.csv")]


def a_tsv(root: Path) -> list[str]:
    (root / "t.tsv").write_text(CSV.replace(";", "\t"))
    return ["--from", str(root / "t.tsv")]


def an_ndjson(root: Path) -> list[str]:
    (root / "t.ndjson").write_text(NDJSON)
    return ["--from", str(root / "t.ndjson")]


def a_parquet(root: Path) -> list[str]:
    import duckdb

    path = root / "t.parquet"
    with duckdb.connect() as database:
        database.execute(SQL.format(time="TIMESTAMP WITH TIME ZONE", zone="+00", true="true", false="false"))
        database.execute(f"COPY members TO '{path}' (FORMAT parquet)")
    return ["--from", str(path)]


def a_sqlite(root: Path) -> list[str]:
    database = sqlite3.connect(root / "t.db")
    database.executescript(SQL.format(time="TEXT", zone="", true="1", false="0"))
    database.close()
    return ["--from", f"sqlite:///{root / 't.db'}", "--table", "members"]


@pytest.mark.parametrize("made", [a_csv, a_tsv, an_ndjson, a_parquet, a_sqlite])
def test_a_table_of_any_kind_becomes_the_same_profiles(shop: Any, made: Callable[[Path], list[str]]):
    shown = shop(*made(shop.root), "--yes")
    assert shown.code == 0, shown.all
    found = {person: shop.attributes(person) for person in shop.everybody()}
    assert found == WANTED
    assert "nothing to send, 2 people unchanged" in shop(*made_again(made, shop.root), "--yes").out


def made_again(made: Callable[[Path], list[str]], root: Path) -> list[str]:
    for path in root.glob("t.*"):
        path.unlink()
    return made(root)


def test_postgresql_is_read_and_never_written(shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sqlalchemy import create_engine, text

    folder = tmp_path / "postgresql"
    folder.mkdir()
    with running(folder) as url:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            for statement in SQL.format(time="TIMESTAMPTZ", zone="+00", true="true", false="false").split(";")[:-1]:
                connection.execute(text(statement))
        monkeypatch.setenv("MEMBERS_URL", url)
        shown = shop("--from", "env:MEMBERS_URL", "--table", "public.members", "--yes")
        assert shown.code == 0, shown.all
        assert {person: shop.attributes(person) for person in shop.everybody()} == WANTED
        asked = shop("--from", url, "--query", "SELECT id, email FROM members WHERE badges > 1", "--dry-run")
        assert "nothing to send, 1 person unchanged" in asked.out
        written = shop("--from", url, "--query", "DELETE FROM members RETURNING id", "--yes")
        assert written.code == 3 and "cannot be read" in written.err and "postgresql://" not in written.all
        with engine.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM members")).scalar() == 2
        engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("sqlite:///{root}/none.db", "--table", "x"), "no such SQLite file", id="no file"),
        pytest.param(("sqlite:///{root}/t.db",), "one of --table and --query", id="no table named"),
        pytest.param(("sqlite:///{root}/t.db", "--table", "x", "--query", "y"), "one of --table", id="both"),
        pytest.param(("sqlite:///{root}/t.db", "--table", "nowhere"), "no such table", id="no such table"),
        pytest.param(("sqlite:///{root}/t.db", "--query", "SELEC 1"), "cannot be read", id="no SQL"),
        pytest.param(("sqlite:///{root}/t.db", "--query", "DELETE FROM members"), "cannot be read", id="a write"),
        pytest.param(("sqlite:///{root}/t.db", "--query", "PRAGMA query_only"), "tells people apart", id="no people"),
        pytest.param(("magic://u:canary@h/x", "--table", "x"), "no database URL", id="no database"),
        pytest.param(("postgresql://u:canary@127.0.0.1:1/x", "--table", "x"), "cannot be read", id="nobody there"),
    ],
)  # fmt: skip
def test_databases_that_cannot_be_read_are_told_without_their_url(shop: Any, arguments: tuple[str, ...], said: str):
    a_sqlite(shop.root)
    shown = shop("--from", *(one.format(root=shop.root) for one in arguments), "--yes")
    assert shown.code == 3 and said in shown.err, shown.all
    assert "canary" not in shown.all


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("t.csv", b"", "has no columns", id="an empty CSV"),
        pytest.param("t.csv", b"id,,x\n", "column 2 has no name", id="a column without a name"),
        pytest.param("t.csv", b"id,a,a\n", "two columns are called 'a'", id="the same name twice"),
        pytest.param("t.csv", b"id,\xff\n", "is not UTF-8", id="Latin in the header"),
        pytest.param("t.ndjson", b"\n", "has no columns", id="an empty NDJSON"),
        pytest.param("t.parquet", b"PAR1 no", "no Parquet file", id="no Parquet"),
    ],
)
def test_files_that_are_no_tables_are_told(tmp_path: Path, name: str, content: bytes, said: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        file_table(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("t.csv", b"id,a\n1,x\n2\n", "does not have the header's 2 cells (row 2)", id="a short row"),
        pytest.param("t.csv", b'id,a\n1,x\n2,"open\n', "what follows cannot be read", id="an open quote"),
        pytest.param("t.csv", b"id,a\n1,\xff\n", "column 'a' is not UTF-8 (row 1)", id="Latin in a cell"),
        pytest.param("t.ndjson", b'{"id": 1, "a": "x"}\n{"id"\n', "is no JSON (row 2)", id="broken JSON"),
        pytest.param("t.ndjson", b'{"id": 1, "a": "x"}\n[1]\n', "is no object (row 2)", id="a list"),
    ],
)
def test_rows_that_cannot_be_read_are_told_by_their_number(shop: Any, name: str, content: bytes, said: str):
    people = shop.root / "campaigns/_shared/people.yaml"
    people.write_text("identifier: id\nattributes:\n  a: {type: text}\n")
    (shop.root / name).write_bytes(content)
    shown = shop("--from", shop.root / name, "--yes")
    assert shown.code == 1 and said in shown.err, shown.all


def test_what_a_line_of_json_does_not_say_is_not_an_empty_cell(tmp_path: Path):
    (tmp_path / "t.ndjson").write_text('{"id": "1", "a": null}\n{"id": "2"}\n{"id": "3", "a": ""}\n')
    table = file_table(tmp_path / "t.ndjson")
    assert [cells for _, cells in table.rows(Problems(""))] == [["1", None], ["2", ABSENT], ["3", None]]
    assert repr(ABSENT) == "ABSENT"


def test_a_parquet_file_that_ends_early_is_told(tmp_path: Path):
    import duckdb

    path = tmp_path / "t.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT range AS id, 'x' || range AS a FROM range(50000)) TO '{path}' (FORMAT parquet)")
    table = file_table(path)
    problems = Problems("t.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + b"\xff" * 2000 + whole[2200:])
    list(table.rows(problems))
    assert "cannot be read" in problems.diagnostics()[0].message


def test_a_query_that_gives_no_rows_is_told(tmp_path: Path):
    a_sqlite(tmp_path)
    with pytest.raises(ConfigurationError, match="gives no rows"):
        database_table(f"sqlite:///{tmp_path / 't.db'}", query="BEGIN")
