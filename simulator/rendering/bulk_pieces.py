"""Liquid hidden from HTML parsers: where each piece stands, and a page scanned into tags and pieces.

A page's own text never holds the private-use characters that stand for pieces here; a source that does is not hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

OPEN, CLOSE = "\ue000", "\ue001"
PIECE = re.compile(f"{OPEN}(\\d+){CLOSE}")
HIDDEN = re.compile(f"<!--{OPEN}(\\d+){CLOSE}-->|{OPEN}(\\d+){CLOSE}")
LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_COMMENT = re.compile(r"\{%\s*comment\b[^%]*%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
_TRIM_LEFT, _TRIM_RIGHT = re.compile(r"\s*(\{[{%])-"), re.compile(r"-([}%]\})\s*")
_MARKUP = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/>]*)|<[!?/]")
_ATTRIBUTE = re.compile(r"""\s*/?([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_RAW_TEXT = frozenset({"style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"})

Context = Literal["text", "attribute", "comment", "title", "other"]


class Unsound(Exception):
    """Why the CSS of a template cannot be inlined before the person is known."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag, and the attributes that hold Liquid."""

    name: str
    is_end: bool
    liquid_attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of Liquid by its number, and what stands around it."""

    number: int
    context: Context
    attribute: str = ""
    start: int = 0  # in the page
    end: int = 0


def trimmed(source: str, dialect: str) -> str:
    """*source* without Liquid comments, and with the whitespace gone that `{%-` and `-%}` take away.

    Raises: Unsound for whitespace control in the legacy dialect, which has none (liquid §1).
    """
    if "{%-" in source or "{{-" in source or "-%}" in source or "-}}" in source:
        if dialect != "latest":
            raise Unsound("whitespace control is an error in the legacy dialect")
        source = _TRIM_RIGHT.sub(r"\1", _TRIM_LEFT.sub(r"\1", source))
    return _COMMENT.sub("", source) if dialect == "latest" and "comment" in source else source


def hidden(source: str, pieces: list[str]) -> str:
    """*source* with each piece of Liquid behind its number; the pieces are put into *pieces*.

    Raises: Unsound for a source whose text could be taken for a hidden piece.
    """
    if _PRIVATE.search(source):
        raise Unsound("the template holds private-use characters")

    def hide(found: re.Match[str]) -> str:
        pieces.append(found[0])
        return f"{OPEN}{len(pieces) - 1}{CLOSE}"

    text = LIQUID.sub(hide, source)
    if f"<!--{OPEN}" in text:
        raise Unsound("a comment begins with Liquid")
    return text


def scanned(page: str) -> Iterator[Tag | Piece]:
    """The tags and pieces of a page, in order.

    Raises: Unsound for a tag that does not end, or Liquid that is part of one outside of quotes.
    """
    at = 0
    while (found := _MARKUP.search(page, at)) is not None:
        yield from _pieces(page, at, found.start(), "text")
        if found[0] == "<!--":
            end = page.find("-->", found.end())
            if end < 0:
                raise Unsound("a comment does not end")
            is_piece = HIDDEN.fullmatch(page, found.start(), end + 3) is not None
            yield from _pieces(page, found.start(), end, "text" if is_piece else "comment")
            at = end + 3
        elif found[2] is None:
            end = page.find(">", found.end())
            if end < 0 or PIECE.search(page, found.start(), end):
                raise Unsound("a declaration does not end, or holds Liquid")
            at = end + 1
        else:
            name = found[2].lower()
            inside, at = _attributes(page, found.end(), name)
            yield Tag(name, bool(found[1]), tuple(dict.fromkeys(piece.attribute for piece in inside)))
            yield from inside
            if name in _RAW_TEXT and not found[1]:
                end = page.lower().find(f"</{name}", at) if name != "style" else _end_of_style(page, at)
                if end < 0:
                    raise Unsound(f"<{name}> does not end")
                yield from _pieces(page, at, end, "title" if name == "title" else "other")
                at = end
    yield from _pieces(page, at, len(page), "text")


def _end_of_style(page: str, at: int) -> int:
    found = re.compile("</style", re.IGNORECASE).search(page, at)
    return -1 if found is None else found.start()


def _pieces(page: str, start: int, end: int, context: Context, attribute: str = "") -> Iterator[Piece]:
    for found in PIECE.finditer(page, start, end):
        yield Piece(int(found[1]), context, attribute, found.start(), found.end())


def _attributes(page: str, at: int, tag: str) -> tuple[list[Piece], int]:
    """The pieces in a tag's attribute values, and where the tag ends."""
    inside: list[Piece] = []
    while at < len(page):
        found = _ATTRIBUTE.match(page, at)
        if found is None or found.end() == at:
            if page[at] == ">":
                return inside, at + 1
            if page[at] not in " \t\r\n\f/":
                break
            at += 1
            continue
        if PIECE.search(found[1]) or (found[4] is not None and PIECE.search(found[4])):
            raise Unsound(f"Liquid decides an attribute of <{tag}>")
        group = 2 if found[2] is not None else 3
        if found[group] is not None:
            inside += _pieces(page, *found.span(group), "attribute", found[1].lower())
        at = found.end()
    raise Unsound(f"<{tag}> does not end")
