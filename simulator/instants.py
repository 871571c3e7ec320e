"""Journeys that begin and end in one second, told by all that they ask at that second.

A campaign without a delay looks at its person once, when a journey starts, and nothing can come in between. So two
journeys of it for which every question has the same answer do the same; the engine walks the first of them, and the
others are counted by it at once.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.definitions.steps import BranchStep, ExitStep, MessageStep, SplitStep
from simulator.sending import counts_toward_limit, recent_sends

if TYPE_CHECKING:
    from simulator.conditions import Check
    from simulator.content import CompiledCampaign, Content
    from simulator.engine import Engine
    from simulator.journeys import Cause
    from simulator.messages import ReadClass
    from simulator.people import Person
    from simulator.workflow import Node


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """A campaign whose journeys take no time."""

    campaign: CompiledCampaign
    checks: tuple[Check, ...]  # every question it asks but its filter, without whose yes no journey starts
    messages: tuple[Node, ...]
    limited: int  # messages that count toward the workspace's limit
    waits_for_limit: bool  # one of these is tried again later where there is no room

    def key(self, engine: Engine, person: Person, cause: Cause, at: int, read: ReadClass) -> Hashable | None:
        """All that the journey's course depends on; None where it cannot be said."""
        if cause.recipient is not None or (cause.event is not None and "recipient" in cause.event):
            return None
        attributes = person.attributes
        unsubscribed = attributes.get("unsubscribed")
        if "cio_subscription_preferences" in attributes or unsubscribed.__class__ not in _WISHES:
            return None
        room = self._room(engine, person, at)
        if room < 0:
            return None
        known = read(person, cause)
        if known is None:
            return None
        if not self.checks:
            return (known, unsubscribed, room)
        moment = engine.cause_moment(person, at, cause, self.campaign.slug)
        return (known, unsubscribed, room, *[check.holds(moment) for check in self.checks])

    def _room(self, engine: Engine, person: Person, at: int) -> int:
        """How many of its messages the limit still lets through; below 0 where one would wait."""
        limit = engine.content.workspace.message_limit
        if not self.limited or limit is None:
            return 0
        room = min(self.limited, max(0, limit.count - len(recent_sends(engine, person, at))))
        return -1 if self.waits_for_limit and room < self.limited else room


_WISHES = frozenset({bool, type(None), str})


def instants_in(content: Content) -> dict[int, Instant]:
    """The campaigns whose journeys take no time and touch nothing, by number."""
    if content.crosses_people or content.workspace.esp_suppressed:
        return {}
    found = (_instant(content, campaign) for campaign in content.campaigns)
    return {instant.campaign.number: instant for instant in found if instant is not None}


def _instant(content: Content, campaign: CompiledCampaign) -> Instant | None:
    if not all(_takes_no_time(content, campaign, node) for node in campaign.nodes):
        return None
    asked = [check for node in campaign.nodes for check in (node.only_if, *(way.check for way in node.ways))]
    if campaign.exits_unmatched and campaign.trigger_kind in ("segment", "person"):
        asked.append(campaign.trigger)
    messages = tuple(node for node in campaign.nodes if isinstance(node.step, MessageStep))
    limited = [node for node in messages if counts_toward_limit(content, campaign, node)]
    return Instant(
        campaign,
        tuple(check for check in asked if check is not None),
        messages,
        len(limited),
        any(isinstance(node.step, MessageStep) and node.step.retry_over_limit for node in limited),
    )


def _takes_no_time(content: Content, campaign: CompiledCampaign, node: Node) -> bool:
    """Whether the step neither waits nor changes anything that some condition asks, nor is drawn by lot."""
    match node.step:
        case MessageStep():
            asked = {(campaign.slug, node.id), ("", node.id)} & content.messages_asked
            return node.kind != "ab_test" and not asked
        case BranchStep() | SplitStep() | ExitStep():
            return True
        case _:
            return False
