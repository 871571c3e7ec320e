"""Two contents' deliveries compared person by person; comparisons of different people add up to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.backtest.matching import Matched, matched
from simulator.backtest.records import Record, Records, by_person
from simulator.backtest.sends import PersonalLimits, Sends, Step
from simulator.reports.people import digest_of

SAMPLES = 3
GAINED, LOST, MOVED, MOVED_HERE, RETIMED, OTHER_TEXT = "gained", "lost", "moved", "moved_here", "retimed", "other_text"
CROWDED = "crowded"  # no change of a step: people who come to get more than the most a day
KINDS = (GAINED, LOST, MOVED, MOVED_HERE, RETIMED, OTHER_TEXT)


class Sample(NamedTuple):
    """One person whom a change meets; samples of the smallest digests are kept, so that any split keeps the same."""

    digest: str
    person: str
    event_line: int
    at: int  # when it is sent, or was
    other: tuple[str, str, int] | None = None  # campaign, step and time of the other side


@dataclass(slots=True)
class Comparison:
    """What became of whom."""

    before: Sends = field(default_factory=Sends)
    after: Sends = field(default_factory=Sends)
    people: Counter[str] = field(default_factory=Counter)  # by kind; `affected` for any of them
    of_campaign: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind, campaign → people
    of_step: Counter[tuple[str, Step]] = field(default_factory=Counter)  # kind, step → people
    deliveries: Counter[tuple[str, Step]] = field(default_factory=Counter)  # kind, step
    moves: Counter[tuple[Step, Step]] = field(default_factory=Counter)
    newly_crowded: int = 0
    samples: dict[tuple[str, Step], list[Sample]] = field(default_factory=dict)

    def merge(self, other: Comparison) -> None:
        """Count what was compared of other people."""
        self.before.merge(other.before)
        self.after.merge(other.after)
        for name in ("people", "of_campaign", "of_step", "deliveries", "moves"):
            mine: Counter[object] = getattr(self, name)
            mine.update(getattr(other, name))
        self.newly_crowded += other.newly_crowded
        for key, samples in other.samples.items():
            self.samples[key] = sorted([*self.samples.get(key, ()), *samples])[:SAMPLES]

    @property
    def is_same(self) -> bool:
        """Whether nobody gets anything else, and nothing fails otherwise."""
        return not self.people["affected"] and self.before.unsent == self.after.unsent

    def note(self, found: Matched) -> None:
        """Count what became of one person's deliveries."""
        met: set[tuple[str, Step]] = set()
        for kind, record, other in _changes(found):
            step = (record.campaign, record.step)
            self.deliveries[kind, step] += 1
            if (kind, step) not in met:
                met.add((kind, step))
                self._keep(kind, step, record, other)
        if not met:
            return
        for old, new in found.moves:
            self.moves[(old.campaign, old.step), (new.campaign, new.step)] += 1
        self.of_step.update(met)
        self.of_campaign.update({(kind, campaign) for kind, (campaign, _) in met})
        self.people.update({MOVED if kind == MOVED_HERE else kind for kind, _ in met})
        self.people["affected"] += 1

    def note_crowded(self, records: Sequence[Record]) -> None:
        """Count a person who comes to get more than the most a day."""
        self.newly_crowded += 1
        self._keep(CROWDED, ("", ""), records[0], None)

    def _keep(self, kind: str, step: Step, record: Record, other: Record | None) -> None:
        sample = Sample(
            digest_of(record.person),
            record.person,
            record.event_line,
            record.at,
            None if other is None else (other.campaign, other.step, other.at),
        )
        kept = self.samples.setdefault((kind, step), [])
        if len(kept) < SAMPLES or sample < kept[-1]:
            kept.append(sample)
            kept.sort()
            del kept[SAMPLES:]


def compare(
    before: Records,
    after: Records,
    limits: tuple[PersonalLimits, PersonalLimits] = (PersonalLimits(), PersonalLimits()),
    changed: Container[Step] = frozenset(),
) -> Comparison:
    """The comparison of two sorted streams, in one pass that holds one person's deliveries.

    *changed* are the steps whose content differs, for records that name no version.
    """
    found, common = Comparison(), Sends()
    same_limits = limits[0] == limits[1]
    for _, old, new in by_person(before, after):
        if old == new and same_limits and (not changed or all(record.version for record in old)):
            common.add(old, limits[0])
            continue
        was_crowded = found.before.add(old, limits[0])
        is_crowded = found.after.add(new, limits[1])
        if is_crowded and not was_crowded:
            found.note_crowded(new)
        found.note(matched(old, new, changed))
    found.before.merge(common)
    found.after.merge(common)
    return found


def _changes(found: Matched) -> Iterator[tuple[str, Record, Record | None]]:
    """Each change with the step it is told at, and the other side."""
    for record in found.gained:
        yield GAINED, record, None
    for record in found.lost:
        yield LOST, record, None
    for old, new in found.versions:
        yield OTHER_TEXT, new, old
    for old, new in found.times:
        yield RETIMED, new, old
    for old, new in found.moves:
        yield MOVED, old, new
        yield MOVED_HERE, new, old
