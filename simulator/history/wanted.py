"""What a project reads of an event log, and the part of each call that it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from simulator.history.calls import Call, CallKind

ENVELOPE = frozenset(("recipient", "from_address", "reply_to"))  # of an event: they redirect its mail
WHO = frozenset(("id", "email", "cio_id", "anonymous_id"))  # of a person: they say who it is
NAMES_LIMIT = 50_000
OTHER_NAMES = "(other names)"

Properties = frozenset[str] | None  # None: all of them


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a project asks for and the top-level properties it reads of each; which attributes of a person.

    Every call of another kind is wanted whole. Names are compared without case and the spaces around them.
    """

    events: Mapping[str, Properties]
    attributes: Properties = None
    others: bool = False  # events of other names are wanted too, without their data
    by_key: Mapping[str, Properties] = field(init=False)

    def __post_init__(self) -> None:
        merged: dict[str, Properties] = {}
        for name, properties in self.events.items():
            key = name_key(name)
            before = merged.get(key, frozenset())
            merged[key] = None if before is None or properties is None else before | properties
        object.__setattr__(self, "by_key", merged)

    def joined(self, other: Wanted) -> Wanted:
        """All that either of the two asks for."""
        events = dict(self.by_key)
        for name, properties in other.by_key.items():
            mine = events.get(name, frozenset())
            events[name] = None if mine is None or properties is None else mine | properties
        attributes = None if self.attributes is None or other.attributes is None else self.attributes | other.attributes
        return Wanted(events, attributes, self.others or other.others)

    def is_event(self, name: str) -> bool:
        """Whether the project asks for events of this *name*."""
        return self.others or name_key(name) in self.by_key

    def of_event(self, name: str) -> Properties:
        """The properties to keep of an event that is asked for."""
        properties = self.by_key.get(name_key(name), frozenset())
        return None if properties is None else properties | ENVELOPE

    def of_person(self) -> Properties:
        """The attributes to keep."""
        return None if self.attributes is None else self.attributes | WHO


@dataclass(slots=True)
class Seen:
    """What stood in the logs, wanted or not; complete when the last call was given out."""

    lines: int = 0  # lines, or rows, that hold calls
    calls: int = 0  # calls understood
    events: Counter[str] = field(default_factory=Counter)  # events by name, up to 50,000 names
    notes: Counter[str] = field(default_factory=Counter)  # what had to be assumed, by code

    def count_event(self, name: str, times: int = 1) -> None:
        """Count an event under its name, or under one name for all once there are too many."""
        self.events[name if name in self.events or len(self.events) < NAMES_LIMIT else OTHER_NAMES] += times


def name_key(name: str) -> str:
    """What names are compared by.

    Source: semantics R2: spaces around a name are trimmed.
    Assumed: semantics R3: names that differ only in case match; whoever reads the call warns, or is strict.
    """
    return name.strip().casefold()


def narrowed(call: Call, wanted: Wanted) -> Call | None:
    """The part of *call* that the project reads; None when it reads nothing of it."""
    if call.kind is CallKind.EVENT:
        if not wanted.is_event(call.name):
            return None
        keep = wanted.of_event(call.name)
    elif call.kind is CallKind.IDENTIFY:
        keep = wanted.of_person()
    else:
        return call
    if keep is None or keep >= call.data.keys():
        return call
    return msgspec.structs.replace(call, data={name: value for name, value in call.data.items() if name in keep})
