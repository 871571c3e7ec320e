"""Names and numbers that only one thing may have."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.definitions.project import Project
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Span


def unique_name_problems(project: Project) -> Iterator[Diagnostic]:
    """Every second use of a campaign's name, a segment's name or number, a topic's number, a step's id."""
    yield from _campaign_names(project)
    yield from _step_ids(project)
    yield from _segment_names(project)
    yield from _topic_numbers(project)
    yield from _languages(project)


def _twice(what: str, span: Span, where: str) -> Diagnostic:
    return Diagnostic("duplicate-name", what, span, where)


def _campaign_names(project: Project) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for slug, campaign in project.campaigns.items():
        name = campaign.name.strip().casefold()
        if name in first:
            span = project.campaign_span(slug, ("name",))
            message = f"two campaigns are called '{campaign.name}'"
            yield _twice(message, span, f"the other is {project.campaign_file(first[name])}")
        first.setdefault(name, slug)


def _step_ids(project: Project) -> Iterator[Diagnostic]:
    for slug, campaign in project.campaigns.items():
        first: dict[str, tuple[str | int, ...]] = {}
        for placed in walk_steps(campaign.workflow):
            if placed.id in first:
                at = (*placed.path, "id") if placed.step.id is not None else placed.path
                line = project.campaign_span(slug, first[placed.id]).line
                message = f"two steps are called '{placed.id}'"
                yield _twice(
                    message, project.campaign_span(slug, at), f"the first is in line {line}; give one another `id`"
                )
            first.setdefault(placed.id, placed.path)


def _segment_names(project: Project) -> Iterator[Diagnostic]:
    folder = f"{project.settings.campaigns}/{project.settings.shared}/segments"
    names: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for slug, segment in project.segments.items():
        place = project.places[f"{folder}/{slug}.yaml"]
        name = segment.name.strip().casefold()
        if name in names:
            message = f"two segments are called '{segment.name}'"
            yield _twice(message, place.span(("name",)), f"the other is {folder}/{names[name]}.yaml")
        names.setdefault(name, slug)
        if segment.id is not None:
            if segment.id in numbers:
                message = f"two segments have the number {segment.id}"
                yield _twice(message, place.span(("id",)), f"the other is {folder}/{numbers[segment.id]}.yaml")
            numbers.setdefault(segment.id, slug)


def _topic_numbers(project: Project) -> Iterator[Diagnostic]:
    file = f"{project.settings.campaigns}/{project.settings.shared}/topics.yaml"
    numbers: dict[int, str] = {}
    for slug, topic in project.topics.topics.items():
        if topic.id in numbers:
            span = project.places[file].span(("topics", slug, "id"))
            yield _twice(f"two topics have the number {topic.id}", span, f"the other is '{numbers[topic.id]}'")
        numbers.setdefault(topic.id, slug)


def _languages(project: Project) -> Iterator[Diagnostic]:
    """Variants whose message has no default are told where their step stands; here: those that no step uses."""
    for (_, name, language), message in project.messages.items():
        fields_language = getattr(message.fields, "language", None)
        if language is not None and fields_language is not None and fields_language != language:
            place = project.places[message.body.file]
            hint = "remove the line; the file's name says the language"
            text = f"this file is the '{language}' variant of '{name}' by its name"
            yield Diagnostic("wrong-value", text, place.span(("language",)), hint)
