"""Layouts, snippets and segments ⇄ what the APIs show and take of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All
from sync.codecs.campaigns import Read
from sync.codecs.condition_reading import ConditionReading
from sync.codecs.condition_writing import ConditionWriting, writes_inverse_beside
from sync.codecs.conditions_of import condition_of
from sync.codecs.messages import document
from sync.codecs.references import References, Unreadable, Unwritable
from sync.codecs.step_reading import written
from sync.naming import layout_version
from sync.snapshot import Address, Document, Kind

Data = dict[str, Any]
Json = Mapping[str, Any]


def read_layout(raw: Json, slug: str) -> Document:
    """The document of a layout."""
    name, _ = layout_version(str(raw.get("name") or ""))
    return document(Address(Kind.LAYOUT, slug), {"name": name, "body": raw.get("body")})


def layout_fields(wanted: Document, raw: Json) -> Data:
    """What a write of a layout sets. Its version is part of its name; a first version may go without."""
    name, version = str(wanted.value("name") or ""), wanted.address.slug.rpartition("@")[2]
    before = str(raw.get("name") or "")
    kept = before if layout_version(before)[0] == name else f"{name} v{version}"
    return {"name": kept, "body": wanted.value("body") or ""}


def read_snippet(raw: Json, slug: str) -> Document:
    """The document of a snippet."""
    return document(
        Address(Kind.SNIPPET, slug), {"name": raw.get("name"), "value": str(raw.get("value") or "").strip()}
    )


def snippet_fields(wanted: Document) -> Data:
    """What a write of a snippet sets."""
    return {"name": wanted.value("name") or wanted.address.slug, "value": wanted.value("value") or ""}


def read_segment(raw: Json, slug: str, names: References) -> Read:
    """The document of a segment; conditions that no file can say are told in *unseen*."""
    data: Data = {"name": raw.get("name"), "description": str(raw.get("description") or "").strip()}
    unseen: dict[str, str] = {}
    if raw.get("type") == "manual":
        data["manual"] = True
    elif "conditions" in raw:
        try:
            found = ConditionReading(names).tree(raw["conditions"])
            if found == All():
                raise Unreadable("a segment of everybody")
            data["where"] = written(found, Form.FILTER)
        except Unreadable as error:
            unseen["where"] = str(error)
    return Read(document(Address(Kind.SEGMENT, slug), data), unseen)


def segment_fields(wanted: Document, changed: Collection[str], raw: Json, names: References) -> Data:
    """What a write of a segment sets: always its name, which is demanded; its conditions as they came if unchanged.

    Raises: Unwritable.
    """
    found: Data = {"name": wanted.value("name") or "", "description": wanted.value("description") or ""}
    if wanted.value("manual"):
        return {**found, "type": "manual"}
    if "where" not in changed and raw.get("conditions"):
        return {**found, "type": "dynamic", "conditions": raw["conditions"]}
    writing = ConditionWriting(names, "", _beside(raw))
    tree = writing.tree(condition_of(wanted.value("where") or {}, Form.FILTER))
    if tree is None:
        raise Unwritable("a segment of everybody")
    return {**found, "type": "dynamic", "conditions": tree}


def _beside(raw: Json) -> bool:
    """Source: segment trees put a negation beside the wrapped object."""
    conditions = raw.get("conditions")
    return writes_inverse_beside(conditions) if conditions else True
