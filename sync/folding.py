"""One workspace's content told without what is its own: its values become names, and another's values again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import Span
from sync.codecs.liquid_vars import with_names, with_values
from sync.codecs.messages import address_text
from sync.snapshot import Address, Document, Kind, Snapshot, Value, canonical

OWN = {Kind.CAMPAIGN: "state", Kind.MESSAGE: "sending"}
"""Whether something runs or sends is each workspace's own affair."""
SENDER = "the workspace's own sender"


def folded(snapshot: Snapshot, settings: Workspace) -> Snapshot:
    """The content with the workspace's vars and its sender as names, without what runs or sends."""
    return Snapshot.of(*(_folded(document, settings) for document in snapshot))


def folded_pair(
    one: Snapshot, other: Snapshot, settings: Workspace, other_settings: Workspace
) -> tuple[Snapshot, Snapshot]:
    """Two workspaces' contents, folded so that they can be compared.

    What both hold letter for letter is left as it is: an email that names a sender may name the very one that one of
    the two workspaces calls its own.
    """
    left, right = folded(one, settings), folded(other, other_settings)
    return _unless_alike(left, one, other), _unless_alike(right, other, one)


def _unless_alike(content: Snapshot, raw: Snapshot, other: Snapshot) -> Snapshot:
    return Snapshot.of(*(_kept_alike(document, raw, other) for document in content))


def _kept_alike(document: Document, raw: Snapshot, other: Snapshot) -> Document:
    here, there = raw.get(document.address), other.get(document.address)
    if here is None or there is None:
        return document
    alike = {name: text for name, text in here.fields.items() if there.fields.get(name) == text}
    return Document(document.address, {name: alike.get(name, text) for name, text in document.fields.items()})


def unfolded(document: Document, settings: Workspace) -> Document:
    """Folded content with the values of another workspace put in.

    Raises: ConfigurationError when it has no value for a name.
    """
    place = Span(str(document.address))

    def text(one: str) -> str:
        return with_values(one, settings.vars, place)

    fields = {name: _mapped(value, text) for name, value in document.fields.items()}
    if fields.get("from") == canonical(SENDER):
        fields["from"] = None if settings.sender is None else canonical(address_text(settings.sender))
    return Document(document.address, {name: value for name, value in fields.items() if value is not None})


def own_field(address: Address) -> str:
    """The field of a thing that every workspace has for itself; empty where there is none."""
    return OWN.get(address.kind, "")


def _folded(document: Document, settings: Workspace) -> Document:
    own = own_field(document.address)
    sender = None if settings.sender is None else canonical(address_text(settings.sender))

    def text(one: str) -> str:
        return with_names(one, settings.vars)

    fields = {name: _mapped(value, text) for name, value in document.fields.items() if name != own}
    if sender is not None and document.fields.get("from") == sender:
        fields["from"] = canonical(SENDER)
    return Document(document.address, fields)


def _mapped(value: Value, change: Any) -> Value:
    return None if value is None else canonical(_deeply(json.loads(value), change))


def _deeply(data: Any, change: Any) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: _deeply(value, change) for key, value in data.items()}
    return [_deeply(item, change) for item in data] if isinstance(data, list) else data
