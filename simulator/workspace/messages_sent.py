"""What was sent, counted and listed; and what a request sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simulator.workspace.documents import Json
from simulator.workspace.membership import records
from simulator.workspace.records import DeliveryRecord
from simulator.workspace.space import Space

METRICS = (
    "attempted", "bounced", "clicked", "converted", "created", "deferred", "delivered", "drafted", "dropped", "failed",
    "opened", "sent", "spammed", "suppressed", "undeliverable", "unsubscribed",
)  # fmt: skip
"""What is counted of deliveries. Source: App API reference, metrics."""

STEPS = {"hours": 3600, "days": 86_400, "weeks": 7 * 86_400, "months": 30 * 86_400}
"""Periods of a series in seconds. Assumed: a month has 30 days."""


def deliveries(space: Space, **parent: Any) -> Iterator[DeliveryRecord]:
    """The deliveries of what *parent* names, newest first: `campaign_id=61`, `newsletter_id=210`."""
    wanted = {name: str(value) for name, value in parent.items() if value is not None}
    for one in records(space).deliveries():
        if all(str(one.parent.get(name)) == value for name, value in wanted.items()):
            yield one


def counts_by_metric(space: Space, **parent: Any) -> Json:
    """How many deliveries reached each state."""
    counted: Counter[str] = Counter()
    for one in deliveries(space, **parent):
        counted["created"] += 1
        counted.update(name for name in one.metrics if name in METRICS)
    return {name: counted[name] for name in METRICS}


def series(space: Space, period: str, steps: int, channel: str | None = None, **parent: Any) -> Json:
    """How many deliveries reached each state in each of the last *steps* periods, the newest last."""
    length, now = STEPS[period], space.now()
    found = {name: [0] * steps for name in METRICS}
    for one in deliveries(space, **parent):
        if channel is not None and one.type != channel:
            continue
        for name, at in {"created": one.created, **one.metrics}.items():
            back = (now - at) // length
            if name in found and 0 <= back < steps:
                found[name][steps - 1 - back] += 1
    return found


def link_counts(space: Space, **parent: Any) -> list[Json]:
    """The links of the deliveries, and how often each was clicked."""
    counted: Counter[str] = Counter()
    for one in deliveries(space, **parent):
        counted.update(dict(one.links))
    return [{"id": at, "href": href, "clicked": clicks} for at, (href, clicks) in enumerate(sorted(counted.items()), 1)]


def count_sent(space: Space) -> int:
    """How many messages went out."""
    return sum(1 for one in records(space).deliveries() if "sent" in one.metrics)


def count_billable(space: Space) -> int:
    """How many messages went out that count on the bill.

    Assumed: all but webhooks and Slack messages.
    """
    return sum(
        1 for one in records(space).deliveries() if "sent" in one.metrics and one.type not in ("webhook", "slack")
    )


def send_newsletter(space: Space, newsletter: Json) -> int:
    """Send a newsletter now, and say so on it; the caller keeps it. Gives to how many it went.

    The content must be stored before.
    """
    now = space.now()
    sent = records(space).send_newsletter(newsletter["id"])
    newsletter |= {"send_state": "sent", "sent_at": now, "scheduled_at": None}
    return sent


def journey_counts(journeys: list[Json]) -> Json:
    """Journeys counted by how they stand."""
    ended = [one for one in journeys if one["ended"] is not None]
    finished = sum(1 for one in ended if one["exit"] is None)
    return {
        "started": len(journeys),
        "active": len(journeys) - len(ended),
        "finished": finished,
        "exited_early": len(ended) - finished,
    }
