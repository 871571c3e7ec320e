"""Which calls of a log are meant, and each call's digest: the same for the survey before a send and for the send."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.sending.event_ids import call_digest
from sync.sending.logged import EVENTS, CallKind

if TYPE_CHECKING:
    from sync.sending.logged import BadLine, LoggedCall, ReadLog


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a log is sent: only these events, only calls about this person, only the first so many."""

    events: frozenset[str] = frozenset()
    person: str | None = None
    limit: int | None = None

    def takes(self, call: LoggedCall) -> bool:
        """Whether a call is meant."""
        if self.events and not (call.kind in EVENTS and call.name in self.events):
            return False
        return self.person is None or self.person in (call.person, call.anonymous_id, *self._other(call))

    def _other(self, call: LoggedCall) -> tuple[str | None, ...]:
        return (call.other,) if call.kind in (CallKind.MERGE, CallKind.TRANSACTIONAL) else ()

    @property
    def as_text(self) -> str:
        """What tells two choices of one log apart; a limit does not, as the rest of the log may follow."""
        return f"{sorted(self.events)} {self.person}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where calls come from, and which of them are meant; it can be read any number of times."""

    read: Callable[[bool, Callable[[BadLine], None]], Iterable[tuple[str, LoggedCall]]]
    names: Sequence[str]  # what a report calls the logs
    choice: Choice = field(default_factory=Choice)
    is_given: bool = False  # calls at hand, no log

    def calls(
        self, *, strict: bool = False, on_bad: Callable[[BadLine], None] = lambda _: None
    ) -> Iterator[tuple[str, LoggedCall, bytes]]:
        """The calls that are meant, in order, each with its log's name and its digest.

        Raises: HistoryError when a log cannot be read or, where *strict*, at the first bad line.
        """
        left = self.choice.limit
        before, part = ("", 0), 0
        for name, call in self.read(strict, on_bad):
            if left == 0:
                return
            place = (name, call.line)
            part = part + 1 if place == before else 0
            before = place
            if not self.choice.takes(call):
                continue
            if left is not None:
                left -= 1
            yield name, call, call_digest(name, part, call)


def source_of_logs(paths: Sequence[str], read: ReadLog, choice: Choice) -> Source:
    """The calls of event logs."""
    names = [path.rstrip("/").rpartition("/")[2] or path for path in paths]
    return Source(lambda strict, on_bad: read(paths, strict=strict, on_bad=on_bad), names, choice)


def source_of_calls(calls: Sequence[LoggedCall], name: str, choice: Choice) -> Source:
    """Calls at hand, told as a log of that name."""
    return Source(lambda _strict, _on_bad: [(name, call) for call in calls], [name], choice, is_given=True)


def seconds_now() -> int:
    """This moment in Unix seconds."""
    return int(time.time())
