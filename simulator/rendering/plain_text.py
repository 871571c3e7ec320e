"""The plain-text part of an email, made from its page where the author wrote none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbohtml import Document

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SILENT = "script, style, head, title, template, noscript"
_LAYOUT = ("presentation", "none")
_BLOCKS = "table, p, div, ul, ol, blockquote, h1, h2, h3, h4, h5, h6"
_ROWS = frozenset({"tbody", "thead", "tfoot", "tr", "td", "th"})
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_TRAILING = re.compile(r"[ \t\u00a0]+(?=\n|$)")


def text_of_page(page: str) -> str:
    """What a reader without HTML sees: the words, with links as footnotes.

    Source: Customer.io docs: the plain-text part is generated from the HTML by default (liquid §9).
    Assumed: its layout, and that hidden elements are left out.
    """
    from turbohtml import Element, PlainText, parse

    document = parse(page)
    document.remove(_SILENT)
    hidden = [
        element
        for element in document.select("[style], [hidden]")
        if isinstance(element, Element)
        and (element.attr("hidden") is not None or _HIDDEN.search(element.attr("style") or ""))
    ]
    for element in hidden:
        element.decompose()
    _open_layout_tables(document)
    text = document.to_text(PlainText(links="footnote", images=True, table_cell_separator=" "))
    text = _TRAILING.sub("", text.replace("\r\n", "\n"))
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def _open_layout_tables(document: Document) -> None:
    """Make plain blocks of tables that only lay a page out, so that their cells do not become one line."""
    from turbohtml import Element

    tables = [table for table in document.select("table") if isinstance(table, Element)]
    for table in [table for table in tables if table.attr("role") in _LAYOUT or table.select(_BLOCKS)]:
        level = [table]
        while level:
            inside = [child for part in level for child in part.children if isinstance(child, Element)]
            for part in level:
                part.tag = "div"
            level = [child for child in inside if child.tag in _ROWS]
