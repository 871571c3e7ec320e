"""The contents that the benchmarks run: `twelve/`, and as many more sign-up campaigns as asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from by_hand import FIRST_MANY

from mailwright import load_project
from mailwright.definitions.conditions import Compare, Operator, Subject
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger


def content_of(campaigns: int = 12) -> Project:
    """The twelve, and campaigns on one `campaign_id` each up to so many in all."""
    project = load_project(Path(__file__).parent / "twelve")
    pattern = "signup-9001"
    definitions, messages = dict(project.campaigns), dict(project.messages)
    for number in range(FIRST_MANY, FIRST_MANY + campaigns - len(definitions)):
        slug = f"signup-{number}"
        where = Compare(Subject.DATA, "campaign_id", Operator.EQUALS, (str(number),))
        trigger = EventTrigger.model_validate({"event": "campaign_signup", "where": where})
        definitions[slug] = definitions[pattern].model_copy(update={"name": slug, "trigger": trigger})
        for (campaign, name, language), message in project.messages.items():
            if campaign == pattern:
                messages[slug, name, language] = replace(message, campaign=slug)
    return replace(project, campaigns=dict(sorted(definitions.items())), messages=messages)


def edited_content() -> Project:
    """The twelve, with one filter edited: what is slow is twice as slow."""
    project = content_of()
    slow = project.campaigns["slow-feature"]
    where = Compare(Subject.DATA, "duration_ms", Operator.ABOVE, ("3000",))
    trigger = EventTrigger.model_validate({"event": "feature_used", "where": where})
    return replace(
        project, campaigns={**project.campaigns, "slow-feature": slow.model_copy(update={"trigger": trigger})}
    )
