"""One example of each email of a replay, rendered for the report's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.reports.page import EmailExample

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.run import Run


def email_examples(project: Project, outcome: Run) -> tuple[EmailExample, ...]:
    return ()
