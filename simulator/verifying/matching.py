"""Which predicted delivery is which actual one: by person, campaign and message, then by time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.verifying.deliveries import Actual, Place, Predicted

WITHIN = 600
"""Seconds that a delivery may come before or after its predicted time and still agree."""
LATEST = 7 * 86400
"""Seconds off from which a delivery at another time is no longer the same one."""


class Outcome(StrEnum):
    """How one delivery compares."""

    AGREED = "agreed"
    STATUS = "different status"
    LATE = "at another time"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Match:
    """A predicted delivery, an actual one, or both, and how they compare."""

    outcome: Outcome
    predicted: Predicted | None = None
    actual: Actual | None = None

    @property
    def person(self) -> str:
        """Whose it is."""
        return self._either.person

    @property
    def campaign(self) -> str:
        """The campaign that sends it."""
        return self._either.campaign

    @property
    def message(self) -> str:
        """The message; empty where only a source that does not say tells of it."""
        return self._either.message

    @property
    def place(self) -> Place:
        """Whose it is and what was sent."""
        return self._either.place

    @property
    def at(self) -> int:
        """When it should have been made, or was."""
        return self._either.at

    @property
    def off_by(self) -> int:
        """Seconds that it came after its predicted time; less than 0: before."""
        return self.actual.at - self.predicted.at if self.predicted is not None and self.actual is not None else 0

    @property
    def _either(self) -> Predicted | Actual:
        found = self.predicted if self.predicted is not None else self.actual
        assert found is not None  # one of the two is always there
        return found


def matched(predicted: Iterable[Predicted], actual: Iterable[Actual], within: int = WITHIN) -> list[Match]:
    """Every delivery of both sides once, in order of time; *within* is in seconds."""
    sides = _by_place(predicted, actual)
    wild = {(person, campaign): sides.pop((person, campaign, ""))[1] for person, campaign in _without_message(sides)}
    found: list[Match] = []
    lonely: dict[tuple[str, str], list[Predicted]] = {}
    for place, (left, right) in sides.items():
        pairs, left, right = _paired(left, right, lambda off: abs(off) <= within)
        late, left, right = _paired(left, right, lambda off: abs(off) <= LATEST)
        found += [Match(_compared(one, other), one, other) for one, other in pairs]
        found += [Match(Outcome.LATE, one, other) for one, other in late]
        found += [Match(Outcome.UNEXPECTED, actual=other) for other in right]
        lonely.setdefault(place[:2], []).extend(left)
    for whose in {**lonely, **wild}:
        # What a source does not name is taken for whatever of its campaign was to come then.
        pairs, left, right = _paired(lonely.get(whose, []), wild.get(whose, []), lambda off: abs(off) <= within)
        found += [Match(_compared(one, other), one, other) for one, other in pairs]
        found += [Match(Outcome.MISSING, predicted=one) for one in left]
        found += [Match(Outcome.UNEXPECTED, actual=other) for other in right]
    return sorted(found, key=lambda one: (one.at, *one.place, one.outcome))


def disagreements(matches: Iterable[Match]) -> list[Match]:
    """Those that do not agree."""
    return [one for one in matches if one.outcome is not Outcome.AGREED]


def _by_place(
    predicted: Iterable[Predicted], actual: Iterable[Actual]
) -> dict[Place, tuple[list[Predicted], list[Actual]]]:
    found: dict[Place, tuple[list[Predicted], list[Actual]]] = {}
    for one in predicted:
        found.setdefault(one.place, ([], []))[0].append(one)
    for other in actual:
        found.setdefault(other.place, ([], []))[1].append(other)
    for left, right in found.values():
        left.sort(key=lambda one: (one.at, one.status))
        right.sort(key=lambda one: (one.at, one.status))
    return found


def _without_message(sides: Iterable[Place]) -> list[tuple[str, str]]:
    return [(person, campaign) for person, campaign, message in sides if not message]


def _paired(
    left: Sequence[Predicted], right: Sequence[Actual], is_near: Callable[[int], bool]
) -> tuple[list[tuple[Predicted, Actual]], list[Predicted], list[Actual]]:
    """Pairs near enough in time, earliest first, and what is left of both sides. Both come in order of time."""
    pairs: list[tuple[Predicted, Actual]] = []
    alone: list[Predicted] = []
    others: list[Actual] = []
    first = second = 0
    left, right = sorted(left, key=lambda one: one.at), sorted(right, key=lambda one: one.at)
    while first < len(left) and second < len(right):
        one, other = left[first], right[second]
        if is_near(other.at - one.at):
            pairs.append((one, other))
            first, second = first + 1, second + 1
        elif one.at < other.at:
            alone.append(one)
            first += 1
        else:
            others.append(other)
            second += 1
    return pairs, [*alone, *left[first:]], [*others, *right[second:]]


def _compared(one: Predicted, other: Actual) -> Outcome:
    return Outcome.AGREED if one.status == other.status else Outcome.STATUS
