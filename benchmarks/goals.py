"""The goals about speed, each beside its base: what is timed, by which clock, and what the answer has to be."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb
import orjson
from by_hand import HITS_IN_SQL, hits_by_hand, taken_by
from contents import content_of, edited_content
from growth import point
from journeys import JourneyPair
from measuring import Goal, Result, WrongAnswer, cpu, result_of, timed, wall
from render_many import MAILS, by_processes

from simulator.asking import ask_of, plain_reads
from simulator.bulk.hits import hits_in_columns
from simulator.bulk.index import Index
from simulator.content import Content, compile_content
from simulator.history.heads import SHAPES, flat_heads_of
from simulator.hits import count_hits
from simulator.log_tally import tally_log

ROOT = Path(__file__).parents[1]


class Skipped(Exception):
    """A goal that cannot be measured here, and why."""


@dataclass
class Bench:
    """What the goals share: the log, its answers and how often to measure."""

    log: Path
    rounds: int
    folder: Path  # for what is made from the log
    many: int = 500
    bad: list[object] = field(default_factory=list)

    @cached_property
    def hits(self) -> Counter[str]:
        """The right answer about triggers."""
        return hits_by_hand(self.log)

    def parse(self) -> int:
        """J: orjson on each line, nothing else."""
        count = 0
        with self.log.open("rb") as lines:
            for line in lines:
                orjson.loads(line)
                count += 1
        return count

    def count(self, campaigns: int) -> Callable[[], Counter[str]]:
        """The hits of so many campaigns, from file to counts."""
        content = compile_content(content_of(campaigns))
        return lambda: count_hits([self.log], content, on_bad=self.bad.append)

    @cached_property
    def content(self) -> Content:
        """The twelve, compiled."""
        return compile_content(content_of())

    @cached_property
    def parquet(self) -> Path:
        """The log as a table, an event's data as JSON text."""
        path = self.folder / "events.parquet"
        heads = "type: 'VARCHAR', id: 'VARCHAR', person: 'VARCHAR', name: 'VARCHAR', timestamp: 'BIGINT'"
        with duckdb.connect() as base:
            base.execute(
                "COPY (SELECT type, id, person, name, timestamp, coalesce(data, attributes)::VARCHAR AS data FROM "
                f"read_json('{self.log}', format = 'newline_delimited', columns = {{{heads}, data: 'JSON', "
                f"attributes: 'JSON'}})) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072)"
            )
        return path

    def index(self) -> Index:
        """The index of the log."""
        return Index(self.folder, self.log)

    def in_columns(self, log: Path) -> Callable[[], Counter[str]]:
        """The hits of the twelve, by columns."""
        return lambda: hits_in_columns(self.content, str(log)).counts()

    def replayed(self, processes: int, *, bulk_from: int = 0, indexed: bool = False) -> Callable[[], Counter[str]]:
        """The whole counting replay, journeys and all; gives the journeys by campaign."""
        project, root = content_of(), self.folder if indexed else None

        def run() -> Counter[str]:
            counts = tally_log(
                project, None, [self.log], render="none", processes=processes, on_bad=self.bad.append,
                bulk_from=bulk_from, index_at=root,
            )  # fmt: skip
            return Counter({slug: tally.entered for slug, tally in counts.summary.campaigns.items() if tally.entered})

        return run


def r1(bench: Bench) -> Iterator[Goal | Result]:
    """Routing in columns, on two threads."""
    yield Goal(
        "R1", "hits of 12 filters in columns, NDJSON", "orjson.loads", 0.7, wall,
        bench.parse, bench.in_columns(bench.log), bench.hits,
    )  # fmt: skip


def r2(bench: Bench) -> Iterator[Goal | Result]:
    """The same from Parquet."""
    yield Goal(
        "R2", "the same from Parquet", "orjson.loads", 0.5, wall,
        bench.parse, bench.in_columns(bench.parquet), bench.hits,
    )  # fmt: skip


def r3(bench: Bench) -> Iterator[Goal | Result]:
    """Streaming routing in one process."""
    what = "hits of 12 filters, line by line"
    yield Goal("R3", what, "orjson.loads", 0.8, cpu, bench.parse, bench.count(12), bench.hits)


