"""Which journeys may be told from a recording, and when one is handed to the engine."""

from __future__ import annotations

import pytest
from building import DAY, HOUR, START, call, campaign, data, identify, person, project, segment, track

from mailwright.definitions.campaign import Goal
from mailwright.definitions.conditions import Changed, InSegment, MessageIs, MessageState, Performed
from mailwright.definitions.triggers import SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.content import compile_content
from simulator.history.calls import CallKind
from simulator.messages import Unrendered
from simulator.recordings import recordables_in
from simulator.replay import replay
from simulator.summary import Summary, summary_of
from simulator.tallying import Tally

LIMIT = Workspace(message_limit=MessageLimit(count=1, seconds=DAY))


@pytest.mark.parametrize(
    ("one", "more", "expected"),
    [
        pytest.param(campaign("go", {"email": "a"}, {"wait": "1d"}, "exit"), {}, True, id="emails and delays"),
        pytest.param(campaign("go", {"branch": {"if": person("a", 1)}}), {}, True, id="a branch on attributes"),
        pytest.param(campaign("go", goal=Goal(event="won")), {}, True, id="an event as goal"),
        pytest.param(campaign(SegmentTrigger(segment="s")), {}, False, id="a segment campaign"),
        pytest.param(campaign("go", {"wait": {"between": ["1h", "2h"]}}), {}, False, id="chance"),
        pytest.param(campaign("go", {"set": {"person": {"a": 1}}}), {}, False, id="a step that changes data"),
        pytest.param(campaign("go", {"set": {"person": {"a": 1}, "of": "q"}}), {}, False, id="other people"),
        pytest.param(campaign("go", filter=InSegment("s")), {}, False, id="a filter on a segment"),
        pytest.param(campaign("go", goal=Goal(filter=Changed("plan"))), {}, False, id="a goal that is a change"),
        pytest.param(
            campaign("go", filter=MessageIs("hello", MessageState.SENT)), {}, False, id="what became of messages"
        ),
        pytest.param(campaign("go", {"branch": {"if": Performed("x")}}), {}, False, id="what happened before"),
        pytest.param(campaign("go", counts_toward_limit=True), {"workspace": LIMIT}, False, id="the limit"),
        pytest.param(campaign("go"), {"workspace": LIMIT}, True, id="a limit that does not count it"),
        pytest.param(campaign("go"), {"assumptions": {"parallel_event_journeys": False}}, False, id="one at a time"),
        pytest.param(campaign("go"), {"assumptions": {"frequency_counts_from": "end"}}, False, id="ends that count"),
    ],
)
def test_only_what_is_alike_for_alike_people_is_recorded(one, more, expected):
    content = compile_content(project(one, segments={"s": segment()}, **more))
    assert bool(recordables_in(content, frozenset())) is expected


def tally_of(what, *calls):
    for line, one in enumerate(calls, start=1):
        one.line = line
    summary = Summary()
    tally = Tally(compile_content(what), Unrendered(), summary)
    for one in calls:
        tally.take(one)
    tally.finish(START + 30 * DAY)
    kept = [len(one.kept) for one in tally.recorder.recordables.values()]
    told = sum(recording.journeys for one in tally.recorder.recordables.values() for recording in one.kept.values())
    expected = summary_of(replay(what, None, calls, until=START + 30 * DAY, render="none").entries)
    assert summary.campaigns == expected.campaigns
    assert summary.doubles == expected.doubles
    return kept, told


STEPS = {"email": "a"}, {"wait": "1d"}, {"branch": {"if": person("plan", "pro"), "then": [{"email": "b"}]}}


def crowd(number, name="p", **attributes):
    people = [identify(f"{name}{n}", email=f"{name}{n}@example.org", **attributes) for n in range(number)]
    return [*people, *(track("go", f"{name}{n}", START + n) for n in range(number))]


def test_people_alike_are_told_from_one_recording():
    assert tally_of(project(campaign("go", *STEPS)), *crowd(50)) == ([1], 50)


def test_people_who_differ_in_what_is_asked_have_their_own():
    calls = [*crowd(5), *crowd(5, "q", plan="pro"), identify("x"), track("go", "x")]
    assert tally_of(project(campaign("go", *STEPS)), *calls) == ([3], 11)


@pytest.mark.parametrize(
    "attributes",
    [{"unsubscribed": True}, {"unsubscribed": "false"}, {"cio_subscription_preferences": {}}],
    ids=["unsubscribed", "a text about it", "preferences"],
)
def test_people_who_said_what_they_want_are_run_one_by_one(attributes):
    assert tally_of(project(campaign("go", *STEPS)), *crowd(3, **attributes)) == ([0], 0)


def test_an_event_with_a_recipient_of_its_own_is_run_alone():
    calls = [identify(email="p@example.org"), track("go", data={"recipient": "x@example.org"})]
    assert tally_of(project(campaign("go", *STEPS)), *calls) == ([0], 0)


def test_a_disturbed_journey_is_the_engine_s_and_the_others_stay():
    calls = [*crowd(4), identify("p1", START + HOUR, plan="pro"), identify("p2", START + HOUR, colour="red")]
    assert tally_of(project(campaign("go", *STEPS)), *calls) == ([1], 3)


def test_a_journey_that_was_over_before_is_told_as_it_went():
    calls = [*crowd(1), identify("p0", START + 2 * DAY, plan="pro"), call(CallKind.DELETE, "p0", START + 3 * DAY)]
    assert tally_of(project(campaign("go", *STEPS)), *calls) == ([1], 1)


def test_two_emails_of_one_call_are_a_double_in_both_ways_of_counting():
    campaigns = {
        "general": campaign("go", {"email": "a"}),
        "custom": campaign("go", {"email": "b"}, where=data("id", 8)),
    }
    calls = [identify(email="p@example.org"), track("go", data={"id": 8}), track("go", at=START + 5, data={"id": 9})]
    assert tally_of(project(campaigns), *calls) == ([1, 1], 3)
