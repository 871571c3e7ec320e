"""`mailwright explain` on a small project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_each_clause_is_told_with_its_value_place_and_rule(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "ben", "--campaign", "photo", log)
    assert shown.code == 0
    assert "no journey: the trigger does not match" in shown.out
    assert 'type is photo; saw "text"  campaigns/photo/campaign.yaml:5:5 (R8)' in shown.out
    assert "any of:" in shown.out
    assert 'first to change: type is photo would have to hold; it saw "text"' in shown.out


def test_a_filter_that_never_held_is_told_clause_by_clause(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "ben@example.org", "--campaign", "welcome", log)
    assert "the filter did not hold within 30 minutes" in shown.out
    assert 'saw "staff"' in shown.out
    assert "campaigns/welcome/campaign.yaml:4:" in shown.out


def test_a_refusal_names_what_refused(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "ana", "--campaign", "welcome", "--event", "8", log)
    assert "had it before, and it goes out once only" in shown.out
    assert "campaigns/welcome/campaign.yaml:5:" in shown.out
    assert "line 2:" not in shown.out


def test_a_journey_is_told_step_by_step(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "ana", "--campaign", "welcome", log)
    for part in (
        "hello: email sent",
        "wait-2: waits until 2026-01-03 12:00",
        "takes the way “then”",
        "tips: email failed",
    ):
        assert part in shown.out


def test_a_person_without_the_event_is_told_so(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "cai", "--campaign", "photo", log)
    assert "the log has no event 'posted' of this person; it has signed_up 1" in shown.out


def test_a_sample_needs_no_log(mailwright: Run) -> None:
    shown = mailwright("explain", "--sample", "ana", "--campaign", "photo")
    assert shown.code == 0
    assert 'first to change: type is photo would have to hold; it saw "text"' in shown.out


def test_json_carries_its_version(mailwright: Run, log: Path) -> None:
    values = json.loads(mailwright("explain", "--person", "ben", "--campaign", "photo", "--format", "json", log).out)
    assert values["schema_version"] == 1
    attempt = values["campaigns"][0]["attempts"][0]
    assert attempt["verdict"] == "not_matched"
    assert attempt["change"]["place"] == "campaigns/photo/campaign.yaml:5:5"
    assert [line["held"] for line in attempt["trigger"]] == [False, True, True, True]


def test_markdown_is_one_list_a_call(mailwright: Run, log: Path) -> None:
    shown = mailwright("explain", "--person", "ben", "--campaign", "photo", "--format", "md", log).out
    assert shown.startswith("### Photo (photo)")
    assert "- no type is photo" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("LOG",), "explain needs --person"),
        (("--person", "ana"), "explain needs an event log"),
        (("--person", "zed", "LOG"), "nobody in the log is 'zed'"),
        (("--person", "ana", "--campaign", "foto", "LOG"), "no campaign is called 'foto'"),
        (("--sample", "anna"), "no sample is called 'anna'"),
    ],
)
def test_wrong_arguments_end_in_3_with_a_hint(
    mailwright: Run, log: Path, arguments: tuple[str, ...], says: str
) -> None:
    shown = mailwright("explain", *(str(log) if argument == "LOG" else argument for argument in arguments))
    assert shown.code == 3
    assert says in shown.err
    assert "try:" in shown.err
