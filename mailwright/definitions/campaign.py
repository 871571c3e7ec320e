"""A campaign as a whole: who, when, how often, until when, and through which steps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mailwright.definitions.base import Definition
from mailwright.definitions.condition_fields import UNCONDITIONAL, FilterCondition, WaitAnyCondition, WhereCondition
from mailwright.definitions.names import SLUG_PATTERN, Duration, EventName, Slug
from mailwright.definitions.steps import Step
from mailwright.definitions.triggers import (
    DateTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    Trigger,
)


class OncePer(Definition):
    """At most one journey in a span, counted from the previous entry (semantics R39, R44)."""

    once_per: Duration


class Rematch(Definition):
    """A journey each time the person starts to match again (semantics R40)."""

    rematch: Literal[True] | Duration
    """`true`, or the least time between two entries."""


class Interval(Definition):
    """A journey at fixed intervals while the person still matches (semantics R40)."""

    every: Duration


Frequency = Literal["once", "every_time", "rematch"] | OncePer | Rematch | Interval


class Goal(Definition):
    """What the campaign wants to see happen: an event or a condition."""

    event: EventName | None = None
    where: WhereCondition = UNCONDITIONAL
    """Tests on the goal event's data."""
    filter: FilterCondition | None = None
    """In place of an event: what becomes true of the person."""
    within: Duration | None = None
    """Counted from entry; none: as long as the journey runs."""

    @model_validator(mode="after")
    def _is_an_event_or_a_condition(self) -> Goal:
        if (self.event is None) == (self.filter is None):
            raise ValueError("a goal names what it wants to see: one of `event` and `filter`")
        return self


class Exit(Definition):
    """When a journey ends before its last step."""

    when: Literal["never", "stops_matching", "goal", "goal_or_stops_matching"] = "stops_matching"
    """Customer.io's default is `stops_matching` (semantics R46)."""
    on: WaitAnyCondition | None = None
    """More ways out: events or segments, any of which ends the journey at once (semantics R52)."""


class Exclusive(Definition):
    """A group of campaigns of which at most one may fire for one event."""

    group: Slug
    complete: bool = False
    """And at least one: every event of the group's name is answered by the trigger of one of them."""


def _as_group(raw: object) -> object:
    # A name alone is the common case, and both are written.
    return {"group": raw} if isinstance(raw, str) else raw


ExclusiveGroup = Annotated[
    Exclusive,
    BeforeValidator(_as_group),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": SLUG_PATTERN},
                {
                    "type": "object",
                    "properties": {
                        "group": {"type": "string", "pattern": SLUG_PATTERN},
                        "complete": {"type": "boolean", "default": False},
                    },
                    "required": ["group"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Campaign(Definition):
    """One folder of `campaigns/`."""

    name: str = Field(min_length=1)
    """Its name in the workspace."""
    description: str = ""
    trigger: Trigger
    filter: FilterCondition = UNCONDITIONAL
    """About the person; tested at the trigger, for 30 minutes after it, and at exits (semantics R22)."""
    frequency: Frequency | None = None
    """Default: every time for events, once for segments and attributes."""
    goal: Goal | None = None
    exit: Exit = Field(default_factory=Exit)
    exclusive: ExclusiveGroup | None = None
    """A name shared by campaigns of which at most one may fire for one event; `{group: name, complete: true}`: and
    at least one."""
    topic: Slug | None = None
    """The subscription topic of all its messages."""
    to_unsubscribed: bool = False
    """Messages also go to people who unsubscribed."""
    counts_toward_limit: bool = False
    """The workspace's message limit counts its messages."""
    liquid: Literal["latest", "legacy"] | None = None
    """The Liquid of its messages; default: the workspace's."""
    state: Literal["running", "draft", "stopped"] = "running"
    """Only a running campaign is triggered (semantics R38)."""
    workspaces: list[Slug] | None = None
    """Only in these workspaces; none: in all."""
    tags: list[str] = Field(default_factory=list)
    workflow: Annotated[list[Step], Field(min_length=1)]

    def effective_frequency(self) -> Frequency:
        """How often a person may enter: as written, or Customer.io's default for the trigger.

        Source: Customer.io docs, "Campaign triggers, filters, and frequencies" (semantics R39, R40, R42).
        """
        if self.frequency is not None:
            return self.frequency
        match self.trigger:
            case RelationshipTrigger():
                return "rematch"
            case SegmentTrigger() | PersonTrigger() | ObjectTrigger():
                return "once"
            case DateTrigger():
                return "every_time"
            case _:
                return "every_time"
