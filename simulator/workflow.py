"""A workflow as a chain of nodes, each knowing the next, so that a journey walks it without looking up.

Lists inside a branch join again at the next step of the outer list (semantics R79).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import ALWAYS, All, PlacedCondition
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.steps import (
    AbTestStep,
    BatchUpdateStep,
    BranchStep,
    CohortsStep,
    CollectionQueryStep,
    CreateEventStep,
    ExitStep,
    FilterMatchDelayStep,
    GoToStep,
    GracePeriodStep,
    LanguagesStep,
    LlmStep,
    MessageStep,
    RandomLength,
    SegmentStep,
    SetStep,
    SplitStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.workflow import Path, PlacedStep, file_of, jumps_to, walk_steps
from simulator.clock import OpeningHours, minutes_of
from simulator.conditions import Check

# Steps that act on the person: before each of them an exit is tested.
# Source: Customer.io docs, "Campaign exit conditions" and "Grace periods" (semantics R48).
_ACTING = (
    MessageStep,
    SetStep,
    SegmentStep,
    CreateEventStep,
    CollectionQueryStep,
    BatchUpdateStep,
)


@dataclass(slots=True, eq=False)
class Way:
    """One way out of a branch or wait: what it is called, when it is taken, where it leads."""

    name: str
    check: Check | None
    first: Node | None
    share: float = 0.0
    language: str | None = None


@dataclass(slots=True, eq=False)
class Node:
    """One step of a compiled workflow."""

    id: str
    kind: str
    step: StepBase
    next: Node | None
    acts: bool
    only_if: Check | None = None
    ways: list[Way] = field(default_factory=list)
    seconds: int = 0  # of a delay; the longest of a random one; of a wait: its maximum, -1 for none
    least: int = 0  # the shortest of a random delay
    hours: OpeningHours | None = None
    sending: str = "automatic"
    file: str = ""  # of a message step: the name of its content


@dataclass(slots=True)
class WorkflowCompiler:
    """Compiles one campaign's workflow."""

    assumptions: Assumptions
    placed: dict[Path, PlacedStep] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def compile(self, workflow: Sequence[StepBase]) -> Node | None:
        """The first node of *workflow*; None when there is nothing to do."""
        self.placed = {placed.path: placed for placed in walk_steps(workflow)}
        first = self._chain(workflow, ("workflow",), None)
        return self._joined_up(first) if jumps_to(workflow) else first

    def _joined_up(self, first: Node | None) -> Node | None:
        """Put the steps that jumps lead to in place of the jumps; gives the first step."""
        known = {node.id: node for node in reversed(self.nodes) if not isinstance(node.step, GoToStep)}

        def target(node: Node | None) -> Node | None:
            return known.get(node.step.go_to) if node is not None and isinstance(node.step, GoToStep) else node

        self.nodes = [node for node in self.nodes if not isinstance(node.step, GoToStep)]
        for node in self.nodes:
            node.next = target(node.next)
            for way in node.ways:
                way.first = target(way.first)
        return target(first)

    def _chain(self, steps: Sequence[StepBase], path: Path, after: Node | None) -> Node | None:
        following = after
        for index in range(len(steps) - 1, -1, -1):
            following = self._node(self.placed[(*path, index)], following)
        return following

    def _check(self, placed: PlacedCondition) -> Check:
        return Check(placed.condition, self.assumptions)

    def _node(self, placed: PlacedStep, following: Node | None) -> Node:
        step = placed.step
        node = Node(placed.id, placed.kind, step, following, isinstance(step, _ACTING))
        self.nodes.append(node)
        if step.only_if is not None:
            node.only_if = self._check(step.only_if)
        match step:
            case MessageStep():
                node.sending = step.sending
                node.file = file_of(step) or ""
                if isinstance(step, AbTestStep):
                    node.ways = [Way(v.email or "hold-out", None, following, v.share) for v in step.ab_test]
            case WaitStep(wait=timedelta() as length):
                node.seconds = node.least = _seconds(length)
            case WaitStep(wait=RandomLength(between=between)):
                node.least, node.seconds = sorted((_seconds(between[0]), _seconds(between[1])))
            case GracePeriodStep(grace_period=length) | FilterMatchDelayStep(filter_match_delay=length):
                node.seconds = node.least = _seconds(length)
            case WindowStep(window=window):
                node.hours = OpeningHours(
                    frozenset(window.weekdays()),
                    minutes_of(window.start),
                    minutes_of(window.end),
                    self.assumptions.window_end == "inclusive",
                )
            case WaitUntilStep():
                self._wait(node, step, placed.path, following)
            case BranchStep(branch=branch):
                node.ways = [
                    Way(
                        "then",
                        # A branch without conditions is false (semantics R69).
                        None if branch.condition.condition == ALWAYS else self._check(branch.condition),
                        self._chain(branch.then, (*placed.path, "branch", "then"), following),
                    ),
                    Way("else", None, self._chain(branch.otherwise, (*placed.path, "branch", "else"), following)),
                ]
            case SplitStep():
                self._split(node, step, placed.path, following)
            case CohortsStep(cohorts=cohorts):
                node.ways = [
                    Way(
                        cohort.name or f"cohort {index + 1}",
                        None,
                        self._chain(cohort.then, (*placed.path, "cohorts", index, "then"), following),
                        cohort.share,
                    )
                    for index, cohort in enumerate(cohorts)
                ]
            case LanguagesStep(languages=languages):
                node.ways = [
                    Way(
                        way.language or "default",
                        None,
                        self._chain(way.then, (*placed.path, "languages", index, "then"), following),
                        language=way.language,
                    )
                    for index, way in enumerate(languages)
                ]
            case (
                SetStep() | CreateEventStep() | SegmentStep() | CollectionQueryStep() | BatchUpdateStep() | LlmStep()
                | ExitStep() | GoToStep()
            ):  # fmt: skip
                pass
            case _:
                raise TypeError(f"no step of kind {placed.kind} is known")
        return node

    def _wait(self, node: Node, step: WaitUntilStep, path: Path, following: Node | None) -> None:
        wait = step.wait_until
        base = (*path, "wait_until")
        node.seconds = -1 if wait.at_most is None else _seconds(wait.at_most)
        if wait.paths:
            node.ways = [
                Way(
                    way.name or f"path {index + 1}",
                    self._check(way.when),
                    self._chain(way.then, (*base, "paths", index, "then"), following),
                )
                for index, way in enumerate(wait.paths)
            ]
        else:
            met = self._chain(wait.then, (*base, "then"), following)
            if wait.all is not None:
                node.ways.append(Way("met", self._check(wait.all), met))
            if wait.any is not None:
                node.ways.append(Way("met", self._check(PlacedCondition(alternatives(wait.any))), met))
        if wait.on_timeout == "exit":
            late: Way = Way("timeout_exit", None, None)
        elif isinstance(wait.on_timeout, list):
            late = Way("timeout", None, self._chain(wait.on_timeout, (*base, "on_timeout"), following))
        else:
            late = Way("timeout", None, following)
        node.ways.append(late)

    def _split(self, node: Node, step: SplitStep, path: Path, following: Node | None) -> None:
        default = Way("else", None, following)
        for index, way in enumerate(step.split):
            if way.otherwise is not None:
                first = self._chain(way.otherwise, (*path, "split", index, "else"), following)
                default = Way(way.name or "else", None, first)
            elif way.condition is not None:
                first = self._chain(way.then, (*path, "split", index, "then"), following)
                node.ways.append(Way(way.name or f"way {index + 1}", self._check(way.condition), first))
        node.ways.append(default)  # asked last, wherever it is written


def alternatives(placed: PlacedCondition) -> AnyOf:
    """The parts of a list as alternatives; anything else as the only one."""
    condition = placed.condition
    if isinstance(condition, AnyOf):
        return condition
    return AnyOf(condition.parts) if isinstance(condition, All) else AnyOf((condition,))


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
