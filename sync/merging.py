"""What a pull takes from a workspace, by field: where only it moved, and nothing where only the files did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.diff import Verdict, verdict
from sync.snapshot import Address, Document, Snapshot, Value


@dataclass(frozen=True, slots=True)
class Merge:
    """One thing of a workspace beside what the files say of it.

    *taken* are the fields that the workspace alone moved, *conflicts* those that both sides moved; *ours* those that
    only the files moved.
    """

    address: Address
    base: Document | None
    desired: Document | None
    live: Document
    taken: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    is_deleted_here: bool = False  # gone from the files since it was agreed on

    @property
    def is_new(self) -> bool:
        """Whether the files never had it."""
        return self.desired is None and not self.is_deleted_here

    def merged(self) -> Document:
        """The files' document with what is taken put in."""
        assert self.desired is not None
        fields: dict[str, Value] = dict(self.desired.fields)
        for name in self.taken:
            _put(fields, name, self.live.fields.get(name))
        return Document(self.address, fields)

    def theirs(self) -> Document:
        """The files' document with all that the workspace has otherwise put in."""
        assert self.desired is not None
        fields: dict[str, Value] = dict(self.desired.fields)
        for name in (*self.taken, *self.conflicts):
            _put(fields, name, self.live.fields.get(name))
        return Document(self.address, fields)


def _put(fields: dict[str, Value], name: str, value: Value) -> None:
    if value is None:
        fields.pop(name, None)
    else:
        fields[name] = value


@dataclass(frozen=True, slots=True)
class Merged:
    """All things of a workspace, merged, and what the workspace has no more."""

    merges: tuple[Merge, ...] = ()
    gone: tuple[Address, ...] = ()  # agreed on once, still in the files, no more in the workspace
    sees: frozenset[tuple[Address, str]] = field(default_factory=frozenset)


def merge_all(base: Snapshot, desired: Snapshot, live: Snapshot, hidden: Mapping[Address, frozenset[str]]) -> Merged:
    """Every thing of the workspace with what becomes of it; *hidden* are fields that cannot be read there."""
    merges = [
        _merged(base.get(found.address), desired.get(found.address), found, hidden.get(found.address, frozenset()))
        for found in live
    ]
    gone = [one.address for one in base if live.get(one.address) is None and desired.get(one.address) is not None]
    return Merged(tuple(merges), tuple(sorted(gone)))


def _merged(base: Document | None, desired: Document | None, live: Document, hidden: frozenset[str]) -> Merge:
    if desired is None:
        moved = base is not None and any(
            base.fields.get(name) != live.fields.get(name) for name in {*base.fields, *live.fields} - hidden
        )
        conflicts = tuple(sorted({*live.fields} - hidden)) if moved else ()
        return Merge(live.address, base, None, live, conflicts=conflicts, is_deleted_here=base is not None)
    kinds: dict[Verdict, list[str]] = {kind: [] for kind in Verdict}
    for name in sorted({*desired.fields, *live.fields} - hidden):
        before = None if base is None else base.fields.get(name)
        if base is None and desired.fields.get(name) != live.fields.get(name):
            # Nothing was agreed on yet: which side moved cannot be told.
            kinds[Verdict.CONFLICT].append(name)
            continue
        kinds[verdict(before, desired.fields.get(name), live.fields.get(name))].append(name)
    return Merge(
        live.address,
        base,
        desired,
        live,
        tuple(kinds[Verdict.THEIRS]),
        tuple(kinds[Verdict.CONFLICT]),
        tuple(kinds[Verdict.OURS]),
    )
