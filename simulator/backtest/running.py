"""Both contents over one history: read once, replayed side by side, by one process or several."""

from __future__ import annotations

import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.comparison import Comparison, compare
from simulator.backtest.deliveries import Deliveries
from simulator.backtest.sends import personal_limits
from simulator.backtest.spilling import HELD, SortedRecords
from simulator.backtest.versions import changed_steps
from simulator.content import Content, compile_content
from simulator.history.calls import BadLine, Call, CallKind
from simulator.history.fast import relevant_calls
from simulator.history.wanted import Seen
from simulator.replay import LOOK_AHEAD
from simulator.sharing import PeopleMeet, Share, may_share, rarely_collecting
from simulator.wanting import wanted_by
from simulator.workers import in_processes

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.streams import Progress
    from simulator.run import Run

_SPREAD = 2_654_435_761  # Knuth's: the sample must not lean on the hash that shares people out


@dataclass(frozen=True, slots=True)
class Question:
    """What a backtest is asked: two contents as one workspace, one history, how far and how closely."""

    before: Project
    after: Project
    workspace: str | None
    files: tuple[str, ...]
    until: int | None = None
    render: str = "outcome"  # all: texts are compared as each person gets them
    most: int = 3  # messages a day above which a person counts as crowded
    one_in: int = 1  # only so many of the people
    strict: bool = False
    held: int = HELD  # deliveries kept in memory before they go to disk


@dataclass(slots=True)
class Answer:
    """What came of it."""

    comparison: Comparison
    calls: int = 0  # of the whole log
    people: int = 0  # who were replayed
    first_at: int | None = None
    last_at: int | None = None
    until: int = 0
    processes: int = 1
    tied: int = 0  # calls of a sample that name people inside and outside of it
    assumptions: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def backtest(
    question: Question,
    *,
    processes: int = 1,
    on_bad: Callable[[BadLine], None],
    progress: Progress | None = None,
) -> Answer:
    """The answer, the same for any number of *processes*.

    Raises: ConfigurationError when a side has no such workspace, or the disk takes no more; HistoryError like
    `read_calls`, or when a process is killed.
    """
    sides = [compile_content(project, question.workspace) for project in (question.before, question.after)]
    if processes > 1 and all(may_share(content, content.project, question.files) for content in sides):
        try:
            parts = in_processes(_share_answered, [(question, share, processes) for share in range(processes)])
        except PeopleMeet:
            pass
        else:
            return _joined(parts, on_bad)
    return _answered(question, sides, Share(), on_bad, progress)


def _share_answered(question: Question, share: int, shares: int) -> tuple[Answer, list[BadLine]]:
    """One process's share, and the bad lines where it is the first."""
    bad: list[BadLine] = []
    sides = [compile_content(project, question.workspace) for project in (question.before, question.after)]
    answer = _answered(question, sides, Share(share, shares), bad.append if share == 0 else _leave, None)
    return answer, bad


def _joined(parts: Sequence[tuple[Answer, list[BadLine]]], on_bad: Callable[[BadLine], None]) -> Answer:
    for bad in parts[0][1]:
        on_bad(bad)
    whole = parts[0][0]
    whole.processes = len(parts)
    for part, _ in parts[1:]:
        whole.comparison.merge(part.comparison)
        whole.people += part.people
        whole.assumptions.update(part.assumptions)
        firsts = [at for at in (whole.first_at, part.first_at) if at is not None]
        whole.first_at = min(firsts, default=None)
    return whole


def _leave(_: BadLine) -> None:
    """Bad lines are told by the first share."""


def _answered(
    question: Question,
    sides: Sequence[Content],
    share: Share,
    on_bad: Callable[[BadLine], None],
    progress: Progress | None,
) -> Answer:
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        kept = [SortedRecords(Path(folder), name, question.held) for name in ("before", "after")]
        going = [Deliveries(side, kept[place].add, question.render) for place, side in enumerate(sides)]
        seen = Seen()
        calls = relevant_calls(
            list(question.files),
            wanted_by(sides[0]).joined(wanted_by(sides[1])),
            seen=seen,
            on_bad=on_bad,
            strict=question.strict,
            progress=progress,
        )
        sample = _Sample(question.one_in)
        with rarely_collecting():
            own = share.own(calls, [one.replay.intake.ids for one in going]) if share.shares > 1 else calls
            first, last = _take_all(sample.of(own), going, question.until)
            last = share.last if share.shares > 1 else last if question.one_in == 1 else sample.last
            if last is not None and question.until is not None:
                last = min(last, question.until)
            until = question.until if question.until is not None else (last or 0) + LOOK_AHEAD
            runs: list[Run] = [one.finish(until) for one in going]
        limits = (personal_limits(sides[0], question.most), personal_limits(sides[1], question.most))
        comparison = compare(kept[0], kept[1], limits, changed_steps(sides[0], sides[1]))
    # The same events make the same people, but for those that a workflow makes.
    people = max(run.people for run in runs)
    return Answer(
        comparison, seen.calls, people, first, last, until, 1, sample.tied, runs[1].assumptions, seen.notes
    )  # fmt: skip


def _take_all(calls: Iterator[Call], going: Sequence[Deliveries], until: int | None) -> tuple[int | None, int | None]:
    """Hand every call to both sides; gives the first and the last receipt."""
    take_before, take_after = going[0].take, going[1].take
    first = last = None
    for call in calls:
        at = call.at if call.at is not None else call.timestamp
        if at is not None:
            if until is not None and at > until:
                continue
            if last is None or at > last:
                last = at
            if first is None or at < first:
                first = at
        take_before(call, at)
        take_after(call, at)
    return first, last


class _Sample:
    """One in so many of the people, by a stable hash of the identifier that a call names them by.

    Calls about everybody and calls without a person are kept; a merge is kept where either side is in.
    """

    def __init__(self, one_in: int) -> None:
        self._one_in = one_in
        self.tied = 0
        self.last: int | None = None  # the newest receipt of the whole log, as the clock stops by it

    def of(self, calls: Iterator[Call]) -> Iterator[Call]:
        """The calls of the sample."""
        return calls if self._one_in == 1 else filter(self._has, calls)

    def _has(self, call: Call) -> bool:
        at = call.at if call.at is not None else call.timestamp
        if at is not None and (self.last is None or at > self.last):
            self.last = at
        if call.person is None:
            return True
        is_in = self._is_in(call.person)
        if call.kind is CallKind.MERGE and call.other is not None:
            other_in = self._is_in(call.other)
            self.tied += is_in != other_in
            return is_in or other_in
        return is_in

    def _is_in(self, person: str) -> bool:
        mark = zlib.crc32(person.encode("utf-8", "surrogatepass")) * _SPREAD & 0xFFFFFFFF
        return (mark >> 8) % self._one_in == 0
