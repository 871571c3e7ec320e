"""Both contents over one history: read once, replayed side by side, by one process or several."""

from __future__ import annotations

import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.columns import compared_in_columns
from simulator.backtest.comparison import Comparison, compare
from simulator.backtest.deliveries import Deliveries
from simulator.backtest.pruning import edited_alone, only, tellers
from simulator.backtest.records import Record
from simulator.backtest.sends import DAY, personal_limits
from simulator.backtest.versions import changed_steps
from simulator.bulk import NotRegular
from simulator.content import Content, compile_content
from simulator.history.calls import BadLine, Call, CallKind
from simulator.history.fast import relevant_calls
from simulator.history.ordering import by_time
from simulator.history.wanted import Seen
from simulator.log_tally import BULK_FROM, takes_columns
from simulator.replay import LOOK_AHEAD
from simulator.sharing import MEETING, PeopleMeet, Share, rarely_collecting, why_not_shared
from simulator.spilling import HELD, SortedRuns
from simulator.wanting import wanted_by
from simulator.workers import in_processes

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.streams import Progress
    from simulator.run import Run

FAR_OUT_OF_ORDER = "far_out_of_order"
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
    whole: bool = False  # both sides are replayed whole, though one campaign may be all that differs
    by_time: bool = False  # the calls are put in the order of their times first
    held: int = HELD  # deliveries kept in memory before they go to disk
    columns_from: int = BULK_FROM  # bytes of a log from which on it is counted in columns where it can be
    index_at: Path | None = None  # where the columns are kept for the next time

    @property
    def compares_everything(self) -> bool:
        """Whether both sides are replayed whole: a campaign's name may stand in its texts, and is no edit elsewhere."""
        return self.whole or self.render == "all"

    @property
    def may_take_columns(self) -> bool:
        """Whether nothing that is asked needs the calls one by one."""
        plain = self.render != "all" and self.one_in == 1 and not self.by_time
        return plain and takes_columns(self.files, self.columns_from if self.index_at is None else 0)


@dataclass(slots=True)
class Answer:
    """What came of it."""

    comparison: Comparison
    calls: int = 0  # of the whole log
    people: int = 0  # who were replayed
    first_at: int | None = None
    last_at: int | None = None
    until: int = 0
    alone: str = ""  # why one process did it all though more were to; no part of any report
    tied: int = 0  # calls of a sample that name people inside and outside of it
    assumptions: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def backtest(
    question: Question,
    *,
    processes: int = 1,
    shares: int = 1,
    on_bad: Callable[[BadLine], None],
    progress: Progress | None = None,
) -> Answer:
    """The answer, the same for any number of *processes* and *shares*.

    More shares than processes are done one after the other: each holds its own people only, and reads the whole log.

    Raises: ConfigurationError when a side has no such workspace, or the disk takes no more; HistoryError like
    `read_calls`, or when a process is killed.
    """
    sides = [compile_content(project, question.workspace) for project in (question.before, question.after)]
    if question.may_take_columns:
        with suppress(NotRegular):
            return _answered_in_columns(question, sides)
    shares = max(processes, shares)
    alone = ""
    if shares > 1:
        reasons = [why_not_shared(side, side.project, question.files) for side in sides]
        alone = next(filter(None, reasons), "")
        if not alone:
            try:
                return _joined(_all_shares(question, shares, processes), on_bad)
            except PeopleMeet:
                alone = MEETING
    answer = _answered(question, sides, Share(), on_bad, progress)
    answer.alone = alone
    return answer


def _answered_in_columns(question: Question, sides: Sequence[Content]) -> Answer:
    comparison, after = compared_in_columns(question, sides, question.index_at)
    last = after.newest if question.until is None else min(after.newest, question.until)
    notes = Counter({FAR_OUT_OF_ORDER: after.late} if after.late else {})
    return Answer(comparison, after.calls, after.people, after.first_at, last, after.until, "", 0, after.used, notes)


