"""Which suppositions explain what does not agree: the best one first, then the best of the rest on top of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.verifying.matching import Match, Outcome, disagreements
from simulator.verifying.worlds import Case, Supposition, World

MOST_ROUNDS = 6
"""Suppositions that hold together at most; never every combination is tried."""

MUCH = 2
"""Predicted deliveries from which it tells something that none came."""

MatchKey = tuple[str, str, str, Outcome, int, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A supposition that holds: what it explains, and what would explain just the same."""

    supposition: Supposition
    explained: tuple[Match, ...]
    left: int  # disagreements with it and all before it
    alike: tuple[Supposition, ...] = ()  # told apart from it by nothing in the log


@dataclass(slots=True)
class Search:
    """What was found, and what no supposition explains."""

    world: World
    left: list[Match]
    findings: list[Finding] = field(default_factory=list)


Weighed = tuple[int, Supposition, list[Match]]


def _against_others(helping: list[Weighed], others: Case | None, world: World) -> list[Weighed]:
    """The suppositions with what they would break of what agrees."""
    if others is None:
        return helping
    return [
        (weight + len(disagreements(others.matches(world.given(one)))), one, after) for weight, one, after in helping
    ]


@dataclass(frozen=True, slots=True)
class Silent:
    """Campaigns and people that were sent nothing at all.

    Whatever predicts less for them would seem to explain something, so only what explains all of it counts.
    """

    campaigns: frozenset[str]
    people: frozenset[str]

    @classmethod
    def in_(cls, matches: Sequence[Match]) -> Silent:
        """Those for which much was predicted and nothing came."""
        return cls(_without_any(matches, "campaign"), _without_any(matches, "person"))

    def weight(self, after: Sequence[Match], before: Sequence[Match]) -> int:
        """How many disagreements are left, where what concerns the silent goes altogether or not at all."""
        return (
            sum(not self._concerns(one) for one in after)
            + self._left(after, before, self.campaigns, "campaign")
            + self._left(
                [one for one in after if one.campaign not in self.campaigns],
                [one for one in before if one.campaign not in self.campaigns],
                self.people,
                "person",
            )
        )

    def _concerns(self, match: Match) -> bool:
        return match.campaign in self.campaigns or match.person in self.people

    @staticmethod
    def _left(after: Sequence[Match], before: Sequence[Match], names: frozenset[str], of: str) -> int:
        remaining, were = Counter(getattr(one, of) for one in after), Counter(getattr(one, of) for one in before)
        return sum(max(remaining[name], were[name]) for name in names if remaining[name])


def _without_any(matches: Sequence[Match], of: str) -> frozenset[str]:
    predicted = Counter(getattr(one, of) for one in matches if one.predicted is not None)
    sent = {getattr(one, of) for one in matches if one.actual is not None}
    return frozenset(name for name, count in predicted.items() if count >= MUCH and name not in sent)


def search(case: Case, world: World, suppositions: Sequence[Supposition], others: Case | None = None) -> Search:
    """Take on the supposition that leaves the fewest disagreements, again and again while one helps.

    *others* are people of whom all agrees: what would make them disagree counts against a supposition. What the
    workspace itself shows comes before what is only guessed; at equal counts the earlier one wins.
    """
    matches = case.matches(world)
    found = Search(world, disagreements(matches))
    silent = Silent.in_(matches)
    for known in (True, False):
        _take_on(case, others, found, silent, [one for one in suppositions if one.is_known is known])
    return found


def _take_on(case: Case, others: Case | None, found: Search, silent: Silent, candidates: list[Supposition]) -> None:
    while found.left and candidates and len(found.findings) < MOST_ROUNDS:
        tried = [(one, disagreements(case.matches(found.world.given(one)))) for one in candidates]
        weighed = [(silent.weight(left, found.left), one, left) for one, left in tried]
        helping = [one for one in weighed if one[0] < len(found.left)]
        if not helping:
            return
        weight, best, after = min(_against_others(helping, others, found.world), key=lambda one: one[0])
        if weight >= len(found.left):
            return
        remains = keys_of(after)
        alike = tuple(one for one, left in tried if one is not best and keys_of(left) == remains)
        places = {match.place for match in after}
        explained = tuple(match for match in found.left if match.place not in places)
        found.findings.append(Finding(best, explained, len(after), alike))
        before = keys_of(found.left)
        if best.edition is None:
            # What made no difference alone makes none later either, unless the content itself is another.
            tried = [(one, left) for one, left in tried if keys_of(left) != before]
        candidates = [one for one, _ in tried if one is not best and one not in alike]
        found.world, found.left = found.world.given(best), after


def keys_of(matches: Sequence[Match]) -> frozenset[MatchKey]:
    """What tells matches of two replays apart."""
    return frozenset(
        (*one.place, one.outcome, one.predicted.at if one.predicted is not None else 0, _actual_id(one))
        for one in matches
    )


def _actual_id(match: Match) -> str:
    return match.actual.id if match.actual is not None else ""
