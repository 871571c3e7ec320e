"""A report as sections of items, which text and Markdown both print."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

LONGEST_DIFF = 60  # lines of one item in Markdown; a comment on a pull request has its limits
LONGEST_MARKDOWN = 60_000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is told: a mark such as `+`, its headline, and the lines below it."""

    mark: str
    headline: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Items of one origin; *note* says what to make of them."""

    title: str
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How words are set off: in colour on a terminal, not at all elsewhere."""

    coloured: bool = False

    def strong(self, text: str) -> str:
        """A heading."""
        return self._set(text, "1")

    def line(self, text: str) -> str:
        """A line of a diff in the colour of its mark."""
        code = {"+": "32", "-": "31", "@": "36"}.get(text[:1])
        return text if code is None else self._set(text, code)

    def mark(self, mark: str) -> str:
        """The mark of an item."""
        return self._set(mark, {"+": "32", "-": "31", "~": "33", "!": "31"}.get(mark, "36"))

    def _set(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.coloured and text else text


def style_for(stream: TextIO) -> Style:
    """Colour where a person watches; NO_COLOR is honoured."""
    is_plain = not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Style(not is_plain)


def sections_as_text(title: str, sections: Sequence[Section], summary: str, style: Style | None = None) -> str:
    """The report for a terminal; the last line is the summary."""
    style = style or Style()
    blocks = [title]
    for section in sections:
        note = f"  ({section.note})" if section.note else ""
        lines = [style.strong(section.title.upper()) + note]
        for item in section.items:
            lines.append(f"  {style.mark(item.mark)} {item.headline}")
            lines += [f"      {style.line(line)}".rstrip() for line in item.lines]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, summary])


def sections_as_markdown(title: str, sections: Sequence[Section], summary: str) -> str:
    """The report for a comment on a pull request: the summary first, long sections are folded."""
    blocks = [f"### {title}", f"**{summary}**"]
    for section in sections:
        count = len(section.items)
        blocks.append(
            f"<details{' open' if count <= 5 else ''}>\n<summary>{section.title} ({count})</summary>\n\n"
            + (f"{section.note}\n\n" if section.note else "")
            + _fenced([line for item in section.items for line in _diff_lines(item)])
            + "\n</details>"
        )
    text = "\n\n".join(blocks)
    if len(text) > LONGEST_MARKDOWN:
        text = f"### {title}\n\n**{summary}**\n\nToo long for a comment: {len(sections)} sections; see the job's log."
    return text


def _diff_lines(item: Item) -> list[str]:
    shown = list(item.lines[:LONGEST_DIFF])
    if len(item.lines) > LONGEST_DIFF:
        shown.append(f"… {len(item.lines) - LONGEST_DIFF} more lines")
    # A line that begins with + or - keeps its place at the margin, where a diff is coloured.
    return [
        f"{item.mark} {item.headline}",
        *(line if line[:1] in ("+", "-", "@") and line else f"    {line}".rstrip() for line in shown),
    ]


def _fenced(lines: Sequence[str]) -> str:
    """The lines as a block; its fence is longer than any within."""
    text = "\n".join(lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}diff\n{text}\n{fence}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 campaign`, `3 campaigns`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
