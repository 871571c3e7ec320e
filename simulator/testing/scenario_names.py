"""The names that a scenario uses must be there: campaigns, messages, steps, ways, segments, samples, people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from mailwright.definitions.project import Project
from mailwright.definitions.scenario import Act, ExpectedMessage, Given, Scenario, Then
from mailwright.definitions.steps import SplitStep, WaitUntilStep
from mailwright.definitions.triggers import BroadcastTrigger, TransactionalTrigger
from mailwright.definitions.workflow import walk_steps, ways_of
from mailwright.diagnostics import Diagnostic, MailwrightError, Span, name_hint
from simulator.testing.times import second_of

RULE = "scenario-name"


class Places(Protocol):
    """Gives where a part of the scenario stands."""

    def __call__(self, *path: str | int) -> Span: ...


def name_problems(scenario: Scenario, given: Given, span: Places, project: Project) -> list[Diagnostic]:
    """Every name of the scenario that the project does not have, and every time that is none."""
    names = _Names(project, span)
    names.given(given)
    known = people_of(scenario, given, project)
    for index, act in enumerate(scenario.when):
        names.act(act, ("when", index), known)
    names.then(scenario.then, known)
    return names.problems


def people_of(scenario: Scenario, given: Given, project: Project) -> list[str]:
    """Everybody the scenario may name: who is given, then who acts."""
    found = list(given.people)
    sample = project.samples.get(given.sample or "")
    if sample is not None and sample.person is not None:
        found.insert(0, sample.person.id)
    for act in scenario.when:
        played = project.samples.get(act.sample or "")
        found += [name for name in (act.person, act.merge) if name is not None]
        found += [played.person.id] if played is not None and played.person is not None else []
    return list(dict.fromkeys(found))


def messages_named(project: Project, name: str) -> list[str]:
    """The messages, as `campaign/message`, that a name may mean."""
    known = dict.fromkeys([f"{slug}/{message}" for slug, message, _ in project.messages])
    known |= dict.fromkeys(f"{slug}/{message}" for slug, message in project.webhooks)
    return [one for one in known if name in (one, one.partition("/")[2])]


class _Names:
    def __init__(self, project: Project, span: Places) -> None:
        self.project = project
        self.span = span
        self.problems: list[Diagnostic] = []

    def problem(self, message: str, hint: str, path: Sequence[str | int]) -> None:
        self.problems.append(Diagnostic(RULE, message, self.span(*path), hint))

    def known(self, name: str | None, known: Iterable[str], what: str, path: Sequence[str | int]) -> None:
        names = list(known)
        if name is not None and name not in names:
            many = "people" if what == "person" else f"{what}s"
            self.problem(f"no {what} is called '{name[:60]}'", name_hint(name, names, many), path)

    def time(self, text: str | None, path: Sequence[str | int]) -> None:
        if text is None:
            return
        try:
            second_of(text)
        except MailwrightError as error:
            self.problem(str(error), error.hint, path)

    def given(self, given: Given) -> None:
        path = ("given",)
        self.time(given.at, (*path, "at"))
        self.known(given.sample, self.project.samples, "sample", (*path, "sample"))
        self.known(given.workspace, self.project.settings.workspaces, "workspace", (*path, "as"))
        for index, slug in enumerate(given.only):
            self.known(slug, self.project.campaigns, "campaign", (*path, "only", index))
        for who, slugs in given.segments.items():
            for index, slug in enumerate(slugs):
                self._manual(slug, (*path, "segments", who, index))

    def act(self, act: Act, path: tuple[str | int, ...], people: list[str]) -> None:
        self.known(act.sample, self.project.samples, "sample", (*path, "sample"))
        if act.sample is not None and act.sample in self.project.samples and not self._does_something(act.sample):
            hint = "a sample with an event, or of a transactional or broadcast campaign"
            self.problem(f"the sample '{act.sample}' has nothing to do", hint, (*path, "sample"))
        for field in ("until", "timestamp"):
            self.time(getattr(act, field), (*path, field))
        for field in ("join", "leave"):
            slug = getattr(act, field)
            if slug is not None:
                self._manual(slug, (*path, field))
        for kind in ("transactional", "broadcast", "form", "webhook"):
            triggers = (getattr(campaign.trigger, kind, None) for campaign in self.project.campaigns.values())
            self.known(getattr(act, kind), sorted({one for one in triggers if one}), kind, (*path, kind))
        if act.metric is not None:
            self._step(act.metric.message, (*path, "metric", "message"))
        if not people and act.kind not in ("wait", "until", "object", "webhook", "broadcast") and not act.anonymous:
            self.problem("nobody is there to do this", "`given: {people: {ana: {email: ana@example.org}}}`", path)

    def _does_something(self, name: str) -> bool:
        """Whether playing a sample is an event or a call."""
        sample = self.project.samples[name]
        campaigns = [self.project.campaigns[slug] for slug in sample.campaigns if slug in self.project.campaigns]
        calls = (TransactionalTrigger, BroadcastTrigger)
        return sample.event is not None or any(isinstance(one.trigger, calls) for one in campaigns)

    def then(self, then: Then, people: list[str]) -> None:
        for field in ("campaigns", "not_campaigns"):
            for index, slug in enumerate(getattr(then, field) or ()):
                self.known(slug, self.project.campaigns, "campaign", ("then", field, index))
        for field in ("refused", "why_not", "waiting", "ended", "converted"):
            for slug in getattr(then, field):
                self.known(slug, self.project.campaigns, "campaign", ("then", field, slug))
        for field in ("emails", "not_emails", "messages", "not_messages", "snapshots"):
            for index, expected in enumerate(getattr(then, field) or ()):
                self._message(expected, ("then", field, index), people)
        for name, way in then.branches.items():
            self._way(name, way, ("then", "branches", name))
        for name in then.skipped:
            self._step(name, ("then", "skipped", name))
        for slug, step in then.waiting.items():
            if slug in self.project.campaigns:
                self._step(f"{slug}/{step}", ("then", "waiting", slug))
        for field in ("segments", "not_segments"):
            for index, slug in enumerate(getattr(then, field)):
                self.known(slug, self.project.segments, "segment", ("then", field, index))
        for who in then.people:
            self.known(who, people, "person", ("then", "people", who))

    def _manual(self, slug: str, path: Sequence[str | int]) -> None:
        manual = [name for name, segment in self.project.segments.items() if segment.manual]
        if slug in self.project.segments and slug not in manual:
            hint = "give the person what its condition asks"
            self.problem(f"the segment '{slug}' goes by its condition, nobody joins it by hand", hint, path)
        else:
            self.known(slug, manual, "segment", path)

    def _message(self, expected: str | ExpectedMessage, path: tuple[str | int, ...], people: list[str]) -> None:
        name = expected if isinstance(expected, str) else expected.name
        found = messages_named(self.project, name)
        if isinstance(expected, ExpectedMessage):
            self.time(expected.at, (*path, "at"))
            self.known(expected.person, people, "person", (*path, "person"))
        if len(found) > 1:
            self.problem(f"several campaigns have a message '{name}'", f"one of {', '.join(found[:6])}", path)
        elif not found:
            every = [f"{slug}/{message}" for slug, message, _ in self.project.messages]
            self.problem(f"no message is called '{name[:60]}'", name_hint(name, every, "messages"), path)

    def _step(self, name: str, path: Sequence[str | int]) -> None:
        self.known(name, _steps(self.project), "step", path)

    def _way(self, name: str, way: str, path: Sequence[str | int]) -> None:
        slug, _, step = name.partition("/")
        campaign = self.project.campaigns.get(slug)
        placed = next((one for one in walk_steps(campaign.workflow) if one.id == step), None) if campaign else None
        if placed is None:
            self._step(name, path)
            return
        ways = [label for label, _, _ in ways_of(placed.step)]
        if isinstance(placed.step, WaitUntilStep):
            ways = list(dict.fromkeys([*ways, "met", "timeout", "timeout_exit"]))
        ways += [variant.email or "hold-out" for variant in getattr(placed.step, "ab_test", ())]
        if isinstance(placed.step, SplitStep):
            ways += ["else", *(one.name for one in placed.step.split if one.name is not None)]
        self.known(way, dict.fromkeys(ways), "way", path)


def _steps(project: Project) -> Iterator[str]:
    for slug, campaign in project.campaigns.items():
        for placed in walk_steps(campaign.workflow):
            yield f"{slug}/{placed.id}"
