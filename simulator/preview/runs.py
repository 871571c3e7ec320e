"""What a shown person goes through: the sample's calls replayed in full detail, and the explanation of the trace."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mailwright.definitions.triggers import (
    BroadcastTrigger,
    DateTrigger,
    EventTrigger,
    FormTrigger,
    TransactionalTrigger,
    WebhookTrigger,
)
from simulator.engine import Detail
from simulator.explain import CampaignExplanation, explain
from simulator.history.calls import Call, CallKind
from simulator.preview.asks import Ask, as_sample, chosen_for, moment_of
from simulator.preview.noting import NotedMessages
from simulator.replay import Replay, in_order
from simulator.sample_calls import EVENT_LINE, NOBODY, calls_of_sample
from simulator.trace import AnyEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project
    from simulator.preview.library import Edition
    from simulator.rendering.moment import RenderMoment
    from simulator.rendering.samples import Shown

LOOKED_AHEAD = timedelta(days=120)
LOOKED_AHEAD_FOR_DATES = timedelta(days=400)  # a yearly date comes round once


@dataclass(frozen=True, slots=True)
class PersonRun:
    """One person's replay.

    Units: *start* and *until* are in Unix seconds.
    """

    person: str
    start: int
    until: int
    calls: tuple[Call, ...]
    entries: tuple[AnyEntry, ...]
    moments: Mapping[tuple[str, str, int], RenderMoment]  # what each message could read: campaign, message, second

    def explained(self, project: Project, campaigns: Iterable[str]) -> tuple[CampaignExplanation, ...]:
        """What became of the person in each of *campaigns*, clause by clause."""
        counts = Counter(call.name for call in self.calls if call.name)
        return explain(project, self.entries, self.person, campaigns, counts).campaigns


def run_of(edition: Edition, ask: Ask) -> PersonRun:
    """The replay of what *ask* shows, in its workspace, with all campaigns running beside each other.

    Raises: ConfigurationError when there is no such sample or workspace.
    """
    content = edition.content(ask.workspace)
    project = content.project
    shown = chosen_for(project, ask).shown
    campaign = project.campaigns.get(ask.campaign)
    calls = calls_of(project, shown, campaign)
    person = next((call.person for call in calls if call.person), NOBODY)
    start = int(moment_of(shown).timestamp())
    dated = any(known.trigger_kind == "date" for known in content.campaigns)
    ahead = LOOKED_AHEAD_FOR_DATES if dated and isinstance(_trigger(campaign), DateTrigger) else LOOKED_AHEAD
    until = start + int(ahead.total_seconds())
    entries: list[AnyEntry] = []
    messages = NotedMessages(content)
    replay = Replay(content, messages, entries.append, Detail.FULL)
    for call in calls:
        replay.take(call)
    replay.finish(until)
    return PersonRun(person, start, until, tuple(calls), tuple(in_order(entries)), messages.moments)


def calls_of(project: Project, shown: Shown, campaign: Campaign | None) -> list[Call]:
    """The calls that make the shown person so; the last one starts the campaign, whatever kind of call that takes."""
    calls = calls_of_sample(project, as_sample(shown))
    trigger = _trigger(campaign)
    at = int(moment_of(shown).timestamp())
    person = shown.person.id if shown.person is not None else NOBODY
    data = dict(shown.trigger or {})
    match trigger:
        case FormTrigger(form=name):
            fields = data or dict(shown.event.data if shown.event is not None else {})
            calls.append(Call(EVENT_LINE + 1, CallKind.FORM, person, name=name, data=fields, at=at))
        case WebhookTrigger(webhook=name):
            whom = person if shown.person is not None else None
            calls.append(Call(EVENT_LINE + 1, CallKind.WEBHOOK, whom, name=name, data=data, at=at))
        case BroadcastTrigger(broadcast=name):
            calls.append(Call(EVENT_LINE + 1, CallKind.BROADCAST, None, name=name, data={"data": data}, at=at))
        case TransactionalTrigger(transactional=name):
            calls.append(Call(EVENT_LINE + 1, CallKind.TRANSACTIONAL, person, name=name, data=data, at=at))
        case _:
            pass
    return calls


def campaigns_on(project: Project, event: str) -> list[str]:
    """The campaigns that an event of this name could start, running or not."""
    low = event.strip().lower()
    return [
        slug
        for slug, campaign in project.campaigns.items()
        if isinstance(campaign.trigger, EventTrigger) and campaign.trigger.event.strip().lower() == low
    ]


def _trigger(campaign: Campaign | None) -> object:
    return None if campaign is None else campaign.trigger
