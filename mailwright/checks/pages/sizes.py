"""What is too long for a mailbox: subjects, preheaders, whole pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.checks.findings import finding
from mailwright.checks.pages.page import WRITTEN, without_liquid
from mailwright.diagnostics import Span

if TYPE_CHECKING:
    from mailwright.checks.pages.page import Page
    from mailwright.definitions.workspace import EmailChecks
    from mailwright.diagnostics import Diagnostic


def check_sizes(page: Page, settings: EmailChecks) -> Iterator[Diagnostic]:
    """Texts that are cut off. What Liquid writes is not counted, so that what is told is certain."""
    message = page.message
    for part, most, rule in (
        ("subject", settings.subject_length, "long-subject"),
        ("preheader", settings.preheader_length, "long-preheader"),
    ):
        text = message.parts.get(part)
        if text is None:
            continue
        length = len(" ".join(without_liquid(text.source).replace(WRITTEN, "").split()))
        if length > most:
            span = Span(text.file, text.line, text.column, max(1, len(text.source.split("\n")[0])))
            hint = f"most mailboxes show no more than {most}; begin with what matters"
            yield finding(rule, f"this {part} has {length} characters without what Liquid adds", span, hint)
    weight = len(page.html.replace(WRITTEN, "").encode("utf-8", "surrogatepass"))
    if weight > settings.clip_bytes:
        hint = "Gmail clips the rest, with the unsubscribe link and the picture that counts opens"
        told = f"the page has {weight:,} bytes before Liquid adds anything; Gmail shows {settings.clip_bytes:,}"
        body = message.parts["body"]
        yield finding("page-clipped", told, Span(body.file, body.line), hint)
