"""All there is to see in a project as one workspace has it, with its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.steps import AbTestStep, BranchStep, MessageStep, SplitStep, WaitUntilStep
from mailwright.definitions.workflow import PlacedStep, walk_steps, ways_of
from mailwright.loading.condition_text import condition_as_sentence
from simulator.content import goal_condition
from simulator.coverage.facts import Fact, Target, clause_fact, leaves
from simulator.coverage.watching import SEGMENT
from simulator.explain import place_of, trigger_condition

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project
    from simulator.conditions import Check
    from simulator.content import CompiledCampaign, Content
    from simulator.workflow import Node, Way

NOT_MODELLED = frozenset({"collection_query", "batch_update", "llm"})


def targets(content: Content) -> list[Target]:
    """Every clause both ways, every way, step and message of the running campaigns, and the segments' clauses."""
    found: list[Target] = []
    for compiled in content.campaigns:
        found += _Campaign(content.project, compiled).targets()
    shared = f"{content.project.settings.campaigns}/{content.project.settings.shared}/segments"
    for slug, check in content.segments.items():
        where = content.project.segments[slug].where or PlacedCondition(file=f"{shared}/{slug}.yaml")
        found += _clauses(check, f"{SEGMENT}{slug}", "where", where)
    return found


def _clauses(check: Check, owner: str, label: str, placed: PlacedCondition) -> Iterator[Target]:
    for leaf in leaves(check):
        text = condition_as_sentence(leaf.condition)
        for held in (True, False):
            yield Target(clause_fact(owner, label, leaf.address, held), place_of(placed, leaf.address), text)


class _Campaign:
    def __init__(self, project: Project, compiled: CompiledCampaign) -> None:
        self.project = project
        self.compiled = compiled
        self.slug = compiled.slug
        self.definition: Campaign = compiled.definition
        self.placed: dict[str, PlacedStep] = {one.id: one for one in walk_steps(self.definition.workflow)}

    def targets(self) -> Iterator[Target]:
        for label, check, placed in self._conditions():
            if check is not None:
                yield from _clauses(check, self.slug, label, placed)
        for node in sorted(self.compiled.nodes, key=lambda node: self._order(node)):
            yield from self._node(node)

    def _order(self, node: Node) -> int:
        return list(self.placed).index(node.id)

    def _conditions(self) -> Iterator[tuple[str, Check | None, PlacedCondition]]:
        compiled, written = self.compiled, self.definition
        yield "trigger", compiled.trigger, trigger_condition(self.project, self.slug)
        yield "filter", compiled.filter, written.filter
        audience = getattr(written.trigger, "audience", None)
        yield "audience", compiled.audience, audience or PlacedCondition()
        goal = written.goal
        if goal is not None:
            placed = goal.filter or self._at(goal_condition(goal), ("goal", "event"))
            yield "goal", compiled.goal, placed
        yield "exit", compiled.exit_on, written.exit.on or PlacedCondition()

    def _at(self, condition: object, path: tuple[str | int, ...]) -> PlacedCondition:
        span = self.project.campaign_span(self.slug, path)
        return PlacedCondition(file=span.file, places=(((), (span.line, span.column, span.length)),))

    def _place(self, path: tuple[str | int, ...]) -> str:
        return str(self.project.campaign_span(self.slug, path))

    def _node(self, node: Node) -> Iterator[Target]:
        placed = self.placed[node.id]
        place = self._place(placed.path)
        if node.kind in NOT_MODELLED:
            return  # the simulator passes over it, and says so
        yield Target(Fact("step", self.slug, node.id), place, f"step {node.id}")
        if node.only_if is not None and placed.step.only_if is not None:
            yield from _clauses(node.only_if, self.slug, f"step:{node.id}", placed.step.only_if)
        for index, way in enumerate(node.ways):
            yield from self._way(node, placed, index, way)
        if isinstance(placed.step, MessageStep) and node.sending != "off":
            names = [one.email for one in placed.step.ab_test] if isinstance(placed.step, AbTestStep) else [node.file]
            for name in names:
                if name:
                    yield from self._message(name)

    def _way(self, node: Node, placed: PlacedStep, index: int, way: Way) -> Iterator[Target]:
        if node.kind in ("cohorts", "ab_test") and not way.share:
            return  # nobody is ever drawn
        if node.kind == "wait_until" and way.name.startswith("timeout") and node.seconds < 0:
            return  # it waits for ever
        paths = {name: path for name, path, _ in ways_of(placed.step, placed.path)}
        path = paths.get(way.name) or paths.get("else") or placed.path  # the last way of a split may have a name
        yield Target(Fact("way", self.slug, node.id, way.name), self._place(path), f"way '{way.name}' of {node.id}")
        if way.check is not None:
            condition = _condition_of(placed, index) or PlacedCondition(file=self.project.campaign_file(self.slug))
            yield from _clauses(way.check, self.slug, f"step:{node.id}:{index}", condition)

    def _message(self, name: str) -> Iterator[Target]:
        languages: list[str | None] = [None, *self.project.languages(self.slug, name)]
        for language in languages:
            found = self.project.messages.get((self.slug, name, language))
            webhook = self.project.webhooks.get((self.slug, name)) if found is None else None
            if found is not None:
                file = found.body.file
            elif webhook is not None:
                file = f"{self.project.settings.campaigns}/{self.slug}/{name}.yaml"
            else:
                continue
            text = f"message {name}" + (f" in {language}" if language else "")
            yield Target(Fact("message", self.slug, name, language or ""), f"{file}:1:1", text)


def _condition_of(placed: PlacedStep, index: int) -> PlacedCondition | None:
    """The written condition of a node's way."""
    match placed.step:
        case BranchStep(branch=branch):
            return branch.condition
        case SplitStep(split=ways):
            asked = [way.condition for way in ways if way.condition is not None]
            return asked[index] if index < len(asked) else None
        case WaitUntilStep(wait_until=wait):
            written = [path.when for path in wait.paths] or [one for one in (wait.all, wait.any) if one is not None]
            return written[index] if index < len(written) else None
        case _:
            return None
