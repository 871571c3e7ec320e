"""What the commands of the simulator gather at the edge: the project, the log, the replay, and where a report goes."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mailwright.diagnostics import ConfigurationError, name_hint
from mailwright.writing import write_atomically
from simulator.history.places import asking, is_file, public_name, short_name
from simulator.history.streams import files_of

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.content import Content
    from simulator.history.calls import BadLine, Call
    from simulator.history.streams import Progress
    from simulator.log_tally import Counts
    from simulator.run import Run

Read = TypeVar("Read")

BAD_LINES_KEPT = 1000
WORTH_PROCESSES = 32_000_000  # bytes from which starting more processes pays
MOST_PROCESSES = 8
SHARE = 500_000_000  # bytes of a log whose people one process holds in under a gigabyte
_UNFOLDED = {".gz": 8, ".zst": 10, ".parquet": 7}  # what a byte on disk is as NDJSON


@dataclass(slots=True)
class Log:
    """An event log as the command line names it; the bad lines found so far, the first thousand in full."""

    files: Sequence[str]
    strict: bool = False
    query: str | None = None
    bad: list[BadLine] = field(default_factory=list)
    bad_count: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def sources(self) -> tuple[str, ...]:
        """The files, databases and buckets as they are read.

        Raises: ConfigurationError when a query goes with something else than a database.
        """
        return tuple(asking(place, self.query) for place in self.files)

    @property
    def public_names(self) -> tuple[str, ...]:
        """What a command line may show of the files."""
        return tuple(map(public_name, self.files))

    @property
    def names(self) -> tuple[str, ...]:
        """What a report calls the files: their last part, so that a report says nothing of this machine."""
        return tuple(map(short_name, self.files))

    @property
    def unread(self) -> str:
        """How many lines could not be read, and the first of them; nothing where all could."""
        if not self.bad_count:
            return ""
        first = f": {self.bad[0].message}, line {self.bad[0].line}" if self.bad else ""
        return f"{self.bad_count:,} line{'' if self.bad_count == 1 else 's'} could not be read{first}"

    def calls(self) -> Iterator[Call]:
        """The calls, with a progress line where somebody watches.

        Raises: HistoryError when a file cannot be read or, where strict, at the first bad line.
        """
        from simulator.history.readers import read_calls

        with_bar = sys.stderr.isatty()
        yield from read_calls(
            self.sources,
            strict=self.strict,
            on_bad=self._note,
            progress=progress_line if with_bar else None,
            notes=self.notes,
        )
        if with_bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def counted(
        self,
        project: Project,
        workspace: str | None,
        render: str,
        until: int | None,
        processes: int | None,
        index_at: Path | None = None,
    ) -> Counts:
        """The counts of the whole log, by as many processes as it is worth where *processes* does not say.

        With *index_at*, a project's folder, what is read is kept there for the next time.

        Raises: HistoryError when a file cannot be read or, where strict, at the first bad line.
        """
        from simulator.log_tally import BULK_FROM, tally_log

        with_bar = sys.stderr.isatty()
        counts = tally_log(
            project,
            workspace,
            self.sources,
            render=render,
            until=until,
            processes=processes or self.processes_worth(),
            strict=self.strict,
            on_bad=self._note,
            progress=progress_line if with_bar else None,
            bulk_from=BULK_FROM if index_at is None else 0,
            index_at=index_at,
        )
        if with_bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        if index_at is not None and counts.whole:
            print(f"no index: {counts.whole}, so every call was replayed", file=sys.stderr)
        self.notes += counts.notes
        return counts

    def watched(self, work: Callable[[Callable[[BadLine], None], Progress | None], Read]) -> Read:
        """What *work* makes of the log, handed where bad lines go, with a progress line where somebody watches."""
        with_bar = sys.stderr.isatty()
        found = work(self._note, progress_line if with_bar else None)
        if with_bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        return found

    def hits(self, content: Content, index_at: Path | None = None) -> Counter[str]:
        """How many events each campaign's trigger matches; with *index_at* what is read is kept there.

        Raises: HistoryError when a file cannot be read or, where strict, at the first bad line.
        """
        from simulator.bulk import NotRegular
        from simulator.hits import count_hits
        from simulator.log_tally import BULK_FROM, takes_columns

        files = self.sources
        if takes_columns(files, BULK_FROM if index_at is None else 0):
            from simulator.bulk.hits import hits_in_columns
            from simulator.bulk.index import Index

            try:
                index = None if index_at is None else Index(index_at, Path(files[0]))
                return hits_in_columns(content, str(files[0]), index=index).counts()
            except NotRegular as reason:
                if index_at is not None:
                    print(f"no index: {reason}, so every line was read", file=sys.stderr)
        return count_hits(files, content, on_bad=self._note, strict=self.strict)

    def take_bad(self, bad: Sequence[BadLine], count: int) -> None:
        """Note bad lines that somebody else found, *count* in all."""
        self.bad += bad[: BAD_LINES_KEPT - len(self.bad)]
        self.bad_count += count

    def shares_worth(self, processes: int) -> int:
        """Into how many shares the people go so that a process stays small; no fewer than there are processes."""
        return processes if "-" in self.files else max(processes, -(-self._size() // SHARE))

    def processes_worth(self, most: int = MOST_PROCESSES) -> int:
        """How many processes the log is worth: one unless it is large."""
        return min(os.cpu_count() or 1, most) if self._size() >= WORTH_PROCESSES else 1

    def _size(self) -> int:
        """About how many bytes the files unfold to; what is no file counts as nothing."""
        files = [Path(file) for place in self.files if is_file(place) and place != "-" for file in files_of(place)]
        return sum(path.stat().st_size * _UNFOLDED.get(path.suffix.lower(), 1) for path in files)

    def again(self) -> Log:
        """The same log, to be read once more without telling its bad lines again."""
        return Log(self.files, query=self.query)

    def _note(self, bad: BadLine) -> None:
        self.bad_count += 1
        if len(self.bad) < BAD_LINES_KEPT:
            self.bad.append(bad)


_shown = -1


def progress_line(read: int, size: int) -> None:
    """Show how far a file is read, each time there is something new to show."""
    global _shown
    share = 100 * read // size if size else read >> 20
    if share != _shown:
        _shown = share
        text = f"reading {share:3d} % [{'=' * (share * 30 // 100):<30}]" if size else f"reading, {share} MB"
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def open_project(root: str | Path, workspace: str | None) -> Project:
    """The project at *root* as *workspace* has it.

    Raises: ContentError with every mistake; ConfigurationError when there is no such project or workspace.
    """
    from mailwright.loading.folder import load_project
    from mailwright.loading.variables import with_vars

    project = load_project(root)
    return with_vars(project, workspace)


def known_campaigns(project: Project, slugs: Sequence[str]) -> list[str]:
    """The campaigns asked for.

    Raises: ConfigurationError when there is no such campaign.
    """
    for slug in slugs:
        if slug not in project.campaigns:
            raise ConfigurationError(
                f"no campaign is called '{slug}'", hint=name_hint(slug, list(project.campaigns), "campaigns")
            )
    return list(slugs)


def time_given(text: str | None, flag: str) -> int | None:
    """A time from the command line in Unix seconds: ISO 8601 (UTC unless it says otherwise) or Unix seconds.

    Raises: ConfigurationError when it is neither.
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 11:
        return int(text)
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"{flag} cannot be '{text}'", hint="a time such as 2026-01-31, 2026-01-31T12:00:00Z or Unix seconds"
        ) from error


