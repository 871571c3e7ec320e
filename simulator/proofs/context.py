"""What a proof may take for granted: the segments, the assumptions, the event at hand, what the schemas say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mailwright.checks.known_data import Unknown, event_property, event_schema, person_attribute
from mailwright.definitions.assumptions import Assumptions, assumptions_from
from mailwright.definitions.conditions import Condition, EventType, Subject
from mailwright.definitions.triggers import EventTrigger

if TYPE_CHECKING:
    from mailwright.definitions.event_schema import EventSchema, Property
    from mailwright.definitions.project import Project

EventKey = tuple[str, str]  # type, name in lower case


@dataclass(frozen=True, slots=True)
class Context:
    """Where the conditions of a question stand.

    *event* is the event that starts the journey (None: none does): its data are what both `where:` and `event:` read,
    and it counts among what the person performed. With *by_schema* only data that the schemas allow are thought of.
    """

    assumptions: Assumptions = field(default_factory=Assumptions)
    segments: Mapping[str, Condition] = field(default_factory=dict)  # those that have a condition
    event: str | None = None
    event_type: EventType = EventType.EVENT
    campaign: str = ""  # the campaign the conditions stand in, for messages that do not name theirs
    project: Project | None = None
    by_schema: bool = True

    @property
    def event_key(self) -> EventKey | None:
        """The event as conditions count it."""
        return None if self.event is None else (self.event_type.value, self.event.strip().lower())

    def of_campaign(self, slug: str | None) -> Context:
        """The same for conditions of one campaign of the project, with the event that starts it."""
        event, kind = None, EventType.EVENT
        if slug is not None and self.project is not None and slug in self.project.campaigns:
            match self.project.campaigns[slug].trigger:
                case EventTrigger(event=name, type=its_kind):
                    event, kind = name, its_kind
                case _:
                    pass
        return replace(self, event=event, event_type=kind, campaign=slug or "")

    def of_event(self, name: str | None) -> Context:
        """The same with another event at hand."""
        return replace(self, event=name)

    def schema(self) -> EventSchema | None:
        """What is said of the event at hand."""
        return None if self.project is None else event_schema(self.project, self.event)

    def property_of(self, subject: Subject, path: str) -> Property | None:
        """What the schemas say of a value; None where they say nothing, or are not asked."""
        if self.project is None or not self.by_schema:
            return None
        match subject:
            case Subject.PERSON:
                found = person_attribute(self.project, path)
            case Subject.DATA | Subject.EVENT:
                found = event_property(self.project, self.event, path)
            case _:
                return None
        return None if isinstance(found, Unknown) else found


def context_of(project: Project, campaign: str | None = None, *, by_schema: bool = True) -> Context:
    """The context of a project; of one of its campaigns, with the event that starts it.

    Raises: ConfigurationError when the settings hold an assumption that is none.
    """
    segments = {
        slug: segment.where.condition for slug, segment in project.segments.items() if segment.where is not None
    }
    assumptions = assumptions_from(project.settings.assumptions)
    return Context(assumptions, segments, project=project, by_schema=by_schema).of_campaign(campaign)
