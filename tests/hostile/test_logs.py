"""Event logs of anything: each bad line by its number, the rest goes on, and no value of a person is shown."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from mailwright.diagnostics import HistoryError
from simulator.history.streams import StreamBroken, lines_of

GOOD = b'{"type":"track","person":"a","name":"signed_up","timestamp":1767268801,"data":{}}\n'
SECRET = "zq9secretvalue"
BAD_LINES = {
    "no UTF-8": b'{"type":"track","person":"\xff%s"}' % SECRET.encode(),
    "NaN": b'{"type":"track","person":"a","name":"x","timestamp":NaN}',
    "Infinity": b'{"type":"track","person":"a","name":"x","timestamp":1767268801,"data":{"x":Infinity}}',
    "a deep value": b'{"type":"track","person":"a","name":"x","timestamp":1767268801,"data":'
    + b'{"a":' * 50_000
    + b"1"
    + b"}" * 50_000
    + b"}",
    "50 MB": b'{"type":"track","name":"' + b"x" * 50_000_000 + b'"}',
    "no person": b'{"type":"track","name":"x","timestamp":1767268801}',
    "a person that is a list": f'{{"type":"track","person":["{SECRET}"],"name":"x","timestamp":1767268801}}'.encode(),
    "an unknown type": f'{{"type":"{SECRET}","person":"{SECRET}"}}'.encode(),
    "a moment that is none": f'{{"type":"track","person":"a","name":"x","timestamp":"{SECRET}"}}'.encode(),
    "a list": b"[]",
    "nothing but null": b"null",
    "half an object": b'{"type":"track","person":"a"',
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_told_by_its_number_and_the_rest_goes_on(name, put, mailwright):
    log = put("log.ndjson", GOOD + BAD_LINES[name] + b"\n" + GOOD)
    shown = mailwright("simulate", log)
    assert shown.is_orderly()
    assert shown.code == 0
    assert "log.ndjson: 2 calls of 1 person" in shown.out
    assert "log.ndjson:2:" in shown.out
    assert SECRET not in shown.all
    strict = mailwright("simulate", log, "--strict")
    assert strict.code == 1
    assert "log.ndjson:2:" in strict.err
    assert SECRET not in strict.all


def test_lines_that_could_not_be_read_are_told_beside_a_trace_too(put, mailwright):
    shown = mailwright("simulate", put("log.ndjson", GOOD + b"{bad\n"), "--format", "jsonl")
    assert shown.err.startswith("1 line could not be read")
    assert all(line.startswith("{") for line in shown.out.splitlines())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("log.ndjson.gz", gzip.compress(GOOD * 100)[:-10], id="a gzip file cut off"),
        pytest.param("log.ndjson", b"\x1f\x8bjunk", id="gzip of nothing"),
        pytest.param("log.gz", gzip.compress(b"0" * 100_000_000), id="a gzip bomb"),
        pytest.param("log.zst", b"\x28\xb5\x2f\xfdjunkjunk", id="zstd of nothing"),
        pytest.param("log.parquet", b"PAR1junkPAR1", id="Parquet of nothing"),
        pytest.param("log.csv", b'a,b,c\n1,2\n"unclosed', id="a table of something else"),
        pytest.param("log.json", b"[" * 100_000, id="deep lists"),
        pytest.param("log.ndjson", bytes(range(256)) * 2_000, id="bytes"),
        pytest.param("log.ndjson", b"\0" * 1_000_000, id="zeros"),
    ],
)
def test_a_file_that_is_no_log_ends_with_1_and_says_why(name, content, put, process):
    shown = process("simulate", put(name, content))
    assert shown.is_orderly()
    assert shown.code == 1
    assert "could not be read" in shown.out
    assert "try: " in shown.out


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xef\xbb\xbf"], ids=["nothing", "lines", "a byte order mark"])
def test_an_empty_log_is_no_problem(content, put, mailwright):
    shown = mailwright("simulate", put("log.ndjson", content))
    assert shown.code == 0
    assert "0 calls" in shown.out


def test_a_line_without_end_is_given_up():
    piece = b"x" * 4_000_000
    lines = lines_of(piece for _ in range(10_000))
    with pytest.raises(StreamBroken, match="a line without end"):
        lines.readline(20_000_000)


@pytest.mark.parametrize("place", ["/nonexistent/log.ndjson", "campaigns/_shared/nothing"])
def test_a_log_that_is_not_there_is_told(place, mailwright):
    shown = mailwright("simulate", place)
    assert shown.code == HistoryError.exit_code
    assert "there is no event log" in shown.err


def test_a_device_that_gives_nothing_is_an_empty_log(mailwright):
    assert mailwright("simulate", os.devnull).code == 0


def test_names_of_a_log_cannot_steer_a_terminal(put, mailwright):
    line = GOOD.replace(b'"signed_up"', b'"\\u001b[31mred\\u202e"').replace(b'"a"', b'"\\u001b[31m"')
    log = put("log.ndjson", line + GOOD + line.replace(b"track", b"\\u001b"))
    for command in (
        ["simulate", log],
        ["simulate", log, "--show-people"],
        ["explain", "--person", "a", "--campaign", "welcome", log],
    ):
        shown = mailwright(*command)
        assert shown.is_orderly()
        assert not {"\x1b", "\u202e"} & set(shown.all), command


def test_halves_of_characters_in_data_reach_every_report(put, mailwright, tmp_path: Path):
    text = '{"type":"track","person":"a\\ud800","name":"signed_up","timestamp":1767268801,"data":{"k":"\\ud800"}}\n'
    log = put("log.ndjson", text.encode() + GOOD)
    for form in ("text", "json", "md", "html", "jsonl"):
        out = tmp_path / f"report.{form}"
        assert mailwright("simulate", log, "--format", form, "--out", out).is_orderly()
        assert out.read_bytes().decode("utf-8")
