"""Which line of a saved file is the first that changed, so that a tab can show the spot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.message import Text
    from mailwright.definitions.project import Project

NOWHERE = 0


def first_changed_lines(before: Project, after: Project, files: Iterable[str]) -> dict[str, int]:
    """The first changed line of each file's template, from 1; `NOWHERE` where none of its template changed."""
    old, new = _templates(before), _templates(after)
    return {file: _first_line(old.get(file), new.get(file)) for file in sorted(files)}


def names_changed(before: Project, after: Project, files: Iterable[str]) -> bool:
    """Whether the list of what there is may have changed: a message came or went, or something else was saved."""
    return any(not file.endswith(".liquid") for file in files) or any(
        one.keys() != other.keys()
        for one, other in (
            (before.messages, after.messages),
            (before.layouts, after.layouts),
            (before.snippets, after.snippets),
        )
    )


def _templates(project: Project) -> dict[str, Text]:
    found = {message.body.file: message.body for message in project.messages.values()}
    found |= {layout.body.file: layout.body for layout in project.layouts.values()}
    return found | {snippet.body.file: snippet.body for snippet in project.snippets.values()}


def _first_line(old: Text | None, new: Text | None) -> int:
    if old is None or new is None or old.source == new.source:
        return NOWHERE
    before, after = old.source.split("\n"), new.source.split("\n")
    same = next((index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    return new.line + (same if same is not None else max(0, min(len(before), len(after)) - 1))
