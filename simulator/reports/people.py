"""How reports name people: by a short digest, unless somebody asked for their names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from simulator.trace import AnyEntry, Clause, Delivery, Moved, Noted

SHORT = 6
LONG = 12


@dataclass(slots=True)
class PeopleNames:
    """Names people: as they are, or by a digest that is the same in every report of the same log.

    A digest keeps ids out of sight of whoever is sent a report; who has the ids can work it out again.
    """

    shown: bool = False
    _known: dict[str, str] = field(default_factory=dict)

    def short(self, person: str) -> str:
        """The person's name for a page: `p-3f2a9c`."""
        return person if self.shown or not person else self._digest(person)[: 2 + SHORT]

    def long(self, person: str) -> str:
        """The person's name for a machine: longer, so that two people stay two; it starts like the short one."""
        return person if self.shown or not person else self._digest(person)

    def value(self, value: Any) -> Any:
        """A value read from a person or an event."""
        if self.shown or value is None:
            return value
        return f"v-{_hex(msgspec.json.encode(value, enc_hook=repr, order='deterministic'))[:SHORT]}"

    def entry(self, entry: AnyEntry) -> AnyEntry:
        """The entry as it may be written down."""
        if self.shown:
            return entry
        changes: dict[str, Any] = {"person": self.long(entry.person)}
        clause: Clause | None = getattr(entry, "clause", None)
        if clause is not None:
            changes["clause"] = self._clause(clause)
        clauses: tuple[Clause, ...] = getattr(entry, "clauses", ())
        if clauses:
            changes["clauses"] = tuple(map(self._clause, clauses))
        if isinstance(entry, Moved):
            changes["from_person"] = self.long(entry.from_person)
        if isinstance(entry, Delivery) and entry.recipient is not None:
            changes["recipient"] = self.value(entry.recipient)
        if isinstance(entry, Noted) and entry.detail:
            changes["detail"] = ""
        return msgspec.structs.replace(entry, **changes)

    def _clause(self, clause: Clause) -> Clause:
        return clause if clause.seen is None else msgspec.structs.replace(clause, seen=self.value(clause.seen))

    def _digest(self, person: str) -> str:
        found = self._known.get(person)
        if found is None:
            if len(self._known) >= 100_000:
                self._known.clear()
            found = self._known[person] = digest_of(person)
        return found


def digest_of(person: str) -> str:
    """The long name that stands for *person* in reports."""
    return f"p-{_hex(person.encode('utf-8', 'surrogatepass'))[:LONG]}"


def is_digest_of(name: str, person: str) -> bool:
    """Whether *name*, as a report shows it, stands for *person*."""
    return len(name) >= 2 + SHORT and name.startswith("p-") and digest_of(person).startswith(name)


def _hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
