"""A few journeys to look at: of each campaign the first one of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.reports.people import PeopleNames
from simulator.reports.report import SampleJourney
from simulator.trace import Acted, AnyEntry, Branched, Delivery, Ended, Entered, Skipped

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

Journey = tuple[str, str, int]
Kind = tuple[str, ...]


class SampleJourneys:
    """Keeps the first journey of each kind; bounded, whatever the length of the trace.

    A journey's kind is what it came to: its deliveries' statuses, skips, ways and end. Only the first *looked_at*
    journeys of a campaign are looked at, and *kept* of them kept.
    """

    def __init__(self, looked_at: int = 300, kept: int = 4, longest: int = 60) -> None:
        self._looked_at = looked_at
        self._kept = kept
        self._longest = longest
        self._seen: dict[str, int] = {}
        self._entries: dict[Journey, list[AnyEntry]] = {}

    def add(self, entry: AnyEntry) -> None:
        """Look at one entry; give them in the trace's order."""
        number = getattr(entry, "journey", None)
        if number is None:
            return
        key = (entry.campaign, entry.person, number)
        if isinstance(entry, Entered):
            seen = self._seen[entry.campaign] = self._seen.get(entry.campaign, 0) + 1
            if seen <= self._looked_at:
                self._entries[key] = [entry]
            return
        found = self._entries.get(key)
        if found is not None and len(found) < self._longest:
            found.append(entry)

    def chosen(self) -> list[tuple[AnyEntry, ...]]:
        """The journeys kept, by campaign and entry."""
        by_campaign: dict[str, dict[Kind, tuple[AnyEntry, ...]]] = {}
        for key in sorted(self._entries, key=lambda key: (key[0], self._entries[key][0].at, key[1], key[2])):
            entries = self._entries[key]
            kinds = by_campaign.setdefault(key[0], {})
            kind = kind_of(entries)
            if kind not in kinds and len(kinds) < self._kept:
                kinds[kind] = tuple(entries)
        return [entries for slug in sorted(by_campaign) for entries in by_campaign[slug].values()]


def kind_of(entries: list[AnyEntry]) -> Kind:
    """What tells journeys of a campaign apart for the eye."""
    words: list[str] = []
    for entry in entries:
        match entry:
            case Delivery(step=step, status=status, reason=reason):
                words.append(f"{step} {status} {reason}")
            case Skipped(step=step, reason=reason):
                words.append(f"{step} {reason}")
            case Branched(step=step, way=way):
                words.append(f"{step} > {way}")
            case Acted(step=step, failure=failure) if failure:
                words.append(f"{step} failed")
            case Ended(outcome=outcome, reason=reason):
                words.append(f"{outcome} {reason}")
            case _:
                pass
    return tuple(words)


def named_samples(
    chosen: list[tuple[AnyEntry, ...]], project: Project, names: PeopleNames, keep: Callable[[str], bool]
) -> tuple[SampleJourney, ...]:
    """The journeys as a report may show them."""
    found = []
    for entries in chosen:
        first = entries[0]
        if not keep(first.campaign) or first.campaign not in project.campaigns:
            continue
        shown = tuple(names.entry(entry) for entry in entries)
        title = project.campaigns[first.campaign].name
        found.append(SampleJourney(first.campaign, title, names.short(first.person), shown))
    return tuple(found)
