"""The deliveries of a large log in columns: each class at once, and people out of the ordinary by the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.deliveries import Deliveries
from simulator.backtest.records import Record
from simulator.backtest.versions import Versions
from simulator.bulk import NotRegular
from simulator.history.fast import relevant_calls
from simulator.history.wanted import Seen
from simulator.messages import messages_for
from simulator.sharing import PeopleMeet, Share
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    from simulator.bulk.asked import BulkCampaign
    from simulator.bulk.counting import Bulk, Members
    from simulator.bulk.telling import Told
    from simulator.content import Content
    from simulator.history.calls import BadLine

Tell = Callable[[Record], None]
_Shape = tuple[
    int, str, str, str, str, str, str
]  # seconds after the call, campaign, step, channel, status, why, version


@dataclass(slots=True)
class Columned:
    """What the columns of one content told beside the deliveries."""

    calls: int
    people: int
    first: int
    last: int
    until: int
    late: int
    used: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def deliveries_in_columns(
    content: Content,
    file: str,
    tell: Tell,
    *,
    render: str,
    until: int | None,
    threads: int,
    index_at: Path | None = None,
) -> Columned:
    """Tell every delivery that the log in *file* brings about, in no order; with *index_at* what is read is kept there.

    Raises: NotRegular, after some were told, where the content or the log is for the engine as a whole.
    """
    from simulator.bulk.counting import bulk_counts
    from simulator.bulk.index import Index

    classes = _Classes(Versions(content), tell)
    found = bulk_counts(
        content,
        messages_for(content, render),
        file,
        until=until,
        threads=threads,
        index=None if index_at is None else Index(index_at, Path(file)),
        on_class=classes.note,
        on_people=classes.tell,
    )
    told = Columned(
        found.calls, found.people, found.first_at, found.last_at, found.until, found.late, Counter(found.used)
    )
    if found.left:
        _tell_left(content, file, found, render, tell, told)
    return told


class _Classes:
    """The classes of a log, whose members' names come last."""

    def __init__(self, versions: Versions, tell: Tell) -> None:
        self._versions = versions
        self._tell = tell
        self._kept: list[tuple[tuple[_Shape, ...], Members]] = []

    def note(self, bulk: BulkCampaign, members: Members, told: Told) -> None:
        """Keep a class that delivers anything."""
        shapes = tuple(
            (one.at - members.sample_at, one.campaign, one.step, one.channel, one.status, one.failure or one.reason,
             self._versions.of(one.campaign, one.message or one.step, one.language))
            for one in told.deliveries
        )  # fmt: skip
        if shapes:
            self._kept.append((shapes, members))

    def tell(self, names: dict[int, str]) -> None:
        """Tell the deliveries of every member, by the names behind the digests."""
        tell = self._tell
        for shapes, members in self._kept:
            rows = zip(members.people.tolist(), members.at.tolist(), members.line.tolist(), strict=True)
            for digest, at, line in rows:
                person = names[digest]
                for offset, campaign, step, channel, status, why, version in shapes:
                    tell(Record(person, campaign, step, at + offset, channel, status, why, line, version))
        self._kept.clear()


def _tell_left(content: Content, file: str, found: Bulk, render: str, tell: Tell, told: Columned) -> None:
    """Tell what the engine makes of the people that are out of the ordinary."""
    bad: list[BadLine] = []
    seen = Seen()
    going = Deliveries(content, tell, render)
    calls = relevant_calls([file], wanted_by(content), seen=seen, on_bad=bad.append)
    try:
        for call in Share(only=found.left).own(calls, [going.replay.intake.ids]):
            at = call.at if call.at is not None else call.timestamp
            if at is None or at <= found.until:
                going.take(call, at)
    except PeopleMeet:
        raise NotRegular("calls are about several people") from None
    if bad:
        raise NotRegular("some line is bad")
    run = going.finish(found.until)
    told.people += run.people
    told.used += run.assumptions
    told.notes += seen.notes


def counted_alike(one: Columned, others: Sequence[Columned]) -> bool:
    """Whether every reading of the log saw the same calls, so that it did not change in between."""
    return all((other.calls, other.first, other.last) == (one.calls, one.first, one.last) for other in others)
