"""Which names Liquid knows, and which of them each kind of trigger brings.

Source: Customer.io docs, Liquid namespaces (liquid §7).
"""

from __future__ import annotations

from mailwright.definitions.triggers import (
    BroadcastTrigger,
    EventTrigger,
    ObjectTrigger,
    RelationshipTrigger,
    TransactionalTrigger,
    Trigger,
    WebhookTrigger,
    trigger_kind,
)

EVENT_ROOTS = frozenset({"event", "event_name", "event_id", "event_timestamp"})
TRIGGER_ROOTS = frozenset({"trigger"})
EVERYWHERE = frozenset(
    {
        "customer",
        "journey",
        "objects",
        "snippets",
        "campaign",
        "message",
        "delivery_id",
        "layout",
        "editor",
        "mailwright",
    }
)
ROOTS = EVERYWHERE | EVENT_ROOTS | TRIGGER_ROOTS

_WORDS = {
    "event": "an event",
    "segment": "a segment",
    "person": "a person's attributes",
    "date": "a date",
    "form": "a form",
    "object": "an object",
    "relationship": "a relationship",
    "webhook": "a webhook",
    "broadcast": "a broadcast",
    "transactional": "a transactional call",
    "newsletter": "a newsletter",
}


def trigger_words(trigger: Trigger) -> str:
    """What starts the campaign, in words."""
    return _WORDS[trigger_kind(trigger) or "event"]


def missing_root(root: str, trigger: Trigger) -> str:
    """A hint if the trigger does not bring *root*; empty if it does, or if nobody knows the name."""
    has_event = isinstance(trigger, EventTrigger)
    has_trigger = isinstance(
        trigger, BroadcastTrigger | ObjectTrigger | RelationshipTrigger | TransactionalTrigger | WebhookTrigger
    )
    if root in EVENT_ROOTS and not has_event:
        return "use 'trigger.…' or 'customer.…'" if has_trigger else "use 'customer.…'"
    if root in TRIGGER_ROOTS and not has_trigger:
        return "use 'event.…'" if has_event else "use 'customer.…'"
    return ""
