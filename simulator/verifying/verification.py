"""A log's prediction against what was really sent: compared, and every disagreement given its likeliest cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailwright.definitions.triggers import trigger_kind
from simulator.content import compile_content
from simulator.reports.people import digest_of
from simulator.splitting import calls_about
from simulator.verifying.causes import Cause, CauseKind
from simulator.verifying.deliveries import Actual, Prediction
from simulator.verifying.matching import Match, Outcome, disagreements
from simulator.verifying.searching import Search, Silent, search
from simulator.verifying.suppositions import (
    HeldProfile,
    of_assumptions,
    of_edition,
    of_engagement,
    of_profiles,
    of_subscriptions,
)
from simulator.verifying.trace_causes import Traces, likely_cause
from simulator.verifying.worlds import Case, Supposition, World

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.calls import Call
    from simulator.verifying.names import LogPeople, Numbers
    from simulator.verifying.seen import Noticed, Seen

MOST_STUDIED = 200
"""People whose disagreements are looked into, the first by name; the others are counted."""
MOST_OTHERS = 60
"""People of whom all agrees, on whom a cause is tried as well."""
MOST_ASKED = 200
"""People whom the workspace itself is asked about: a hundred a request."""

MOST_FITTED = 500
"""People whom a fit is made on: each of some sixty settings is a replay of theirs."""

Held = Mapping[str, HeldProfile | None]


@dataclass(frozen=True, slots=True)
class Sources:
    """What was sent, as it came, and ways to ask the workspace more."""

    seen: Sequence[Seen]
    noticed: Sequence[Noticed]
    numbers: Numbers
    people: LogPeople
    edition: Callable[[], Project | None] = lambda: None
    profiles: Callable[[Sequence[str]], Held] = lambda _: {}  # people's attributes in the workspace; None: not there


@dataclass(frozen=True, slots=True)
class Explained:
    """A disagreement with its cause."""

    match: Match
    cause: Cause


@dataclass(slots=True)
class Verification:
    """How a prediction compares with what was sent. Units: times are Unix seconds."""

    workspace: str
    since: int | None
    until: int
    within: int
    matches: list[Match]
    explained: list[Explained] = field(default_factory=list)
    search: Search | None = None
    actual: list[Actual] = field(default_factory=list)
    not_studied: int = 0  # disagreements of people beyond those looked into
    left_out: Counter[str] = field(default_factory=Counter)  # what was not compared, and why

    @property
    def counts(self) -> Counter[Outcome]:
        """Deliveries by outcome."""
        return Counter(match.outcome for match in self.matches)

    @property
    def agrees(self) -> bool:
        """Whether all agree, but for what chance decides."""
        return not self.not_studied and all(one.cause.is_excused for one in self.explained)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a log is to be compared. Units: times and *within* are in seconds."""

    project: Project
    workspace: str
    read: Callable[[], Iterable[Call]]  # the log, from its beginning
    until: int
    within: int
    since: int | None = None
    campaigns: frozenset[str] = frozenset()
    only_known_people: bool = False
    as_drafts: bool = False  # the workspace keeps everything as drafts
    is_over: bool = False  # nothing is still on its way

    def case(
        self,
        calls: Sequence[Call],
        actual: Sequence[Actual],
        since: int | None,
        people: frozenset[str] | None = None,
    ) -> Case:
        """What is to be explained, of these people or of all."""
        return Case(
            self.workspace, calls, actual, since, self.until, self.within, self.campaigns, people, self.as_drafts,
            self.is_over,
        )  # fmt: skip


def verify(asked: Asked, prediction: Prediction, sources: Sources) -> Verification:
    """The whole comparison with its causes."""
    since = asked.since if asked.since is not None else prediction.run.first_at
    actual, left_out = _compared_actual(asked, sources, since)
    case = asked.case((), actual, since)
    matches = case.compared(prediction.deliveries)
    found = Verification(asked.workspace, since, asked.until, asked.within, matches, actual=actual, left_out=left_out)
    lacking = disagreements(matches)
    if lacking and not actual:
        says = "the source holds no delivery of that time"
        found.explained = [Explained(match, Cause(CauseKind.NOTHING_SENT, says)) for match in lacking]
    elif lacking:
        _Explaining(asked, prediction, sources, found).explain(lacking)
    return found


def fitting_case(asked: Asked, found: Verification) -> tuple[Case, World, list[str]]:
    """What a fit is made on: everybody, or as many as it pays for, in the world that was found without assumptions.

    The third part names what that world has otherwise than files and log.
    """
    findings = found.search.findings if found.search is not None else []
    world = World(asked.project)
    stands_on = []
    for one in findings:
        if one.supposition.setting is None:
            world = world.given(one.supposition)
            stands_on.append(one.supposition.cause.kind.value)
    people = _fitted_people(found)
    everybody = people is None or compile_content(asked.project, asked.workspace).crosses_people
    calls = list(asked.read()) if people is None else calls_about(asked.read, people, everybody=everybody)
    actual = [one for one in found.actual if people is None or one.person in people]
    case = asked.case(calls, actual, found.since, people)
    return case, world, stands_on


