"""What a log holds, counted before anything of it is sent."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.sending.batches import MOST_BYTES, MOST_ITEMS
from sync.sending.entities import ENTITY_BYTES, entity_of
from sync.sending.event_ids import event_id
from sync.sending.logged import EVENTS, LEFT_OUT, BadLine, CallKind, moment_of

if TYPE_CHECKING:
    from sync.sending.choosing import Source
    from sync.sending.logged import LoggedCall

TRIGGERS_FOR = 72 * 3600
"""Seconds. Source: semantics R27: an event that is more than 72 hours old starts no campaign."""
BAD_LINES_KEPT = 100
NAMES_KEPT = 1_000
OTHERS = "(other names)"
_RESERVED = ("example.com", "example.org", "example.net", "example.edu", "localhost")
_RESERVED_ENDS = (".example", ".test", ".invalid", ".localhost", ".local")
_NOT_REPEATABLE = frozenset({CallKind.TRANSACTIONAL, CallKind.BROADCAST, CallKind.FORM})


@dataclass(slots=True)
class Survey:
    """The counts. Units: Unix seconds, bytes."""

    now: int
    max_age: int
    total: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    first: int | None = None  # the earliest moment of a call
    last: int | None = None
    too_old: int = 0  # events over the age that is sent without --historical
    starts_nothing: int = 0  # events over 72 hours
    undated: int = 0  # events that say no time: they happen when they are sent
    not_repeatable: int = 0
    own: int = 0  # calls that go by requests of their own
    size: int = 0
    real_addresses: int = 0
    bad: list[BadLine] = field(default_factory=list)
    bad_count: int = 0
    first_digest: bytes = b""

    @property
    def to_send(self) -> int:
        """Calls that can be sent."""
        return self.total - sum(self.left_out.values())

    @property
    def requests(self) -> int:
        """The fewest requests that bring them: batches, and those of their own."""
        together = self.to_send - self.own
        return max(math.ceil(together / MOST_ITEMS), math.ceil(self.size / MOST_BYTES)) + self.own

    def note_bad(self, line: BadLine) -> None:
        """Take in a line that is no call."""
        self.bad_count += 1
        if len(self.bad) < BAD_LINES_KEPT:
            self.bad.append(line)

    def take(self, call: LoggedCall, digest: bytes, *, measures: bool) -> None:
        """Take in a call; *measures* also counts its bytes."""
        self.total += 1
        if not self.first_digest:
            self.first_digest = digest
        kind = CallKind(call.kind)
        self.kinds[kind] += 1
        if kind in LEFT_OUT:
            self.left_out[kind] += 1
            return
        moment = moment_of(call)
        if moment is not None:
            self.first = moment if self.first is None else min(self.first, moment)
            self.last = moment if self.last is None else max(self.last, moment)
        if kind in EVENTS:
            self._event(call, moment)
        elif kind is CallKind.IDENTIFY and is_real(call.data.get("email")):
            self.real_addresses += 1
        self.not_repeatable += kind in _NOT_REPEATABLE
        if measures:
            self._measure(call, digest)

    def _event(self, call: LoggedCall, moment: int | None) -> None:
        name = call.name if call.name in self.events or len(self.events) < NAMES_KEPT else OTHERS
        self.events[name] += 1
        if moment is None:
            self.undated += 1
            return
        age = self.now - moment
        self.too_old += age > self.max_age
        self.starts_nothing += age > TRIGGERS_FOR

    def _measure(self, call: LoggedCall, digest: bytes) -> None:
        import msgspec

        entity = entity_of(call, event_id(call, digest) if call.kind in EVENTS else None)
        size = 0 if entity is None else len(msgspec.json.encode(entity)) + 1
        if entity is None or size > ENTITY_BYTES:
            self.own += 1
        else:
            self.size += size


def survey_of(source: Source, *, now: int, max_age: int, strict: bool = False, measures: bool = False) -> Survey:
    """The counts of all calls that are meant.

    Raises: HistoryError when a log cannot be read or, where *strict*, at the first bad line.
    """
    found = Survey(now, max_age)
    for _, call, digest in source.calls(strict=strict, on_bad=found.note_bad):
        found.take(call, digest, measures=measures)
    return found


def log_key(survey: Survey, source: Source) -> str:
    """Eight digits for a log and what is chosen of it: the same when it has grown."""
    said = survey.first_digest + source.choice.as_text.encode()
    return hashlib.blake2b(said, digest_size=4).hexdigest()


def is_real(address: object) -> bool:
    """Whether mail to an address may reach somebody: its domain is none that is kept for examples and tests.

    Source: RFC 2606 and RFC 6761.
    """
    if not isinstance(address, str) or "@" not in address:
        return False
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    return not (domain.endswith((*_RESERVED_ENDS, *(f".{one}" for one in _RESERVED))) or domain in _RESERVED)
