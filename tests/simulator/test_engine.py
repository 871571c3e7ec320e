"""Who enters, who is kept waiting at the door, who leaves and why."""

from __future__ import annotations

from datetime import timedelta

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
    outcomes,
    person,
    project,
    refusals,
    run,
    segment,
    sent,
    track,
)

from mailwright.definitions.campaign import Exit, Goal
from mailwright.definitions.conditions import (
    All,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.triggers import PersonTrigger, SegmentTrigger
from simulator.engine import Detail
from simulator.history.calls import CallKind
from simulator.trace import Considered, Ended, GoalReached, Held, Lapsed

ME = identify(email="p@example.org")


def me(at=START, **attributes):
    return identify(at=at, email="p@example.org", **attributes)


def join(at, slug="s", who="p"):
    return call(CallKind.JOIN_SEGMENT, who, at, other=slug)


def leave(at, slug="s", who="p"):
    return call(CallKind.LEAVE_SEGMENT, who, at, other=slug)


MANUAL = {"s": segment()}


# --- the filter and its thirty minutes (R22 to R25) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(1, [1], id="a second later"),
        pytest.param(1800, [1800], id="at exactly thirty minutes"),
        pytest.param(1801, [], id="a second too late"),
    ],
)
def test_a_filter_that_fails_is_tried_for_thirty_minutes(after, expected):
    found = run(campaign(filter=person("plan", "pro")), me(), track(), me(START + after, plan="pro"))
    assert entered(found) == expected
    assert len(of_kind(found, Held)) == 1
    assert [entry.at - START for entry in of_kind(found, Lapsed)] == ([] if expected else [1800])


def test_a_filter_may_come_true_by_time_alone():
    due = START + 600
    found = run(campaign(filter=person("due", 0, operator=Operator.MORE_THAN_AGO)), me(due=due), track())
    assert entered(found) == [600]


def test_a_filter_on_a_segment_may_come_true_by_time_alone():
    segments = {"due": segment(person("due", 0, operator=Operator.MORE_THAN_AGO))}
    what = project(campaign(filter=InSegment("due")), segments=segments)
    assert entered(run(what, me(due=START + 600), track())) == [600]
    assert entered(run(what, me(due=START + 1801), track())) == []


def test_a_filter_that_time_turns_twice_enters_once():
    both = All(
        (
            person("due", 0, operator=Operator.MORE_THAN_AGO),
            person("due", 300, operator=Operator.LESS_THAN_AGO),
        )
    )
    assert entered(run(campaign(filter=both), me(due=START + 60), track())) == [60]


def test_each_waiting_call_enters_for_itself():
    found = run(campaign(filter=person("plan", "pro")), me(), track(), track(at=START + 60), me(START + 90, plan="pro"))
    assert entered(found) == [90, 90]


def test_a_waiting_call_enters_once_although_another_journey_wakes_it_first():
    campaigns = {
        "a": campaign("x", {"segment": {"add": "s"}}, filter=person("go", True)),
        "b": campaign("x", filter=InSegment("s")),
    }
    found = run(project(campaigns, segments=MANUAL), me(), track("x"), me(START + 60, go=True))
    assert sorted((entry.campaign, entry.at - START) for entry in of_kind(found, Ended)) == [("a", 60), ("b", 60)]


def test_a_late_match_of_a_campaign_once_ever_is_refused_when_another_call_was_faster():
    found = run(
        campaign(filter=person("plan", "pro"), frequency="once"),
        me(), track(), track(at=START + 60), me(START + 90, plan="pro"),
    )  # fmt: skip
    assert entered(found) == [90]
    assert refusals(found) == ["once"]


def test_a_filter_may_ask_the_event_that_starts_the_journey():
    same = All((person("plan", "pro"), data("kind", "x")))
    assert entered(run(campaign(filter=same), me(plan="pro"), track(data={"kind": "x"}))) == [0]
    assert entered(run(campaign(filter=same), me(plan="pro"), track(data={"kind": "y"}))) == []


