"""A Liquid file in two: the YAML between `---` lines, and the body, each with the line it starts at."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Line breaks as editors count them; `str.splitlines` knows more kinds.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
# Lines of text that are Liquid more often than YAML: `subject: Hi {{ customer.name | default: "you" }}, order #7`.
_TEXT_LINE = re.compile(
    r"(?P<key>(?:subject|preheader|from|reply_to|to|cc|bcc|title|link|image|channel):[ \t]+)"
    r"(?P<text>[^\s'\"|>&*!#].*?)(?P<rest>[ \t]*(?:[ \t]#(?:[ \t].*)?)?[\r\n]*)\Z"
)


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
            block = "".join(map(_plainly_quoted, lines[1:index]))
            return FrontMatter(block, 2, "".join(lines[index + 1 :]), index + 2)
    return FrontMatter("".join(lines[1:]), 2, "", len(lines) + 1, closed=False)


def _plainly_quoted(line: str) -> str:
    """The line with its text quoted where it needs to be, so that authors write Liquid without YAML's quotes.

    What begins with a quote, `|` or `>` is YAML as ever; a ` # ` starts a comment as ever.
    """
    found = _TEXT_LINE.match(line)
    if found is None:
        return line
    quoted = found["text"].replace("'", "''")
    return f"{found['key']}'{quoted}'{found['rest']}"
