"""Every checker of this room, in one call."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.checks.condition_checks import check_conditions
from mailwright.checks.email_checks import check_emails
from mailwright.checks.event_checks import check_events
from mailwright.checks.exclusion_checks import check_exclusions
from mailwright.checks.name_checks import check_names
from mailwright.checks.page_checks import ProblemsOf, check_pages
from mailwright.checks.template_checks import check_templates
from mailwright.checks.template_facts import FactsOf
from mailwright.checks.workflow_checks import check_workflows
from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic


def check_content(
    project: Project, facts_of: FactsOf, page_problems_of: ProblemsOf | None = None
) -> Iterator[Diagnostic]:
    """Every problem that the content rules find; what was found out before may come from *facts_of* and the like."""
    yield from check_conditions(project)
    yield from check_names(project)
    yield from check_events(project)
    yield from check_workflows(project)
    yield from check_exclusions(project)
    yield from check_emails(project)
    yield from check_pages(project, page_problems_of)
    yield from check_templates(project, facts_of)
