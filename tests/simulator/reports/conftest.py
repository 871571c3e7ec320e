"""A report over a small hand-made trace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from simulator.history.calls import BadLine
from simulator.reports.making import make_report
from simulator.reports.people import PeopleNames
from simulator.reports.report import Report
from simulator.reports.sample_journeys import SampleJourneys, named_samples
from simulator.run import Run
from simulator.summary import summary_of
from simulator.trace import AnyEntry, Branched, Delivery, Ended, Entered, Noted, NotModelled, Skipped, Waiting, Woke

NOON = 1_767_268_800
DAY = 86_400
FAILURE = "Liquid error: undefined variable customer.plan.name"

TRACE: list[AnyEntry] = [
    Entered(NOON, "ana@example.org", "welcome", 0, "signed_up", 3),
    Delivery(NOON, "ana@example.org", "welcome", 0, "hello", "email", "sent", NOON, "hello", None, "ana@example.org"),
    Waiting(NOON, "ana@example.org", "welcome", 0, "wait-2", NOON + 2 * DAY, "R58"),
    Woke(NOON + 2 * DAY, "ana@example.org", "welcome", 0, "wait-2", "time"),
    Branched(NOON + 2 * DAY, "ana@example.org", "welcome", 0, "branch-3", "then", "R69"),
    Delivery(
        NOON + 2 * DAY, "ana@example.org", "welcome", 0, "tips", "email", "failed", NOON + 2 * DAY, "tips", None,
        "ana@example.org", "liquid_undefined", FAILURE, "R96",
    ),
    Ended(NOON + 2 * DAY, "ana@example.org", "welcome", 0, "finished", "end", "R80"),
    Entered(NOON + 60, "<b>ben</b>", "welcome", 0, "signed_up", 4),
    Skipped(NOON + 60, "<b>ben</b>", "welcome", 0, "hello", "unsubscribed", "R84"),
    Noted(NOON, "ana@example.org", "", "failed_attribute_change", "email", 2),
]  # fmt: skip


@pytest.fixture
def project() -> Project:
    """Two campaigns, of which one never starts."""
    welcome = Campaign.model_validate(
        {
            "name": "Welcome <all>",
            "trigger": {"event": "signed_up"},
            "workflow": [{"email": "hello"}, {"wait": "2d"}, {"email": "tips"}],
        }
    )
    idle = Campaign.model_validate({"name": "Idle", "trigger": {"event": "never"}, "workflow": [{"email": "hello"}]})
    body = Text("<p>Hello</p>\n\n<p>{{ customer.plan.name }}</p>\n", "campaigns/welcome/tips.liquid", line=4)
    tips = Message("welcome", "tips", "email", None, EmailFields(subject="Tips"), body)
    return Project(
        Path("shop"), campaigns={"idle": idle, "welcome": welcome}, messages={("welcome", "tips", None): tips}
    )


@pytest.fixture
def outcome() -> Run:
    """The replay that made the trace."""
    return Run(
        entries=TRACE,
        assumptions=Counter(unknown_person=2),
        not_modelled=(NotModelled("welcome", "ask", "a language model step", "passes it"),),
        calls=5,
        unused_events=Counter(page_viewed=12),
        people=2,
        bad_lines=(BadLine("log.ndjson", 9, 4, "this is no JSON", "one record a line"),),
        first_at=NOON,
        last_at=NOON + 60,
        until=NOON + 30 * DAY,
    )


@pytest.fixture
def report(project: Project, outcome: Run) -> Report:
    """The report, people by digest."""
    names = PeopleNames()
    samples = SampleJourneys()
    for entry in outcome.entries:
        samples.add(entry)
    journeys = named_samples(samples.chosen(), project, names, lambda slug: True)
    return make_report(project, outcome, summary_of(outcome.entries), names, logs=["log.ndjson"], journeys=journeys)
