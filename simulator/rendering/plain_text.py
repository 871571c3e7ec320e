"""The plain-text part of an email, made from its page where the author wrote none."""

from __future__ import annotations

import re

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SILENT = "script, style, head, title, template, noscript"
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
    text = document.to_text(PlainText(links="footnote", images=True, table_cell_separator=" "))
    text = _TRAILING.sub("", text.replace("\r\n", "\n"))
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"
