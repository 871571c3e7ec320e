"""A replay is a function of its calls: the same bytes each time, together or split by person; counts as in the trace."""

from __future__ import annotations

import copy

import pytest
from building import (
    DAY,
    HOUR,
    START,
    call,
    campaign,
    data,
    entered,
    identify,
    of_kind,
    person,
    project,
    run,
    segment,
    track,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.campaign import Goal
from mailwright.definitions.conditions import Happens, InSegment, Not, Performed
from mailwright.definitions.triggers import NewsletterTrigger, PersonTrigger, SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from mailwright.diagnostics import ConfigurationError
from simulator.content import compile_content
from simulator.history.calls import Call, CallKind
from simulator.messages import Unrendered
from simulator.replay import LOOK_AHEAD, joined, replay
from simulator.splitting import split_calls
from simulator.summary import Summary, summary_of
from simulator.tallying import Tally
from simulator.trace import Delivery, Entered, entries_as_lines, entry_from_line

UNTIL = START + 40 * DAY
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# --- campaigns and calls of any kind --------------------------------------------------------------------------------------

EVENTS = st.sampled_from(["go", "visit", "bought", "Go"])
PEOPLE = st.sampled_from(["p", "q", "r"])
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["free", "pro", 1, True, None]),
        "email": st.sampled_from(["a@example.org", "b@example.org", ""]),
        "unsubscribed": st.booleans(),
        "other": st.integers(0, 2),
        "due": st.integers(START, START + 5 * DAY),
    },
)
DATA = st.fixed_dictionaries({}, optional={"kind": st.sampled_from(["x", "y", None]), "n": st.integers(0, 3)})
ASKED = st.sampled_from([person("plan", "pro"), Not(person("plan", "free")), person("plan", True), person("other", 1)])
STEPS = st.recursive(
    st.sampled_from(
        [
            {"email": "a"}, {"email": "b", "sending": "draft"}, {"sms": "s"}, {"wait": "1h"}, {"wait": "2d"}, {"push": "n"},
            {"window": {"from": "09:00", "to": "17:00"}}, {"exit": True}, {"set": {"person": {"plan": "pro"}}},
            {"segment": {"add": "s"}}, {"create_event": {"name": "visit"}},
            {"wait_until": {"any": Happens("bought"), "at_most": "1d"}},
            {"cohorts": [{"share": 50, "then": [{"email": "c"}]}, {"share": 50}]},
        ]
    ),
    lambda inner: st.builds(
        lambda asked, then, other: {"branch": {"if": asked, "then": then, "else": other}},
        ASKED, st.lists(inner, max_size=2), st.lists(inner, max_size=2),
    ),
    max_leaves=4,
)  # fmt: skip
TRIGGERS = st.sampled_from(["go", "visit", "go", SegmentTrigger(segment="s"), SegmentTrigger(segment="often"),
                            PersonTrigger(person=person("plan", "pro"))])  # fmt: skip
GOALS = st.sampled_from([None, None, Goal(event="bought"), Goal(filter=person("plan", "pro")),
                         Goal(event="bought", within="2h")])  # fmt: skip


@st.composite
def campaigns(draw):
    trigger = draw(TRIGGERS)
    where = draw(st.sampled_from([None, data("kind", "x"), Not(data("kind", "x"))]))
    rest = {"where": where} if isinstance(trigger, str) and where is not None else {}
    if draw(st.booleans()):
        rest["filter"] = draw(ASKED)
    goal = draw(GOALS)
    when = draw(st.sampled_from(["never", "stops_matching", *(["goal", "goal_or_stops_matching"] if goal else [])]))
    return campaign(
        trigger, *draw(st.lists(STEPS, min_size=1, max_size=4)), goal=goal, exit={"when": when},
        frequency=draw(st.sampled_from([None, None, "once", {"once_per": "1d"}])), **rest,
    )  # fmt: skip


@st.composite
def projects(draw):
    found = draw(st.lists(campaigns(), min_size=1, max_size=3))
    limit = draw(st.sampled_from([None, MessageLimit(count=1, seconds=DAY)]))
    return project(
        {f"c{number}": one for number, one in enumerate(found)},
        segments={"s": segment(), "often": segment(Performed("visit", 2))},
        workspace=Workspace(message_limit=limit),
        identifier="id",
    )


