"""Which campaigns have to be replayed on both sides: those that differ, where nothing they do reaches another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mailwright.definitions.steps import (
    BatchUpdateStep,
    CollectionQueryStep,
    CreateEventStep,
    LlmStep,
    SegmentStep,
    SetStep,
)
from simulator.backtest.editions import edits_between
from simulator.backtest.records import Record
from simulator.content import Content, compile_content

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

Tell = Callable[[Record], None]
_ACTING = (SetStep, CreateEventStep, SegmentStep, CollectionQueryStep, BatchUpdateStep, LlmStep)


def edited_alone(before: Content, after: Content) -> frozenset[str] | None:
    """The campaigns that differ, where all others deliver the same on both sides; None where that cannot be said.

    Campaigns reach each other through what they share: a message limit, data that steps write, conditions on messages.
    """
    found = edits_between(before, after)
    if any(not edit.slug for edit in found) or before.project.people.identifier != after.project.people.identifier:
        return None
    for side in (before, after):
        if side.workspace.message_limit is not None or side.crosses_people or side.asks_messages:
            return None
        if any(isinstance(node.step, _ACTING) for campaign in side.campaigns for node in campaign.nodes):
            return None
    return frozenset(edit.slug for edit in found)


def only(content: Content, slugs: frozenset[str] | None, workspace: str | None) -> Content:
    """The content with these campaigns and no others; None: with all of them."""
    if slugs is None:
        return content
    project: Project = content.project
    kept = {slug: campaign for slug, campaign in project.campaigns.items() if slug in slugs}
    return compile_content(replace(project, campaigns=kept), workspace)


def tellers(before: Tell, after: Tell, edited: frozenset[str] | None) -> tuple[Tell, Tell]:
    """Where the deliveries of either side go; those of campaigns that were not edited come from the later side."""
    if edited is None:
        return before, after

    def told(record: Record) -> None:
        after(record)
        if record.campaign not in edited:
            before(record)

    return before, told
