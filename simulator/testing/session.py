"""What all campaign tests of one process share: the project, what they have seen, snapshots, mutants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.coverage.facts import Fact
from simulator.coverage.inventory import targets
from simulator.coverage.report import (
    Coverage,
    coverage_as_json,
    coverage_as_text,
    coverage_as_values,
    merged,
    missing_in_words,
    shown_percent,
)
from simulator.coverage.walks import facts_of
from simulator.coverage.watching import watched
from simulator.reports.tables import Style
from simulator.testing.asked import MEMORY, asked_in
from simulator.testing.files import write_whole
from simulator.testing.projects import Projects, project_above
from simulator.testing.snapshots import Snapshots
from simulator.testing.times import MONDAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailwright.definitions.project import Project
    from simulator.content import Content
    from simulator.mutation.outcomes import Outcomes
    from simulator.testing.bench import Bench
    from simulator.testing.simulation import Simulation

FAILED = 1
"""The exit code of a run whose tests passed, but whose coverage or mutants did not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one test's simulations were about."""

    campaigns: set[str]
    events: set[str]


class PluginSession:
    """One pytest run in one process."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        given = config.getoption("--mailwright-root")
        self.given = Path(given).resolve() if given else None
        self._projects: dict[Path, Projects] = {}
        self.seen: set[Fact] = set()
        self.asked: dict[str, Asked] = {}  # by test
        self.mutants: Outcomes | None = None
        self.is_trying = False  # while tests run on a mutant, what they see does not count
        self.measures = any(
            config.getoption(f"--campaign-{flag}") not in (None, False)
            for flag in ("cov", "cov-html", "cov-json", "cov-fail-under")
        )
        self.mutates = bool(config.getoption("--campaign-mutate"))

    # --- what tests ask for ----------------------------------------------------------------------------------------

    @property
    def projects(self) -> Projects:
        """The project that coverage and mutants are about: the one given, else that of the run's own folder.

        Where that folder holds none, it is the first that a test was found in.
        """
        start = self.config.rootpath.resolve()
        if self.given is None and project_above(start) is None and self._projects:
            return next(iter(self._projects.values()))
        return self.projects_at(start)

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.projects.root

    def projects_at(self, path: Path) -> Projects:
        """The project that a test at *path* is about: the one given, else the nearest above it."""
        root = self.given or project_above(path) or path
        if root not in self._projects:
            self._projects[root] = Projects(root, self._watch if self.measures else None)
        return self._projects[root]

    def bench(self, node: pytest.Item) -> Bench:
        """The project as the test's workspace has it."""
        return self.projects_at(node.path.parent.resolve()).bench(_marked(node).get("workspace"))

    def simulation(self, node: pytest.Item) -> Simulation:
        """A fresh simulation for the test."""
        return self.bench(node).simulation(_marked(node).get("at") or MONDAY)

    def snapshots_of(self, node: pytest.Item) -> Snapshots:
        """The snapshots of one Python test."""
        name = node.nodeid.split("::", 1)[1]
        return self.snapshots(node.path, name)

    def snapshots(self, file: Path, name: str) -> Snapshots:
        """The snapshots of one test of *file*."""
        pictures = self.config.getoption("--mailwright-pictures")
        return Snapshots(
            file, name, update=bool(self.config.getoption("--mailwright-update")),
            pictures=Path(pictures) if pictures else None, root=self.root,
        )  # fmt: skip

    # --- what they have seen ---------------------------------------------------------------------------------------

    def _watch(self, content: Content) -> Content:
        return watched(content, self.seen)

    def note(self, test: str, simulations: Sequence[Simulation]) -> None:
        """Keep what a test's simulations have been through."""
        if self.is_trying:
            return
        if test not in self.asked:
            campaigns, events = asked_in(simulations)
            self.asked[test] = Asked(campaigns, events)
        if not self.measures:
            return
        for simulation in simulations:
            self.seen |= facts_of(simulation.content, simulation.trace)

    def take_in(self, seen: Sequence[Sequence[str]]) -> None:
        """Add what another process's tests have seen."""
        self.seen |= merged([seen])

    def coverage(self) -> Coverage:
        """What was seen against what there is."""
        content = self.projects.bench().content
        return Coverage(tuple(targets(content)), frozenset(self.seen))

    # --- after the tests -------------------------------------------------------------------------------------------

    def mutate(self, session: pytest.Session) -> None:
        """Run the tests on small changes of the content, where they pass on the content itself.

        Raises: UsageError when the run is split over processes.
        """
        from simulator.mutation.pytest_runs import tried_mutants

        if session.testsfailed:
            return
        if getattr(session.config.option, "numprocesses", None):
            raise pytest.UsageError("--campaign-mutate runs in one process: leave -n away")
        self.mutants = tried_mutants(self, session)

    def finish(self, session: pytest.Session) -> None:
        """Hand what was seen to the process that reports; there, judge it and write the reports."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["mailwright_seen"] = [list(fact) for fact in sorted(self.seen)]
            return
        if session.config.getoption("collectonly"):
            return
        self._remember(session.config)
        if self.measures:
            self._write_coverage()
            least = self.config.getoption("--campaign-cov-fail-under")
            if least is not None and self.coverage().percent < least and session.exitstatus == 0:
                session.exitstatus = FAILED
        where = self.config.getoption("--campaign-mutate-json")
        if self.mutants is not None:
            from simulator.mutation.report import mutants_as_json

            if where:
                write_whole(Path(where), mutants_as_json(self.mutants))
            if self.mutants.unexplained and session.exitstatus == 0:
                session.exitstatus = FAILED

    def _remember(self, config: pytest.Config) -> None:
        """Keep what Python tests asked, so that `--changed-since` knows next time."""
        cache: Any = getattr(config, "cache", None)  # it may be switched off
        if cache is None or not self.asked:
            return
        known: dict[str, Any] = cache.get(MEMORY, {})
        for test, asked in self.asked.items():
            known[test] = {"campaigns": sorted(asked.campaigns), "events": sorted(asked.events)}
        cache.set(MEMORY, known)

    def _write_coverage(self) -> None:
        coverage = self.coverage()
        where = self.config.getoption("--campaign-cov-json")
        if where:
            write_whole(Path(where), coverage_as_json(coverage))
        folder = self.config.getoption("--campaign-cov-html")
        if folder:
            from simulator.coverage.html_page import coverage_page

            Path(folder).mkdir(parents=True, exist_ok=True)
            write_whole(Path(folder) / "index.html", coverage_page(coverage, self.projects.bench().content))

    def report(self, reporter: Any) -> None:
        """Coverage and mutants for pytest's own report."""
        style = Style(coloured=bool(reporter.hasmarkup))
        for lines in self.blocks(style):
            reporter.write_sep("-", "campaigns")
            for line in lines:
                reporter.write_line(line)

    def blocks(self, style: Style) -> list[list[str]]:
        """Coverage and mutants as lines, where they were asked for."""
        found = []
        if self.measures:
            coverage = self.coverage()
            lines = coverage_as_text(coverage, style)
            least = self.config.getoption("--campaign-cov-fail-under")
            if least is not None and coverage.percent < least:
                lines.append(style.alarm(f"{shown_percent(coverage.percent)} is less than {least:g} %"))
            found.append(lines)
        if self.mutants is not None:
            from simulator.mutation.report import mutants_as_text

            found.append(mutants_as_text(self.mutants, style))
        return found

    def as_values(self) -> dict[str, Any]:
        """Coverage and mutants as JSON values, where they were asked for."""
        found: dict[str, Any] = {}
        if self.measures:
            found["coverage"] = coverage_as_values(self.coverage())
        if self.mutants is not None:
            from simulator.mutation.report import mutants_as_values

            found["mutants"] = mutants_as_values(self.mutants)
        return found

    def annotations(self) -> list[tuple[str, str, str]]:
        """What no test has seen, and which mutants nobody noticed: place, title, message."""
        found = []
        if self.measures:
            found += [(one.place, "not tested", missing_in_words(one)) for one in self.coverage().missing]
        if self.mutants is not None:
            found += [(one.place, "nobody noticed", one.says) for one in self.mutants.unexplained]
        return found

    @property
    def project(self) -> Project:
        """The project as the default workspace has it."""
        return self.projects.bench().project


def _marked(node: pytest.Item) -> dict[str, Any]:
    marker = node.get_closest_marker("mailwright")
    return dict(marker.kwargs) if marker is not None else {}
