"""What people's logs and machines do to a backtest: the answer, or an error that says where, and nothing half-written."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Run = Callable[..., Any]
Calls = list[dict[str, Any]]
START = 1_767_268_800
DAY = 86400
TOTALS = ("sent_before", "sent_after", "affected", "people")


def post(who: str, at: int, **rest: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "person": who,
        "name": "posted",
        "timestamp": at,
        "data": {"type": "photo", "source": "web"},
        **rest,
    }


def posts(count: int = 40, people: int = 8) -> Calls:
    found: Calls = [
        {
            "type": "identify",
            "person": f"p{number}",
            "timestamp": START,
            "attributes": {"email": f"p{number}@example.org"},
        }
        for number in range(people)
    ]
    return found + [post(f"p{number % people}", START + number * 3600) for number in range(count)]


def written(path: Path, calls: Calls) -> Path:
    path.write_text("".join(json.dumps(call) + "\n" for call in calls))
    return path


@pytest.fixture
def before(shop: Path, tmp_path: Path) -> Path:
    """The project as it was: it had no email for photos."""
    (shop / "campaigns/_shared/people.yaml").write_text("identifier: id\n")
    folder = tmp_path / "before"
    subprocess.run(["cp", "-r", str(shop), str(folder)], check=True)
    photo = folder / "campaigns/photo/campaign.yaml"
    photo.write_text(photo.read_text().replace("    type: photo\n", "    type: nothing\n"))
    return folder


@pytest.fixture
def totals(mailwright: Run, before: Path) -> Callable[..., dict[str, Any]]:
    """The totals of a backtest of some log, and the bad lines."""

    def run(log: Path, *words: str) -> dict[str, Any]:
        shown = mailwright("backtest", log, "--against", before, "--format", "json", *words)
        assert shown.code == 0, shown.err
        found: dict[str, Any] = json.loads(shown.out)
        return {
            **{name: found["totals"][name] for name in TOTALS},
            "bad": found["bad_lines"],
            "notes": dict(found["notes"]),
        }

    return run


def test_duplicate_ids_count_once(totals: Any, tmp_path: Path) -> None:
    once = [post("p1", START + number * 60, id=f"e{number}") for number in range(20)]
    assert totals(written(tmp_path / "twice", once + once)) == totals(written(tmp_path / "once", once))


def test_events_out_of_order_by_days_are_answered_and_told(totals: Any, tmp_path: Path) -> None:
    calls = [
        {**call, "timestamp": call["timestamp"] - 6 * DAY} if number < 8 else call
        for number, call in enumerate(posts())
    ]
    mixed = calls[:8] + calls[-16:] + [{**call, "timestamp": call["timestamp"] - 5 * DAY} for call in calls[8:-16]]
    log = written(tmp_path / "mixed", mixed)
    found, sorted_first = totals(log), totals(log, "--by-time")
    assert 0 < found["sent_after"] < sorted_first["sent_after"] == 40  # what comes 72 hours late starts nothing
    assert any("more than a day behind" in note for note in found["notes"])
    assert not any("more than a day behind" in note for note in sorted_first["notes"])


def test_two_types_in_one_property_are_two_values(totals: Any, tmp_path: Path) -> None:
    calls = posts(people=2)
    kinds: list[Any] = ["photo", 7, None, ["photo"], {"photo": True}, True, "PHOTO"]
    for number, call in enumerate(calls[2:]):
        call["data"] = {"type": kinds[number % len(kinds)], "source": "web"}
    found = totals(written(tmp_path / "mixed", calls))
    photos = sum(call["data"]["type"] in ("photo", "PHOTO") or call["data"]["type"] == ["photo"] for call in calls[2:])
    assert 0 < found["sent_after"] <= photos
    assert found["bad"] == []


def test_columns_missing_in_half_of_the_files_are_missing_there_only(totals: Any, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    row = f"'p1' AS person, 'posted' AS event, {START} AS timestamp"
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT {row}, 'photo' AS type_, 'photo' AS \"type\", 'web' AS source) TO '{folder}/1.parquet'"
        )
        database.execute(f"COPY (SELECT {row.replace('p1', 'p2')}) TO '{folder}/2.parquet'")
        database.execute(f"COPY (SELECT 'posted' AS event, {START} AS timestamp) TO '{folder}/3.parquet'")
    found = totals(folder)
    assert found["people"] == 2
    assert [(Path(bad["file"]).name, bad["message"]) for bad in found["bad"]] == [
        ("3.parquet", "no column says whom a row is about")
    ]


def parquet(path: Path, calls: Calls) -> bytes:
    rows = [
        (call["person"], call.get("name"), call["timestamp"], json.dumps(call.get("data", call.get("attributes"))))
        for call in calls
    ]
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t (person TEXT, event TEXT, timestamp BIGINT, data TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["Parquet", "gzip"])
def test_a_truncated_file_is_told_with_its_place_and_its_start_still_counts(
    totals: Any, mailwright: Run, before: Path, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    written(folder / "1.ndjson", posts())
    whole = totals(folder)["sent_after"]
    data = parquet(tmp_path / "t", posts()) if kind == "Parquet" else gzip.compress(os.urandom(5000).hex().encode())
    (folder / "2").write_bytes(data[: len(data) - 20])
    found = totals(folder)
    assert found["sent_after"] == whole
    assert [Path(bad["file"]).name for bad in found["bad"]] == ["2"] or kind == "gzip"
    assert "cut off" in found["bad"][-1]["message"]
    strict = mailwright("backtest", folder, "--against", before, "--strict", "--out", tmp_path / "out")
    assert strict.code == 1
    assert "/2:1:1" in strict.err
    assert not (tmp_path / "out").exists()


def test_a_person_of_very_many_events_takes_time_in_line_with_them(totals: Any, tmp_path: Path) -> None:
    seconds = []
    for count in (1_000, 8_000):
        log = written(tmp_path / f"{count}", posts(count, people=1))
        start = time.process_time()
        assert totals(log)["sent_after"] == count
        seconds.append(time.process_time() - start)
    assert seconds[1] < 8 * 2.5 * max(seconds[0], 0.1)


def command(shop: Path, *words: str | Path) -> list[str]:
    return [sys.executable, "-m", "mailwright", "-C", str(shop), "backtest", *map(str, words)]


def test_a_full_disk_leaves_no_half_of_a_report(shop: Path, before: Path, tmp_path: Path) -> None:
    log = written(tmp_path / "log", posts())
    out = tmp_path / "kept" / "page.html"
    out.parent.mkdir()
    words = command(shop, log, "--against", before, "--format", "html", "--out", out)
    limited = ["sh", "-c", 'ulimit -f 8 && exec "$@"', "sh", *words]  # files of four kilobytes
    done = subprocess.run(
        limited, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert done.returncode == 3, done.stderr
    assert "cannot write" in done.stderr
    assert list(out.parent.iterdir()) == []


def worker_of(parent: int) -> int | None:
    """The process of a share, once it runs."""
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return next(
            (int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()), None
        )
    except OSError:
        return None


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_a_killed_process_ends_the_run_in_a_sentence(shop: Path, before: Path, tmp_path: Path) -> None:
    log = written(tmp_path / "log", posts(20_000, people=500))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = command(shop, log, "--against", before, "--processes", "2", "--out", tmp_path / "out")
    env = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env) as going:
        worker = None
        while worker is None and going.poll() is None:
            worker = worker_of(going.pid)
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        _, said = going.communicate(timeout=120)
    assert going.returncode == 1
    assert "a process ended before its share of the log was done" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_an_interrupt_ends_every_process_in_silence(shop: Path, before: Path, tmp_path: Path) -> None:
    log = written(tmp_path / "log", posts(20_000, people=500))
    words = command(shop, log, "--against", before, "--processes", "2")
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True) as going:
        while (worker := worker_of(going.pid)) is None:
            assert going.poll() is None
        os.killpg(going.pid, signal.SIGINT)
        _, said = going.communicate(timeout=120)
    assert going.returncode == 130
    assert said == ""
    assert not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text().split()[2]