@st.composite
def logs(draw):
    calls, at = [], START
    for _ in range(draw(st.integers(1, 14))):
        at += draw(st.sampled_from([0, 1, 60, 1800, HOUR, DAY]))
        who = draw(PEOPLE)
        match draw(st.sampled_from("iieeeejlmdu")):
            case "i":
                calls.append(Call(0, CallKind.IDENTIFY, who, data=draw(ATTRIBUTES), at=at))
            case "e":
                identity = draw(st.sampled_from([None, None, None, "id1", "id2"]))
                calls.append(track(draw(EVENTS), who, at, data=draw(DATA), event_id=identity))
            case "j":
                calls.append(call(CallKind.JOIN_SEGMENT, who, at, other="s"))
            case "l":
                calls.append(call(CallKind.LEAVE_SEGMENT, who, at, other="s"))
            case "m":
                calls.append(call(CallKind.MERGE, who, at, other=draw(PEOPLE)))
            case "d":
                calls.append(call(CallKind.DELETE, who, at))
            case _:
                calls.append(track("go", None, at, anonymous_id=draw(st.sampled_from(["a1", "a2"]))))
    for line, one in enumerate(calls, start=1):
        one.line = line
    return calls


@MANY
@given(projects(), logs())
def test_the_same_calls_give_the_same_bytes(what, calls):
    first = replay(what, None, copy.deepcopy(calls), until=UNTIL, render="none")
    second = replay(what, None, calls, until=UNTIL, render="none")
    assert entries_as_lines(first.entries) == entries_as_lines(second.entries)
    assert first.profiles == second.profiles


@MANY
@given(projects(), logs(), st.integers(2, 4))
def test_people_replayed_apart_give_the_same_bytes_as_together(what, calls, pieces):
    together = replay(what, None, calls, until=UNTIL, render="none")
    parts, _ = split_calls(calls, pieces)
    apart = [replay(what, None, part, until=UNTIL, render="none") for part in parts]
    assert entries_as_lines(joined(one.entries for one in apart)) == entries_as_lines(together.entries)


@settings(MANY, max_examples=120)
@given(projects(), logs())
def test_counting_gives_what_the_whole_trace_adds_up_to(what, calls):
    whole = replay(what, None, calls, until=UNTIL, render="none")
    expected = summary_of(whole.entries)
    found = Summary()
    tally = Tally(compile_content(what), Unrendered(), found)
    for one in calls:
        tally.take(one)
    counted = tally.finish(UNTIL)
    assert found.campaigns == expected.campaigns
    assert found.per_day == expected.per_day
    assert found.doubles.campaigns == expected.doubles.campaigns
    assert found.doubles.people == expected.doubles.people
    assert found.warnings == expected.warnings
    assert counted.profiles == whole.profiles


@MANY
@given(projects(), logs())
def test_every_entry_comes_back_from_its_line_as_it_was(what, calls):
    entries = replay(what, None, calls, until=UNTIL, render="none").entries
    lines = entries_as_lines(entries).splitlines()
    assert [entry_from_line(line) for line in lines] == entries


@MANY
@given(projects(), logs())
def test_a_trace_stands_in_the_order_of_time_and_no_journey_acts_after_its_end(what, calls):
    run_of = replay(what, None, calls, until=UNTIL, render="none")
    places = [(entry.at, entry.person) for entry in run_of.entries]
    assert places == sorted(places)
    over = set()
    for entry in run_of.entries:
        journey = (entry.campaign, entry.person, getattr(entry, "journey", None))
        if type(entry).__name__ in ("Entered", "Waiting", "Woke", "Branched", "Acted"):
            assert journey not in over
        if type(entry).__name__ == "Ended":
            assert journey not in over
            over.add(journey)


# --- journeys that are counted by recordings --------------------------------------------------------------------------------


def counts(what, *calls):
    for line, one in enumerate(calls, start=1):
        one.line = line
    expected = summary_of(replay(what, None, calls, until=UNTIL, render="none").entries)
    found = Summary()
    tally = Tally(compile_content(what), Unrendered(), found)
    for one in calls:
        tally.take(one)
    tally.finish(UNTIL)
    return (found.campaigns, found.per_day), (expected.campaigns, expected.per_day)


