"""All that one folder defines, looked up by slug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mailwright.definitions.accepting import made
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.event_schema import EventSchema, PeopleSchema
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import Message, Webhook
from mailwright.definitions.people_sync import PeopleSync
from mailwright.definitions.sample import Sample
from mailwright.definitions.segment import Segment, TopicsFile
from mailwright.definitions.workspace import Settings, Workspace
from mailwright.diagnostics import ConfigurationError, Span, name_hint

LOCAL_WORKSPACE = "local"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of one file's value stand: path → (line, column, length)."""

    file: str
    values: Mapping[tuple[str | int, ...], tuple[int, int, int]] = field(default_factory=dict)
    keys: Mapping[tuple[str | int, ...], tuple[int, int, int]] = field(default_factory=dict)

    def span(self, path: tuple[str | int, ...] = (), *, key: bool = False) -> Span:
        """The span of the value (or the key) at *path*, or of the nearest parent that the file has."""
        table = self.keys if key else self.values
        for end in range(len(path), -1, -1):
            found = table.get(path[:end]) or self.values.get(path[:end])
            if found is not None:
                return Span(self.file, *found)
        return Span(self.file)


@dataclass(frozen=True, slots=True)
class Project:
    """A repository's content; every mapping is sorted by its key."""

    root: Path
    settings: Settings = field(default_factory=partial(made, Settings))
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    messages: Mapping[tuple[str, str, str | None], Message] = field(default_factory=dict)  # campaign, name, language
    webhooks: Mapping[tuple[str, str], Webhook] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)  # by reference, `ds-default@2`
    snippets: Mapping[str, Snippet] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    topics: TopicsFile = field(default_factory=partial(made, TopicsFile))
    events: Mapping[str, EventSchema] = field(default_factory=dict)  # by event name
    people: PeopleSchema = field(default_factory=partial(made, PeopleSchema))
    people_sync: PeopleSync = field(default_factory=partial(made, PeopleSync))
    samples: Mapping[str, Sample] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)  # by file, relative to the root

    def campaign_file(self, slug: str) -> str:
        """The campaign's file, relative to the root."""
        return f"{self.settings.campaigns}/{slug}/campaign.yaml"

    def campaign_span(self, slug: str, path: tuple[str | int, ...] = ()) -> Span:
        """Where *path* of the campaign's file stands."""
        file = self.campaign_file(slug)
        place = self.places.get(file)
        return place.span(path) if place is not None else Span(file)

    def languages(self, campaign: str, name: str) -> list[str]:
        """The language variants of a message, without the default one."""
        return sorted(
            language
            for slug, message, language in self.messages
            if (slug, message) == (campaign, name) and language is not None
        )

    def workspace(self, name: str | None = None) -> tuple[str, Workspace]:
        """A workspace by name; without a name the default one, or one that sets nothing.

        Raises: ConfigurationError when no workspace has that name.
        """
        known = self.settings.workspaces
        chosen = name or self.settings.default_workspace
        if chosen is None:
            return LOCAL_WORKSPACE, Workspace()
        if chosen not in known:
            raise ConfigurationError(
                f"no workspace is called '{chosen}'", hint=name_hint(chosen, list(known), "workspaces")
            )
        return chosen, known[chosen]
