"""How long a journey through a workflow can take at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mailwright.definitions.steps import (
    FilterMatchDelayStep,
    GracePeriodStep,
    RandomLength,
    StepBase,
    TimeWindow,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.workflow import ways_of
from simulator.clock import minutes_of

NOTHING = timedelta()
CLOCK_CHANGE = timedelta(hours=1)
_WEEK, _DAY = 7 * 24 * 60, 24 * 60


def longest(workflow: Sequence[StepBase]) -> timedelta | None:
    """The most time that the steps take; None where one of them may wait for ever."""
    total = NOTHING
    for step in workflow:
        own = _longest_step(step)
        if own is None:
            return None
        total += own
    return total


def _longest_step(step: StepBase) -> timedelta | None:
    inside = [longest(steps) for _, _, steps in ways_of(step)]
    known = [length for length in inside if length is not None]
    if len(known) < len(inside):
        return None
    most = max(known, default=NOTHING)
    match step:
        case WaitStep(wait=RandomLength(between=between)):
            return max(between)
        case WaitStep(wait=timedelta() as length):
            return length
        case GracePeriodStep(grace_period=length) | FilterMatchDelayStep(filter_match_delay=length):
            return length
        case WindowStep(window=window):
            return longest_closed(window)
        case WaitUntilStep(wait_until=wait):
            return None if wait.at_most is None else wait.at_most + most
        case _:
            return most


def longest_closed(window: TimeWindow) -> timedelta:
    """The longest time that a window stands closed at a stretch, with an hour for a change of the clocks."""
    start, end = minutes_of(window.start), minutes_of(window.end)
    closed, most = 0, 0
    for minute in range(2 * _WEEK):
        day, at = divmod(minute % _WEEK, _DAY)
        if is_open(window.weekdays(), start, end, day, at):
            closed = 0
        else:
            closed += 1
            most = max(most, closed)
    return timedelta(minutes=most) + CLOCK_CHANGE


def is_open(days: Sequence[int], start: int, end: int, day: int, at: int) -> bool:
    """Whether a window stands open at a minute of a day; one that ends before it starts runs past midnight."""
    if start < end:
        return day in days and start <= at < end
    return (day in days and at >= start) or ((day - 1) % 7 in days and at < end)
