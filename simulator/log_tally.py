"""The counts of a whole log: read, replayed and added up in one pass, by one process or several.

Each process reads the whole log and replays its own people: reading is cheap beside journeys, and nothing has to be
handed over but counts. People meet only through calls that name two of them or everybody; a log that holds such calls,
or content that reaches from one person to another, is replayed by one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.content import Content, compile_content
from simulator.history.calls import BadLine, Call
from simulator.history.fast import relevant_calls
from simulator.history.wanted import Seen
from simulator.messages import messages_for
from simulator.quiet_events import QuietEvents
from simulator.run import Run
from simulator.sharing import PeopleMeet, Share, may_share, rarely_collecting
from simulator.summary import Summary
from simulator.tallying import Tally
from simulator.wanting import wanted_by
from simulator.workers import in_processes

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.streams import Progress


@dataclass(slots=True)
class Counts:
    """What a log adds up to."""

    run: Run
    summary: Summary
    notes: Counter[str] = field(default_factory=Counter)


def tally_log(
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    *,
    render: str = "outcome",
    until: int | None = None,
    processes: int = 1,
    strict: bool = False,
    on_bad: Callable[[BadLine], None],
    progress: Progress | None = None,
) -> Counts:
    """The counts of the calls in *files*, the same for any number of *processes*.

    Raises: ConfigurationError when there is no such workspace; HistoryError like `read_calls`.
    """
    content = compile_content(project, workspace)
    if processes > 1 and may_share(content, project, files):
        apart = _apart(project, workspace, files, render, until, processes, strict, on_bad)
        if apart is not None:
            return apart
    part = _Part(content, render, until)
    return part.counted(files, strict, on_bad, progress)


class _Part:
    """The replay of one share of the people; share 0 of 1 is everybody."""

    def __init__(self, content: Content, render: str, until: int | None, share: int = 0, shares: int = 1) -> None:
        self.content = content
        self.render = render
        self.until = until
        self.share = Share(share, shares)
        self.summary = Summary()
        self.tally = Tally(content, messages_for(content, render), self.summary)
        self.seen = Seen()

    def counted(
        self,
        files: Sequence[str | Path],
        strict: bool,
        on_bad: Callable[[BadLine], None],
        progress: Progress | None = None,
    ) -> Counts:
        """Read the files and count."""
        calls = relevant_calls(
            files, wanted_by(self.content), seen=self.seen, on_bad=on_bad, strict=strict, progress=progress
        )
        with rarely_collecting():
            self._take_all(calls if self.share.shares == 1 else self.share.own(calls, [self.tally.replay.intake.ids]))
            return self._finished()

    def _take_all(self, calls: Iterator[Call]) -> None:
        """Take in every call; an event that nothing asks for only tells when its person was last heard of."""
        take, until = self.tally.take, self.until
        quiet = QuietEvents(self.tally.replay, self.content)
        for call in calls:
            at = call.at if call.at is not None else call.timestamp
            if until is not None and at is not None and at > until:
                continue
            if not quiet.took(call, at):
                take(call)

    def _finished(self) -> Counts:
        replay = self.tally.replay
        people = replay.engine.people
        last = self.share.last if self.share.shares > 1 else max((person.last_at for person in people), default=None)
        if last is not None:
            replay.run.last_at = max(last, replay.run.last_at or last)
        run = self.tally.finish(self.until)
        run.rendered = self.render
        run.calls = self.seen.calls
        run.calls_by_name = self.seen.events
        known = self.content.known_events
        run.unused_events = Counter({name: n for name, n in run.calls_by_name.items() if name.lower() not in known})
        return Counts(run, self.summary, self.seen.notes)


def _apart(
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    render: str,
    until: int | None,
    processes: int,
    strict: bool,
    on_bad: Callable[[BadLine], None],
) -> Counts | None:
    """The counts of several processes together; None when some call is about several people."""
    names = [str(file) for file in files]
    shares = [(project, workspace, names, render, until, share, processes, strict) for share in range(processes)]
    try:
        found = in_processes(_share_counted, shares)
    except PeopleMeet:
        return None
    for bad in found[0][1]:
        on_bad(bad)
    whole = found[0][0]
    for part, _ in found[1:]:
        whole.summary.merge(part.summary)
        _merge_runs(whole.run, part.run)
    return whole


def _share_counted(
    project: Project,
    workspace: str | None,
    files: Sequence[str],
    render: str,
    until: int | None,
    share: int,
    shares: int,
    strict: bool,
) -> tuple[Counts, list[BadLine]]:
    """One process's share: its counts, and the bad lines where it is the first.

    Raises: PeopleMeet when people cannot be replayed apart; HistoryError like `read_calls`.
    """
    bad: list[BadLine] = []
    part = _Part(compile_content(project, workspace), render, until, share, shares)
    counts = part.counted(files, strict, bad.append if share == 0 else _leave)
    counts.run.profiles = {}
    return counts, bad


def _leave(_: BadLine) -> None:
    """Bad lines are told by the first share."""


def _merge_runs(whole: Run, part: Run) -> None:
    """Add what another share says; what each share sees of the whole log stays as it is."""
    whole.assumptions += part.assumptions
    whole.people += part.people
    if part.first_at is not None:
        whole.first_at = part.first_at if whole.first_at is None else min(whole.first_at, part.first_at)
