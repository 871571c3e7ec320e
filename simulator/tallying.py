"""A replay of which only the counts are wanted: nothing is kept of a journey but what it adds up to.

Journeys that nothing disturbs are counted by the recording they are alike to (`simulator.recordings`), all others entry
by entry; the counts are the same as those of the whole trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.engine import Detail, Messages
from simulator.recordings import Open, Recorder, Recording
from simulator.replay import Replay
from simulator.summary import DAY, DOUBLE_WITHIN, GOOD_STATUSES, Summary, summary_of
from simulator.trace import AnyEntry, Delivery

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.people import Person
    from simulator.run import Run


class Tally:
    """A replay under way that only counts."""

    def __init__(
        self, content: Content, messages: Messages, summary: Summary, also: Callable[[AnyEntry], None] | None = None
    ) -> None:
        self.summary = summary
        emit = summary.add if also is None else _both(summary.add, also)
        self.replay = Replay(content, messages, emit, Detail.COUNTS if also is None else Detail.DECISIONS)
        self.take = self.replay.take
        self._sends: dict[int, tuple[tuple[int, str, bool], ...]] = {}
        self._early: dict[int, int] = {}
        self.recorder = Recorder(self.replay.engine, self._tell)

    def finish(self, until: int | None = None) -> Run:
        """Let the clock run on to *until* and give the outcome; the summary then holds every count."""
        run = self.replay.finish(until)
        for recordable in self.recorder.recordables.values():
            for recording in recordable.kept.values():
                if recording.journeys:
                    self.summary.add_counts(summary_of(recording.entries), recording.journeys)
        return run

    def _tell(self, opened: Open, person: Person) -> None:
        recording = opened.recording
        recording.journeys += 1
        sends = self._sends.get(id(recording))
        if sends is None:
            sends = self._look_at(recording)
        per_day = self.summary.per_day
        for offset, channel, good in sends:
            per_day[(opened.at + offset) // DAY, channel, good] += 1
        for _ in range(self._early[id(recording)]):
            cause = opened.cause
            self.summary.early_email(person.key, opened.recordable.campaign.slug, cause.name, cause.line, opened.at)

    def _look_at(self, recording: Recording) -> tuple[tuple[int, str, bool], ...]:
        start = recording.entries[0].at
        deliveries = [entry for entry in recording.entries if isinstance(entry, Delivery)]
        sends = tuple((entry.at - start, entry.channel, entry.status in GOOD_STATUSES) for entry in deliveries)
        self._sends[id(recording)] = sends
        self._early[id(recording)] = sum(
            1 for offset, channel, good in sends if good and channel == "email" and offset <= DOUBLE_WITHIN
        )
        return sends


def _both(first: Callable[[AnyEntry], None], second: Callable[[AnyEntry], None]) -> Callable[[AnyEntry], None]:
    def emit(entry: AnyEntry) -> None:
        first(entry)
        second(entry)

    return emit
