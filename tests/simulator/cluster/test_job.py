"""Histories replayed by a real cluster of two executors, with the answer of one process, row by row."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from building import START, campaign, project
from made_logs import TWELVE, as_parquet, made_log

from mailwright import load_project
from mailwright.diagnostics import ConfigurationError, HistoryError, RefusedError
from simulator.cluster.engine import Options, counts_on_spark, deliveries_on_spark, engine, read_deliveries
from simulator.cluster.session import Cluster
from simulator.cluster.shipping import see_workers
from simulator.cluster.worker_faults import WorkerFault
from simulator.content import compile_content
from simulator.history.fast import relevant_calls
from simulator.history.readers import read_calls
from simulator.history.wanted import Seen
from simulator.log_tally import Counts, tally_log
from simulator.replay import replay
from simulator.summary import Summary
from simulator.trace import Delivery, Entered
from simulator.wanting import wanted_by

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("spark")]
LINES = 200_000
SHOWN = Options(sets=8, people_shown=True)


@pytest.fixture(scope="module")
def twelve() -> Any:
    return load_project(TWELVE)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_log(tmp_path_factory.mktemp("logs") / "log.ndjson", LINES, "--duplicates", "0.01", "--late", "0.05")


@pytest.fixture(scope="module")
def tables(log: Path) -> Path:
    return as_parquet(log, log.parent / "tables", 8)


@pytest.fixture(scope="module")
def counted(twelve: Any, log: Path) -> Any:
    """What one process counts in the log."""
    return tally_log(twelve, None, [log], on_bad=pytest.fail)


def one_process(made: Any, files: list[Path]) -> tuple[list[tuple[Any, ...]], Counts]:
    """The deliveries of a replay by this process, as records, and what the log adds up to."""
    lines: dict[tuple[str, str, int], int] = {}
    rows, summary, seen = [], Summary(), Seen()

    def note(entry: Any) -> None:
        summary.add(entry)
        key = (entry.campaign, entry.person, getattr(entry, "journey", -1))
        if isinstance(entry, Entered):
            lines[key] = entry.line
        elif isinstance(entry, Delivery):
            rows.append(
                (
                    *key[1::-1],
                    entry.step,
                    entry.at,
                    entry.channel,
                    entry.status,
                    entry.failure or entry.reason,
                    lines[key],
                )
            )

    calls = relevant_calls(files, wanted_by(compile_content(made)), seen=seen, on_bad=pytest.fail)
    run = replay(made, None, calls, sink=note, render="outcome")
    return sorted(rows), Counts(run, summary, seen.notes)


def same_counts(ours: Any, theirs: Any) -> None:
    """Two counts of one log are the same in all that a report says."""
    assert ours.summary.campaigns == theirs.summary.campaigns
    assert ours.summary.per_day == theirs.summary.per_day
    assert ours.summary.doubles == theirs.summary.doubles
    assert (ours.summary.warnings, ours.summary.warning_lines) == (
        theirs.summary.warnings,
        theirs.summary.warning_lines,
    )
    for name in ("calls", "people", "calls_by_name", "unused_events", "first_at", "last_at", "until", "not_modelled"):
        assert getattr(ours.run, name) == getattr(theirs.run, name), name
    assert set(+ours.run.assumptions) == set(+theirs.run.assumptions)
    assert ours.notes == theirs.notes


def test_a_cluster_makes_of_a_folder_of_parquet_what_one_process_makes(spark, twelve, tables, tmp_path):
    files = sorted(tables.iterdir())
    answer = deliveries_on_spark(twelve, None, [tables], SHOWN, tmp_path / "out", spark=spark)
    ours = sorted(read_deliveries(tmp_path / "out"))
    theirs, one = one_process(twelve, files)
    assert ours == theirs
    assert answer.deliveries == len(ours) > 10_000
    same_counts(answer.counts, one)
    assert one.summary.warnings["duplicate_event_id", ""] > 100
    assert all(name.startswith(("part-", "_SUCCESS")) for name in os.listdir(tmp_path / "out"))


def test_a_cluster_counts_lines_as_one_process_does(spark, twelve, log, tmp_path):
    other = tmp_path / "other [log] {1}.ndjson"
    other.write_bytes(b"not json\n\n" + b"".join(log.read_bytes().splitlines(keepends=True)[:500]))
    bad: list[Any] = []
    one = tally_log(twelve, None, [log, other], on_bad=bad.append)
    answer = counts_on_spark(twelve, None, [log, other], Options(sets=8), spark=spark)
    same_counts(answer.counts, one)
    assert [(one.file, one.line, one.message) for one in answer.bad] == [
        (one.file, one.line, one.message) for one in bad
    ]
    with pytest.raises(HistoryError) as caught:
        counts_on_spark(twelve, None, [other], Options(sets=2, strict=True), spark=spark)
    assert caught.value.span is not None
    assert (caught.value.span.file, caught.value.span.line) == (str(other), 1)


def _write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def _bought(who: str, at: int, **more: Any) -> dict[str, Any]:
    return {"type": "track", "person": who, "name": "bought", "timestamp": START + at, "data": {}, **more}


def _small() -> Any:
    return project({"bought": campaign("bought", {"email": "hello"}, {"wait": "1d"}, {"email": "hello", "id": "again"})},
                   bodies={"hello": "Hi"})  # fmt: skip


def test_people_whom_calls_tie_are_together_on_a_cluster(spark, tmp_path):
    records = [_bought(f"p{number}", number) for number in range(40)]
    records += [
        {"type": "merge", "person": f"p{n}", "other": f"p{n + 1}", "timestamp": START + 100 + n}
        for n in range(0, 20, 2)
    ]
    records += [{"type": "track", "anonymous_id": "x", "name": "bought", "timestamp": START + 200, "data": {}}]
    records += [{"type": "identify", "person": "p30", "timestamp": START + 210, "attributes": {"anonymous_id": "x"}}]
    log = _write(tmp_path / "log.ndjson", records)
    said: list[str] = []
    options = Options(sets=8, people_shown=True, say=said.append)
    answer = deliveries_on_spark(_small(), None, [log], options, tmp_path / "out", spark=spark)
    whole = replay(_small(), None, read_calls([log], on_bad=pytest.fail), render="outcome")
    assert sorted(row[:4] for row in read_deliveries(tmp_path / "out")) == sorted(
        (one.person, one.campaign, one.step, one.at) for one in whole.entries if isinstance(one, Delivery)
    )
    assert answer.counts.run.people == whole.people
    assert any("belong to the same people" in text for text in said)


def test_a_call_about_everybody_is_told_and_replayed_in_one_piece(spark, tmp_path):
    records = [
        _bought("a", 0),
        {"type": "broadcast", "name": "news", "timestamp": START + 5, "data": {}},
        _bought("b", 9),
    ]
    log = _write(tmp_path / "log.ndjson", records)
    said: list[str] = []
    answer = counts_on_spark(_small(), None, [log], Options(sets=8, say=said.append), spark=spark)
    assert answer.sets == 1
    assert answer.counts.summary.total(lambda tally: tally.entered) == 2
    assert said == [
        f"{log}:2: a call about everybody (broadcast), so the history is replayed in one piece, by one worker"
    ]


def test_a_worker_that_breaks_names_the_campaign_and_the_persons_digest(spark, tmp_path):
    window = {"window": {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "UTC"}}
    made = project({"early": campaign("bought", window, {"email": "hello"})}, bodies={"hello": "Hi"})
    # A time long before year 1, which no calendar of Python's knows.
    log = _write(tmp_path / "log.ndjson", [_bought("a", 0), _bought("secret-person", -99_000_000_000 - START)])
    with pytest.raises(WorkerFault) as caught:
        counts_on_spark(made, None, [log], Options(sets=8), spark=spark)
    said = str(caught.value)
    assert "campaign 'early'" in said
    assert "p-" in said
    assert "secret" not in said
    assert "java" not in said.lower()
    assert str(caught.value.span) == f"{log}:2:1"


def test_an_executor_that_is_killed_changes_nothing(spark, twelve, log, counted):
    killed: list[int] = []
    killer = threading.Thread(target=_kill_once_at_work, args=(spark, killed), daemon=True)
    killer.start()
    answer = counts_on_spark(twelve, None, [log], Options(sets=16), spark=spark)
    killer.join(10)
    assert killed, "the job was over before an executor could be killed"
    same_counts(answer.counts, counted)


def _kill_once_at_work(spark: Any, killed: list[int]) -> None:
    """Kill one executor while tasks of the replay run, once some of them are done."""
    tracker = spark.sparkContext.statusTracker()
    while not killed:
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            if info is not None and info.numTasks == 16 and info.numCompletedTasks >= 2:
                victim = executors()[0]
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                return
        time.sleep(0.02)


def executors() -> list[int]:
    """The executors that this process has started, by way of Java."""
    parents, found = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if b"CoarseGrainedExecutorBackend" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue

    def is_ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [process for process in sorted(found) if is_ours(process)]


def test_what_a_cluster_cannot_read_is_told(spark, tmp_path):
    table = tmp_path / "log.csv"
    table.write_text("person,event,timestamp\na,bought,1\n")
    for given, says in [
        ([table], "is a CSV table, which --engine spark does not read"),
        (["-"], "cannot read standard input"),
        ([_write(tmp_path / "log.ndjson", [_bought("a", 0)])] * 2, "is named twice"),
    ]:
        with pytest.raises(ConfigurationError, match=says):
            counts_on_spark(_small(), None, given, Options(), spark=spark)
    with pytest.raises(HistoryError, match="there is no event log 'file:/no/such/log"):
        counts_on_spark(_small(), None, ["file:///no/such/log"], Options(), spark=spark)


def test_a_truncated_table_is_told_as_by_one_process(spark, tmp_path):
    log = _write(tmp_path / "log.ndjson", [_bought("a", 0), _bought("b", 5)])
    folder = as_parquet(log, tmp_path / "tables", 2)
    whole = (folder / "part-1.parquet").read_bytes()
    (folder / "part-1.parquet").write_bytes(whole[: len(whole) // 2])
    bad: list[Any] = []
    one = tally_log(_small(), None, [folder], on_bad=bad.append)
    answer = counts_on_spark(_small(), None, [folder], Options(sets=2), spark=spark)
    assert answer.counts.summary.campaigns == one.summary.campaigns
    assert list(answer.bad) == bad


def test_a_folder_that_holds_something_is_not_written_over(spark, tmp_path):
    log = _write(tmp_path / "log.ndjson", [_bought("a", 0)])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(RefusedError):
        deliveries_on_spark(_small(), None, [log], Options(), tmp_path / "out", spark=spark)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_history_of_nothing_is_counted(spark, tmp_path):
    log = tmp_path / "log.ndjson"
    log.write_text("")
    answer = counts_on_spark(_small(), None, [log], Options(), spark=spark)
    assert answer.counts.run.people == answer.counts.run.calls == 0


def test_an_address_is_listed_and_written_by_the_cluster_itself(spark, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    first = _write(folder / "a b.ndjson", [_bought("a", 0), _bought("b", 5)])
    as_parquet(_write(tmp_path / "other.ndjson", [_bought("c", 9)]), folder / "tables", 1)
    one = tally_log(_small(), None, [first, folder / "tables"], on_bad=pytest.fail)
    target = f"file://{tmp_path}/out"
    options = Options(sets=2, people_shown=True)
    answer = deliveries_on_spark(_small(), None, [f"file://{folder}"], options, target, spark=spark)
    assert answer.counts.summary.campaigns == one.summary.campaigns
    assert {row[0] for row in read_deliveries(tmp_path / "out")} == {"a", "b", "c"}


def test_a_session_that_is_there_is_taken_and_left_as_it_was(spark):
    before = spark.conf.get("spark.sql.session.timeZone")
    with engine(Cluster()) as session:
        assert session is spark
    assert spark.conf.get("spark.sql.session.timeZone") == before
    assert spark.range(3).count() == 3


def test_workers_that_have_this_program_are_sent_nothing(spark, tmp_path):
    assert see_workers(spark, tmp_path) is False
    assert list(tmp_path.iterdir()) == []
