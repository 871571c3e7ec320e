"""Where each element of a page was written: start tags of templates carry their file and line through the render."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import Text

ATTRIBUTE = "data-mw"
LONGEST_MARKED = 400_000
"""Characters beyond which a template is left unmarked."""

_STOP = re.compile(r"[<{]")
_IN_TAG = re.compile(r"[>\"'{]")
_NAME = re.compile(r"<([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_VERBATIM = re.compile(r"\{%-?\s*(raw|comment)\b")
_MARK = re.compile(rf' {ATTRIBUTE}="(\d+):(\d+)"')
_SILENT = frozenset({"style", "script", "title", "textarea", "xmp", "noscript"})
_UNMARKED = _SILENT | {"html", "head", "meta", "link", "base", "br", "wbr", "col"}
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spot:
    """One marked element of a finished page: the id it can be found by, and where it was written."""

    id: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A message whose templates carry marks, and the files that the marks number."""

    message: AssembledMessage
    files: tuple[str, ...]


def with_marks(message: AssembledMessage) -> Marked:
    """*message* with a mark in each start tag of its body, its layout and its snippets."""
    files: list[str] = []

    def marked(text: Text) -> Text:
        if text.file not in files:
            files.append(text.file)
        return replace(text, source=marked_source(text.source, files.index(text.file), text.line))

    parts = {name: marked(text) if name in ("body", "layout") else text for name, text in message.parts.items()}
    snippets = {name: marked(text) for name, text in message.snippets.items()}
    return Marked(replace(message, parts=parts, snippets=snippets), tuple(files))


@lru_cache(maxsize=2048)
def marked_source(source: str, number: int, first_line: int = 1) -> str:
    """A template with a mark in each start tag: the file's *number* and the line, counted from *first_line*."""
    if len(source) > LONGEST_MARKED:
        return source
    pieces, position, line, counted = [], 0, first_line, 0
    for at in _start_tags(source):
        line += source.count("\n", counted, at)
        counted = at
        pieces += [source[position:at], f' {ATTRIBUTE}="{number}:{line}"']
        position = at
    return "".join([*pieces, source[position:]])


def _start_tags(source: str) -> Iterator[int]:
    """The place right behind the name of each start tag that may be marked; what is not closed ends the search."""
    low, position = source.lower(), 0
    while (stop := _STOP.search(source, position)) is not None:
        at = stop.start()
        if source[at] == "{":
            position = _behind_liquid(source, at)
        elif source.startswith("<!--", at):
            position = _behind(source, "-->", at + 4)
        elif (name := _NAME.match(source, at)) is not None:
            end = _behind_tag(source, name.end())
            if end < 0:
                return
            word = name[1].lower()
            if word not in _UNMARKED:
                yield name.end()
            position = low.find(f"</{word}", end) if word in _SILENT else end
        else:
            position = at + 1
        if position < 0:
            return


def _behind(source: str, end: str, start: int) -> int:
    found = source.find(end, start)
    return -1 if found < 0 else found + len(end)


def _behind_liquid(source: str, at: int) -> int:
    """Behind the Liquid at *at*; behind the whole block where its text is not Liquid. Negative: it is never closed."""
    if source.startswith("{{", at):
        return _behind(source, "}}", at + 2)
    if not source.startswith("{%", at):
        return at + 1
    end = _behind(source, "%}", at + 2)
    verbatim = _VERBATIM.match(source, at)
    if verbatim is None or end < 0:
        return end
    closing = re.compile(r"\{%-?\s*end" + verbatim[1] + r"\s*-?%\}").search(source, end)
    return -1 if closing is None else closing.end()


def _behind_tag(source: str, position: int) -> int:
    """Behind the `>` of a start tag; Liquid and quoted values are passed over. Negative: it is never closed."""
    quote = ""
    while (stop := _IN_TAG.search(source, position)) is not None:
        character, at = stop[0], stop.start()
        if character == "{":
            position = _behind_liquid(source, at)
            if position < 0:
                return -1
            continue
        position = at + 1
        if character == ">" and not quote:
            return position
        if character == quote:
            quote = ""
        elif character in "\"'" and not quote:
            quote = character
    return -1


def without_marks(page: str) -> str:
    """A page as it would be without marks."""
    return _MARK.sub("", page)


def with_ids(page: str, files: Sequence[str]) -> tuple[str, tuple[Spot, ...]]:
    """The page with an id in each marked element that has none, and every spot in order."""
    spots: list[Spot] = []

    def numbered(found: re.Match[str]) -> str:
        number, line = int(found[1]), int(found[2])
        if number >= len(files):
            return ""
        own = _ID.search(page, found.end(), max(found.end(), page.find(">", found.end())))
        name = next((part for part in own.groups() if part), "") if own is not None else ""
        spots.append(Spot(name or f"mw-{len(spots)}", files[number], line))
        place = f' {ATTRIBUTE}="{_attribute(files[number])}:{line}"'
        return place if name else f'{place} id="{spots[-1].id}"'

    return _MARK.sub(numbered, page), tuple(spots)


def nearest_spot(spots: Sequence[Spot], file: str, line: int) -> Spot | None:
    """The element that a line of a file belongs to: the last one written on or before it, else the file's first."""
    own = [spot for spot in spots if spot.file == file]
    before = [spot for spot in own if spot.line <= line]
    return max(before, key=lambda spot: spot.line) if before else own[0] if own else None


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;")
