"""A sample as the calls that would make it so: who the person is, which segments they are in, what they did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import EventType
from simulator.history.calls import Call, CallKind

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Earlier, Sample

NOBODY = "sample-person"
NOON = 1768478400
"""When a sample without a time happens: 15 January 2026, 12:00 UTC, in Unix seconds."""


def sample_moment(sample: Sample) -> int:
    """When the sample happens, in Unix seconds."""
    if sample.at is None:
        return NOON
    try:
        found = datetime.fromisoformat(sample.at)
    except ValueError:
        return NOON
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def calls_of_sample(project: Project, sample: Sample) -> list[Call]:
    """The calls, a minute apart from the event so that what they start by themselves is over."""
    at = sample_moment(sample)
    person = sample.person.id if sample.person is not None else NOBODY
    earlier = sorted(sample.before, key=lambda one: one.ago, reverse=True)
    found = [_earlier_call(one, person, at, EVENT_LINE + number) for number, one in enumerate(earlier, start=1)]
    if sample.person is not None:
        data = dict(sample.person.attributes)
        found.append(Call(1, CallKind.IDENTIFY, person, data=data, at=at - 60, timestamp=at - 60))
        for slug in sample.person.segments:
            found.append(Call(2, CallKind.JOIN_SEGMENT, person, other=slug, at=at - 60))
    if sample.event is not None:
        event = sample.event
        kind = _KINDS[event.type]
        found.append(Call(EVENT_LINE, kind, person, name=event.name, data=dict(event.data), at=at, event_id=event.id))
    return sorted(found, key=lambda call: call.at or 0)


def _earlier_call(one: Earlier, person: str, at: int, line: int) -> Call:
    when = at - int(one.ago.total_seconds())
    if one.attributes is not None:
        data = dict(one.attributes)
        return Call(line, CallKind.IDENTIFY, person, data=data, at=when, timestamp=when)
    if one.event is not None:
        return Call(line, _KINDS[one.type], person, name=one.event, data=dict(one.data), at=when)
    data = {"campaign": one.campaign}
    return Call(line, CallKind.METRIC, person, name=one.state.value, data=data, at=when, other=one.message)


_KINDS = {EventType.EVENT: CallKind.EVENT, EventType.PAGE: CallKind.PAGE, EventType.SCREEN: CallKind.SCREEN}

EVENT_LINE = 3
"""The line that a sample's event stands on, in traces."""
