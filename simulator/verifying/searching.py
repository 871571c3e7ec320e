"""Which suppositions explain what does not agree: the best one first, then the best of the rest on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.verifying.matching import Match, Outcome, disagreements
from simulator.verifying.worlds import Case, Supposition, World

MOST_ROUNDS = 6
"""Suppositions that hold together at most; never every combination is tried."""

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


def search(case: Case, world: World, suppositions: Sequence[Supposition]) -> Search:
    """Take on the supposition that leaves the fewest disagreements, again and again while one helps.

    At equal counts the earlier one wins.
    """
    found = Search(world, disagreements(case.matches(world)))
    candidates = list(suppositions)
    while found.left and candidates and len(found.findings) < MOST_ROUNDS:
        tried = [(one, disagreements(case.matches(found.world.given(one)))) for one in candidates]
        best, after = min(tried, key=lambda pair: len(pair[1]))
        if len(after) >= len(found.left):
            break
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
    return found


def keys_of(matches: Sequence[Match]) -> frozenset[MatchKey]:
    """What tells matches of two replays apart."""
    return frozenset(
        (*one.place, one.outcome, one.predicted.at if one.predicted is not None else 0, _actual_id(one))
        for one in matches
    )


def _actual_id(match: Match) -> str:
    return match.actual.id if match.actual is not None else ""