def _all_shares(question: Question, shares: int, processes: int) -> list[tuple[Answer, list[BadLine]]]:
    every = [(question, share, shares) for share in range(shares)]
    if processes > 1:
        return in_processes(_share_answered, every, processes)
    return [_share_answered(*one) for one in every]


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
    for part, _ in parts[1:]:
        whole.comparison.merge(part.comparison)
        whole.people += part.people
        whole.assumptions.update(part.assumptions)
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
        kept = [SortedRuns(Path(folder), name, Record, held=question.held) for name in ("before", "after")]
        going = _sides_going(question, sides, kept)
        seen = Seen()
        calls = relevant_calls(
            list(question.files),
            wanted_by(sides[0]).joined(wanted_by(sides[1])),
            seen=seen,
            on_bad=on_bad,
            strict=question.strict,
            progress=progress,
        )
        watch, sample = _Watch(), _Sample(question.one_in)
        chosen = sample.of(watch.all(by_time(calls) if question.by_time else calls))
        own = share.own(chosen, [one.replay.intake.ids for one in going]) if share.shares > 1 else chosen
        with rarely_collecting():
            _take_all(own, going, question.until)
            until = question.until if question.until is not None else (watch.last or 0) + LOOK_AHEAD
            runs: list[Run] = [one.finish(until) for one in going]
        limits = (personal_limits(sides[0], question.most), personal_limits(sides[1], question.most))
        comparison = compare(kept[0], kept[1], limits, changed_steps(sides[0], sides[1]))
    # The same events make the same people, but for those that a workflow makes.
    people = max(run.people for run in runs)
    last = watch.last if watch.last is None or question.until is None else min(watch.last, question.until)
    notes = seen.notes + Counter({FAR_OUT_OF_ORDER: watch.late} if watch.late else {})
    return Answer(
        comparison, seen.calls, people, watch.first, last, until, "", sample.tied, runs[1].assumptions, notes
    )  # fmt: skip


def _sides_going(question: Question, sides: Sequence[Content], kept: Sequence[SortedRuns[Record]]) -> list[Deliveries]:
    """Both replays; that of the earlier side holds only what differs, where the rest is the later side's own."""
    edited = None if question.compares_everything else edited_alone(sides[0], sides[1])
    tells = tellers(kept[0].add, kept[1].add, edited)
    pruned = (only(sides[0], edited, question.workspace), sides[1])
    return [Deliveries(side, tell, question.render) for side, tell in zip(pruned, tells, strict=True)]


def _take_all(calls: Iterator[Call], going: Sequence[Deliveries], until: int | None) -> None:
    """Hand every call to both sides."""
    take_before, take_after = going[0].take, going[1].take
    for call in calls:
        at = call.at if call.at is not None else call.timestamp
        if until is not None and at is not None and at > until:
            continue
        take_before(call, at)
        take_after(call, at)


class _Watch:
    """The times of the whole log, whoever it is about, so that they are the same in every process."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self.late = 0  # calls that stand more than a day behind a later one

    def all(self, calls: Iterator[Call]) -> Iterator[Call]:
        """Every call, looked at as it passes."""
        first = last = None
        for call in calls:
            at = call.at if call.at is not None else call.timestamp
            if at is not None:
                if last is None or at > last:
                    self.last = last = at
                elif at < last - DAY:
                    self.late += 1
                if first is None or at < first:
                    self.first = first = at
            yield call


class _Sample:
    """One in so many of the people, by a stable hash of the identifier that a call names them by.

    Calls about everybody and calls without a person are kept; a merge is kept where either side is in.
    """

    def __init__(self, one_in: int) -> None:
        self._one_in = one_in
        self.tied = 0

    def of(self, calls: Iterator[Call]) -> Iterator[Call]:
        """The calls of the sample."""
        return calls if self._one_in == 1 else filter(self._has, calls)

    def _has(self, call: Call) -> bool:
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
