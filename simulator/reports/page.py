"""A report as one page that needs nothing but itself: no network, and no script but for the filter."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from simulator.reports.page_parts import bar, day_chart, framed
from simulator.reports.report import CampaignRow, Reason, Report
from simulator.reports.text import span_in_words, summary_line
from simulator.reports.timeline import timeline_of

JOURNEYS_OPEN = 3


@dataclass(frozen=True, slots=True)
class EmailExample:
    """One email as it was rendered for somebody; *html* is untrusted."""

    campaign: str
    message: str
    language: str | None
    subject: str
    preheader: str
    sender: str
    whom: str
    html: str

    @property
    def framed(self) -> str:
        """The email as a document for a frame that runs and loads nothing."""
        return framed(self.html)


@dataclass(frozen=True, slots=True)
class Note:
    """One line of why something was not sent."""

    text: str
    rule: str
    place: str
    tone: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the big numbers."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure of one campaign."""

    campaign: str
    reason: Reason


def report_as_html(report: Report, emails: Sequence[EmailExample] = (), *, people_shown: bool = False) -> str:
    """The report as an HTML page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_part("report.html.j2"))
    script = _part("report.js").strip()
    journeys = [timeline_of(journey, report.until) for journey in report.journeys]
    longest = sorted(range(len(journeys)), key=lambda index: (-len(journeys[index].moments), index))
    page = template.render(
        report=report,
        title=f"What {' and '.join(report.logs) or 'the log'} would bring about",
        span=span_in_words(report),
        summary=summary_line(report),
        figures=list(_figures(report)),
        rows=_rows(report),
        others=any(row.other_messages for row in report.campaigns),
        failures=list(_failures(report)),
        chart=day_chart(report.days),
        emails=emails,
        journeys=journeys,
        opened=longest[:JOURNEYS_OPEN],
        privacy="" if people_shown else "People stand here by a short digest of their id.",
        policy=_policy(script),
        styles=_part("report.css"),
        script=script,
    )
    return page + "\n"


def _part(name: str) -> str:
    return (files("simulator.reports") / "templates" / name).read_text("utf-8")


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _figures(report: Report) -> Iterator[Figure]:
    totals = report.totals
    yield Figure("Calls", f"{totals.calls:,}")
    yield Figure("People", f"{totals.people:,}")
    yield Figure("Journeys", f"{totals.entered:,}")
    yield Figure("Emails sent", f"{totals.emails:,}")
    if totals.other_messages:
        yield Figure("Other messages", f"{totals.other_messages:,}")
    yield Figure("Not sent", f"{totals.not_sent:,}")
    if totals.failed:
        yield Figure("of these failed", f"{totals.failed:,}", "bad")
    if totals.active:
        yield Figure("Still under way", f"{totals.active:,}")


def _rows(report: Report) -> list[dict[str, Any]]:
    most = max((row.entered for row in report.campaigns), default=0)
    most_emails = max((row.emails for row in report.campaigns), default=0)
    return [
        {
            "row": row,
            "entered_bar": bar(row.entered, most, "entered"),
            "emails_bar": bar(row.emails, most_emails, "email"),
            "notes": list(_notes(row)),
        }
        for row in report.campaigns
    ]


def _notes(row: CampaignRow) -> Iterator[Note]:
    for reason in row.not_entered:
        yield Note(f"{reason.count:,} did not enter: {reason.why}", reason.rule, "", "")
    several = len(row.steps) > 1
    for reason in row.not_sent:
        step = f"{reason.step}: " if several else ""
        tone = "bad" if _is_failure(reason) else ""
        yield Note(f"{step}{reason.count:,} {reason.why}", reason.rule, reason.place, tone)
    for reason in row.left_early:
        yield Note(f"{reason.count:,} left early: {reason.why}", reason.rule, "", "")
    if row.active:
        yield Note(f"{row.active:,} still under way", "", "", "")


def _is_failure(reason: Reason) -> bool:
    return reason.why.startswith("failed")


def _failures(report: Report) -> Iterator[Failure]:
    found = [Failure(row.slug, reason) for row in report.campaigns for reason in row.not_sent if _is_failure(reason)]
    yield from sorted(found, key=lambda failure: (-failure.reason.count, failure.campaign, failure.reason.step))
