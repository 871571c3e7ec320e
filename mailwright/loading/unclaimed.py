"""What `unclaimed_by` stands for: the values that other campaigns of the same event take for themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Operator,
    PlacedCondition,
    Scalar,
    Subject,
    Unclaimed,
    walk,
)
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger
from mailwright.diagnostics import Diagnostic, Severity, Span
from mailwright.loading.placed_conditions import mapped, placed_conditions, with_conditions


@dataclass(frozen=True, slots=True)
class _Claims:
    """What the campaigns that match one pattern take of one property."""

    values: tuple[Scalar, ...]
    slugs: tuple[str, ...]
    takers_of_all: tuple[str, ...]  # campaigns that match and ask nothing of the property


def values_asked(condition: Condition, path: str) -> tuple[Scalar, ...] | None:
    """The constants of which *condition* asks one at *path*; None when it holds for other values too."""
    match condition:
        case Compare(subject=Subject.DATA, path=asked, operator=Operator.EQUALS, values=values) if asked == path:
            return values
        case Any(parts=parts) if parts:
            each = [values_asked(part, path) for part in parts]
            return None if None in each else tuple(value for values in each for value in values or ())
        case All(parts=parts):
            asked_values = (values_asked(part, path) for part in parts)
            return next((found for found in asked_values if found is not None), None)
        case _:
            return None


def with_claims(project: Project) -> tuple[Project, list[Diagnostic]]:
    """The project with every `unclaimed_by` resolved, and what is wrong with them."""
    problems: list[Diagnostic] = []
    campaigns = dict(project.campaigns)
    for slug, campaign in project.campaigns.items():
        for address, placed in _asking(campaign):
            problems += _problems(project.campaigns, slug, campaign, placed, address)
        if any(True for _ in _asking(campaign)):
            campaigns[slug] = _filled(project.campaigns, slug, campaign)
    for segment in project.segments.values():
        if segment.where is not None:
            problems += [
                _misplaced(segment.where.span(address))
                for address, clause in walk(segment.where.condition)
                if isinstance(clause, Unclaimed)
            ]
    return replace(project, campaigns=campaigns), problems


def _asking(campaign: Campaign) -> Iterator[tuple[tuple[int, ...], PlacedCondition]]:
    for _, placed in placed_conditions(campaign):
        for address, clause in walk(placed.condition):
            if isinstance(clause, Unclaimed):
                yield address, placed


def _clause_at(condition: Condition, address: tuple[int, ...]) -> Condition:
    return dict(walk(condition))[address]


def _filled(campaigns: Mapping[str, Campaign], slug: str, campaign: Campaign) -> Campaign:
    def fill(clause: Condition) -> Condition:
        if not isinstance(clause, Unclaimed) or not isinstance(campaign.trigger, EventTrigger):
            return clause
        claims = _claims(campaigns, slug, campaign.trigger, clause)
        return replace(clause, claimed=claims.values, claimed_by=claims.slugs)

    return with_conditions(campaign, lambda placed: replace(placed, condition=mapped(placed.condition, fill)))


def _claims(campaigns: Mapping[str, Campaign], slug: str, trigger: EventTrigger, asked: Unclaimed) -> _Claims:
    """What other running campaigns of the same event take.

    Assumed: event names that differ only in case are the same event (semantics R3).
    """
    values: dict[tuple[str, Scalar], Scalar] = {}
    slugs, takers = [], []
    for other, campaign in sorted(campaigns.items()):
        if other == slug or campaign.state != "running" or not fnmatchcase(other, asked.pattern):
            continue
        theirs = campaign.trigger
        if not isinstance(theirs, EventTrigger) or _event(theirs) != _event(trigger):
            continue
        taken = values_asked(theirs.where.condition, asked.path)
        if taken is None:
            takers.append(other)
            continue
        slugs.append(other)
        values.update({(type(value).__name__, value): value for value in taken})
    return _Claims(tuple(sorted(values.values(), key=_order)), tuple(slugs), tuple(takers))


def _event(trigger: EventTrigger) -> tuple[str, str]:
    return trigger.event.strip().lower(), trigger.type.value


def _order(value: Scalar) -> tuple[int, float, str]:
    if isinstance(value, str):
        return 1, 0.0, value
    return 0, float(value), str(value)


def _misplaced(span: Span) -> Diagnostic:
    hint = "under the `where` of an event trigger, or under `event:` in the conditions of its campaign"
    return Diagnostic("unclaimed-place", "`unclaimed_by` asks about a campaign's own event", span, hint)


def _problems(
    campaigns: Mapping[str, Campaign], slug: str, campaign: Campaign, placed: PlacedCondition, address: tuple[int, ...]
) -> Iterator[Diagnostic]:
    clause = _clause_at(placed.condition, address)
    span = placed.span(address)
    trigger = campaign.trigger
    if not isinstance(clause, Unclaimed):
        return
    is_own = isinstance(trigger, EventTrigger) and placed is trigger.where
    if not isinstance(trigger, EventTrigger) or not (
        clause.subject is Subject.EVENT or (clause.subject is Subject.DATA and is_own)
    ):
        yield _misplaced(span)
        return
    claims = _claims(campaigns, slug, trigger, clause)
    for taker in claims.takers_of_all:
        message = (
            f"'{taker}' matches '{clause.pattern}' and asks nothing of '{clause.path}', so it would take every value"
        )
        hint = f"let its trigger ask for values of {clause.path}, or rename it"
        yield Diagnostic("claims-everything", message, span, hint)
    if not claims.slugs and not claims.takers_of_all:
        message = f"no other running campaign of this event matches '{clause.pattern}', so nothing is excluded"
        hint = "remove the line, or check the pattern against the campaigns' folder names"
        yield Diagnostic("nothing-unclaimed", message, span, hint, Severity.WARNING)
