"""The links of an email: which are tracked, what is added to them, and where each stands.

Source: Customer.io docs: tracking is on by default and needs http or https; the class `untracked` opts out of it, and
`disable-url-params` out of the workspace's URL parameters (liquid §9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

from mailwright.dialect.settings import Links

WRAPPER = "https://links.example.org/click"
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LINK = re.compile(r"<(?:a|area)[\s/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a page; *line* and *column* say where its address stands in the page, from 1."""

    url: str  # with what was added, before tracking
    label: str
    tracked: bool
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Decoration:
    """What is done to links: tracked or not, parameters added, inert redirects around them, and those left alone."""

    tracked: bool = True
    parameters: Mapping[str, str] | None = None
    wrap: bool = False
    inert: frozenset[str] = frozenset()

    def decorate(self, url: str, track: bool, url_params: bool) -> str:
        """What `cio_link` prints for an address.

        Source: Customer.io docs, Liquid tag list: tracked and decorated unless told otherwise (liquid §2).
        """
        final = self.decorated(url) if url_params and _WEB.match(url) else url
        return self.wrapped(final) if track and self.wrap and _WEB.match(final) else final

    def decorated(self, url: str) -> str:
        """The address with the parameters that it does not have yet, before its fragment.

        Assumed: a parameter that is there already stays as it is; an address that cannot be taken apart is left alone.
        """
        if not self.parameters:
            return url
        try:
            parts = urlsplit(url)
            there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        except ValueError:
            return url
        more = "&".join(
            f"{quote_plus(name)}={quote_plus(value)}" for name, value in self.parameters.items() if name not in there
        )
        if not more:
            return url
        return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))

    def wrapped(self, url: str) -> str:
        """An address of ours that leads nowhere, in the shape that tracking gives a link."""
        return f"{WRAPPER}?{urlencode({'to': url})}"


def inert_urls(links: Links) -> frozenset[str]:
    """Customer.io's own addresses, which are neither tracked nor decorated."""
    return frozenset((links.unsubscribe, links.view_in_browser, links.manage_preferences, links.tracking_consent))


def decorate_links(page: str, decoration: Decoration) -> tuple[str, tuple[Link, ...]]:
    """The page with its tracked links decorated, and all of its links in order; nothing else of the page changes."""
    if not _LINK.search(page):
        return page, ()
    from turbohtml import Element, parse

    changes: list[tuple[int, int, str]] = []
    found: list[Link] = []
    for element in parse(page, source_locations=True).select("a[href], area[href]"):
        assert isinstance(element, Element)  # what a selector selects
        place = element.source_location.attrs.get("href") if element.source_location is not None else None
        link, sent = decorated_link(element.attrs, " ".join(element.text.split())[:200], decoration)
        if sent != _text(element.attrs.get("href")) and place is not None:
            changes.append((place.start_offset, place.end_offset, f'href="{escape(sent)}"'))
        where = (place.start_line, place.start_col) if place is not None else (1, 1)
        found.append(Link(link.url, link.label, link.tracked, *where))
    pieces, position = [], 0
    for start, end, text in sorted(changes):
        pieces += [page[position:start], text]
        position = end
    return "".join([*pieces, page[position:]]), tuple(found)


def decorated_link(attributes: Mapping[str, object], label: str, decoration: Decoration) -> tuple[Link, str]:
    """The link as it is told, and the address that goes into the page."""
    written = _text(attributes.get("href"))
    url, classes = written.strip(), _text(attributes.get("class")).split()
    tracked = (
        decoration.tracked
        and _WEB.match(url) is not None
        and "untracked" not in classes
        and url not in decoration.inert
    )
    if not tracked:
        return Link(url, label, False), written
    if "disable-url-params" not in classes and "disable-url-params" not in attributes:
        final = decoration.decorated(url)
    else:
        final = url
    if decoration.wrap:
        return Link(final, label, True), decoration.wrapped(final)
    return Link(final, label, True), final if final != url else written


def _text(value: object) -> str:
    """An attribute as text; lists of tokens are joined."""
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return value if isinstance(value, str) else ""
