"""Resources as data: an address, a document of canonical values, and all of them as a snapshot.

A document is flat: each field is one thing that can be moved, agreed on and put back alone. Values are canonical JSON
text, so `1` is not `true`, and absent (`None`) is not `"null"`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = str | None
"""Canonical JSON text; None: the field is absent."""


class Kind(StrEnum):
    """What there is in a workspace that a repository can describe."""

    CAMPAIGN = "campaign"  # slug: the campaign's folder. Trigger, filters, exits, goal, workflow graph
    MESSAGE = "message"  # slug: campaign/name, or campaign/name.es for a language variant. What one step sends
    LAYOUT = "layout"  # slug: ds-default@2
    SNIPPET = "snippet"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Our name for a resource, the same in every workspace."""

    kind: Kind
    slug: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.slug}"


@dataclass(frozen=True, slots=True)
class Document:
    """One resource as data."""

    address: Address
    fields: Mapping[str, Value] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The field as plain JSON data; None where it is absent."""
        text = self.fields.get(name)
        return None if text is None else json.loads(text)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that stand for the content."""
        present = {name: text for name, text in sorted(self.fields.items()) if text is not None}
        return hashlib.sha256(canonical(present).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Resources of one place at one moment, in the order of their addresses."""

    documents: Mapping[Address, Document] = field(default_factory=dict)

    @staticmethod
    def of(*documents: Document) -> Snapshot:
        """A snapshot of these, sorted.

        Raises: ValueError when two share an address.
        """
        found = {document.address: document for document in sorted(documents, key=lambda one: one.address)}
        if len(found) != len(documents):
            raise ValueError("two documents share an address")
        return Snapshot(found)

    def get(self, address: Address) -> Document | None:
        """The document at an address, if there is one."""
        return self.documents.get(address)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents.values())

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that stand for all of it."""
        parts = {str(one.address): one.digest for one in self}
        return hashlib.sha256(canonical(parts).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """The one JSON text of *value*: keys sorted, no spaces, no escapes that are not needed.

    Raises: ValueError for NaN and infinities, which JSON has not.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
