"""Scenarios recorded from a log: nothing personal in them, and true when they are played."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mailwright.loading.folder import load_project
from simulator.history.calls import Call, CallKind
from simulator.testing.bench import Bench
from simulator.testing.expectations import differences
from simulator.testing.recording import recorded
from simulator.testing.scenario_files import read_scenarios
from simulator.testing.scenario_run import played
from simulator.testing.scenario_writing import scenarios_as_yaml
from simulator.testing.scrubbing import Scrubber

START = 1_767_603_600
DAY = 86400
SECRETS = {
    "email": "maria.huber@private.example.net",
    "name": "Maria Huber",
    "city": "Unterhaching",
    "phone": "+4915112345678",
    "note": "please do not call",
    "plan": "pro",
}


def identify(person: str, at: int, **attributes: Any) -> Call:
    return Call(0, CallKind.IDENTIFY, person, data=attributes, at=at, timestamp=at)


def track(person: str, name: str, at: int, **data: Any) -> Call:
    return Call(0, CallKind.EVENT, person, name=name, data=data, at=at)


LOG = [
    identify("u-771", START, **SECRETS),
    track("u-771", "signed_up", START + 5, ip="192.0.2.7", ref="maria.huber@private.example.net"),
    track("u-771", "looked_around", START + 10),
    identify("u-772", START, email="ben@private.example.net", plan="staff"),
    track("u-772", "signed_up", START + 60),
    track("u-773", "posted", START + 60, type="photo", source="sms"),
    track("u-774", "posted", START + 60, type="photo", source="web", caption="my house in Lindenstrasse 4"),
    track("u-775", "posted", START + 90, type="photo", source="web"),
    track("u-771", "signed_up", START + 5 * DAY),
    Call(0, CallKind.MERGE, "u-776", other="u-775", at=START + 100),
]


def test_a_recorded_story_is_true_when_it_is_played(bench: Bench, shop: Path) -> None:
    found = recorded(bench, LOG, most=10)
    path = shop / "recorded.scenario.yaml"
    path.write_text(scenarios_as_yaml(found.scenarios, "a head"), "utf-8")
    placed = read_scenarios(path, load_project(shop))
    assert len(placed) == 2
    for one in placed:
        assert differences(one, played(bench, one)) == []
        assert one.scenario.then.campaigns


def test_nothing_personal_is_in_it(bench: Bench) -> None:
    text = scenarios_as_yaml(recorded(bench, LOG, most=10).scenarios, "a head")
    for secret in ("maria", "huber", "private", "unterhaching", "491511", "do not call", "192.0.2", "u-77", "linden"):
        assert secret not in text.lower()
    assert "plan: pro" in text, "what a condition names is the content's own word"


def test_stories_alike_are_told_once_and_what_cannot_be_told_is_counted(bench: Bench) -> None:
    found = recorded(bench, LOG, most=10)
    assert (found.people, found.alike) == (6, 1)
    assert found.left_out == {"nothing came of it": 2, "merge": 1}


def test_at_most_so_many_are_told(bench: Bench) -> None:
    assert len(recorded(bench, LOG, most=1).scenarios) == 1


TEXT = st.text(st.characters(categories=["L", "Nd", "P", "Zs"]), max_size=30)


@given(values=st.dictionaries(st.sampled_from(["email", "name", "city", "plan", "phone"]), TEXT))
def test_a_text_that_no_condition_names_never_stays(values: dict[str, str]) -> None:
    kept = _SCRUBBER.attributes(values, "person-1")
    for name, value in kept.items():
        is_short_number = re.fullmatch(r"-?\d{1,6}(\.\d+)?", value)
        assert value != values[name] or value.lower() in ("pro", "", "sam", "text") or is_short_number


def test_the_command_writes_a_file_with_what_an_editor_needs(
    mailwright: Callable[..., Any], shop: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.ndjson"
    calls = [
        {"type": "identify", "person": "1", "timestamp": START, "attributes": SECRETS},
        {"type": "track", "person": "1", "name": "signed_up", "timestamp": START + 1, "data": {}},
    ]
    log.write_text("".join(json.dumps(call) + "\n" for call in calls))
    done = mailwright("test", "record", log, "--out", "recorded.scenario.yaml")
    assert done.code == 0 and "1 scenarios in recorded.scenario.yaml" in done.err
    text = (shop / "recorded.scenario.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=.mailwright/schemas/scenario.json\n# Recorded from")
    assert yaml.safe_load(text)["scenarios"][0]["name"] == "person-1: welcome"
    assert mailwright("test").out == "1 test: 1 passed\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["record"], 3),
        (["record", "LOG", "--most", "0"], 3),
        (["record", "LOG", "--person", "zoe"], 3),
        (["record", "gone"], 1),
    ],
)
def test_what_cannot_be_recorded_is_said(
    mailwright: Callable[..., Any], tmp_path: Path, arguments: list[str], code: int
) -> None:
    log = tmp_path / "log.ndjson"
    log.write_text(json.dumps({"type": "track", "person": "1", "name": "signed_up", "timestamp": START}) + "\n")
    done = mailwright("test", *[str(log) if one == "LOG" else one for one in arguments])
    assert done.code == code
    assert done.err.startswith("mailwright:") and "Traceback" not in done.err


def _scrubber() -> Scrubber:
    from building import campaign, project

    from mailwright.definitions.conditions import Compare, Operator, Subject
    from simulator.content import compile_content

    asked = Compare(Subject.PERSON, "plan", Operator.EQUALS, ("pro",))
    return Scrubber(compile_content(project(campaign("signed_up", filter=asked))))


_SCRUBBER = _scrubber()
