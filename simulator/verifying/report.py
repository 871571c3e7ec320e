"""A verification as data for people: counts, campaigns, causes with samples, and what a fit found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.reports.people import PeopleNames
from simulator.reports.wording import counted, moment_as_text
from simulator.verifying.causes import Cause, CauseKind, how_to_test
from simulator.verifying.fitting import Fit, apart, settings_to_write
from simulator.verifying.matching import Match, Outcome
from simulator.verifying.verification import Explained, Verification

SCHEMA_VERSION = 1
SAMPLES = 5
MOST_LISTED = 1_000
_ORDER = tuple(CauseKind)


@dataclass(frozen=True, slots=True)
class Line:
    """One disagreement as a report shows it. Units: times are Unix seconds."""

    outcome: Outcome
    person: str
    campaign: str
    message: str
    predicted_at: int | None
    predicted: str
    actual_at: int | None
    actual: str
    delivery: str
    failure: str

    @property
    def says(self) -> str:
        """The line for a person."""
        what = f"{self.campaign}/{self.message}" if self.message else self.campaign
        predicted = f"predicted {self.predicted} {moment_as_text(self.predicted_at)}" if self.predicted else ""
        actual = f"actual {self.actual} {moment_as_text(self.actual_at)}" if self.actual else ""
        both = ", ".join(part for part in (predicted, actual) if part)
        return f"{self.outcome.value}: {self.person} {what}: {both}"


@dataclass(frozen=True, slots=True)
class Group:
    """All disagreements of one cause."""

    cause: Cause
    count: int
    outcomes: Mapping[str, int]
    campaigns: tuple[str, ...]
    test: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found. Units: times are Unix seconds."""

    source: str
    workspace: str
    since: int | None
    until: int
    within: int
    counts: Mapping[str, int]
    campaigns: Mapping[str, Mapping[str, int]]
    groups: tuple[Group, ...]
    agrees: bool
    left_out: Mapping[str, int] = field(default_factory=dict)
    not_studied: int = 0
    doubts: tuple[str, ...] = ()
    not_modelled: tuple[str, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    fit: Fit | None = None
    settings: tuple[str, ...] = ()
    fit_stands_on: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The last line."""
        agreed = self.counts.get(Outcome.AGREED.value, 0)
        rest = [f"{count:,} {name}" for name, count in self.counts.items() if name != Outcome.AGREED.value and count]
        head = f"{counted(agreed, 'delivery', 'deliveries')} agreed"
        if not rest:
            return f"{head}, none missing, none unexpected"
        excused = " (all by chance)" if self.agrees else ""
        return f"{head}, {', '.join(rest)}{excused}"


def make_report(
    found: Verification,
    names: PeopleNames,
    *,
    source: str,
    log: str,
    doubts: Sequence[str] = (),
    not_modelled: Iterable[str] = (),
    person: str | None = None,
    given: Mapping[str, Any] | None = None,
    fitted: Fit | None = None,
    fit_stands_on: Sequence[str] = (),
) -> Report:
    """The report; *person* leaves only that one's lines in it."""
    matches = [one for one in found.matches if person is None or one.person == person]
    explained = [one for one in found.explained if person is None or one.match.person == person]
    return Report(
        source,
        found.workspace,
        found.since,
        found.until,
        found.within,
        _by_outcome(matches),
        _by_campaign(matches),
        _groups(explained, names, {"log": log, "source": source, "workspace": found.workspace}),
        found.agrees if person is None else all(one.cause.is_excused for one in explained),
        dict(sorted(found.left_out.items())),
        found.not_studied,
        tuple(doubts),
        tuple(sorted(set(not_modelled))),
        _alike(found),
        fitted,
        tuple(settings_to_write(given or {}, fitted)) if fitted is not None and fitted.chosen else (),
        tuple(fit_stands_on),
    )


def _by_outcome(matches: Iterable[Match]) -> dict[str, int]:
    counts = Counter(match.outcome for match in matches)
    return {outcome.value: counts[outcome] for outcome in Outcome}


def _by_campaign(matches: Iterable[Match]) -> dict[str, dict[str, int]]:
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.campaign, []).append(match)
    return {campaign: _by_outcome(own) for campaign, own in sorted(found.items())}


def _groups(explained: Sequence[Explained], names: PeopleNames, words: Mapping[str, str]) -> tuple[Group, ...]:
    by_cause: dict[Cause, list[Match]] = {}
    for one in explained:
        by_cause.setdefault(one.cause, []).append(one.match)
    ordered = sorted(by_cause.items(), key=lambda one: (_ORDER.index(one[0].kind), -len(one[1]), one[0].says))
    return tuple(_group(cause, matches, names, words) for cause, matches in ordered)


def _group(cause: Cause, matches: Sequence[Match], names: PeopleNames, words: Mapping[str, str]) -> Group:
    first = matches[0]
    test = how_to_test(cause.kind, **words, person=names.short(first.person), campaign=first.campaign)
    outcomes = Counter(match.outcome.value for match in matches)
    campaigns = tuple(sorted({match.campaign for match in matches}))
    lines = tuple(_line(match, names) for match in matches[:MOST_LISTED])
    return Group(cause, len(matches), dict(sorted(outcomes.items())), campaigns, test, lines)


def _line(match: Match, names: PeopleNames) -> Line:
    one, other = match.predicted, match.actual
    return Line(
        match.outcome,
        names.short(match.person),
        match.campaign,
        match.message,
        None if one is None else one.at,
        "" if one is None else one.status,
        None if other is None else other.at,
        "" if other is None else other.status,
        "" if other is None else other.id,
        other.failure if other is not None and names.shown else "",
    )


def _alike(found: Verification) -> tuple[tuple[str, ...], ...]:
    """Suppositions that the log does not tell apart, the one that was taken first."""
    if found.search is None:
        return ()
    return tuple(
        tuple(_named(cause.cause) for cause in (one.supposition, *one.alike))
        for one in found.search.findings
        if one.alike
    )


def _named(cause: Cause) -> str:
    return cause.setting or cause.kind.value


def fit_as_data(found: Fit, settings: Sequence[str], stands_on: Sequence[str]) -> dict[str, Any]:
    """What a fit found, as JSON data."""
    return {
        "people": found.people,
        "calls": found.calls,
        "stands_on": list(stands_on),
        "before": {outcome.value: found.before[outcome] for outcome in Outcome},
        "after": {outcome.value: found.after[outcome] for outcome in Outcome},
        "chosen": [
            {
                "setting": one.trial.setting.as_toml,
                "rule": one.trial.setting.rule,
                "counts": {outcome.value: one.trial.counts[outcome] for outcome in Outcome},
                "not_told_apart_from": [other.as_toml for other in one.alike],
            }
            for one in found.chosen
        ],
        "tried": [
            {
                "setting": one.setting.as_toml,
                "rule": one.setting.rule,
                "counts": {outcome.value: one.counts[outcome] for outcome in Outcome},
                "apart": one.apart,
                "better_by": apart(found.before) - one.apart,
            }
            for one in found.trials
        ],
        "no_difference": [one.as_toml for one in found.same],
        "settings": list(settings),
    }
