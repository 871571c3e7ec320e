"""The order of a history that stands in several files: as they come, or by time where they stand apart otherwise."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from simulator.history.calls import Call
from simulator.history.places import is_apart_by_time, is_file, partition_of
from simulator.history.streams import files_of
from simulator.spilling import HELD, SortedRuns

Timed = tuple[int, Call]


def calls_in_order(paths: Sequence[str | Path], calls_of: Callable[[str], Iterator[Call]]) -> Iterator[Call]:
    """The calls of the files that *paths* name, path by path.

    A folder whose files stand apart by something else than time (`event=signed_up/`) is one table and comes by time.
    Raises: like `files_of`.
    """
    groups = [files_of(str(path)) for path in paths]
    # A chain hands calls through for nothing; a generator around generators would cost as much as a filter.
    return itertools.chain.from_iterable(itertools.chain.from_iterable(_ordered(group, calls_of) for group in groups))


def _ordered(files: Sequence[str], calls_of: Callable[[str], Iterator[Call]]) -> Iterator[Iterator[Call]]:
    is_apart = len(files) > 1 and any(
        partition_of(file) and not is_apart_by_time(file) for file in files if is_file(file) or "=" in file
    )
    if is_apart:
        yield by_time(itertools.chain.from_iterable(map(calls_of, files)))
    else:
        yield from map(calls_of, files)


def by_time(calls: Iterable[Call], held: int = HELD) -> Iterator[Call]:
    """The calls by their time of receipt, else their own; those without any stay behind the one before them.

    Raises: ConfigurationError when the disk takes no more than *held* of them.
    """
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        runs: SortedRuns[Timed] = SortedRuns(Path(folder), "calls", Timed, itemgetter(0), held)  # type: ignore[arg-type]  # an alias is no type to a checker
        clock = 0
        for call in calls:
            at = call.at if call.at is not None else call.timestamp
            clock = clock if at is None else at
            runs.add((clock, call))
        for _, call in runs:
            yield call
