"""Every piece of Liquid of the project, and for which campaigns it is rendered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailwright.checks.template_facts import FactsOf
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Condition, Not
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.steps import BranchStep, CreateEventStep, SetStep, SplitStep, StepBase
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import Path, PlacedStep, file_of, walk_steps

DEFAULT_DIALECT = "latest"


@dataclass(frozen=True, slots=True)
class Reader:
    """A campaign for which a piece is rendered, and the conditions that hold whenever it is."""

    slug: str
    campaign: Campaign
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """One piece of Liquid, what it belongs to, and everything it is rendered for."""

    text: Text
    kind: str  # message, webhook, step, layout, snippet
    readers: tuple[Reader, ...]
    dialects: tuple[str, ...] = (DEFAULT_DIALECT,)


def template_uses(project: Project, facts_of: FactsOf) -> list[TemplateUse]:
    """Every piece of Liquid, messages first, then the layouts and snippets they use."""
    uses = [use for slug, campaign in project.campaigns.items() for use in _campaign_uses(project, slug, campaign)]
    uses += _layout_uses(project)
    uses += list(_snippet_uses(project, uses, facts_of))
    return uses


def dialects_of(project: Project, campaign: Campaign) -> tuple[str, ...]:
    """The Liquids that a campaign's messages are rendered with: its own, else that of each of its workspaces.

    Source: Customer.io docs, Liquid upgrade page (liquid §1).
    """
    if campaign.liquid is not None:
        return (campaign.liquid,)
    workspaces = project.settings.workspaces
    names = campaign.workspaces if campaign.workspaces is not None else list(workspaces)
    return tuple(sorted({workspaces[name].liquid for name in names if name in workspaces})) or (DEFAULT_DIALECT,)


def message_texts(message: Message) -> Iterator[Text]:
    """The pieces of one message, in file order."""
    yield from message.field_texts.values()
    yield message.body
    if message.text is not None:
        yield message.text


def _campaign_uses(project: Project, slug: str, campaign: Campaign) -> Iterator[TemplateUse]:
    dialects = dialects_of(project, campaign)
    steps = list(walk_steps(campaign.workflow))
    readers = {placed.path: Reader(slug, campaign, _conditions(campaign, placed, steps)) for placed in steps}
    by_file: dict[str, list[Reader]] = defaultdict(list)
    for placed in steps:
        for name in _files(placed.step):
            by_file[name].append(readers[placed.path])
    anywhere = (Reader(slug, campaign, _conditions(campaign, None, steps)),)
    for (owner, name, _), message in project.messages.items():
        if owner == slug:
            for text in message_texts(message):
                yield TemplateUse(text, "message", tuple(by_file[name]) or anywhere, dialects)
    for (owner, name), webhook in project.webhooks.items():
        if owner == slug:
            for text in webhook.texts.values():
                yield TemplateUse(text, "webhook", tuple(by_file[name]) or anywhere, dialects)
    for placed in steps:
        for text in _step_texts(project, slug, placed):
            yield TemplateUse(text, "step", (readers[placed.path],), dialects)


def _files(step: StepBase) -> list[str]:
    name = file_of(step)
    variants = getattr(step, "ab_test", None) or []
    return [name] if name is not None else [variant.email for variant in variants if variant.email]


def _conditions(campaign: Campaign, placed: PlacedStep | None, steps: Sequence[PlacedStep]) -> tuple[Condition, ...]:
    """What holds when a step is reached: the trigger, the filter, `only_if`, and the ways around the step."""
    found: list[Condition] = []
    if isinstance(campaign.trigger, EventTrigger):
        found.append(campaign.trigger.where.condition)
    found.append(campaign.filter.condition)
    if placed is None:
        return tuple(found)
    if placed.step.only_if is not None:
        found.append(placed.step.only_if.condition)
    for outer in steps:
        found += _way_conditions(outer, placed.path)
    return tuple(found)


def _way_conditions(outer: PlacedStep, path: Path) -> Iterator[Condition]:
    """The conditions under which *outer* leads to the step at *path*: its own way is open, no way before it was."""
    if len(path) <= len(outer.path) or path[: len(outer.path)] != outer.path:
        return
    way = path[len(outer.path) :]
    match outer.step:
        case BranchStep(branch=branch):
            asked = branch.condition.condition
            yield asked if way[:2] == ("branch", "then") else Not(asked)
        case SplitStep(split=ways) if isinstance(way[1], int):
            for index, each in enumerate(ways[: way[1] + 1]):
                if each.condition is not None:
                    yield each.condition.condition if index == way[1] else Not(each.condition.condition)
        case _:
            pass


def _step_texts(project: Project, slug: str, placed: PlacedStep) -> Iterator[Text]:
    """The Liquid written in the campaign file itself: the values of set and create_event."""
    match placed.step:
        case SetStep(set=updates):
            for name, values in (("person", updates.person), ("journey", updates.journey)):
                yield from _texts_in(project, slug, (*placed.path, "set", name), values)
            yield from _texts_in(project, slug, (*placed.path, "set", "of"), updates.of)
        case CreateEventStep(create_event=event):
            yield from _texts_in(project, slug, (*placed.path, "create_event", "data"), event.data)
            yield from _texts_in(project, slug, (*placed.path, "create_event", "of"), event.of)
        case _:
            pass


def _texts_in(project: Project, slug: str, path: Path, value: object) -> Iterator[Text]:
    match value:
        case str():
            span = project.campaign_span(slug, path)
            is_quoted = span.length == len(value) + 2
            yield Text(value, span.file, span.line, span.column + is_quoted)
        case dict():
            for key, part in value.items():
                yield from _texts_in(project, slug, (*path, key), part)
        case list():
            for index, part in enumerate(value):
                yield from _texts_in(project, slug, (*path, index), part)
        case _:
            pass


def _layout_uses(project: Project) -> Iterator[TemplateUse]:
    readers: dict[str, dict[str, Reader]] = defaultdict(dict)
    dialects: dict[str, set[str]] = defaultdict(set)
    for (slug, _, _), message in project.messages.items():
        match message.fields:
            case EmailFields(layout=str(reference)) if slug in project.campaigns:
                campaign = project.campaigns[slug]
                readers[reference][slug] = Reader(slug, campaign, _conditions(campaign, None, ()))
                dialects[reference].update(dialects_of(project, campaign))
            case _:
                pass
    for reference, layout in project.layouts.items():
        known = tuple(sorted(dialects[reference])) or (DEFAULT_DIALECT,)
        yield TemplateUse(layout.body, "layout", tuple(readers[reference].values()), known)


def _snippet_uses(project: Project, uses: Sequence[TemplateUse], facts_of: FactsOf) -> Iterator[TemplateUse]:
    readers: Mapping[str, dict[str, Reader]] = defaultdict(dict)
    dialects: Mapping[str, set[str]] = defaultdict(set)
    for use in uses:
        for name in snippets_read(use, facts_of):
            readers[name].update({reader.slug: Reader(reader.slug, reader.campaign) for reader in use.readers})
            dialects[name].update(use.dialects)
    for name, snippet in project.snippets.items():
        known = tuple(sorted(dialects[name])) or (DEFAULT_DIALECT,)
        yield TemplateUse(snippet.body, "snippet", tuple(readers[name].values()), known)


def snippets_read(use: TemplateUse, facts_of: FactsOf) -> set[str]:
    """The names of the snippets that a piece uses."""
    return {
        str(read.path[1])
        for dialect in use.dialects
        for read in facts_of(use.text.source, dialect).reads
        if read.path[0] == "snippets" and len(read.path) > 1 and isinstance(read.path[1], str)
    }
