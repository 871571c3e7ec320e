"""One person's way through one campaign, as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign
    from simulator.people import Person
    from simulator.workflow import Node

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Cause(msgspec.Struct, eq=False):
    """The call that a journey may start from: an event, a form, data posted to a hook, a change of an object."""

    name: str
    line: int
    at: int
    event: Mapping[str, Any] | None = None
    event_id: str | None = None
    timestamp: int | None = None
    trigger: Mapping[str, Any] | None = None
    object: Mapping[str, Any] = EMPTY
    relationship: Mapping[str, Any] = EMPTY
    recipient: str | None = None  # the `to` of a transactional call


class Journey:
    """A journey that is not over; *turn* counts its moves, so that an outdated alarm is known as such."""

    __slots__ = (
        "attributes",
        "campaign",
        "cause",
        "entered_at",
        "goal_reached",
        "leaving",
        "messaged",
        "node",
        "number",
        "over",
        "person",
        "since",
        "turn",
        "wait_since",
    )

    def __init__(self, campaign: CompiledCampaign, person: Person, number: int, at: int, cause: Cause) -> None:
        self.campaign = campaign
        self.person = person
        self.number = number
        self.entered_at = at
        self.cause = cause
        self.attributes: dict[str, Any] | None = None  # `journey.*`
        self.node: Node | None = campaign.start
        self.turn = 0
        self.since = person.number  # events up to this one came before entry
        self.wait_since = 0
        self.goal_reached = False
        self.messaged = False
        self.leaving: tuple[str, str] | None = None  # reason and rule of an exit that its next acting step makes
        self.over = False


class Pending:
    """A call whose trigger matched but whose person did not pass the filter yet."""

    __slots__ = ("campaign", "cause", "until")

    def __init__(self, campaign: CompiledCampaign, cause: Cause, until: int) -> None:
        self.campaign = campaign
        self.cause = cause
        self.until = until
