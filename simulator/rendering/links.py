"""The links of an email: which are tracked, what is added to them, and where each stands.

Source: Customer.io docs: tracking is on by default and needs http or https; the class `untracked` opts out of it, and
`disable-url-params` out of the workspace's URL parameters (liquid §9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

from mailwright.dialect.settings import Links
from simulator.rendering.page import document_of
from simulator.rendering.rendered import Link

_WEB = re.compile(r"\s*https?://", re.IGNORECASE)
_OWN = frozenset({Links().unsubscribe, Links().view_in_browser, Links().manage_preferences, Links().tracking_consent})
WRAPPER = "https://links.example.org/click"


def with_links(
    html: str, parameters: Mapping[str, str], *, is_tracked: bool, wrapped: bool = False
) -> tuple[str, tuple[Link, ...]]:
    """The page with its tracked links decorated, and all of its links in order.

    *wrapped* also puts an inert address of ours around each tracked link, as tracking does.
    Assumed: a parameter that a link already has stays as it is; Customer.io's own pages are left alone.
    """
    changes: list[tuple[int, int, str]] = []
    found: list[Link] = []
    for element in document_of(html).select("a[href], area[href]"):
        url = str(element.attr("href") or "").strip()
        classes = str(element.attr("class") or "").split()
        tracked = is_tracked and bool(_WEB.match(url)) and "untracked" not in classes and url not in _OWN
        place = element.source_location.attrs.get("href") if element.source_location is not None else None
        final = url
        if tracked:
            keeps_bare = "disable-url-params" in classes or element.attr("disable-url-params") is not None
            final = url if keeps_bare else decorated(url, parameters)
            sent = f"{WRAPPER}?{urlencode({'to': final})}" if wrapped else final
            if sent != url and place is not None:
                changes.append((place.start_offset, place.end_offset, f'href="{escape(sent)}"'))
        line, column = (place.start_line, place.start_col) if place is not None else (1, 1)
        found.append(Link(final, " ".join(element.text.split())[:200], tracked, line, column))
    pieces, position = [], 0
    for start, end, text in sorted(changes):
        pieces += [html[position:start], text]
        position = end
    return "".join([*pieces, html[position:]]), tuple(found)


def decorated(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with the parameters that it does not have yet, before its fragment."""
    try:
        parts = urlsplit(url)
        names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    except ValueError:
        return url
    more = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in parameters.items() if name not in names)
    if not more:
        return url
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))


def decorator(parameters: Mapping[str, str], *, wrapped: bool) -> Callable[[str, bool, bool], str]:
    """What `cio_link` does to an address.

    Source: Customer.io docs, Liquid tag list: tracked and decorated unless told otherwise (liquid §2).
    """

    def decorate(url: str, track: bool, url_params: bool) -> str:
        final = decorated(url, parameters) if url_params and _WEB.match(url) else url
        return f"{WRAPPER}?{urlencode({'to': final})}" if wrapped and track else final

    return decorate
