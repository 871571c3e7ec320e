"""What Liquid printed, between marks, written down as an HTML serialiser would.

So a page made from a template whose CSS is inlined equals the page whose CSS was inlined afterwards.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.entities import html5

from simulator.rendering.bulk_pieces import Unsound
from simulator.rendering.links import Decoration, decorated_link

MARK = "\x01"
TEXT, ATTRIBUTE, COMMENT, CLOSE, LINK, LINK_CLOSE = "012345"
_DIGITS = 3  # of the number of a link's kind
_KEPT_LINKS = 4096
_TELLING = ("class", "disable-url-params")
_PLAIN_TEXT = re.compile("[&<>{\u00a0\r\x00\ud800-\udfff]")
_PLAIN_ATTRIBUTE = re.compile("[\"'&\u00a0\r\x00\ud800-\udfff]")
_PLAIN_COMMENT = re.compile("--|[>\r\x00\ud800-\udfff]")
_NEEDS_PARSER = re.compile("[\r\x00\ud800-\udfff]|&[#\\w]*$")
_REFERENCE = re.compile(r"&(#?\w+)(;?)")
_KNOWN = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#34": '"'}
_BARE = frozenset(name for name in html5 if not name.endswith(";"))
_LONGEST_BARE = max(map(len, _BARE))


class OneByOne(Exception):
    """A value that only an HTML parser can place: this person's page is inlined on its own."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one message: a control character that no page needs, what it means, and a secret.

    They are ASCII, so that a page stays as small in memory as it was.
    """

    secret: str
    kinds: list[dict[str, str]] = field(default_factory=list)  # what else a link's tag says, by the number in its mark

    def around(self, piece: str, context: str) -> str:
        """A piece of Liquid between the marks of its context."""
        return f"{self._mark(_OPENS.get(context, TEXT))}{piece}{self._mark(CLOSE)}"

    def _mark(self, sign: str) -> str:
        return f"{MARK}{sign}{self.secret}"

    def with_links(self, page: str) -> str:
        """A page as css-inline wrote it down, with the address of every link between marks.

        Raises: Unsound.
        """
        from turbohtml import parse

        out, copied = [], 0
        for element in parse(page, source_locations=True).select("a[href], area[href]"):
            place = element.source_location.attrs.get("href") if element.source_location is not None else None
            kind = {name: _text(element.attrs.get(name)) for name in _TELLING if name in element.attrs}
            if kind not in self.kinds:
                self.kinds.append(kind)
            if place is None or not page.startswith('href="', place.start_offset) or len(self.kinds) > 10**_DIGITS:
                raise Unsound("the links cannot be told apart")
            start, end = place.start_offset + len('href="'), place.end_offset - 1
            number = f"{self.kinds.index(kind):0{_DIGITS}}"
            out += [page[copied:start], self._mark(LINK), number, page[start:end], self._mark(LINK_CLOSE)]
            copied = end
        return "".join([*out, page[copied:]])

    def unmarked(self, page: str, decoration: Decoration, known: dict[str, str]) -> str:
        """The page with every marked value written down for its context, and every marked link as it is sent.

        *known* keeps the links that were decorated before.
        Raises: OneByOne for a value that needs a parser, or that holds a mark's first character.
        """
        first, *rest = page.split(MARK)
        out, link, is_open = [first], -1, False
        size = 1 + len(self.secret)
        for part in rest:
            if part[1:size] != self.secret:
                raise OneByOne
            sign, text = part[0], part[size:]
            if sign in _WRITTEN and not is_open:
                is_open = True
                out.append(_WRITTEN[sign](text) if text else "")
            elif sign == CLOSE and is_open:
                is_open = False
                out.append(text)
            elif sign == LINK and link < 0 and not is_open:
                link = len(out)
                out.append(text)
            elif sign == LINK_CLOSE and link >= 0 and not is_open:
                written = "".join(out[link:])
                del out[link:]
                out += [self._sent(written, decoration, known), text]
                link = -1
            else:
                raise OneByOne
        return "".join(out)

    def _sent(self, written: str, decoration: Decoration, known: dict[str, str]) -> str:
        """One address as it stands in the page, decorated as the link that it belongs to says."""
        found = known.get(written)
        if found is None:
            number, address = int(written[:_DIGITS]), written[_DIGITS:]
            url = html.unescape(address)
            _, sent = decorated_link({**self.kinds[number], "href": url}, "", decoration)
            found = address if sent == url else html.escape(sent)
            if len(known) < _KEPT_LINKS:
                known[written] = found
        return found


def marks_for(digest: str) -> Marks:
    """The marks of the message with that digest."""
    return Marks(digest[:8])


def _text(value: object) -> str:
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


def text_value(value: str) -> str:
    """A value between tags.

    Raises: OneByOne for markup, and for what may be JSON, which a snippet that begins with it stands for (liquid §9).
    """
    if not _PLAIN_TEXT.search(value):
        return value
    if _NEEDS_PARSER.search(value) or "<" in value or value.lstrip().startswith("{"):
        raise OneByOne
    return html.escape(html.unescape(value), quote=False).replace("\u00a0", "&nbsp;")


def attribute_value(value: str) -> str:
    """A value within an attribute.

    Raises: OneByOne for quotes, and for what looks like an entity but is no common one.
    """
    if not _PLAIN_ATTRIBUTE.search(value):
        return value
    if _NEEDS_PARSER.search(value) or '"' in value or "'" in value:
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


_OPENS = {"attribute": ATTRIBUTE, "comment": COMMENT}
_WRITTEN = {TEXT: text_value, ATTRIBUTE: attribute_value, COMMENT: comment_value}
