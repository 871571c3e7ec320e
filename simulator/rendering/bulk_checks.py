"""When CSS may be inlined before the person is known: what Liquid decides must not change what a rule matches.

Assumed of css-inline: it parses as browsers do, inlines no at-rule, and writes a page down as the HTML standard says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from simulator.rendering.bulk_pieces import Piece, Tag, Unsound

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
OPENERS = frozenset({"if", "unless", "case", "for"})
MIDDLES = frozenset({"elsif", "else", "when"})
PLAIN_TAGS = OPENERS | MIDDLES | {f"end{name}" for name in OPENERS} | {"assign", "break", "continue", "#"}
URL_TAGS = frozenset(
    {"unsubscribe_url", "view_in_browser_url", "manage_subscription_preferences_url", "tracking_consent_url"}
)
BEGIN, END = "begin", "end"  # the borders of body and snippets, which are pieces too
_TAG_NAME = re.compile(r"\{%\s*([\w#]*)")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style", re.IGNORECASE | re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BY_SIBLINGS = re.compile(r"[+~]|:(?:first|last|nth|only)-|:(?:empty|has|not|is|where|root)\b")
_BY_ATTRIBUTE = re.compile(r"\[\s*([\w-]+)")


def tag_name(piece: str) -> str:
    """The name of a `{% tag %}`; empty for an output."""
    found = _TAG_NAME.match(piece)
    return found[1] if found is not None else ""


def prints(piece: str) -> bool:
    """Whether a piece puts a text at its place."""
    return not piece.startswith("{%") or tag_name(piece) in URL_TAGS


def check_pieces(pieces: Sequence[str], scan: Iterable[Tag | Piece]) -> None:
    """See that Liquid decides nothing a rule may ask for.

    Raises: Unsound.
    """
    for event in scan:
        if not isinstance(event, Piece):
            continue
        piece = pieces[event.number]
        name = tag_name(piece)
        if event.context == "other":
            raise Unsound("Liquid decides the text of a style or script")
        if event.attribute in ("class", "id", "style"):
            raise Unsound(f"Liquid decides the {event.attribute} of an element")
        if piece.startswith("{%") and name not in PLAIN_TAGS and name not in URL_TAGS and name not in (BEGIN, END):
            raise Unsound(f"the tag '{name}' may print anything")
        if event.context == "comment" and name not in URL_TAGS | PLAIN_TAGS and piece.startswith("{%"):
            raise Unsound(f"the tag '{name}' stands in a comment")


def check_balance(pieces: Sequence[str], scan: Iterable[Tag | Piece]) -> None:
    """See that each branch, loop, body and snippet is whole HTML in itself.

    Raises: Unsound.
    """
    elements: list[str] = []
    blocks: list[int] = []
    for event in scan:
        if isinstance(event, Tag):
            floor = blocks[-1] if blocks else 0
            if not event.is_end:
                if event.name not in VOID:
                    elements.append(event.name)
            elif len(elements) <= floor or elements.pop() != event.name:
                raise Unsound(f"</{event.name}> closes what another branch opened")
        elif event.context == "text":
            name = tag_name(pieces[event.number])
            if name in OPENERS or name == BEGIN:
                blocks.append(len(elements))
            elif name in MIDDLES or name == END or name.startswith("end"):
                if not blocks or blocks[-1] != len(elements):
                    raise Unsound("a branch is not whole HTML in itself")
                if name not in MIDDLES:
                    blocks.pop()
    if blocks or elements:
        raise Unsound("an element or a branch does not end")


def check_rules(page: str, pieces: Sequence[str], scan: Iterable[Tag | Piece]) -> None:
    """See that no rule asks for what Liquid decides: siblings among branches, attributes.

    Raises: Unsound.
    """
    decided = {name for event in scan if isinstance(event, Tag) for name in event.liquid_attributes}
    branches = any(tag_name(piece) in OPENERS for piece in pieces)
    for selector in selectors_of(page):
        if (found := _BY_SIBLINGS.search(selector)) is not None and (branches or ":empty" in selector):
            raise Unsound(f"the rule '{selector.strip()[:60]}' asks for siblings ({found[0]}), and Liquid decides them")
        for attribute in _BY_ATTRIBUTE.findall(selector):
            if attribute.lower() in decided:
                raise Unsound(f"the rule '{selector.strip()[:60]}' asks for an attribute that Liquid decides")


def selectors_of(page: str) -> list[str]:
    """The selectors of a page's style elements, but for those within at-rules, which are not inlined."""
    found: list[str] = []
    for style in _STYLE.findall(page):
        depth, start, at_rule = 0, 0, 0
        text = _CSS_COMMENT.sub("", style)
        for place in re.finditer(r"[{};]", text):
            sign = place[0]
            if sign == "{":
                head = text[start : place.start()]
                if head.lstrip().startswith("@"):
                    at_rule = at_rule or depth + 1
                elif not at_rule:
                    found.append(head)
                depth += 1
            elif sign == "}":
                if at_rule == depth:
                    at_rule = 0
                depth = max(0, depth - 1)
            start = place.end()
    return found


def check_same_shape(before: Iterable[Tag | Piece], after: Iterable[Tag | Piece]) -> None:
    """See that the parser found the tags and pieces as they were written: nothing added, moved or closed.

    Raises: Unsound, as for a table without its tbody.
    """
    left, right = [_shape(event) for event in before], [_shape(event) for event in after]
    if left == right:
        return
    for one, other in zip(left, right, strict=False):
        if one != other:
            raise Unsound(f"an HTML parser reads {other} where the template says {one}")
    raise Unsound("an HTML parser adds or drops elements at the end")


def _shape(event: Tag | Piece) -> str:
    if isinstance(event, Tag):
        return f"</{event.name}>" if event.is_end else f"<{event.name}>"
    return f"Liquid number {event.number + 1}"
