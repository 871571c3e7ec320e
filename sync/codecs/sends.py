"""Transactional messages and one-time sends ⇄ the UI API: messages that are no campaigns, and folders of the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.triggers import NewsletterTrigger
from sync.codecs.authored import campaign_document, read_campaign, trigger_as_data
from sync.codecs.campaigns import Read
from sync.codecs.condition_reading import ConditionReading, both
from sync.codecs.condition_writing import ConditionWriting
from sync.codecs.conditions_of import condition_of
from sync.codecs.encoding import decoded, kept_if_same
from sync.codecs.messages import document
from sync.codecs.references import References, Unreadable
from sync.snapshot import Address, Document, Kind

Data = dict[str, Any]
Json = Mapping[str, Any]
KINDS = {"email": "email", "push": "push", "sms": "sms", "twilio": "sms", "in_app": "in_app", "whatsapp": "whatsapp"}


def message_kind(raw: Json) -> str:
    """What kind of message a send is. Raises: Unreadable."""
    kind = KINDS.get(str(raw.get("type") or "email"))
    if kind is None:
        raise Unreadable(f"a message of the type '{raw.get('type')}'")
    return kind


def read_transactional(raw: Json, slug: str, step: str) -> Read:
    """The document of a transactional message. Source: `state` is draft or active."""
    address = Address(Kind.CAMPAIGN, slug)
    try:
        data = {
            "name": str(raw.get("name") or "(no name)"),
            "trigger": {"transactional": slug},
            "state": "draft" if raw.get("state") == "draft" else "running",
            "workflow": [{message_kind(raw): step}],
        }
    except Unreadable as error:
        found = document(address, {"name": raw.get("name"), "trigger": {"transactional": slug}})
        return Read(found, {"workflow": str(error)})
    return Read(campaign_document(address, read_campaign(data, str(address))))


def transactional_fields(wanted: Document) -> Data:
    """What a write of a transactional message sets."""
    state = "active" if wanted.value("state") == "running" else "draft"
    return {"name": wanted.value("name") or "", "state": state}


def read_newsletter(raw: Json, slug: str, step: str, names: References) -> Read:
    """The document of a one-time send: whom it goes to and what it counts as; when it is sent is not part of it."""
    address = Address(Kind.CAMPAIGN, slug)
    data: Data = {
        "name": str(raw.get("name") or "(no name)"),
        "to_unsubscribed": raw.get("send_to_unsubscribed") is True,
        "counts_toward_limit": raw.get("use_message_limits") is True,
    }
    unseen: dict[str, str] = {}
    try:
        data["workflow"] = [{message_kind(raw): step}]
    except Unreadable as error:
        unseen["workflow"] = str(error)
    try:
        if raw.get("subscription_topic_id") is not None:
            data["topic"] = names.topic_slug(raw["subscription_topic_id"])
    except Unreadable as error:
        unseen["topic"] = str(error)
    try:
        reading = ConditionReading(names, slug)
        asked = both([reading.flat(decoded(raw.get("filters"))), reading.tree(raw.get("recipients"))])
        data["trigger"] = trigger_as_data(NewsletterTrigger(newsletter=slug, audience=PlacedCondition(asked)), slug)
    except Unreadable as error:
        unseen["trigger"] = str(error)
    if unseen:
        return Read(document(address, data), unseen)
    return Read(campaign_document(address, read_campaign(data, str(address))))


def newsletter_fields(wanted: Document, raw: Json, names: References) -> Data:
    """What a write of the recipients of a one-time send sets.

    Raises: Unwritable.
    """
    audience = condition_of((wanted.value("trigger") or {}).get("audience") or {}, Form.FILTER)
    topic = wanted.value("topic")
    entries = ConditionWriting(names, wanted.address.slug).flat(audience)
    return {
        "send_percentage": raw.get("send_percentage", 100),
        "deduped": raw.get("deduped", True),
        "send_to_unsubscribed": wanted.value("to_unsubscribed") is True,
        "use_message_limits": wanted.value("counts_toward_limit") is True,
        "subscription_topic_id": None if topic is None else names.topic_id(topic),
        "filters": kept_if_same(entries, raw.get("filters")),
    }
