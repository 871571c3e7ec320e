"""How two contents differ, campaign by campaign: what was edited, before anything is replayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.steps import MessageStep
from simulator.backtest.versions import Versions

if TYPE_CHECKING:
    from simulator.content import Content

_SILENT = frozenset({"name", "description", "tags", "id"})  # what no delivery depends on


@dataclass(frozen=True, slots=True)
class Edit:
    """One campaign that is not what it was: added, removed, started, stopped or changed, and in what."""

    slug: str
    status: str
    parts: tuple[str, ...] = ()  # trigger, filter, workflow …, and messages by name


def edits_between(before: Content, after: Content) -> list[Edit]:
    """The campaigns that differ, by slug; what all of them share is told under no slug."""
    found = []
    shared = tuple(_shared_parts(before, after))
    if shared:
        found.append(Edit("", "changed", shared))
    running = [{campaign.slug for campaign in side.campaigns} for side in (before, after)]
    versions = (Versions(before), Versions(after))
    for slug in sorted(before.project.campaigns.keys() | after.project.campaigns.keys()):
        old, new = before.project.campaigns.get(slug), after.project.campaigns.get(slug)
        if old is None or new is None:
            found.append(Edit(slug, "removed" if new is None else "added"))
        elif (slug in running[0]) != (slug in running[1]):
            found.append(Edit(slug, "started" if slug in running[1] else "stopped"))
        else:
            parts = (*_fields(old, new), *_messages(before, after, versions, slug))
            if parts:
                found.append(Edit(slug, "changed", parts))
    return found


def _shared_parts(before: Content, after: Content) -> Iterator[str]:
    old, new = before.project, after.project
    for slug in sorted(old.segments.keys() | new.segments.keys()):
        was, now = old.segments.get(slug), new.segments.get(slug)
        if (was and was.where) != (now and now.where):
            yield f"segment {slug}"
    for name in ("message_limit", "vars", "liquid", "esp_suppressed", "anonymous_merge", "url_parameters", "sender"):
        if getattr(before.workspace, name) != getattr(after.workspace, name):
            yield f"the workspace's {name}"
    if before.assumptions != after.assumptions:
        yield "assumptions"
    if old.topics != new.topics:
        yield "topics"


def _fields(old: Campaign, new: Campaign) -> Iterator[str]:
    for name in type(new).model_fields:
        if name not in _SILENT and getattr(old, name) != getattr(new, name):
            yield name


def _messages(before: Content, after: Content, versions: tuple[Versions, Versions], slug: str) -> Iterator[str]:
    names = [_variants(side, slug) for side in (before, after)]
    for name, language in sorted(names[0] & names[1], key=lambda one: (one[0], one[1] or "")):
        if versions[0].of(slug, name, language) != versions[1].of(slug, name, language):
            yield f"{name} ({language})" if language else name


def _variants(side: Content, slug: str) -> set[tuple[str, str | None]]:
    project = side.project
    webhooks: set[tuple[str, str | None]] = {(name, None) for campaign, name in project.webhooks if campaign == slug}
    return webhooks | {(name, language) for campaign, name, language in project.messages if campaign == slug}


def message_names(side: Content) -> dict[tuple[str, str], str]:
    """The message of each step; of an A/B test the first side's."""
    found = {}
    for campaign in side.campaigns:
        for node in campaign.nodes:
            if isinstance(node.step, MessageStep):
                found[campaign.slug, node.id] = node.ways[0].name if node.kind == "ab_test" else node.file
    return found
