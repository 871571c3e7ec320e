"""The CSS of a page with places: style elements and style attributes, read by tinycss2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turbohtml import Element

    from mailwright.checks.pages.page import Page


@dataclass(frozen=True)
class Declaration:
    """One `name: value` and where it stands in the page, counted from 0."""

    name: str
    tokens: Sequence[Any]
    start: int
    important: bool

    @cached_property
    def text(self) -> str:
        """The value as written, in lower case."""
        import tinycss2

        return str(tinycss2.serialize(list(self.tokens))).strip().lower()


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A selector with its declarations; *media* holds the at-rules around it, outermost first."""

    selector: str
    start: int
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AtRule:
    """`@media …`, `@font-face` and the like."""

    keyword: str
    prelude: str
    start: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one style element says."""

    rules: tuple[StyleRule, ...]
    at_rules: tuple[AtRule, ...]


def sheets_of(page: Page) -> Iterator[Sheet]:
    """What each style element of the page says, in order."""
    for element in page.elements:
        place = element.source_location
        if element.tag == "style" and place is not None:
            end = place.end_tag.start_offset if place.end_tag is not None else len(page.html)
            yield sheet_of(page.html[place.start_tag.end_offset : end], place.start_tag.end_offset)


def sheet_of(css: str, start: int = 0) -> Sheet:
    """The rules of a style sheet that stands at *start* of its page; what no browser reads is left out."""
    import tinycss2

    places = _Places(css, start)
    rules: list[StyleRule] = []
    at_rules: list[AtRule] = []
    waiting: list[tuple[list[Any], tuple[str, ...]]] = [(tinycss2.parse_stylesheet(css, True, True), ())]
    while waiting:
        nodes, media = waiting.pop(0)
        for node in nodes:
            if node.type == "qualified-rule":
                selector = tinycss2.serialize(node.prelude).strip()
                rules.append(StyleRule(selector, places.of(node), tuple(_declared(node.content, places)), media))
            elif node.type == "at-rule":
                prelude = tinycss2.serialize(node.prelude).strip()
                at_rules.append(AtRule(node.lower_at_keyword, prelude, places.of(node)))
                if node.content is not None and node.lower_at_keyword in ("media", "supports", "layer"):
                    inside = tinycss2.parse_rule_list(node.content, True, True)
                    waiting.append((inside, (*media, f"@{node.lower_at_keyword} {prelude}")))
                elif node.content is not None and node.lower_at_keyword == "font-face":
                    rules.append(
                        StyleRule("", places.of(node), tuple(_declared(node.content, places)), ("@font-face",))
                    )
    return Sheet(tuple(rules), tuple(at_rules))


def inline_declarations(page: Page, element: Element) -> list[Declaration]:
    """What the element's style attribute says."""
    style, start = element.attr("style"), page.value_start(element, "style")
    if not style or start is None:
        return []
    return list(_declared(style, _Places(style, start)))


def _declared(css: Any, places: _Places) -> Iterator[Declaration]:
    import tinycss2

    for node in tinycss2.parse_blocks_contents(css, True, True):
        if node.type == "declaration":
            yield Declaration(node.lower_name, node.value, places.of(node), node.important)


class _Places:
    """Offsets in the page from tinycss2's lines and columns."""

    def __init__(self, css: str, start: int) -> None:
        lengths = [len(line) for line in css.splitlines(keepends=True)]
        self._lines = [start, *(start + total for total in accumulate(lengths))]

    def of(self, node: Any) -> int:
        start = self._lines[min(int(node.source_line), len(self._lines)) - 1]
        return start + int(node.source_column) - 1
