"""Two things timed in turn, and what their ratio says about a goal."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]
Clock = Callable[[], float]
ALLOWANCE = 1.15  # machines drift between two runs, so that much over the limit still meets it
STRETCH = {
    "R1": 0.45, "R2": 0.35, "R3": 0.6, "R4": 1.1, "R5": 1.15, "R6": 0.04, "R7": 0.2, "R8": 0.04, "R9": 0.7, "R10": 0.19,
    "V1": 0.6, "V2": 0.1, "V3": 1 / 1.85, "C1": 2.5, "C2": 12.0,
}  # fmt: skip
"""The ratio beyond each goal's limit that would be better still."""
cpu: Clock = time.process_time
wall: Clock = time.perf_counter


class WrongAnswer(Exception):
    """A case gave something else than it had to: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Ours against its base: the ratio of their times, by one clock, and the most it may be."""

    key: str
    what: str
    base: str
    limit: float
    clock: Clock
    run_base: Work
    run_ours: Work
    answer: object  # what `run_ours` has to give


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a goal. Units: seconds, medians over the rounds."""

    key: str
    what: str
    base: str
    base_seconds: float
    our_seconds: float
    ratio: float  # the median of the rounds' ratios
    limit: float

    @property
    def stretch(self) -> float:
        """The ratio that would be better still."""
        return STRETCH[self.key]

    @property
    def verdict(self) -> str:
        if self.ratio <= self.limit:
            return "met"
        return "met, within 15 %" if self.ratio <= self.limit * ALLOWANCE else "MISSED"


def measured(goal: Goal, rounds: int) -> Result:
    """Base and ours in turn, after one round that only warms up.

    Raises: WrongAnswer when ours gives anything but the goal's answer, in any round.
    """
    times: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        base, _ = timed(goal.run_base, goal.clock)
        ours, answer = timed(goal.run_ours, goal.clock)
        if answer != goal.answer:
            raise WrongAnswer(f"{goal.key}: {answer!r} in place of {goal.answer!r}")
        if number or rounds == 1:
            times.append((base, ours))
    return result_of(goal.key, goal.what, goal.base, times, goal.limit)


def result_of(key: str, what: str, base: str, times: list[tuple[float, float]], limit: float) -> Result:
    """The medians of pairs of times, base and ours."""
    bases, ours = zip(*times, strict=True)
    ratio = statistics.median(b / a for a, b in times)
    return Result(key, what, base, statistics.median(bases), statistics.median(ours), ratio, limit)


def timed(work: Work, clock: Clock) -> tuple[float, object]:
    """Seconds by *clock*, with the collector as the program has it, and what *work* gave."""
    gc.collect()
    start = clock()
    answer = work()
    return clock() - start, answer
