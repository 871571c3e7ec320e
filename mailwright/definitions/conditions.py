"""The condition tree: what triggers, filters, branches, waits, segments and goals ask.

Authors write short forms; `mailwright.loading.condition_forms` turns them into these values. Nothing below the loader
knows a short form. What each one *means* is said once, in `simulator.operators` and `simulator.conditions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from mailwright.diagnostics import Span

Scalar = str | int | float | bool


class Subject(StrEnum):
    """Whose data a comparison reads."""

    PERSON = "person"  # the profile
    EVENT = "event"  # the data of the event that started the journey
    DATA = "data"  # the data of the event being tested itself: `where:` of a trigger, a performed event, a goal, a wait
    OBJECT = "object"  # the object that started the journey
    RELATIONSHIP = "relationship"
    TO = "to"  # an attribute's new value, inside `changed:`
    FROM = "from"  # and its old one


class Operator(StrEnum):
    """How a value is compared; a negation is `Not` around it, so that it negates the whole test (semantics R14)."""

    EQUALS = "equals"  # eq; with several values: any of them (`in:`)
    CONTAINS = "contains"
    EXISTS = "exists"
    ABOVE = "above"  # gt
    BELOW = "below"  # lt
    BETWEEN = "between"  # bw, both ends
    MORE_THAN_AGO = "more_than_ago"  # timestamp_lt, seconds before now
    LESS_THAN_AGO = "less_than_ago"  # timestamp_gt with a past offset
    MORE_THAN_AHEAD = "more_than_ahead"  # timestamp_gt with a future offset
    LESS_THAN_AHEAD = "less_than_ahead"  # timestamp_lt with a future offset
    AFTER = "after"  # timestamp_gta, an absolute Unix time
    BEFORE = "before"  # timestamp_lta
    IS_TIMESTAMP = "is_timestamp"


@dataclass(frozen=True, slots=True)
class Compare:
    """One value of one subject, compared; `values` holds what it is compared with.

    Units: values of MORE_THAN_AGO and its kin are seconds; of AFTER and BEFORE Unix seconds.
    """

    subject: Subject
    path: str  # `plan`, `cart.total`, `items[].sku`, `items[0].sku`; empty inside `changed:`
    operator: Operator
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A value that no campaign whose slug matches *pattern* asks for in its own trigger.

    *claimed* is empty as written and filled by the loader, which sees every campaign.
    """

    subject: Subject
    path: str
    pattern: str
    claimed: tuple[Scalar, ...] = ()
    claimed_by: tuple[str, ...] = ()  # the slugs that matched, in order


@dataclass(frozen=True, slots=True)
class CompareFields:
    """Two values compared with each other, such as a later event's id with the starting event's (semantics R20)."""

    left: Subject
    left_path: str
    operator: Operator
    right: Subject
    right_path: str


@dataclass(frozen=True, slots=True)
class InSegment:
    """The person is in the segment."""

    segment: str


class EventType(StrEnum):
    """What kind of call made an event (semantics R4)."""

    EVENT = "event"
    PAGE = "page"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Performed:
    """The person did *event* at least *times* times, counting the last *within* only (None: ever)."""

    event: str
    times: int = 1
    within: timedelta | None = None
    where: Condition | None = None
    type: EventType = EventType.EVENT


@dataclass(frozen=True, slots=True)
class Changed:
    """An attribute changed; *where* asks its new value (Subject.TO) and old one (Subject.FROM)."""

    attribute: str
    where: Condition | None = None
    times: int = 1
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Happens:
    """An event received since the wait began, or since the journey did for a goal or an exit (semantics R66, R52)."""

    event: str
    where: Condition | None = None
    type: EventType = EventType.EVENT


class MessageState(StrEnum):
    """What became of a delivery."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    CONVERTED = "converted"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MessageIs:
    """A message of a campaign reached a state; *campaign* None: the campaign the condition stands in."""

    step: str
    state: MessageState
    campaign: str | None = None
    times: int = 1
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; with no parts it holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; with no parts it does not."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = (
    Compare | Unclaimed | CompareFields | InSegment | Performed | Changed | Happens | MessageIs | All | Any | Not
)

ALWAYS = All()


@dataclass(frozen=True, slots=True)
class PlacedCondition:
    """A condition and where each clause of it stands.

    *places* maps a clause's address (the indexes of parts from the root: `()`, `(0,)`, `(0, 1)`; a `Not`, `Performed`,
    `Changed` or `Happens` has its inner condition at index 0) to `(line, column, length)` in *file*, so that spans live
    beside the values and two equal conditions are equal wherever they are written.
    """

    condition: Condition = ALWAYS
    file: str = ""
    places: tuple[tuple[tuple[int, ...], tuple[int, int, int]], ...] = field(default=(), compare=False)

    def span(self, address: tuple[int, ...] = ()) -> Span:
        """Where the clause at *address* stands, or the nearest one around it."""
        table = dict(self.places)
        for end in range(len(address), -1, -1):
            if address[:end] in table:
                return Span(self.file, *table[address[:end]])
        return Span(self.file)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside *condition*, in the order of their addresses."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            return parts
        case Not(part=part):
            return (part,)
        case Performed(where=where) | Changed(where=where) | Happens(where=where):
            return () if where is None else (where,)
        case _:
            return ()


def walk(condition: Condition, address: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Condition]]:
    """Every clause of *condition* with its address, outer before inner."""
    yield address, condition
    for index, part in enumerate(parts_of(condition)):
        yield from walk(part, (*address, index))
