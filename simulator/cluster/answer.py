"""What is asked of a cluster, and what a whole history adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.cluster.log_order import LogOrder
from simulator.cluster.parts import Facts
from simulator.cluster.reading import notes_of
from simulator.cluster.replaying import SetCounts, without_people
from simulator.content import Content
from simulator.history.calls import BadLine
from simulator.history.wanted import Seen
from simulator.log_tally import Counts, merge_runs

if TYPE_CHECKING:
    from mailwright.definitions.project import Project


@dataclass(frozen=True, slots=True)
class Request:
    """What to replay, and how. Units: *until* is in Unix seconds; calls received after it are left out."""

    project: Project
    workspace: str | None
    files: Sequence[str | Path]
    render: str = "outcome"
    until: int | None = None
    sets: int | None = None  # of people; None: by the log's size and the cluster's
    deliveries: str | None = None  # the folder or address for deliveries as Parquet
    people_shown: bool = False  # else deliveries name people by their digests
    strict: bool = False


@dataclass(slots=True)
class Answer:
    """What the history adds up to."""

    counts: Counts
    bad: tuple[BadLine, ...]  # the first of them, in the log's order
    bad_count: int
    deliveries: int | None  # rows written, where they were asked for
    sets: int


def whole_of(
    request: Request, content: Content, facts: Sequence[Facts], order: LogOrder, counts: Sequence[SetCounts], stop: int
) -> Counts:
    """The counts of all sets together, with what reading saw of the log."""
    whole = without_people(request.project, request.workspace, request.render, stop)
    for one in counts:
        whole.summary.merge(one.summary)
        merge_runs(whole.run, one.run)
    run, seen = whole.run, Seen()
    for block in sorted(facts, key=lambda one: (one.file, one.block)):
        seen.calls += block.calls
        for name, times in block.events.items():
            seen.count_event(name, times)
    run.rendered, run.calls, run.calls_by_name = request.render, seen.calls, seen.events
    known = content.known_events
    run.unused_events = Counter({name: n for name, n in seen.events.items() if name.lower() not in known})
    run.first_at, run.last_at, run.until = order.first_at, order.newest, stop
    run.profiles = {}
    return Counts(run, whole.summary, notes_of(facts))
