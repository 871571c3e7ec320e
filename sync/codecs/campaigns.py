"""A campaign ⇄ what the UI API shows and takes of it: settings, endings, recipients, workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Condition, EventType, Happens, InSegment
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.names import duration_as_text
from mailwright.diagnostics import ContentError
from sync.codecs.authored import (
    CAMPAIGN_FIELDS,
    EXITS,
    campaign_document,
    leaves_when,
    reached,
    read_campaign,
    ways_out,
)
from sync.codecs.condition_reading import ConditionReading
from sync.codecs.normal_form import normal
from sync.codecs.references import References, Unreadable, Unwritable
from sync.codecs.step_reading import Settings, StepReading, written
from sync.codecs.triggers import read_audience, read_frequency
from sync.codecs.workflow_reading import read_edges, workflow_steps
from sync.snapshot import Address, Document, Kind, canonical

Data = dict[str, Any]
Json = Mapping[str, Any]
STATES = {"running": "running", "draft": "draft", "stopped": "stopped", "stopping": "stopped", "sunsetting": "stopped"}
"""The states that a file can say; an archived campaign is not one of them."""


@dataclass(frozen=True, slots=True)
class Read:
    """A document, and the fields that a workspace holds and no file can say, each with what it is."""

    document: Document
    unseen: Mapping[str, str] = field(default_factory=dict)


def read_ui_campaign(reply: Json, names: References, slug: str, steps: Mapping[str, str]) -> Read:
    """What one campaign's answer says; *steps* names its message actions.

    What cannot be said in a file is not in the document, and told in *unseen*.
    """
    return _Reading(reply, names, slug, steps).read()


class _Reading:
    def __init__(self, reply: Json, names: References, slug: str, steps: Mapping[str, str]) -> None:
        self.reply = reply
        self.raw: Json = reply["campaign"]
        self.names = names
        self.slug = slug
        self.steps = steps
        self.data: Data = {}
        self.unseen: dict[str, str] = {}

    def read(self) -> Read:
        raw = self.raw
        self.data = {
            "name": str(raw.get("name") or "(no name)"),
            "description": str(raw.get("description") or "").strip(),
            "to_unsubscribed": raw.get("send_to_unsubscribed") is True,
            "counts_toward_limit": raw.get("use_message_limits") is True,
            "tags": sorted(_tag_name(tag) for tag in self.reply.get("tags") or ()),
        }
        self._try("state", self._state)
        self._try("topic", self._topic)
        self._try("frequency", lambda: read_frequency(raw))
        self._try("goal", self._goal)
        self._try("exit", self._exit)
        self._try_audience()
        self._try("workflow", self._workflow)
        return Read(self._document(), self.unseen)

    def _try(self, name: str, read: Callable[[], Any]) -> None:
        try:
            self.data[name] = read()
        except Unreadable as error:
            self.unseen[name] = str(error)

    def _try_audience(self) -> None:
        try:
            audience = read_audience(self.raw, self.names, self.slug)
        except Unreadable as error:
            self.unseen |= {"trigger": str(error), "filter": str(error)}
            return
        self.data |= {"trigger": audience.trigger, "filter": audience.filter}

    def _document(self) -> Document:
        """The document as an author's campaign would give it, where it is whole; else as far as it was read."""
        address = Address(Kind.CAMPAIGN, self.slug)
        data = {key: value for key, value in self.data.items() if value not in (None, "", {}, []) or key == "workflow"}
        if not {"trigger", "workflow"} & set(self.unseen):
            try:
                whole = {**data, "workflow": data["workflow"] or [{"exit": True}]}
                if not data.get("exit") and "exit" not in self.unseen:
                    whole["exit"] = {"when": "never"}
                found = campaign_document(address, read_campaign(whole, str(address)))
            except ContentError as error:
                said = "; ".join(one.message for one in error.diagnostics[:3])
                self.unseen |= {"trigger": said, "workflow": said}
            else:
                kept = {name: text for name, text in found.fields.items() if name not in self.unseen}
                return Document(address, kept)
        kept = {name: canonical(data[name]) for name in CAMPAIGN_FIELDS if name in data and name not in self.unseen}
        return Document(address, kept)

    def _state(self) -> str:
        state = str(self.raw.get("state"))
        if state not in STATES:
            raise Unreadable(f"the state '{state}'")
        return STATES[state]

    def _topic(self) -> str | None:
        number = self.raw.get("subscription_topic_id")
        return None if number is None else self.names.topic_slug(number)

    def _goal(self) -> Data | None:
        """Units: `conversion_window` is seconds. Assumed: what `conversion` holds beside the event's name."""
        event, window = str(self.raw.get("conversion_event_name") or ""), int(self.raw.get("conversion_window") or 0)
        more = self.raw.get("conversion") or {}
        within = {"within": duration_as_text(timedelta(seconds=window))} if window else {}
        reading = ConditionReading(self.names, self.slug)
        if event:
            where = written(reading.tree(more.get("filters")), Form.WHERE)
            return {"event": event, **({"where": where} if where else {}), **within}
        if more.get("conditions"):
            return {"filter": written(reading.tree(more["conditions"]), Form.FILTER), **within}
        return None

    def _exit(self) -> Data | None:
        if self.raw.get("type") in ("webhook", "triggered_broadcast") and not self.raw.get("webhook_id"):
            return None
        found = [self._way_out(one) for one in self.raw.get("global_exit_conditions") or ()]
        goal = self.raw.get("conversion_event_name")
        at_goal = self.raw.get("exit_on_conversion") is True or (bool(goal) and Happens(str(goal)) in found)
        rest = [one for one in found if not (at_goal and one == Happens(str(goal)))]
        stops = self.raw.get("exit_on_trigger_or_filter_not_matched") is True
        on = written(normal(AnyOf(tuple(rest))), Form.WAIT_ANY) if rest else {}
        return {"when": EXITS[stops, at_goal], **({"on": on} if on else {})}

    def _way_out(self, one: Any) -> Condition:
        match one:
            case {"segment": {"id": number}}:
                return InSegment(self.names.segment_slug(number))
            case {"event": {"etype": number}}:
                return Happens(self.names.event_name(number))
            case {"condition": entries}:
                return ConditionReading(self.names, self.slug).flat(entries)
            case _:
                raise Unreadable("a way out that is no segment and no event")

    def _workflow(self) -> list[Data]:
        settings = Settings(self.data["to_unsubscribed"], self.data["counts_toward_limit"])
        reading = StepReading(self.names, self.slug, self.steps, settings)
        actions = self.reply.get("actions") or []
        return workflow_steps(actions, read_edges(self.reply), reading)