def r4(bench: Bench) -> Iterator[Goal | Result]:
    """Against SQL written by hand, as many threads for both."""

    def by_sql() -> Counter[str]:
        with duckdb.connect(config={"threads": 2}) as base:
            return Counter(dict(base.execute(HITS_IN_SQL.format(log=bench.log)).fetchall()))

    if by_sql() != bench.hits:
        raise WrongAnswer("R4: the SQL has other hits than Python")
    yield Goal(
        "R4", "hits in columns", "DuckDB, SQL by hand", 1.3, wall, by_sql, bench.in_columns(bench.log), bench.hits
    )


def r5(bench: Bench) -> Iterator[Goal | Result]:
    """Many campaigns against twelve."""
    yield Goal(
        "R5", f"hits of {bench.many} campaigns", "hits of 12", 1.3, cpu,
        bench.count(12), bench.count(bench.many), bench.hits,
    )  # fmt: skip


def r6(bench: Bench) -> Iterator[Goal | Result]:
    """A filter edited, the log unchanged: the index is read in place of the log."""
    edited = compile_content(edited_content())
    right = count_hits([bench.log], edited, on_bad=bench.bad.append)
    hits_in_columns(bench.content, str(bench.log), index=bench.index())
    yield Goal(
        "R6", "hits of an edited filter, from the index", "orjson.loads", 0.08, wall,
        bench.parse, lambda: hits_in_columns(edited, str(bench.log), index=bench.index()).counts(), right,
    )  # fmt: skip


def r7(bench: Bench) -> Iterator[Goal | Result]:
    """The filters alone, on records in memory."""
    with bench.log.open("rb") as lines:
        raw = list(itertools.islice(lines, 20_000))
    records = [orjson.loads(line) for line in raw]
    tracks = [(record["name"], record["data"]) for record in records if record["type"] == "track"]
    routers = {name: router for (_, name), router in bench.content.routers.items()}
    properties = sorted({name for router in routers.values() for name in plain_reads(router)})
    places = {name: f"p{at}" for at, name in enumerate(properties)}
    heads = flat_heads_of(SHAPES[0], properties)
    asks = {name: ask_of(router, places, bench.content.assumptions) for name, router in routers.items()}
    decoded = [head for line in raw if isinstance(head := heads.decode(line), heads.track)]
    asked = [(ask, head.data) for head in decoded if (ask := asks.get(head.name.lower())) is not None]

    def parse() -> None:
        for line in raw:
            orjson.loads(line)

    def ask() -> int:
        return sum(len(one(data)) for one, data in asked)

    right = sum(len(taken_by(name, data)) for name, data in tracks)
    yield Goal("R7", "12 filters on 20,000 records in memory", "orjson.loads of them", 0.3, cpu, parse, ask, right)


def r8(bench: Bench) -> Iterator[Goal | Result]:
    """Journeys against simpy."""
    try:
        import simpy  # noqa: F401  # asked for by `JourneyPair.on_simpy`
    except ImportError:
        raise Skipped("simpy is not installed: pip install simpy") from None
    pair = JourneyPair(200_000, bench.folder)
    what = "200,000 journeys by class"
    yield Goal("R8", what, "simpy, a process each", 0.1, cpu, pair.on_simpy, pair.by_class, pair.sends)
    pair = JourneyPair(20_000, bench.folder)
    what = "20,000 journeys call by call"
    yield Goal("R8", what, "simpy, a process each", 0.1, cpu, pair.on_simpy, pair.call_by_call, pair.sends)


def r9(bench: Bench) -> Iterator[Goal | Result]:
    """The whole counting replay against parsing the log."""
    what = "replay with journeys, in columns"
    yield Goal("R9", what, "orjson.loads", 1.0, wall, bench.parse, bench.replayed(2), bench.hits)
    what = "the same, the columns from the index"
    bench.replayed(2, indexed=True)()
    yield Goal("R9", what, "orjson.loads", 1.0, wall, bench.parse, bench.replayed(2, indexed=True), bench.hits)
    for processes in (1, 2):
        what = f"call by call, {processes} process{'es' if processes > 1 else ''}"
        ours = bench.replayed(processes, bulk_from=10**15)
        yield Goal("R9", what, "orjson.loads", 1.0, wall, bench.parse, ours, bench.hits)


