"""Scenarios for what no test has seen: a witness of the conditions on the way there, played until it is seen.

Each one is kept only if it does show something that was missing; what cannot be shown is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import All, Condition, Not
from mailwright.definitions.sample import Sample
from mailwright.definitions.triggers import EventTrigger
from simulator.coverage.facts import Fact, Target, leaves
from simulator.coverage.walks import facts_of
from simulator.coverage.watching import SEGMENT
from simulator.proofs import Refuted, context_of, never
from simulator.testing.scenario_writing import expected_of
from simulator.testing.stub_playing import MODES, Mode, Played, play

if TYPE_CHECKING:
    from simulator.conditions import Check
    from simulator.content import CompiledCampaign
    from simulator.testing.bench import Bench
    from simulator.workflow import Node

PEOPLE = tuple(f"person-{number}" for number in range(1, 9))
"""Several, since chance puts them into different cohorts."""


@dataclass(slots=True)
class Stubs:
    """The scenarios by campaign, and what could not be shown."""

    scenarios: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    left: list[tuple[Target, str]] = field(default_factory=list)


def stubs_for(bench: Bench, seen: set[Fact], missing: Sequence[Target]) -> Stubs:
    """Scenarios for *missing*; *bench* holds watched content whose facts go into *seen*."""
    found = Stubs()
    shown: set[Fact] = set()
    for target in missing:
        if target.fact in shown:
            continue
        reason = "its conditions cannot be met together, as far as is known"
        for sample in _samples(bench, target):
            reason = "nobody who was tried came there"
            played = _tried(bench, seen, target, sample)
            if played is not None:
                shown |= played.facts
                found.scenarios.setdefault(_campaign_of(target), []).append(_scenario(bench, target, played))
                break
        else:
            found.left.append((target, reason))
    return found


def _campaign_of(target: Target) -> str:
    return target.fact.owner.removeprefix(SEGMENT)


def _tried(bench: Bench, seen: set[Fact], target: Target, sample: Sample) -> Played | None:
    modes: Sequence[Mode] = MODES if not target.fact.owner.startswith(SEGMENT) else MODES[:1]
    for with_examples in (False, True) if target.fact.kind == "message" else (False,):
        for mode in modes:
            for person in PEOPLE:
                seen.clear()
                played = play(bench, sample, person, mode, target, with_examples=with_examples)
                played.facts = set(seen) | facts_of(bench.content, played.simulation.trace)
                if target.fact in played.facts:
                    return played
                if target.fact.kind != "way" and mode is not MODES[0]:
                    break  # chance decides about ways alone
    return None


def _samples(bench: Bench, target: Target) -> Iterator[Sample]:
    """Witnesses of what has to hold to see the target: first with the filter, then without it."""
    owner = target.fact.owner
    if owner.startswith(SEGMENT):
        check = bench.content.segments[owner.removeprefix(SEGMENT)]
        yield from _witness(bench, None, [_leaf(check, target)])
        return
    campaign = next(one for one in bench.content.campaigns if one.slug == owner)
    trigger = campaign.trigger.condition if campaign.trigger is not None else All()
    allowed = campaign.filter.condition if campaign.filter is not None else All()
    label, _, _ = target.fact.name.partition("#")
    if target.fact.kind == "clause" and label == "trigger":
        yield from _witness(bench, campaign, [_leaf_of(campaign.trigger, target), allowed])
        yield from _witness(bench, campaign, [_leaf_of(campaign.trigger, target)])
    elif target.fact.kind == "clause" and label == "filter":
        yield from _witness(bench, campaign, [trigger, _leaf_of(campaign.filter, target)])
    elif target.fact.kind == "clause" and label == "audience":
        yield from _witness(bench, campaign, [_leaf_of(campaign.audience, target)])
    else:
        step = label.split(":")[1] if label.startswith("step:") else target.fact.name
        way = _way_conditions(campaign, step)
        own = _own_conditions(campaign, target)
        yield from _witness(bench, campaign, [trigger, allowed, *way, *own])
        yield from _witness(bench, campaign, [trigger, allowed, *own])
        yield from _witness(bench, campaign, [trigger, allowed])
        yield Sample()


def _leaf_of(check: Check | None, target: Target) -> Condition:
    return All() if check is None else _leaf(check, target)


def _leaf(check: Check, target: Target) -> Condition:
    """The clause of the target, as it should be answered."""
    address = target.fact.name.partition("#")[2]
    for leaf in leaves(check):
        if ".".join(map(str, leaf.address)) == address:
            return leaf.condition if target.fact.detail == "true" else Not(leaf.condition)
    return All()


def _own_conditions(campaign: CompiledCampaign, target: Target) -> list[Condition]:
    """What has to hold at the target's own step."""
    label = target.fact.name.partition("#")[0]
    for node in campaign.nodes:
        if target.fact.kind == "clause" and label == f"step:{node.id}":
            return [_leaf_of(node.only_if, target)]
        for index, way in enumerate(node.ways):
            if target.fact.kind == "clause" and label == f"step:{node.id}:{index}":
                return [_leaf_of(way.check, target)]
            if target.fact.kind == "way" and (node.id, way.name) == (target.fact.name, target.fact.detail):
                return _to_take(node, index)
    return []


def _to_take(node: Node, index: int) -> list[Condition]:
    """What has to hold for one way of a node: its condition, and that no earlier one does."""
    if node.kind == "wait_until":
        return []  # what it waits for happens later
    earlier = [Not(way.check.condition) for way in node.ways[:index] if way.check is not None]
    own = node.ways[index].check
    return [*earlier, *([own.condition] if own is not None else [])]


def _way_conditions(campaign: CompiledCampaign, step: str) -> list[Condition]:
    """What has to hold on the way to a step or a message."""

    def search(node: Node | None, held: list[Condition], seen: frozenset[str]) -> list[Condition] | None:
        if node is None or node.id in seen:
            return None
        own = [node.only_if.condition] if node.only_if is not None else []
        if step in (node.id, node.file) or any(step == way.name for way in node.ways if node.kind == "ab_test"):
            return [*held, *own]
        more = seen | {node.id}
        for index, way in enumerate(node.ways):
            found = search(way.first, [*held, *_to_take(node, index)], more)
            if found is not None:
                return found
        return search(node.next, held, more) if not node.ways and node.kind != "exit" else None

    return search(campaign.start, [], frozenset()) or []


def _witness(bench: Bench, campaign: CompiledCampaign | None, conditions: Sequence[Condition]) -> Iterator[Sample]:
    asked = [one for one in conditions if one != All()]
    if not asked and not (campaign is not None and isinstance(campaign.definition.trigger, EventTrigger)):
        return
    answer = never(All(tuple(asked)), context_of(bench.project, campaign.slug if campaign is not None else None))
    if isinstance(answer, Refuted):
        yield answer.witness


def _scenario(bench: Bench, target: Target, played: Played) -> dict[str, Any]:
    owner = target.fact.owner
    then = expected_of(played.simulation, frozenset(played.given.get("only", ())))
    if owner.startswith(SEGMENT):
        slug = owner.removeprefix(SEGMENT)
        inside = played.simulation.in_segment(played.person, slug)
        then = {"segments" if inside else "not_segments": [slug]}
    return {"name": _name(target), "given": played.given, "when": played.acts, "then": then}


def _name(target: Target) -> str:
    """What the scenario shows."""
    match target.fact.kind:
        case "clause":
            return target.text if target.fact.detail == "true" else f"not so: {target.text}"
        case "way":
            return f"the {target.text}"
        case "message":
            return f"gets the {target.text}"
        case _:
            return f"comes to the {target.text}"
