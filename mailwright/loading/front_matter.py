"""A Liquid file in two: the YAML between `---` lines, and the body, each with the line it starts at."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Line breaks as editors count them; `str.splitlines` knows more kinds.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The parts of a file; *yaml* is None without front matter. Lines count from 1."""

    yaml: str | None
    yaml_line: int
    body: str
    body_line: int
    closed: bool = True


def split_front_matter(text: str) -> FrontMatter:
    """The YAML block and the body of a file; a first line other than `---` means that there is no block."""
    text = text.removeprefix("\ufeff")
    lines = _LINE.findall(text)
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter(None, 1, text, 1)
    for index in range(1, len(lines)):
        if lines[index].rstrip() == "---":
            block = "".join(lines[1:index])
            return FrontMatter(block, 2, "".join(lines[index + 1 :]), index + 2)
    return FrontMatter("".join(lines[1:]), 2, "", len(lines) + 1, closed=False)
