"""Where in the content a failed message went wrong: the file, and the line that has the name it failed on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.message import Text
    from mailwright.definitions.project import Project

_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+")


def failure_place(project: Project, campaign: str, message: str, language: str | None, failure: str) -> str:
    """`file:line` of what *failure* is about; the message's file alone where no line says so, empty without one."""
    texts = list(_texts(project, campaign, message, language))
    for name in sorted(set(_NAME.findall(failure)), key=len, reverse=True):
        wanted = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
        for text in texts:
            found = wanted.search(text.source)
            if found is not None:
                return f"{text.file}:{text.line + text.source.count(chr(10), 0, found.start())}"
    return texts[0].file if texts else ""


def _texts(project: Project, campaign: str, message: str, language: str | None) -> Iterator[Text]:
    """Every text that goes into the message: its fields, bodies, then its layout and the snippets."""
    webhook = project.webhooks.get((campaign, message))
    if webhook is not None:
        yield from webhook.texts.values()
    found = project.messages.get((campaign, message, language)) or project.messages.get((campaign, message, None))
    if found is None:
        return
    yield found.body
    yield from found.field_texts.values()
    if found.text is not None:
        yield found.text
    layout = project.layouts.get(getattr(found.fields, "layout", None) or "")
    if layout is not None:
        yield layout.body
    yield from (snippet.body for snippet in project.snippets.values())
