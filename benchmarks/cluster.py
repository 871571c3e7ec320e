#!/usr/bin/env python3
"""Goal D1: Spark with two workers against one, and against a plain pool of processes doing the same job.

    benchmarks/cluster.py                    a million lines, three rounds
    benchmarks/cluster.py --lines 200k --rounds 1

The job is the whole replay of the twelve campaigns: lines in, sorted by people, every set replayed, counts gathered.
The pool runs the same functions on the same blocks; `simulate` is mailwright's own way on one machine, which sorts
nothing because each process reads the whole log. Sessions are started before the clock. Beside the wall stands CPU time
of all processes together, Java's too, which other work on the machine disturbs less. Ends with 1 when answers differ.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from mailwright import load_project
from simulator.cluster.blocks import BLOCK, PATH, VALUE, lines_read
from simulator.cluster.log_order import log_order, repeats_among
from simulator.cluster.parts import FACTS, IDS, facts_from_bytes
from simulator.cluster.reading import Assignment, Reader
from simulator.cluster.replaying import Work, counts_from, project_as_bytes, replayed
from simulator.cluster.worker_faults import Fault
from simulator.content import compile_content
from simulator.replay import LOOK_AHEAD
from simulator.wanting import wanted_by

ROOT = Path(__file__).resolve().parents[1]
SETS = 16
BLOCKS = 8
WAYS = ("simulate 1", "simulate 2", "pool 1", "pool 2", "spark 1", "spark 2")
Answer = list[int]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="1m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", default=",".join(WAYS), help="some of them, with commas between")
    parser.add_argument("--log", type=Path, help="a log that is there already")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "WORKERS"), help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.one:
        way, workers = args.one
        print(json.dumps(RUN[way](args.log, int(workers))))
        return 0
    with tempfile.TemporaryDirectory(prefix="mailwright-bench-") as folder:
        log = args.log or made_log(Path(folder) / "log.ndjson", args.lines)
        return compared(log, args.rounds, args.ways.split(","))


def compared(log: Path, rounds: int, ways: Sequence[str]) -> int:
    """Every way in turn, and the ratios that the goal is about."""
    walls: dict[str, list[float]] = {way: [] for way in ways}
    cpus: dict[str, list[float]] = {way: [] for way in ways}
    answers: set[str] = set()
    for number in range(rounds):
        for way in ways:
            line = [sys.executable, __file__, "--log", str(log), "--one", *way.split()]
            done = json.loads(subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
            walls[way].append(done["wall"])
            cpus[way].append(done["cpu"])
            answers.add(str(done["answer"]))
            print(
                f"round {number + 1}  {way:12}{done['wall']:8.1f} s wall{done['cpu']:8.1f} s cpu  {done['answer']}",
                flush=True,
            )
    print()
    for ours, base, goal in [
        ("spark 1", "spark 2", ">= 1.5"), ("pool 1", "pool 2", ""), ("spark 2", "pool 2", "<= 1.4"),
        ("spark 1", "pool 1", ""), ("spark 2", "simulate 2", ""),
    ]:  # fmt: skip
        if ours not in walls or base not in walls:
            continue
        wall, cpu = (statistics.median(a / b for a, b in zip(of[ours], of[base], strict=True)) for of in (walls, cpus))
        print(f"D1  {ours:8} / {base:12}{wall:6.2f} by the wall{cpu:7.2f} by CPU   {goal}")
    if len(answers) > 1:
        print("WRONG ANSWER: the ways differ")
        return 1
    return 0


def made_log(path: Path, lines: str) -> Path:
    tool = str(ROOT / "tools" / "make_events.py")
    subprocess.run([sys.executable, tool, "--lines", lines, "--out", str(path)], check=True)
    return path


def measured(work: Callable[[], Answer]) -> dict[str, Any]:
    """What the work gave, and what it took of all processes that are ours."""
    before, start = cpu_of_all(), time.perf_counter()
    answer = work()
    wall = time.perf_counter() - start
    return {"wall": wall, "cpu": cpu_of_all() - before, "answer": answer}


def cpu_of_all() -> float:
    """CPU seconds of this process and all it has started, with those that are over and were waited for."""
    rows: dict[int, tuple[int, int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        rows[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    ours, more = {os.getpid()}, True
    while more:
        found = {number for number, (parent, _) in rows.items() if parent in ours} - ours
        ours |= found
        more = bool(found)
    return sum(rows[number][1] for number in ours if number in rows) / os.sysconf("SC_CLK_TCK")


# --- the ways ---------------------------------------------------------------------------------------------------------


def run_simulate(log: Path, workers: int) -> dict[str, Any]:
    from simulator.log_tally import tally_log

    def work() -> Answer:
        found = tally_log(project(), None, [log], processes=workers, on_bad=print)
        return answer_of([found.summary], found.run.people)

    return measured(work)


def run_spark(log: Path, workers: int) -> dict[str, Any]:
    from simulator.cluster.engine import Options, counts_on_spark, engine
    from simulator.cluster.session import Cluster

    with engine(Cluster(f"local[{workers},4]")) as spark:
        options = Options(sets=SETS)

        def work(file: Path = log) -> Answer:
            found = counts_on_spark(project(), None, [file], options, spark=spark).counts
            return answer_of([found.summary], found.run.people)

        # Java compiles what it runs often, and workers import what they need: once, before the clock.
        with tempfile.TemporaryDirectory() as folder:
            work(made_log(Path(folder) / "warm.ndjson", "20k"))
        return measured(work)


def run_pool(log: Path, workers: int) -> dict[str, Any]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(warm, range(workers * 2)))
        return measured(lambda: by_pool(log, pool))


RUN = {"simulate": run_simulate, "spark": run_spark, "pool": run_pool}


def project() -> Any:
    return load_project(Path(__file__).parent / "twelve")


def answer_of(summaries: Sequence[Any], people: int) -> Answer:
    """Journeys, sent messages and people."""
    return [
        sum(summary.total(lambda tally: tally.entered) for summary in summaries),
        sum(summary.total(lambda tally: tally.sent()) for summary in summaries),
        people,
    ]


def warm(_: int) -> int:
    return len(compile_content(project()).campaigns)


# --- the same job by a plain pool -------------------------------------------------------------------------------------


def by_pool(log: Path, pool: ProcessPoolExecutor) -> Answer:
    rows = [row for found in pool.map(read_block, blocks_of(log)) for row in found]
    order = log_order(facts_from_bytes(row["content"]) for row in rows if row["people"] == FACTS)
    places: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows:
        if row["people"] == IDS:
            for rank, one in enumerate(row["ids"], row["first"]):
                places.setdefault(one, []).append((0, row["block"], rank))
    repeats = repeats_among((found for found in places.values() if len(found) > 1), order, 500_000)
    stop = (order.newest or 0) + LOOK_AHEAD
    work = Work(
        project_as_bytes(project()), None, "outcome", stop, order.places, repeats.ranks, (str(log),), False, False
    )
    jobs = []
    for number in range(SETS):
        own = sorted((row for row in rows if row["people"] == number), key=lambda row: (row["block"], row["first"]))
        jobs.append((work, [{name: row[name] for name in ("people", "file", "block", "content")} for row in own]))
    counts = []
    for one in map(counts_from, pool.map(replay_set, jobs)):
        if isinstance(one, Fault):
            raise SystemExit(f"a set was not replayed: {one}")
        counts.append(one)
    return answer_of([one.summary for one in counts], sum(one.run.people for one in counts))


def blocks_of(log: Path) -> Iterator[tuple[str, int, int]]:
    """The log in blocks that start with a line."""
    size, start = log.stat().st_size, 0
    with log.open("rb") as file:
        for number in range(1, BLOCKS + 1):
            file.seek(size * number // BLOCKS)
            file.readline()
            yield str(log), start, file.tell()
            start = file.tell()


def read_block(block: tuple[str, int, int]) -> list[dict[str, Any]]:
    log, start, end = block
    reader = Reader(wanted_by(compile_content(project())), {log: 0}, (log,), Assignment(SETS))
    return [row for batch in lines_read(batches_of(log, start, end), reader) for row in batch.to_pylist()]


def batches_of(log: str, start: int, end: int) -> Iterator[pa.RecordBatch]:
    with open(log, "rb") as file:
        file.seek(start)
        while file.tell() < end:
            lines = [line.rstrip(b"\n") for line in file.readlines(min(1 << 18, end - file.tell()))]
            columns = [pa.array(lines, pa.binary()), pa.array([log] * len(lines)), pa.array([start] * len(lines))]
            yield pa.RecordBatch.from_arrays(columns, names=[VALUE, PATH, BLOCK])


def replay_set(job: tuple[Work, list[dict[str, Any]]]) -> bytes:
    work, rows = job
    batch = pa.RecordBatch.from_pylist(rows)
    return next(found for out in replayed([batch], work) for found in out.column("counts").to_pylist() if found)


if __name__ == "__main__":
    sys.exit(main())
