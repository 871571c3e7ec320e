"""Where the condition stands that a trace entry's clause belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.definitions.conditions import ALWAYS, PlacedCondition
from mailwright.definitions.steps import BranchStep, SplitStep, StepBase, WaitUntilStep
from mailwright.definitions.workflow import walk_steps
from simulator.content import goal_condition

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign


def condition_labelled(campaign: Campaign, label: str) -> PlacedCondition | None:
    """The condition that a clause's label names: filter, goal, exit, `step:<id>` or `step:<id>:<way>`."""
    match label.split(":", 2):
        case ["filter"]:
            return campaign.filter
        case ["exit"]:
            return campaign.exit.on
        case ["goal"] if campaign.goal is not None:
            return campaign.goal.filter or PlacedCondition(goal_condition(campaign.goal), campaign.goal.where.file)
        case ["step", name, *way]:
            step = next((placed.step for placed in walk_steps(campaign.workflow) if placed.id == name), None)
            return None if step is None else _of_step(step, way[0] if way else None)
        case _:
            return None


def _of_step(step: StepBase, way: str | None) -> PlacedCondition | None:
    if way is None:
        return step.only_if
    match step:
        case BranchStep(branch=branch):
            return branch.condition if branch.condition.condition != ALWAYS else None
        case SplitStep(split=ways):
            asked = [
                (path.name or f"way {index + 1}", path.condition)
                for index, path in enumerate(ways)
                if path.condition is not None
            ]
            named = next((condition for name, condition in asked if name == way), None)
            # The default way is explained by the first way that was not taken.
            return named or (asked[0][1] if asked else None)
        case WaitUntilStep(wait_until=wait):
            for index, path in enumerate(wait.paths):
                if (path.name or f"path {index + 1}") == way:
                    return path.when
            return wait.all or wait.any if way == "met" else None
        case _:
            return None
