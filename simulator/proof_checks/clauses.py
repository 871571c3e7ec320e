"""Single conditions: those that never hold, campaigns that never fire, clauses that decide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailwright.checks.asked import asked_conditions
from mailwright.checks.condition_checks import check_conditions
from mailwright.checks.findings import clause_span
from mailwright.definitions.conditions import ALWAYS, Happens
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger
from mailwright.diagnostics import Diagnostic, Severity
from simulator.proofs.campaigns import firing_condition, trigger_condition
from simulator.proofs.context import context_of
from simulator.proofs.needless import needless_clauses
from simulator.proofs.questions import is_proved


def check_clauses(project: Project) -> Iterator[Diagnostic]:
    """Conditions that never hold, and clauses that decide nothing; by their logic alone, whatever the schemas say."""
    known = context_of(project, by_schema=False)
    for asked in asked_conditions(project):
        condition = asked.placed.condition
        if condition == ALWAYS:
            continue
        context = known.of_campaign(asked.campaign)
        trigger = None if asked.campaign is None else project.campaigns[asked.campaign].trigger
        is_goal = asked.data_event is not None and not (
            isinstance(trigger, EventTrigger) and asked.placed is trigger.where
        )
        if is_goal:  # its lines are about another event than the one that started the journey
            condition = Happens(asked.data_event or "", condition)
        if is_proved([(condition, True)], context):
            message = "this asks for things that exclude each other, so it never holds"
            yield Diagnostic("never-holds", message, clause_span(asked.placed, ()), "several values: in: [a, b]")
        elif not is_goal:
            for address in needless_clauses(condition, context):
                message = "this decides nothing: without it the condition says the same"
                span = clause_span(asked.placed, address)
                hint = "remove it, or see what it was meant to say"
                yield Diagnostic("clause-decides-nothing", message, span, hint, Severity.WARNING)


def check_firing(project: Project) -> Iterator[Diagnostic]:
    """Campaigns whose trigger and filter exclude each other, or ask for what the schemas rule out."""
    told = {problem.span.file for problem in check_conditions(project) if problem.severity is Severity.ERROR}
    logic = context_of(project, by_schema=False)
    for slug, campaign in project.campaigns.items():
        parts = [trigger_condition(campaign), campaign.filter.condition]
        if campaign.state != "running" or project.campaign_file(slug) in told or all(part == ALWAYS for part in parts):
            continue
        loose = logic.of_campaign(slug)
        strict = replace(loose, by_schema=True)
        whole = firing_condition(campaign)
        if not is_proved([(whole, True)], strict):
            continue
        if any(is_proved([(part, True)], loose) for part in parts):
            continue  # told as a condition that never holds
        by_logic = is_proved([(whole, True)], loose)
        why = "its trigger and its filter exclude each other" if by_logic else "the schemas rule out what it asks for"
        span = project.campaign_span(slug, ("trigger",))
        hint = "mend one of them" if by_logic else "see required:, nullable: and allowed: in the schemas of its data"
        yield Diagnostic("never-fires", f"'{slug}' can never fire: {why}", span, hint)
