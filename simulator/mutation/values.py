"""Values that a list could wrongly hold too: what other conditions, or the schemas, name for the same property."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Compare, Operator, PlacedCondition, Scalar, Subject, walk
from mailwright.loading.placed_conditions import placed_conditions

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

Asked = tuple[str, str]
"""The event or `person`, and the path."""


class Neighbours:
    """The values that the project knows for each property."""

    def __init__(self, project: Project) -> None:
        self._known: dict[Asked, dict[Scalar, None]] = {}
        for campaign in project.campaigns.values():
            event = getattr(campaign.trigger, "event", None)
            for _, placed in placed_conditions(campaign):
                self._learn(placed, event)
        for segment in project.segments.values():
            if segment.where is not None:
                self._learn(segment.where, None)
        for name, schema in project.events.items():
            for path, known in schema.properties.items():
                self._add((name, path), known.allowed or ())
        for path, known in project.people.attributes.items():
            self._add(("person", path), known.allowed or ())

    def _learn(self, placed: PlacedCondition, event: str | None) -> None:
        for _, clause in walk(placed.condition):
            if isinstance(clause, Compare) and clause.operator is Operator.EQUALS:
                self._add(_asked(clause, event), clause.values)

    def _add(self, asked: Asked, values: object) -> None:
        if isinstance(values, list | tuple):
            self._known.setdefault(asked, {}).update(dict.fromkeys(one for one in values if isinstance(one, Scalar)))

    def another(self, clause: Compare, event: str | None) -> Scalar | None:
        """A value that the clause does not name and that may come; None where none is known."""
        low = {str(one).lower() for one in clause.values}
        known = self._known.get(_asked(clause, event), {})
        return next((one for one in known if str(one).lower() not in low and not isinstance(one, bool)), None)


def _asked(clause: Compare, event: str | None) -> Asked:
    return ("person" if clause.subject is Subject.PERSON else event or ""), clause.path
