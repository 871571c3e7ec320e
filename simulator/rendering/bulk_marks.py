"""What Liquid printed, between marks, written down as an HTML serialiser would: so that a page made from a template whose
CSS is inlined equals the page whose CSS was inlined afterwards."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.entities import html5

from simulator.rendering.links import Decoration, decorated_link

_BASE = 0xE100  # private-use characters, chosen by the message's digest: no data holds them by accident
_PLAIN_TEXT = re.compile("[&<>\u00a0\r\x00]")
_PLAIN_ATTRIBUTE = re.compile("[\"'&\u00a0\r\x00]")
_PLAIN_COMMENT = re.compile("--|[>\r\x00]")
_TAIL = re.compile(r"&[#\w]*$")
_REFERENCE = re.compile(r"&(#?\w+)(;?)")
_KNOWN = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#34": '"'}
_BARE = frozenset(name for name in html5 if not name.endswith(";"))
_LONGEST_BARE = max(map(len, _BARE))


class OneByOne(Exception):
    """A value that only an HTML parser can place: this person's page is inlined on its own."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one message: one that opens for each context, and one that closes."""

    text: str
    attribute: str
    comment: str
    close: str
    link: str

    def around(self, piece: str, context: str) -> str:
        """A piece of Liquid between the marks of its context."""
        mark = self.attribute if context == "attribute" else self.comment if context == "comment" else self.text
        return f"{mark}{piece}{self.close}"

    def unmarked(self, page: str) -> str:
        """The page with every marked value written down for its context.

        Raises: OneByOne.
        """
        for mark, written in ((self.text, text_value), (self.attribute, attribute_value), (self.comment, comment_value)):
            if mark not in page:
                continue
            first, *rest = page.split(mark)
            pieces = [first]
            for part in rest:
                value, close, tail = part.partition(self.close)
                if not close:
                    raise OneByOne
                pieces.append(written(value) if value else "")
                pieces.append(tail)
            page = "".join(pieces)
        if self.close in page:
            raise OneByOne
        return page


def marks_for(digest: str) -> Marks:
    """The marks of the message with that digest."""
    secret = "".join(chr(_BASE + int(digest[at : at + 3], 16)) for at in range(0, 12, 3))
    return Marks(*(f"{chr(_BASE - 16 + number)}{secret}" for number in range(5)))


def text_value(value: str) -> str:
    """A value between tags.

    Raises: OneByOne for markup.
    """
    if not _PLAIN_TEXT.search(value) and not value.isspace():
        return value
    if "<" in value or "\r" in value or "\0" in value or _TAIL.search(value):
        raise OneByOne
    return html.escape(html.unescape(value), quote=False).replace("\u00a0", "&nbsp;")


def attribute_value(value: str) -> str:
    """A value within an attribute.

    Raises: OneByOne for quotes, and for what looks like an entity but is no common one.
    """
    if not _PLAIN_ATTRIBUTE.search(value):
        return value
    if re.search("[\"'\r\x00]", value) or _TAIL.search(value):
        raise OneByOne
    read = _REFERENCE.sub(_referred, value)
    return read.replace("&", "&amp;").replace("\u00a0", "&nbsp;").replace('"', "&quot;")


def _referred(found: re.Match[str]) -> str:
    name, end = found[1], found[2]
    if end and name in _KNOWN:
        return _KNOWN[name]
    if name.startswith("#") or end or any(name[:length] in _BARE for length in range(2, _LONGEST_BARE + 1)):
        raise OneByOne
    return found[0]


def comment_value(value: str) -> str:
    """A value within a comment.

    Raises: OneByOne for what could end it.
    """
    if _PLAIN_COMMENT.search(value):
        raise OneByOne
    return value
