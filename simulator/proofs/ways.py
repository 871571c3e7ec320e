"""The ways out of a step as conditions: what each of them takes, and what holds when a step is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.steps import BranchStep, SplitStep, StepBase, WaitUntilStep
from mailwright.definitions.workflow import PlacedStep
from simulator.proofs.solving import Signed


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out of a step: its name in a sentence, the conditions that lead there, and the one it is named for."""

    name: str
    signed: tuple[Signed, ...]
    placed: PlacedCondition


def ways_taken(step: StepBase) -> Iterator[WayOut]:
    """The ways of a step that a condition opens.

    Source: of a split the first way whose condition holds is taken (semantics R70).
    """
    if step.only_if is not None:
        yield WayOut("this step", ((step.only_if.condition, True),), step.only_if)
    match step:
        case BranchStep(branch=branch):
            asked = branch.condition
            yield WayOut("the way `then`", ((asked.condition, True),), asked)
            yield WayOut("the way `else`", ((asked.condition, False),), asked)
        case SplitStep(split=ways):
            before: list[Signed] = []
            last: PlacedCondition | None = None
            for index, way in enumerate(ways):
                if way.condition is None:
                    if last is not None:
                        yield WayOut("the way `else`", tuple(before), last)
                    return
                name = f"the way '{way.name or f'way {index + 1}'}'"
                yield WayOut(name, (*before, (way.condition.condition, True)), way.condition)
                before.append((way.condition.condition, False))
                last = way.condition
        case WaitUntilStep(wait_until=wait):
            for index, path in enumerate(wait.paths):
                yield WayOut(f"the way '{path.name or f'path {index + 1}'}'", ((path.when.condition, True),), path.when)
        case _:
            pass


def conditions_around(placed: PlacedStep, steps: Sequence[PlacedStep]) -> Iterator[Signed]:
    """What was so when the ways around a step were taken; only what cannot have changed since still is."""
    for outer in steps:
        if len(placed.path) <= len(outer.path) or placed.path[: len(outer.path)] != outer.path:
            continue
        way = placed.path[len(outer.path) :]
        match outer.step:
            case BranchStep(branch=branch):
                yield branch.condition.condition, way[:2] == ("branch", "then")
            case SplitStep(split=ways) if isinstance(way[1], int):
                for index, path in enumerate(ways[: way[1] + 1]):
                    if path.condition is not None:
                        yield path.condition.condition, index == way[1]
            case _:
                pass
