"""Every decision of a replay, as plain values in order.

`explain`, the reports, previews, coverage and the local workspace read these and nothing else. A journey is known by
its campaign, its person and its number among that person's journeys in the campaign, from 0, so that a log split by
person gives the same names. Times are Unix seconds. `rule` cites the semantics (`R22`).
"""

from __future__ import annotations

from typing import Any

import msgspec

Address = tuple[int, ...]


class Entry(msgspec.Struct, frozen=True, gc=False, tag_field="kind", omit_defaults=True):
    """What every entry has: when, whose, and in which campaign (empty: in none)."""

    at: int
    person: str
    campaign: str


class Clause(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The clause that decided: which condition of the campaign, its address in that tree, what it saw."""

    condition: str  # trigger, filter, goal, exit, or step:<id>[:<way>]
    address: Address
    held: bool
    seen: Any = None  # the value it read; absent when there was none
    missing: bool = False  # there was no such property
    rule: str = ""


class Considered(Entry, frozen=True, gc=False, tag="considered"):
    """A call could have started a journey; *matched* says whether the trigger itself held. Kept in full detail only."""

    call: str  # the event's name, or what else it was
    line: int
    matched: bool
    clause: Clause | None = None
    clauses: tuple[Clause, ...] = ()  # all of the trigger's, in file order


class Held(Entry, frozen=True, gc=False, tag="held"):
    """The trigger matched but the person's filter did not: it is tried again until *until*."""

    call: str
    line: int
    until: int
    clause: Clause | None = None
    rule: str = msgspec.field(default_factory=lambda: "R22")  # a factory, so that JSON always says it
    clauses: tuple[Clause, ...] = ()  # all of the filter's; in full detail only


class Lapsed(Entry, frozen=True, gc=False, tag="lapsed"):
    """The filter never matched in time: this call is lost for the campaign."""

    call: str
    line: int
    clause: Clause | None = None
    rule: str = msgspec.field(default_factory=lambda: "R22")  # a factory, so that JSON always says it
    clauses: tuple[Clause, ...] = ()  # all of the filter's as they were at the end; in full detail only


class Refused(Entry, frozen=True, gc=False, tag="refused"):
    """The trigger matched, yet no journey may start: *reason* is once, period, too_old, already_active, and so on."""

    call: str
    line: int
    reason: str
    rule: str


class Entered(Entry, frozen=True, gc=False, tag="entered"):
    """A journey started."""

    journey: int
    call: str
    line: int
    clauses: tuple[Clause, ...] = ()  # all of the filter's; in full detail only


class Skipped(Entry, frozen=True, gc=False, tag="skipped"):
    """A step did nothing.

    The reason is condition_not_met, step_off, unsubscribed, topic_unsubscribed, channel_unsubscribed or held_out.
    """

    journey: int
    step: str
    reason: str
    rule: str
    clause: Clause | None = None


class Waiting(Entry, frozen=True, gc=False, tag="waiting"):
    """The journey rests at a step; *until* None: until something happens."""

    journey: int
    step: str
    until: int | None
    rule: str


class Woke(Entry, frozen=True, gc=False, tag="woke"):
    """The journey goes on from a wait: time, window, met, timeout."""

    journey: int
    step: str
    why: str
    clause: Clause | None = None


class Branched(Entry, frozen=True, gc=False, tag="branched"):
    """The way taken at a branch, split, cohort, language branch or wait."""

    journey: int
    step: str
    way: str
    rule: str
    clause: Clause | None = None


class Delivery(Entry, frozen=True, gc=False, tag="delivery"):
    """A message that was made: sent, drafted, failed, undeliverable, dropped, attempted.

    *at* is when it got this status, *made_at* when it was made. *failure* is Customer.io's text for a failed one.
    """

    journey: int
    step: str
    channel: str  # email, sms, push, in_app, slack, whatsapp, webhook
    status: str
    made_at: int
    message: str = ""
    language: str | None = None
    recipient: str | None = None
    reason: str = ""  # missing_recipient, liquid_undefined, liquid_syntax, message_limit, esp_suppressed …
    failure: str = ""
    rule: str = ""


class Acted(Entry, frozen=True, gc=False, tag="acted"):
    """A step changed data: set, create_event, segment; *names* are the attributes, the event or the segment."""

    journey: int
    step: str
    what: str
    names: tuple[str, ...]
    failure: str = ""


class GoalReached(Entry, frozen=True, gc=False, tag="goal_reached"):
    """The goal came true after entry; *converted* when a message of the journey counts for it (semantics R51)."""

    journey: int
    converted: bool


class Ended(Entry, frozen=True, gc=False, tag="ended"):
    """The journey is over, and why.

    The outcome is finished or exited_early; the reason end, exit_step, stops_matching, goal, exit_condition,
    timeout_exit, deleted, suppressed or merged.
    """

    journey: int
    outcome: str
    reason: str
    rule: str
    step: str = ""
    clause: Clause | None = None


class Moved(Entry, frozen=True, gc=False, tag="moved"):
    """A merge brought a running journey of another profile to this one, under a new number (semantics R119)."""

    journey: int
    from_person: str
    from_journey: int
    entered_at: int


class Noted(Entry, frozen=True, gc=False, tag="noted"):
    """A warning about data or content, by code: event_name_case_mismatch, failed_attribute_change and so on."""

    code: str
    detail: str = ""
    line: int = 0


AnyEntry = (
    Considered
    | Held
    | Lapsed
    | Refused
    | Entered
    | Skipped
    | Waiting
    | Woke
    | Branched
    | Delivery
    | Acted
    | GoalReached
    | Ended
    | Moved
    | Noted
)


class NotModelled(msgspec.Struct, frozen=True, order=True):
    """Something in the content that the simulator does not imitate, and what it does in its place."""

    campaign: str
    step: str
    what: str
    instead: str


def entries_as_lines(entries: list[AnyEntry]) -> bytes:
    """The entries as JSON lines."""
    return msgspec.json.Encoder().encode_lines(entries)


def entry_from_line(line: bytes) -> AnyEntry:
    """The entry a JSON line holds."""
    return _DECODER.decode(line)


_DECODER: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)
