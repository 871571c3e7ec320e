"""Authored YAML edited in place: only the lines of what changes are touched, so comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from sync.yaml_text import entry_as_yaml


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a file, from *start* up to *end*; counted from 0."""

    start: int
    end: int
    column: int


class NotInPlace(Exception):
    """The file is laid out so that its parts cannot be told apart by lines; it is written anew."""


def key_parts(text: str) -> dict[str, Part]:
    """The lines of each key of the file's map; comments right above a key are the key's own.

    Raises: NotInPlace when the map is on one line, or the text is no map.
    """
    return _keys(text, _root(text))


def _root(text: str) -> yaml.MappingNode:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NotInPlace from error
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise NotInPlace
    return root


def _keys(text: str, root: yaml.MappingNode) -> dict[str, Part]:
    starts = [(str(key.value), key.start_mark.line, key.start_mark.column) for key, _ in root.value]
    if len({line for _, line, _ in starts}) < len(starts):
        raise NotInPlace
    return _parts(text, starts)


def _parts(text: str, starts: Sequence[tuple[str, int, int]]) -> dict[str, Part]:
    lines = text.splitlines(keepends=True)
    ends = [line for _, line, _ in starts[1:]] + [len(lines)]
    found = {}
    for (name, start, column), following in zip(starts, ends, strict=True):
        end = following
        # Blank lines and comments before the next part belong to that one.
        while end > start + 1 and _is_beside(lines[end - 1], column):
            end -= 1
        found[name] = Part(start, end, column)
    return found


def _is_beside(line: str, column: int) -> bool:
    stripped = line.strip()
    if not stripped:
        return True
    return stripped.startswith("#") and len(line) - len(line.lstrip()) <= column


def item_parts(text: str, key: str) -> list[Part]:
    """The lines of each item of the list under *key*; the column is that of the dash.

    Raises: NotInPlace when the list is on one line or not there.
    """
    root = _root(text)
    node = next((value for name, value in root.value if name.value == key), None)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise NotInPlace
    column = node.start_mark.column
    last = _keys(text, root)[key].end
    lines = text.splitlines(keepends=True)
    starts = []
    for position, item in enumerate(node.value):
        line = _dash_line(lines, item.start_mark.line, column)
        starts.append((str(position), line, column))
    if len({line for _, line, _ in starts}) < len(starts):
        raise NotInPlace
    return list(_parts("".join(lines[:last]), starts).values())


def _dash_line(lines: Sequence[str], line: int, column: int) -> int:
    while line >= 0 and lines[line][column : column + 1] != "-":
        line -= 1
    if line < 0:
        raise NotInPlace
    return line


def with_lines(text: str, changes: Mapping[Part, str]) -> str:
    """*text* with the lines of each part replaced; a part without lines is a place to insert at."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    for part in sorted(changes, key=lambda one: (one.start, one.end), reverse=True):
        lines[part.start : part.end] = [changes[part]] if changes[part] else []
    return "".join(lines)


def with_keys(text: str, values: Mapping[str, Any], order: Sequence[str]) -> str:
    """*text* with keys of its map set anew, or (None) taken out; a new key goes behind the one before it in *order*.

    Raises: NotInPlace.
    """
    for name, value in values.items():
        parts = key_parts(text) if text.strip() else {}
        entry = "" if value is None else entry_as_yaml(name, value)
        if name in parts:
            text = with_lines(text, {parts[name]: entry})
        elif entry:
            text = with_lines(text, {_place(text, parts, name, order): entry})
    return text


def _place(text: str, parts: Mapping[str, Part], name: str, order: Sequence[str]) -> Part:
    before = order[: order.index(name)] if name in order else order
    behind = [parts[one].end for one in before if one in parts]
    if behind:
        return Part(max(behind), max(behind), 0)
    first = min((part.start for part in parts.values()), default=len(text.splitlines()))
    return Part(first, first, 0)
