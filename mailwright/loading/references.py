"""Names that must resolve: files, layouts, segments, topics, events, steps, workspaces, campaigns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import (
    Changed,
    Condition,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    Performed,
    PlacedCondition,
    walk,
)
from mailwright.definitions.message import EmailFields
from mailwright.definitions.project import Project
from mailwright.definitions.steps import AbTestStep, CreateEventStep, MessageStep, SegmentStep
from mailwright.definitions.triggers import EventTrigger, SegmentTrigger
from mailwright.definitions.workflow import PlacedStep, walk_steps
from mailwright.diagnostics import Diagnostic, Span, name_hint
from mailwright.loading.campaign_folder import files_of
from mailwright.loading.jumps import jump_problems
from mailwright.loading.placed_conditions import placed_conditions
from mailwright.loading.segment_chains import segment_chain_problems
from mailwright.loading.unclaimed import with_claims
from mailwright.loading.unique_names import unique_name_problems
from mailwright.loading.yaml_builder import Path


def resolved(project: Project, broken: Collection[str] = ()) -> tuple[Project, list[Diagnostic]]:
    """The project with `unclaimed_by` filled in, and every name that leads nowhere.

    *broken* are files that exist and could not be read: what they define is not called missing.
    """
    complete, problems = with_claims(project)
    check = _References(complete, frozenset(broken))
    return complete, [*problems, *check.problems(), *unique_name_problems(complete)]


class _References:
    """Looks up every name of a project."""

    def __init__(self, project: Project, broken: frozenset[str]) -> None:
        self.project = project
        self.broken = broken
        self.shared = f"{project.settings.campaigns}/{project.settings.shared}"
        self.segments = self._known(project.segments, "segments")
        self.event_names = self._known_events()

    def _known(self, names: Collection[str], folder: str) -> dict[str, None]:
        start = f"{self.shared}/{folder}/"
        unread = [file[len(start) : -len(".yaml")] for file in self.broken if file.startswith(start)]
        return dict.fromkeys([*names, *sorted(unread)])

    def _known_events(self) -> set[str] | None:
        """The names events may have, in small letters; None when the project does not describe them all."""
        events = self.project.events
        if not events or any(file.startswith(f"{self.shared}/events/") for file in self.broken):
            return None
        names = {name.strip().lower() for name in events}
        return names | {alias.strip().lower() for event in events.values() for alias in event.aliases}

    def problems(self) -> Iterator[Diagnostic]:
        """Every name that leads nowhere."""
        for slug, campaign in self.project.campaigns.items():
            yield from self._of_campaign(slug, campaign)
        for segment in self.project.segments.values():
            if segment.where is not None:
                yield from self._of_condition(segment.where, None)
        yield from segment_chain_problems(self.project)
        yield from jump_problems(self.project)
        yield from self._of_messages()
        yield from self._of_samples()
        yield from self._of_events()

    def _of_campaign(self, slug: str, campaign: Campaign) -> Iterator[Diagnostic]:
        span = self.project.campaign_span
        trigger = campaign.trigger
        if isinstance(trigger, EventTrigger):
            yield from self._event(trigger.event, trigger.type, span(slug, ("trigger", "event")))
        if isinstance(trigger, SegmentTrigger):
            yield from self._segment(trigger.segment, span(slug, ("trigger", "segment")))
        if campaign.goal is not None and campaign.goal.event is not None:
            yield from self._event(campaign.goal.event, EventType.EVENT, span(slug, ("goal", "event")))
        yield from self._topic(campaign.topic, span(slug, ("topic",)))
        for index, name in enumerate(campaign.workspaces or ()):
            known = list(self.project.settings.workspaces)
            if known and name not in known:
                hint = name_hint(name, known, "workspaces")
                yield _unknown("workspace", name, span(slug, ("workspaces", index)), hint)
        for _, placed in placed_conditions(campaign):
            yield from self._of_condition(placed, slug)
        for placed_step in walk_steps(campaign.workflow):
            yield from self._of_step(slug, placed_step)

    def _of_step(self, slug: str, placed: PlacedStep) -> Iterator[Diagnostic]:
        step = placed.step
        if isinstance(step, MessageStep):
            yield from self._topic(step.topic, self.project.campaign_span(slug, (*placed.path, "topic")))
        for index, name in enumerate(files_of(placed)):
            at: Path = (*placed.path, placed.kind)
            if isinstance(step, AbTestStep):
                at = (*at, index, "email")
            yield from self._file(slug, name, placed.kind, self.project.campaign_span(slug, at))
        if isinstance(step, CreateEventStep):
            at = (*placed.path, "create_event", "name")
            if "{{" not in step.create_event.name:
                yield from self._event(step.create_event.name, EventType.EVENT, self.project.campaign_span(slug, at))
        if isinstance(step, SegmentStep):
            yield from self._manual_segment(slug, step, (*placed.path, "segment"))

    def _file(self, slug: str, name: str, kind: str, span: Span) -> Iterator[Diagnostic]:
        folder = f"{self.project.settings.campaigns}/{slug}"
        if kind == "webhook":
            file = f"{folder}/{name}.yaml"
            if (slug, name) not in self.project.webhooks and file not in self.broken:
                yield _no_file(
                    file, span, [other for campaign, other in self.project.webhooks if campaign == slug], name
                )
            return
        file = f"{folder}/{name}.liquid"
        if (slug, name, None) in self.project.messages or file in self.broken:
            return
        names = sorted({other for campaign, other, _ in self.project.messages if campaign == slug})
        if name in names:
            hint = f"{name}.liquid goes to people whose language has no variant"
            yield Diagnostic("no-default-language", f"'{name}' has language variants only", span, hint)
            return
        yield _no_file(file, span, names, name)

    def _manual_segment(self, slug: str, step: SegmentStep, path: Path) -> Iterator[Diagnostic]:
        for key, name in (("add", step.segment.add), ("remove", step.segment.remove)):
            if name is None:
                continue
            span = self.project.campaign_span(slug, (*path, key))
            yield from self._segment(name, span)
            segment = self.project.segments.get(name)
            if segment is not None and not segment.manual:
                message = f"people join '{name}' by its condition, not by a step"
                yield Diagnostic("segment-not-manual", message, span, "a segment with `manual: true`")

    def _segment(self, name: str, span: Span) -> Iterator[Diagnostic]:
        if name not in self.segments:
            yield _unknown("segment", name, span, name_hint(name, list(self.segments), "segments"))

    def _topic(self, name: str | None, span: Span) -> Iterator[Diagnostic]:
        known = self.project.topics.topics
        if name is not None and name not in known and f"{self.shared}/topics.yaml" not in self.broken:
            yield _unknown("topic", name, span, name_hint(name, list(known), "topics"))

    def _event(self, name: str, kind: EventType, span: Span) -> Iterator[Diagnostic]:
        """Names that differ only in case are told by another rule.

        Assumed: an event matches in any case (semantics R3).
        """
        known = self.event_names
        if known is None or kind is not EventType.EVENT or "${" in name or name.strip().lower() in known:
            return
        hint = name_hint(name, list(self.project.events), "events")
        more = "" if hint.startswith("'") else "; mailwright new event … describes one more"
        yield _unknown("event", name, span, f"{hint}{more}")

    def _of_condition(self, placed: PlacedCondition, slug: str | None) -> Iterator[Diagnostic]:
        for address, clause in walk(placed.condition):
            yield from self._of_clause(clause, placed.span(address), slug)

    def _of_clause(self, clause: Condition, span: Span, slug: str | None) -> Iterator[Diagnostic]:
        match clause:
            case InSegment(segment=name):
                yield from self._segment(name, span)
            case Performed(event=name, type=kind) | Happens(event=name, type=kind):
                yield from self._event(name, kind, span)
            case MessageIs():
                yield from self._step(clause, span, slug)
            case Changed():
                pass
            case _:
                pass

    def _step(self, clause: MessageIs, span: Span, slug: str | None) -> Iterator[Diagnostic]:
        campaigns = self.project.campaigns
        where = clause.campaign or slug
        if where is None:
            message = "a segment belongs to no campaign, so the message needs its campaign"
            yield Diagnostic("missing-step", message, span, "`message: {campaign: …, step: …, is: …}`")
        elif where not in campaigns:
            if self.project.campaign_file(where) not in self.broken:
                yield _unknown("campaign", where, span, name_hint(where, list(campaigns), "campaigns"))
        else:
            steps = [placed.id for placed in walk_steps(campaigns[where].workflow)]
            if clause.step not in steps:
                hint = name_hint(clause.step, steps, "steps")
                yield Diagnostic("missing-step", f"no step of '{where}' is called '{clause.step[:100]}'", span, hint)

    def _of_messages(self) -> Iterator[Diagnostic]:
        layouts = self.project.layouts
        for message in self.project.messages.values():
            fields = message.fields
            if not isinstance(fields, EmailFields) or fields.layout is None or fields.layout in layouts:
                continue
            name, at, version = fields.layout.partition("@")
            folder = f"{self.project.settings.layouts}/{name}"
            if f"{folder}/{version}.liquid" in self.broken:
                continue
            span = self._field_span(message.body.file, "layout")
            if not at:
                versions = [reference for reference in layouts if reference.startswith(f"{name}@")]
                newest = max(versions, key=lambda reference: layouts[reference].version) if versions else f"{name}@1"
                hint = f"'{newest}'" if versions else name_hint(name, list(layouts), "layouts")
                yield Diagnostic("unknown-layout", "an email names the version of its layout", span, hint)
            else:
                yield _unknown("layout", fields.layout, span, name_hint(fields.layout, list(layouts), "layouts"))

    def _field_span(self, file: str, key: str) -> Span:
        place = self.project.places.get(file)
        return place.span((key,)) if place is not None else Span(file)

    def _of_samples(self) -> Iterator[Diagnostic]:
        for slug, sample in self.project.samples.items():
            place = self.project.places[f"{self.shared}/samples/{slug}.yaml"]
            for index, name in enumerate(sample.campaigns):
                if name not in self.project.campaigns and self.project.campaign_file(name) not in self.broken:
                    hint = name_hint(name, list(self.project.campaigns), "campaigns")
                    yield _unknown("campaign", name, place.span(("campaigns", index)), hint)
            if sample.event is not None:
                yield from self._event(sample.event.name, EventType.EVENT, place.span(("event", "name")))
            for index, name in enumerate(sample.person.segments if sample.person is not None else ()):
                yield from self._segment(name, place.span(("person", "segments", index)))

    def _of_events(self) -> Iterator[Diagnostic]:
        for file, place in self.project.places.items():
            if not file.startswith(f"{self.shared}/events/"):
                continue
            for event in self.project.events.values():
                if event.replaced_by is not None and self._describes(file, event.name):
                    yield from self._event(event.replaced_by, EventType.EVENT, place.span(("replaced_by",)))

    def _describes(self, file: str, name: str) -> bool:
        return file.rsplit("/", 1)[-1].removesuffix(".yaml") == name


def _unknown(what: str, name: str, span: Span, hint: str) -> Diagnostic:
    return Diagnostic(f"unknown-{what}", f"no {what} is called '{name[:100]}'", span, hint)


def _no_file(file: str, span: Span, names: Sequence[str], name: str) -> Diagnostic:
    near = name_hint(name, names, "files") if names else ""
    hint = near if near.startswith("'") else f"add {file}"
    return Diagnostic("missing-file", f"there is no file {file}", span, hint)
