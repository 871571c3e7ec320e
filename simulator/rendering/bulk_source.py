"""A message whose CSS is inlined once, into its templates, so that nothing is left to inline for each person.

The page is put together from layout, body and snippets with every piece of Liquid hidden, its CSS is inlined, and it is
taken apart again. What Liquid prints stands between marks, so that it can be written down as css-inline would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailwright.assembly import BODY, LAYOUT, AssembledMessage
from mailwright.definitions.message import EmailFields
from simulator.rendering.bulk_checks import (
    BEGIN,
    END,
    check_balance,
    check_pieces,
    check_rules,
    check_same_shape,
    prints,
)
from simulator.rendering.bulk_marks import Marks, marks_for
from simulator.rendering.bulk_pieces import HIDDEN, LIQUID, Piece, Tag, Unsound, hidden, scanned, trimmed
from simulator.rendering.css import inline_css

_CONTENT = re.compile(r"\{\{\s*content\s*\}\}")
_SNIPPET = re.compile(r"\{\{\s*snippets(?:\.([\w-]+)|\[\s*(?:\"([^\"]*)\"|'([^']*)')\s*\])\s*\}\}")
_ENTITY_BEFORE = re.compile(r"&[#\w]*$")
_HAS_STYLE = re.compile(r"<style[\s>/]", re.IGNORECASE)


def inlined_message(message: AssembledMessage, *, with_links: bool = False) -> tuple[AssembledMessage, Marks]:
    """The message with its CSS in its templates, and the marks that its printed values stand between.

    *with_links* also marks the address of every link, for those that are decorated.
    Raises: Unsound with the reason, where each person's page has to be inlined on its own.
    """
    fields = message.fields
    if not isinstance(fields, EmailFields) or not fields.inline_css:
        raise Unsound("no CSS is inlined into this message")
    return _Inlining(message).run(with_links)


class _Inlining:
    """The work on one message."""

    def __init__(self, message: AssembledMessage) -> None:
        self.message = message
        self.pieces: list[str] = []
        self.regions: dict[int, tuple[str, int]] = {}  # piece that begins one → the snippet or "", piece that ends it

    def run(self, with_links: bool) -> tuple[AssembledMessage, Marks]:
        message = self.message
        page = self._page()
        if not _HAS_STYLE.search(page):
            raise Unsound("there is no CSS to inline")
        before = list(scanned(page))
        check_pieces(self.pieces, before)
        check_balance(self.pieces, before)
        check_rules(page, self.pieces, before)
        page = self._with_comments(page, before)
        inlined, warning = inline_css(page)
        if warning:
            raise Unsound(warning)
        after = list(scanned(inlined))
        check_same_shape(before, after)
        marks = marks_for(message.digest)
        if with_links:
            inlined = marks.with_links(inlined)
        parts, snippets = dict(message.parts), dict(message.snippets)
        texts = self._taken_apart(inlined, after, marks)
        whole = texts.pop("")
        body_region = texts.pop(BODY, None)
        if body_region is None:
            parts[BODY] = replace(message.parts[BODY], source=whole)
        else:
            parts[LAYOUT] = replace(message.parts[LAYOUT], source=whole)
            parts[BODY] = replace(message.parts[BODY], source=body_region)
        for name, source in texts.items():
            snippets[name] = replace(message.snippets[name.rpartition("#")[0]], source=source)
        return replace(message, parts=parts, snippets=snippets), marks

    def _page(self) -> str:
        """Layout, body and snippets as one page, with all Liquid hidden."""
        message = self.message
        body = self._hidden(message.parts[BODY].source)
        if LAYOUT not in message.parts:
            return body
        layout = trimmed(message.parts[LAYOUT].source, message.dialect)
        if len(_CONTENT.findall(layout)) != 1 or sum("content" in piece for piece in LIQUID.findall(layout)) != 1:
            raise Unsound("the layout does not print its content exactly once")
        head, tail = _CONTENT.split(layout)
        first = len(self.pieces)
        self.pieces += [f"{{% {BEGIN} %}}", f"{{% {END} %}}"]
        self.regions[first] = (BODY, first + 1)
        return f"{self._hidden(head)}\ue000{first}\ue001{body}\ue000{first + 1}\ue001{self._hidden(tail)}"

    def _hidden(self, source: str) -> str:
        """One source with its Liquid hidden and its snippets put in their places."""
        first = len(self.pieces)
        text = hidden(trimmed(source, self.message.dialect), self.pieces)
        for number in range(first, len(self.pieces)):
            found = _SNIPPET.fullmatch(self.pieces[number])
            name = (found[1] or found[2] or found[3]) if found is not None else None
            if name is not None and name in self.message.snippets:
                text = text.replace(f"\ue000{number}\ue001", self._snippet(name, f"\ue000{number}\ue001", text))
        return text

    def _snippet(self, name: str, place: str, around: str) -> str:
        source = self.message.snippets[name].source
        if not _is_in_text(around, place):
            return place  # printed into an attribute: a value like any other
        # What Liquid prints at its start is looked at when it is there (`bulk_marks.text_value`).
        if LIQUID.sub("", source).lstrip()[:1] in ("[", "{"):
            raise Unsound(f"the snippet '{name}' may be data")
        text = hidden(trimmed(source, self.message.dialect), self.pieces)
        first = len(self.pieces)
        self.pieces += [f"{{% {BEGIN} %}}", f"{{% {END} %}}"]
        self.regions[first] = (f"{name}#{first}", first + 1)
        return f"\ue000{first}\ue001{text}\ue000{first + 1}\ue001"

    def _with_comments(self, page: str, scan: Sequence[Tag | Piece]) -> str:
        """The page with pieces that print nothing as comments, which parsers leave where they are."""
        out, copied = [], 0
        for event in scan:
            if not isinstance(event, Piece):
                continue
            if prints(self.pieces[event.number]):
                if _ENTITY_BEFORE.search(page, max(0, event.start - 40), event.start):
                    raise Unsound("Liquid stands behind an unfinished entity")
            elif event.context == "text":
                out += [page[copied : event.start], f"<!--\ue000{event.number}\ue001-->"]
                copied = event.end
            elif event.context == "title":
                raise Unsound("Liquid decides parts of the title")
        return "".join([*out, page[copied:]])

    def _taken_apart(self, page: str, scan: Sequence[Tag | Piece], marks: Marks) -> dict[str, str]:
        """The regions of the inlined page by name, with Liquid back in its place; "" is what is around them all."""
        context = {event.number: event.context for event in scan if isinstance(event, Piece)}
        ends = {end: begin for begin, (_, end) in self.regions.items()}
        texts: dict[str, list[str]] = {"": []}
        inside: list[str] = [""]
        copied = 0
        for found in HIDDEN.finditer(page):
            number = int(found[1] or found[2])
            texts[inside[-1]].append(page[copied : found.start()])
            copied = found.end()
            if number in self.regions:
                name = self.regions[number][0]
                printed = "{{content}}" if name == BODY else f'{{{{ snippets["{name}"] }}}}'
                texts[inside[-1]].append(printed)
                inside.append(name)
                texts[name] = []
            elif number in ends:
                inside.pop()
            elif prints(self.pieces[number]):
                texts[inside[-1]].append(marks.around(self.pieces[number], context[number]))
            else:
                texts[inside[-1]].append(self.pieces[number])
        texts[inside[-1]].append(page[copied:])
        return {name: "".join(parts) for name, parts in texts.items()}


def _is_in_text(page: str, place: str) -> bool:
    number = int(place[1:-1])
    pieces = (event for event in scanned(page) if isinstance(event, Piece))
    return any(piece.number == number and piece.context == "text" for piece in pieces)
