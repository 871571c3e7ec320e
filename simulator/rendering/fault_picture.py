"""A fault with the line of the file it stands on."""

from __future__ import annotations

from pathlib import Path

from mailwright.diagnostics import Span, diagnostic_as_text
from simulator.rendering.faults import RenderFault

SHOWN_BYTES = 2_000_000


def picture_of(fault: RenderFault, root: Path) -> str:
    """The fault as a picture: the place, Customer.io's words, the line with a caret, what to try."""
    return diagnostic_as_text(fault.diagnostic(_source_line(root, fault.span)))


def _source_line(root: Path, span: Span | None) -> str:
    """The line of a file of the project; nothing where it cannot be read, or is not in the project."""
    if span is None or not span.file:
        return ""
    path = root / span.file
    try:
        is_inside = path.resolve().is_relative_to(root.resolve())
        if not is_inside or not path.is_file() or path.stat().st_size > SHOWN_BYTES:
            return ""
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
    # Only these end a line in an editor; str.splitlines knows more.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[span.line - 1] if 0 < span.line <= len(lines) else ""
