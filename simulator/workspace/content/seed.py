"""A project put into a workspace that runs on this machine, as if its campaigns had been made there by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailwright.definitions.triggers import EventTrigger
from mailwright.loading.variables import with_vars
from simulator.workspace.content.campaign_writing import CampaignWriting
from simulator.workspace.content.condition_writing import ConditionWriting, Style
from simulator.workspace.content.findings import Finding, Findings
from simulator.workspace.content.message_writing import MessageWriting
from simulator.workspace.content.names import WORKSPACE, authored_kind
from simulator.workspace.content.numbers import Numbers
from simulator.workspace.documents import Kind, new_layout, new_segment, new_snippet, new_topic

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace
    from simulator.workspace.store import Documents

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a seed brought: the numbers by slug, and what the stored form has no words for."""

    campaigns: dict[str, int]
    segments: dict[str, int]
    layouts: dict[str, int]
    findings: tuple[Finding, ...]

    def as_data(self) -> Json:
        """The answer as JSON data."""
        return {
            "campaigns": self.campaigns,
            "segments": self.segments,
            "layouts": self.layouts,
            "findings": [{"where": one.where, "what": one.what, "instead": one.instead} for one in self.findings],
        }


def seed(documents: Documents, project: Project, workspace_name: str | None, now: int) -> Seeded:
    """Put all that *project* has for one of its workspaces into *documents*; its running campaigns run.

    The variables of the workspace are put in place, as a push does. What was there before stays.
    Units: *now* is in Unix seconds.
    Raises: ConfigurationError when the project has no such workspace; ContentError when a variable has no value there.
    """
    name, workspace = project.workspace(workspace_name)
    project = with_vars(project, name if name in project.settings.workspaces else None)
    writing = _Seeding(documents, project, name, workspace, now)
    with documents.store.change():
        return writing.run()


class _Seeding:
    def __init__(self, documents: Documents, project: Project, name: str, workspace: Workspace, now: int) -> None:
        self.documents = documents
        self.project = project
        self.name = name
        self.workspace = workspace
        self.now = now
        self.findings = Findings()
        self.numbers = Numbers(documents, project, name)
        self.messages = MessageWriting(documents, project, self.numbers, self.findings, dict(workspace.vars), now)

    def run(self) -> Seeded:
        slugs = [
            slug
            for slug, campaign in self.project.campaigns.items()
            if campaign.workspaces is None or self.name in campaign.workspaces
        ]
        self.numbers.give_out(slugs)
        self._shared()
        writing = CampaignWriting(self.documents, self.project, self.numbers, self.findings, self.messages, self.now)
        for slug in slugs:
            writing.write(slug)
        self._workspace()
        return Seeded(self.numbers.campaigns, self.numbers.segments, self.numbers.layouts, self.findings.all)

    def _shared(self) -> None:
        for slug, topic in self.project.topics.topics.items():
            subscribed = topic.default == "subscribed"
            made = new_topic(topic.id, topic.name, description=topic.description, subscribed_by_default=subscribed)
            self._put(Kind.TOPIC, topic.id, made, slug)
        for reference, layout in self.project.layouts.items():
            made = new_layout(layout.title, self.messages.text(layout.body.source), self.now)
            self._put(Kind.LAYOUT, self.numbers.layouts[reference], made, reference)
        for snippet in self.project.snippets.values():
            self.documents.add(
                Kind.SNIPPET, new_snippet(snippet.name, self.messages.text(snippet.body.source), self.now)
            )
        for slug, segment in self.project.segments.items():
            made = new_segment(segment.name, self.now, description=segment.description)
            if segment.where is not None:
                where = f"segment {slug}"
                tree = ConditionWriting(self.numbers, self.findings, where).tree(segment.where.condition, Style.WRAPPED)
                made |= {"type": "dynamic", "conditions": tree or {"and": []}}
            self._put(Kind.SEGMENT, self.numbers.segments[slug], made, slug, called=segment.id)
        for event in self.project.events:
            self.numbers.event(event)

    def _put(self, kind: Kind, number: int, document: Json, slug: str, **more: Any) -> None:
        self.documents.put(kind, number, {**document, "id": number})
        known = {name: value for name, value in more.items() if value is not None}
        self.documents.put(authored_kind(kind), number, {"id": number, "slug": slug, **known})

    def _workspace(self) -> None:
        """What the files set for the whole workspace: settings that live outside campaigns, and our assumptions."""
        workspace, project = self.workspace, self.project
        if workspace.sender is not None:
            self.messages.identity(workspace.sender, "email")
        kept: Json = {
            "id": 1,
            "message_limit": None if workspace.message_limit is None else workspace.message_limit.model_dump(),
            "sender": workspace.sender,
            "esp_suppressed": list(workspace.esp_suppressed),
            "anonymous_merge": workspace.anonymous_merge,
            "url_parameters": dict(workspace.url_parameters),
            "liquid": workspace.liquid,
            "channels": dict(project.topics.channels),
            "identifier": project.people.identifier,
            "assumptions": dict(project.settings.assumptions),
        }
        self.documents.put(WORKSPACE, 1, kept)
        triggers = (campaign.trigger for campaign in project.campaigns.values())
        for event in sorted({trigger.event for trigger in triggers if isinstance(trigger, EventTrigger)}):
            self.numbers.event(event)
