"""Files of every format, packed and plain, good and bad."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections import Counter

import duckdb
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.history.calls import BadLine, Call, CallKind, IdType
from simulator.history.readers import format_of, read_calls

SECOND = 1767225600
RECORDS = [
    {"type": "identify", "person": "1", "timestamp": SECOND, "attributes": {"first_name": "Zoë"}},
    {"type": "track", "person": "1", "name": "went", "timestamp": SECOND + 1, "data": {"to": "São Paulo"}},
]
EXPECTED = [
    Call(1, CallKind.IDENTIFY, "1", data={"first_name": "Zoë"}, timestamp=SECOND),
    Call(2, CallKind.EVENT, "1", name="went", data={"to": "São Paulo"}, timestamp=SECOND + 1),
]
NDJSON = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS).encode()


@pytest.fixture
def read(tmp_path):
    """Reads one file with these bytes: its calls and its bad lines."""

    def run(data: bytes, name: str = "log", **options: object) -> tuple[list[Call], list[BadLine]]:
        path = tmp_path / name
        path.write_bytes(data)
        bad: list[BadLine] = []
        return list(read_calls([path], on_bad=bad.append, **options)), bad

    return run


def one_frame(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKINGS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "zstd": one_frame,
    "zstd frames": lambda data: one_frame(data[:20]) + one_frame(data[20:]),
    "gzip members": lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:]),
}
FORMS = {
    "NDJSON": NDJSON,
    "with a byte order mark": b"\xef\xbb\xbf" + NDJSON,
    "with carriage returns": NDJSON.replace(b"\n", b"\r\n"),
    "without a last newline": NDJSON.rstrip(),
    "one after the other": NDJSON.replace(b"\n", b" "),
    "array": json.dumps(RECORDS).encode(),
    "indented array": json.dumps(RECORDS, indent=2).encode(),
    "indented objects": "\n".join(json.dumps(record, indent=2) for record in RECORDS).encode(),
}


def without_lines(calls: list[Call]) -> list[dict[str, object]]:
    return [{name: getattr(call, name) for name in Call.__struct_fields__ if name != "line"} for call in calls]


@pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS)
@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_any_form_of_json_packed_any_way_gives_the_same_calls(read, data, packing):
    calls, bad = read(packing(data))
    assert bad == []
    assert without_lines(calls) == without_lines(EXPECTED)


def test_lines_are_counted_from_one_blank_ones_too(read):
    calls, bad = read(b"\n" + NDJSON.replace(b"\n", b"\n \n"))
    assert [call.line for call in calls] == [2, 4]
    assert bad == []


def test_files_folders_and_standard_input_come_in_the_order_given(tmp_path, monkeypatch):
    folder = tmp_path / "logs"
    (folder / "b").mkdir(parents=True)
    (folder / "_SUCCESS").write_text("")
    (folder / ".part.crc").write_bytes(b"\0")
    (folder / "b" / "1.ndjson").write_text('{"person": "1", "name": "b1"}')
    (folder / "a.ndjson").write_text('{"person": "1", "name": "a"}')
    stdin = io.TextIOWrapper(io.BytesIO(b'{"person": "1", "name": "stdin"}'))
    monkeypatch.setattr(sys, "stdin", stdin)
    calls = read_calls([folder, "-", folder / "a.ndjson"], on_bad=pytest.fail)
    assert [call.name for call in calls] == ["a", "b1", "stdin", "a"]


def test_a_missing_log_and_an_empty_folder_are_said_so(tmp_path):
    with pytest.raises(HistoryError, match="there is no event log"):
        list(read_calls([tmp_path / "nothing"], on_bad=pytest.fail))
    with pytest.raises(HistoryError, match="holds no event log"):
        list(read_calls([tmp_path], on_bad=pytest.fail))


def test_an_unknown_format_is_said_so(tmp_path):
    with pytest.raises(ConfigurationError, match="'xml' is no format"):
        read_calls([tmp_path], format="xml", on_bad=pytest.fail)


def test_an_empty_log_is_no_calls(read):
    assert read(b"") == ([], [])
    assert read(gzip.compress(b"")) == ([], [])


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(NDJSON))
    heard: list[tuple[int, int]] = []
    list(read_calls([path], on_bad=pytest.fail, progress=lambda done, size: heard.append((done, size))))
    assert heard[-1] == (path.stat().st_size, path.stat().st_size)


def test_what_had_to_be_assumed_is_counted(read):
    notes: Counter[str] = Counter()
    read(b'{"person": "1", "name": "a", "timestamp": 1767225600000}\n' * 2, notes=notes)
    assert notes == {"milliseconds": 2}


BAD_LINES = [
    pytest.param(b'{"person": "1", "name": "\xff"}', "the line is not UTF-8", 26, id="not UTF-8"),
    pytest.param(b'{"person": "1", "name": "a\xc3"}', "the line is not UTF-8", 27, id="half a character"),
    pytest.param(b'{"person": "1", "name": "a", "data": {"x": NaN}}', "NaN and Infinity are no JSON numbers", 44, id="NaN"),
    pytest.param(b'{"person": "1", "name": "a", "data": {"x": -Infinity}}', "NaN and Infinity are no JSON numbers", 45, id="Infinity"),
    pytest.param(b'{"person": "1", "name": "a", "data": {"x": 18446744073709551616}}', "a whole number does not fit in 64 bits", 1, id="65 bits"),
    pytest.param(b'{"person": "1", "name": "a", "data": {"x": [-9223372036854775809]}}', "a whole number does not fit in 64 bits", 1, id="-65 bits"),
    pytest.param(b'{"person": "1", "data": {"x": ' + b"9" * 5000 + b"}}", "a number is too large for 64 bits", 1, id="5,000 digits"),
    pytest.param(b'{"person": "1", "data": {"x": 1e999}}', "a number is too large for 64 bits", 1, id="1e999"),
    pytest.param(b'{"person": "1", "name": "a", "data": {"x": ' + b"[" * 70 + b"]" * 70 + b"}}", "values are nested more than 64 levels deep", 1, id="70 levels"),
    pytest.param(b"[" * 200_000, "values are nested too deeply", 1, id="200,000 levels"),
    pytest.param(b'{"person": "1", "name": "a"', "the record ends too early", 28, id="cut off"),
    pytest.param(b'{"person": "1", "name": "a"} extra', "the line is no JSON: trailing characters", 30, id="trailing"),
    pytest.param(b'{"person": "1" "name": "a"}', "the line is no JSON: expected ',' or '}'", 16, id="missing comma"),
    pytest.param(b"hello", "the line is no JSON: invalid character", 1, id="a word"),
    pytest.param(b"\0\0\0", "the line is no JSON: invalid character", 1, id="zeros"),
    pytest.param(b'"text"', "a record must be an object, and is a text", 1, id="a text"),
    pytest.param(b'{"name": "a"}', "'person' is missing", 1, id="nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message", "column"), BAD_LINES)
def test_a_bad_line_is_reported_with_its_place_and_the_rest_goes_on(read, line, message, column):
    calls, bad = read(NDJSON + line + b"\n" + NDJSON, format="ndjson")
    assert [call.line for call in calls] == [1, 2, 4, 5]
    assert [(one.line, one.column, one.message) for one in bad] == [(3, column, message)]
    assert bad[0].file.endswith("log")


@pytest.mark.parametrize(("line", "message", "column"), BAD_LINES)
def test_strict_reading_stops_at_the_first_bad_line(tmp_path, line, message, column):
    path = tmp_path / "log"
    path.write_bytes(NDJSON + line + b"\n" + NDJSON)
    found: list[Call] = []
    with pytest.raises(HistoryError) as stopped:
        found.extend(read_calls([path], format="ndjson", strict=True, on_bad=pytest.fail))
    assert str(stopped.value) == message
    assert stopped.value.span is not None
    assert (stopped.value.span.line, stopped.value.span.column) == (3, column)


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_a_line_of_many_megabytes_is_refused_and_never_held(read, ending):
    line = b'{"person": "1", "name": "a", "data": {"x": "' + b"x" * 50_000_000 + b'"}}' + ending
    calls, bad = read(gzip.compress(NDJSON + line + NDJSON if ending else NDJSON + line, 1))
    assert len(calls) == (4 if ending else 2)
    assert [(one.line, one.message) for one in bad] == [(3, "the line is longer than 10 MB")]


PACKED_BADLY = [
    pytest.param(gzip.compress(NDJSON * 900)[:-12], "the gzip file ends before its end", id="gzip cut off"),
    pytest.param(gzip.compress(NDJSON)[:-6] + b"zzzzzz", "the gzip file is damaged", id="gzip with a wrong sum"),
    pytest.param(b"\x1f\x8b\x08\x00\x00", "the gzip file ends before its end", id="gzip, a stub"),
    pytest.param(b"\x1f\x8b\x07" + b"\0" * 40, "the gzip file is damaged", id="gzip of no known kind"),
    pytest.param(one_frame(NDJSON * 900)[:-12], "the zstd file ends before its end", id="zstd cut off"),
    pytest.param(one_frame(NDJSON) + b"garbage", "the zstd file is damaged", id="zstd with garbage behind"),
    pytest.param(b"PAR1" + b"x" * 100, "the Parquet file cannot be read", id="no Parquet"),
    pytest.param(one_frame(b"PAR1" + b"x" * 100), "the Parquet file cannot be read", id="no Parquet, packed"),
    pytest.param("{}".encode("utf-16"), "the file is UTF-16", id="UTF-16"),
    pytest.param(b'[{"person": "1", "name": "a"}', "the array is not closed", id="array cut off"),
    pytest.param(b'[{"person": "1", "name": "a"} {}]', "a comma is missing", id="array without commas"),
    pytest.param(b'[{"person": NaN}]', "NaN and Infinity", id="array with NaN"),
    pytest.param(b'[{"person": "\xff"}]', "the document is not UTF-8", id="array not UTF-8"),
    pytest.param(b"[" + b"[" * 100_000, "values are nested too deeply", id="array nested deeply"),
    pytest.param(b'[{"x": ' + b"9" * 5000 + b"}]", "a number is too large", id="array with 5,000 digits"),
    pytest.param(b'[{"person": }]', "the document is no JSON from here on", id="array with a hole"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), PACKED_BADLY)
def test_a_damaged_file_is_reported_once(read, data, message):
    _, bad = read(data)
    assert [one.message[: len(message)] for one in bad] == [message]


def test_the_place_of_a_bad_record_in_an_array_is_its_own(read):
    calls, bad = read(b'[\n  {"person": "1", "name": "a"},\n  {"person": "1"},\n  {"person": "2", "name": "b"}]')
    assert [(call.line, call.name) for call in calls] == [(2, "a"), (4, "b")]
    assert [(one.line, one.column, one.message) for one in bad] == [(3, 3, "'name' is missing")]


def test_a_huge_document_is_refused_with_a_way_out(read):
    _, bad = read(gzip.compress(b"[" + b" " * 65_000_000 + b"]", 1))
    assert [one.message for one in bad] == ["a JSON document over 64 MB is not read at once"]
    assert "NDJSON" in bad[0].hint


EVENT = Call(2, CallKind.EVENT, "42", name="went", data={"n": 5, "code": "007", "ok": True}, timestamp=SECOND)
TABLES = [
    pytest.param("person,event,timestamp,n,code,ok\n42,went,1767225600,5,007,true\n", EVENT, id="commas"),
    pytest.param("person;event;timestamp;n;code;ok\r\n42;went;2026-01-01T00:00:00Z;5;007;true\r\n", EVENT, id="semicolons"),
    pytest.param("User ID\tName\tTimestamp\tn\tcode\tok\n42\twent\t1767225600\t5\t007\ttrue\n", EVENT, id="tabs"),
    pytest.param(
        'id,event_id,event,time,data\n42,e1,went,1767225600,"{""n"": 5, ""code"": ""007"", ""ok"": true}"\n',
        Call(2, CallKind.EVENT, "42", name="went", data={"n": 5, "code": "007", "ok": True}, timestamp=SECOND, event_id="e1"),
        id="data as JSON",
    ),
    pytest.param(
        'email,event,note\na@example.org,went,"two\nlines, ""quoted"""\n',
        Call(2, CallKind.EVENT, "a@example.org", IdType.EMAIL, "went", {"note": 'two\nlines, "quoted"'}),
        id="by email, a cell of two lines",
    ),
    pytest.param(
        "type,person,event\npage,42,https://example.org/p\n", Call(2, CallKind.PAGE, "42", name="https://example.org/p"), id="page"
    ),
    pytest.param(
        "id,email,name,plan,empty\n42,a@example.org,Rosa,pro,\n",
        Call(2, CallKind.IDENTIFY, "42", data={"email": "a@example.org", "name": "Rosa", "plan": "pro"}),
        id="people",
    ),
    pytest.param(
        "id,email\n,a@example.org\n",
        Call(2, CallKind.IDENTIFY, "a@example.org", IdType.EMAIL, data={"email": "a@example.org"}),
        id="people by email",
    ),
    pytest.param(
        'type,userId,event,timestamp,properties\ntrack,42,went,2026-01-01T00:00:00Z,"{""n"": 5}"\n',
        Call(2, CallKind.EVENT, "42", name="went", data={"n": 5}, timestamp=SECOND),
        id="the Segment specification by columns",
    ),
]  # fmt: skip


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize(("table", "expected"), TABLES)
def test_a_table_of_text_becomes_calls(read, table, expected, mark):
    assert read(mark + table.encode()) == ([expected], [])


