"""YAML text → plain data beside a table of where each part of it stands.

The tree is built here from the parser's events, so that what an author cannot have meant is refused with its place:
duplicate keys, merge keys, tags, several documents, numbers that lose digits, bottomless nesting, exploding aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from mailwright.definitions.project import Place
from mailwright.diagnostics import Diagnostic, Span
from mailwright.loading.yaml_scalars import NotANumber, plain_scalar

Path = tuple[str | int, ...]
Spot = tuple[int, int, int]  # line, column, length

DEEPEST = 100
MOST_NODES = 100_000
MOST_CHARACTERS = 1_000_000

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_UNWELCOME = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\ufeff]")


@dataclass(slots=True)
class YamlTree:
    """One file's value, the places of its parts, and what is wrong with it."""

    value: Any
    place: Place
    lines: list[str]  # of the whole file, so that line 14 is `lines[13]`
    containers: dict[int, tuple[Path, Any]] = field(default_factory=dict)  # id of a dict or list → its path, itself
    problems: list[Diagnostic] = field(default_factory=list)

    def path_of(self, container: object) -> Path | None:
        """The path of a dict or list of this tree, found by identity."""
        found = self.containers.get(id(container))
        return found[0] if found is not None else None


class _Stop(Exception):
    """The rest of the file cannot be read."""


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: Any
    path: Path
    anchor: str | None
    start: Any
    flow: bool
    key: str | None = None  # of a mapping: the key whose value comes next
    waits_for_value: bool = False
    skip: bool = False  # the key came twice, or is no key: its value is read and dropped


def read_yaml(text: str, file: str, *, lines: list[str] | None = None, first_line: int = 1) -> YamlTree:
    """The value in *text*, which starts at *first_line* of *file*; problems are in the tree, never raised."""
    body = text[1:] if text.startswith("\ufeff") else text
    values: dict[Path, Spot] = {}
    keys: dict[Path, Spot] = {}
    tree = YamlTree(None, Place(file, values, keys), lines if lines is not None else _LINE_BREAK.split(body))
    builder = _Builder(tree, values, keys, first_line - 1)
    if len(body) > MOST_CHARACTERS:
        builder.problem("yaml-size", "the file is larger than a million characters", (first_line, 1, 1), "split it up")
        return tree
    if not _is_readable(body, builder, first_line):
        return tree
    try:
        tree.value = builder.build(yaml.parse(body, Loader=_PARSER))
    except _Stop:
        pass
    except yaml.YAMLError as error:
        builder.syntax(error)
    except RecursionError:  # the parser in Python, where libyaml is missing
        builder.problem("yaml-depth", "this is nested too deeply", (first_line, 1, 1), f"at most {DEEPEST} levels")
    return tree


def _is_readable(body: str, builder: _Builder, first_line: int) -> bool:
    found = _UNWELCOME.search(body)
    if found is None:
        return True
    before = _LINE_BREAK.split(body[: found.start()])
    builder.problem(
        "yaml-characters",
        f"an invisible character (U+{ord(found[0]):04X}) that YAML does not allow here",
        (first_line + len(before) - 1, len(before[-1]) + 1, 1),
        "delete it and type the place anew",
    )
    return False


