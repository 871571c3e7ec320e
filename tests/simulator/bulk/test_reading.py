"""A log becomes columns in its own order, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from building import START, campaign, data, person, project

from simulator.bulk import NotRegular
from simulator.bulk.asked import Asked, asked_by
from simulator.bulk.index import Index
from simulator.bulk.reading import Columns, LogColumns
from simulator.bulk.selection import IDENTIFY
from simulator.content import compile_content
from simulator.messages import messages_for


def asked() -> Asked:
    content = compile_content(project(campaign("bought", where=data("item", "book"), filter=person("plan", "pro"))))
    return asked_by(content, messages_for(content, "none"))


def read(log: Path, index: Index | None = None) -> Columns:
    with LogColumns(str(log), asked(), 2, index) as columns:
        return columns.read()


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def track(**more: Any) -> dict[str, Any]:
    return {"type": "track", "person": "a", "name": "bought", "timestamp": START, "data": {"item": "book"}, **more}


def identify(**attributes: Any) -> dict[str, Any]:
    return {"type": "identify", "person": "a", "timestamp": START, "attributes": attributes}


def test_lines_keep_their_order_however_many_threads_read(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    padding = "x" * 1_000
    times = [START + number * 7919 % 100_003 for number in range(40_000)]
    with log.open("w") as file:
        for number, at in enumerate(times):
            line = identify(plan=f"p{number % 9}") if number % 3 else track(data={"item": number % 5, "note": padding})
            file.write(json.dumps({**line, "timestamp": at}) + "\n")
    assert read(log).at.tolist() == times


def test_a_value_that_is_null_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", identify(plan=None), identify(plan="pro"), identify(), track())
    columns = read(log)
    slot = asked().attributes.index("plan")
    texts = [columns.texts[slot][number] if number >= 0 else None for number in columns.values[slot].tolist()]
    assert texts[:3] == ["null", '"pro"', None]
    assert columns.code.tolist()[:3] == [IDENTIFY] * 3


def test_people_are_found_by_their_digests(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", track(), track(person='b"\u00e9'))
    with LogColumns(str(log), asked(), 1) as columns:
        digests = columns.read().person.tolist()
        assert columns.people(digests) == dict(zip(digests, ["a", 'b"\u00e9'], strict=True))
        assert columns.people([]) == {}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"type": "merge", "person": "a", "other": "b", "timestamp": 5}', id="about two people"),
        pytest.param('{"type": "track", "person": "a", "name": "", "timestamp": 5}', id="no name"),
        pytest.param('{"type": "track", "person": "a", "name": "  ", "timestamp": 5}', id="a blank name"),
        pytest.param('{"type": "track", "person": "cio_5", "name": "x", "timestamp": 5}', id="another identifier"),
        pytest.param('{"type": "track", "person": "a", "name": "x"}', id="no time"),
        pytest.param('{"type": "track", "person": "a", "name": "x", "timestamp": 5.5}', id="a broken time"),
        pytest.param('{"type": "track", "person": "a", "name": "x", "timestamp": "5"}', id="a time as text"),
        pytest.param('{"type": "track", "person": "a", "name": "x", "timestamp": 999999999999999}', id="too late a time"),
        pytest.param('{"type": "track", "person": "a", "name": "x", "timestamp": 5, "data": 5}', id="data that is none"),
        pytest.param('{"type": "track", "person": "a", "name": "x", "timestamp": 5, "anonymous_id": "z"}', id="anonymous"),
        pytest.param('{"type": "track", "person": "a", "name": "bought", "timestamp": 5, "data": {"item": 1, "item": 2}}', id="two equal keys"),
        pytest.param('{"type": "identify", "person": "a", "timestamp": 5, "attributes": []}', id="attributes that are none"),
        pytest.param('{"type": "identify", "person": "a", "timestamp": 5', id="cut off"),
        pytest.param("", id="a blank line"),
        pytest.param("5", id="no record"),
    ],
)  # fmt: skip
def test_a_line_out_of_the_ordinary_ends_the_attempt(tmp_path: Path, line: str) -> None:
    log = write(tmp_path / "log.ndjson", track())
    log.write_text(log.read_text() + line + "\n" + log.read_text())
    with pytest.raises(NotRegular):
        read(log)


def test_columns_come_back_from_the_index_as_they_were(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", identify(plan="pro", phone="+1"), track(id="e1"), track(name=" Bought "))
    first = read(log, Index(tmp_path, log))
    again = read(log, Index(tmp_path, log))
    for name in ("person", "at", "stamp", "event_id", "code", "odd"):
        assert getattr(first, name).tolist() == getattr(again, name).tolist()
    assert [values.tolist() for values in first.values] == [values.tolist() for values in again.values]
    assert (first.texts, first.names, list(first.spellings)) == (again.texts, again.names, list(again.spellings))


def test_a_table_of_another_shape_is_for_the_readers(tmp_path: Path) -> None:
    table = tmp_path / "log.parquet"
    duckdb.sql("SELECT 'track' AS type, 'a' AS person, 'x' AS event, 5 AS timestamp, '{}' AS data").write_parquet(
        str(table)
    )
    with pytest.raises(NotRegular, match="another shape"):
        read(table)
    duckdb.sql("SELECT 'track' AS type, 'a' AS person, 5 AS timestamp, '{}' AS data").write_parquet(str(table))
    with pytest.raises(NotRegular, match="lacks a column"):
        read(table)
    table.write_bytes(b"PAR1 and no more")
    with pytest.raises(NotRegular, match="does not read"):
        read(table)
