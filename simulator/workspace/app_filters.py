"""The App API's filters: `and`, `or`, `not` around segments and attributes.

Source: App API reference: leaves are `{"segment": {"id"}}` and `{"attribute": {field, operator, value}}` with the
operators eq and exists; recipients of newsletters also have `inverse`, which is read in a leaf and beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.operators import as_text
from simulator.workspace.documents import Kind

if TYPE_CHECKING:
    from simulator.workspace.records import PersonRecord
    from simulator.workspace.space import Space

OPERATORS = ("eq", "exists")
_DEEPEST = 30
Fault = tuple[str | None, str]


def filter_faults(space: Space, tree: Any, pointer: str, depth: int = 0) -> list[Fault]:
    """What is wrong with a filter: where, as a pointer, and what."""
    if not isinstance(tree, dict) or depth > _DEEPEST:
        return [(pointer, "filter is invalid")]
    parts = [name for name in ("and", "or", "not", "segment", "attribute") if name in tree]
    if len(parts) != 1:
        return [(pointer, "filter needs one of and, or, not, segment, attribute")]
    return list(_faults(space, parts[0], tree[parts[0]], f"{pointer}/{parts[0]}", depth))


def _faults(space: Space, kind: str, inner: Any, pointer: str, depth: int) -> Iterator[Fault]:
    match kind:
        case "and" | "or":
            if not isinstance(inner, list) or not inner:
                yield pointer, f"{kind} must be an array of filters"
                return
            for at, part in enumerate(inner):
                yield from filter_faults(space, part, f"{pointer}/{at}", depth + 1)
        case "not":
            yield from filter_faults(space, inner, pointer, depth + 1)
        case "segment":
            number = inner.get("id") if isinstance(inner, dict) else None
            if not isinstance(number, int) or isinstance(number, bool):
                yield f"{pointer}/id", "segment id is required"
            elif space.documents.get(Kind.SEGMENT, number) is None:
                yield f"{pointer}/id", "segment not found"
        case _:
            yield from _attribute_faults(inner, pointer)


def _attribute_faults(inner: Any, pointer: str) -> Iterator[Fault]:
    if not isinstance(inner, dict) or not isinstance(inner.get("field"), str) or not inner["field"]:
        yield f"{pointer}/field", "field is required"
    elif inner.get("operator") not in OPERATORS:
        yield f"{pointer}/operator", f"operator must be one of {', '.join(OPERATORS)}"
    elif inner["operator"] == "eq" and "value" not in inner:
        yield f"{pointer}/value", "value is required"


def matches(space: Space, person: PersonRecord, tree: Any) -> bool:
    """Whether a filter takes a person; the filter is one without faults."""
    for kind in ("and", "or", "not", "segment", "attribute"):
        if kind in tree:
            return _holds(space, person, kind, tree[kind]) is not bool(tree.get("inverse"))
    return False


def _holds(space: Space, person: PersonRecord, kind: str, inner: Any) -> bool:
    match kind:
        case "and":
            return all(matches(space, person, part) for part in inner)
        case "or":
            return any(matches(space, person, part) for part in inner)
        case "not":
            return not matches(space, person, inner)
        case "segment":
            return (inner["id"] in space.running.segments_of(person)) is not bool(inner.get("inverse"))
        case _:
            return _attribute_holds(person, inner) is not bool(inner.get("inverse"))


def _attribute_holds(person: PersonRecord, leaf: Any) -> bool:
    """Assumed: values are compared as text, without case, as segments compare them; identifiers are attributes too."""
    value = person.identifiers().get(leaf["field"], person.attributes.get(leaf["field"]))
    if leaf["operator"] == "exists":
        return value is not None and value != ""
    wanted, found = as_text(leaf["value"]), as_text(value)
    return wanted is not None and found is not None and wanted.lower() == found.lower()
