"""An email as lines that stay the same while it looks the same."""

from __future__ import annotations

import re

from simulator.rendering.email import Rendered
from simulator.rendering.output import envelope

_PIECE = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)
_CONDITIONAL = re.compile(r"<!--\s*\[if|<!--<!\[endif|<!\[")  # what Outlook reads
_NAME = re.compile(r"</?[^\s/>]+")
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
_SPACE = re.compile(r"\s+")


def head_lines(rendered: Rendered) -> list[str]:
    """The envelope and the text part."""
    text = [line.rstrip() for line in rendered.text.strip().splitlines()]
    return [*(f"{label}: {value}" for label, value in envelope(rendered)), "", *text]


def page_lines(page: str) -> list[str]:
    """The page, one tag or text a line: space, comments and the order of attributes do not count."""
    lines: list[str] = []
    end = 0
    for found in _PIECE.finditer(page):
        _add_text(lines, page[end : found.start()])
        end = found.end()
        if not found[0].startswith("<!"):
            lines.append(_tag(found[0]))
        elif not found[0].startswith("<!--") or _CONDITIONAL.match(found[0]):
            lines.append(_SPACE.sub(" ", found[0]))
    _add_text(lines, page[end:])
    return lines


def _add_text(lines: list[str], text: str) -> None:
    shown = _SPACE.sub(" ", text).strip()
    if shown:
        lines.append(shown)


def _tag(tag: str) -> str:
    """The tag with its attributes in order of their names."""
    name = _NAME.match(tag)
    if name is None:
        return _SPACE.sub(" ", tag)
    inside = tag[name.end() :].rstrip(">").rstrip("/")
    found = sorted(
        one[1].lower() if one[2] is None else f'{one[1].lower()}="{_unquoted(one[2])}"'
        for one in _ATTRIBUTE.finditer(inside)
    )
    return f"{' '.join([name[0].lower(), *found])}>"


def _unquoted(value: str) -> str:
    inner = value[1:-1] if value[:1] in "\"'" else value
    return _SPACE.sub(" ", inner).strip()