def test_a_filter_about_the_campaign_s_own_message_sees_its_own_campaign():
    not_yet = Not(MessageIs("hello", MessageState.SENT))
    found = run(campaign(filter=not_yet), me(), track(), track(at=START + HOUR))
    assert entered(found) == [0]


# --- how often (R39 to R45) ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "offsets", "expected"),
    [
        pytest.param(None, [0, 1, 1], [0, 1, 1], id="every event, also two in a second"),
        pytest.param("every_time", [0, 60], [0, 60], id="every time"),
        pytest.param("once", [0, 400 * DAY], [0], id="once ever"),
        pytest.param({"once_per": "7d"}, [0, 7 * DAY - 1, 7 * DAY], [0, 7 * DAY], id="the period ends at its second"),
        pytest.param(
            {"once_per": "7d"}, [0, 8 * DAY, 14 * DAY], [0, 8 * DAY], id="the period counts from the last entry"
        ),
        pytest.param("rematch", [0, 60], [0, 60], id="on an event, rematch is every time"),
        pytest.param({"rematch": "1h"}, [0, HOUR - 1, HOUR], [0, HOUR], id="the least time between entries"),
    ],
)
def test_an_event_campaign_starts_as_often_as_it_says(frequency, offsets, expected):
    found = run(campaign(frequency=frequency), me(), *(track(at=START + offset) for offset in offsets))
    assert entered(found) == expected


def test_a_call_that_never_passed_the_filter_uses_up_no_period():
    found = run(
        campaign(filter=person("plan", "pro"), frequency={"once_per": "7d"}),
        me(), track(), me(START + HOUR, plan="pro"), track(at=START + 2 * HOUR),
    )  # fmt: skip
    assert entered(found) == [2 * HOUR]


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        pytest.param(None, [10], id="once is the default"),
        pytest.param("rematch", [10, 30], id="each time it matches again"),
        pytest.param({"rematch": "1m"}, [10], id="not before the least time"),
        pytest.param({"rematch": "20s"}, [10, 30], id="at exactly the least time"),
    ],
)
def test_a_segment_campaign_starts_again_as_it_says(frequency, expected):
    what = project(campaign(SegmentTrigger(segment="s"), frequency=frequency), segments=MANUAL)
    found = run(what, me(), join(START + 10), leave(START + 20), join(START + 30))
    assert entered(found) == expected


def test_intervals_go_on_while_the_person_matches():
    what = project(campaign(SegmentTrigger(segment="s"), frequency={"every": "7d"}), segments=MANUAL)
    found = run(what, me(), join(START), leave(START + 15 * DAY), until=START + 40 * DAY)
    assert entered(found) == [0, 7 * DAY, 14 * DAY]


def test_an_interval_goes_on_from_the_last_entry_after_a_break():
    what = project(campaign(SegmentTrigger(segment="s"), frequency={"every": "7d"}), segments=MANUAL)
    calls = [me(), join(START), leave(START + DAY), join(START + 3 * DAY)]
    found = run(what, *calls, until=START + 15 * DAY)
    assert entered(found) == [0, 7 * DAY, 14 * DAY]
    assert refusals(found) == ["interval"]


def test_an_interval_that_is_long_over_starts_anew_at_the_match():
    what = project(
        campaign(SegmentTrigger(segment="s"), frequency={"every": "7d"}, filter=person("ok", True)), segments=MANUAL
    )
    calls = [me(ok=True), join(START), leave(START + DAY), me(START + 2 * DAY, ok=False), join(START + 20 * DAY)]
    found = run(what, *calls, me(START + 21 * DAY, ok=True), until=START + 30 * DAY)
    assert entered(found) == [0, 27 * DAY]


def test_somebody_in_a_segment_campaign_does_not_start_it_again():
    what = project(campaign(SegmentTrigger(segment="s"), {"wait": "1d"}, frequency="rematch"), segments=MANUAL)
    found = run(what, me(), join(START), leave(START + 1), join(START + 2))
    assert entered(found) == [0]
    assert refusals(found) == ["already_active"]


