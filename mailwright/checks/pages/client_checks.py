"""What a page uses that some of the clients its readers have do not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.checks.findings import finding
from mailwright.checks.pages.client_support import clients_as_text, clients_meant, support
from mailwright.checks.pages.features import features_of
from mailwright.definitions.message import EmailFields

if TYPE_CHECKING:
    from mailwright.checks.pages.page import Page
    from mailwright.definitions.workspace import EmailChecks
    from mailwright.diagnostics import Diagnostic


def check_clients(page: Page, settings: EmailChecks) -> Iterator[Diagnostic]:
    """Each feature that a client lacks, once in each file, at its first use.

    Raises: ConfigurationError when the settings name a client there is not.
    """
    meant, known = clients_meant(settings.clients), support().features
    harmless = frozenset(settings.harmless)
    told: set[tuple[str, str]] = set()
    fields = page.message.fields
    inlined = isinstance(fields, EmailFields) and fields.inline_css
    for use in features_of(page, inlined=inlined):
        feature = known[use.feature]
        if use.feature in harmless:
            continue
        lacking = [client for client in meant if client in feature.none]
        partly = [client for client in meant if client in feature.part] if settings.partial else []
        if not lacking and not partly:
            continue
        span = page.span(use.start, len(use.what))
        if (use.feature, span.file) in told:
            continue
        told.add((use.feature, span.file))
        if lacking:
            says = f"'{feature.title}' is not shown by {clients_as_text(lacking)}"
        else:
            says = f"'{feature.title}' is shown only in part by {clients_as_text(partly)}"
        yield finding("client-support", says, span, feature.url)
