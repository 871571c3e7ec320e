"""What events may happen, and what is known of a person."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mailwright.definitions.base import Definition
from mailwright.definitions.names import EventName

PropertyType = Literal["text", "number", "integer", "boolean", "timestamp", "list", "object", "any"]


class Property(Definition):
    """One property of an event, or one attribute of a person."""

    type: PropertyType | list[PropertyType] = "any"
    """Several where senders differ: `[integer, text]`."""
    description: str = ""
    required: bool = False
    nullable: bool = False
    allowed: list[Any] = Field(default_factory=list)
    """All values there are; empty: any."""
    unit: str = ""
    example: Any = None
    sensitive: bool | Literal["personal", "financial", "health", "secret"] = False
    """What must not be shown around; what is financial, about health or secret has no place in marketing data."""
    properties: dict[str, Property] = Field(default_factory=dict)
    """Of an object, or of the objects in a list."""


class EventSchema(Definition):
    """One file of `_shared/events`."""

    name: EventName
    description: str = ""
    stage: Literal["acquisition", "activation", "engagement", "retention", "expansion", "churn"] | None = None
    sent_by: str = ""
    when: str = ""
    properties: dict[str, Property] = Field(default_factory=dict)
    since: str = ""
    """The day from which on it is sent: 2026-03-01."""
    backfill: str = ""
    """Whether old events were sent too, or only new ones."""
    aliases: list[str] = Field(default_factory=list)
    """Old names that some senders still use; they need not follow the project's naming."""
    deprecated: bool = False
    replaced_by: str | None = None


class PeopleSchema(Definition):
    """`_shared/people.yaml`."""

    identifier: Literal["id", "email", "id_or_email"] = "id_or_email"
    """What tells people apart in the workspace."""
    attributes: dict[str, Property] = Field(default_factory=dict)
