"""Hits counted in columns are those of the reader of lines, with and without an index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from building import START, campaign, data, person, project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.conditions import CompareFields, Not, Operator, Subject
from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError
from simulator.bulk import NotRegular
from simulator.bulk.hits import hits_in_columns
from simulator.bulk.index import FOLDER, Index
from simulator.content import compile_content
from simulator.hits import count_hits


def content(amount: int = 5, prop: str = "amount") -> Project:
    campaigns = {
        "books": campaign("bought", where=data("item", "book", 7)),
        "not-cups": campaign("bought", where=Not(data("item", "cup"))),
        "either": campaign("bought", where=AnyOf((data(prop, amount, operator=Operator.ABOVE), data("item", "pen")))),
        "same": campaign("paid", where=CompareFields(Subject.DATA, "net", Operator.EQUALS, Subject.DATA, "gross")),
        "all": campaign("paid"),
    }
    return project(campaigns)


values = st.sampled_from(["book", "BOOK", "7", 7, 7.0, "cup", "pen", None, True, ["book"], {"a": 1}, "", 5.5, -0.0])
records = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.just("track"),
            "person": st.sampled_from(["a", "b"]),
            "name": st.sampled_from(["bought", "bought", "paid", "other"]),
            "timestamp": st.integers(START, START + 9),
            "data": st.fixed_dictionaries(
                {}, optional={"item": values, "amount": values, "net": values, "gross": values}
            ),
        },
        optional={"at": st.integers(START, START + 9)},
    ),
    min_size=1,
    max_size=30,
)


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=records)
def test_hits_are_those_of_the_reader_of_lines(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    log = write(tmp_path / "log.ndjson", lines)
    compiled = compile_content(content())
    assert hits_in_columns(compiled, str(log)).counts() == count_hits([log], compiled, on_bad=print)


def track(name: str = "bought", **more: Any) -> dict[str, Any]:
    return {"type": "track", "person": "a", "name": name, "timestamp": START, "data": {"item": "book"}, **more}


def test_a_hit_has_its_time_and_people_are_told_apart(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track(at=START + 5), track(person="b"), track()])
    hits = hits_in_columns(compile_content(content()), str(log))
    assert hits.at["books"].tolist() == [START + 5, START, START]
    first, second, third = hits.people["books"].tolist()
    assert first == third != second


@pytest.mark.parametrize(
    "line",
    [
        track(type="page"),
        track(name="Bought"),
        track(name=" bought"),
        track(name="\u0130x"),
        track(person=5),
        track(timestamp="1740996000"),
        track(timestamp=1740996000.5),
        track(attributes={}),
        track(id=""),
        {"type": "track", "person": "a", "name": "bought"},
        {"type": "identify", "person": "a", "timestamp": START, "data": {}},
    ],
    ids=[
        "page",
        "case",
        "space",
        "other letters",
        "number",
        "text for a time",
        "fraction",
        "both",
        "no id",
        "no time",
        "data",
    ],
)
def test_a_line_out_of_the_ordinary_is_for_the_reader_of_lines(tmp_path: Path, line: dict[str, Any]) -> None:
    log = write(tmp_path / "log.ndjson", [track(), line])
    compiled = compile_content(content())
    try:
        found = hits_in_columns(compiled, str(log)).counts()
    except NotRegular:
        return
    assert line["name"] == "\u0130x" and found == count_hits([log], compiled, on_bad=print)


def test_a_log_that_is_no_json_is_for_the_reader_of_lines(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    log.write_text('{"type": "track"')
    with pytest.raises(NotRegular, match="does not read"):
        hits_in_columns(compile_content(content()), str(log))


@pytest.mark.parametrize("name", ["a*.ndjson", "log.csv"])
def test_only_one_plain_file_is_read(tmp_path: Path, name: str) -> None:
    log = write(tmp_path / name, [track()])
    with pytest.raises(NotRegular):
        hits_in_columns(compile_content(content()), str(log))


def test_triggers_that_look_deep_are_for_the_reader_of_lines(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track()])
    deep = project(campaign("bought", where=data("cart.total", 3)))
    with pytest.raises(NotRegular, match="deep"):
        hits_in_columns(compile_content(deep), str(log))


def test_a_trigger_about_people_is_for_the_reader_of_lines(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track()])
    with pytest.raises(NotRegular, match="more than the event"):
        hits_in_columns(compile_content(project(campaign("bought", where=person("plan", "pro")))), str(log))


def test_an_edited_filter_is_answered_from_the_index(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track(data={"amount": amount, "size": 9}) for amount in range(10)])
    index = Index(tmp_path, log)
    before = hits_in_columns(compile_content(content(5)), str(log), index=index).counts()
    log_text = log.read_text()
    files = sorted(tmp_path.rglob("*.npz"))
    after = hits_in_columns(compile_content(content(7)), str(log), index=index).counts()
    assert (before["either"], after["either"]) == (4, 2)
    assert sorted(tmp_path.rglob("*.npz")) == files  # nothing was read again
    # A filter that looks at another property adds that column only.
    other = hits_in_columns(compile_content(content(5, "size")), str(log), index=index).counts()
    assert other["either"] == 10
    assert len(sorted(tmp_path.rglob("*.npz"))) == len(files) + 1
    assert log.read_text() == log_text


def test_another_state_of_the_log_has_another_index(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track()])
    compiled = compile_content(content())
    assert hits_in_columns(compiled, str(log), index=Index(tmp_path, log)).counts()["books"] == 1
    write(log, [track(), track()])
    assert hits_in_columns(compiled, str(log), index=Index(tmp_path, log)).counts()["books"] == 2


def test_a_damaged_index_is_as_good_as_none(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track()])
    compiled = compile_content(content())
    hits_in_columns(compiled, str(log), index=Index(tmp_path, log))
    for file in tmp_path.rglob("*.npz"):
        file.write_bytes(file.read_bytes()[:40])
    assert hits_in_columns(compiled, str(log), index=Index(tmp_path, log)).counts()["books"] == 1


def test_old_indexes_are_forgotten(tmp_path: Path) -> None:
    compiled = compile_content(content())
    for number in range(11):
        log = write(tmp_path / f"log{number}.ndjson", [track()])
        hits_in_columns(compiled, str(log), index=Index(tmp_path, log))
    assert len(list((tmp_path / FOLDER).iterdir())) == 8


def test_an_index_without_room_is_told_of(tmp_path: Path) -> None:
    log = write(tmp_path / "log.ndjson", [track()])
    (tmp_path / ".mailwright").write_text("in the way")
    with pytest.raises(ConfigurationError, match="index cannot be written"):
        hits_in_columns(compile_content(content()), str(log), index=Index(tmp_path, log))


def test_a_parquet_table_has_the_hits_of_its_lines(tmp_path: Path) -> None:
    lines = [track(data={"item": item, "amount": amount}) for item in ("book", "cup", None) for amount in (1, "9")]
    log = write(tmp_path / "log.ndjson", [*lines, {"type": "identify", "person": "a", "timestamp": START}])
    table = tmp_path / "log.parquet"
    duckdb.sql(
        'SELECT "type", person, name, "timestamp", data::VARCHAR AS data FROM read_json('
        f"'{log}', columns = {{'type': 'VARCHAR', person: 'VARCHAR', name: 'VARCHAR', 'timestamp': 'BIGINT', data: 'JSON'}})"
    ).write_parquet(str(table))
    compiled = compile_content(content())
    found = hits_in_columns(compiled, str(table))
    assert found.counts() == count_hits([log], compiled, on_bad=print)
    assert np.all(found.at["not-cups"] == START)
