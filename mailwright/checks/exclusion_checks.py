"""Values that a campaign leaves to others, and that no other campaign of the event asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailwright.checks.condition_values import folded_value
from mailwright.checks.constraints import Demand, Demands, Key, demands_of
from mailwright.checks.findings import clause_span, finding
from mailwright.checks.known_data import folded_event
from mailwright.checks.wholeness import is_whole
from mailwright.definitions.conditions import Compare, Not, Operator, PlacedCondition, Subject, walk
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger
from mailwright.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Rival:
    """One running campaign of an event, and what its trigger and filter demand."""

    slug: str
    where: PlacedCondition
    demands: Demands


def check_exclusions(project: Project) -> Iterator[Diagnostic]:
    """Excluded values that no campaign asks for."""
    if is_whole(project):
        for rivals in _rivals_by_event(project).values():
            for rival in rivals:
                yield from _unanswered(rival, rivals)


def _rivals_by_event(project: Project) -> Mapping[tuple[str, str], list[Rival]]:
    """The running event campaigns, by event.

    Assumed: event names that differ only in case are one event (semantics R3).
    """
    found: dict[tuple[str, str], list[Rival]] = defaultdict(list)
    for slug, campaign in project.campaigns.items():
        match campaign.trigger:
            case EventTrigger(event=event, where=where, type=kind) if campaign.state == "running":
                demands = demands_of(where.condition, campaign.filter.condition)
                found[(kind.value, folded_event(event))].append(Rival(slug, where, demands))
            case _:
                pass
    return found


def _unanswered(rival: Rival, rivals: Sequence[Rival]) -> Iterator[Diagnostic]:
    """Constants that *rival* leaves to others, where others ask for constants of that property but not for these."""
    others = [other for other in rivals if other is not rival]
    for address, clause in walk(rival.where.condition):
        match clause:
            case Not(part=Compare(subject=Subject.DATA, path=path, operator=Operator.EQUALS, values=values)):
                pass
            case _:
                continue
        asking = [demand for other in others if (demand := other.demands.values.get((Subject.DATA, path)))]
        if not any(demand.allowed for demand in asking):
            continue
        left = [str(value) for value in values if not _is_asked(value, others, (Subject.DATA, path))]
        if left:
            message = f"'{rival.slug}' leaves {path} {', '.join(left)} to others, but no campaign asks for it"
            hint = "add it to a campaign of its own, or take it out here; unclaimed_by: keeps such a list by itself"
            yield finding("excluded-by-all", message, clause_span(rival.where, address), hint)


def _is_asked(value: object, others: Sequence[Rival], key: Key) -> bool:
    demands = [demand for other in others if (demand := other.demands.values.get(key)) is not None]
    return any(_names_values(demand) and demand.accepts(folded_value(value)) for demand in demands)


def _names_values(demand: Demand) -> bool:
    return bool(demand.allowed or demand.contains) or demand.above is not None or demand.below is not None
