"""A condition in authored form → the condition tree."""

from __future__ import annotations

from typing import Any

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import Condition
from mailwright.diagnostics import ContentError
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.yaml_tree import read_yaml
from sync.snapshot import canonical


def as_yaml(data: Any) -> str:
    """Data as JSON that YAML takes for the same: what YAML does not take in a text goes in by its number."""
    text = canonical(data)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _by_number(one) for one in text)


def _by_number(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


def condition_of(data: Any, form: Form) -> Condition:
    """The condition that authored *data* says in *form*.

    Raises: ContentError when it says none.
    """
    tree = read_yaml(as_yaml({"condition": data}), "condition")
    reader = ConditionReader(tree)
    found = reader.read(tree.value["condition"], form)
    if reader.problems:
        raise ContentError(reader.problems)
    return found.condition
