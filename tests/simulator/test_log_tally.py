"""The counts of a log are those of its whole trace, whoever reads it and however many do."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, person, project, segment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.conditions import Not, Performed
from mailwright.definitions.triggers import SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.content import compile_content
from simulator.history.readers import read_calls
from simulator.log_tally import tally_log
from simulator.replay import replay
from simulator.summary import Summary, summary_of
from simulator.wanting import wanted_by

BODIES = {"hello": "Hi {{ customer.first_name }}", "later": "{{ event.item | default: 'it' }} {{ customer.plan }}"}


def content() -> Any:
    """Campaigns of every sort that a log can start."""
    campaigns = {
        "bought": campaign(
            "bought",
            {"email": "hello"},
            {"wait": "1d"},
            {
                "branch": {
                    "if": person("plan", "pro"),
                    "then": [{"email": "later"}],
                    "else": [{"wait": "2d"}, {"email": "later"}],
                }
            },
            where=data("item", "book", "pen"),
            goal={"event": "returned"},
            exit={"when": "goal"},
        ),
        "returned": campaign("returned", {"email": "hello", "counts_toward_limit": True}, filter=person("plan", "pro")),
        "quiet-week": campaign(SegmentTrigger(segment="quiet"), {"email": "hello"}, frequency="rematch"),
        "marked": campaign("opened", {"set": {"person": {"plan": "{{ event.plan }}"}}}, {"email": "hello"}),
    }
    quiet = segment(Not(Performed("bought", within=timedelta(days=7))))
    limited = Workspace(message_limit=MessageLimit(count=1, seconds=DAY))
    return project(campaigns, bodies=BODIES, segments={"quiet": quiet}, workspace=limited)


def _record(draw: st.DrawFn) -> dict[str, Any]:
    who = draw(st.sampled_from(["a", "b", "c", "d"]))
    at = START + draw(st.integers(min_value=0, max_value=20)) * 12 * HOUR
    if draw(st.booleans()):
        attributes: dict[str, Any] = {"email": f"{who}@example.org"}
        if draw(st.booleans()):
            attributes["first_name"] = "Ana"
        if draw(st.booleans()):
            attributes["plan"] = draw(st.sampled_from(["pro", "free", "PRO"]))
        return {"type": "identify", "person": who, "timestamp": at, "attributes": attributes}
    name = draw(st.sampled_from(["bought", "Bought", "returned", "opened", "looked", "x" * 101]))
    values = {"item": draw(st.sampled_from(["book", "BOOK", "cup", None])), "plan": "pro"}
    record = {"type": "track", "person": who, "name": name, "timestamp": at, "data": values}
    if draw(st.booleans()):
        record["id"] = f"e{draw(st.integers(min_value=0, max_value=6))}"
    return record


records = st.lists(st.composite(_record)(), max_size=30)


def _counts(summary: Summary) -> dict[str, Any]:
    """All that a summary counts, without what is empty."""
    tallies = {
        slug: {name: value for name in type(tally).__slots__ if (value := getattr(tally, name))}
        for slug, tally in summary.campaigns.items()
    }
    return {
        "campaigns": {slug: tally for slug, tally in tallies.items() if tally},
        "per_day": dict(summary.per_day),
        "warnings": dict(summary.warnings),
        "doubles": (summary.doubles.calls, summary.doubles.people, summary.doubles.campaigns),
    }


@pytest.mark.parametrize("render", ["none", "outcome"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=records)
def test_the_counts_are_those_of_the_whole_trace(tmp_path: Path, render: str, lines: list[dict[str, Any]]):
    log = tmp_path / "log.ndjson"
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    whole = replay(content(), None, read_calls([log], on_bad=pytest.fail), render=render)
    counts = tally_log(content(), None, [log], render=render, on_bad=pytest.fail)
    assert _counts(counts.summary) == _counts(summary_of(whole.entries))
    run = counts.run
    assert (run.calls, run.people, run.calls_by_name) == (whole.calls, whole.people, whole.calls_by_name)
    assert (run.first_at, run.last_at, run.until) == (whole.first_at, whole.last_at, whole.until)
    assert run.unused_events == whole.unused_events
    assert _some(run.assumptions) == _some(whole.assumptions)


def _some(counts: Counter[str]) -> set[str]:
    """Which settings decided something; recordings ask once for many."""
    return {name for name, count in counts.items() if count}


def _write(path: Path, people: int = 40, extra: str = "") -> Path:
    lines = []
    for number in range(people):
        who, at = f"p{number}", START + number * HOUR
        lines.append(
            {"type": "identify", "person": who, "timestamp": at, "attributes": {"email": f"{who}@example.org"}}
        )
        lines.append({"type": "track", "person": who, "name": "bought", "timestamp": at, "data": {"item": "pen"}})
        lines.append({"type": "track", "person": who, "name": "looked", "timestamp": at + DAY, "data": {}})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + extra)
    return path


def test_two_processes_count_what_one_does(tmp_path):
    log = _write(tmp_path / "log.ndjson", extra="not json\n")
    bad_of_one: list[Any] = []
    bad_of_two: list[Any] = []
    one = tally_log(content(), None, [log], on_bad=bad_of_one.append)
    two = tally_log(content(), None, [log], processes=2, on_bad=bad_of_two.append)
    assert _counts(two.summary) == _counts(one.summary)
    assert two.summary.campaigns["bought"].entered == 40
    assert two.run.assumptions == one.run.assumptions
    assert (two.run.people, two.run.calls, two.run.until) == (one.run.people, one.run.calls, one.run.until)
    assert [bad.line for bad in bad_of_two] == [bad.line for bad in bad_of_one] == [121]


def test_people_who_meet_are_replayed_by_one_process(tmp_path):
    tied = '{"type": "merge", "person": "p1", "other": "p2", "timestamp": 1740996000}\n'
    log = _write(tmp_path / "log.ndjson", extra=tied)
    one = tally_log(content(), None, [log], on_bad=pytest.fail)
    two = tally_log(content(), None, [log], processes=2, on_bad=pytest.fail)
    assert two.run.people == one.run.people == 39
    assert _counts(two.summary) == _counts(one.summary)


def test_the_log_is_read_for_what_the_content_asks_and_its_liquid_reads():
    wanted = wanted_by(compile_content(content()))
    assert wanted.events == {
        "bought": frozenset({"item"}),
        "returned": frozenset(),
        "opened": frozenset({"plan"}),
    }
    assert wanted.attributes is not None
    assert {"plan", "first_name", "email", "unsubscribed", "timezone"} <= wanted.attributes
    assert "shoe_size" not in wanted.attributes
    assert wanted.is_event("looked")
    assert wanted.of_event("looked") is not None
