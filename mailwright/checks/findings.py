"""Diagnostics of the content rules, with the severity that the rule book says."""

from __future__ import annotations

from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.message import Text
from mailwright.diagnostics import Diagnostic, Span
from mailwright.rules import content_rules, event_rules, liquid_rules, page_rules

_SEVERITY = {
    rule.id: rule.severity
    for rule in (*content_rules.RULES, *liquid_rules.RULES, *page_rules.RULES, *event_rules.RULES)
}


def finding(rule: str, message: str, span: Span, hint: str = "") -> Diagnostic:
    """A problem of a content, Liquid or page rule; a rule that the book lacks is a programming mistake (KeyError)."""
    return Diagnostic(rule, message, span, hint, _SEVERITY[rule])


def text_span(text: Text, line: int, column: int, length: int) -> Span:
    """Where a spot of a piece of Liquid stands in its file.

    Units: *line* and *column* count from 1 inside the piece.
    """
    shift = text.column - 1 if line == 1 else 0
    return Span(text.file, text.line + line - 1, column + shift, max(1, length))


def clause_span(placed: PlacedCondition, address: tuple[int, ...]) -> Span:
    """Where a clause of a condition stands, or the nearest clause around it."""
    places = dict(placed.places)
    for end in range(len(address), -1, -1):
        if address[:end] in places:
            return Span(placed.file, *places[address[:end]])
    return Span(placed.file)


def offset_span(text: Text, start: int, length: int) -> Span:
    """The span of *length* characters from *start* (counted from 0) of a piece of Liquid."""
    before = text.source[:start]
    line = before.count("\n") + 1
    return text_span(text, line, start - (before.rfind("\n") + 1) + 1, length)
