"""The tests of a pytest session run again on each mutant, in this process, until one of them notices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

from mailwright.definitions.conditions import Unclaimed, walk
from mailwright.definitions.triggers import EventTrigger, PersonTrigger, SegmentTrigger
from mailwright.diagnostics import MailwrightError
from mailwright.loading.placed_conditions import placed_conditions
from mailwright.loading.unclaimed import with_claims
from simulator.mutation.accepted import accepted_mutants
from simulator.mutation.mutants import Mutant, mutants_of
from simulator.mutation.outcomes import Outcomes, Told
from simulator.mutation.sameness import same_by_proof
from simulator.testing.bench import Bench
from simulator.testing.collecting import ScenarioItem
from simulator.testing.touched import campaigns_asking

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.testing.session import PluginSession

SEGMENT = "segment:"
_TRACED = (EventTrigger, SegmentTrigger, PersonTrigger)


def tried_mutants(plugin: PluginSession, session: pytest.Session) -> Outcomes:
    """What becomes of every mutant of the project as the default workspace has it.

    Raises: UsageError when the list of accepted mutants has mistakes.
    """
    began = time.perf_counter()
    try:
        reasons = accepted_mutants(plugin.root)
    except MailwrightError as error:
        from simulator.testing.collecting import told

        raise pytest.UsageError(told(error)) from error
    outcomes = Outcomes()
    missed: set[str] = set()
    trial = _Trial(plugin, [item for item in session.items if item.nodeid in plugin.asked])
    for mutant in mutants_of(trial.base.content):
        if trial.is_noticed(mutant):
            outcomes.noticed += 1
            continue
        same = same_by_proof(mutant)
        if same:
            outcomes.equal.append(Told.of(mutant, same))
        elif mutant.name in reasons:
            missed.add(mutant.name)
            outcomes.accepted.append(Told.of(mutant, reasons[mutant.name]))
        else:
            outcomes.unexplained.append(Told.of(mutant))
    outcomes.stale = [name for name in reasons if name not in missed]
    outcomes.seconds = time.perf_counter() - began
    return outcomes


class _Trial:
    """The tests, and the project they passed on."""

    def __init__(self, plugin: PluginSession, items: Sequence[pytest.Item]) -> None:
        self.plugin = plugin
        self.items = items
        self.base = plugin.projects.bench()
        self.claimants = _claimants(self.base.project)

    def is_noticed(self, mutant: Mutant) -> bool:
        """Whether some test fails on the mutant; the nearest tests are asked first."""
        project = _with_new_claims(mutant.project) if mutant.pair is not None else mutant.project
        try:
            bench = Bench(project, self.base.content.workspace_name, like=self.base)
        except MailwrightError:
            return True  # it does not even compile
        concerned = self._concerned(mutant)
        own = [item for item in self.items if self._may_notice(item, mutant, concerned)]
        own.sort(key=lambda item: (mutant.owner not in item.path.parts, len(self.plugin.asked[item.nodeid].campaigns)))
        self.plugin.projects.put_in_place(bench)
        self.plugin.is_trying = True
        try:
            return any(_fails(item) for item in own)
        finally:
            self.plugin.is_trying = False
            self.plugin.projects.put_in_place(None)

    def _concerned(self, mutant: Mutant) -> frozenset[str]:
        """The campaigns that may behave otherwise."""
        if mutant.owner.startswith(SEGMENT):
            return frozenset(campaigns_asking(mutant.owner.removeprefix(SEGMENT), self.base.project))
        return self.claimants | {mutant.owner} if mutant.pair is not None else frozenset({mutant.owner})

    def _may_notice(self, item: pytest.Item, mutant: Mutant, concerned: frozenset[str]) -> bool:
        if self.plugin.asked[item.nodeid].campaigns & concerned:
            return True
        if not mutant.owner.startswith(SEGMENT):
            # Who is left out of a newsletter or a broadcast leaves no trace there.
            return type(mutant.project.campaigns[mutant.owner].trigger) not in _TRACED
        if isinstance(item, ScenarioItem):
            then = item.placed.scenario.then
            return bool(then.segments or then.not_segments)
        return True  # a Python test may ask for a membership itself


def _claimants(project: Project) -> frozenset[str]:
    """The campaigns that take what others leave."""
    return frozenset(
        slug
        for slug, campaign in project.campaigns.items()
        for _, placed in placed_conditions(campaign)
        for _, clause in walk(placed.condition)
        if isinstance(clause, Unclaimed)
    )


def _with_new_claims(project: Project) -> Project:
    """What a mutant claims for itself counts for those that leave it what is claimed."""
    claimed, problems = with_claims(project)
    return project if problems else replace(project, campaigns=claimed.campaigns)


def _fails(item: pytest.Item) -> bool:
    if isinstance(item, ScenarioItem):
        try:
            item.runtest()
        except (AssertionError, MailwrightError):
            return True
        return False
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))
