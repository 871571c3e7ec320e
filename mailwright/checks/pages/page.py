"""An email's page as one HTML text without its Liquid, in which every character still knows its file.

The layout stands around the body and the snippets in their places, whatever the conditions say: all branches at once.
What Liquid writes is held by one character that no author types, so that a text or a link made by it is not taken for
an empty one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mailwright.assembly import BODY, LAYOUT, AssembledMessage
from mailwright.checks.findings import offset_span
from mailwright.definitions.message import Text
from mailwright.diagnostics import Span

if TYPE_CHECKING:
    from turbohtml import Document, Element

WRITTEN = "\ue000"
"""Stands for each character of a piece of Liquid that writes something."""

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SILENT = re.compile(
    r"\{%-?\s*(comment|doc|capture)\b.*?\{%-?\s*end\1\s*-?%\}|\{#.*?#\}|<!--\[if.*?<!\[endif\]-->", re.DOTALL
)
_CONTENT = re.compile(r"\{\{-?\s*content\s*-?\}\}")
_SNIPPET = re.compile(r"\{\{-?\s*snippets\s*(?:\.\s*([\w-]+)|\[\s*[\"']([^\"']+)[\"']\s*\])\s*-?\}\}")
_WRITING_TAGS = re.compile(
    r"\{%-?\s*(?:\w*_url|unsubscribe|view_in_browser|cycle|increment|decrement|echo|render_liquid|random|cdata\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the text from *start* on was written."""

    start: int
    text: Text
    offset: int  # of that first character in the text's own source


@dataclass(frozen=True)
class Page:
    """The page of one email."""

    message: AssembledMessage
    html: str
    pieces: tuple[Piece, ...]
    _starts: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._starts.extend(piece.start for piece in self.pieces)

    def span(self, start: int, length: int = 1) -> Span:
        """Where *length* characters from *start* (counted from 0) stand in their file."""
        piece = self.pieces[max(0, bisect_right(self._starts, start) - 1)]
        return offset_span(piece.text, piece.offset + start - piece.start, max(1, length))

    @cached_property
    def document(self) -> Document:
        """The page as a browser reads it, with places."""
        from turbohtml import parse

        return parse(self.html, source_locations=True)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Every element that was written, in order; those a browser adds have no place and are left out."""
        return tuple(element for element in self.document.iter_elements() if element.source_location is not None)

    def tag_span(self, element: Element) -> Span:
        """Where the element's opening tag stands."""
        place = element.source_location
        if place is None:
            return self.span(0)
        tag = place.start_tag
        return self.span(tag.start_offset, min(tag.end_offset - tag.start_offset, len(element.tag) + 1))

    def attribute_span(self, element: Element, name: str) -> Span:
        """Where an attribute of the element stands."""
        place = element.source_location
        if place is None or name not in place.attrs:
            return self.tag_span(element)
        written = place.attrs[name]
        return self.span(written.start_offset, written.end_offset - written.start_offset)

    def value_start(self, element: Element, name: str) -> int | None:
        """Where the attribute's value begins, counted from 0; None where that cannot be told."""
        place = element.source_location
        if place is None or name not in place.attrs:
            return None
        written = place.attrs[name]
        source = self.html[written.start_offset : written.end_offset]
        equals = source.find("=")
        if equals < 0:
            return None
        start = equals + 1
        while start < len(source) and source[start] in " \t\r\n\"'":
            start += 1
        return written.start_offset + start


def page_of(message: AssembledMessage) -> Page:
    """The page of an assembled email."""
    pieces: list[Piece] = []
    parts: list[str] = []
    length = 0
    for text, start, end in _stretches(message):
        masked = without_liquid(text.source)[start:end]
        pieces.append(Piece(length, text, start))
        parts.append(masked)
        length += len(masked)
    return Page(message, "".join(parts), tuple(pieces))


def _stretches(message: AssembledMessage) -> Iterator[tuple[Text, int, int]]:
    """The page's texts in order, each from where to where of its source."""
    body, layout = message.parts[BODY], message.parts.get(LAYOUT)
    if layout is None:
        yield from _with_snippets(message, body, 0, len(body.source))
        return
    spot = _CONTENT.search(layout.source)
    if spot is None:
        yield from _with_snippets(message, layout, 0, len(layout.source))
        return
    yield from _with_snippets(message, layout, 0, spot.start())
    yield from _with_snippets(message, body, 0, len(body.source))
    yield from _with_snippets(message, layout, spot.end(), len(layout.source))


def _with_snippets(message: AssembledMessage, text: Text, start: int, end: int) -> Iterator[tuple[Text, int, int]]:
    at = start
    for spot in _SNIPPET.finditer(text.source, start, end):
        snippet = message.snippets.get(spot[1] or spot[2])
        if snippet is not None:
            yield text, at, spot.start()
            yield snippet, 0, len(snippet.source)
            at = spot.end()
    yield text, at, end


def without_liquid(source: str) -> str:
    """The text with its Liquid blanked out, as long as before and with the same lines."""
    blanked = _SILENT.sub(lambda found: _filled(found[0], " "), source)
    return _LIQUID.sub(lambda found: _filled(found[0], WRITTEN if _writes(found[0]) else " "), blanked)


def _writes(liquid: str) -> bool:
    return liquid.startswith("{{") or _WRITING_TAGS.match(liquid) is not None


def _filled(text: str, filler: str) -> str:
    return "".join(char if char in "\r\n" else filler for char in text)
