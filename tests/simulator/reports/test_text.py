"""The report as text."""

from __future__ import annotations

import io

import pytest

from simulator.reports.report import Report
from simulator.reports.tables import PLAIN_WIDTH, Style, style_for, table
from simulator.reports.text import report_as_text, summary_line


def test_the_table_says_who_entered_what_was_sent_and_why_the_rest_was_not(report: Report) -> None:
    text = report_as_text(report)
    assert "welcome         2       1  1 still under way" in text
    assert "1 unsubscribed (R84)" in text
    assert "campaigns/welcome/tips.liquid:6" in text
    assert "Nobody entered: idle" in text


def test_what_to_doubt_is_named(report: Report) -> None:
    text = report_as_text(report)
    assert "welcome/ask: a language model step; the simulator passes it" in text
    assert "unknown_person = created (R32, assumed), 2 times" in text
    assert "log.ndjson:9:4  this is no JSON" in text
    assert "1 x an attribute change that Customer.io would refuse (first on line 2)" in text
    assert "page_viewed 12" in text


def test_the_last_line_is_the_summary(report: Report) -> None:
    assert report_as_text(report).splitlines()[-1] == summary_line(report)
    assert summary_line(report) == "5 calls, 2 journeys, 1 email, 2 not sent (1 failed), 1 not modelled, 1 bad line"


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_narrow_terminal_gets_narrow_lines(report: Report, width: int) -> None:
    wide = [line for line in report_as_text(report, Style(width=width)).splitlines() if len(line) > width]
    # Headings, the summary and words longer than the line (a file's path) are not broken.
    assert all(line in {wide[0], summary_line(report)} or " " not in line.strip() for line in wide[1:])


def test_no_colour_away_from_a_terminal(report: Report) -> None:
    assert style_for(io.StringIO()) == Style(False, PLAIN_WIDTH)
    assert "\x1b" not in report_as_text(report)
    assert "\x1b[1m" in report_as_text(report, Style(coloured=True))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert style_for(Terminal()).coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style_for(Terminal()).coloured


def test_wide_characters_take_two_cells() -> None:
    lines = table(["A", "N", "WHY"], [["日本", "1", "x"], ["ab", "22", ""]], Style(), numbers=frozenset({1}))
    assert lines == ["A      N  WHY", "日本   1  x", "ab    22"]


def test_control_characters_of_data_reach_no_terminal(report: Report) -> None:
    from dataclasses import replace

    hostile = replace(report, unused_events=(("evil\x1b[2J\u202e", 1),))
    text = report_as_text(hostile, Style())
    assert "\x1b" not in text and "\u202e" not in text
