"""`layouts/`: each version of each layout, and the snippets."""

from __future__ import annotations

import re

from mailwright.definitions.layout import Layout, LayoutFields, Snippet
from mailwright.definitions.message import Text
from mailwright.diagnostics import Span
from mailwright.loading.contents import Contents
from mailwright.loading.yaml_tree import lines_of

SNIPPETS = "_snippets"
FIELDS_FILE = "layout.yaml"
LONGEST_SNIPPET = 16_000  # characters; liquid §9, documented
LONGEST_SNIPPET_NAME = 150
_VERSION = re.compile(r"[1-9]\d{0,5}\Z")
_CONTENT = re.compile(r"\{\{-?\s*content\s*(?:\||-?\}\})")
_USES_SNIPPET = re.compile(r"\{[{%][^{}]*?\bsnippets\s*[.\[]")


def read_layouts(contents: Contents) -> None:
    """Read every layout and snippet."""
    top = contents.settings.layouts
    for name in contents.files.folders(top):
        if name == SNIPPETS:
            _read_snippets(contents, f"{top}/{name}")
        elif contents.named(name, f"{top}/{name}"):
            _read_layout(contents, f"{top}/{name}", name)
    for name in contents.files.files(top):
        contents.stray(f"{top}/{name}", f"a layout is a folder with a file for each version: {top}/<name>/1.liquid")


def _read_layout(contents: Contents, folder: str, name: str) -> None:
    names = contents.files.files(folder)
    fields = contents.definition(LayoutFields, f"{folder}/{FIELDS_FILE}") if FIELDS_FILE in names else None
    title = (fields.name if fields is not None else None) or _title(name)
    for found in names:
        file, version = f"{folder}/{found}", found.removesuffix(".liquid")
        if not found.endswith(".liquid") or not _VERSION.match(version):
            if found != FIELDS_FILE:
                contents.stray(file, "the versions are 1.liquid, 2.liquid and so on")
            continue
        body = _body(contents, file)
        if body is None:
            continue
        if not _CONTENT.search(body.source):
            contents.problem("layout-content", "the layout has no place for the email", Span(file), "{{content}}")
        layout = Layout(name, int(version), f"{title} v{int(version)}", body)
        contents.layouts[layout.reference] = layout


def _title(slug: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_.]+", slug) if word)


def _body(contents: Contents, file: str) -> Text | None:
    source = contents.files.text(file)
    if source is None:
        contents.broken.add(file)
        return None
    return Text(source.removeprefix("\ufeff"), file)


def _read_snippets(contents: Contents, folder: str) -> None:
    """Read the snippets.

    Source: Customer.io docs, "Snippets" (liquid §9): the limits, and that none may use another.
    """
    for found in contents.files.files(folder):
        file, name = f"{folder}/{found}", found.removesuffix(".liquid")
        if not found.endswith(".liquid"):
            contents.stray(file, "a snippet is a .liquid file")
            continue
        if not contents.named(name, file):
            continue
        body = _body(contents, file)
        if body is not None and _snippet_fits(contents, name, body):
            contents.snippets[name] = Snippet(name, body)


def _snippet_fits(contents: Contents, name: str, body: Text) -> bool:
    span = Span(body.file)
    if "." in name or len(name) > LONGEST_SNIPPET_NAME:
        hint = "letters, digits, dash and underscore"
        contents.problem("bad-name", f"`snippets.{name}` could not be read in Liquid", span, hint)
        return False
    if not body.source.strip():
        contents.problem("snippet-size", "a snippet cannot be blank", span, "write something, or delete the file")
        return False
    if len(body.source.strip()) > LONGEST_SNIPPET:
        message = f"a snippet has at most {LONGEST_SNIPPET} characters, this has {len(body.source.strip())}"
        contents.problem("snippet-size", message, span, "two snippets, or a layout")
        return False
    nested = _USES_SNIPPET.search(body.source)
    if nested is not None:
        lines = lines_of(body.source[: nested.end()])
        at = Span(body.file, len(lines), max(1, len(lines[-1]) - len("snippets.") + 1), len("snippets"))
        contents.problem("snippet-nesting", "a snippet cannot use another snippet", at, "write its text out here")
    return True
