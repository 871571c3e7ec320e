"""Links that lead nowhere, to the wrong place, or that nobody can tell where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailwright.checks.email_checks import LOCAL_LINK
from mailwright.checks.findings import finding
from mailwright.checks.pages.page import WRITTEN

if TYPE_CHECKING:
    from turbohtml import Element

    from mailwright.checks.pages.page import Page
    from mailwright.diagnostics import Diagnostic

_SCHEMES = frozenset({"https", "http", "mailto", "tel", "sms"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:#|todo|tbd|xxx+|link|url|insert[ _-].*|https?://(?:todo|tbd|xxx+|link|url)/?)$", re.IGNORECASE
)
_SHOWN_ADDRESS = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#]\S*)?$", re.IGNORECASE)
_MAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$")


def check_links(page: Page) -> Iterator[Diagnostic]:
    """What is wrong with the page's links."""
    for element in page.elements:
        if element.tag in ("a", "area") and "href" in element.attrs:
            told = _wrong_with(element)
            if told is not None:
                rule, message, hint = told
                yield finding(rule, message, page.attribute_span(element, "href"), hint)


def _wrong_with(element: Element) -> tuple[str, str, str] | None:
    href = (element.attr("href") or "").strip()
    if not href or _PLACEHOLDER.match(href):
        return "link-nowhere", "this link leads nowhere", "its address, or no link at all"
    if any(char in href for char in " \t\r\n"):
        return "link-broken", "this address has a space in it", "%20, or mend what it is made of"
    if href.startswith(("#", WRITTEN)):
        return None
    scheme = _SCHEME.match(href)
    if scheme is None:
        if href.startswith("//"):
            return "link-broken", "this address has no scheme; a mailbox has none to add", f"https:{_shown(href)}"
        return "link-broken", "this address is relative, and an email has no page it could be relative to", "https://…"
    name = scheme[1].lower()
    if name == "javascript":
        return "link-broken", "mail clients run no scripts", "a page that does it"
    if name == "http" and not LOCAL_LINK.match(href):  # which is a problem of its own
        return "link-not-secure", "this link is not encrypted", f"https:{_shown(href)[5:]}"
    if name == "mailto" and WRITTEN not in href and not _MAIL.match(href[7:].split("?")[0]):
        return "link-broken", "this is no mail address", "mailto:ana@example.org"
    if name in ("https", "http"):
        return _wrong_with_host(element, href)
    return None if name in _SCHEMES or "." in name or "-" in name else _unknown_scheme(name)


def _unknown_scheme(name: str) -> tuple[str, str, str] | None:
    from difflib import get_close_matches  # rarely is a scheme not known

    meant = get_close_matches(name, sorted(_SCHEMES), n=1, cutoff=0.75)
    if meant:
        return "link-broken", f"there is no scheme '{name}:'", f"{meant[0]}:"
    return None  # an app's own links


def _wrong_with_host(element: Element, href: str) -> tuple[str, str, str] | None:
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        return "link-broken", "this is no address", "https://example.org/page"
    if not host:
        return "link-broken", "this address has no host", "https://example.org/page"
    if WRITTEN in host:
        return None
    if "." not in host and host != "localhost":  # a machine of one's own is a problem of its own
        return "link-broken", f"'{host}' is no host that others can reach", "https://example.org/page"
    shown = _SHOWN_ADDRESS.match(element.text.strip())
    if shown is not None and not _is_same_site(shown[1].lower(), host.lower()):
        message = f"the words say {shown[1]}, the link leads to {host}: mailboxes warn of such links"
        return "link-says-otherwise", message, "let both say the same, or let words say what it is"
    return None


def _is_same_site(one: str, other: str) -> bool:
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _shown(href: str) -> str:
    return href.replace(WRITTEN, "…") if WRITTEN in href else href