def test_a_bad_row_is_reported_with_the_line_it_starts_on(read):
    table = b'person,event,x\n1,a,"two\nlines"\n1,a,b,c\n1,,x\n2,\xff,x\n3,b,' + b"x" * 200_000 + b"\n4,c,\n"
    calls, bad = read(table)
    assert [(call.line, call.name) for call in calls] == [(2, "a"), (8, "c")]
    assert [(one.line, one.message) for one in bad] == [
        (4, "the row has 4 cells, the header 3"),
        (5, "'name' is missing"),
        (6, "the row is not UTF-8"),
        (7, "the row cannot be read as CSV"),
    ]


def test_a_table_that_names_nobody_is_reported_once(read):
    calls, bad = read(b"colour,size\nred,5\nblue,6\n")
    assert calls == []
    assert [one.message for one in bad] == ["no column says whom a row is about"]


def parquet(path, query: str) -> None:
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def test_a_parquet_table_in_the_simple_shape_keeps_its_data_as_json_text(tmp_path):
    path = tmp_path / "a[1]*.parquet"
    plain = tmp_path / "plain.parquet"
    parquet(
        plain, f"SELECT 'track' AS type, '1' AS person, 'went' AS name, {SECOND} AS timestamp, '{{\"n\": 5}}' AS data"
    )
    plain.rename(path)
    calls = list(read_calls([path], on_bad=pytest.fail))
    assert calls == [Call(1, CallKind.EVENT, "1", name="went", data={"n": 5}, timestamp=SECOND)]


