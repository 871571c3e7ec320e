"""Pictures: what stands in for one that is not shown, and how much they weigh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.checks.findings import finding

if TYPE_CHECKING:
    from turbohtml import Element

    from mailwright.checks.pages.page import Page
    from mailwright.definitions.workspace import EmailChecks
    from mailwright.diagnostics import Diagnostic

_TINY = frozenset({"0", "1", "0px", "1px"})


def check_images(page: Page, settings: EmailChecks) -> Iterator[Diagnostic]:
    """Pictures without words for them, without a source, and those that make the page heavy."""
    inside = 0
    for element in page.elements:
        if element.tag != "img":
            continue
        source = (element.attr("src") or "").strip()
        if element.attr("alt") is None and not _is_pixel(element):
            hint = 'alt="what it shows", or alt="" where it only decorates'
            yield finding("image-no-alt", "this picture has no alt text", page.tag_span(element), hint)
        elif _is_only_content_of_link(element) and not (element.attr("alt") or "").strip():
            hint = "alt: where the link leads"
            yield finding(
                "image-no-alt", "this picture is all of a link, and says nothing", page.tag_span(element), hint
            )
        if not source and "srcset" not in element.attrs:
            yield finding("image-no-source", "this picture has no src", page.tag_span(element), "src: its address")
        if source.lower().startswith("data:"):
            inside += len(source)
            if inside - len(source) <= settings.picture_bytes < inside:
                message = f"pictures in the page itself weigh {inside:,} bytes; {settings.picture_bytes:,} are allowed"
                hint = "put them on a server and link to them; many mailboxes do not show them here anyway"
                yield finding("image-weight", message, page.attribute_span(element, "src"), hint)
        elif source and element.attr("width") is None and not _has_width(element) and not _is_pixel(element):
            hint = 'width="600": Outlook shows a picture without one as large as its file'
            yield finding("image-no-width", "this picture has no width", page.tag_span(element), hint)


def _is_pixel(element: Element) -> bool:
    return (element.attr("width") or "") in _TINY or (element.attr("height") or "") in _TINY


def _has_width(element: Element) -> bool:
    return "width" in (element.attr("style") or "")


def _is_only_content_of_link(element: Element) -> bool:
    link = element.closest("a")
    if link is None or not link.attr("href"):
        return False
    return not link.text.strip() and not any(
        (other.attr("alt") or "").strip() for other in link.select("img") if hasattr(other, "attr")
    )


def has_only_pictures(page: Page) -> bool:
    """Whether the page shows pictures but no word, written or made by Liquid."""
    body = page.document.select_one("body")
    text = (body if body is not None else page.document).text
    return any(element.tag == "img" for element in page.elements) and not text.replace("\u200c", "").strip(
        " \u00a0\n\t"
    )
