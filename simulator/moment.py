"""One person at one moment: what a condition is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.people import Person

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Moment:
    """What can be known when a condition is asked.

    Units: *now* is in Unix seconds; *since* is the number of the person's last event before the wait, goal or exit
    began.
    """

    __slots__ = (
        "attributes",
        "campaign",
        "data",
        "event",
        "from_",
        "in_segment",
        "now",
        "object",
        "person",
        "relationship",
        "since",
        "to",
    )

    def __init__(
        self,
        now: int,
        person: Person,
        attributes: Mapping[str, Any],
        in_segment: Callable[[str, Moment], bool],
    ) -> None:
        self.now = now
        self.person = person
        self.attributes = attributes
        self.in_segment = in_segment
        self.event: Mapping[str, Any] = NOTHING  # the data of the event that started the journey
        self.data: Mapping[str, Any] = NOTHING  # the data of the event under test
        self.object: Mapping[str, Any] = NOTHING
        self.relationship: Mapping[str, Any] = NOTHING
        self.to: Any = None
        self.from_: Any = None
        self.since = 0
        self.campaign = ""