def r10(bench: Bench) -> Iterator[Goal | Result]:
    """Peak memory of the whole replay, in a process of its own, against the log's size."""
    row = point(bench.log, 12, 2)
    size = bench.log.stat().st_size / 1e6
    yield Result(
        "R10", "peak MB of the replay in columns", "MB of log", size, row["peak_mb"], row["peak_mb"] / size, 0.5
    )


def v(bench: Bench) -> Iterator[Goal | Result]:
    """V1 and V2, by the benchmark that compares texts and pages too; V3, pages by one process and by two."""
    run = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "render.py"), "--rounds", str(bench.rounds)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = re.findall(
        r"^(V\d)  (.+?)\s{2,}(.+?)\s+([\d.]+) ms  ours\s+([\d.]+) ms\s+([\d.]+) x .* for (\d+) of (\d+)",
        run.stdout,
        re.MULTILINE,
    )
    if not lines:
        raise Skipped(f"render.py said: {run.stderr.strip().splitlines()[-1:] or run.stdout[:200]}")
    for key, what, base, theirs, ours, ratio, same, of in lines:
        if same != of:
            raise WrongAnswer(f"{key}: the same for {same} of {of}")
        limit = 0.8 if key == "V1" else 1 / 6
        yield Result(key, f"{what}, a mail", base, float(theirs) / 1000, float(ours) / 1000, float(ratio), limit)
    what = f"{MAILS:,} mails by 2 processes"
    right = by_processes(1)
    yield Goal("V3", what, "the same by 1", 1 / 1.7, wall, lambda: by_processes(1), lambda: by_processes(2), right)


def c1(bench: Bench) -> Iterator[Goal | Result]:
    """Start-up."""
    yield Goal("C1", "mailwright --help", "python -c pass", 4.0, wall, _nothing, _command("--help"), 0)


def c2(bench: Bench) -> Iterator[Goal | Result]:
    """`check` of a small repository: without a cache, with it, and after an edit."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if _command("init", cwd=root)() != 0:
            raise Skipped("`mailwright init` did not make a repository")
        edited = next(root.glob("campaigns/*/*.liquid"))
        check = _command("check", cwd=root)

        def before_cold(_: int) -> None:
            for kept in (root / ".mailwright").rglob("*"):
                if kept.is_file():
                    kept.unlink()

        def before_edited(number: int) -> None:
            edited.write_text(edited.read_text() + f"<p>{number}</p>\n")

        for what, before in (
            ("check, nothing kept", before_cold),
            ("check again", _leave),
            ("check after an edit", before_edited),
        ):
            times = []
            for number in range(bench.rounds + 1):
                before(number)
                base, _ = timed(_nothing, wall)
                ours, code = timed(check, wall)
                if code != 0:
                    raise WrongAnswer(f"C2: check ended with {code}")
                times.append((base, ours))
            yield result_of("C2", what, "python -c pass", times[1:], 20.0)


def _leave(_: int) -> None:
    """Everything is kept."""


def _nothing() -> object:
    return subprocess.run([sys.executable, "-c", "pass"], check=True, env=_compiled()).returncode


def _compiled() -> dict[str, str]:
    """The environment, without what forbids Python to keep what it compiled: each start would compile all of ours."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _command(*words: str, cwd: Path | None = None) -> Callable[[], object]:
    """One run of the tool; gives its exit code."""
    line = [sys.executable, "-m", "mailwright", *words]
    return lambda: subprocess.run(line, capture_output=True, cwd=cwd or ROOT, check=False, env=_compiled()).returncode


GOALS: dict[str, Callable[[Bench], Iterator[Goal | Result]]] = {
    "R1": r1, "R2": r2, "R3": r3, "R4": r4, "R5": r5, "R6": r6, "R7": r7, "R8": r8, "R9": r9, "R10": r10,
    "V": v, "C1": c1, "C2": c2,
}  # fmt: skip