def _tag_name(tag: Any) -> str:
    return str(tag.get("name", "")) if isinstance(tag, Mapping) else str(tag)


def settings_fields(campaign: Campaign, names: References) -> Data:
    """What a write of the settings sets.

    Assumed: name and description go with them, as no other `update_type` takes them.
    Raises: Unwritable.
    """
    topic = None if campaign.topic is None else names.topic_id(campaign.topic)
    return {
        "name": campaign.name,
        "description": campaign.description.strip(),
        "use_message_limits": campaign.counts_toward_limit,
        "send_to_unsubscribed": campaign.to_unsubscribed,
        "subscription_topic_id": topic,
    }


def exit_fields(campaign: Campaign, names: References) -> Data:
    """What a write of the exit conditions sets: leaving at the goal is leaving at its event.

    Raises: Unwritable for a goal with tests, and for ways out that are no segment and no event.
    """
    stops, at_goal = leaves_when(campaign)
    ways = list(ways_out(campaign.exit.on))
    if at_goal:
        goal = reached(campaign.goal)
        if goal is None:
            raise Unwritable("leaving at a goal that is more than an event")
        if goal not in ways:
            ways.append(goal)
    exits = [_exit(one, names) for one in ways]
    return {"exit_on_trigger_or_filter_not_matched": stops, "global_exit_conditions": exits or None}


def _exit(condition: Condition, names: References) -> Data:
    match condition:
        case InSegment(segment=slug):
            return {"segment": {"id": names.segment_id(slug)}}
        case Happens(event=event, where=None, type=EventType.EVENT):
            return {"event": {"etype": names.event_id(event)}}
        case _:
            raise Unwritable("a way out that is no segment and no event")


def goal_fields(campaign: Campaign) -> Data:
    """What a write of the goal sets. Units: seconds.

    Raises: Unwritable for a goal that is more than an event.
    """
    goal = campaign.goal
    if goal is None:
        return {"conversion_event_name": "", "conversion_window": 0}
    if goal.event is None or goal.where.condition != All():
        raise Unwritable("a goal that is more than an event")
    window = 0 if goal.within is None else int(goal.within.total_seconds())
    return {"conversion_event_name": goal.event, "conversion_window": window}
