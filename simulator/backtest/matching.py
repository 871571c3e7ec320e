"""One person's deliveries before and after, told apart: the same, other content, moved, gained, lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Sequence
from dataclasses import dataclass, field

from simulator.backtest.records import Record

SENT = "sent"
Pair = tuple[Record, Record]


@dataclass(slots=True)
class Matched:
    """What became of one person's deliveries; only those handed over count."""

    same: int = 0
    versions: list[Pair] = field(default_factory=list)  # the same delivery with other content
    times: list[Pair] = field(default_factory=list)  # the same step for the same call, at another time
    moves: list[Pair] = field(default_factory=list)  # another step or campaign for the same call
    gained: list[Record] = field(default_factory=list)
    lost: list[Record] = field(default_factory=list)


def matched(before: Sequence[Record], after: Sequence[Record], changed: Container[tuple[str, str]] = ()) -> Matched:
    """The deliveries of one person as pairs, from the surest likeness to the least.

    *changed* are the steps, as campaign and step, whose content differs; it decides where records name no version.
    """
    found = Matched()
    if before == after and (not changed or all(record.version for record in before)):
        found.same = sum(record.status == SENT for record in before)
        return found
    old = [record for record in before if record.status == SENT]
    new = [record for record in after if record.status == SENT]
    pairs, old, new = _paired(old, new, lambda record: (*record[1:5], record.event_line))
    for one, other in pairs:
        if _is_other_content(one, other, changed):
            found.versions.append((one, other))
        else:
            found.same += 1
    found.times, old, new = _paired(old, new, lambda record: (record.campaign, record.step, record.event_line))
    # A call that started nothing is no likeness between two campaigns.
    found.moves, old, new = _paired(
        old, new, lambda record: (record.event_line, record.channel) if record.event_line else None
    )
    found.lost, found.gained = old, new
    return found


def _paired(
    old: Sequence[Record], new: Sequence[Record], key: Callable[[Record], Hashable | None]
) -> tuple[list[Pair], list[Record], list[Record]]:
    """Pairs that are alike by *key*, in the order of time, and what is left of both sides."""
    waiting: defaultdict[Hashable, list[Record]] = defaultdict(list)
    for record in sorted(new, key=_when, reverse=True):
        waiting[key(record)].append(record)
    pairs, left = [], []
    for record in sorted(old, key=_when):
        name = key(record)
        alike = waiting.get(name) if name is not None else None
        if alike:
            pairs.append((record, alike.pop()))
        else:
            left.append(record)
    return pairs, left, sorted(record for several in waiting.values() for record in several)


def _when(record: Record) -> tuple[int, Record]:
    return record.at, record


def _is_other_content(one: Record, other: Record, changed: Container[tuple[str, str]]) -> bool:
    if one.version and other.version:
        return one.version != other.version
    return (one.campaign, one.step) in changed
