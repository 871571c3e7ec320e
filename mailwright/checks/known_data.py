"""What the schemas say of a property's or attribute's path: known, unknown, or not said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailwright.definitions.accepting import made
from mailwright.definitions.event_schema import EventSchema, Property
from mailwright.definitions.project import Project

RESERVED_ATTRIBUTES = (
    *("id", "email", "phone", "cio_id", "created_at", "_created_in_customerio_at", "unsubscribed", "timezone"),
    *("timezone_valid", "cio_timezone", "cio_subscription_preferences", "anonymous_id", "mobile_ad_id", "language"),
    *("cio_email_tracking_consent", "email_sha256", "mobile_ad_id_sha256", "_relationship"),
)
"""Attributes that every person may have without a schema.

Source: Customer.io docs, "User Attributes" (semantics R123, liquid §7).
"""
ANYTHING = made(Property)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A path that a schema does not have: the part that is missing, and the names that stand there."""

    name: str
    known: tuple[str, ...]


def event_schema(project: Project, event: str | None) -> EventSchema | None:
    """The schema of an event; names that differ only in case are the same event.

    Assumed: names that differ only in case match (semantics R3).
    """
    if event is None:
        return None
    if event in project.events:
        return project.events[event]
    wanted = folded_event(event)
    return next((schema for name, schema in project.events.items() if folded_event(name) == wanted), None)


def folded_event(name: str) -> str:
    """The name as it is compared: without spaces around it and without case (semantics R2, R3)."""
    return name.strip().casefold()


def event_property(project: Project, event: str | None, path: str) -> Property | Unknown | None:
    """What is known of a path of an event's data; None when the project does not describe the event."""
    schema = event_schema(project, event)
    if schema is None or not schema.properties:
        return None
    return property_at(schema.properties, path_segments(path, schema.properties))


def person_attribute(project: Project, path: str) -> Property | Unknown | None:
    """What is known of a path of a person's attributes; None when the project does not describe people."""
    attributes = project.people.attributes
    segments = path_segments(path, attributes)
    if not attributes or not segments:
        return None
    if segments[0] in RESERVED_ATTRIBUTES and segments[0] not in attributes:
        return ANYTHING
    return property_at(attributes, segments)


def path_segments(path: str, names: Mapping[str, Property]) -> list[str | int]:
    """The parts of an authored path: `items[].sku` is `items`, 0, `sku`; a name with dots in the schema stays whole."""
    if path in names:
        return [path]
    segments: list[str | int] = []
    for part in path.split("."):
        name = re.sub(r"(\[\d*\])+$", "", part)
        segments.append(name)
        segments.extend([0] * part[len(name) :].count("["))
    return segments


def property_at(names: Mapping[str, Property], segments: Sequence[str | int | None]) -> Property | Unknown | None:
    """The property that *segments* lead to; `ANYTHING` below what the schema leaves open."""
    found, is_required = made(Property, type="object", properties=dict(names)), True
    for segment in segments:
        is_list = "list" in types_of(found)
        if segment is None and not is_list:
            return ANYTHING
        if not isinstance(segment, str):
            continue
        if not found.properties or (is_list and segment in ("size", "first", "last")):
            return ANYTHING
        if segment not in found.properties:
            return Unknown(segment, tuple(found.properties))
        found = found.properties[segment]
        is_required = is_required and found.required
    return found if found.required == is_required else found.model_copy(update={"required": is_required})


def types_of(found: Property) -> tuple[str, ...]:
    """The types a property may have."""
    return tuple(found.type) if isinstance(found.type, list) else (found.type,)
