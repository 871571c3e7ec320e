"""One send: calls are read, put in line, asked for by several at once, and noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, MailwrightError, PartlyApplied, RefusedError, WorkspaceError
from sync.clients.refusals import WorkspaceRefusal
from sync.sending.asking import MAYBE, Answer, Asker, Stopped
from sync.sending.crew import Crew, Ending
from sync.sending.items import Item, Unsendable, item_of, letter_of
from sync.sending.letters import DEAD_LETTERS, PERHAPS_SENT, Letter, Letters
from sync.sending.lineup import Lineup
from sync.sending.logged import LEFT_OUT
from sync.sending.opening import IN_FLIGHT, Sendee
from sync.sending.outcome import Outcome
from sync.sending.reading import Reading
from sync.sending.whom import Whom

if TYPE_CHECKING:
    from sync.sending.journal import SendJournal
    from sync.sending.own_requests import Number

WINDOW = 20_000
"""How far reading may run ahead of the first call that is not through."""
LOOSE = 1_000
"""Calls that are through without being asked for, before a note of their own."""
LAST_ANSWERS = 35.0
"""Seconds to wait for what is under way when a send stops; an answer takes at most 30."""


@dataclass(slots=True)
class Sending:
    """Brings the calls of one log to one workspace. *told* hears how many are through."""

    reading: Reading
    sendee: Sendee
    journal: SendJournal
    number: Number
    ending: Ending
    again: str  # the command that goes on
    told: Callable[[int], None] = lambda _: None
    outcome: Outcome = field(init=False)
    lineup: Lineup = field(default_factory=Lineup)
    _whom: Whom = field(default_factory=Whom)
    _loose: list[int] = field(default_factory=list)
    _dead: Letters = field(init=False)
    _perhaps: Letters = field(init=False)
    _stop: Exception | None = None
    _is_read: bool = False

    def __post_init__(self) -> None:
        folder = self.journal.folder
        self._dead, self._perhaps = Letters(folder / DEAD_LETTERS), Letters(folder / PERHAPS_SENT)
        self.outcome = Outcome(self.sendee.name, self.journal.run, already=len(self.journal.through))

    def run(self) -> Outcome:
        """Send all.

        Raises: PartlyApplied when it stopped on its way; WorkspaceError when nothing was sent, or the workspace does
        not know us any more; RefusedError when the log is another; HistoryError when it cannot be read.
        """
        started = time.monotonic()
        crew = Crew(Asker(self.sendee.faces, self.ending.wait).ask, IN_FLIGHT)
        try:
            self._send_until_it_ends(crew)
        except OSError as error:
            self._stop = ConfigurationError(f"the journal cannot be written: {error.strerror or error}")
        finally:
            self.ending.now()
            crew.go_home()
            self.journal.close()
            self._fill_in(time.monotonic() - started)
        if self._stop is not None:
            raise self._ended(self._stop) from None
        return self.outcome

    def _send_until_it_ends(self, crew: Crew) -> None:
        try:
            for letters in (self._dead, self._perhaps):
                letters.keep_only(self.journal.through)
            self._send_all(crew)
        except KeyboardInterrupt:
            self._stop = Stopped()
        except MailwrightError as error:
            self._stop = error
        if self._stop is not None:
            self._last_answers(crew)
        self._note([])
        if self._stop is None:
            self.journal.end(self.reading.count, self.reading.digest)

    def _send_all(self, crew: Crew) -> None:
        items = self._items()
        while self._stop is None:
            self._take_in(items)
            while crew.is_free and (request := self.lineup.next()) is not None:
                self._give(crew, request)
                self._take_in(items)
            if not crew.under_way and self.lineup.is_empty and self._is_read:
                return
            self._settle(crew.answer(0.2))

    def _last_answers(self, crew: Crew) -> None:
        """Note what is still under way when a send stops."""
        self.ending.now()
        until = time.monotonic() + LAST_ANSWERS
        while crew.under_way and time.monotonic() < until:
            self._settle(crew.answer(0.2))

    # --- what comes in ------------------------------------------------------------------------------------------------

    def _take_in(self, items: Iterator[Item]) -> None:
        """Put calls in line as long as there is room."""
        while not self._is_read and self.lineup.has_room and self._is_near:
            item = next(items, None)
            if item is None:
                self._is_read = True
            else:
                self.lineup.offer(item)

    @property
    def _is_near(self) -> bool:
        return self.reading.count - self.journal.through.upto < WINDOW

    def _items(self) -> Iterator[Item]:
        asked = frozenset(self.journal.asked)
        for number, source, call, digest in self.reading.calls():
            if number in asked:
                record = letter_of(call, digest, self.journal.salt)
                self._perhaps.put([Letter(number, record, MAYBE, f"{source}:{call.line}")])
                self.outcome.unsure += 1
                self._pass(number)
            elif call.kind in LEFT_OUT:
                self.outcome.left_out[call.kind] += 1
                self._pass(number)
            else:
                try:
                    item = item_of(number, source, call, digest, self._whom.keys(call), self.journal.salt, self.number)
                    self._refuse_faceless(item)
                except Unsendable as error:
                    record = letter_of(call, digest, self.journal.salt)
                    self._dead.put([Letter(number, record, str(error), f"{source}:{call.line}")])
                    self.outcome.refuse(str(error))
                    self._pass(number)
                else:
                    yield item

    def _refuse_faceless(self, item: Item) -> None:
        if item.request is not None and item.request.face not in self.sendee.faces:
            raise Unsendable(f"no App API key for the workspace '{self.sendee.name}', and it goes by the App API")

    def _pass(self, number: int) -> None:
        """Take a call for through that is not asked for."""
        self._loose.append(number)
        if len(self._loose) >= LOOSE:
            self._note([])

    # --- what goes out, and what comes of it --------------------------------------------------------------------------

    def _give(self, crew: Crew, request: list[Item]) -> None:
        if not request[0].is_repeatable:
            self.journal.asking(request[0].number)
        crew.give(request)

    def _settle(self, answer: Answer | None) -> None:
        if answer is None:
            return
        places = {item.number: item for item in answer.items}
        for letters, found in ((self._dead, answer.refused), (self._perhaps, answer.unsure)):
            if found:
                letters.put([self._letter(places[number], reason) for number, reason in found.items()])
        for reason in answer.refused.values():
            self.outcome.refuse(reason)
        self.outcome.unsure += len(answer.unsure)
        through = [number for number in places if number not in answer.unasked]
        for number in through:
            if number not in answer.refused and number not in answer.unsure:
                self.outcome.taken[places[number].kind] += 1
        self.outcome.tell(answer.tries, answer.requests)
        # On the disk before the next call of these people goes.
        self._note(through)
        if answer.stop is not None:
            if self._stop is None or isinstance(self._stop, Stopped):
                self._stop = answer.stop
            self.ending.now()
        else:
            self.lineup.finished(answer.items)
        self.told(len(self.journal.through))

    @staticmethod
    def _letter(item: Item, reason: str) -> Letter:
        return Letter(item.number, item.letter(), reason, f"{item.source}:{item.line}")

    def _note(self, through: list[int]) -> None:
        numbers = through + self._loose
        if numbers:
            self.journal.done(numbers, self.reading.count, self.reading.digest)
            self._loose.clear()

    def _fill_in(self, seconds: float) -> None:
        self.outcome.seconds = seconds
        self.outcome.dead_letters = str(self._dead.path) if self._dead.count else ""
        self.outcome.perhaps_sent = str(self._perhaps.path) if self._perhaps.count else ""

    def _ended(self, error: Exception) -> Exception:
        """What the send stopped for, and what stands."""
        through = len(self.journal.through)
        standing = f"{through:,} calls are through"
        if isinstance(error, Stopped):
            return PartlyApplied(f"{standing}; stopped: interrupted", hint=self.again)
        if not isinstance(error, MailwrightError) or isinstance(error, RefusedError):
            return error
        if isinstance(error, WorkspaceRefusal) and error.status in (401, 403):
            hint = f"{error.hint}; then {self.again}" if through else error.hint
            return WorkspaceError(f"{error}; {standing}", hint=hint)
        if not through and not self.journal.asked and isinstance(error, WorkspaceError):
            return error
        return PartlyApplied(f"{standing}; stopped: {error}", hint=self.again)
