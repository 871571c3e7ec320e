"""`mailwright simulate` on a small project."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Calls = list[dict[str, Any]]


def test_the_table_says_what_a_marketer_wants_to_know(mailwright: Run, log: Path) -> None:
    shown = mailwright("simulate", log)
    assert shown.code == 0
    for part in (
        "log.ndjson: 9 calls of 3 people",
        "not entered: 1 had it before, and it goes out once only (R39)",
        "not entered: 1 the filter did not hold within 30 minutes (R22)",
        "1 failed: no address (R94)",
        "campaigns/welcome/tips.liquid:4",
        "every-post + photo: 1",
        "looked_around 1",
    ):
        assert part in shown.out
    assert shown.out.splitlines()[-1] == "9 calls, 4 journeys, 3 emails, 2 not sent (2 failed)"


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "md", "html"])
def test_the_same_input_gives_the_same_bytes(mailwright: Run, log: Path, form: str) -> None:
    first, second = (mailwright("simulate", log, "--format", form) for _ in range(2))
    assert first.code == 0
    assert first.out == second.out != ""


def test_counts_are_the_same_with_and_without_the_trace(mailwright: Run, log: Path, tmp_path: Path) -> None:
    counted = json.loads(mailwright("simulate", log, "--format", "json").out)
    traced = json.loads(mailwright("simulate", log, "--format", "json", "--trace", tmp_path / "trace.jsonl").out)
    assert counted == traced


@pytest.mark.parametrize("form", ["json", "jsonl", "html"])
def test_several_processes_give_the_same_bytes(mailwright: Run, log: Path, form: str) -> None:
    alone = mailwright("simulate", log, "--format", form)
    apart = mailwright("simulate", log, "--format", form, "--processes", "2")
    assert apart.out == alone.out


def test_a_log_split_by_person_and_joined_gives_the_same_trace(
    mailwright: Run, calls: Calls, log: Path, tmp_path: Path
) -> None:
    until = ("--until", "2026-03-01", "--show-people", "--format", "jsonl")
    whole = mailwright("simulate", log, *until).out.splitlines()
    pieces = []
    for person in ("ana", "ben", "cai"):
        # Other people's lines are left blank, so that every call keeps its number.
        own = tmp_path / f"{person}.ndjson"
        own.write_text("".join(f"{json.dumps(call) if call['person'] == person else ''}\n" for call in calls))
        pieces += mailwright("simulate", own, *until).out.splitlines()
    in_order = sorted(pieces, key=lambda line: (json.loads(line)["at"], json.loads(line)["person"]))
    assert in_order == whole != []


def test_standard_input_is_a_log_too(mailwright: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    shown = mailwright("simulate", "-")
    assert shown.code == 0
    assert shown.out.startswith("standard input: 9 calls")


def test_bad_lines_are_numbered_and_the_rest_goes_on(mailwright: Run, log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], b"{ not json\n", *lines[2:]]))
    shown = mailwright("simulate", log)
    assert shown.code == 0
    assert "log.ndjson:3:" in shown.out
    assert "1 bad line" in shown.out.splitlines()[-1]
    assert "9 calls" in shown.out


def test_strict_stops_at_the_first_bad_line(mailwright: Run, log: Path) -> None:
    log.write_bytes(b"{ not json\n" + log.read_bytes())
    shown = mailwright("simulate", log, "--strict")
    assert shown.code == 1
    assert ":1:" in shown.err
    assert "Traceback" not in shown.err


def test_strict_minds_what_is_not_modelled(mailwright: Run, log: Path, shop: Path) -> None:
    file = shop / "campaigns/photo/campaign.yaml"
    file.write_text(file.read_text() + "  - llm: {ask: something}\n")
    assert mailwright("simulate", log).code == 0
    shown = mailwright("simulate", log, "--strict")
    assert shown.code == 1
    assert "photo/llm-2: a language model step" in shown.out


def test_a_log_of_nothing_but_bad_lines_is_a_problem(mailwright: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_text("{no\n{no\n")
    assert mailwright("simulate", bad).code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "simulate needs an event log"),
        (("LOG", "--campaign", "welcom"), "no campaign is called 'welcom'"),
        (("LOG", "--as", "prodd"), "no workspace is called 'prodd'"),
        (("LOG", "--until", "soon"), "--until cannot be 'soon'"),
        (("LOG", "--person", "zed"), "nobody in the log is 'zed'"),
        (("LOG", "--processes", "0"), "--processes is at least 1"),
        (("LOG", "--format", "pdf"), "pdf"),
        (("LOG", "--out", "no-such-folder/report.txt"), "cannot write"),
    ],
)
def test_wrong_arguments_end_in_3_with_a_hint(
    mailwright: Run, log: Path, arguments: tuple[str, ...], says: str
) -> None:
    shown = mailwright("simulate", *(str(log) if argument == "LOG" else argument for argument in arguments))
    assert shown.code == 3
    assert says in shown.err
    assert "try:" in shown.err
    assert shown.out == ""


def test_a_missing_log_is_no_traceback(mailwright: Run, tmp_path: Path) -> None:
    shown = mailwright("simulate", tmp_path / "nowhere.ndjson")
    assert shown.code in (1, 3)
    assert "Traceback" not in shown.err


def test_people_stand_by_digest_unless_asked(mailwright: Run, log: Path) -> None:
    hidden = mailwright("simulate", log, "--format", "jsonl").out
    shown = mailwright("simulate", log, "--format", "jsonl", "--show-people").out
    assert "ana@example.org" not in hidden
    assert '"ana"' not in hidden
    assert '"person":"ana"' in shown


def test_a_digest_from_a_report_names_the_person(mailwright: Run, log: Path) -> None:
    from simulator.reports.people import digest_of

    by_digest = mailwright("simulate", log, "--format", "jsonl", "--person", digest_of("ana")[:8])
    by_email = mailwright("simulate", log, "--format", "jsonl", "--person", "ANA@example.org")
    assert by_digest.out == by_email.out
    assert {json.loads(line)["person"] for line in by_digest.out.splitlines()} == {digest_of("ana")}


def test_only_one_campaign_is_reported(mailwright: Run, log: Path) -> None:
    shown = json.loads(mailwright("simulate", log, "--campaign", "photo", "--format", "json").out)
    assert [row["slug"] for row in shown["campaigns"]] == ["photo"]


def test_a_report_from_a_time_on_still_knows_what_was_before(mailwright: Run, log: Path) -> None:
    shown = json.loads(mailwright("simulate", log, "--from", "2026-01-01T14:00:00Z", "--format", "json").out)
    welcome = next(row for row in shown["campaigns"] if row["slug"] == "welcome")
    assert welcome["entered"] == 0
    assert welcome["not_entered"][0]["why"] == "had it before, and it goes out once only"


def test_a_report_goes_to_a_file_and_the_talk_to_stderr(mailwright: Run, log: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    shown = mailwright("simulate", log, "--format", "html", "--out", page)
    assert shown.out == ""
    assert "9 calls" in shown.err
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "Hello Ana" not in text
    assert "iframe" in text


def test_emails_for_the_people_of_the_log_are_shown_when_asked(mailwright: Run, log: Path) -> None:
    assert "Hello Ana" in mailwright("simulate", log, "--format", "html", "--show-people").out


def test_hits_count_the_triggers_alone(mailwright: Run, log: Path) -> None:
    table = mailwright("simulate", log, "--hits")
    counts = json.loads(mailwright("simulate", log, "--hits", "--format", "json").out)
    assert table.code == 0
    assert table.out.splitlines()[-1] == counts["summary"]
    assert counts["hits"]["photo"] == 1
    only = json.loads(mailwright("simulate", log, "--hits", "--format", "json", "--campaign", "photo").out)
    assert only["hits"] == {"photo": 1}
