"""Text that cannot be read on what is behind it.

Colours come from style attributes, from style elements outside of media queries and from the old attributes, as far as
they are written out; where one is not known, or a picture is behind the text, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mailwright.checks.findings import finding
from mailwright.checks.pages.styles import Declaration, inline_declarations, sheets_of

if TYPE_CHECKING:
    from turbohtml import Element

    from mailwright.checks.pages.page import Page
    from mailwright.definitions.workspace import EmailChecks
    from mailwright.diagnostics import Diagnostic, Span

Color = tuple[float, float, float]

_OF_ONE = re.compile(r"::|:(?!not\()[a-z-]+")  # states and pseudo-elements are not how the page looks at first
_READ = frozenset(
    {"color", "background-color", "background", "background-image", "font-size", "font-weight", "display"}
)
_SIZES = {"px": 1.0, "pt": 4 / 3, "em": 0.0, "rem": 16.0, "%": 0.0}
_LARGE, _LARGE_BOLD = 24.0, 18.66  # in px (WCAG 2.2, "large scale")
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_HEADINGS = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h4": 16.0, "h5": 13.28, "h6": 10.72}


@dataclass(frozen=True, slots=True)
class _Look:
    """How text in an element looks; None where that is not known."""

    color: Color | None = (0.0, 0.0, 0.0)
    behind: Color | None = (1.0, 1.0, 1.0)
    size: float = 16.0  # in px
    bold: bool = False
    hidden: bool = False
    decided: Declaration | None = None  # the newest of the two colours, where CSS says it


def check_contrast(page: Page, settings: EmailChecks) -> Iterator[Diagnostic]:
    """Text with too little contrast, where its colour is written, or that of what is behind it."""
    styles = _styles_of(page)
    told: set[tuple[str, Span]] = set()
    body = page.document.select_one("html")
    if body is None:
        return
    waiting: list[tuple[Any, _Look]] = [(body, _Look())]
    while waiting:
        element, around = waiting.pop(0)
        look = _look_of(page, element, around, styles.get(element, {}))
        if look.hidden:
            continue
        if element.source_location is not None and _has_text(element):
            for problem in _told(page, element, look, settings):
                if (problem.message, problem.span) not in told:
                    told.add((problem.message, problem.span))
                    yield problem
        waiting += [(child, look) for child in element.children if hasattr(child, "tag")]


def _told(page: Page, element: Element, look: _Look, settings: EmailChecks) -> Iterator[Diagnostic]:
    if look.color is None or look.behind is None:
        return
    is_large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
    needed = settings.contrast * 2 / 3 if is_large else settings.contrast
    has = contrast(look.color, look.behind)
    if has + 0.005 < needed:
        message = (
            f"text in {_hex(look.color)} on {_hex(look.behind)} has a contrast of {has:.1f}; {needed:.1f} can be read"
        )
        at = look.decided
        span = page.tag_span(element) if at is None else page.span(at.start, len(at.name) + 2 + len(at.text))
        yield finding("low-contrast", message, span, "darken the one or lighten the other")


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours, from 1 to 21.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(color: Color) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in color)


def _has_text(element: Element) -> bool:
    return any(
        not hasattr(child, "tag") and hasattr(child, "data") and child.data.strip() for child in element.children
    )


# --- how it looks ---------------------------------------------------------------------------------------------------


def _look_of(page: Page, element: Element, around: _Look, styled: Mapping[str, Declaration]) -> _Look:
    tag = element.tag
    if tag in ("head", "style", "script", "title", "template"):
        return replace(around, hidden=True)
    look = replace(around, bold=around.bold or tag in _BOLD, size=_HEADINGS.get(tag, around.size))
    if tag == "a":
        look = replace(look, color=(0.0, 0.0, 0.933), decided=None)
    if behind := element.attr("bgcolor"):
        look = replace(look, behind=_color(behind, None), decided=None)
    if color := element.attr("color" if tag == "font" else "text"):
        look = replace(look, color=_color(color, None), decided=None)
    if element.attr("background") is not None:
        look = replace(look, behind=None)
    declared = dict(styled)
    for declaration in inline_declarations(page, element):
        before = declared.get(declaration.name)
        if before is None or declaration.important or not before.important:
            declared[declaration.name] = declaration
    return _with_declared(look, around, declared)


def _with_declared(look: _Look, around: _Look, declared: Mapping[str, Declaration]) -> _Look:
    if (shown := declared.get("display")) is not None and shown.text == "none":
        return replace(look, hidden=True)
    for name in ("background", "background-color"):
        if (behind := declared.get(name)) is not None:
            found = _background(behind, look.behind)
            look = replace(look, behind=found, decided=look.decided if found == look.behind else behind)
    if (color := declared.get("color")) is not None:
        if color.text == "inherit":
            look = replace(look, color=around.color)
        else:
            look = replace(look, color=_color(color.text, look.behind), decided=color)
    if (picture := declared.get("background-image")) is not None and picture.text != "none":
        look = replace(look, behind=None)
    if (size := declared.get("font-size")) is not None:
        look = replace(look, size=_size(size, around.size))
    if (weight := declared.get("font-weight")) is not None:
        look = replace(look, bold=weight.text in ("bold", "bolder", "600", "700", "800", "900"))
    return look


def _background(declaration: Declaration, behind: Color | None) -> Color | None:
    if "url(" in declaration.text or "gradient(" in declaration.text:
        return None
    found = None
    for token in declaration.tokens:
        if token.type in ("ident", "hash", "function"):
            import tinycss2.color3

            color = tinycss2.color3.parse_color(token)
            if color is not None:
                found = _over(color, behind)
                if found is None:
                    return None
    return found if found is not None else (behind if declaration.text in ("none", "transparent", "inherit") else None)


def _color(text: str, behind: Color | None) -> Color | None:
    """The opaque colour that is seen; half-transparent ones are mixed with what is behind."""
    import tinycss2.color3

    return _over(tinycss2.color3.parse_color(text), behind)


def _over(color: Any, behind: Color | None) -> Color | None:
    if color is None or color == "currentColor":
        return None
    red, green, blue, alpha = color
    if alpha == 1:
        return red, green, blue
    if behind is None:
        return None
    red, green, blue = (
        part * alpha + under * (1 - alpha) for part, under in zip((red, green, blue), behind, strict=True)
    )
    return red, green, blue


def _size(declaration: Declaration, around: float) -> float:
    for token in declaration.tokens:
        if token.type == "dimension" and token.lower_unit in _SIZES:
            return float(token.value) * (_SIZES[token.lower_unit] or around)
        if token.type == "percentage":
            return float(token.value) / 100 * around
    return around


# --- which rules are whose ------------------------------------------------------------------------------------------


def _styles_of(page: Page) -> dict[Any, dict[str, Declaration]]:
    """What the style elements declare, by element; the stronger selector wins, then the later."""
    ranked: dict[Any, dict[str, tuple[tuple[bool, tuple[int, int, int], int], Declaration]]] = {}
    order = 0
    for sheet in sheets_of(page):
        for rule in sheet.rules:
            declared = [one for one in rule.declarations if one.name in _READ]
            if rule.media or not declared:
                continue
            for selector in rule.selector.split(","):
                order += 1
                for element in _chosen(page, selector.strip()):
                    own = ranked.setdefault(element, {})
                    for one in declared:
                        rank = (one.important, _weight(selector), order)
                        if one.name not in own or own[one.name][0] <= rank:
                            own[one.name] = (rank, one)
    return {key: {name: found for name, (_, found) in own.items()} for key, own in ranked.items()}


def _chosen(page: Page, selector: str) -> list[Any]:
    if not selector or _OF_ONE.search(selector):
        return []
    try:
        return list(page.document.select(selector))
    except ValueError:
        return []  # no selector a browser would know


def _weight(selector: str) -> tuple[int, int, int]:
    """A selector's specificity: ids, classes and attributes, elements."""
    plain = re.sub(r"\[[^\]]*\]", "[", selector)
    return (
        len(re.findall(r"#[\w-]+", plain)),
        len(re.findall(r"\.[\w-]+|\[", plain)),
        len(re.findall(r"(?:^|[\s>+~])[a-z][\w-]*", plain.strip(), re.IGNORECASE)),
    )
