"""One workspace's content as what another shall hold."""

from __future__ import annotations

from collections.abc import Callable

from mailwright.definitions.workspace import Workspace
from sync.folding import folded_pair, own_field, unfolded
from sync.plan_making import AUTOMATIC, RUNNING
from sync.snapshot import Address, Document, Kind, Snapshot

_LOUD = {Kind.CAMPAIGN: RUNNING, Kind.MESSAGE: AUTOMATIC}


def promoted(
    source: Snapshot,
    target: Snapshot,
    source_settings: Workspace,
    target_settings: Workspace,
    *,
    is_meant: Callable[[Address], bool] = lambda _address: True,
    with_removals: bool = False,
) -> Snapshot:
    """What *target* should hold to be like *source*: the source's content with the target's own values.

    Whether a thing runs or sends stays as the target has it; what is new there runs once `--start` says so. What only
    the target has stays, unless *with_removals*.

    Raises: ConfigurationError when the target has no value for something that the source fills in.
    """
    found: dict[Address, Document] = {} if with_removals else dict(target.documents)
    content, _ = folded_pair(source, target, source_settings, target_settings)
    for document in content:
        if is_meant(document.address):
            found[document.address] = _as_in(target, unfolded(document, target_settings))
    for document in target:
        if not is_meant(document.address):
            found[document.address] = document
    return Snapshot.of(*found.values())


def _as_in(target: Snapshot, document: Document) -> Document:
    own = own_field(document.address)
    if not own:
        return document
    there = target.get(document.address)
    value = _LOUD[document.address.kind] if there is None else there.fields.get(own)
    return document if value is None else Document(document.address, {**document.fields, own: value})
