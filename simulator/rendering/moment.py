"""What a message is rendered for: a person, what happened, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Topic
from mailwright.definitions.triggers import trigger_kind
from mailwright.dialect.settings import EPOCH

UNSENT = "unsent"
NOTHING: Mapping[str, Any] = MappingProxyType({})

EVENT_KINDS = frozenset({"event"})
TRIGGER_KINDS = frozenset({"transactional", "broadcast", "webhook", "object", "relationship"})

# Source: Customer.io docs, Liquid tag list: the values of `campaign.type` (liquid §7).
# Assumed: `webhook` and `newsletter`, which no source names.
CAMPAIGN_TYPES = {
    "event": "transactional",
    "segment": "seg_attr",
    "person": "seg_attr",
    "date": "date",
    "form": "form",
    "object": "object",
    "relationship": "relationship",
    "webhook": "webhook",
    "broadcast": "triggered_broadcast",
    "transactional": "transactional_message",
    "newsletter": "newsletter",
}

# Source: Customer.io docs, Liquid tag list: examples of `message.type` (liquid §7).
# Assumed: `whatsapp_action`, by the pattern of the others.
MESSAGE_TYPES = {
    "email": "email_action",
    "webhook": "webhook_action",
    "sms": "twilio_action",
    "whatsapp": "whatsapp_action",
    "slack": "slack_action",
    "push": "push_action",
    "in_app": "in_app_action",
}


class RenderMoment(msgspec.Struct, frozen=True, gc=False):
    """All that Liquid can see beside the content itself; a replay makes one for every delivery.

    Units: *now* is aware, in UTC; *event_timestamp* is in Unix seconds.
    """

    customer: Mapping[str, Any] | None
    now: datetime = EPOCH
    trigger_kind: str = "event"
    event: Mapping[str, Any] | None = None
    event_name: str = ""
    event_id: str = ""
    event_timestamp: int | None = None
    trigger: Mapping[str, Any] | None = None
    journey: Mapping[str, Any] = NOTHING
    objects: Mapping[str, Any] = NOTHING
    campaign: Mapping[str, Any] = NOTHING
    message: Mapping[str, Any] = NOTHING
    vars: Mapping[str, str] = NOTHING
    recipient: str | None = None  # the `to` of a transactional call
    delivery_id: str = UNSENT

    def context(self) -> dict[str, Any]:
        """The namespaces that this kind of trigger has.

        Source: Customer.io docs, Liquid tag list (liquid §7).
        """
        found: dict[str, Any] = {
            "journey": self.journey,
            "objects": self.objects,
            "campaign": self.campaign,
            "message": self.message,
            "mailwright": self.vars,
            "delivery_id": self.delivery_id,
            "editor": "html",
        }
        if self.customer is not None:
            found["customer"] = self.customer
        if self.trigger_kind in EVENT_KINDS and self.event is not None:
            found["event"] = self.event
            found["event_name"] = self.event_name
            found["event_id"] = self.event_id
            found["event_timestamp"] = self._event_second()
        if self.trigger_kind in TRIGGER_KINDS and self.trigger is not None:
            found["trigger"] = self.trigger
        return found

    def _event_second(self) -> int:
        return int(self.now.timestamp()) if self.event_timestamp is None else self.event_timestamp


def at_second(second: int) -> datetime:
    """The aware moment of a Unix second."""
    return datetime.fromtimestamp(second, UTC)


def trigger_kind_of(project: Project, slug: str) -> str:
    """The kind of the campaign's trigger; a campaign nobody wrote counts as triggered by an event."""
    campaign = project.campaigns.get(slug)
    return (trigger_kind(campaign.trigger) if campaign is not None else None) or "event"


def campaign_values(project: Project, slug: str) -> dict[str, Any]:
    """What `campaign.*` holds.

    Assumed: the id, which only a workspace knows, is a stable number made of the slug.
    """
    campaign = project.campaigns.get(slug)
    topic = _topic(project, campaign)
    return {
        "id": stable_number(slug),
        "name": campaign.name if campaign is not None else slug,
        "type": CAMPAIGN_TYPES[trigger_kind_of(project, slug)],
        "subscription_topic_ids": [] if topic is None else [topic.id],
    }


def message_values(project: Project, slug: str, name: str, kind: str) -> dict[str, Any]:
    """What `message.*` holds before the subject is rendered.

    Assumed: id and journey_id, which only a workspace knows, are made of the names, or say that nothing was sent.
    """
    campaign = project.campaigns.get(slug)
    topic = _topic(project, campaign)
    return {
        "id": stable_number(f"{slug}/{name}"),
        "name": name,
        "type": MESSAGE_TYPES.get(kind, ""),
        "journey_id": UNSENT,
        "send_to_unsubs": bool(campaign is not None and campaign.to_unsubscribed),
        "subscription_topic_ids": [] if topic is None else [topic.id],
        "subscription_topic": {"name": "" if topic is None else topic.name},
    }


def _topic(project: Project, campaign: Campaign | None) -> Topic | None:
    return None if campaign is None or campaign.topic is None else project.topics.topics.get(campaign.topic)


def stable_number(name: str) -> int:
    """A number that is always the same for a name."""
    return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:3], "big") + 1
