"""Which things of HTML, CSS and picture formats a page uses, by the names caniemail.com gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailwright.checks.pages.client_support import support
from mailwright.checks.pages.page import WRITTEN
from mailwright.checks.pages.styles import Declaration, inline_declarations, sheets_of

if TYPE_CHECKING:
    from turbohtml import Element

    from mailwright.checks.pages.page import Page


@dataclass(frozen=True, slots=True)
class Use:
    """One feature where the page uses it; *start* counts from 0, *what* is what was written."""

    feature: str
    start: int
    what: str


def features_of(page: Page, *, inlined: bool = True) -> Iterator[Use]:
    """Every feature the page uses, as often as it does.

    Where CSS is *inlined* before sending, a selector that can be need not be understood by anybody.
    """
    known = support().features
    for use in _all_uses(page, inlined):
        if use.feature in known and not (inlined and use.feature == "html-style"):
            yield use


def _all_uses(page: Page, inlined: bool) -> Iterator[Use]:
    for element in page.elements:
        yield from _of_element(page, element)
        for declaration in inline_declarations(page, element):
            yield from _of_declaration(declaration)
    for sheet in sheets_of(page):
        for rule in sheet.rules:
            if not inlined or rule.media or ":" in rule.selector:
                yield from (Use(feature, rule.start, rule.selector) for feature in _of_selector(rule.selector))
            if "@font-face" not in rule.media:
                for declaration in rule.declarations:
                    yield from _of_declaration(declaration)
        for at_rule in sheet.at_rules:
            what = f"@{at_rule.keyword} {at_rule.prelude}".strip()
            yield from (Use(feature, at_rule.start, what) for feature in _of_at_rule(at_rule.keyword, at_rule.prelude))


# --- HTML -----------------------------------------------------------------------------------------------------------

_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section")
        + ("summary", "time"),
        "html-semantics",
    ),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
}
_ATTRIBUTES = frozenset(
    {
        "align",
        "background",
        "cellpadding",
        "cellspacing",
        "dir",
        "height",
        "hidden",
        "lang",
        "popover",
        "required",
        "role",
    }
    | {"target", "valign", "width", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "aria-live"}
)
_PICTURES = {"jpeg": "jpg", "heic": "heif", "tif": "tiff"}
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})(?:[?#].*)?$", re.IGNORECASE)


def _of_element(page: Page, element: Element) -> Iterator[Use]:
    place = element.source_location
    if place is None:
        return
    start, tag = place.start_tag.start_offset, element.tag
    written = f"<{tag}>"
    if tag == "input":
        yield Use(f"html-input-{(element.attr('type') or 'text').lower()}", start, "<input>")
    elif tag == "button":
        yield Use(f"html-button-{(element.attr('type') or 'submit').lower()}", start, "<button>")
    elif tag == "meta" and (element.attr("name") or "").lower() in ("color-scheme", "supported-color-schemes"):
        yield Use("html-meta-color-scheme", start, "<meta name=color-scheme>")
    else:
        yield Use(_ELEMENTS.get(tag, f"html-{tag}"), start, written)
    for name, span in place.attrs.items():
        if name in _ATTRIBUTES and tag not in ("html", "svg", "path"):
            yield Use(f"html-{name}", span.start_offset, f"{name}=")
        elif name in ("srcset", "sizes"):
            yield Use("html-srcset", span.start_offset, f"{name}=")
        elif name == "loading":
            yield Use("html-loading-attribute", span.start_offset, "loading=")
    href = (element.attr("href") or "").strip() if tag == "a" else ""
    if href.startswith("#") and len(href) > 1:
        yield Use("html-anchor-links", start, f'href="{href}"')
    elif href.lower().startswith("mailto:"):
        yield Use("html-mailto-links", start, "mailto:")
    source = (element.attr("src") or "").strip() if tag in ("img", "source") else ""
    yield from _of_picture(source, start)


def _of_picture(source: str, start: int) -> Iterator[Use]:
    if source.lower().startswith("data:"):
        yield Use("image-base64", start, "data: picture")
    elif source and not source.endswith(WRITTEN) and (found := _EXTENSION.search(source)):
        kind = found[1].lower()
        yield Use(f"image-{_PICTURES.get(kind, kind)}", start, f"picture .{kind}")


# --- selectors and at-rules -----------------------------------------------------------------------------------------

_PSEUDO = re.compile(r"(::?)([a-z-]+)", re.IGNORECASE)
_SELECTORS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\["), "css-selector-attribute"),
    (re.compile(r"\s*>\s*"), "css-selector-child"),
    (re.compile(r"\s*\+\s*"), "css-selector-adjacent-sibling"),
    (re.compile(r"\s*~(?!=)\s*"), "css-selector-general-sibling"),
    (re.compile(r"(^|[\s>+~,(])\*"), "css-selector-universal"),
    (re.compile(r"#[\w-]"), "css-selector-id"),
    (re.compile(r"\.[\w-]+\.[\w-]"), "css-selector-chaining"),
    (re.compile(r"(?<![\w\])])[\w.#*][^,>+~]*?[\w\])]\s+[\w.#*\[]"), "css-selector-descendant"),
)
_OLD_ELEMENTS = frozenset({"before", "after", "first-line", "first-letter"})  # also written with one colon


def _of_selector(selector: str) -> Iterator[str]:
    plain = re.sub(r"\[[^\]]*\]", "[a]", selector)
    for pattern, feature in _SELECTORS:
        if pattern.search(plain):
            yield feature
    for colons, name in _PSEUDO.findall(plain):
        is_element = colons == "::" or name.lower() in _OLD_ELEMENTS
        yield f"css-pseudo-{'element' if is_element else 'class'}-{name.lower()}"


def _of_at_rule(keyword: str, prelude: str) -> Iterator[str]:
    yield f"css-at-{keyword}"
    if keyword == "media":
        for part, feature in (
            ("prefers-color-scheme", "prefers-color-scheme"),
            ("prefers-reduced-motion", "prefers-reduced-motion"),
            ("orientation", "orientation"),
            ("hover", "hover"),
            ("device-pixel-ratio", "device-pixel-ratio"),
        ):
            if part in prelude:
                yield f"css-at-media-{feature}"


# --- declarations ---------------------------------------------------------------------------------------------------

_SAME = {  # properties that share a page, or stand under another name
    **dict.fromkeys(("column-gap", "row-gap"), "css-gap"),
    **dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom"),
    **dict.fromkeys(
        ("column-rule", "column-width", "columns", "column-fill", "column-span"), "css-column-layout-properties"
    ),
    **dict.fromkeys(("grid-template-areas", "grid-template-columns", "grid-template-rows"), "css-grid-template"),
    **dict.fromkeys(("margin-inline", "margin-block"), "css-margin-inline-block"),
    **dict.fromkeys(("margin-inline-start", "margin-inline-end"), "css-margin-inline-start-end"),
    **dict.fromkeys(("margin-block-start", "margin-block-end"), "css-margin-block-start-end"),
    **dict.fromkeys(("padding-inline", "padding-block"), "css-padding-inline-block"),
    **dict.fromkeys(
        ("padding-inline-start", "padding-inline-end", "padding-block-start", "padding-block-end"),
        "css-padding-block-start-end",
    ),
    **dict.fromkeys(("border-inline", "border-block"), "css-border-inline-block"),
    **dict.fromkeys(("block-size", "inline-size"), "css-block-inline-size"),
    "font-family": "",  # every client knows it
}
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "var": "css-variables",
    "clamp": "css-function-clamp",
    "min": "css-function-min",
    "max": "css-function-max",
    "light-dark": "css-function-light-dark",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient",
    **dict.fromkeys(("lch", "oklch", "lab", "oklab"), "css-modern-color"),
}
_WORDS = {
    "initial": "css-unit-initial",
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **dict.fromkeys(("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"), "css-sytem-ui"),
}
_VALUES: dict[str, Callable[[str], str]] = {
    "display": lambda value: {"flex": "css-display-flex", "grid": "css-display-grid", "none": "css-display-none"}.get(
        value.removeprefix("inline-"), "css-display"
    ),
    "flex-direction": lambda value: "css-flex-direction" if "column" in value else "",
    "flex-wrap": lambda value: "css-flex-wrap" if value == "wrap" else "",
}


def _of_declaration(declaration: Declaration) -> Iterator[Use]:
    name, value, start = declaration.name, declaration.text, declaration.start
    written = f"{name}: {value}"
    if name.startswith("--"):
        yield Use("css-variables", start, written)
    elif name in _VALUES:
        yield Use(_VALUES[name](value), start, written)
    else:
        yield Use(_SAME.get(name, f"css-{name}"), start, written)
    if declaration.important:
        yield Use("css-important", start, f"{written} !important")
    yield from (Use(feature, start, written) for feature in sorted(set(_of_tokens(declaration.tokens))))


def _of_tokens(tokens: Any) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "function":
                yield _FUNCTIONS.get(token.lower_name, "")
                yield from _of_tokens(token.arguments)
            case "dimension":
                yield f"css-unit-{token.lower_unit}"
            case "percentage":
                yield "css-unit-percent"
            case "ident":
                yield _WORDS.get(token.lower_value, "")
            case _:
                continue
