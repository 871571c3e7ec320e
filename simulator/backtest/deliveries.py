"""One content's predicted deliveries, from calls as they come: the exact replay, of which nothing else is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.records import Record
from simulator.backtest.versions import TextVersions, Versions
from simulator.lone_runs import Recording
from simulator.messages import messages_for
from simulator.quiet_events import QuietEvents
from simulator.recordings import Open, Recorder
from simulator.replay import LOOK_AHEAD, Replay
from simulator.spilling import HELD, SortedRuns
from simulator.trace import AnyEntry, Delivery, Ended, Entered, Moved

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.history.calls import Call
    from simulator.people import Person
    from simulator.run import Run

_Journey = tuple[str, str, int]
_Told = tuple[int, str, str, str, str, str, str]  # offset, campaign, step, channel, status, reason, version


def predicted(
    content: Content,
    calls: Iterable[Call],
    *,
    until: int | None = None,
    render: str = "outcome",
    held: int = HELD,
) -> Iterator[Record]:
    """The deliveries that *calls* bring about, sorted by person; the replay is over before the first is given.

    Units: *until* is in Unix seconds; default: 30 days after the last call.
    Raises: HistoryError as *calls* does; ConfigurationError when the disk takes no more than *held* of them.
    """
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        records = SortedRuns(Path(folder), "deliveries", Record, held=held)
        going = Deliveries(content, records.add, render)
        last: int | None = None
        for call in calls:
            at = call.at if call.at is not None else call.timestamp
            if until is not None and at is not None and at > until:
                continue
            last = at if last is None or (at is not None and at > last) else last
            going.take(call, at)
        going.finish(until if until is not None else (last or 0) + LOOK_AHEAD)
        yield from records


class Deliveries:
    """A replay under way that tells its deliveries."""

    def __init__(self, content: Content, tell: Callable[[Record], None], render: str = "outcome") -> None:
        """*render* is none, outcome or all; with all, what tells contents apart is the text that each person gets."""
        self._tell = tell
        self._versions = Versions(content)
        self._texts = TextVersions(content) if render == "all" else None
        messages = self._texts if self._texts is not None else messages_for(content, render)
        self.replay = Replay(content, messages, self._emit)
        self._recorder = Recorder(self.replay.engine, self._tell_recorded)  # it tells the engine of itself
        self._quiet = QuietEvents(self.replay, content)
        self._lines: dict[_Journey, int] = {}  # of the calls that started the journeys that are under way
        self._late: dict[_Journey, int] = {}  # messages of journeys that wait for the limit
        self._over: set[_Journey] = set()  # journeys that ended while a message of theirs waits
        self._recorded: dict[int, tuple[_Told, ...]] = {}

    def take(self, call: Call, at: int | None) -> None:
        """Take in one call; *at* is its time."""
        if not self._quiet.took(call, at):
            self.replay.take(call)

    def finish(self, until: int) -> Run:
        """Let the clock run on to *until*; every delivery is told then."""
        return self.replay.finish(until)

    def _emit(self, entry: AnyEntry) -> None:
        if isinstance(entry, Delivery):
            self._delivered(entry)
        elif isinstance(entry, Entered):
            self._lines[entry.campaign, entry.person, entry.journey] = entry.line
        elif isinstance(entry, Ended):
            self._ended((entry.campaign, entry.person, entry.journey))
        elif isinstance(entry, Moved):
            line = self._lines.pop((entry.campaign, entry.from_person, entry.from_journey), 0)
            self._lines[entry.campaign, entry.person, entry.journey] = line

    def _delivered(self, entry: Delivery) -> None:
        journey = (entry.campaign, entry.person, entry.journey)
        line = self._lines.get(journey, 0)
        waits = entry.status == "attempted"
        if waits:
            self._late[journey] = self._late.get(journey, 0) + 1
        elif journey in self._late:
            self._settled(journey)
        version = self._version(entry, waits)
        self._tell(
            Record(entry.person, entry.campaign, entry.step, entry.at, entry.channel, entry.status,
                   entry.failure or entry.reason, line, version)
        )  # fmt: skip

    def _ended(self, journey: _Journey) -> None:
        if journey in self._late:
            self._over.add(journey)
        else:
            self._lines.pop(journey, None)

    def _settled(self, journey: _Journey) -> None:
        """A message that waited is through."""
        self._late[journey] -= 1
        if not self._late[journey]:
            del self._late[journey]
            if journey in self._over:
                self._over.discard(journey)
                self._lines.pop(journey, None)

    def _version(self, entry: Delivery, waits: bool) -> str:
        if self._texts is not None:
            return self._texts.taken((entry.campaign, entry.person, entry.journey, entry.step), keep=waits)
        return self._versions.of(entry.campaign, entry.message or entry.step, entry.language)

    def _tell_recorded(self, opened: Open, person: Person) -> None:
        told = self._recorded.get(id(opened.recording))
        if told is None:
            told = self._recorded[id(opened.recording)] = tuple(self._told(opened.recording))
        key, at, line = person.key, opened.at, opened.cause.line
        for offset, campaign, step, channel, status, reason, version in told:
            self._tell(Record(key, campaign, step, at + offset, channel, status, reason, line, version))

    def _told(self, recording: Recording) -> Iterator[_Told]:
        start = recording.entries[0].at
        for entry in recording.entries:
            if isinstance(entry, Delivery):
                version = self._version(entry, waits=False)
                reason = entry.failure or entry.reason
                yield entry.at - start, entry.campaign, entry.step, entry.channel, entry.status, reason, version
