"""Where the Liquid inside a YAML value starts, so that a fault in it can be shown in its file."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.definitions.message import Text
from mailwright.loading.yaml_builder import Path
from mailwright.loading.yaml_tree import YamlTree


def text_at(tree: YamlTree, path: Path, source: str) -> Text:
    """*source*, which stands at *path* of *tree*, with the place of its first character."""
    span = tree.place.span(path)
    line, column = span.line, span.column
    start = _character(tree, line, column)
    if start in ("|", ">"):
        for number in range(line + 1, len(tree.lines) + 1):
            written = tree.lines[number - 1]
            if written.strip():
                return Text(source, span.file, number, len(written) - len(written.lstrip()) + 1)
    elif start in ("'", '"'):
        column += 1
    return Text(source, span.file, line, column)


def _character(tree: YamlTree, line: int, column: int) -> str:
    written = tree.lines[line - 1] if line <= len(tree.lines) else ""
    return written[column - 1 : column]


def leaf_texts(tree: YamlTree, value: object, path: Path, name: str) -> Iterator[tuple[str, Text]]:
    """Every text inside *value*, called by its way from *name*: `body.items[0].sku`."""
    if isinstance(value, str):
        yield name, text_at(tree, path, value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaf_texts(tree, part, (*path, key), f"{name}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaf_texts(tree, part, (*path, index), f"{name}[{index}]")