def test_journeys_of_an_event_campaign_run_beside_each_other():
    found = run(campaign("signed_up", {"wait": "1d"}, {"email": "hello"}), me(), track(), track(at=START + HOUR))
    assert sent(found) == [("hello", DAY), ("hello", DAY + HOUR)]


# --- leaving (R46 to R54) -------------------------------------------------------------------------------------------------

STOPS = {"when": "stops_matching"}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("stops_matching", [("exited_early", "stops_matching")], id="stops matching"),
        pytest.param("goal_or_stops_matching", [("exited_early", "stops_matching")], id="either"),
        pytest.param("goal", [("finished", "end")], id="goal only"),
        pytest.param("never", [("finished", "end")], id="never"),
    ],
)
def test_who_stops_matching_the_filter_leaves_before_the_next_message(when, expected):
    one = campaign(
        "signed_up", {"wait": "1d"}, {"email": "hello"}, filter=person("plan", "pro"), exit={"when": when},
        goal=Goal(event="never_done"),
    )  # fmt: skip
    found = run(one, me(plan="pro"), track(), me(START + HOUR, plan="free"))
    assert outcomes(found) == expected
    assert [entry.at - START for entry in of_kind(found, Ended)] == [DAY]


@pytest.mark.parametrize(
    "step",
    [
        {"set": {"person": {"x": 1}}},
        {"segment": {"add": "s"}},
        {"create_event": {"name": "x"}},
        {"webhook": "hook"},
        {"ab_test": [{"share": 100, "email": "a"}, {"share": 0, "hold_out": True}]},
        {"collection_query": {"collection": "c", "into": "found"}},
        {"batch_update": {}},
    ],
    ids=lambda step: next(iter(step)),
)
def test_the_exit_is_tested_before_every_step_that_acts(step):
    one = campaign("signed_up", {"wait": "1d"}, step, filter=person("plan", "pro"), exit=STOPS)
    found = run(project(one, segments=MANUAL), me(plan="pro"), track(), me(START + HOUR, plan="free"))
    assert outcomes(found) == [("exited_early", "stops_matching")]


@pytest.mark.parametrize(
    "step",
    [
        {"wait": "1d"},
        {"window": {"from": "09:00", "to": "17:00"}},
        {"branch": {"if": All(), "then": []}},
        {"split": [{"else": []}]},
        {"cohorts": [{"share": 100}]},
        {"wait_until": {"at_most": "1h"}},
        {"languages": [{"then": []}]},
    ],
    ids=lambda step: next(iter(step)),
)
def test_the_exit_is_not_tested_at_steps_that_do_nothing_to_the_person(step):
    one = campaign("signed_up", {"wait": "1d"}, step, filter=person("plan", "pro"), exit=STOPS)
    found = run(one, me(plan="pro"), track(), me(START + HOUR, plan="free"))
    assert outcomes(found) == [("finished", "end")]


def test_an_event_s_own_test_is_no_part_of_the_exit():
    one = campaign("signed_up", {"wait": "1d"}, {"email": "hello"}, where=data("kind", "x"), exit=STOPS)
    assert sent(run(one, me(), track(data={"kind": "x"}), track(at=START + 1, data={"kind": "y"}))) == [("hello", DAY)]


def test_a_person_campaign_s_own_test_is_part_of_the_exit():
    one = campaign(PersonTrigger(person=person("plan", "pro")), {"wait": "1d"}, {"email": "hello"}, exit=STOPS)
    found = run(one, me(plan="pro"), me(START + HOUR, plan="free"))
    assert outcomes(found) == [("exited_early", "stops_matching")]
    assert of_kind(found, Ended)[0].clause.condition == "trigger"


def test_a_person_campaign_may_ask_for_more_than_attributes():
    one = campaign(PersonTrigger(person=person("plan", "pro"), filter=InSegment("s")))
    assert entered(run(project(one, segments=MANUAL), me(plan="pro"), join(START + 5))) == [5]


