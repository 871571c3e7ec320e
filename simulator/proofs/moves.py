"""What became of a campaign's trigger and filter: the same, wider, narrower or different, with a witness each way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Condition
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger
from simulator.proofs.context import context_of
from simulator.proofs.questions import changed_filter
from simulator.proofs.wording import change_as_lines


def how_moved(project: Project, slug: str, before: Campaign, after: Campaign) -> Sequence[str]:
    """A line for each condition of who enters that was written otherwise, and one for each witness.

    Raises: ConfigurationError when the settings hold an assumption that is none.
    """
    moved = [(name, old, new) for name, old, new in _conditions(before, after) if old != new]
    if not moved:
        return []
    context = context_of(project, slug, by_schema=False)  # senders may send what the schema does not know
    lines = []
    for name, old, new in moved:
        change = changed_filter(old, new, context)
        lines.append(f"{name}: {change.change.value}")
        lines += [f"  {line}" for line in change_as_lines(change, old, new)]
    return lines


def _conditions(before: Campaign, after: Campaign) -> Iterator[tuple[str, Condition, Condition]]:
    match before.trigger, after.trigger:
        case EventTrigger(event=old, where=was), EventTrigger(event=new, where=now) if old == new:
            yield "trigger", was.condition, now.condition
        case _:
            pass  # a trigger of another kind or event lets in others altogether; the plan's own lines say it
    yield "filter", before.filter.condition, after.filter.condition
