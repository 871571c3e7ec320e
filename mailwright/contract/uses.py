"""Which campaigns, segments and emails use an event or a property, with places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailwright.checks.asked import asked_conditions, clauses, trigger_event
from mailwright.checks.findings import text_span
from mailwright.checks.known_data import folded_event, path_segments
from mailwright.checks.template_facts import FactsOf, template_facts
from mailwright.checks.template_uses import template_uses
from mailwright.definitions.conditions import Compare, Happens, Performed, Subject, Unclaimed
from mailwright.diagnostics import Span

if TYPE_CHECKING:
    from mailwright.checks.asked import Clause
    from mailwright.definitions.project import Project

Path = tuple[str, ...]
"""Property names from the outside in; positions in lists are left out."""


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place that uses something: *by* is a campaign's slug, `segment:slug` or an email as `campaign/name`."""

    by: str
    kind: str  # trigger, goal, condition, segment, email, webhook, step, layout, snippet
    span: Span


@dataclass(frozen=True, slots=True)
class Uses:
    """Everything that is used of events, by folded event name and path (`()`: the event itself), and of people."""

    events: Mapping[str, Mapping[Path, tuple[Use, ...]]] = field(default_factory=dict)
    people: Mapping[Path, tuple[Use, ...]] = field(default_factory=dict)

    def of_event(self, name: str, path: Path | None = None) -> list[Use]:
        """Who uses the event; with a path who uses that property, or a part of it."""
        found = self.events.get(folded_event(name), {})
        return _under(found, path if path is not None else ())

    def of_person(self, path: Path) -> list[Use]:
        """Who uses the attribute, or a part of it."""
        return _under(self.people, path)


def _under(found: Mapping[Path, tuple[Use, ...]], path: Path) -> list[Use]:
    uses = {use for other, those in found.items() if other[: len(path)] == path for use in those}
    return sorted(uses, key=lambda use: (use.by, use.kind, use.span.file, use.span.line, use.span.column))


def names_of(uses: Iterable[Use]) -> list[str]:
    """Who uses, each once, in order."""
    return list(dict.fromkeys(use.by for use in uses))


def uses_in(project: Project, facts_of: FactsOf = template_facts) -> Uses:
    """Every use in the project."""
    events: dict[str, dict[Path, set[Use]]] = {}
    people: dict[Path, set[Use]] = {}
    for event, path, use in (*_in_campaigns(project), *_in_conditions(project), *_in_templates(project, facts_of)):
        if event is None:
            people.setdefault(path, set()).add(use)
        else:
            events.setdefault(folded_event(event), {}).setdefault(path, set()).add(use)
    return Uses(
        {name: {path: tuple(found) for path, found in paths.items()} for name, paths in events.items()},
        {path: tuple(found) for path, found in people.items()},
    )


Found = Iterator[tuple[str | None, Path, Use]]


def _in_campaigns(project: Project) -> Found:
    for slug, campaign in project.campaigns.items():
        event = trigger_event(campaign)
        if event is not None:
            yield event, (), Use(slug, "trigger", project.campaign_span(slug, ("trigger", "event")))
        if campaign.goal is not None and campaign.goal.event is not None:
            yield campaign.goal.event, (), Use(slug, "goal", project.campaign_span(slug, ("goal", "event")))


def _in_conditions(project: Project) -> Found:
    segments = {id(segment.where): slug for slug, segment in project.segments.items()}
    for asked in asked_conditions(project):
        by = asked.campaign or f"segment:{segments.get(id(asked.placed), '')}"
        kind = "condition" if asked.campaign else "segment"
        for clause in clauses(asked):
            use = Use(by, kind, clause.span)
            match clause.condition:
                case Performed(event=event) | Happens(event=event):
                    yield event, (), use
                case Compare(subject=subject, path=path) | Unclaimed(subject=subject, path=path):
                    yield from _of_clause(clause, subject, path, use)
                case _:
                    continue


def _of_clause(clause: Clause, subject: Subject, path: str, use: Use) -> Found:
    names = tuple(part for part in path_segments(path, {}) if isinstance(part, str))
    match subject:
        case Subject.PERSON:
            yield None, names, use
        case Subject.DATA if clause.data_event is not None:
            yield clause.data_event, names, use
        case Subject.EVENT if clause.asked.trigger_event is not None:
            yield clause.asked.trigger_event, names, use
        case _:
            return


def _in_templates(project: Project, facts_of: FactsOf) -> Found:
    for used in template_uses(project, facts_of):
        for dialect in used.dialects[:1]:
            for read in facts_of(used.text.source, dialect).reads:
                names = tuple(part for part in read.path[1:] if isinstance(part, str))
                span = text_span(used.text, read.line, read.column, read.length)
                for reader in used.readers:
                    by = _called(reader.slug, used.kind, used.text.file)
                    event = trigger_event(reader.campaign)
                    if read.path[0] == "customer" and names:
                        yield None, names, Use(by, _kind(used.kind), span)
                    elif read.path[0] == "event" and event is not None and names:
                        yield event, names, Use(by, _kind(used.kind), span)


def _kind(kind: str) -> str:
    return "email" if kind == "message" else kind


def _called(slug: str, kind: str, file: str) -> str:
    if kind not in ("message", "webhook"):
        return slug
    return f"{slug}/{file.rpartition('/')[2].split('.')[0]}"
