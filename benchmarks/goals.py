"""The goals about speed, each beside its base: what is timed, by which clock, and what the answer has to be."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import orjson
from by_hand import hits_by_hand
from contents import content_of
from journeys import JourneyPair
from measuring import Goal, Result, WrongAnswer, cpu, result_of, timed, wall

from simulator.content import compile_content
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

    def replayed(self, processes: int) -> Callable[[], Counter[str]]:
        """The whole counting replay, journeys and all; gives the journeys by campaign."""
        project = content_of()

        def run() -> Counter[str]:
            counts = tally_log(project, None, [self.log], render="none", processes=processes, on_bad=self.bad.append)
            return Counter({slug: tally.entered for slug, tally in counts.summary.campaigns.items() if tally.entered})

        return run


def r3(bench: Bench) -> Iterator[Goal | Result]:
    """Streaming routing in one process."""
    what = "hits of 12 filters, file to hits"
    yield Goal("R3", what, "orjson.loads", 0.8, cpu, bench.parse, bench.count(12), bench.hits)


def r5(bench: Bench) -> Iterator[Goal | Result]:
    """Many campaigns against twelve."""
    yield Goal(
        "R5", f"hits of {bench.many} campaigns", "hits of 12", 1.3, cpu,
        bench.count(12), bench.count(bench.many), bench.hits,
    )  # fmt: skip


def r8(bench: Bench) -> Iterator[Goal | Result]:
    """Journeys against simpy."""
    try:
        import simpy  # noqa: F401  # asked for by `JourneyPair.on_simpy`
    except ImportError:
        raise Skipped("simpy is not installed: pip install simpy") from None
    pair = JourneyPair(entries=20_000)
    what = "20,000 journeys, their calls taken in"
    yield Goal("R8", what, "simpy, a process each", 0.1, cpu, pair.on_simpy, pair.ours, pair.sends)


def r9(bench: Bench) -> Iterator[Goal | Result]:
    """The whole counting replay against parsing the log."""
    for processes in (1, 2):
        what = f"replay with journeys, {processes} process{'es' if processes > 1 else ''}"
        yield Goal("R9", what, "orjson.loads", 1.0, wall, bench.parse, bench.replayed(processes), bench.hits)


def v(bench: Bench) -> Iterator[Goal | Result]:
    """V1 and V2, by the benchmark that compares texts and pages too."""
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
    return subprocess.run([sys.executable, "-c", "pass"], check=True).returncode


def _command(*words: str, cwd: Path | None = None) -> Callable[[], object]:
    """One run of the tool; gives its exit code."""
    line = [sys.executable, "-m", "mailwright", *words]
    return lambda: subprocess.run(line, capture_output=True, cwd=cwd or ROOT, check=False).returncode


GOALS: dict[str, Callable[[Bench], Iterator[Goal | Result]]] = {
    "R3": r3, "R5": r5, "R8": r8, "R9": r9, "V": v, "C1": c1, "C2": c2,
}  # fmt: skip
