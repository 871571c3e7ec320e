"""The counts of a whole log: read, replayed and added up in one pass, by one process or several.

A large log of ordinary lines under content that columns can tell is counted in columns (`simulator.bulk`), and the
engine replays only the people that are out of the ordinary. Everything else is replayed whole, by one process or
several: each reads the whole log and replays its own people, for reading is cheap beside journeys, and nothing has to
be handed over but counts. People meet only through calls that name two of them or everybody; a log that holds such
calls, or content that reaches from one person to another, is replayed by one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.bulk import NotRegular
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

BULK_FROM = 16_000_000
"""Bytes of a log from which on counting it in columns pays for loading what does it."""


@dataclass(slots=True)
class Counts:
    """What a log adds up to."""

    run: Run
    summary: Summary
    notes: Counter[str] = field(default_factory=Counter)
    whole: str = "small"  # why the engine replayed everybody; empty where the log was counted in columns


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
    bulk_from: int = BULK_FROM,
    index_at: Path | None = None,
) -> Counts:
    """The counts of the calls in *files*, the same for any number of *processes* and either way of counting.

    Units: *bulk_from* is the size in bytes from which a log is counted in columns where it can be. With *index_at*, a
    project's folder, the columns are kept there for the next time.
    Raises: ConfigurationError when there is no such workspace; HistoryError like `read_calls`.
    """
    content = compile_content(project, workspace)
    why = "small"
    if render != "all" and takes_columns(files, bulk_from):
        try:
            return _in_columns(content, files, render, until, processes, index_at)
        except NotRegular as reason:
            why = str(reason)
    counts = _replayed(content, project, workspace, files, render, until, processes, strict, on_bad, progress)
    counts.whole = why
    return counts


def _replayed(
    content: Content,
    project: Project,
    workspace: str | None,
    files: Sequence[str | Path],
    render: str,
    until: int | None,
    processes: int,
    strict: bool,
    on_bad: Callable[[BadLine], None],
    progress: Progress | None,
) -> Counts:
    if processes > 1 and may_share(content, project, files):
        apart = _apart(project, workspace, files, render, until, processes, strict, on_bad)
        if apart is not None:
            return apart
    part = _Part(content, render, until)
    return part.counted(files, strict, on_bad, progress)


def takes_columns(files: Sequence[str | Path], size: int = BULK_FROM) -> bool:
    """Whether the log is one file that columns are made of, and so large that they pay."""
    path = Path(files[0])
    if len(files) != 1 or path.suffix not in (".ndjson", ".jsonl", ".parquet") or not path.is_file():
        return False
    return path.stat().st_size >= (size // 7 if path.suffix == ".parquet" else size)


def _in_columns(
    content: Content,
    files: Sequence[str | Path],
    render: str,
    until: int | None,
    processes: int,
    index_at: Path | None,
) -> Counts:
    """The counts by class, and the engine's of the people that are out of the ordinary.

    Raises: NotRegular when the engine has to replay everybody.
    """
    from simulator.bulk.counting import bulk_counts
    from simulator.bulk.index import Index

    names = [str(file) for file in files]
    messages = messages_for(content, render)
    index = None if index_at is None else Index(index_at, Path(names[0]))
    found = bulk_counts(content, messages, names[0], until=until, threads=processes, index=index)
    run = Run(workspace=content.workspace_name, not_modelled=content.not_modelled, rendered=render)
    run.calls, run.people, run.until = found.calls, found.people, found.until
    run.first_at, run.last_at, run.assumptions = found.first_at, found.last_at, found.used
    seen = Seen()
    for name, count in found.names.items():
        seen.count_event(name.strip(), count)
    run.calls_by_name = seen.events
    run.unused_events = _unused(content, seen)
    counts = Counts(run, found.summary, whole="")
    if found.left:
        _add_left(counts, content, names, render, until, found.left)
    return counts


def _add_left(
    counts: Counts, content: Content, names: Sequence[str], render: str, until: int | None, left: frozenset[str]
) -> None:
    """Add what the engine makes of the people that are out of the ordinary."""
    bad: list[BadLine] = []
    part = _Part(content, render, until, only=left)
    part.share.last = counts.run.last_at
    try:
        theirs = part.counted(names, False, bad.append)
    except PeopleMeet:
        raise NotRegular("calls are about several people") from None
    if bad:
        raise NotRegular("some line is bad")
    counts.summary.merge(theirs.summary)
    merge_runs(counts.run, theirs.run)
    counts.notes += theirs.notes


def _unused(content: Content, seen: Seen) -> Counter[str]:
    known = content.known_events
    return Counter({name: n for name, n in seen.events.items() if name.lower() not in known})


class _Part:
    """The replay of one share of the people, or of *only* some; share 0 of 1 is everybody."""

    def __init__(
        self,
        content: Content,
        render: str,
        until: int | None,
        share: int = 0,
        shares: int = 1,
        only: frozenset[str] | None = None,
    ) -> None:
        self.content = content
        self.render = render
        self.until = until
        self.share = Share(share, shares, only)
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
            self._take_all(calls if self.share.is_everybody else self.share.own(calls, [self.tally.replay.intake.ids]))
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
        everybody = self.share.is_everybody
        last = max((person.last_at for person in people), default=None) if everybody else self.share.last
        if last is not None:
            replay.run.last_at = max(last, replay.run.last_at or last)
        run = self.tally.finish(self.until)
        run.rendered = self.render
        run.calls = self.seen.calls
        run.calls_by_name = self.seen.events
        run.unused_events = _unused(self.content, self.seen)
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
        merge_runs(whole.run, part.run)
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


def merge_runs(whole: Run, part: Run) -> None:
    """Add what another share says; what each share sees of the whole log stays as it is."""
    whole.assumptions += part.assumptions
    whole.people += part.people
    if part.first_at is not None:
        whole.first_at = part.first_at if whole.first_at is None else min(whole.first_at, part.first_at)
