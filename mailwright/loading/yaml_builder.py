"""Builds plain data from YAML parser events, on a list of open containers rather than on the call stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from mailwright.diagnostics import Diagnostic, Span
from mailwright.loading.yaml_scalars import NotANumber, plain_scalar

Path = tuple[str | int, ...]
Spot = tuple[int, int, int]  # line, column, length

DEEPEST = 100
MOST_NODES = 100_000


class UnreadableRest(Exception):
    """The rest of the file cannot be read; the problem is noted."""


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: Any
    path: Path
    start: Any  # its first event
    key: str | None = None  # of a mapping: the key whose value comes next
    place: str = ""  # that key as it stands in paths
    kept: bool = True  # False: the key came twice, or is no key; its value is read and dropped


@dataclass(slots=True)
class TreeBuilder:
    """One file's tree as it grows; what is wrong lands in *problems*."""

    file: str
    lines: list[str]
    offset: int  # lines of the file before the first one of the YAML
    values: dict[Path, Spot] = field(default_factory=dict)
    keys: dict[Path, Spot] = field(default_factory=dict)
    containers: dict[int, tuple[Path, Any]] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, tuple[Any, Path]] = field(default_factory=dict)
    _unfinished: dict[str, Path] = field(default_factory=dict)
    _nodes: int = 0
    _documents: int = 0
    _root: Any = None

    def problem(self, rule: str, message: str, spot: Spot, hint: str = "") -> None:
        """Note what is wrong at *spot*."""
        line, column, length = spot
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.problems.append(Diagnostic(rule, message, Span(self.file, line, column, length), hint, source_line=source))

    def build(self, events: Iterator[Any]) -> Any:
        """The value that *events* describe.

        Raises: UnreadableRest when what follows a problem has no meaning; yaml.YAMLError from the parser.
        """
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._start(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._start(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end(event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
        return self._root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            hint = "move what follows `---` to a file of its own"
            self.problem("yaml-documents", "a file holds one document", self._spot(event, 3), hint)
            raise UnreadableRest
        if event.tags:
            self.problem("yaml-tag", "tags have no meaning here", self._spot(event, 1), "remove the %TAG line")

    def _spot(self, event: Any, length: int | None = None) -> Spot:
        start, end = event.start_mark, event.end_mark
        line, column = start.line + 1 + self.offset, start.column + 1
        if length is None:
            length = end.column - start.column
            if start.line != end.line:
                length = self._rest_of_line(line, start.column)
        return line, column, max(1, length)

    def _rest_of_line(self, line: int, column: int) -> int:
        return len(self.lines[line - 1].rstrip()) - column if line <= len(self.lines) else 1

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        top = self._open[-1] if self._open else None
        if top is not None and top.key is None and type(top.value) is dict:
            self._key(top, event)
            return
        value: Any = event.value
        spot = self._spot(event)
        if event.implicit[0]:
            try:
                value = plain_scalar(value)
            except NotANumber as error:
                self.problem("yaml-number", str(error), spot, error.hint)
        path = self._next_path()
        self._count(1, spot)
        self.values[path] = spot
        if event.anchor:
            self._anchors[event.anchor] = (value, path)
        self._put(value)

    def _refuse_tag(self, event: Any) -> None:
        self.problem("yaml-tag", f"the tag {event.tag[:40]} has no meaning here", self._spot(event), "remove it")

    def _key(self, top: _Open, event: Any) -> None:
        name, spot = event.value, self._spot(event)
        top.key, top.place, top.kept = name, name, True
        path = (*top.path, name)
        if name == "<<" and event.implicit[0]:
            top.kept = False
            self.problem("yaml-merge", "merge keys are not read", spot, "write the lines out")
        elif path in self.keys:
            # What stands under a repeated key gets a path of its own, so that it cannot hide the first one's places.
            top.kept, top.place = False, f"{name}\0{spot[0]}:{spot[1]}"
            hint = f"the first one is in line {self.keys[path][0]}; keep one"
            self.problem("yaml-duplicate-key", f"the key '{name[:60]}' stands here twice", spot, hint)
        else:
            self.keys[path] = spot
        if event.anchor:
            self._anchors[event.anchor] = (name, path)

    def _next_path(self) -> Path:
        if not self._open:
            return ()
        top = self._open[-1]
        return (*top.path, top.place if type(top.value) is dict else len(top.value))

    def _put(self, value: Any) -> None:
        if not self._open:
            self._root = value
            return
        top = self._open[-1]
        if type(top.value) is dict:
            if top.kept:
                top.value[top.key] = value
            top.key = None
        else:
            top.value.append(value)

    def _count(self, nodes: int, spot: Spot) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            message = f"more than {MOST_NODES:,} values, with aliases written out"
            self.problem("yaml-size", message, spot, "use fewer aliases, or split the file")
            raise UnreadableRest

    def _start(self, event: Any, value: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        self._refuse_as_key(event)
        spot = self._spot(event, 1)
        if len(self._open) >= DEEPEST:
            self.problem("yaml-depth", f"nested more than {DEEPEST} levels deep", spot, "flatten it")
            raise UnreadableRest
        self._count(1, spot)
        path = self._next_path()
        self.values[path] = spot
        self.containers[id(value)] = (path, value)
        if event.anchor:
            self._unfinished[event.anchor] = path
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open(value, path, event))

    def _refuse_as_key(self, event: Any) -> None:
        if self._open and type(self._open[-1].value) is dict and self._open[-1].key is None:
            hint = 'quote what starts with { or [, such as Liquid: "{{ … }}"'
            self.problem("yaml-key", "a key is one line of text", self._spot(event, 1), hint)
            raise UnreadableRest

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        self.values[done.path] = self._extent(done, event)
        if done.start.anchor:
            self._unfinished.pop(done.start.anchor, None)
            self._anchors[done.start.anchor] = (done.value, done.path)
        self._put(done.value)

    def _extent(self, done: _Open, event: Any) -> Spot:
        """What to underline for a container: all of one written on one line, else its first key or its dash."""
        start, end = done.start.start_mark, event.end_mark
        line, column, _ = self.values[done.path]
        if done.start.flow_style and start.line == end.line:
            return line, column, max(1, end.column - start.column)
        if done.value and type(done.value) is dict:
            return self.keys.get((*done.path, next(iter(done.value))), (line, column, 1))
        return line, column, 1

    def _alias(self, event: Any) -> None:
        self._refuse_as_key(event)
        spot = self._spot(event)
        if event.anchor in self._unfinished:
            self.problem("yaml-alias", f"*{event.anchor} stands inside what it names", spot, "write the value out")
            raise UnreadableRest
        if event.anchor not in self._anchors:
            self.problem("yaml-alias", f"nothing before is called &{event.anchor}", spot, "name a value with & first")
            raise UnreadableRest
        value, source = self._anchors[event.anchor]
        path = self._next_path()
        copied = self._copied(value, source, path, spot, len(self._open))
        self.values[path] = spot
        self._put(copied)

    def _copied(self, value: Any, source: Path, path: Path, spot: Spot, depth: int) -> Any:
        """A copy of an anchored value, so that each use is itself; its parts stand where they are written."""
        self._count(1, spot)
        if depth > DEEPEST:
            self.problem("yaml-depth", f"nested more than {DEEPEST} levels deep", spot, "flatten it")
            raise UnreadableRest
        if type(value) is dict:
            mapping: dict[str, Any] = {}
            self.containers[id(mapping)] = (path, mapping)
            for key, part in value.items():
                self.keys[(*path, key)] = self.keys.get((*source, key), spot)
                self.values[(*path, key)] = self.values.get((*source, key), spot)
                mapping[key] = self._copied(part, (*source, key), (*path, key), spot, depth + 1)
            return mapping
        if type(value) is list:
            items: list[Any] = []
            self.containers[id(items)] = (path, items)
            for index, part in enumerate(value):
                self.values[(*path, index)] = self.values.get((*source, index), spot)
                items.append(self._copied(part, (*source, index), (*path, index), spot, depth + 1))
            return items
        return value
