"""What a change of files touches: files → campaigns, events, samples → tests. Where that cannot be told: everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import InSegment, MessageIs, PlacedCondition, Unclaimed, walk
from mailwright.definitions.triggers import EventTrigger
from mailwright.loading.placed_conditions import placed_conditions
from mailwright.loading.yaml_tree import read_yaml

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project


@dataclass(slots=True)
class Touched:
    """What changed, as tests know it."""

    everything: bool = False
    campaigns: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)  # lower case: what changed campaigns start from, now or before
    samples: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)  # all that changed, relative to the project

    def concerns(self, campaigns: Iterable[str], events: Iterable[str], samples: Iterable[str]) -> bool:
        """Whether a test that asked these campaigns, with these events and samples, may come out otherwise."""
        if self.everything:
            return True
        low = {name.strip().lower() for name in events}
        return bool(self.campaigns.intersection(campaigns) or self.events & low or self.samples.intersection(samples))


def touched_by(files: Iterable[str], project: Project, before: Callable[[str], str | None]) -> Touched:
    """What a change of *files* touches; *before* gives a file as it was."""
    found = Touched(files=set(files))
    settings = project.settings
    shared = f"{settings.campaigns}/{settings.shared}/"
    for name in found.files:
        if name.startswith(shared):
            _shared(found, name.removeprefix(shared), project)
        elif name.startswith(f"{settings.campaigns}/") and name.count("/") > 1 and not _is_test(name):
            _campaign(found, name.split("/")[1], project, before)
        elif name.startswith(f"{settings.layouts}/"):
            _layout(found, name.removeprefix(f"{settings.layouts}/"), project)
        elif name in ("mailwright.toml", "pyproject.toml"):
            found.everything = True
    for slug in _leaning_on(found.campaigns, project):
        _campaign(found, slug, project, before)
    return found


def _is_test(name: str) -> bool:
    return name.endswith((".scenario.yaml", ".py")) or "/__snapshots__/" in name


def _shared(found: Touched, name: str, project: Project) -> None:
    folder, _, file = name.partition("/")
    slug = file.removesuffix(".yaml")
    if folder == "samples":
        found.samples.add(slug)
    elif folder == "segments":
        for campaign in campaigns_asking(slug, project):
            _start(found, campaign, project.campaigns[campaign])
    elif folder != "events":  # schemas decide nothing at run time; people and topics decide about everybody
        found.everything = True


def _layout(found: Touched, name: str, project: Project) -> None:
    folder, _, file = name.partition("/")
    word = file.removesuffix(".liquid")
    if folder == "_snippets":
        layouts = {key for key, layout in project.layouts.items() if word in layout.body.source}
        users = {
            key[0] for key, one in project.messages.items() if word in one.body.source or _layout_of(one) in layouts
        }
    else:
        users = {key[0] for key, one in project.messages.items() if str(_layout_of(one)).startswith(f"{folder}@")}
    for slug in users:
        _start(found, slug, project.campaigns[slug])


def _layout_of(message: object) -> str | None:
    layout: str | None = getattr(getattr(message, "fields", None), "layout", None)
    return layout


def _campaign(found: Touched, slug: str, project: Project, before: Callable[[str], str | None]) -> None:
    campaign = project.campaigns.get(slug)
    if campaign is not None:
        _start(found, slug, campaign)
    old = before(project.campaign_file(slug))
    trigger = read_yaml(old, "campaign.yaml").value if old else None
    event = trigger.get("trigger") if isinstance(trigger, dict) else None
    if isinstance(event, dict) and isinstance(event.get("event"), str):
        found.campaigns.add(slug)
        found.events.add(event["event"].strip().lower())
    elif old is not None:
        found.everything = True  # it started from people, or cannot be read: anything may have asked it


def _start(found: Touched, slug: str, campaign: Campaign) -> None:
    found.campaigns.add(slug)
    if isinstance(campaign.trigger, EventTrigger):
        found.events.add(campaign.trigger.event.strip().lower())
    else:
        found.everything = True  # anybody may start it, and who is left out leaves no trace


def _leaning_on(changed: set[str], project: Project) -> set[str]:
    """The campaigns whose conditions look at changed ones: what others claim, what became of their messages."""
    found = set()
    for slug, campaign in project.campaigns.items():
        for condition in _conditions(campaign):
            for _, clause in walk(condition.condition):
                match clause:
                    case Unclaimed(claimed_by=others) if changed.intersection(others):
                        found.add(slug)
                    case MessageIs(campaign=other) if other in changed:
                        found.add(slug)
                    case _:
                        pass
    return found - changed


def campaigns_asking(segment: str, project: Project) -> set[str]:
    """The campaigns that ask for a segment, also by way of other segments."""
    asking = {segment}
    while True:
        more = {
            slug
            for slug, one in project.segments.items()
            if one.where is not None and _segments_in(one.where) & asking
        } - asking  # fmt: skip
        if not more:
            break
        asking |= more
    found = set()
    for slug, campaign in project.campaigns.items():
        trigger = getattr(campaign.trigger, "segment", None)
        if trigger in asking or any(_segments_in(one) & asking for one in _conditions(campaign)):
            found.add(slug)
    return found


def _segments_in(placed: PlacedCondition) -> set[str]:
    return {clause.segment for _, clause in walk(placed.condition) if isinstance(clause, InSegment)}


def _conditions(campaign: Campaign) -> list[PlacedCondition]:
    return [placed for _, placed in placed_conditions(campaign)]
