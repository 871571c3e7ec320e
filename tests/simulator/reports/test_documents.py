"""The report for machines and for pull requests."""

from __future__ import annotations

import json
from dataclasses import replace

from simulator.reports.documents import escaped, report_as_json, report_as_markdown
from simulator.reports.report import Report


def test_json_carries_its_version_and_every_section(report: Report) -> None:
    values = json.loads(report_as_json(report))
    assert values["schema_version"] == 1
    assert values["totals"]["entered"] == 2
    assert values["campaigns"][0]["slug"] == "welcome"
    assert values["campaigns"][0]["steps"][1]["not_sent"][0]["place"] == "campaigns/welcome/tips.liquid:6"
    assert values["not_modelled"][0]["what"] == "a language model step"
    assert values["assumptions"][0]["name"] == "unknown_person"
    assert values["bad_lines"][0]["line"] == 9
    assert values["summary"].startswith("5 calls")


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert report_as_json(report) == report_as_json(report)


def test_markdown_shows_data_literally(report: Report) -> None:
    hostile = replace(report, logs=("a|b\n# <script>",))
    text = report_as_markdown(hostile)
    assert text.startswith("### Simulation of a\\|b \\# \\<script\\>\n")
    assert "| welcome | 2 | 1 | 0 |" in text


def test_markdown_tables_stay_tables() -> None:
    assert escaped("a|b\nc") == "a\\|b c"
