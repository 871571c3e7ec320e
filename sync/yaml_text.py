"""Plain data as YAML that a person would have written: short maps on one line, quotes only where they are needed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_./$][A-Za-z0-9_./@+=$%-]*(?: [A-Za-z0-9_./@+=$%(-][A-Za-z0-9_./@+=$%)’,;!?-]*)*\Z")  # noqa: RUF001  # the apostrophe that people type
_SPECIAL = re.compile(r"(?:true|false|null|yes|no|on|off|y|n|~|\.nan|[-+]?\.inf)\Z", re.IGNORECASE)
_FLOW_SPECIAL = re.compile(r"[,\[\]{}]")
_NUMBER = re.compile(r"[-+.]?\d")
_LENGTH = re.compile(r"\d+[smhdw](?: \d+[smhdw])*\Z")
_SPECIAL_KEY = re.compile(r"(?:true|false|null|~)\Z", re.IGNORECASE)


def mapping_as_yaml(data: Mapping[str, Any], indent: int = 0) -> str:
    """A map as lines of a block."""
    return "".join(entry_as_yaml(key, value, indent) for key, value in data.items())


def entry_as_yaml(key: str, value: Any, indent: int = 0) -> str:
    """One line `key: value`, or the lines below `key:`."""
    name = f"{' ' * indent}{key_as_yaml(key)}:"
    if isinstance(value, str) and _is_block_text(value):
        lines = "".join(f"{' ' * (indent + 2)}{line}\n" if line else "\n" for line in value.split("\n")[:-1])
        return f"{name} |\n{lines}"
    if not isinstance(value, Mapping | list) or not value:
        return f"{name} {flow_as_yaml(value) if isinstance(value, Mapping | list) else scalar_as_yaml(value)}\n"
    flow = flow_as_yaml(value)
    if len(name) + 1 + len(flow) <= WIDTH and _is_small(value, key):
        return f"{name} {flow}\n"
    if isinstance(value, Mapping):
        return f"{name}\n{mapping_as_yaml(value, indent + 2)}"
    return f"{name}\n{sequence_as_yaml(value, indent + 2)}"


def sequence_as_yaml(items: Sequence[Any], indent: int = 0) -> str:
    """A list as lines of a block."""
    return "".join(item_as_yaml(item, indent) for item in items)


def item_as_yaml(item: Any, indent: int = 0) -> str:
    """One item of a list as lines of a block."""
    if isinstance(item, Mapping) and item:
        lines = mapping_as_yaml(item, indent + 2)
        return f"{' ' * indent}- {lines[indent + 2 :]}"
    return f"{' ' * indent}- {flow_as_yaml(item) if isinstance(item, Mapping | list) else scalar_as_yaml(item)}\n"


def key_as_yaml(key: str, *, flow: bool = False) -> str:
    """A key; `on` and its kin stay bare, as the loader reads them as the words they are."""
    if _PLAIN.match(key) and not _SPECIAL_KEY.match(key) and not (flow and _FLOW_SPECIAL.search(key)):
        return key
    return scalar_as_yaml(key, flow=flow)


def flow_as_yaml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key_as_yaml(key, flow=True)}: {flow_as_yaml(part)}" for key, part in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow_as_yaml, value))}]"
    return scalar_as_yaml(value, flow=True)


def scalar_as_yaml(value: Any, *, flow: bool = False) -> str:
    """A text, number or truth value; a text is quoted where YAML would read it as something else."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if _LENGTH.match(value):
        return value
    is_plain = _PLAIN.match(value) and not _SPECIAL.match(value) and not _NUMBER.match(value)
    if is_plain and not (flow and _FLOW_SPECIAL.search(value)):
        return value
    if "'" not in value and value.isprintable():
        return f"'{value}'" if '"' in value or "\\" in value else f'"{value}"'
    return _double_quoted(value)


def _double_quoted(value: str) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    # What YAML takes for a line break, or does not take at all, goes in by its number.
    return "".join(
        one if one.isprintable() else f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"
        for one in shown
    )


def _is_block_text(value: str) -> bool:
    lines = value.split("\n")
    return (
        len(lines) > 2
        and lines[-1] == ""
        and lines[-2] != ""
        and lines[0] != ""
        and not lines[0].startswith((" ", "\t"))
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def _is_small(value: Any, key: str) -> bool:
    """Whether a map or list reads well on one line: no steps in it, and no depth."""
    if key in (
        "workflow",
        "then",
        "else",
        "on_timeout",
        "split",
        "cohorts",
        "branch",
        "wait_until",
        "paths",
        "languages",
    ):
        return (
            isinstance(value, Mapping)
            and not any(isinstance(part, list) for part in value.values())
            and _depth(value) <= 3
        )
    return _depth(value) <= 3


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
