"""How reports name people."""

from __future__ import annotations

from simulator.reports.documents import report_as_json, report_as_markdown
from simulator.reports.page import report_as_html
from simulator.reports.people import PeopleNames, digest_of, is_digest_of
from simulator.reports.report import Report
from simulator.reports.text import report_as_text
from simulator.run import Run
from simulator.trace import Clause, Held, Moved, entries_as_lines


def test_no_report_names_anybody_unless_asked(report: Report) -> None:
    for text in (report_as_text(report), report_as_json(report), report_as_markdown(report), report_as_html(report)):
        assert "ana@example.org" not in text


def test_a_trace_that_is_written_down_has_digests(outcome: Run) -> None:
    names = PeopleNames()
    lines = entries_as_lines([names.entry(entry) for entry in outcome.entries])
    assert b"ana@example.org" not in lines
    assert digest_of("ana@example.org").encode() in lines


def test_values_that_clauses_saw_are_hidden_too() -> None:
    entry = Held(1, "ana", "welcome", "signed_up", 1, 2, Clause("filter", (), False, "secret"), clauses=(
        Clause("filter", (0,), False, "secret"),
    ))  # fmt: skip
    assert b"secret" not in entries_as_lines([PeopleNames().entry(entry)])
    assert PeopleNames(shown=True).entry(entry) == entry


def test_a_merge_names_nobody() -> None:
    assert b"ben" not in entries_as_lines([PeopleNames().entry(Moved(1, "ana", "welcome", 0, "ben", 0, 1))])


def test_the_short_name_starts_the_long_one() -> None:
    names = PeopleNames()
    assert names.long("ana").startswith(names.short("ana"))
    assert is_digest_of(names.short("ana"), "ana")
    assert not is_digest_of("p-", "ana")
    assert PeopleNames(shown=True).short("ana") == "ana"
