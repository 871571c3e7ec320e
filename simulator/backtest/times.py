"""When messages go out, before and after: series for charts, the busiest spans, and the provider's rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from simulator.backtest.report import Peak, Rate, Slot
from simulator.backtest.sends import DAY, HOUR, MINUTE, Sends

if TYPE_CHECKING:
    from mailwright.definitions.workspace import SendRate

_LONGEST = 3700  # slots of a series that is filled with the empty ones between


def slots(before: Sends, after: Sends, hours: int) -> Iterator[Slot]:
    """Messages of every so many hours, empty spans too unless there would be too many of them."""
    sides = [_by_span(side, hours) for side in (before, after)]
    known = sides[0].keys() | sides[1].keys()
    if not known:
        return
    first, last = min(known), max(known)
    every = range(first, last + 1) if last - first < _LONGEST else sorted(known)
    for span in every:
        yield Slot(span * hours * HOUR, sides[0][span], sides[1][span])


def hours_of_day(before: Sends, after: Sends) -> Iterator[Slot]:
    """Messages by the hour of the day, in UTC; nothing where there are none."""
    sides: list[Counter[int]] = []
    for side in (before, after):
        counts: Counter[int] = Counter()
        for (hour, _), count in side.hours.items():
            counts[hour % 24] += count
        sides.append(counts)
    if sides[0] or sides[1]:
        for hour in range(24):
            yield Slot(hour * HOUR, sides[0][hour], sides[1][hour])


def peaks(before: Sends, after: Sends) -> Iterator[Peak]:
    """The busiest minute, in emails, and the busiest hour and day, in messages."""
    yield _peak("minute", before.minutes, after.minutes, MINUTE)
    yield _peak("hour", _by_span(before, 1), _by_span(after, 1), HOUR)
    yield _peak("day", _by_span(before, 24), _by_span(after, 24), DAY)


def rate_row(rate: SendRate | None, before: Sends, after: Sends) -> Rate | None:
    """How often more emails are handed over than the provider takes.

    Assumed: emails of one minute are spread evenly over it, so a rate a second is asked of whole minutes.
    """
    if rate is None:
        return None
    minutes = max(1, rate.seconds // MINUTE)
    takes = rate.count * minutes * MINUTE / rate.seconds
    over = []
    for side in (before, after):
        spans: Counter[int] = Counter()
        for minute, count in side.minutes.items():
            spans[minute // minutes] += count
        over.append(sum(count > takes for count in spans.values()))
    return Rate(rate.count, rate.seconds, over[0], over[1])


def _by_span(side: Sends, hours: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for (hour, _), count in side.hours.items():
        found[hour // hours] += count
    return found


def _peak(span: str, before: Mapping[int, int], after: Mapping[int, int], seconds: int) -> Peak:
    found: list[tuple[int, int | None]] = []
    for side in (before, after):
        at = min(side, key=lambda one: (-side[one], one), default=None)
        found.append((0, None) if at is None else (side[at], at * seconds))
    return Peak(span, *found[0], *found[1])
