"""Conditions that note the answer of each of their clauses, every time a simulation asks them.

The watched check asks the very parts that `explain` tells, so coverage has no meaning of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Condition
from simulator.conditions import Check
from simulator.coverage.facts import Fact, clause_fact, leaves

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.moment import Moment

SEGMENT = "segment:"


class WatchedCheck(Check):
    """A compiled condition that notes what its clauses answered."""

    def __init__(self, condition: Condition, assumptions: Assumptions, owner: str, label: str, seen: set[Fact]) -> None:
        super().__init__(condition, assumptions)
        self._seen = seen
        plain = Check(condition, assumptions)
        self._answer = plain.holds
        self._noted = [
            (leaf, clause_fact(owner, label, leaf.address, True), clause_fact(owner, label, leaf.address, False))
            for leaf in leaves(plain)
        ]

    @cached_property
    def holds(self) -> Callable[[Moment], bool]:
        """The answer; what each clause answers is noted on the way."""
        answer, noted, seen = self._answer, self._noted, self._seen

        def asked(moment: Moment) -> bool:
            for leaf, held, failed in noted:
                seen.add(held if leaf.holds(moment) else failed)
            return answer(moment)

        return asked


def watched(content: Content, seen: set[Fact]) -> Content:
    """The content, fresh from its compiler, with every condition watched; *seen* grows as simulations run."""
    assumptions = content.assumptions
    for slug, segment in content.segments.items():
        content.segments[slug] = WatchedCheck(segment.condition, assumptions, f"{SEGMENT}{slug}", "where", seen)
    for campaign in content.campaigns:
        _watch(campaign, assumptions, seen)
    return content


def _watch(campaign: CompiledCampaign, assumptions: Assumptions, seen: set[Fact]) -> None:
    def put(check: Check | None, label: str) -> WatchedCheck | None:
        return None if check is None else WatchedCheck(check.condition, assumptions, campaign.slug, label, seen)

    campaign.trigger = put(campaign.trigger, "trigger")
    campaign.filter = put(campaign.filter, "filter")
    campaign.goal = put(campaign.goal, "goal")
    campaign.exit_on = put(campaign.exit_on, "exit")
    campaign.audience = put(campaign.audience, "audience")
    for node in campaign.nodes:
        node.only_if = put(node.only_if, f"step:{node.id}")
        for index, way in enumerate(node.ways):
            way.check = put(way.check, f"step:{node.id}:{index}")
