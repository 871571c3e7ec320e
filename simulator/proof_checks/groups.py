"""Groups of campaigns that say they answer every event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic, Severity
from simulator.proofs.answers import Refuted, Unknown
from simulator.proofs.campaigns import unanswered


def check_groups(project: Project) -> Iterator[Diagnostic]:
    """Events that no campaign of a complete group takes."""
    groups: dict[str, list[str]] = defaultdict(list)
    complete: dict[str, str] = {}
    for slug, campaign in project.campaigns.items():
        group = campaign.exclusive
        if group is None or campaign.state != "running":
            continue
        groups[group.group].append(slug)
        if group.complete:
            complete.setdefault(group.group, slug)
    for name, first in complete.items():
        span = project.campaign_span(first, ("exclusive",))
        match unanswered(project, groups[name]):
            case Refuted(witness=witness):
                event = witness.event
                assert event is not None  # only events are asked for
                data = ", ".join(f"{key}: {value!r}" for key, value in event.data.items())
                message = f"no campaign of the group '{name}' answers every '{event.name}': {{{data}}} starts none"
                hint = f"a campaign for it; `mailwright prove complete {name}` gives the event as a sample"
                yield Diagnostic("event-unanswered", message, span, hint)
            case Unknown(reason=reason):
                message = f"it could not be shown that the group '{name}' answers every event: {reason}"
                hint = "let the triggers ask for constants of one property, and one of them for the rest"
                yield Diagnostic("exclusion-not-proved", message, span, hint, Severity.WARNING)
            case _:
                pass
