"""Project → Snapshot: what a workspace should hold, with its own values put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.condition_fields import Form
from mailwright.definitions.message import Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.steps import AbTestStep, MessageStep
from mailwright.definitions.workflow import PlacedStep, file_of, walk_steps
from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import Span
from mailwright.loading.variables import with_vars
from sync.codecs.authored import campaign_document, written
from sync.codecs.authored_steps import not_shown
from sync.codecs.liquid_vars import with_values
from sync.codecs.messages import document, filled_in, message_document, message_slug, webhook_document
from sync.naming import layout_version
from sync.snapshot import Address, Document, Kind, Snapshot, canonical


@dataclass(frozen=True, slots=True)
class Untold:
    """Something the files say that no interface shows or takes: a person looks after it."""

    address: Address
    what: str


def desired_snapshot(project: Project, workspace: str | None = None) -> Snapshot:
    """What *workspace* (None: the default one) should hold by the files: campaigns meant for it and all they share.

    References stand as slugs: a condition names `segment: slug`, a message its layout as `name@version`.

    Raises: ConfigurationError when no workspace has that name or it lacks a value that a text reads; ContentError when
    it lacks one that a YAML file reads.
    """
    name, found = project.workspace(workspace)
    complete = with_vars(project, workspace) if project.settings.workspaces else project
    return Snapshot.of(*_Desired(complete, name, found).documents())


def untold(project: Project, workspace: str | None = None) -> tuple[Untold, ...]:
    """What the files say of campaigns of *workspace* that nobody can see there, such as a step's own topic."""
    name, _ = project.workspace(workspace)
    return tuple(
        Untold(Address(Kind.CAMPAIGN, slug), f"step '{step}': {what}")
        for slug, campaign in project.campaigns.items()
        if is_meant_for(campaign, name)
        for step, what in not_shown(campaign.workflow)
    )


def is_meant_for(campaign: Campaign, workspace: str) -> bool:
    """Whether a campaign belongs in a workspace."""
    return campaign.workspaces is None or workspace in campaign.workspaces


@dataclass(frozen=True, slots=True)
class _Desired:
    project: Project
    name: str
    workspace: Workspace

    def documents(self) -> Iterator[Document]:
        for slug, campaign in self.project.campaigns.items():
            if is_meant_for(campaign, self.name):
                found = campaign_document(Address(Kind.CAMPAIGN, slug), campaign)
                place = Text("", self.project.campaign_file(slug))
                yield self._filled(found, "workflow", self._fill(place))
                yield from self._messages(slug, campaign)
        for reference, layout in self.project.layouts.items():
            body = {"name": layout_version(layout.title)[0], "body": self._fill(layout.body)(layout.body.source)}
            yield document(Address(Kind.LAYOUT, reference), body)
        for name, snippet in self.project.snippets.items():
            # Customer.io trims what it keeps of a snippet.
            value = self._fill(snippet.body)(snippet.body.source).strip()
            yield document(Address(Kind.SNIPPET, name), {"name": name, "value": value})
        for slug, segment in self.project.segments.items():
            data = {"name": segment.name, "description": segment.description.strip()}
            if segment.where is not None:
                where = written(segment.where, Form.FILTER)
                yield document(Address(Kind.SEGMENT, slug), {**data, "where": where})
            else:
                yield document(Address(Kind.SEGMENT, slug), {**data, "manual": True})

    def _messages(self, slug: str, campaign: Campaign) -> Iterator[Document]:
        for placed in walk_steps(campaign.workflow):
            for step, file in steps_and_files(placed):
                sending = placed.step.sending if isinstance(placed.step, MessageStep) else "automatic"
                if placed.kind == "webhook":
                    webhook = self.project.webhooks[slug, file]
                    place = Text("", f"{self.project.settings.campaigns}/{slug}/{file}.yaml")
                    yield webhook_document(webhook, step, self._fill(place), sending=sending)
                    continue
                for language in (None, *self.project.languages(slug, file)):
                    message = self.project.messages[slug, file, language]
                    yield self._message(message, step, sending)

    def _message(self, message: Message, step: str, sending: str) -> Document:
        fill = self._fill(message.body)
        return message_document(message, step, fill, sending=sending, sender=self.workspace.sender)

    def _filled(self, found: Document, name: str, fill: _Fill) -> Document:
        """The document with the workspace's values in the texts of one field."""
        text = found.fields[name] or ""
        if "mailwright." not in text:
            return found
        return Document(found.address, {**found.fields, name: canonical(filled_in(found.value(name), fill))})

    def _fill(self, text: Text) -> _Fill:
        return _Fill(self.workspace.vars, Span(text.file))


@dataclass(frozen=True, slots=True)
class _Fill:
    values: dict[str, str]
    place: Span

    def __call__(self, text: str) -> str:
        return with_values(text, self.values, self.place)


def steps_and_files(placed: PlacedStep) -> Iterator[tuple[str, str]]:
    """What a step sends: our name for it, and its file. The sides of an A/B test are called by their files."""
    if isinstance(placed.step, AbTestStep):
        yield from ((one.email, one.email) for one in placed.step.ab_test if one.email is not None)
        return
    file = file_of(placed.step)
    if file is not None:
        yield placed.id, file


__all__ = ["Untold", "desired_snapshot", "is_meant_for", "message_slug", "steps_and_files", "untold"]
