"""Scenario files as pytest sees them: a file, and a test for each scenario with its line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from mailwright.diagnostics import ContentError, MailwrightError, diagnostic_as_text, error_as_text
from simulator.testing.difference_report import differences_as_text
from simulator.testing.expectations import Difference, differences
from simulator.testing.scenario_files import PlacedScenario, read_scenarios
from simulator.testing.scenario_run import played
from simulator.testing.simulation import Simulation
from simulator.testing.stash import SIMULATIONS, session_of


class ScenarioCollector(pytest.File):
    """One `*.scenario.yaml` file."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each scenario.

        Raises: CollectError with every mistake of the file, or of the project it needs.
        """
        projects = session_of(self.config).projects_at(self.path.parent.resolve())
        try:
            placed = read_scenarios(self.path, projects.written)
        except MailwrightError as error:
            raise self.CollectError(told(error)) from error
        for one in placed:
            yield ScenarioItem.from_parent(self, name=one.name, placed=one)


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, placed: PlacedScenario, **rest: Any) -> None:
        super().__init__(**rest)
        self.placed = placed

    def runtest(self) -> None:
        """Play it and compare.

        Raises: ScenarioFailure when something came otherwise than expected.
        """
        projects = session_of(self.config).projects_at(self.path.parent.resolve())
        bench = projects.bench(self.placed.given.workspace)
        simulation = played(bench, self.placed)
        found = differences(self.placed, simulation)
        found += self._snapshots(simulation)
        self.stash.setdefault(SIMULATIONS, []).append(simulation)
        if found:
            raise ScenarioFailure(found, simulation)

    def _snapshots(self, simulation: Simulation) -> list[Difference]:
        session = session_of(self.config)
        found = []
        for index, name in enumerate(self.placed.scenario.then.snapshots):
            span = self.placed.span("then", "snapshots", index)
            made = [one for one in simulation.deliveries if name in (one.address, one.name)]
            if not made:
                found.append(Difference(f"snapshot {name}", "this email", "not made", span, name.partition("/")[0]))
                continue
            changed = session.snapshots(self.path, self.name).difference(made[0].rendered, made[0].address)
            if changed is not None:
                found.append(Difference(f"snapshot {name}", "as it was kept", changed, span))
        return found

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The table of differences and why."""
        error = excinfo.value
        if isinstance(error, ScenarioFailure):
            return f"{self._place()}\n\n{differences_as_text(error.differences, error.simulation)}"
        if isinstance(error, MailwrightError):
            return told(error)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        """The scenario's own line."""
        return self.path, self.placed.span().line - 1, self.name

    def _place(self) -> str:
        return f"{self.placed.span().file}:{self.placed.span().line}  {self.name}"


class ScenarioFailure(AssertionError):
    """Something came otherwise than a scenario expects."""

    def __init__(self, found: list[Difference], simulation: Simulation) -> None:
        super().__init__(", ".join(one.what for one in found))
        self.differences = found
        self.simulation = simulation


def told(error: MailwrightError) -> str:
    """The error with every problem that it holds."""
    shown = [diagnostic_as_text(one) for one in error.diagnostics] if isinstance(error, ContentError) else []
    return "\n".join([*shown, error_as_text(error)])
