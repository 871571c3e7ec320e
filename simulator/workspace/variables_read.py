"""What the content of a message reads from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailwright.dialect.environment import parse_template
from mailwright.dialect.faults import Dialect, LiquidFault
from simulator.workspace.documents import Kind
from simulator.workspace.space import Space

TEXTS = ("subject", "preheader_text", "body", "body_plain", "body_amp", "body_json", "recipient", "url", "headers")


def variables_in(space: Space, template: Mapping[str, Any]) -> list[str]:
    """The paths that a template and its layout read, each once, in order of the alphabet; broken Liquid reads nothing.

    A part that is computed, or an item of a list, is `*`.
    """
    layout = space.documents.get(Kind.LAYOUT, template.get("layout_id") or 0)
    sources = [template.get(name) for name in TEXTS] + [layout["body"] if layout else None]
    found = set()
    for source in sources:
        if not source:
            continue
        try:
            reads = parse_template(str(source), Dialect(space.liquid)).reads()
        except LiquidFault:
            continue
        found |= {".".join("*" if part is None else str(part) for part in read.path) for read in reads}
    return sorted(found - {"content"})
