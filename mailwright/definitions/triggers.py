"""What starts a journey: eleven kinds of trigger, told apart by their first key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from mailwright.definitions.base import Definition
from mailwright.definitions.condition_fields import (
    UNCONDITIONAL,
    FilterCondition,
    ObjectCondition,
    PersonCondition,
    RelationshipCondition,
    WhereCondition,
)
from mailwright.definitions.conditions import EventType
from mailwright.definitions.names import AttributeName, ClockTime, Duration, EventName, Slug


class EventTrigger(Definition):
    """Each event of this name whose data passes `where` starts a journey."""

    event: EventName
    """The event's name."""
    where: WhereCondition = UNCONDITIONAL
    """Tests on the event's data; every line must hold."""
    type: EventType = EventType.EVENT
    """Whether it is a tracked event, a page view (its name is the URL) or a screen view."""


class SegmentTrigger(Definition):
    """Joining the segment starts a journey."""

    segment: Slug
    """The segment's file name in `_shared/segments`."""


class PersonTrigger(Definition):
    """Starting to match these attributes starts a journey."""

    person: PersonCondition
    """Tests on the person's attributes; every line must hold."""
    filter: FilterCondition = UNCONDITIONAL
    """More of the trigger, about segments and the like."""


class DateTrigger(Definition):
    """A date among the person's attributes comes near."""

    date: AttributeName
    """The attribute that holds the date: Unix seconds or ISO 8601."""
    repeat: Literal["once", "yearly", "monthly"] = "once"
    """Whether it comes again each year or month."""
    before: Duration | None = None
    """So long before the date."""
    after: Duration | None = None
    """So long after the date."""
    at: ClockTime = "00:00"
    """The time of day at which journeys start."""
    zone: str = "person"
    """`person`, or the name of a time zone."""
    fallback: str = "UTC"
    """The zone for people without one."""


class FormTrigger(Definition):
    """Each submission of a connected form starts a journey."""

    form: Slug
    """The form's name or id."""
    where: WhereCondition = UNCONDITIONAL
    """Tests on the submitted fields."""


class ObjectTrigger(Definition):
    """A change of an object starts a journey for the people related to it."""

    object: Slug
    """The object type, singular."""
    where: ObjectCondition = UNCONDITIONAL
    """Tests on the object's attributes."""
    audience: FilterCondition = UNCONDITIONAL
    """Which of the related people."""


class RelationshipTrigger(Definition):
    """A new or changed relationship between a person and an object starts a journey."""

    relationship: Slug
    """The object type, singular."""
    where: RelationshipCondition = UNCONDITIONAL
    """Tests on the relationship's attributes."""
    object_where: ObjectCondition = UNCONDITIONAL
    """Tests on the object's attributes."""


class WebhookTrigger(Definition):
    """Data posted to the campaign's own URL starts a journey."""

    webhook: Slug
    """A name for the incoming hook."""
    where: WhereCondition = UNCONDITIONAL
    """Tests on the posted data."""
    person: str | None = None
    """The path in the posted data that holds the person's id or email; none: the journey has no person."""


class BroadcastTrigger(Definition):
    """A call of the API sends to many people at once."""

    broadcast: Slug
    """The broadcast's name in API calls."""
    audience: FilterCondition = UNCONDITIONAL
    """Who gets it when the call names nobody."""


class TransactionalTrigger(Definition):
    """A call of the API sends to one person."""

    transactional: Slug
    """The message's name in API calls."""
    data: dict[str, str] = Field(default_factory=dict)
    """The names in `message_data` and what each is for."""


class NewsletterTrigger(Definition):
    """One send to an audience at one time."""

    newsletter: Slug
    """The newsletter's name."""
    audience: FilterCondition = UNCONDITIONAL
    """Who gets it."""
    at: str | None = None
    """When it is sent, ISO 8601; none: not scheduled."""


TRIGGER_KINDS: dict[str, type[Definition]] = {
    "event": EventTrigger,
    "segment": SegmentTrigger,
    "person": PersonTrigger,
    "date": DateTrigger,
    "form": FormTrigger,
    "object": ObjectTrigger,
    "relationship": RelationshipTrigger,
    "webhook": WebhookTrigger,
    "broadcast": BroadcastTrigger,
    "transactional": TransactionalTrigger,
    "newsletter": NewsletterTrigger,
}


def trigger_kind(raw: object) -> str | None:
    """The kind that an authored trigger says it is: the first of its keys that names one."""
    if isinstance(raw, dict):
        # `webhook` may come with `person`, its path, so it is asked before.
        ordered = ("webhook", *(kind for kind in TRIGGER_KINDS if kind != "webhook"))
        return next((kind for kind in ordered if kind in raw), None)
    return next((kind for kind, model in TRIGGER_KINDS.items() if isinstance(raw, model)), None)


Trigger = Annotated[
    Annotated[EventTrigger, Tag("event")]
    | Annotated[SegmentTrigger, Tag("segment")]
    | Annotated[PersonTrigger, Tag("person")]
    | Annotated[DateTrigger, Tag("date")]
    | Annotated[FormTrigger, Tag("form")]
    | Annotated[ObjectTrigger, Tag("object")]
    | Annotated[RelationshipTrigger, Tag("relationship")]
    | Annotated[WebhookTrigger, Tag("webhook")]
    | Annotated[BroadcastTrigger, Tag("broadcast")]
    | Annotated[TransactionalTrigger, Tag("transactional")]
    | Annotated[NewsletterTrigger, Tag("newsletter")],
    Discriminator(trigger_kind, custom_error_type="trigger_kind", custom_error_message="a trigger names its kind"),
]
