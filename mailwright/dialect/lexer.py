"""Source text → tokens: content, outputs and tags, each with the stretch it covers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mailwright.dialect.faults import Dialect, Limits, LiquidFault, Origin, Place

TOKEN_CONTENT, TOKEN_OUTPUT, TOKEN_TAG = "content", "output", "tag"
TOKEN_EXPRESSION = "expression"  # what stands inside an output or behind a tag's name
TOKEN_EOF = "end of expression"


class Piece(NamedTuple):
    """A token: what kind it is, its text, and the stretch of the source it covers; an output or tag covers its braces.

    Units: `start_index` and `end` are offsets into `source`, `end` exclusive.
    """

    kind: str
    value: str
    start_index: int
    end: int
    source: str


MAX_SHOWN = 60  # characters of a faulty stretch that a message repeats
Report = Callable[[LiquidFault], None]

_OPENING = re.compile(r"\{\{|\{%")
_OUTPUT_STOP = re.compile(r"""["']|\}\}""")
_TAG_STOP = re.compile(r"""["']|%\}""")
_TAG_NAME = re.compile(r"\s*(#|[\w\-?]+)\s*")
_LEGACY_NAME = re.compile(r"\s*(\w+)\s*")
_ENDRAW = re.compile(r"\{%-?[^\S\r\n]*\s*endraw\s*-?%\}")


def piece(kind: str, value: str, start: int, end: int, source: str) -> Piece:
    """A token of *kind* that covers *source* from *start* to *end*."""
    return Piece(kind, value, start, end, source)


def tokens_of(origin: Origin, dialect: Dialect, report: Report) -> Iterator[Piece]:
    """The tokens of one source, an expression token after each output and tag.

    Raises: whatever *report* raises for braces that never close; when it returns, the rest of the source is skipped.
    Source: liquid §1, §2, executed on both engines.
    """
    source, at, trim, tags = origin.source, 0, False, 0
    while at < len(source):
        opening = _OPENING.search(source, at)
        begin = opening.start() if opening else len(source)
        dashed = dialect is Dialect.LATEST and source.startswith("-", begin + 2)
        text = source[at:begin]
        if trim:
            text = text.lstrip()
        if dashed:
            text = text.rstrip()
        if text:
            yield piece(TOKEN_CONTENT, text, at, begin, source)
        if opening is None:
            return
        tags += 1
        if tags > Limits().tags:
            report(origin.place(begin, begin + 2).limited("tags", Limits()))
            return
        is_tag = opening.group() == "{%"
        end = _end_of(origin, begin, is_tag, dialect)
        if isinstance(end, LiquidFault):
            report(end)
            return
        inner, stop = begin + 2 + dashed, end - 2
        trim = dialect is Dialect.LATEST and stop > inner and source[stop - 1] == "-"
        stop -= trim
        if not is_tag:
            yield piece(TOKEN_OUTPUT, source[begin:end], begin, end, source)
            yield piece(TOKEN_EXPRESSION, source[inner:stop], inner, stop, source)
            at = end
            continue
        name = (_TAG_NAME if dialect is Dialect.LATEST else _LEGACY_NAME).match(source, inner, stop)
        if name is None:
            report(_unterminated_tag(origin, begin, end))
            at = end
            continue
        yield piece(TOKEN_TAG, name.group(1), begin, end, source)
        yield piece(TOKEN_EXPRESSION, source[name.end() : stop], name.end(), max(stop, name.end()), source)
        at = end
        if name.group(1) == "raw":
            closing = _ENDRAW.search(source, at)
            if closing is None:
                report(origin.place(begin, end).fault("syntax", "raw tag was never closed", tag="raw"))
                return
            text = source[at : closing.start()]
            if trim:
                text = text.lstrip()
            if dialect is Dialect.LATEST and source[closing.start() + 2] == "-":
                text = text.rstrip()
            yield piece(TOKEN_CONTENT, text, at, closing.start(), source)
            yield piece(TOKEN_TAG, "endraw", closing.start(), closing.end(), source)
            yield piece(TOKEN_EXPRESSION, "", closing.end(), closing.end(), source)
            trim = dialect is Dialect.LATEST and source[closing.end() - 3] == "-"
            at = closing.end()


def _end_of(origin: Origin, begin: int, is_tag: bool, dialect: Dialect) -> int | LiquidFault:
    """Where the output or tag that begins at *begin* ends, or why it does not."""
    if dialect is Dialect.LEGACY:
        return _legacy_end(origin, begin, is_tag)
    source, at = origin.source, begin + 2
    stop = _TAG_STOP if is_tag else _OUTPUT_STOP
    while found := stop.search(source, at):
        if found.group() not in "\"'":
            return found.end()
        at = _after_quoted(source, found.start())
    return _unterminated_tag(origin, begin, None) if is_tag else _unterminated_output(origin, begin, None)


def _after_quoted(source: str, at: int) -> int:
    quote, at = source[at], at + 1
    while (closing := source.find(quote, at)) >= 0:
        slash = closing
        while slash > at and source[slash - 1] == "\\":
            slash -= 1
        if (closing - slash) % 2 == 0:
            return closing + 1
        at = closing + 1
    return len(source)


def _legacy_end(origin: Origin, begin: int, is_tag: bool) -> int | LiquidFault:
    """The first closing braces; a lone brace closes an output too, and is then refused.

    Source: Customer.io's fork of Liquid, its template pattern.
    """
    source = origin.source
    if is_tag:
        end = source.find("%}", begin)
        return end + 2 if end >= 0 else _unterminated_tag(origin, begin, None)
    end = source.find("}", begin)
    if end < 0:
        return _unterminated_output(origin, begin, None)
    return end + 2 if source.startswith("}}", end) else _unterminated_output(origin, begin, end + 1)


def _unterminated_output(origin: Origin, begin: int, end: int | None) -> LiquidFault:
    place = origin.place(begin, end or _line_end(origin.source, begin))
    return place.fault("syntax", f"Variable {_shown(place)} was not properly terminated with regexp: /}}}}/")


def _unterminated_tag(origin: Origin, begin: int, end: int | None) -> LiquidFault:
    place = origin.place(begin, end or _line_end(origin.source, begin))
    return place.fault("syntax", f"Tag '{_shown(place)}' was not properly terminated with regexp: /%}}/")


def _shown(place: Place) -> str:
    text = place.text
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _line_end(source: str, begin: int) -> int:
    end = source.find("\n", begin)
    return len(source) if end < 0 else end