def test_a_parquet_table_of_events_has_typed_columns(tmp_path):
    path = tmp_path / "log.parquet"
    parquet(
        path,
        "SELECT 1::BIGINT AS user_id, 'went' AS event, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS timestamp, 1.50::DECIMAL(5, 2) AS price,"
        " {'a': 1, 'b': [1, 2]} AS place, DATE '2026-01-02' AS day, NULL::VARCHAR AS nothing, 'x'::BLOB AS raw",
    )
    calls = list(read_calls([path], on_bad=pytest.fail))
    data = {"price": 1.5, "place": {"a": 1, "b": [1, 2]}, "day": "2026-01-02", "raw": "x"}
    assert calls == [Call(1, CallKind.EVENT, "1", name="went", data=data, timestamp=SECOND)]


def test_a_packed_parquet_table_is_read_too(tmp_path):
    parquet(tmp_path / "p", "SELECT range AS person, 'went' AS event FROM range(5000)")
    (tmp_path / "p.gz").write_bytes(gzip.compress((tmp_path / "p").read_bytes()))
    calls = list(read_calls([tmp_path / "p.gz"], on_bad=pytest.fail))
    assert [call.person for call in calls] == [str(number) for number in range(5000)]


def test_a_parquet_row_that_is_no_call_is_reported_by_its_number(tmp_path):
    parquet(tmp_path / "p", "SELECT unnest([1, NULL, 3]) AS person, 'went' AS event")
    bad: list[BadLine] = []
    calls = list(read_calls([tmp_path / "p"], on_bad=bad.append))
    assert [call.person for call in calls] == ["1", "3"]
    assert [(one.line, one.message) for one in bad] == [(2, "'person' is missing")]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "ndjson"),
        (b'{"a": 1}\n', "ndjson"),
        (b'{"a": 1}{"b": 2}\n', "json"),
        (b"{\n", "json"),
        (b" \n[", "json"),
        (b"PAR1", "parquet"),
        (b"email\n", "csv"),
        (b"a,b\n", "csv"),
        (b"nonsense\n", "ndjson"),
    ],
)
def test_the_first_bytes_tell_the_format(head, expected):
    assert format_of(head) == expected


