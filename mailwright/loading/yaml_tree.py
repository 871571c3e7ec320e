"""YAML text → plain data beside a table of where each part of it stands.

What an author cannot have meant is refused with its place: duplicate keys, merge keys, tags, several documents, numbers
that lose digits, bottomless nesting, exploding aliases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from mailwright.definitions.project import Place
from mailwright.diagnostics import Diagnostic
from mailwright.loading.yaml_builder import DEEPEST, Path, TreeBuilder, UnreadableRest

MOST_CHARACTERS = 1_000_000

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_UNWELCOME = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\ufeff]")
_REPAIRS = (
    ("could not find expected ':'", "a key without a colon", "`key: value`, with a space after the colon"),
    ("mapping values are not allowed", "a second colon on this line", "quote a text that holds `: `"),
    ("expected <block end>", "this line is not indented like the ones before it", "two spaces for each level"),
    ("did not find expected key", "this line is not indented like the ones before it", "two spaces for each level"),
    ("did not find expected '-' indicator", "a list item is missing its dash", "`- ` before each item"),
    ("block sequence entries are not allowed", "a list cannot start here", "put `- ` on the next line"),
    ("did not find expected ',' or ']'", "a list in [ ] is not closed", "add `]`, or a comma between items"),
    ("did not find expected ',' or '}'", "a map in { } is not closed", "add `}`, or quote what holds { } [ ]"),
    ("unexpected end of stream", "a quoted text is not closed", "add the closing quote"),
    ("cannot start any token", "this character cannot start a value", "quote the text"),
    ("unknown escape character", "an unknown escape in a text in double quotes", "use single quotes, or double the \\"),
    ("did not find expected node content", "a value is missing here", "write a value, or null"),
    ("undefined alias", "no value of this name stands before", "a text that starts with * is quoted"),
    ("did not find expected alphabetic", "& and * cannot start an unquoted text", "quote the text"),
)


@dataclass(slots=True)
class YamlTree:
    """One file's value, the places of its parts, and what is wrong with it."""

    value: Any
    place: Place
    lines: list[str]  # of the whole file: line 14 is `lines[13]`
    containers: Mapping[int, tuple[Path, Any]] = field(default_factory=dict)  # id of a dict or list → its path, itself
    problems: list[Diagnostic] = field(default_factory=list)

    def path_of(self, container: object) -> Path | None:
        """The path of a dict or list of this tree, found by identity."""
        found = self.containers.get(id(container))
        return found[0] if found is not None and found[1] is container else None


def lines_of(text: str) -> list[str]:
    """The lines of *text* as editors count them, without a byte order mark."""
    return _LINE_BREAK.split(text.removeprefix("\ufeff"))


def read_yaml(text: str, file: str, *, lines: list[str] | None = None, first_line: int = 1) -> YamlTree:
    """The value in *text*, which starts at *first_line* of *file*; problems are in the tree, never raised."""
    body = text.removeprefix("\ufeff")
    builder = TreeBuilder(file, lines if lines is not None else lines_of(body), first_line - 1)
    value = None
    if len(body) > MOST_CHARACTERS:
        builder.problem("yaml-size", "the file is larger than a million characters", (first_line, 1, 1), "split it up")
    elif _is_readable(body, builder, first_line):
        value = _built(body, builder)
    place = Place(file, builder.values, builder.keys)
    return YamlTree(value, place, builder.lines, builder.containers, builder.problems)


def _built(body: str, builder: TreeBuilder) -> Any:
    try:
        return builder.build(yaml.parse(body, Loader=_PARSER))
    except UnreadableRest:
        pass
    except yaml.YAMLError as error:
        _note_syntax(error, builder)
    except RecursionError:  # the parser in Python, where libyaml is missing
        spot = (builder.offset + 1, 1, 1)
        builder.problem("yaml-depth", f"nested more than {DEEPEST} levels deep", spot, "flatten it")
    return None


def _is_readable(body: str, builder: TreeBuilder, first_line: int) -> bool:
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


def _note_syntax(error: yaml.YAMLError, builder: TreeBuilder) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1 + builder.offset, mark.column + 1) if mark else (1 + builder.offset, 1)
    line = min(line, max(1, len(builder.lines)))
    source = builder.lines[line - 1] if builder.lines else ""
    indent = source[: len(source) - len(source.lstrip())]
    if "\t" in indent:
        spot = (line, indent.index("\t") + 1, indent.count("\t"))
        builder.problem("yaml-tab", "a tab cannot indent YAML", spot, "use two spaces for each level")
        return
    said = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}"
    message, hint = next(
        ((ours, hint) for theirs, ours, hint in _REPAIRS if theirs in said),
        ("this is not YAML", "quote texts with : # { [ & *"),
    )
    builder.problem("yaml-syntax", message, (line, max(1, min(column, len(source) + 1)), 1), hint)
