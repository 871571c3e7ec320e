"""The deliveries of a backtest are those of the replay, whoever tells them and wherever they wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from building import DAY, HOUR, START, call, campaign, data, identify, person, project, segment, track
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.conditions import Not, Performed
from mailwright.definitions.triggers import SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.backtest.deliveries import predicted
from simulator.backtest.records import Record
from simulator.content import compile_content
from simulator.history.calls import Call, CallKind
from simulator.replay import replay
from simulator.trace import Delivery, Entered

BODIES = {"hello": "Hi {{ customer.first_name }}", "later": "{{ event.item | default: 'it' }}"}


def content(limit: MessageLimit | None = None) -> Any:
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
        "returned": campaign("returned", {"email": "hello", "counts_toward_limit": True, "retry_over_limit": True}),
        "quiet": campaign(SegmentTrigger(segment="quiet"), {"email": "hello"}, frequency="rematch"),
    }
    quiet = segment(Not(Performed("bought", within=timedelta(days=7))))
    return project(campaigns, bodies=BODIES, segments={"quiet": quiet}, workspace=Workspace(message_limit=limit))


def traced(what: Any, calls: list[Call], until: int | None = None) -> list[tuple[Any, ...]]:
    """The deliveries of the trace, with the lines of their journeys, in the records' order."""
    entries = replay(what, None, calls, until=until, render="outcome").entries
    lines = {(one.campaign, one.person, one.journey): one.line for one in entries if isinstance(one, Entered)}
    return sorted(
        (one.person, one.campaign, one.step, one.at, one.channel, one.status, one.failure or one.reason,
         lines[one.campaign, one.person, one.journey])
        for one in entries
        if isinstance(one, Delivery)
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Call]:
    found = []
    for line in range(1, draw(st.integers(1, 25)) + 1):
        who, at = draw(st.sampled_from("abc")), START + draw(st.integers(0, 20)) * 12 * HOUR
        if draw(st.booleans()):
            one = identify(
                who,
                at,
                email=f"{who}@example.org",
                **draw(st.sampled_from([{}, {"first_name": "Ana"}, {"plan": "pro"}])),
            )
        else:
            one = track(
                draw(st.sampled_from(["bought", "returned", "looked"])),
                who,
                at,
                data={"item": draw(st.sampled_from(["book", "cup"]))},
            )
        one.line = line
        found.append(one)
    return found


@given(logs(), st.sampled_from([None, MessageLimit(count=1, seconds=DAY, retry_seconds=DAY)]))
def test_records_are_the_deliveries_of_the_trace(calls, limit):
    what = content(limit)
    found = [tuple(one)[:8] for one in predicted(compile_content(what), calls, held=3)]
    assert found == traced(what, calls)


def test_the_clock_stops_where_it_is_told():
    what, calls = (
        content(),
        [identify("a", email="a@example.org", first_name="A"), track("bought", "a", data={"item": "pen"})],
    )
    calls.append(track("bought", "a", START + 9 * DAY, data={"item": "pen"}))
    found = [one.at for one in predicted(compile_content(what), calls, until=START + HOUR) if one.campaign == "bought"]
    assert found == [START]


def test_a_message_that_waits_for_the_limit_keeps_its_call_after_its_journey():
    limit = MessageLimit(count=1, seconds=DAY, retry_seconds=3 * DAY)
    calls = [
        identify("a", email="a@example.org", first_name="A"),
        track("returned", "a"),
        track("returned", "a", START + 60),
    ]
    for line, one in enumerate(calls, 1):
        one.line = line
    found = [
        (one.status, one.event_line)
        for one in predicted(compile_content(content(limit)), calls)
        if one.campaign == "returned"
    ]
    assert found == [("sent", 2), ("attempted", 3), ("sent", 3)]


def test_a_merged_journey_keeps_its_call():
    calls = [identify("a", email="a@example.org", first_name="A"), track("bought", "a", data={"item": "pen"})]
    calls += [identify("b", START + 60), call(CallKind.MERGE, "b", START + 120, other="a")]
    for line, one in enumerate(calls, 1):
        one.line = line
    found = [
        (one.person, one.step, one.event_line)
        for one in predicted(compile_content(content()), calls)
        if one.campaign == "bought"
    ]
    assert ("b", "later-6", 2) in found


def hello(body: str, name: str, **settings: Any) -> list[Record]:
    what = project(campaign(), bodies={"hello": body}, workspace=Workspace(**settings))
    render = "all" if name == "all" else "outcome"
    calls = [identify("a", email="a@example.org", first_name="Ana"), track(who="a")]
    return list(predicted(compile_content(what), calls, render=render))


@pytest.mark.parametrize(
    ("one", "other", "render", "same"),
    [
        pytest.param("Hi", "Hi", "outcome", True, id="the same source"),
        pytest.param("Hi", "Hello", "outcome", False, id="another source"),
        pytest.param(
            "Hi {{ customer.first_name }}", "Hi {{ 'Ana' }}", "outcome", False, id="another source, the same text"
        ),
        pytest.param("Hi {{ customer.first_name }}", "Hi {{ 'Ana' }}", "all", True, id="the same text"),
        pytest.param("Hi {{ customer.first_name }}", "Hi Ben", "all", False, id="another text"),
    ],
)
def test_a_version_is_the_source_or_the_text_that_a_person_gets(one, other, render, same):
    (before,), (after,) = hello(one, render), hello(other, render)
    assert (before.version == after.version) is same
    assert before.version != ""


def test_a_value_of_the_workspace_is_part_of_what_reads_it():
    bodies = ("{{ mailwright.base_url }}", "Hi")
    versions = [[hello(body, "outcome", vars={"base_url": url})[0].version for url in ("a", "b")] for body in bodies]
    assert versions[0][0] != versions[0][1]
    assert versions[1][0] == versions[1][1]
