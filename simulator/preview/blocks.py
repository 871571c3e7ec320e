"""The blocks of a page that somebody reads, each with its file and line."""

from __future__ import annotations

from typing import Any

from simulator.preview.marks import ATTRIBUTE

MOST_BLOCKS = 400
LONGEST_TEXT = 90
_ALWAYS = ("img",)


def blocks_of(page: str) -> list[dict[str, Any]]:
    """Each marked element that holds text of its own, in the page's order; what only lays out is left out."""
    from turbohtml import Element, parse

    found: list[dict[str, Any]] = []
    for element in parse(page, positions=False).select(f"[{ATTRIBUTE}]"):
        if not isinstance(element, Element):
            continue
        text = " ".join(element.text.split())
        if element.tag == "img":
            text = str(element.attr("alt") or element.attr("src") or "")
        if not text or not (element.tag in _ALWAYS or _has_own_text(element)):
            continue
        file, _, line = str(element.attr(ATTRIBUTE) or "").rpartition(":")
        found.append(
            {
                "id": str(element.attr("id") or ""),
                "tag": element.tag,
                "text": text[:LONGEST_TEXT],
                "file": file,
                "line": int(line) if line.isdigit() else 1,
            }
        )
        if len(found) == MOST_BLOCKS:
            break
    return found


def _has_own_text(element: Any) -> bool:
    return any(
        getattr(child, "tag", None) is None and str(getattr(child, "data", "")).strip() for child in element.children
    )
