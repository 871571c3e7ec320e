"""A backtest as one value that every format prints: nothing is counted, looked up or named after this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.backtest.editions import Edit
from simulator.reports.report import AssumptionRow, BadLineRow
from simulator.trace import NotModelled

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one step or campaign: messages before and after, and people by what happened to them."""

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0
    moved: int = 0  # to another step or campaign
    moved_here: int = 0
    retimed: int = 0
    other_text: int = 0

    @property
    def is_none(self) -> bool:
        return self.before == self.after and not any(
            (self.gained, self.lost, self.moved, self.moved_here, self.retimed, self.other_text)
        )


@dataclass(frozen=True, slots=True)
class StepRow:
    """One message step."""

    step: str
    channel: str
    change: Change


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign that sends anything on either side."""

    slug: str
    name: str
    file: str
    status: str  # same, changed, added, removed, started, stopped
    edited: tuple[str, ...]
    change: Change  # people are counted once, whatever number of steps they meet
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """So many messages that came from one step come from another now."""

    campaign: str
    step: str
    to_campaign: str
    to_step: str
    messages: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One person whom a change meets, and how to look closer."""

    kind: str
    campaign: str
    step: str
    person: str
    line: int
    at: int
    other_campaign: str = ""
    other_step: str = ""
    other_at: int | None = None
    explain: str = ""  # a command
    preview: str = ""  # a path of `mailwright preview`


@dataclass(frozen=True, slots=True)
class NotSentRow:
    """What was made and not sent, or failed, by reason."""

    campaign: str
    step: str
    status: str
    reason: str
    before: int
    after: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Messages in one span of time, before and after."""

    at: int  # its first second
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest span of one length; its first second where there is any."""

    span: str  # minute, hour, day
    before: int
    before_at: int | None
    after: int
    after_at: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """The provider's rate, and the minutes that would hand it more emails than it takes."""

    count: int
    seconds: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class LimitRow:
    """The workspace's message limit: people who use it up, and messages that it keeps back."""

    count: int
    seconds: int
    people_before: int
    people_after: int
    held_before: int
    held_after: int


@dataclass(frozen=True, slots=True)
class Crowding:
    """People who get more than so many messages on one day, and the most that one person gets."""

    most: int
    before: int
    after: int
    newly: int
    busiest_before: int
    busiest_after: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the last line; people are counted once for each thing that happens to them."""

    calls: int
    people: int
    sent_before: int
    sent_after: int
    reached_before: int  # people who get anything
    reached_after: int
    affected: int
    gained: int
    lost: int
    moved: int
    retimed: int
    other_text: int
    failed_before: int
    failed_after: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What a backtest came to."""

    before: str  # what the sides are called
    after: str
    workspace: str
    logs: tuple[str, ...]
    one_in: int  # the sample: one in so many people
    tied: int
    first_at: int | None
    last_at: int | None
    until: int
    rendered: str
    totals: Totals
    edits: tuple[Edit, ...]
    campaigns: tuple[CampaignRow, ...]
    moves: tuple[MoveRow, ...]
    samples: tuple[SampleRow, ...]
    not_sent: tuple[NotSentRow, ...]
    days: tuple[Slot, ...]
    hours: tuple[Slot, ...]  # every hour with a message
    hours_of_day: tuple[Slot, ...]  # 24, in UTC; *at* is the hour's first second of a day
    peaks: tuple[Peak, ...]
    rate: Rate | None
    limit: tuple[LimitRow | None, LimitRow | None]
    crowding: Crowding
    not_modelled: tuple[NotModelled, ...]
    assumptions: tuple[AssumptionRow, ...]
    notes: tuple[tuple[str, int], ...]  # what the log made one wonder about, in words, and how often
    bad_lines: tuple[BadLineRow, ...]  # the first thousand
    bad_count: int
    people_shown: bool = False
    differs: bool = False

    @property
    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        import msgspec

        values: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(self)}
        for name in ("first_at", "last_at", "until"):
            values[f"{name}_seconds"] = values.pop(name)
        return values
