"""Three-way comparison, field by field: who moved what since both sides last agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sync.snapshot import Address, Document, Snapshot, Value


class Verdict(StrEnum):
    """Who moved a field since the files and the workspace last agreed."""

    SETTLED = "settled"  # both sides say the same
    OURS = "ours"  # the files moved
    THEIRS = "theirs"  # the workspace moved
    CONFLICT = "conflict"  # both moved, to different values


def verdict(base: Value, desired: Value, live: Value) -> Verdict:
    """Who moved one field since *base*, the value both sides last agreed on."""
    if desired == live:
        return Verdict.SETTLED
    if live == base:
        return Verdict.OURS
    return Verdict.THEIRS if desired == base else Verdict.CONFLICT


@dataclass(frozen=True, slots=True)
class Move:
    """One field that is not the same on both sides."""

    field: str
    base: Value
    desired: Value
    live: Value

    @property
    def verdict(self) -> Verdict:
        """Who moved it."""
        return verdict(self.base, self.desired, self.live)


class Presence(StrEnum):
    """Which side has a thing at all."""

    BOTH = "both"
    ADDED = "added"  # in the files, never agreed on, not in the workspace
    REMOVED = "removed"  # gone from the files, unmoved in the workspace
    REMOVED_MOVED = "removed_moved"  # gone from the files, and moved in the workspace since
    LOST = "lost"  # gone from the workspace, unmoved in the files
    LOST_MOVED = "lost_moved"  # gone from the workspace, and moved in the files since
    FOREIGN = "foreign"  # only in the workspace, and never agreed on


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same on both sides."""

    address: Address
    presence: Presence
    moves: tuple[Move, ...]
    desired: Document | None
    live: Document | None


Sees = Callable[[Address, str], bool]
"""Whether a field can be seen in the workspace at all."""


def sees_all(_address: Address, _field: str) -> bool:
    """Every field can be seen."""
    return True


def differences(base: Snapshot, desired: Snapshot, live: Snapshot, sees: Sees = sees_all) -> Iterator[Difference]:
    """Everything that is not the same in the files and in the workspace, by address.

    A field that cannot be seen is left out: nothing is known of it, so nothing is said.
    """
    for address in sorted({*desired.documents, *live.documents}):
        found = _difference(address, base.get(address), desired.get(address), live.get(address), sees)
        if found is not None:
            yield found


def _difference(
    address: Address, base: Document | None, desired: Document | None, live: Document | None, sees: Sees
) -> Difference | None:
    moves = tuple(_moves(address, base, desired, live, sees))
    presence = _presence(base, desired, live, moves)
    if not moves and (presence is Presence.BOTH or _is_hidden(desired, sees) or _is_hidden(live, sees)):
        return None
    return Difference(address, presence, moves, desired, live)


def _is_hidden(document: Document | None, sees: Sees) -> bool:
    """Whether nothing of a thing can be seen, so that nobody knows whether it is there."""
    if document is None or not document.fields:
        return False
    return not any(sees(document.address, name) for name in document.fields)


def _moves(
    address: Address, base: Document | None, desired: Document | None, live: Document | None, sees: Sees
) -> Iterator[Move]:
    for name in sorted({*_names(desired), *_names(live)}):
        move = Move(name, _value(base, name), _value(desired, name), _value(live, name))
        if move.desired != move.live and sees(address, name):
            yield move


def _presence(
    base: Document | None, desired: Document | None, live: Document | None, moves: tuple[Move, ...]
) -> Presence:
    if desired is not None and live is not None:
        return Presence.BOTH
    if desired is not None:
        if base is None:
            return Presence.ADDED
        return Presence.LOST if all(move.desired == move.base for move in moves) else Presence.LOST_MOVED
    if base is None:
        return Presence.FOREIGN
    return Presence.REMOVED if all(move.live == move.base for move in moves) else Presence.REMOVED_MOVED


def _names(document: Document | None) -> set[str]:
    return set() if document is None else set(document.fields)


def _value(document: Document | None, name: str) -> Value:
    return None if document is None else document.fields.get(name)
