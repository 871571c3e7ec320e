"""Ways through a workflow that nobody takes."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.checks.findings import clause_span
from mailwright.definitions.conditions import ALWAYS
from mailwright.definitions.project import Project
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Severity
from simulator.proofs.campaigns import trigger_condition
from simulator.proofs.context import context_of
from simulator.proofs.questions import is_proved
from simulator.proofs.ways import conditions_around, ways_taken


def check_ways(project: Project) -> Iterator[Diagnostic]:
    """Ways of branches, splits and waits, and steps with `only_if`, for which what leads there leaves nobody."""
    known = context_of(project, by_schema=False)
    for slug, campaign in project.campaigns.items():
        context = known.of_campaign(slug)
        start = [(trigger_condition(campaign), True), (campaign.filter.condition, True)]
        steps = list(walk_steps(campaign.workflow))
        for placed in steps:
            lasting = [*start, *conditions_around(placed, steps)]
            for way in ways_taken(placed.step):
                if way.placed.condition == ALWAYS:
                    continue
                if not is_proved(way.signed, context, lasting):
                    continue
                if is_proved([(way.placed.condition, True)], context) or is_proved([], context, lasting):
                    continue  # told at the condition itself, or at what leads here
                message = f"nobody takes {way.name}: what leads here leaves nobody for it"
                span = clause_span(way.placed, ())
                hint = "remove the way, or mend the condition"
                yield Diagnostic("branch-never-taken", message, span, hint, Severity.WARNING)
