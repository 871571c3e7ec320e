"""A plan as values: what would be changed in one workspace, what is left alone, and what only a hand can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync.diff import Presence
from sync.ledger import Identity
from sync.snapshot import Address, Document, Kind, Value


class Action(StrEnum):
    """What is done to one thing."""

    CREATE = "create"
    UPDATE = "update"
    OFF = "off"  # a message whose step is gone from the files: deleting it would lose its numbers
    DELETE = "delete"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as it was seen and as it shall be."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to one thing; *seen* is the digest of what was there, None: nothing was."""

    action: Action
    address: Address
    fields: tuple[FieldChange, ...] = ()
    seen: str | None = None

    def target(self, live: Document | None) -> Document:
        """What shall stand afterwards: what is there, with the changed fields put in."""
        values = {} if live is None else dict(live.fields)
        for one in self.fields:
            if one.after is None:
                values.pop(one.name, None)
            else:
                values[one.name] = one.after
        return Document(self.address, values)

    def is_done(self, live: Document | None) -> bool:
        """Whether the workspace already stands as this change wants it."""
        if self.action is Action.DELETE:
            return live is None
        return live is not None and all(live.fields.get(one.name) == one.after for one in self.fields)


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not the same on both sides and that an apply leaves as it is."""

    address: Address
    presence: Presence
    fields: tuple[FieldChange, ...]
    """*before* is what the files say, *after* what the workspace has: what the workspace did."""


@dataclass(frozen=True, slots=True)
class HandWork:
    """One field that no interface we may use can write: a person sets it in Customer.io."""

    address: Address
    change: FieldChange
    why: str


@dataclass(frozen=True, slots=True)
class AffectedCampaign:
    """Who would start getting a campaign, and who would stop, by one log or the samples."""

    campaign: str
    before: int
    after: int
    gains: int
    losses: int
    proved: tuple[str, ...] = ()  # what became of its trigger and filter, with a witness each way


@dataclass(frozen=True, slots=True)
class Affected:
    """Who is affected: *source* says by which log."""

    source: str
    campaigns: tuple[AffectedCampaign, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one apply would do, in order, and what it would not."""

    workspace: Identity
    reason: str
    made_at: datetime
    expires_at: datetime
    protected: bool = False
    changes: tuple[Change, ...] = ()
    theirs: tuple[Left, ...] = ()
    conflicts: tuple[Left, ...] = ()
    by_hand: tuple[HandWork, ...] = ()
    waiting: tuple[Change, ...] = ()  # what `--start` would do besides
    unseen: tuple[str, ...] = ()  # what the key at hand cannot see, in sentences
    agreed: tuple[Document, ...] = ()  # what both sides say alike, and the ledger does not know yet
    counts: Mapping[Kind, int] = field(default_factory=dict)  # how many of each kind the workspace has
    affected: tuple[Affected, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both sides already stand where they should."""
        return not (self.changes or self.conflicts or self.by_hand)

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one action."""
        return tuple(change for change in self.changes if change.action is action)
