"""The schemas of events and people as a contract: names, times, and what must not be sent at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from mailwright.checks.event_words import (
    follows,
    is_click_like,
    is_time_name,
    near_pairs,
    renamed,
    sensitive_by_name,
    sensitive_by_value,
    time_written_as,
)
from mailwright.checks.findings import finding
from mailwright.checks.known_data import types_of
from mailwright.checks.name_checks import schema_span
from mailwright.definitions.event_schema import Property
from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic, Span

Path = tuple[str, ...]


def check_events(project: Project) -> Iterator[Diagnostic]:
    """Every problem of the contract itself."""
    yield from _names(project)
    for name, schema in project.events.items():
        yield from _properties(project, name, ("properties",), schema.properties)
    yield from _people(project)


def _names(project: Project) -> Iterator[Diagnostic]:
    rules = project.settings.events
    for name in project.events:
        span = schema_span(project, name, ("name",))
        if not follows(name, rules.naming):
            meant = renamed(name, rules.naming)
            hint = f"name: {meant}, and aliases: [{name}] as long as it is sent"
            yield finding("event-naming", f"'{name}' is not written in {rules.naming}", span, hint)
        if is_click_like(name):
            message = f"'{name}' tells what a finger did, not what the person achieved"
            yield finding("click-like-event", message, span, "the step it led to: report_exported, plan_chosen")
    for one, other in near_pairs(project.events):
        if other not in project.events[one].aliases and one not in project.events[other].aliases:
            message = f"'{other}' and '{one}' are nearly the same name"
            hint = f"describe one of them, and name the other in its aliases: [{other}]"
            yield finding("near-duplicate-event", message, schema_span(project, other, ("name",)), hint)
    if len(project.events) > rules.most:
        last = list(project.events)[rules.most]
        message = f"{len(project.events)} events are described; the settings allow {rules.most}"
        hint = "fold some into one with a property, or raise events.most"
        yield finding("too-many-events", message, schema_span(project, last, ("name",)), hint)


def _properties(project: Project, event: str, path: Path, properties: Mapping[str, Property]) -> Iterator[Diagnostic]:
    for name, found in properties.items():
        inside = (*path, name)
        yield from _one(name, found, schema_span(project, event, inside))
        yield from _properties(project, event, (*inside, "properties"), found.properties)


def _one(name: str, found: Property, span: Span) -> Iterator[Diagnostic]:
    values = [value for value in chain([found.example], found.allowed) if value is not None]
    kinds = types_of(found)
    if "timestamp" in kinds or (is_time_name(name) and set(kinds) <= {"any", "integer", "number"}):
        wrong = next((how for value in values if (how := time_written_as(value))), "")
        if wrong:
            hint = "seconds since 1970: 1767225600"
            yield finding("time-not-seconds", f"'{name}' is a time, and its example is {wrong}", span, hint)
    what = sensitive_by_name(name) if set(kinds) != {"boolean"} else ""
    what = what or next((seen for value in values if (seen := sensitive_by_value(value))), "")
    if found.sensitive in ("financial", "health", "secret"):
        what = what or f"{found.sensitive} data"
    if what:
        hint = "leave it out; send what the email needs of it (a brand, a yes or no)"
        yield finding("sensitive-data", f"'{name}' holds {what}", span, hint)


def _people(project: Project) -> Iterator[Diagnostic]:
    attributes = project.people.attributes
    file = f"{project.settings.campaigns}/{project.settings.shared}/people.yaml"
    place = project.places.get(file)
    if attributes and "email" not in attributes:
        span = place.span(("attributes",), key=True) if place is not None else Span(file)
        yield finding("people-without-email", "people have no attribute 'email'", span, "email: {type: text}")
    for name, found in attributes.items():
        span = place.span(("attributes", name), key=True) if place is not None else Span(file)
        yield from _one(name, found, span)
