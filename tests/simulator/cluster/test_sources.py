"""Which files a cluster is asked for, and which it cannot read; no cluster is needed to know."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.cluster.sources import is_address, sources_of

LINE = b'{"type":"track","person":"a","name":"bought"}\n'
NOBODY = cast(Any, None)  # files of this machine are found without a session


def test_a_folder_stands_for_its_files_in_order(tmp_path: Path):
    for name in ("b.ndjson", "a.ndjson", "_SUCCESS", ".hidden"):
        (tmp_path / name).write_bytes(LINE)
    pq.write_table(pa.table({"person": ["a"], "event": ["bought"]}), tmp_path / "c.parquet")
    found = sources_of([tmp_path], NOBODY)
    assert [Path(file.label).name for file in found.files] == ["a.ndjson", "b.ndjson", "c.parquet"]
    assert [file.is_table for file in found.files] == [False, False, True]
    assert found.files[2].columns == ("person string", "event string")
    assert found.size == sum((tmp_path / name).stat().st_size for name in ("a.ndjson", "b.ndjson", "c.parquet"))


def test_a_name_that_looks_like_a_pattern_means_itself(tmp_path: Path):
    file = tmp_path / "day [1] {x}*.ndjson"
    file.write_bytes(LINE)
    assert sources_of([file], NOBODY).files[0].url.endswith(r"day \[1\] \{x\}\*.ndjson")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("log.csv", b"person,event\na,bought\n", "is a CSV table", id="a table as text"),
        pytest.param("log.json", b"[" + LINE.strip() + b"]", "is one JSON document", id="one document"),
        pytest.param(
            "log.ndjson", gzip.compress(LINE), "packed with gzip under another name", id="packed, not named so"
        ),
        pytest.param("log.zst", bytes.fromhex("28b52ffd20016100000a"), "packed with zstd", id="zstd"),
        pytest.param("log.gz", gzip.compress(b"PAR1...."), "is a packed Parquet file", id="a packed table"),
    ],
)
def test_what_a_cluster_cannot_read_is_refused_by_its_content(tmp_path: Path, name: str, content: bytes, says: str):
    if name == "log.zst":
        import zstandard

        content = zstandard.compress(LINE)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=says):
        sources_of([tmp_path / name], NOBODY)


def test_a_packed_log_of_that_name_is_read(tmp_path: Path):
    (tmp_path / "log.ndjson.gz").write_bytes(gzip.compress(LINE))
    assert not sources_of([tmp_path / "log.ndjson.gz"], NOBODY).files[0].is_table


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("log.parquet", b"PAR1 cut off", "the Parquet file cannot be read", id="a table cut off"),
        pytest.param(
            "log.gz", gzip.compress(LINE)[:12], "the gzip file ends before its end", id="a packed log cut off"
        ),
        pytest.param("log.txt", b"\xff\xfe{\x00", "the file is UTF-16", id="another encoding"),
    ],
)
def test_a_file_that_nobody_can_read_is_a_bad_line(tmp_path: Path, name: str, content: bytes, says: str):
    (tmp_path / name).write_bytes(content)
    found = sources_of([tmp_path / name], NOBODY)
    assert not found.files
    assert found.bad[0].message.startswith(says)


def test_standard_input_is_refused():
    with pytest.raises(ConfigurationError, match="standard input"):
        sources_of(["-"], NOBODY)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(HistoryError, match="there is no event log"):
        sources_of([tmp_path / "none"], NOBODY)


def test_a_file_named_twice_is_refused(tmp_path: Path):
    (tmp_path / "log.ndjson").write_bytes(LINE)
    with pytest.raises(ConfigurationError, match="is named twice"):
        sources_of([tmp_path / "log.ndjson", tmp_path], NOBODY)


@pytest.mark.parametrize(
    ("path", "is_one"), [("s3a://b/k", True), ("dbfs:/x", True), ("logs/x", False), ("/x:y", False)]
)
def test_an_address_is_told_from_a_path(path: str, is_one: bool):
    assert is_address(path) is is_one
