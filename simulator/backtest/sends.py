"""What one content's deliveries add up to: by step, by time, and by how much one person gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailwright.definitions.steps import MessageStep
from simulator.backtest.matching import SENT
from simulator.backtest.records import Record
from simulator.summary import WAITS

if TYPE_CHECKING:
    from simulator.content import Content

DAY, HOUR, MINUTE = 86400, 3600, 60
TO_PEOPLE = frozenset({"email", "sms", "push", "in_app", "whatsapp"})
LIMIT = "message_limit"

Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PersonalLimits:
    """What a person's share is held against: *most* a day, and the workspace's message limit where it has one."""

    most: int = 3
    count: int = 0  # 0: no limit
    seconds: int = 0
    counted: frozenset[Step] = frozenset()  # steps whose messages use the limit up


def personal_limits(content: Content, most: int) -> PersonalLimits:
    """The limits of one content's workspace.

    Source: Customer.io docs, "Message Limits" (semantics R90): transactional and in-app messages are exempt.
    """
    limit = content.workspace.message_limit
    if limit is None:
        return PersonalLimits(most)
    counted = set()
    for campaign in content.campaigns:
        for node in campaign.nodes:
            if not isinstance(node.step, MessageStep) or node.kind == "in_app":
                continue
            counts = node.step.counts_toward_limit
            counts = campaign.definition.counts_toward_limit if counts is None else counts
            if counts and campaign.trigger_kind != "transactional":
                counted.add((campaign.slug, node.id))
    return PersonalLimits(most, limit.count, limit.seconds, frozenset(counted))


@dataclass(slots=True)
class Sends:
    """Counts of one side; every one of them adds up over sets of people."""

    sent: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # campaign, step, channel
    unsent: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # campaign, step, status, reason
    hours: Counter[tuple[int, str]] = field(default_factory=Counter)  # hour since 1970 in UTC, channel
    minutes: Counter[int] = field(default_factory=Counter)  # emails by minute since 1970: what a provider is handed
    people: int = 0  # who get anything
    crowded: int = 0  # who get more than the most on some day
    busiest: int = 0  # messages that one person gets on one day, at most
    at_limit: int = 0  # who use the workspace's limit up at some time

    def add(self, records: Sequence[Record], limits: PersonalLimits) -> bool:
        """Count one person's deliveries; gives whether they are more than the most on some day."""
        days: dict[int, int] = {}
        sent, hours, minutes = self.sent, self.hours, self.minutes
        for _, campaign, step, at, channel, status, reason, _, _ in records:
            if status == SENT:
                sent[campaign, step, channel] += 1
                hours[at // HOUR, channel] += 1
                if channel == "email":
                    minutes[at // MINUTE] += 1
                if channel in TO_PEOPLE:
                    days[at // DAY] = days.get(at // DAY, 0) + 1
            elif status != WAITS:
                self.unsent[campaign, step, status, reason] += 1
        if not days:
            return False
        self.people += 1
        busiest = max(days.values())
        self.busiest = max(self.busiest, busiest)
        is_crowded = busiest > limits.most
        self.crowded += is_crowded
        self.at_limit += bool(limits.count) and _reaches(records, limits)
        return is_crowded

    def merge(self, other: Sends) -> None:
        """Count what was counted of other people."""
        for name in ("sent", "unsent", "hours", "minutes"):
            mine: Counter[object] = getattr(self, name)
            mine.update(getattr(other, name))
        self.people += other.people
        self.crowded += other.crowded
        self.at_limit += other.at_limit
        self.busiest = max(self.busiest, other.busiest)

    def of_step(self, step: Step) -> int:
        """Messages that a step handed over."""
        return sum(count for (campaign, name, _), count in self.sent.items() if (campaign, name) == step)

    @property
    def total(self) -> int:
        """Messages handed over."""
        return sum(self.sent.values())

    @property
    def held_by_limit(self) -> int:
        """Messages that the workspace's limit kept back for good."""
        return sum(count for (_, _, _, reason), count in self.unsent.items() if reason == LIMIT)

    def failures(self) -> Counter[tuple[str, str, str]]:
        """What failed, by campaign, step and Customer.io's words."""
        return Counter(
            {
                (campaign, step, reason): count
                for (campaign, step, status, reason), count in self.unsent.items()
                if status == "failed"
            }
        )


def _reaches(records: Collection[Record], limits: PersonalLimits) -> bool:
    """Whether so many counted messages lie within the limit's span."""
    if len(records) < limits.count:
        return False
    times = sorted(
        record.at for record in records if record.status == SENT and (record.campaign, record.step) in limits.counted
    )
    last = limits.count - 1
    return any(times[place + last] - times[place] < limits.seconds for place in range(len(times) - last))
