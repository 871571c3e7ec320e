"""What a receiver kept is read again, from whichever store, and nothing is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from listening import event
from postgresql import running

from mailwright.diagnostics import ConfigurationError
from mailwright.listen.reading import kept_bodies
from mailwright.listen.records import record_of
from mailwright.listen.stores import DuckStore, open_store

BODIES = [event(3), event(1), event(2)]


def keep(where: str) -> None:
    store = open_store(where)
    records = [record_of(body, 5) for body in BODIES]
    store.keep(records, [()] * len(records))
    store.close()


def expected() -> list[dict[str, Any]]:
    return [json.loads(event(number)) for number in (1, 2, 3)]


@contextmanager
def stores(kind: str, folder: Path) -> Iterator[str]:
    match kind:
        case "postgresql":
            with running(folder) as url:
                yield url
        case "sqlite":
            yield f"sqlite:///{folder / 'hooks.db'}"
        case _:
            yield str(folder / "hooks.duckdb")


@pytest.mark.parametrize("kind", ["duckdb", "sqlite", "postgresql"])
def test_events_come_back_oldest_first(kind: str, tmp_path: Path):
    with stores(kind, tmp_path) as where:
        keep(where)
        assert list(kept_bodies(where)) == expected()


def test_a_parquet_export_reads_the_same(tmp_path: Path):
    keep(str(tmp_path / "hooks.duckdb"))
    store = DuckStore(tmp_path / "hooks.duckdb")
    store.write_parquet(tmp_path / "hooks.parquet")
    store.close()
    assert list(kept_bodies(str(tmp_path / "hooks.parquet"))) == expected()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("{folder}/nothing.duckdb", "there is no file"),
        ("sqlite:///{folder}/nothing.db", "there is no such SQLite file"),
        ("sqlite:///{folder}/empty.db", "cannot be read from the database"),
        ("{folder}/empty.db", "cannot be read"),
        ("nowhere://x", "no database URL"),
        ("postgresql://tests:secret@127.0.0.1:1/x", "cannot be read from the database"),
    ],
)
def test_what_cannot_be_read_is_named(where: str, said: str, tmp_path: Path):
    (tmp_path / "empty.db").write_bytes(b"no database")
    with pytest.raises(ConfigurationError, match=said) as stopped:
        list(kept_bodies(where.format(folder=tmp_path)))
    assert "secret" not in str(stopped.value) + stopped.value.hint
    assert not (tmp_path / "nothing.db").exists()


def test_a_store_in_use_says_so(tmp_path: Path):
    store = DuckStore(tmp_path / "hooks.duckdb")
    try:
        with pytest.raises(ConfigurationError):
            list(kept_bodies(str(tmp_path / "hooks.duckdb")))
    finally:
        store.close()
