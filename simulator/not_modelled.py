"""What content may say that the simulator does not imitate: named in every report, never skipped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Condition, MessageIs, MessageState, walk
from mailwright.definitions.steps import (
    BatchUpdateStep,
    BranchStep,
    CollectionQueryStep,
    FilterMatchDelayStep,
    GracePeriodStep,
    LlmStep,
    SplitStep,
    StepBase,
    WaitUntilStep,
)
from mailwright.definitions.workflow import walk_steps
from simulator.trace import NotModelled

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project

_STEPS: dict[type[StepBase], tuple[str, str]] = {
    CollectionQueryStep: ("a collection query", "passes it; journey attributes it would set stay unset"),
    BatchUpdateStep: ("a batch update", "passes it"),
    LlmStep: ("a language model step", "passes it"),
    GracePeriodStep: ("a grace period (gone since March 2025, semantics R53)", "passes it at once"),
    FilterMatchDelayStep: ("a filter match delay of old campaigns", "passes it at once"),
}
FROM_REPORTS = "takes it from the log's reporting webhooks; without them nobody did"
_PREDICTED = (MessageState.SENT, MessageState.FAILED, MessageState.DROPPED)


def not_modelled_in(project: Project, slugs: Sequence[str]) -> tuple[NotModelled, ...]:
    """All that the campaigns of *slugs* say and the simulator does not imitate, sorted."""
    return tuple(sorted({found for slug in slugs for found in _in_campaign(slug, project.campaigns[slug])}))


def _in_campaign(slug: str, campaign: Campaign) -> Iterator[NotModelled]:
    for placed in walk_steps(campaign.workflow):
        known = _STEPS.get(type(placed.step))
        if known is not None:
            yield NotModelled(slug, placed.id, *known)
        for condition in conditions_of(placed.step):
            yield from _in_condition(slug, placed.id, condition)
    yield from _in_condition(slug, "", campaign.filter.condition)


def conditions_of(step: StepBase) -> Iterator[Condition]:
    """The conditions that stand in a step itself, without those of the steps inside it."""
    if step.only_if is not None:
        yield step.only_if.condition
    match step:
        case BranchStep(branch=branch):
            yield branch.condition.condition
        case SplitStep(split=ways):
            yield from (way.condition.condition for way in ways if way.condition is not None)
        case WaitUntilStep(wait_until=wait):
            yield from (placed.condition for placed in (wait.any, wait.all) if placed is not None)
            yield from (way.when.condition for way in wait.paths)
        case _:
            return


def _in_condition(slug: str, step: str, condition: Condition) -> Iterator[NotModelled]:
    for _, clause in walk(condition):
        if isinstance(clause, MessageIs) and clause.state not in _PREDICTED:
            yield NotModelled(
                slug,
                step,
                f"whether a message was {clause.state.value}",
                FROM_REPORTS,
            )
