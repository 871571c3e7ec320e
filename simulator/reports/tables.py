"""Plain tables for a terminal: columns as wide as they must be, the last one wrapped to what is left."""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

PLAIN_WIDTH = 110
LEAST_LAST = 24


@dataclass(frozen=True, slots=True)
class Style:
    """How words are set off: in colour on a terminal, not at all elsewhere."""

    coloured: bool = False
    width: int = PLAIN_WIDTH

    def strong(self, text: str) -> str:
        """A heading."""
        return self._set(text, "1")

    def faint(self, text: str) -> str:
        """What may be passed over."""
        return self._set(text, "2")

    def alarm(self, text: str) -> str:
        """What went wrong."""
        return self._set(text, "31")

    def fine(self, text: str) -> str:
        """What went well."""
        return self._set(text, "32")

    def _set(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.coloured and text else text


def style_for(stream: TextIO) -> Style:
    """Colour and width for what *stream* is: a terminal's own, or plain; NO_COLOR is honoured."""
    if not stream.isatty():
        return Style()
    coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(coloured, max(40, min(160, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], style: Style, *, numbers: frozenset[int]) -> list[str]:
    """The rows as lines; columns in *numbers* stand to the right, the last column wraps and may hold several lines."""
    count = len(header)
    widths = [max(_cells(row[column]) for row in (header, *rows)) for column in range(count - 1)]
    widths[0] = min(widths[0], max(16, style.width // 3))
    left = sum(widths) + 2 * (count - 1)
    room = max(LEAST_LAST, style.width - left)
    lines = [style.strong(_line(header[:-1], header[-1], widths, numbers))]
    for row in rows:
        parts = [piece for text in row[-1].split("\n") for piece in _wrapped(text, room)] or [""]
        lines.append(_line(row[:-1], parts[0], widths, numbers))
        lines += [f"{' ' * left}{part}".rstrip() for part in parts[1:]]
    return lines


def _line(cells: Sequence[str], last: str, widths: Sequence[int], numbers: frozenset[int]) -> str:
    shown = [
        _padded(_cut(cell, width), width, column in numbers)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join([*shown, last]).rstrip()


def paragraph(text: str, style: Style, indent: str = "  ") -> list[str]:
    """A text as wrapped lines, indented."""
    return textwrap.wrap(
        text, max(40, style.width), initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )


def _wrapped(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, room, subsequent_indent="  ", break_on_hyphens=False) or ([""] if text else [])


def _cut(text: str, width: int) -> str:
    if _cells(text) <= width:
        return text
    kept = ""
    for character in text:
        if _cells(kept + character) > width - 1:
            break
        kept += character
    return kept + "…"


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * max(0, width - _cells(text))
    return space + text if to_the_right else text + space


def _cells(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
