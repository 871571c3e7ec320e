"""Samples: a person, an event and a moment, for previews and tests."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from mailwright.definitions.base import Definition
from mailwright.definitions.conditions import EventType, MessageState
from mailwright.definitions.names import Duration, EventName, Slug


class SamplePerson(Definition):
    """A made-up person."""

    id: str
    attributes: dict[str, Any] = Field(default_factory=dict)
    segments: list[Slug] = Field(default_factory=list)
    """The manual segments the person is in."""


class SampleEvent(Definition):
    """What the person did."""

    name: EventName
    type: EventType = EventType.EVENT
    data: dict[str, Any] = Field(default_factory=dict)
    id: str | None = None


class Earlier(Definition):
    """Something that happened before the sample's moment."""

    ago: Duration
    """How long before."""
    attributes: dict[str, Any] | None = None
    """What the profile was given then."""
    event: EventName | None = None
    """What the person did then."""
    type: EventType = EventType.EVENT
    data: dict[str, Any] = Field(default_factory=dict)
    """The event's data."""
    message: Slug | None = None
    """The step whose message reached a state then."""
    campaign: Slug | None = None
    """The campaign of the message."""
    state: MessageState = Field(alias="is", default=MessageState.SENT)
    """What became of the message."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Earlier:
        if sum(one is not None for one in (self.attributes, self.event, self.message)) != 1:
            raise ValueError("one thing happened then: `attributes`, `event` or `message`")
        if (self.message is None) != (self.campaign is None):
            raise ValueError("a message is named by its step and its `campaign`")
        return self


class Sample(Definition):
    """One file of `_shared/samples`: either part may be missing."""

    name: str = ""
    description: str = ""
    person: SamplePerson | None = None
    before: list[Earlier] = Field(default_factory=list)
    """What is known of the person from earlier."""
    event: SampleEvent | None = None
    trigger: dict[str, Any] = Field(default_factory=dict)
    """What `trigger.*` holds: transactional, broadcast and webhook data."""
    journey: dict[str, Any] = Field(default_factory=dict)
    objects: dict[str, Any] = Field(default_factory=dict)
    at: str | None = None
    """The moment, ISO 8601."""
    campaigns: list[Slug] = Field(default_factory=list)
    """The campaigns it is meant for; none: those its event fires."""
