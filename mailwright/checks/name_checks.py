"""Names: events that differ only in case, two spellings of one thing, reserved and overlong names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from mailwright.checks.asked import Clause, asked_conditions, clauses, trigger_event
from mailwright.checks.condition_values import as_text
from mailwright.checks.findings import finding
from mailwright.checks.known_data import event_schema, folded_event
from mailwright.definitions.conditions import Compare, Happens, Operator, Performed, Subject
from mailwright.definitions.project import Project
from mailwright.definitions.steps import CreateEventStep, SetStep
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Span

ATTRIBUTE_NAME_BYTES, ATTRIBUTE_VALUE_BYTES, EVENT_NAME_BYTES = 150, 1000, 100  # semantics R122
NOT_TO_BE_SET = frozenset({"cio_id", "timezone_valid", "cio_timezone", "anonymous_id"})


def check_names(project: Project) -> Iterator[Diagnostic]:
    """Every name that Customer.io takes for another, or not at all."""
    yield from _event_names(project)
    yield from _spellings(project)
    yield from _written_attributes(project)
    yield from _schema_names(project)


def _event_uses(project: Project) -> Iterator[tuple[str, Span]]:
    """Every event name that content writes, with its place; schemas first."""
    for schema in project.events.values():
        yield schema.name, schema_span(project, schema.name, ("name",))
    for slug, campaign in project.campaigns.items():
        if (name := trigger_event(campaign)) is not None:
            yield name, project.campaign_span(slug, ("trigger", "event"))
        if campaign.goal is not None and campaign.goal.event is not None:
            yield campaign.goal.event, project.campaign_span(slug, ("goal", "event"))
        for placed in walk_steps(campaign.workflow):
            match placed.step:
                case CreateEventStep(create_event=event):
                    yield event.name, project.campaign_span(slug, (*placed.path, "create_event", "name"))
                case _:
                    pass
    for clause in _all_clauses(project):
        match clause.condition:
            case Performed(event=name) | Happens(event=name):
                yield name, clause.span
            case _:
                pass


def _event_names(project: Project) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    told: set[str] = set()
    for name, span in _event_uses(project):
        known = first.setdefault(folded_event(name), name)
        if known != name and name not in told:
            told.add(name)
            message = f"the event '{name}' is also written '{known}'; sources disagree whether they are one"
            yield finding("event-name-case", message, span, f"'{known}'")
        if len(name.encode()) > EVENT_NAME_BYTES and name not in told:
            told.add(name)
            message = f"an event's name has at most {EVENT_NAME_BYTES} bytes, this one {len(name.encode())}"
            yield finding("name-too-long", message, span, "a shorter name")
        schema = event_schema(project, name)
        if schema is not None and schema.deprecated and span.file != _schema_file(project, schema.name):
            hint = f"'{schema.replaced_by}'" if schema.replaced_by else "the schema says why"
            yield finding("deprecated-event", f"the event '{name}' is deprecated", span, hint)


def _all_clauses(project: Project) -> Iterator[Clause]:
    for asked in asked_conditions(project):
        yield from clauses(asked)


def _spellings(project: Project) -> Iterator[Diagnostic]:
    """Properties of one event, or values of one property, that differ only in dashes, underscores and spaces."""
    for schema in project.events.values():
        by_key: dict[str, str] = {}
        for name in schema.properties:
            other = by_key.setdefault(_loose(name), name)
            if other != name:
                span = schema_span(project, schema.name, ("properties", name))
                message = f"'{schema.name}' has both '{other}' and '{name}'; a filter on one misses the other"
                yield finding("two-spellings", message, span, "keep the one that the sender really sends")
    seen: dict[tuple[object, ...], dict[str, str]] = defaultdict(dict)
    for clause in _all_clauses(project):
        match clause.condition:
            case Compare(subject=subject, path=path, operator=Operator.EQUALS, values=values):
                event = clause.data_event if subject is Subject.DATA else clause.asked.trigger_event
                owner = folded_event(event) if event and subject is not Subject.PERSON else None
                for value in (as_text(value) for value in values if isinstance(value, str)):
                    known = seen[(owner, subject is Subject.PERSON, path)].setdefault(_loose(value), value)
                    if known.casefold() != value.casefold():
                        message = f"'{value}' is written '{known}' elsewhere; '{path}' equals only one of them"
                        yield finding("two-spellings", message, clause.span, f"'{known}'")
            case _:
                pass


def _loose(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold() or name


def _written_attributes(project: Project) -> Iterator[Diagnostic]:
    """Attributes that a `set` step may not write, or that do not fit (semantics R122, R123)."""
    for slug, campaign in project.campaigns.items():
        for placed in walk_steps(campaign.workflow):
            if not isinstance(placed.step, SetStep):
                continue
            for name, value in placed.step.set.person.items():
                span = project.campaign_span(slug, (*placed.path, "set", "person", name))
                if name in NOT_TO_BE_SET or name.startswith("_"):
                    message = f"'{name}' belongs to Customer.io and cannot be set"
                    yield finding(
                        "reserved-attribute", message, span, "a name of your own, without a leading underscore"
                    )
                elif len(name.encode()) > ATTRIBUTE_NAME_BYTES:
                    message = f"an attribute's name has at most {ATTRIBUTE_NAME_BYTES} bytes"
                    yield finding("name-too-long", message, span, "a shorter name")
                elif isinstance(value, str) and "{" not in value and len(value.encode()) > ATTRIBUTE_VALUE_BYTES:
                    message = f"an attribute's value has at most {ATTRIBUTE_VALUE_BYTES} bytes"
                    yield finding("value-too-long", message, span, "a shorter value, or text in a snippet")


def _schema_names(project: Project) -> Iterator[Diagnostic]:
    file = f"{project.settings.campaigns}/{project.settings.shared}/people.yaml"
    place = project.places.get(file)
    for name in project.people.attributes:
        if name.startswith("_"):
            span = place.span(("attributes", name), key=True) if place is not None else Span(file)
            message = f"'{name}' starts with an underscore: it is internal and no segment can use it"
            yield finding("reserved-attribute", message, span, f"'{name.lstrip('_')}'")


def _schema_file(project: Project, event: str) -> str:
    return schema_span(project, event, ()).file


def schema_span(project: Project, event: str, path: tuple[str, ...]) -> Span:
    """Where an event's schema says something; its file is the one that names the event."""
    folder = f"{project.settings.campaigns}/{project.settings.shared}/events/"
    named = f"{folder}{event}.yaml"
    file = named if named in project.places else _file_that_names(project, folder, event) or named
    place = project.places.get(file)
    return place.span(path, key=len(path) > 1) if place is not None else Span(file)


def _file_that_names(project: Project, folder: str, event: str) -> str | None:
    """The schema file of an event whose file has another name, found by the length of its `name:` value."""
    files = [file for file in project.places if file.startswith(folder)]
    loose = {_loose(file.removeprefix(folder).removesuffix(".yaml")): file for file in files}
    return loose.get(_loose(event))