@settings(max_examples=300, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.builds(
            bytes.__add__,
            st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"[", b"{", b"id,event\n"]),
            st.binary(max_size=80),
        ),
    ),
    form=st.sampled_from(["auto", "ndjson", "json", "csv"]),
)
def test_random_bytes_are_reported_and_never_raise(tmp_path_factory, data, form):
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(data)
    bad: list[BadLine] = []
    calls = list(read_calls([path], format=form, on_bad=bad.append))
    assert all(isinstance(call, Call) for call in calls)
    assert all(one.message and one.line >= 1 and one.column >= 1 for one in bad)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["type", "person", "name", "id", "data", "attributes", "timestamp", "action", "identifiers", "userId", "event", "traits", "method",
          "path", "body", "metric", "batch", "cio_relationships", "customer_identifiers", "metrics", "attribute_name", "request"]  # fmt: skip
KINDS = st.sampled_from(
    ["track", "identify", "person", "object", "delivery", "page", "alias", "group", "merge", "opened_email"]
)


@settings(max_examples=500, deadline=None)
@given(record=st.dictionaries(st.sampled_from(FIELDS), JSON | KINDS, max_size=8), kind=KINDS)
def test_records_with_the_right_fields_and_wrong_values_never_raise(tmp_path_factory, record, kind):
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_text(json.dumps({"type": kind} | record))
    list(read_calls([path], format="ndjson", on_bad=lambda bad: None))
