"""A delivery as a source shows it: by Customer.io's numbers and identifiers, before either means anything here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

IDENTIFIERS = ("id", "email", "cio_id")
PARENTS = {
    "campaign_id": "campaign",
    "broadcast_id": "broadcast",
    "newsletter_id": "newsletter",
    "transactional_message_id": "transactional",
}
"""What a delivery belongs to, by the name of the field. Source: App API reference, messages; reporting webhooks."""
_SENT = frozenset({"sent", "delivered", "opened", "clicked", "converted", "unsubscribed", "spammed"})
_BY_WEIGHT = ("bounced", "dropped", "suppressed")
_NOT_SENT = ("failed", "undeliverable")
_WAITING = ("attempted", "deferred")


@dataclass(frozen=True, slots=True)
class Seen:
    """One delivery. Units: times are Unix seconds.

    *parent* is what it belongs to by kind and number (`campaign/61`), *action* the number of its step; empty where the
    source does not say. *metrics* is when each state was reached.
    """

    id: str
    at: int
    person: Mapping[str, str] = field(default_factory=dict)  # id, email, cio_id: those that are known
    parent: str = ""
    action: str = ""
    channel: str = ""
    metrics: Mapping[str, int] = field(default_factory=dict)
    recipient: str = ""
    failure: str = ""
    message: tuple[str, str] | None = None  # campaign and message, where somebody said whose the deliveries are

    @property
    def status(self) -> str:
        """What became of it in the end."""
        return status_of(self.metrics)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something a source tells of a person besides deliveries: `unsubscribed` or `subscribed` (Unix seconds)."""

    person: Mapping[str, str]
    what: str
    at: int


def status_of(metrics: Iterable[str]) -> str:
    """What became of a delivery that reached these states, in the words of a trace.

    Source: Customer.io docs, "Message Statuses" (semantics R100): opened and the like come after sent, a bounce too.
    """
    reached = set(metrics)
    for status in _BY_WEIGHT:
        if status in reached:
            return status
    if reached & _SENT:
        return "sent"
    for status in _NOT_SENT:
        if status in reached:
            return status
    if reached.intersection(_WAITING):
        return "attempted"
    return "drafted" if "drafted" in reached else "queued"


def identifiers_in(values: Mapping[str, Any]) -> dict[str, str]:
    """The identifiers among *values* that hold something, as text."""
    return {name: text for name in IDENTIFIERS if (text := as_id(values.get(name)))}


def parent_in(values: Mapping[str, Any]) -> str:
    """What a delivery belongs to, as `kind/number`; a broadcast comes before its campaign, for they share one."""
    for name in ("broadcast_id", "newsletter_id", "transactional_message_id", "campaign_id"):
        number = as_id(values.get(name))
        if number:
            return f"{PARENTS[name]}/{number}"
    return ""


def as_id(value: Any) -> str:
    """An identifier as text, whichever of the two it came as; nothing for what is none."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    return str(value) if isinstance(value, int | str) else ""


def as_time(value: Any) -> int | None:
    """A time in Unix seconds; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 40:
        return None
    return int(value)