# --- goals (R50, R51) -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(HOUR, ("exited_early", "goal"), id="in time"),
        pytest.param(2 * HOUR, ("exited_early", "goal"), id="at exactly the end of its time"),
        pytest.param(2 * HOUR + 1, ("finished", "end"), id="a second too late"),
    ],
)
def test_a_goal_counts_within_its_time(after, expected):
    one = campaign(
        "signed_up", {"wait": "1d"}, {"email": "hello"}, goal=Goal(event="Bought", within="2h"), exit={"when": "goal"}
    )
    found = run(one, me(), track("bought", at=START), track(), track("bought", at=START + after))
    assert outcomes(found) == [expected]


def test_a_goal_before_entry_is_none():
    one = campaign("signed_up", {"wait": "1d"}, {"email": "hello"}, goal=Goal(event="bought"), exit={"when": "goal"})
    assert sent(run(one, me(), track("bought"), track())) == [("hello", DAY)]


def test_a_goal_may_ask_the_data_of_its_event():
    one = campaign(
        "signed_up", {"wait": "1d"}, {"email": "hello"},
        goal=Goal(event="bought", where=data("sku", "A1")), exit={"when": "goal"},
    )  # fmt: skip
    assert sent(run(one, me(), track(), track("bought", at=START + 1, data={"sku": "B2"}))) == [("hello", DAY)]
    assert sent(run(one, me(), track(), track("bought", at=START + 1, data={"sku": "a1"}))) == []


def test_a_goal_may_be_what_becomes_true_of_the_person():
    one = campaign(
        "signed_up", {"wait": "1d"}, {"email": "hello"}, goal=Goal(filter=person("plan", "pro")),
        exit={"when": "goal_or_stops_matching"},
    )  # fmt: skip
    found = run(one, me(), track(), me(START + HOUR, plan="pro"))
    assert outcomes(found) == [("exited_early", "goal")]


@pytest.mark.parametrize(
    ("steps", "converted"),
    [
        pytest.param([{"email": "hello"}, {"wait": "1d"}], True, id="after a message"),
        pytest.param([{"wait": "1d"}, {"email": "hello"}], False, id="before any"),
        pytest.param([{"email": "hello", "sending": "draft"}, {"wait": "1d"}], False, id="after a draft"),
    ],
)
def test_a_conversion_needs_a_message_and_is_counted_once(steps, converted):
    one = campaign("signed_up", *steps, goal=Goal(event="bought"))
    found = run(one, me(), track(), track("bought", at=START + 1), track("bought", at=START + 2))
    assert [entry.converted for entry in of_kind(found, GoalReached)] == [converted]
    assert outcomes(found) == [("finished", "end")]


# --- more ways out (R52) ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "at"),
    [
        pytest.param(track("quit", at=START + 60), 60, id="an event"),
        pytest.param(join(START + 90), 90, id="a segment"),
        pytest.param(track("other", at=START + 60), None, id="another event"),
    ],
)
def test_any_exit_condition_ends_the_journey_at_once(what, at):
    ways_out = Exit(when="never", on=All((Happens("Quit"), InSegment("s"))))
    one = campaign("signed_up", {"wait": "1d"}, {"email": "hello"}, exit=ways_out)
    found = run(project(one, segments=MANUAL), me(), track("quit"), track(), what)
    assert [(entry.reason, entry.at - START) for entry in of_kind(found, Ended)] == [
        ("end", DAY) if at is None else ("exit_condition", at)
    ]


def test_alternatives_stay_alternatives_in_an_exit():
    one = campaign("signed_up", {"wait": "1d"}, exit=Exit(when="never", on=AnyOf((person("a", 1), person("b", 1)))))
    assert outcomes(run(one, me(), track(), me(START + 1, b=1))) == [("exited_early", "exit_condition")]


