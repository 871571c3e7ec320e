"""The calls that are still to be sent.

The log is read from its start; what is through is passed over, and nothing is given out before it is sure that the log
is the one that was being sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import RefusedError

if TYPE_CHECKING:
    from sync.sending.choosing import Source
    from sync.sending.journal import SendJournal
    from sync.sending.logged import LoggedCall


@dataclass(slots=True)
class Reading:
    """Counts the calls of a log and keeps the digest of all that were read."""

    source: Source
    journal: SendJournal
    strict: bool = False
    count: int = 0
    _hash: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    @property
    def digest(self) -> str:
        """What stands for all calls read so far."""
        found: str = self._hash.hexdigest()
        return found

    def calls(self) -> Iterator[tuple[int, str, LoggedCall, bytes]]:
        """The calls that are not through, with their numbers.

        Raises: RefusedError when the log is not the one of the journal; nothing was given out then.
        HistoryError when the log cannot be read.
        """
        known, through = self.journal.read, self.journal.through
        sure_at = max(known, default=0)
        waiting: list[tuple[int, str, LoggedCall, bytes]] = []
        for name, call, digest in self.source.calls(strict=self.strict):
            number = self.count
            self.count += 1
            self._hash.update(digest)
            expected = known.get(self.count)
            if expected is not None and expected != self.digest:
                raise _another_log(self.journal)
            if number not in through:
                waiting.append((number, name, call, digest))
            if waiting and self.count >= sure_at:
                yield from waiting
                waiting.clear()
        if self.count < sure_at:
            raise _another_log(self.journal)


def _another_log(journal: SendJournal) -> RefusedError:
    message = f"the log is not the one that {journal.run} was sending: what stands before its end has changed"
    return RefusedError(message, hint="--afresh sends it from its start; events that are known count once")
