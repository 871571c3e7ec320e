"""CSS from style elements into style attributes, and when a page is left as it is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from css_inline import CSSInliner

DEEPEST = 400
"""Elements within elements beyond which a page is not inlined: css-inline needs stack for each."""
MOST_MATCHES = 50_000_000
"""Rules times elements beyond which a page is not inlined, since each rule is tried on each element."""

_STYLE = re.compile(r"<style[\s>/]", re.IGNORECASE)


@lru_cache(maxsize=1)
def inliner() -> CSSInliner:
    """The one inliner; it loads nothing, neither from the network nor from files."""
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def inline_css(page: str) -> tuple[str, str]:
    """The page with its CSS in style attributes, and a warning where that could not be done.

    Source: Customer.io docs: CSS is inlined before sending, by Juice in the latest dialect (liquid §9).
    Assumed: style elements stay, since media queries need them; a page without any is left as it is.
    """
    if not _STYLE.search(page):
        return page, ""
    if page.count("{") * page.count("<") > MOST_MATCHES:
        return page, "CSS is not inlined: there are too many rules for so many elements"
    if is_too_deep(page):
        return page, f"CSS is not inlined: elements are nested deeper than {DEEPEST} levels"
    try:
        return inliner().inline(page), ""
    except Exception as error:  # noqa: BLE001  # css-inline's own errors have no common base but ValueError and OSError
        return page, f"CSS is not inlined: {type(error).__name__}"


def is_too_deep(page: str) -> bool:
    """Whether elements are nested deeper than the inliner can stand, as a browser would build the page."""
    if page.count("<") <= DEEPEST:
        return False
    from turbohtml import Element, parse

    level: list[Element] = [node for node in parse(page, positions=False).children if isinstance(node, Element)]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return True
        level = [child for node in level for child in node.children if isinstance(child, Element)]
    return False
