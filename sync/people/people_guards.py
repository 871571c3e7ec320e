"""What a sync of people may not do without being told so."""

from __future__ import annotations

from collections.abc import Iterator

from sync.guards import MANY, MANY_SHARE, YES_PRODUCTION, Guard
from sync.people.memory import Step
from sync.people.planning import PeoplePlan

ALLOW_MANY, ALLOW_MANY_GONE = "--allow-many", "--allow-many-gone"
CONSENTS = {
    YES_PRODUCTION: "change people of a protected workspace",
    ALLOW_MANY: "change more than 10 and more than 30 % of the people that the workspace was sent",
    ALLOW_MANY_GONE: "delete or suppress more than 10 and more than 30 % of them",
}


def people_guards(plan: PeoplePlan) -> tuple[Guard, ...]:
    """Everything that holds the plan back until it is agreed to."""
    return tuple(_guards(plan))


def _guards(plan: PeoplePlan) -> Iterator[Guard]:
    if plan.protected and plan.to_send:
        yield Guard(f"{plan.workspace.name} is protected", YES_PRODUCTION)
    known = max(plan.rows, plan.brought)
    changed = plan.steps[Step.CHANGE] + plan.steps[Step.UNSUPPRESS]
    if _are_many(changed, known):
        yield Guard(f"changes {changed:,} of {known:,} people", ALLOW_MANY)
    for step, word in ((Step.DELETE, "deletes"), (Step.SUPPRESS, "suppresses")):
        if _are_many(plan.steps[step], known):
            yield Guard(f"{word} {plan.steps[step]:,} of {known:,} people", ALLOW_MANY_GONE)


def _are_many(count: int, known: int) -> bool:
    return count > MANY and count > MANY_SHARE * known