# --- segments and what time does to them (R105 to R112) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "attributes", "expected"),
    [
        pytest.param(person("due", DAY, operator=Operator.MORE_THAN_AGO), {"due": START}, [DAY], id="after a day"),
        pytest.param(
            person("due", 3 * DAY, operator=Operator.LESS_THAN_AHEAD), {"due": START + 5 * DAY}, [2 * DAY],
            id="three days before",
        ),
        pytest.param(
            person("due", DAY, operator=Operator.MORE_THAN_AGO), {"due": START * 1000}, [], id="never in milliseconds"
        ),
        pytest.param(person("due", operator=Operator.IS_TIMESTAMP), {"due": START + 90 * DAY}, [0], id="a valid time"),
    ],
)  # fmt: skip
def test_a_segment_on_time_is_joined_without_new_data(condition, attributes, expected):
    what = project(campaign(SegmentTrigger(segment="d")), segments={"d": segment(condition)})
    assert entered(run(what, me(**attributes))) == expected


def test_members_of_after_leave_as_time_passes():
    soon = person("due", DAY, operator=Operator.MORE_THAN_AHEAD)
    what = project(
        campaign(
            SegmentTrigger(segment="d"), {"wait": "1h"}, {"email": "a"}, {"wait": "1d"}, {"email": "b"}, exit=STOPS
        ),
        segments={"d": segment(soon)},
    )
    found = run(what, me(due=START + DAY + 2 * HOUR))
    assert sent(found) == [("a", HOUR)]
    assert outcomes(found) == [("exited_early", "stops_matching")]


def test_a_journey_that_waits_for_a_segment_goes_on_when_time_makes_it_so():
    due = {"d": segment(person("due", 0, operator=Operator.MORE_THAN_AGO))}
    one = campaign("signed_up", {"wait_until": {"any": InSegment("d")}}, {"email": "hello"})
    assert sent(run(project(one, segments=due), me(due=START + 5 * HOUR), track())) == [("hello", 5 * HOUR)]


def test_who_has_not_done_it_for_a_week_joins_a_week_after_they_did():
    idle = {"idle": segment(Not(Performed("visit", within=timedelta(days=7))))}
    what = project(campaign(SegmentTrigger(segment="idle")), segments=idle)
    assert entered(run(what, me())) == [7 * DAY], "a profile must be that old"
    assert entered(run(what, me(), track("visit", at=START + 3 * DAY))) == [10 * DAY + 1]


def test_a_backdated_event_ages_the_profile():
    idle = {"idle": segment(Not(Performed("visit", within=timedelta(days=7))))}
    what = project(campaign(SegmentTrigger(segment="idle")), segments=idle)
    old = track("other", at=START + HOUR, timestamp=START - 30 * DAY)
    assert entered(run(what, me(), old)) == [HOUR]


def test_a_segment_of_people_who_did_it_three_times_is_joined_at_the_third():
    often = {"often": segment(Performed("visit", 3, timedelta(days=2)))}
    what = project(campaign(SegmentTrigger(segment="often")), segments=often)
    calls = [track("Visit", at=START + offset * DAY) for offset in (0, 1, 2)]
    assert entered(run(what, me(), *calls)) == [2 * DAY]
    calls = [track("visit", at=START + offset * DAY) for offset in (0, 1, 2.0001)]
    assert entered(run(what, me(), *(track("visit", at=int(one.at)) for one in calls))) == []


def test_a_segment_inside_a_segment_is_followed():
    segments = {
        "pro": segment(person("plan", "pro")),
        "vip": segment(All((InSegment("pro"), InSegment("s")))),
        **MANUAL,
    }
    what = project(campaign(SegmentTrigger(segment="vip")), segments=segments)
    assert entered(run(what, me(), join(START + 1), me(START + 2, plan="pro"))) == [2]


def test_a_segment_that_nobody_defined_has_the_members_that_were_added():
    what = project(campaign(SegmentTrigger(segment="7")), segments={"7": segment()})
    assert entered(run(what, me(), join(START + 1, "7"))) == [1]


# --- loops (R75) --------------------------------------------------------------------------------------------------------------


def test_a_campaign_that_causes_its_own_event_ends_after_a_hundred():
    one = campaign("ping", {"create_event": {"name": "ping"}})
    found = run(one, me(), track("ping"))
    assert len(entered(found)) == 101
    assert found.assumptions["loop_guard_events"] == 1
    assert len(entered(run(project(one, assumptions={"loop_guard_events": 5}), me(), track("ping")))) == 6