def replayed_apart(
    root: str | Path,
    project: Project,
    workspace: str | None,
    log: Log,
    processes: int,
    until: int | None,
    render: str,
) -> Run:
    """The replay done by several processes, each with its own people; the same bytes as one would give."""
    from simulator.content import compile_content
    from simulator.replay import LOOK_AHEAD, replay
    from simulator.splitting import split_calls

    apart = 1 if compile_content(project, workspace).crosses_people else processes
    pieces, last = split_calls(log.calls(), apart)
    if len(pieces) == 1:
        return replay(project, workspace, pieces[0], until=until, render=render)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    stop = until if until is not None else last + LOOK_AHEAD
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        going = [pool.submit(replay_piece, str(root), workspace, piece, stop, render) for piece in pieces]
        return joined_runs([future.result() for future in going])


def replay_piece(root: str, workspace: str | None, calls: list[Call], until: int, render: str) -> Run:
    """One process's share of a replay."""
    from simulator.replay import replay

    return replay(open_project(root, workspace), workspace, calls, until=until, render=render)


def joined_runs(runs: Sequence[Run]) -> Run:
    """Several people's replays as the one they are parts of."""
    from simulator.replay import joined

    whole = runs[0]
    for run in runs[1:]:
        whole.assumptions += run.assumptions
        whole.calls_by_name += run.calls_by_name
        whole.unused_events += run.unused_events
        whole.calls += run.calls
        whole.people += run.people
        whole.profiles = {**whole.profiles, **run.profiles}
        whole.first_at = _either(min, whole.first_at, run.first_at)
        whole.last_at = _either(max, whole.last_at, run.last_at)
    whole.entries = joined([run.entries for run in runs])
    return whole


def _either(choose: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    return choose(one, other) if one is not None and other is not None else one if other is None else other


def write_report(path: str | Path, content: str | bytes) -> None:
    """Put a report in place of the file at *path* in one step.

    Raises: ConfigurationError when it cannot be written.
    """
    try:
        write_atomically(Path(path), content)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write '{path}': {error.strerror}", hint="a file in a folder that is there"
        ) from error
