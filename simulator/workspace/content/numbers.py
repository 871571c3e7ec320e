"""The numbers under which a project's things are stored, given out before the first document is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwright.definitions.project import Project
from mailwright.definitions.triggers import NewsletterTrigger, TransactionalTrigger
from mailwright.definitions.workflow import walk_steps
from simulator.workspace.documents import Kind, named, new_object_type
from simulator.workspace.store import Documents

Names = dict[str, int]


@dataclass(slots=True)
class Numbers:
    """Slug → number, by kind. A thing that its documents already hold under the same slug keeps its number."""

    documents: Documents
    project: Project
    workspace: str
    campaigns: Names = field(default_factory=dict)
    segments: Names = field(default_factory=dict)
    layouts: Names = field(default_factory=dict)
    topics: Names = field(default_factory=dict)
    actions: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # campaign, step → id, channel
    _events: Names = field(default_factory=dict)
    _identities: dict[tuple[str, str], int] = field(default_factory=dict)
    _objects: Names = field(default_factory=dict)

    def segment(self, slug: str) -> int:
        """The segment's number; one that nobody has for a slug that the project does not define."""
        return self.segments.get(slug, 0)

    def action(self, campaign: str, step: str) -> tuple[int, str]:
        """The action's number and the channel its messages go by."""
        return self.actions.get((campaign, step), (0, "email"))

    def event(self, name: str) -> int:
        """The number of an event's name, made where there is none yet."""
        if name not in self._events:
            known = named(self.documents, Kind.EVENT_NAME, name)
            self._events[name] = (known or self.documents.add(Kind.EVENT_NAME, {"name": name}))["id"]
        return self._events[name]

    def object_type(self, slug: str) -> int:
        """The number of an object type, made where there is none yet."""
        if slug not in self._objects:
            known = next((o for o in self.documents.all(Kind.OBJECT_TYPE) if o.get("singular_slug") == slug), None)
            title = slug.replace("-", " ").capitalize()
            made = known or self.documents.add(Kind.OBJECT_TYPE, new_object_type(f"{title}s", title, slug))
            self._objects[slug] = int(made["id"])
        return self._objects[slug]

    def new_action(self, campaign: str, step: str, channel: str = "") -> int:
        """A number for a step, kept for those who ask for it by name."""
        number = self.documents.store.new_id(Kind.ACTION)
        self.actions[(campaign, step)] = (number, channel)
        return number

    def give_out(self, slugs: list[str]) -> None:
        """Number the segments, layouts, topics, and the campaigns of *slugs* with their steps."""
        new_id, project = self.documents.store.new_id, self.project
        self.segments = {slug: new_id(Kind.SEGMENT) for slug in project.segments}
        self.layouts = {reference: new_id(Kind.LAYOUT) for reference in project.layouts}
        self.topics = {slug: topic.id for slug, topic in project.topics.topics.items()}
        for slug in slugs:
            campaign = project.campaigns[slug]
            match campaign.trigger:
                case NewsletterTrigger():
                    self.campaigns[slug] = new_id(Kind.NEWSLETTER)
                case TransactionalTrigger():
                    self.campaigns[slug] = new_id(Kind.TRANSACTIONAL)
                case _:
                    self.campaigns[slug] = new_id(Kind.CAMPAIGN)
                    for placed in walk_steps(campaign.workflow):
                        channel = "email" if placed.kind == "ab_test" else placed.kind
                        self.new_action(slug, placed.id, channel)
