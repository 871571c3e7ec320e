"""Samples: a person, an event and a moment, for previews and tests."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from mailwright.definitions.base import Definition
from mailwright.definitions.names import EventName, Slug


class SamplePerson(Definition):
    """A made-up person."""

    id: str
    attributes: dict[str, Any] = Field(default_factory=dict)
    segments: list[Slug] = Field(default_factory=list)
    """The manual segments the person is in."""


class SampleEvent(Definition):
    """What the person did."""

    name: EventName
    data: dict[str, Any] = Field(default_factory=dict)
    id: str | None = None


class Sample(Definition):
    """One file of `_shared/samples`: either part may be missing."""

    name: str = ""
    description: str = ""
    person: SamplePerson | None = None
    event: SampleEvent | None = None
    trigger: dict[str, Any] = Field(default_factory=dict)
    """What `trigger.*` holds: transactional, broadcast and webhook data."""
    journey: dict[str, Any] = Field(default_factory=dict)
    objects: dict[str, Any] = Field(default_factory=dict)
    at: str | None = None
    """The moment, ISO 8601."""
    campaigns: list[Slug] = Field(default_factory=list)
    """The campaigns it is meant for; none: those its event fires."""
