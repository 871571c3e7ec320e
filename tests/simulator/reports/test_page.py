"""The report as a page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from simulator.reports.page import EmailExample, report_as_html
from simulator.reports.page_parts import FRAME_POLICY, bar, day_chart, framed
from simulator.reports.report import DayRow, Report
from simulator.reports.timeline import timeline_of

HOSTILE = "<!-- <head> --><script>alert(1)</script><img src=https://example.org/x.png>"


def example(html: str = "<p>Hello</p>", subject: str = "Hello") -> EmailExample:
    return EmailExample("welcome", "hello", None, subject, "", "Shop <shop@example.org>", "the sample ana", html)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_the_page_needs_nothing_but_itself(report: Report) -> None:
    for tag, attributes in tags_of(report_as_html(report, [example()])):
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)


def test_emails_stand_in_frames_that_run_and_load_nothing(report: Report) -> None:
    page = report_as_html(report, [example(HOSTILE)])
    frame = next(attributes for tag, attributes in tags_of(page) if tag == "iframe")
    assert frame["sandbox"] == ""
    assert (frame["srcdoc"] or "").startswith(
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
    )
    assert sum(tag == "script" for tag, _ in tags_of(page)) == 1


def test_the_policy_comes_before_anything_the_email_says() -> None:
    assert framed(HOSTILE).index("Content-Security-Policy") < framed(HOSTILE).index("<!-- <head>")


def test_names_of_people_and_campaigns_are_text(report: Report) -> None:
    page = report_as_html(report, [example(subject="<script>alert(2)</script>")])
    assert "Welcome &lt;all&gt;" in page
    assert "<script>alert(2)" not in page


def test_failures_say_text_file_and_line(report: Report) -> None:
    page = report_as_html(report)
    assert "undefined variable customer.plan.name" in page
    assert "campaigns/welcome/tips.liquid:6" in page


def test_an_empty_report_is_a_page_too(report: Report) -> None:
    empty = replace(report, campaigns=(), journeys=(), days=(), doubles=(), assumptions=(), warnings=(), bad_lines=())
    assert "Nobody entered: idle" in report_as_html(empty)


def test_bars_are_in_proportion() -> None:
    assert 'class="email" width="50.0"' in bar(5, 10, "email")
    assert bar(0, 10, "email") == ""


def test_the_chart_says_what_it_shows() -> None:
    chart = day_chart([DayRow("2026-01-01", 3, 1, 0), DayRow("2026-01-02", 0, 0, 2)])
    assert 'aria-label="Messages per day from 2026-01-01 to 2026-01-02; at most 4, on 2026-01-01."' in chart
    assert len(re.findall("<rect", chart)) == 3
    assert day_chart([]) == ""


def test_a_timeline_puts_marks_where_their_time_is(report: Report) -> None:
    ana = next(journey for journey in report.journeys if len(journey.entries) > 3)
    timeline = timeline_of(ana, report.until)
    assert timeline.length == "2d"
    assert [mark.left for mark in timeline.marks] == [0.0, 0.0, 100.0, 100.0, 100.0]
    assert [(wait.left, wait.width) for wait in timeline.waits] == [(0.0, 100.0)]
    assert timeline.outcome == "1 sent, reached the end"
    assert any("failed: Liquid error" in moment.text and moment.tone == "bad" for moment in timeline.moments)


def test_a_journey_that_still_runs_goes_on_to_where_the_clock_stopped(report: Report) -> None:
    ben = next(journey for journey in report.journeys if len(journey.entries) == 2)
    timeline = timeline_of(ben, report.until)
    assert timeline.outcome == "0 sent, still under way"
    assert timeline.length == "30.0d"
