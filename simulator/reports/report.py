"""A replay as one value that every format prints: nothing is counted, looked up or named after this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.trace import AnyEntry, NotModelled

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """So many times, and why; *place* is the file and line to look at, where one is to blame."""

    count: int
    why: str
    rule: str = ""
    place: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One message step: what it sent and what it did not."""

    step: str
    channel: str
    sent: int
    not_sent: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign that something happened in."""

    slug: str
    name: str
    trigger: str
    file: str
    entered: int
    active: int
    finished: int
    emails: int
    other_messages: int
    goals: int
    left_early: tuple[Reason, ...]
    not_entered: tuple[Reason, ...]
    not_sent: tuple[Reason, ...]
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """An assumption that decided something."""

    name: str
    value: Any
    count: int
    rule: str
    mark: str
    says: str


@dataclass(frozen=True, slots=True)
class WarningRow:
    """What the log or the content made one wonder about."""

    code: str
    says: str
    count: int
    line: int


@dataclass(frozen=True, slots=True)
class BadLineRow:
    """A line that is no call."""

    file: str
    line: int
    column: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class DoubleRow:
    """Campaigns that both wrote to a person because of one call."""

    campaigns: tuple[str, ...]
    calls: int
    example: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """What one day, in UTC, brought."""

    day: str
    emails: int
    others: int
    not_sent: int


@dataclass(frozen=True, slots=True)
class SampleJourney:
    """One person's way, entry by entry; people's names are already as the report may show them."""

    campaign: str
    name: str
    person: str
    entries: tuple[AnyEntry, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the last line."""

    calls: int
    people: int
    entered: int
    emails: int
    other_messages: int
    drafted: int
    failed: int
    not_sent: int  # all that was due and did not go out, failures among it
    not_entered: int
    active: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay came to."""

    workspace: str
    logs: tuple[str, ...]
    first_at: int | None
    last_at: int | None
    until: int | None
    rendered: str
    totals: Totals
    campaigns: tuple[CampaignRow, ...]
    idle: tuple[str, ...]  # campaigns nobody entered and nothing held back
    doubles: tuple[DoubleRow, ...]
    double_calls: int
    double_people: int
    not_modelled: tuple[NotModelled, ...]
    assumptions: tuple[AssumptionRow, ...]
    warnings: tuple[WarningRow, ...]
    bad_lines: tuple[BadLineRow, ...]  # the first thousand
    bad_count: int
    unused_events: tuple[tuple[str, int], ...]
    days: tuple[DayRow, ...] = ()
    journeys: tuple[SampleJourney, ...] = field(default=())