def test_a_loop_that_takes_time_is_no_endless_one():
    one = campaign("ping", {"wait": "1d"}, {"create_event": {"name": "ping"}})
    assert len(entered(run(one, me(), track("ping"), until=START + 200 * DAY))) == 201


def swap(one, other):
    return {"segment": {"remove": one}}, {"segment": {"add": other}}


def test_campaigns_that_undo_each_other_s_segments_come_to_an_end():
    campaigns = {
        "there": campaign(SegmentTrigger(segment="s"), *swap("s", "t"), frequency="rematch"),
        "back": campaign(SegmentTrigger(segment="t"), *swap("t", "s"), frequency="rematch"),
    }
    both = {"s": segment(), "t": segment()}
    what = project(campaigns, segments=both, assumptions={"parallel_segment_journeys": True})
    found = run(what, me(), join(START + 1))
    assert [entry.campaign for entry in of_kind(found, Ended)] == ["there", "back"]


def test_what_a_workflow_causes_comes_about_before_the_next_thing_is_due():
    campaigns = {
        "a": campaign("go", {"wait": "1h"}, {"create_event": {"name": "made"}}),
        "b": campaign("made", {"wait": "30m"}, {"set": {"person": {"seen": "yes"}}}),
        "c": campaign("go", {"wait": "2h"}, {"branch": {"if": person("seen", "yes"), "then": [{"email": "late"}]}}),
    }
    assert sent(run(project(campaigns), me(), track("go"))) == [("late", 2 * HOUR)]


# --- what is kept in full ---------------------------------------------------------------------------------------------------


def test_full_detail_tells_of_every_trigger_that_was_asked():
    campaigns = {
        "match": campaign(where=data("kind", "x")),
        "other": campaign(where=data("kind", "y")),
        "always": campaign(),
        "who": campaign(PersonTrigger(person=person("plan", "pro"))),
    }
    calls = [me(), track(data={"kind": "x"}), me(START + 1, plan="free"), me(START + 2, plan="pro")]
    found = of_kind(run(project(campaigns), *calls, detail=Detail.FULL), Considered)
    assert [(entry.campaign, entry.matched) for entry in found] == [
        ("who", False), ("always", True), ("match", True), ("other", False), ("who", False), ("who", True),
    ]  # fmt: skip
    assert [len(entry.clauses) for entry in found] == [1, 0, 1, 1, 1, 1]


def test_full_detail_keeps_every_clause_of_a_filter_that_failed():
    both = All((person("a", 1), person("b", 1)))
    found = run(campaign(filter=both), me(b=1), track(), detail=Detail.FULL)
    assert [clause.held for clause in of_kind(found, Held)[0].clauses] == [False, True]
    assert [clause.held for clause in of_kind(found, Lapsed)[0].clauses] == [False, True]
    assert not of_kind(run(campaign(filter=both), me(b=1), track()), Held)[0].clauses


def test_only_running_campaigns_of_the_workspace_start():
    campaigns = {
        "draft": campaign(state="draft"),
        "stopped": campaign(state="stopped"),
        "elsewhere": campaign(workspaces=["prod"]),
        "here": campaign(workspaces=["here"]),
    }
    found = run(project(campaigns), me(), track())
    assert [entry.campaign for entry in of_kind(found, Ended)] == ["here"]


def test_a_goal_that_time_alone_reaches_ends_the_journey_when_it_does():
    ended = person("trial_ends_at", 0, operator=Operator.MORE_THAN_AGO)
    one = campaign(
        "signed_up",
        {"wait": "5d"},
        {"email": "hello"},
        goal={"filter": ended},
        exit={"when": "goal"},
    )
    found = run(one, identify(email="p@example.org", trial_ends_at=START + 2 * DAY), track(), until=START + 9 * DAY)
    assert [(entry.at - START, entry.reason) for entry in of_kind(found, Ended)] == [(2 * DAY, "goal")]
    assert sent(found) == []
