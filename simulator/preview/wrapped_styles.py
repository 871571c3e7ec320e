"""Whether a style sheet says the same of a page once all that stands in its body is wrapped in one more element."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_GROUPS = ("media", "supports", "layer")
_HARMLESS = ("font-face", "keyframes", "-webkit-keyframes", "-moz-keyframes", "-ms-viewport", "charset", "page")
_FAR_SIGHTED = re.compile(
    r""":(?:has\(|target|host|scope)|counter-(?:reset|increment|set)|anchor-name|position-anchor|anchor\(|view-transition"""
    r"""|(?:scroll|view|animation)-timeline|url\(\s*["']?\s*\#""",
    re.IGNORECASE,
)
LARGEST_SHEET, DEEPEST = 200_000, 8
"""Characters of a sheet, and functions within functions of a selector, beyond which it is not read."""
_COMBINATORS = (">", "+", "~")


@dataclass(frozen=True, slots=True)
class BodyNames:
    """What a selector may know the body by, beside its type."""

    id: str = ""
    classes: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Compound:
    """What one selector says of one element."""

    type: str = ""
    ids: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    attributes: int = 0
    pseudos: int = 0

    @property
    def may_be_wrapper(self) -> bool:
        """Whether an element without a name known here, an id, a class or an attribute could be meant."""
        return self.type in ("", "*") and not (self.ids or self.classes or self.attributes)

    @property
    def is_any(self) -> bool:
        return self.type == "*" and self.may_be_wrapper and not self.pseudos

    def may_be_body(self, names: BodyNames) -> bool:
        if self.type not in ("", "*"):
            return self.type == "body"
        return self.ids <= {names.id} and self.classes <= names.classes


def is_far_sighted(css: str) -> bool:
    """Whether *css* looks at more than an element's place among ancestors and siblings, or counts along the tree."""
    return _FAR_SIGHTED.search(css) is not None


@lru_cache(maxsize=64)
def is_blind_to_a_wrapper(css: str, body: BodyNames) -> bool:
    """Whether every rule of *css* holds for the same elements with a nameless wrapper between body and its children.

    The siblings in the body stay siblings, and all its elements keep their ancestors: what can tell is a selector that
    asks for a child of the body, or for an ancestor that the wrapper could be. Whatever is not understood can tell.
    """
    import tinycss2

    if len(css) > LARGEST_SHEET or is_far_sighted(css):
        return False
    waiting: list[Any] = list(tinycss2.parse_stylesheet(css, True, True))
    while waiting:
        node = waiting.pop()
        if node.type == "qualified-rule":
            is_nested = any(part.type == "{} block" for part in node.content)
            if is_nested or not _selectors_are_blind(node.prelude, body):
                return False
        elif node.type == "at-rule" and node.lower_at_keyword in _GROUPS:
            waiting += tinycss2.parse_rule_list(node.content or [], True, True)
        elif node.type != "at-rule" or node.lower_at_keyword not in _HARMLESS:
            return False
    return True


def _selectors_are_blind(tokens: Sequence[Any], body: BodyNames, depth: int = 0) -> bool:
    return depth <= DEEPEST and all(_selector_is_blind(one, body, depth) for one in _split_at_commas(tokens))


def _split_at_commas(tokens: Sequence[Any]) -> Iterator[list[Any]]:
    selector: list[Any] = []
    for node in tokens:
        if node == ",":
            yield selector
            selector = []
        elif node.type != "comment" and (selector or node.type != "whitespace"):
            selector.append(node)
    yield selector


def _selector_is_blind(tokens: Sequence[Any], body: BodyNames, depth: int) -> bool:
    compound, joint = _Compound(), ""
    previous: Any = None
    for node in tokens:
        if node.type == "whitespace" or node in _COMBINATORS:
            joint = joint.strip() or (" " if node.type == "whitespace" else str(node.value))
            previous = None
            continue
        if joint:
            if not _ancestor_is_blind(compound, joint, body):
                return False
            compound, joint = _Compound(), ""
        if node.type == "function" and not _selectors_are_blind(node.arguments, body, depth + 1):
            return False
        if not _take(node, previous, compound):
            return False
        previous = node
    return True


def _ancestor_is_blind(compound: _Compound, joint: str, body: BodyNames) -> bool:
    """Whether the wrapper changes nothing for what stands left of a combinator."""
    if joint in ("+", "~"):
        return True
    if joint == ">" and compound.may_be_body(body):
        return False
    # Any element at all is an ancestor of everything already: the root is one.
    return not compound.may_be_wrapper or (joint == " " and compound.is_any)


def _take(node: Any, previous: Any, compound: _Compound) -> bool:
    """Add one node to *compound*; whether it is one that is understood."""
    match node.type:
        case "ident":
            if previous == ".":
                compound.classes.add(node.value)
            elif previous == ":":
                if node.lower_value == "root":
                    compound.type = "html"
                compound.pseudos += 1
            else:
                compound.type = node.lower_value
        case "hash":
            compound.ids.add(node.value)
        case "[] block":
            compound.attributes += 1
        case "function":
            compound.pseudos += 1
            return bool(previous == ":")
        case "number" | "dimension":
            pass  # an+b, inside a pseudo-class that counts siblings
        case "literal":
            if node == "*":
                compound.type = "*"
            return node in ("*", ".", ":")
        case _:
            return False
    return True
