"""Which setting of an assumed rule explains what was really sent best: each tried alone, then the best together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.verifying.alternatives import Setting, alternatives
from simulator.verifying.matching import Match, Outcome
from simulator.verifying.searching import MatchKey, keys_of
from simulator.verifying.suppositions import cause_of_setting
from simulator.verifying.worlds import Case, Supposition, World

MOST_COMBINED = 4
"""Settings changed together at most: the best one, then the best beside it, and so on."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting put otherwise, and how the prediction then compares."""

    setting: Setting
    counts: Counter[Outcome]
    keys: frozenset[MatchKey]

    @property
    def apart(self) -> int:
        """Deliveries that do not agree."""
        return apart(self.counts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A setting that explains more than what was there before it, and those that explain just the same."""

    trial: Trial
    alike: tuple[Setting, ...] = ()


@dataclass(slots=True)
class Fit:
    """What the settings explain."""

    before: Counter[Outcome]
    people: int
    calls: int
    trials: list[Trial] = field(default_factory=list)  # best first, one setting at a time
    chosen: list[Chosen] = field(default_factory=list)
    same: list[Setting] = field(default_factory=list)  # tell nothing apart: the prediction stays as it is

    @property
    def after(self) -> Counter[Outcome]:
        """The counts with all that was chosen."""
        return self.chosen[-1].trial.counts if self.chosen else self.before

    @property
    def better(self) -> list[Trial]:
        """Settings that explain more than the present ones, each for itself."""
        return [one for one in self.trials if one.apart < apart(self.before)]

    @property
    def worse(self) -> list[Trial]:
        """Settings that the log speaks against."""
        return [one for one in self.trials if one.apart >= apart(self.before)]


def apart(counts: Mapping[Outcome, int]) -> int:
    """Deliveries that do not agree."""
    return sum(count for outcome, count in counts.items() if outcome is not Outcome.AGREED)


def fit(case: Case, world: World) -> Fit:
    """Try every alternative of every setting for itself, then the best of them together, one more at a time."""
    matches = case.matches(world)
    given = world.project.settings.assumptions
    people = {match.person for match in matches}
    found = Fit(_counted(matches), len(people), len(case.calls))
    before = keys_of(matches)
    for one in _tried(case, world, list(alternatives(given))):
        if one.keys == before:
            found.same.append(one.setting)
        else:
            found.trials.append(one)
    found.trials.sort(key=lambda one: (one.apart, -one.counts[Outcome.AGREED]))
    _combine(case, world, found)
    return found


def _combine(case: Case, world: World, found: Fit) -> None:
    """Take the best setting, then the best beside it; a setting that made no difference alone is not tried again."""
    trials = found.trials
    left = apart(found.before)
    while trials and left and len(found.chosen) < MOST_COMBINED:
        best = min(trials, key=lambda one: one.apart)
        if best.apart >= left:
            return
        alike = tuple(one.setting for one in trials if one is not best and one.keys == best.keys)
        found.chosen.append(Chosen(best, alike))
        left = best.apart
        world = world.given(_supposed(best.setting))
        names = {best.setting.name, *(one.name for one in alike)}
        trials = _tried(case, world, [one.setting for one in trials if one.setting.name not in names]) if left else []


def _tried(case: Case, world: World, settings: Sequence[Setting]) -> list[Trial]:
    found = []
    for setting in settings:
        matches = case.matches(world.given(_supposed(setting)))
        found.append(Trial(setting, _counted(matches), keys_of(matches)))
    return found


def _supposed(setting: Setting) -> Supposition:
    return Supposition(cause_of_setting(setting), setting=setting)


def _counted(matches: Sequence[Match]) -> Counter[Outcome]:
    return Counter(match.outcome for match in matches)


def settings_to_write(given: Mapping[str, Any], found: Fit) -> list[str]:
    """The lines that put what was chosen into the settings, beside what is set already."""
    chosen = {one.trial.setting.name: one.trial.setting for one in found.chosen}
    kept = [Setting(name, value) for name, value in given.items() if name not in chosen]
    return [one.as_toml for one in sorted([*kept, *chosen.values()])]
