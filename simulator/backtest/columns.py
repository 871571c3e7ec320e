"""Both contents over one large log counted in columns: each class of calls is told once, then for each of its people.

People out of the ordinary, of either content, are replayed by the engine under both, so that one person's deliveries
always come from one engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.comparison import compare
from simulator.backtest.deliveries import Deliveries
from simulator.backtest.pruning import Tell, edited_alone, only, tellers
from simulator.backtest.records import Record
from simulator.backtest.sends import personal_limits
from simulator.backtest.versions import Versions, changed_steps
from simulator.bulk import NotRegular
from simulator.bulk.counting import Bulk, Members, bulk_counts
from simulator.bulk.index import Index
from simulator.history.fast import relevant_calls
from simulator.history.wanted import Seen
from simulator.messages import messages_for
from simulator.sharing import PeopleMeet, Share, rarely_collecting
from simulator.spilling import SortedRuns
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    from simulator.backtest.comparison import Comparison
    from simulator.backtest.running import Question
    from simulator.bulk.asked import BulkCampaign
    from simulator.bulk.telling import Told
    from simulator.content import Content
    from simulator.history.calls import BadLine

_Told = tuple[int, str, str, str, str, str]  # seconds after the call, step, channel, status, reason, version


class Side:
    """One content over the log: its classes, and the people that are not in them."""

    def __init__(self, content: Content, question: Question, index_at: Path | None) -> None:
        self._versions = Versions(content)
        self._classes: list[tuple[str, Members, tuple[_Told, ...]]] = []
        self._people: dict[int, str] = {}
        log = question.files[0]
        self.counts: Bulk = bulk_counts(
            content,
            messages_for(content, question.render),
            log,
            until=question.until,
            threads=2,
            index=None if index_at is None else Index(index_at, Path(log)),
            on_class=self._take,
            on_people=self._people.update,
        )

    def _take(self, bulk: BulkCampaign, members: Members, told: Told) -> None:
        slug = bulk.campaign.slug
        deliveries = tuple(
            (
                entry.at - members.sample_at,
                entry.step,
                entry.channel,
                entry.status,
                entry.failure or entry.reason,
                self._versions.of(slug, entry.message or entry.step, entry.language),
            )
            for entry in told.deliveries
        )
        if deliveries:
            self._classes.append((slug, members, deliveries))

    def tell(self, tell: Callable[[Record], None], left: frozenset[str]) -> None:
        """Tell every delivery of everybody but those in *left*."""
        people = self._people
        for slug, members, deliveries in self._classes:
            for digest, at, line in zip(
                members.people.tolist(), members.at.tolist(), members.line.tolist(), strict=True
            ):
                person = people[digest]
                if person in left:
                    continue
                for offset, step, channel, status, reason, version in deliveries:
                    tell(Record(person, slug, step, at + offset, channel, status, reason, line, version))


def compared_in_columns(
    question: Question, contents: Sequence[Content], index_at: Path | None
) -> tuple[Comparison, Bulk]:
    """The comparison of two contents, with what was counted under the second.

    Raises: NotRegular when the engine has to replay everybody; ConfigurationError when the disk takes no more.
    """
    edited = None if question.compares_everything else edited_alone(contents[0], contents[1])
    before, after = only(contents[0], edited, question.workspace), contents[1]
    later = Side(after, question, index_at)
    earlier = Side(before, question, index_at) if before.campaigns else None
    left = later.counts.left | (earlier.counts.left if earlier is not None else frozenset())
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder, rarely_collecting():
        kept = [SortedRuns(Path(folder), name, Record, held=question.held) for name in ("before", "after")]
        tells = tellers(kept[0].add, kept[1].add, edited)
        if earlier is not None:
            earlier.tell(tells[0], left)
        later.tell(tells[1], left)
        if left:
            _replay_left(question, (before, after), tells, left, later.counts)
        limits = (personal_limits(contents[0], question.most), personal_limits(contents[1], question.most))
        comparison = compare(kept[0], kept[1], limits, changed_steps(contents[0], contents[1]))
    return comparison, later.counts


def _replay_left(
    question: Question,
    contents: Sequence[Content],
    tells: Sequence[Tell],
    left: frozenset[str],
    counts: Bulk,
) -> None:
    bad: list[BadLine] = []
    going = [Deliveries(content, tell, question.render) for content, tell in zip(contents, tells, strict=True)]
    wanted = wanted_by(contents[0]).joined(wanted_by(contents[1]))
    calls = relevant_calls(list(question.files), wanted, seen=Seen(), on_bad=bad.append)
    try:
        for call in Share(only=left).own(calls, [one.replay.intake.ids for one in going]):
            at = call.at if call.at is not None else call.timestamp
            if question.until is None or at is None or at <= question.until:
                for one in going:
                    one.take(call, at)
    except PeopleMeet:
        raise NotRegular("calls are about several people") from None
    if bad:
        raise NotRegular("some line is bad")
    runs = [one.finish(counts.until) for one in going]
    counts.used += runs[1].assumptions
    # The same events make the same people, but for those that a workflow makes; some of them may be deleted.
    counts.people += max(run.people for run in runs) - len(left - counts.left)