def _fitted_people(found: Verification) -> frozenset[str] | None:
    """Those a fit is made on where there are too many: who does not agree, then the others by their digests."""
    everybody = {match.person for match in found.matches}
    if len(everybody) <= MOST_FITTED:
        return None
    first = {match.person for match in disagreements(found.matches)}
    ordered = [*sorted(first, key=digest_of), *sorted(everybody - first, key=digest_of)]
    return frozenset(ordered[:MOST_FITTED])


def _compared_actual(asked: Asked, sources: Sources, since: int | None) -> tuple[list[Actual], Counter[str]]:
    """What was sent and is asked for, and how much was left out."""
    from simulator.verifying.deliveries import actual_of

    found = []
    left_out: Counter[str] = Counter()
    for seen in sources.seen:
        one = actual_of(seen, sources.numbers, sources.people)
        if since is not None and one.at < since:
            left_out["before the time compared"] += 1
        elif one.at > asked.until:
            left_out["after the time compared"] += 1
        elif asked.campaigns and one.campaign not in asked.campaigns:
            left_out["of other campaigns"] += 1
        elif asked.only_known_people and not one.is_known:
            left_out["to people not in the log"] += 1
        else:
            found.append(one)
    return found, left_out


@dataclass(slots=True)
class _Explaining:
    """Finds the causes of what does not agree, for as many people as are looked into."""

    asked: Asked
    prediction: Prediction
    sources: Sources
    found: Verification

    def explain(self, lacking: Sequence[Match]) -> None:
        """Give every disagreement a cause."""
        people = sorted({match.person for match in lacking})[:MOST_STUDIED]
        case = self._case(frozenset(people))
        # Of somebody who was never identified an absence tells nothing: whether that makes a profile is an assumption.
        known = self.prediction.run.profiles.keys() & self.sources.people.identified
        held = self.sources.profiles([one for one in people if one in known][:MOST_ASKED])
        world = World(self.asked.project)
        result = self.found.search = search(case, world, self._suppositions(held), self._others(lacking))
        settled = set()
        for finding in result.findings:
            self.found.explained += [Explained(match, finding.supposition.cause) for match in finding.explained]
            settled |= {match.place for match in finding.explained}
        rest = [match for match in lacking if match.place not in settled and match.person in set(people)]
        self.found.not_studied = sum(match.person not in set(people) for match in lacking)
        self._explain_rest(case, world, rest)
        self.found.explained.sort(key=lambda one: (one.match.at, *one.match.place))

    def _others(self, lacking: Sequence[Match]) -> Case | None:
        """Some of whom all agrees, first those whom the same campaigns sent something."""
        apart = {match.person for match in lacking}
        concerned = {match.campaign for match in lacking}
        near = {match.person for match in self.found.matches if match.campaign in concerned} - apart
        far = {match.person for match in self.found.matches} - apart - near
        chosen = [*sorted(near, key=digest_of), *sorted(far, key=digest_of)][:MOST_OTHERS]
        return self._case(frozenset(chosen)) if chosen else None

    def _case(self, people: frozenset[str]) -> Case:
        asked = self.asked
        everybody = compile_content(asked.project, asked.workspace).crosses_people
        calls = calls_about(asked.read, people, everybody=everybody)
        actual = [one for one in self.found.actual if one.person in people]
        return asked.case(calls, actual, self.found.since, people)

    def _suppositions(self, held: Held) -> list[Supposition]:
        """Facts first: at equal counts the earlier supposition wins."""
        sources = self.sources
        given = self.asked.project.settings.assumptions
        asks_messages = compile_content(self.asked.project, self.asked.workspace).asks_messages
        engaged = sources.seen if asks_messages else ()
        return [
            *of_subscriptions(sources.noticed, sources.seen, sources.people),
            *of_edition(sources.edition()),
            *of_engagement(engaged, sources.numbers, sources.people, self.prediction.deliveries),
            *of_profiles(held, self.prediction.run.profiles, self.found.since or 0),
            *of_assumptions(given, self.prediction.run.assumptions),
        ]

    def _explain_rest(self, case: Case, world: World, rest: Sequence[Match]) -> None:
        """What no supposition explains gets the likeliest cause that its trace tells."""
        if not rest:
            return
        traces = Traces()
        case.prediction(world, traces.add)
        kinds = {slug: trigger_kind(one.trigger) or "" for slug, one in self.asked.project.campaigns.items()}
        silent = Silent.in_(self.found.matches)
        by_person: dict[str, list[Match]] = {}
        for match in rest:
            by_person.setdefault(match.person, []).append(match)
        for match in rest:
            cause = _by_silence(match, silent) or likely_cause(match, traces, by_person[match.person], kinds)
            self.found.explained.append(Explained(match, cause))


def _by_silence(match: Match, silent: Silent) -> Cause | None:
    """That a campaign, or a person, was sent nothing at all."""
    if match.campaign in silent.campaigns:
        says = "the campaign sent nothing to anybody: it is not started there, or its messages are off"
        return Cause(CauseKind.NOT_RUNNING, says)
    if match.person in silent.people:
        says = "the person was sent nothing at all: the workspace may not know them, or they are unsubscribed there"
        return Cause(CauseKind.UNSYNCED, says)
    return None
