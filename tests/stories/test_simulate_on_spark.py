"""`mailwright simulate --engine spark`: the report of one process, from Spark's local mode."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_logs import TWELVE, made_log

from mailwright.cli import main
from simulator.cluster.engine import read_deliveries


def simulate(*words: str) -> list[str]:
    return ["-C", str(TWELVE), "simulate", "--as", "bench", *words]


@pytest.mark.timeout(400)
def test_the_report_of_local_mode_is_that_of_one_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log = made_log(tmp_path / "log.ndjson", 2_000, "--duplicates", "0.02")
    with log.open("ab") as file:
        file.write(b"not json\n")
    assert main(simulate(str(log), "--format", "json")) == 0
    one = capsys.readouterr().out
    out = tmp_path / "deliveries"
    words = simulate(
        str(log), "--format", "json", "--engine", "spark", "--master", "local[2]", "--deliveries-out", str(out),
        "--spark-conf", "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1",
    )  # fmt: skip  # so short a run never earns what Java would spend on optimizing itself
    done = subprocess.run([sys.executable, "-m", "mailwright", *words], capture_output=True, text=True, timeout=390)
    assert (done.returncode, done.stdout) == (0, one), done.stderr
    rows = list(read_deliveries(out))
    assert done.stderr == f"{out}: {len(rows):,} deliveries\n"
    assert rows
    assert all(row[0].startswith("p-") for row in rows)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sets", "3"], "--sets goes with --engine spark"),
        (["--master", "local[2]"], "--master goes with --engine spark"),
        (["--deliveries-out", "x"], "--deliveries-out goes with --engine spark"),
        (["--engine", "spark", "--trace", "x"], "--trace does not go with --engine spark"),
        (["--engine", "spark", "--index"], "--index does not go with --engine spark"),
        (["--engine", "spark", "--format", "jsonl"], "--format jsonl does not go with --engine spark"),
        (["--engine", "spark", "--sets", "0"], "--sets is at least 1"),
        (["--engine", "spark", "--spark-conf", "memory"], "'memory' is no setting of Spark's"),
    ],
)
def test_flags_that_do_not_go_together_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
):
    log = tmp_path / "log.ndjson"
    log.write_text("")
    assert main(simulate(str(log), *words)) == 3
    assert says in capsys.readouterr().err


@pytest.mark.timeout(400)
def test_a_disk_that_is_full_is_told_without_java(tmp_path: Path):
    log = made_log(tmp_path / "log.ndjson", 2_000)
    # No file may grow beyond 100 kB here: Java's workers meet it where they write what they sort.
    line = f'ulimit -f 100; exec {sys.executable} -m mailwright "$@"'
    words = simulate(str(log), "--engine", "spark", "--master", "local[2]", "--sets", "2")
    done = subprocess.run(["bash", "-c", line, "mailwright", *words], capture_output=True, text=True, timeout=390)
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert done.stderr.startswith("mailwright: a disk that Spark writes to is full\n   try: ")


@pytest.mark.timeout(400)
def test_a_backtest_on_spark_is_that_of_this_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log = made_log(tmp_path / "log.ndjson", 1_000)
    other = tmp_path / "other"
    shutil.copytree(TWELVE, other)
    campaign = other / "campaigns/slow-feature/campaign.yaml"
    campaign.write_text(campaign.read_text().replace("above: 1500", "above: 1800"))
    words = ["-C", str(other), "backtest", str(log), "--against", str(TWELVE), "--as", "bench", "--format", "json"]
    assert main(words) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["differs"]
    words += ["--engine", "spark", "--master", "local[2]"]
    done = subprocess.run([sys.executable, "-m", "mailwright", *words], capture_output=True, text=True, timeout=390)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # How often an assumption decided is counted where a campaign was replayed: here once for both, if nothing reaches it.
    for report in (one, found):
        report["assumptions"] = sorted(row["name"] for row in report["assumptions"])
    assert found == one


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sets", "3"], "--sets goes with --engine spark"),
        (["--engine", "spark", "--texts"], "--texts does not go with --engine spark"),
        (["--engine", "spark", "--index"], "--index does not go with --engine spark"),
        (["--engine", "spark", "--processes", "2"], "--processes does not go with --engine spark"),
    ],
)
def test_flags_of_a_backtest_that_do_not_go_together_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
):
    log = tmp_path / "log.ndjson"
    log.write_text("")
    assert main(["-C", str(TWELVE), "backtest", str(log), "--against", str(TWELVE), "--as", "bench", *words]) == 3
    assert says in capsys.readouterr().err
