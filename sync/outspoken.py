"""Messages whose step says itself how it sends: what is new among them is not made a draft."""

from __future__ import annotations

from mailwright.definitions.project import Project
from mailwright.definitions.steps import MessageStep
from mailwright.definitions.workflow import walk_steps
from sync.desired import message_slug, steps_and_files
from sync.snapshot import Address, Kind


def outspoken_messages(project: Project) -> frozenset[Address]:
    """The messages whose step has a `sending` line in its file."""
    return frozenset(
        Address(Kind.MESSAGE, message_slug(slug, step))
        for slug, campaign in project.campaigns.items()
        for placed in walk_steps(campaign.workflow)
        if isinstance(placed.step, MessageStep) and "sending" in placed.step.model_fields_set
        for step, _ in steps_and_files(placed)
    )
