"""The way back: what a run changed, put back as it was, and nothing else."""

from __future__ import annotations

from sync.journal import Journal
from sync.plan import Change
from sync.plan_making import Sides
from sync.snapshot import Address, Document, Snapshot, Value


def way_back(journal: Journal, base: Snapshot, live: Snapshot) -> Sides:
    """The three sides of a rollback: what the run left counts as agreed, what was before it is wanted.

    A field that somebody moved since the run is so a conflict, and what later runs did to other fields stays. What the
    run made has nothing before it: it is wanted no more.
    """
    left: dict[Address, dict[str, Value]] = {}
    before: dict[Address, Document | None] = {}
    kept = journal.before()
    for change in _carried_out(journal):
        fields = left.setdefault(change.address, {})
        before.setdefault(change.address, kept.get(change.address))
        fields |= {one.name: one.after for one in change.fields}
    agreed, wanted = dict(base.documents), dict(live.documents)
    for address, fields in left.items():
        there, earlier = live.get(address), before[address]
        _put(agreed, address, _as_left(there, fields))
        _put(wanted, address, _as_before(there, earlier, fields))
    for part in kept:
        # The messages of a campaign that the run deleted come back with it.
        if part.address not in left and live.get(part.address) is None:
            wanted[part.address] = part
            agreed.pop(part.address, None)
    return Sides(Snapshot.of(*agreed.values()), Snapshot.of(*wanted.values()), live)


def _carried_out(journal: Journal) -> list[Change]:
    changes = journal.plan.changes
    return [changes[at] for at in sorted({*journal.begun, *journal.done})]


def _as_left(there: Document | None, fields: dict[str, Value]) -> Document | None:
    """What the run left of a thing that is still there; None of one that it deleted, or that is gone since."""
    if there is None:
        return None
    return _with(there, fields)


def _as_before(there: Document | None, earlier: Document | None, fields: dict[str, Value]) -> Document | None:
    if earlier is None:
        return None
    if there is None:
        return earlier
    return _with(there, {name: earlier.fields.get(name) for name in fields})


def _with(document: Document, fields: dict[str, Value]) -> Document:
    values = {**document.fields, **fields}
    return Document(document.address, {name: value for name, value in values.items() if value is not None})


def _put(documents: dict[Address, Document], address: Address, document: Document | None) -> None:
    if document is None:
        documents.pop(address, None)
    else:
        documents[address] = document
