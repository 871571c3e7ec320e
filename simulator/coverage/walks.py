"""Which steps, ways and messages a trace has been through.

Not every step leaves an entry of its own (a window that stands open, say), so each journey is followed along its
workflow: at a branch its entry says which way, at a rest it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from simulator.coverage.facts import Fact
from simulator.trace import AnyEntry, Branched, Delivery, Ended, Entered, Skipped, Waiting, Woke

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.workflow import Node


def facts_of(content: Content, trace: Iterable[AnyEntry]) -> set[Fact]:
    """The steps walked, ways taken and messages rendered in one trace."""
    found: set[Fact] = set()
    journeys: dict[tuple[str, str, int], list[AnyEntry]] = {}
    for entry in trace:
        number = getattr(entry, "journey", None)
        if number is not None:
            journeys.setdefault((entry.campaign, entry.person, number), []).append(entry)
        match entry:
            case Branched(campaign=slug, step=step, way=way):
                found.add(Fact("way", slug, step, way))
            case Delivery(status=status) if status != "failed":
                found.add(Fact("message", entry.campaign, entry.message, entry.language or ""))
            case _:
                pass
    campaigns = {campaign.slug: campaign for campaign in content.campaigns}
    for (slug, _, _), entries in journeys.items():
        if slug in campaigns:
            found.update(Fact("step", slug, step) for step in steps_walked(campaigns[slug], entries))
    return found


def steps_walked(campaign: CompiledCampaign, entries: list[AnyEntry]) -> list[str]:
    """The steps one journey did, in order; one that its own condition held back is none of them."""
    if not isinstance(entries[0], Entered):
        return [entry.step for entry in entries if isinstance(entry, Delivery)]  # moved here by a merge
    by_step: dict[str, list[AnyEntry]] = {}
    for entry in entries:
        by_step.setdefault(getattr(entry, "step", ""), []).append(entry)
    stopped_at = next((entry.step for entry in entries if isinstance(entry, Ended) and _is_early(entry)), None)
    walked = []
    node: Node | None = campaign.start
    while node is not None:
        own = by_step.get(node.id, [])
        if node.id == stopped_at and not any(isinstance(entry, Branched) for entry in own):
            break  # an exit is tested just before the step
        if any(isinstance(entry, Skipped) and entry.reason == "condition_not_met" for entry in own):
            node = node.next
            continue
        walked.append(node.id)
        if _rests(own) or node.kind == "exit":
            break
        node = _following(node, own)
    return walked


def _is_early(entry: Ended) -> bool:
    return entry.outcome == "exited_early" and bool(entry.step)


def _rests(own: Iterable[AnyEntry]) -> bool:
    waits = False
    for entry in own:
        waits = isinstance(entry, Waiting) or (waits and not isinstance(entry, Woke))
    return waits


def _following(node: Node, own: Iterable[AnyEntry]) -> Node | None:
    ways: Mapping[str | None, Node | None] = {way.name: way.first for way in node.ways}
    taken = next((entry.way for entry in own if isinstance(entry, Branched)), None)
    return ways.get(taken, node.next)