class _Builder:
    """Builds one tree from parser events, on a list of open containers rather than on the call stack."""

    def __init__(self, tree: YamlTree, values: dict[Path, Spot], keys: dict[Path, Spot], offset: int) -> None:
        self.tree = tree
        self.values = values
        self.keys = keys
        self.offset = offset
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, Path]] = {}
        self.nodes = 0
        self.root: Any = None
        self.documents = 0

    def problem(self, rule: str, message: str, spot: Spot, hint: str = "") -> None:
        line, column, length = spot
        source = self.tree.lines[line - 1] if 0 < line <= len(self.tree.lines) else ""
        span = Span(self.tree.place.file, line, column, length)
        self.tree.problems.append(Diagnostic(rule, message, span, hint, source_line=source))

    def syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1 + self.offset, mark.column + 1) if mark else (1 + self.offset, 1)
        line = min(line, max(1, len(self.tree.lines)))
        source = self.tree.lines[line - 1] if self.tree.lines else ""
        tab = len(source) - len(source.lstrip(" ")) if source.lstrip(" ").startswith("\t") else -1
        if tab >= 0 or "'\\t'" in str(error):
            column = tab + 1 if tab >= 0 else column
            self.problem("yaml-tab", "a tab cannot indent YAML", (line, column, 1), "two spaces for each level")
            return
        message, hint = _in_our_words(getattr(error, "problem", None) or "")
        self.problem("yaml-syntax", message, (line, min(column, len(source) + 1), 1), hint)

    def build(self, events: Iterator[Any]) -> Any:
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
        return self.root

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.problem(
                "yaml-documents", "a file holds one document", self._spot(event, 3), "move what follows `---` to a file of its own"
            )
            raise _Stop
        if event.tags:
            self.problem("yaml-tag", "tags have no meaning here", self._spot(event, 1), "remove the %TAG line")

    def _spot(self, event: Any, length: int | None = None) -> Spot:
        start, end = event.start_mark, event.end_mark
        line, column = start.line + 1 + self.offset, start.column + 1
        if length is None:
            if start.line == end.line:
                length = end.column - start.column
            else:
                length = len(self.tree.lines[line - 1].rstrip()) - start.column if line <= len(self.tree.lines) else 1
        return line, column, max(1, length)

    def _scalar(self, event: Any) -> None:
        top = self.open[-1] if self.open else None
        if top is not None and type(top.value) is dict and not top.waits_for_value:
            self._key(top, event)
            return
        self._untagged(event)
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = plain_scalar(value)
            except NotANumber as error:
                self.problem("yaml-number", str(error), self._spot(event), error.hint)
        self._place(value, self._spot(event), event.anchor)

    def _untagged(self, event: Any) -> None:
        if event.tag is not None:
            self.problem("yaml-tag", f"the tag {event.tag[:40]} has no meaning here", self._spot(event), "remove it")

    def _key(self, top: _Open, event: Any) -> None:
        self._untagged(event)
        name, spot = event.value, self._spot(event)
        top.key, top.waits_for_value, top.skip = name, True, False
        if name == "<<" and event.implicit[0]:
            top.skip = True
            self.problem("yaml-merge", "merge keys are not read", spot, "write the lines out")
        elif name in top.value or (*top.path, name) in self.keys:
            top.skip = True
            first = self.keys[(*top.path, name)][0]
            self.problem("yaml-duplicate-key", f"the key '{name}' stands here twice", spot, f"the first is in line {first}")
        else:
            self.keys[(*top.path, name)] = spot
        if event.anchor:
            self.anchors[event.anchor] = (name, ())

    def _next_path(self) -> tuple[Path, bool]:
        """Where the next value goes, and whether it is dropped."""
        if not self.open:
            return (), False
        top = self.open[-1]
        if type(top.value) is dict:
            return (*top.path, top.key or ""), top.skip
        return (*top.path, len(top.value)), top.skip

    def _place(self, value: Any, spot: Spot, anchor: str | None) -> None:
        self._count(1, spot)
        path, dropped = self._next_path()
        if anchor:
            self.anchors[anchor] = (value, path)
        if not dropped:
            self.values[path] = spot
        self._put(value, path, dropped)

    def _put(self, value: Any, path: Path, dropped: bool) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        if type(top.value) is dict:
            if not dropped:
                top.value[top.key] = value
            top.waits_for_value = False
            top.skip = False if not top.path or not self._dropped_above() else top.skip
        else:
            top.value.append(value)

    def _dropped_above(self) -> bool:
        return False

    def _count(self, nodes: int, spot: Spot) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            self.problem(
                "yaml-size", f"more than {MOST_NODES:,} values, aliases written out", spot, "use fewer aliases, or split the file"
            )
            raise _Stop
