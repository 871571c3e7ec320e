"""What a sender wants to know of every email's page before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from mailwright.assembly import assemble_message, dialect_of
from mailwright.checks.findings import finding
from mailwright.checks.pages.client_checks import check_clients
from mailwright.checks.pages.contrast import check_contrast
from mailwright.checks.pages.images import check_images, has_only_pictures
from mailwright.checks.pages.links import check_links
from mailwright.checks.pages.page import page_of
from mailwright.checks.pages.sizes import check_sizes
from mailwright.definitions.message import EmailFields
from mailwright.diagnostics import ConfigurationError, Diagnostic, Span

if TYPE_CHECKING:
    from mailwright.assembly import AssembledMessage
    from mailwright.definitions.message import Message
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import EmailChecks

LARGEST = 1_000_000
"""Characters of a page beyond which nothing but its size is looked at."""


ProblemsOf = Callable[["AssembledMessage", "EmailChecks"], Iterable[Diagnostic]]
"""From an assembled email and what it is held to, to its problems."""


def check_pages(project: Project, problems_of: ProblemsOf | None = None) -> Iterator[Diagnostic]:
    """Every problem of the emails' pages; one in a layout that many emails share is told once.

    Raises: ConfigurationError when the settings name a mail client there is not.
    """
    told: set[tuple[str, Span]] = set()
    for message in project.messages.values():
        if not isinstance(message.fields, EmailFields):
            continue
        assembled = _assembled(project, message)
        if assembled is None:
            continue
        for problem in (problems_of or message_problems)(assembled, project.settings.email):
            if (problem.rule, problem.span) not in told:
                told.add((problem.rule, problem.span))
                yield problem


def message_problems(message: AssembledMessage, settings: EmailChecks) -> Iterator[Diagnostic]:
    """Every problem of one email's page.

    Raises: ConfigurationError when *settings* name a mail client there is not.
    """
    page = page_of(message)
    yield from check_sizes(page, settings)
    if len(page.html) > LARGEST:
        return
    yield from check_images(page, settings)
    yield from check_links(page)
    yield from check_contrast(page, settings)
    yield from check_clients(page, settings)
    if has_only_pictures(page) and "text" not in message.parts:
        body = message.parts["body"]
        hint = f"a sentence in the body, or a {message.name}.txt.liquid"
        says = "the page holds only pictures, so its text part says nothing"
        yield finding("no-text-part", says, Span(body.file, body.line), hint)


def _assembled(project: Project, message: Message) -> AssembledMessage | None:
    try:
        return assemble_message(project, message, dialect_of(project, message.campaign))
    except ConfigurationError:
        return None  # a layout that is not there is a problem of its own
