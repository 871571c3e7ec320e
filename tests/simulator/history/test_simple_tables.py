"""A Parquet table in the tool's own shape, read for what is wanted, gives what reading everything gives."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.history.calls import BadLine, Call, CallKind
from simulator.history.fast import relevant_calls
from simulator.history.readers import read_calls
from simulator.history.simple_tables import is_simple
from simulator.history.wanted import Seen, Wanted, narrowed

SECOND = 1767225600
WANTED = Wanted({"went": frozenset({"to"}), "came": frozenset()}, frozenset({"plan"}), others=True)
SOME = Wanted({"went": frozenset({"to"})}, frozenset({"plan"}))
ALL = Wanted({"went": None}, None, others=True)
COLUMNS = {
    "type": "VARCHAR", "id": "VARCHAR", "person": "VARCHAR", "name": "VARCHAR", "timestamp": "BIGINT", "at": "BIGINT",
    "data": "VARCHAR", "attributes": "VARCHAR",
}  # fmt: skip


def table(path, rows: list[dict[str, Any]], columns: dict[str, str] = COLUMNS):
    named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE log ({named})")
        for row in rows:
            database.execute(
                f"INSERT INTO log VALUES ({', '.join('?' * len(columns))})", [row.get(name) for name in columns]
            )
        database.execute(f"COPY log TO '{path}' (FORMAT parquet)")
    return path


def fast(path, wanted: Wanted) -> tuple[list[Call], list[BadLine], Seen]:
    bad: list[BadLine] = []
    seen = Seen()
    return list(relevant_calls([path], wanted, seen=seen, on_bad=bad.append)), bad, seen


def slow(path, wanted: Wanted) -> tuple[list[Call], list[BadLine], Seen]:
    bad: list[BadLine] = []
    seen = Seen()
    everything = list(read_calls([path], on_bad=bad.append, notes=seen.notes))
    seen.calls = len(everything)
    seen.lines = len({call.line for call in everything})
    for call in everything:
        if call.kind is CallKind.EVENT:
            seen.count_event(call.name)
    return [kept for call in everything if (kept := narrowed(call, wanted)) is not None], bad, seen


def track(**more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "person": "1",
        "name": "went",
        "timestamp": SECOND,
        "data": '{"to": 1, "noise": 2}',
        **more,
    }


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(track(), id="an event"),
        pytest.param(track(id="e"), id="an event with an id"),
        pytest.param(track(id=""), id="an empty id"),
        pytest.param(track(name=" went "), id="spaces around a name"),
        pytest.param(track(name=" "), id="a blank name"),
        pytest.param(track(name=None), id="no name"),
        pytest.param(track(name="unasked"), id="an event that nobody wants"),
        pytest.param(track(person=None), id="nobody"),
        pytest.param(track(person=""), id="an empty person"),
        pytest.param(track(timestamp=None), id="no time"),
        pytest.param(track(timestamp=SECOND * 1000), id="milliseconds"),
        pytest.param(track(at=SECOND + 5), id="a time of receipt"),
        pytest.param(track(data=None), id="no data"),
        pytest.param(track(data=""), id="empty data"),
        pytest.param(track(data="null"), id="null for data"),
        pytest.param(track(data="[]"), id="an empty list for data"),
        pytest.param(track(data="[1]"), id="a list for data"),
        pytest.param(track(data="{"), id="data cut off"),
        pytest.param(track(data='{"to": 1} , {"x": 2}'), id="more than one object"),
        pytest.param(track(data='{"recipient": "b@example.org"}'), id="an envelope field"),
        pytest.param(track(data=f'{{"to": {2**64}}}'), id="a 65 bit number"),
        pytest.param(track(data='{"to": [[[[[[1]]]]]]}'), id="deep data"),
        pytest.param(track(data=None, attributes='{"to": 1}'), id="data under attributes"),
        pytest.param(track(type="event"), id="another word for an event"),
        pytest.param(track(type="delete"), id="another kind"),
        pytest.param(track(type="odd"), id="an unknown kind"),
        pytest.param(track(type=None), id="no kind"),
        pytest.param({"type": "identify", "person": "1", "attributes": '{"plan": "pro", "noise": 1}'}, id="identify"),
        pytest.param({"type": "identify", "person": "1", "data": '{"plan": "pro"}'}, id="attributes under data"),
        pytest.param({"type": "identify", "person": "1"}, id="identify with nothing"),
        pytest.param({"type": "identify", "person": "1", "attributes": '{"_update": true, "plan": 1}'}, id="steered"),
        pytest.param({"type": "identify", "person": "1", "attributes": '{"anonymous_id": "x"}'}, id="an anonymous id"),
        pytest.param({}, id="an empty row"),
    ],
)
@pytest.mark.parametrize("wanted", [WANTED, SOME, ALL], ids=["with other events", "some", "everything"])
def test_every_row_is_read_as_if_everything_were(tmp_path, wanted, row):
    path = table(tmp_path / "log.parquet", [track(id="a"), row, track(id="b")])
    assert fast(path, wanted) == slow(path, wanted)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["track", "identify", "page", None])},
            optional={
                "person": st.sampled_from(["1", "é", ""]),
                "id": st.text(max_size=3),
                "name": st.sampled_from(["went", "Came ", "other", ""]),
                "timestamp": st.integers(0, 2**40),
                "at": st.integers(0, 2**40),
                "data": st.dictionaries(st.sampled_from(["to", "x", "recipient"]), st.text(max_size=3)).map(json.dumps),
                "attributes": st.dictionaries(st.sampled_from(["plan", "_update"]), st.integers()).map(json.dumps),
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_rows_by_chance_are_read_as_if_everything_were(tmp_path, rows):
    path = table(tmp_path / "log.parquet", rows)
    assert fast(path, WANTED) == slow(path, WANTED)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, True, id="all columns"),
        pytest.param({"timestamp": "TIMESTAMP WITH TIME ZONE"}, True, id="times of the database"),
        pytest.param({"data": "JSON"}, True, id="JSON"),
        pytest.param({"data": "STRUCT(a INTEGER)"}, False, id="data in columns of its own"),
        pytest.param({"person": "BIGINT"}, False, id="numbers for people"),
        pytest.param({"timestamp": "DOUBLE"}, False, id="fractions of seconds"),
        pytest.param({"plan": "VARCHAR"}, False, id="a column more"),
    ],
)
def test_only_the_tools_own_shape_is_read_fast(change, expected):
    assert is_simple(COLUMNS | change) is expected


def test_a_table_without_times_of_receipt_or_ids_is_read_too(tmp_path):
    columns = {name: COLUMNS[name] for name in ("type", "person", "name", "timestamp", "data")}
    path = table(
        tmp_path / "log.parquet", [track(), {"type": "identify", "person": "1", "data": '{"plan": 1}'}], columns
    )
    assert fast(path, WANTED) == slow(path, WANTED)