@pytest.mark.parametrize(
    "disturbance",
    [
        pytest.param([], id="nothing"),
        pytest.param([identify(at=START + HOUR, plan="pro")], id="an attribute the branch asks"),
        pytest.param([identify(at=START + HOUR, plan=True)], id="one of another type that looks alike"),
        pytest.param([identify(at=START + HOUR, unsubscribed=True)], id="an unsubscribe"),
        pytest.param([identify(at=START + HOUR, email="")], id="no address any more"),
        pytest.param([track("won", at=START + HOUR)], id="the goal"),
        pytest.param([track("quit", at=START + 9 * DAY)], id="an exit after the end"),
        pytest.param([call(CallKind.DELETE, at=START + HOUR)], id="a deletion"),
        pytest.param([call(CallKind.MERGE, "q", at=START + HOUR, other="p")], id="a merge"),
        pytest.param([identify(at=START + HOUR, colour="red")], id="something nobody asks"),
    ],
)
def test_a_journey_that_is_disturbed_is_counted_as_the_engine_runs_it(disturbance):
    one = campaign(
        "go", {"email": "a"}, {"wait": "2h"},
        {"branch": {"if": person("plan", "pro", "true"), "then": [{"email": "b"}], "else": [{"sms": "s"}]}},
        goal=Goal(event="won"), exit={"when": "goal", "on": Happens("quit")},
    )  # fmt: skip
    calls = [identify("q"), identify(email="a@example.org", plan=1), track("go"), track("go", "q", START + 5)]
    found, expected = counts(project(one), *calls, *disturbance)
    assert found == expected


def test_a_goal_that_held_at_entry_is_reached_with_the_next_change_of_any_kind():
    one = campaign("go", {"email": "a"}, {"wait": "2h"}, {"email": "b"}, goal=Goal(filter=person("plan", "pro")))
    found, expected = counts(project(one), identify(email="a@example.org", plan="pro"), track("go"), identify(x=1))
    assert found == expected
    assert expected[0]["c"].goals == 1


def test_somebody_with_many_journeys_at_once_is_counted_right():
    one = campaign("go", {"email": "a"}, {"wait": "2h"}, {"email": "b"})
    calls = [identify(email="a@example.org"), *(track("go", at=START + n * HOUR) for n in range(40))]
    found, expected = counts(project(one), *calls, identify(at=START + 39 * HOUR + 60, email=""))
    assert found == expected


# --- what a run says ----------------------------------------------------------------------------------------------------------


def test_a_run_says_how_many_calls_of_what_it_took():
    calls = [identify(), track(" signed_up"), track("signed_up"), track("unused", at=START + 5)]
    found = run(campaign(), *calls)
    assert (found.calls, found.people, found.first_at, found.last_at) == (4, 1, START, START + 5)
    assert found.calls_by_name == {"signed_up": 2, "unused": 1}
    assert found.unused_events == {"unused": 1}
    assert found.until == START + 5 + LOOK_AHEAD
    assert found.workspace == "here"


def test_calls_after_the_clock_stops_are_left_out_and_what_is_due_then_still_comes():
    one = campaign("signed_up", {"wait": "1h"}, {"email": "a"})
    calls = [identify(email="a@example.org"), track(), track(at=START + HOUR + 1)]
    found = run(one, *calls, until=START + HOUR)
    assert found.calls == 2
    assert [entry.at for entry in of_kind(found, Delivery)] == [START + HOUR]


def test_one_person_s_calls_may_be_replayed_alone():
    calls = [identify("p"), identify("q"), track(who="q"), call(CallKind.MERGE, "p", START + 1, other="q")]
    found = run(campaign(), *calls, only_person="q")
    assert found.calls == 3
    assert {entry.person for entry in of_kind(found, Entered)} == {"q"}


def test_entries_may_go_to_a_sink_as_they_are_made():
    taken = []
    found = run(campaign(), identify(), track(), sink=taken.append)
    assert len(taken) == 3
    assert found.entries == []


def test_a_workspace_nobody_defined_is_an_error_with_a_hint():
    with pytest.raises(ConfigurationError, match="no workspace is called 'prd'"):
        replay(project(campaign()), "prd", [], render="none")


def test_a_way_of_rendering_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no way of rendering"):
        run(campaign(), identify(), render="loud")


def test_a_newsletter_goes_to_its_audience_at_its_time():
    one = campaign(NewsletterTrigger(newsletter="may", at="2025-03-05T10:00:00+00:00", audience=InSegment("s")))
    what = project(one, segments={"s": segment()})
    joins = [call(CallKind.JOIN_SEGMENT, who, START + 1, other="s") for who in "pqr"]
    people = [identify(who, email=f"{who}@example.org") for who in "pqrs"]
    late = [call(CallKind.DELETE, "r", START + 2), identify("z", at=START + 3 * DAY)]
    found = run(what, *people, *joins, *late)
    assert [(entry.person, entry.at - START) for entry in of_kind(found, Entered)] == [("p", 2 * DAY), ("q", 2 * DAY)]


def test_a_newsletter_without_a_time_is_not_sent():
    assert entered(run(campaign(NewsletterTrigger(newsletter="may")), identify())) == []
