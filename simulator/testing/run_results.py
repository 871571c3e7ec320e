"""What became of each test of one run: a pytest plugin that keeps results in place of pytest's own report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

SECTION = "what happened in the simulation"


@dataclass(frozen=True, slots=True)
class Result:
    """One test."""

    test: str  # its whole name
    name: str
    file: str
    line: int
    outcome: str  # passed, failed, skipped, error
    text: str = ""  # of one that did not pass: why
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Results:
    """Gathers them; give it to `pytest.main` as a plugin."""

    found: list[Result] = field(default_factory=list)
    deselected: int = 0
    config: pytest.Config | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of what prints."""
        self.config = config
        printer = config.pluginmanager.get_plugin("terminalreporter")
        if printer is not None:
            config.pluginmanager.unregister(printer)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test's result, or that its fixtures failed."""
        if report.when != "call" and report.passed:
            return
        if report.when == "teardown" and report.skipped:
            return
        outcome = report.outcome if report.when == "call" or report.skipped else "error"
        file, line, _ = report.location
        text = report.longreprtext if not report.passed else ""
        sections = [content for title, content in report.sections if title == SECTION]
        shown = "\n\n".join([text, *(f"{SECTION}:\n{one}" for one in sections)])
        name = report.nodeid.split("::", 1)[-1]
        self.found.append(
            Result(report.nodeid, name, file.replace(os.sep, "/"), (line or 0) + 1, outcome, shown, report.duration)
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep a file that could not be read."""
        if report.failed:
            file = report.nodeid.split("::")[0]
            self.found.append(Result(report.nodeid, "cannot be read", file, 1, "error", report.longreprtext))

    def pytest_deselected(self, items: Sequence[Any]) -> None:
        """Count what was left out."""
        self.deselected += len(items)

    def count(self, *outcomes: str) -> int:
        """How many came out so."""
        return sum(one.outcome in outcomes for one in self.found)
