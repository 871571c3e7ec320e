"""Virtual time: the agenda of what is due next, and when windows open."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Due = tuple[int, int, Callable[[int, Any], None], Any]


class Agenda:
    """What is due when, for one person; things due at the same second come in the order they were put in."""

    __slots__ = ("_number", "due")

    def __init__(self) -> None:
        self.due: list[Due] = []  # a heap: what comes next is first
        self._number = 0

    def put(self, at: int, act: Callable[[int, Any], None], what: Any) -> None:
        """Call *act* with the moment and *what* once the clock is past *at*."""
        self._number += 1
        heapq.heappush(self.due, (at, self._number, act, what))

    def next_at(self) -> int | None:
        """When the next thing is due, if anything is."""
        return self.due[0][0] if self.due else None

    def is_due(self, before: int) -> bool:
        """Whether anything is due before that moment."""
        return bool(self.due) and self.due[0][0] < before

    def run_before(self, moment: int, later: deque[Callable[[], None]] | None = None) -> None:
        """Do everything due before *moment*, also what that brings about; after each thing all that is in *later*.

        What is due at *moment* itself waits: calls received in that second are seen by it.
        """
        heap = self.due
        while heap and heap[0][0] < moment:
            at, _, act, what = heapq.heappop(heap)
            act(at, what)
            while later:
                later.popleft()()

    def entries(self) -> list[Due]:
        """All that is still due, in its order."""
        return sorted(self.due, key=lambda due: due[:2])


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Days (0 is Monday) and minutes of the day during which a window is open, in wall-clock time.

    *end* may be before *start*: the window then closes on the next day.
    """

    days: frozenset[int]
    start: int
    end: int
    end_belongs: bool = False


@lru_cache(maxsize=1024)
def zone_named(name: str) -> tzinfo | None:
    """The time zone of that name, letters in any case; None when there is none.

    Source: Customer.io docs, "Send messages in users' time zones": region names such as `Canada/Pacific` (semantics
    R62).
    """
    known = _zone_names().get(name.strip().lower())
    return ZoneInfo(known) if known is not None else None


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    from zoneinfo import available_timezones

    return {name.lower(): name for name in sorted(available_timezones()) if not name.startswith("posix")}


@lru_cache(maxsize=256)
def minutes_of(clock_time: str) -> int:
    """The minutes since midnight of `HH:MM`."""
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


def opens_at(hours: OpeningHours, after: int, zone: tzinfo) -> int:
    """The first second from *after* on at which the window stands open.

    Units: Unix seconds; the window's edges are wall-clock minutes in *zone*.
    Source: Customer.io docs, "Delivery Time Window" (semantics R60). Assumed: the opening minute belongs to the window
    and the closing one does not; edges follow the wall clock through daylight saving (R63); an edge inside a skipped
    hour moves to the moment the clock jumps.
    """
    local = datetime.fromtimestamp(after, UTC).astimezone(zone)
    for offset in range(-1, 15):
        day = local.date() + timedelta(days=offset)
        if day.weekday() not in hours.days:
            continue
        opening, closing = _edges(hours, day, zone)
        if after < closing or (hours.end_belongs and after == closing):
            return max(after, opening)
    return after


def _edges(hours: OpeningHours, day: date, zone: tzinfo) -> tuple[int, int]:
    """When the window of *day* opens and closes, in Unix seconds."""
    length = hours.end - hours.start
    last = day if length > 0 else day + timedelta(days=1)
    return wall_time(day, hours.start, zone), wall_time(last, hours.end, zone)


@lru_cache(maxsize=16_384)  # people share their zones and days
def wall_time(day: date, minutes: int, zone: tzinfo) -> int:
    """The Unix time of so many wall-clock minutes after midnight of *day* in *zone*.

    A time that is skipped is the moment when the clock jumps.
    """
    day += timedelta(days=minutes // 1440)
    naive = datetime.combine(day, time(minutes % 1440 // 60, minutes % 60))
    first = naive.replace(tzinfo=zone)
    stamp = int(first.timestamp())
    if datetime.fromtimestamp(stamp, UTC).astimezone(zone).replace(tzinfo=None) == naive:
        return stamp
    # A skipped hour: the later reading of the two is after the jump by as much as the time was past its start.
    before = int(naive.replace(tzinfo=zone, fold=1).timestamp())
    return _jump_between(min(stamp, before), max(stamp, before), zone)


def _jump_between(low: int, high: int, zone: tzinfo) -> int:
    """The second in between at which the zone's offset changes."""
    start = datetime.fromtimestamp(low, UTC).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == start:
            low = middle
        else:
            high = middle
    return high
