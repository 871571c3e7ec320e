"""A replay of which only the counts are wanted: nothing is kept of a journey but what it adds up to.

Journeys that nothing disturbs are counted by the recording they are alike to (`simulator.recordings`), all others entry
by entry; the counts are the same as those of the whole trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.engine import Detail, Messages
from simulator.lone_runs import Recording
from simulator.recordings import Open, Recorder
from simulator.replay import Replay
from simulator.summary import DAY, DOUBLE_WITHIN, GOOD_STATUSES, WAITS, Summary, summary_of
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
        self.recorder = Recorder(self.replay.engine, self._tell)

    def finish(self, until: int | None = None) -> Run:
        """Let the clock run on to *until* and give the outcome; the summary then holds every count."""
        run = self.replay.finish(until)
        for recordable in self.recorder.recordables.values():
            for recording in recordable.recordings():
                if recording.journeys:
                    self.summary.add_counts(summary_of(recording.entries), recording.journeys)
        return run

    def _tell(self, opened: Open, person: Person) -> None:
        recording, at = opened.recording, opened.at
        recording.journeys += 1
        told = recording.kept
        if told is None:
            told = recording.kept = _sends_of(recording)
        sends, early = told
        per_day = self.summary.per_day
        for offset, channel, good in sends:
            per_day[(at + offset) // DAY, channel, good] += 1
        if early and opened.cause.line:
            cause = opened.cause
            for _ in range(early):
                self.summary.early_email(person.key, opened.recordable.campaign.slug, cause.name, cause.line, at)


def _sends_of(recording: Recording) -> tuple[tuple[tuple[int, str, bool], ...], int]:
    """When what is sent from entry on, and how many emails within the first hour."""
    start = recording.entries[0].at
    deliveries = [entry for entry in recording.entries if isinstance(entry, Delivery) and entry.status != WAITS]
    sends = tuple((entry.at - start, entry.channel, entry.status in GOOD_STATUSES) for entry in deliveries)
    early = sum(1 for offset, channel, good in sends if good and channel == "email" and offset <= DOUBLE_WITHIN)
    return sends, early


def _both(first: Callable[[AnyEntry], None], second: Callable[[AnyEntry], None]) -> Callable[[AnyEntry], None]:
    def emit(entry: AnyEntry) -> None:
        first(entry)
        second(entry)

    return emit
