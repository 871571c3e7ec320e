"""How a workspace stands: its documents, ids and raw answers, and what is there that no document holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.codecs.references import References
from sync.ledger import Ids
from sync.snapshot import Address, Document, Snapshot

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unrepresented:
    """Something a workspace holds and no file can say: a field of one thing, or (no field) the thing as a whole."""

    what: str  # "campaign onboarding", or how the workspace calls what we have no name for
    field: str | None
    why: str

    def __str__(self) -> str:
        return f"{self.what}{f', {self.field}' if self.field else ''}: {self.why}"


@dataclass(slots=True)
class Live:
    """How a workspace stands.

    *raw* holds what it answered for each thing, so that a write sends back what it does not change; *unseen* the fields
    that are there and that no document can hold, each with what it is; *doubts* what a person has to decide.
    """

    documents: dict[Address, Document] = field(default_factory=dict)
    ids: dict[Address, Ids] = field(default_factory=dict)
    raw: dict[Address, Json] = field(default_factory=dict)
    stamps: dict[Address, int] = field(default_factory=dict)  # Unix seconds of the last update, where they are shown
    unseen: dict[Address, Mapping[str, str]] = field(default_factory=dict)
    hidden: dict[Address, frozenset[str]] = field(default_factory=dict)  # fields that the answers do not show
    strange: list[Unrepresented] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    names: References = field(default_factory=References)
    topics: dict[str, Json] = field(default_factory=dict)  # slug → the topic as the workspace has it

    @property
    def snapshot(self) -> Snapshot:
        """All documents."""
        return Snapshot.of(*self.documents.values())

    @property
    def unrepresented(self) -> tuple[Unrepresented, ...]:
        """Everything that is there and not in the snapshot."""
        fields = [
            Unrepresented(str(address), name.replace("_", " "), why)
            for address, found in sorted(self.unseen.items())
            for name, why in sorted(found.items())
        ]
        return (*fields, *self.strange)

    def put(
        self, document: Document, ids: Ids, raw: Json, stamp: object = None, unseen: Mapping[str, str] | None = None
    ) -> None:
        """Note one thing, in place of how it stood before."""
        address = document.address
        self.documents[address], self.ids[address], self.raw[address] = document, ids, raw
        if isinstance(stamp, int):
            self.stamps[address] = stamp
        self.unseen.pop(address, None)
        if unseen:
            self.unseen[address] = unseen

    def drop(self, address: Address) -> None:
        """Note that a thing is gone."""
        self.documents.pop(address, None)
        for table in (self.ids, self.raw, self.stamps, self.unseen, self.hidden):
            table.pop(address, None)
