"""What each kind of step does to a journey."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from building import (
    DAY,
    HOUR,
    START,
    call,
    campaign,
    data,
    entered,
    event,
    identify,
    of_kind,
    outcomes,
    person,
    project,
    run,
    segment,
    sent,
    skips,
    track,
    ways,
)

from mailwright.definitions.conditions import (
    All,
    CompareFields,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    Subject,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.triggers import PersonTrigger
from simulator.history.calls import CallKind
from simulator.trace import Acted, Branched, Delivery, Entered, Waiting, Woke

MINUTE = 60


def me(at=START, **attributes):
    return identify(at=at, email="p@example.org", **attributes)


def walk(*steps, calls=(), at=START, until=None, trigger_data=None, assumptions=None, segments=None, **attributes):
    """One journey through the steps."""
    what = project(campaign("signed_up", *steps), assumptions=assumptions, segments=segments)
    return run(what, me(at, **attributes), track(at=at, data=trigger_data or {}), *calls, until=until)


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


# --- delays (R58, R59) --------------------------------------------------------------------------------------------------


def test_delays_add_up():
    assert sent(walk({"wait": "1d 2h"}, {"wait": "30m"}, {"email": "a"})) == [("a", DAY + 2 * HOUR + 30 * MINUTE)]


def test_a_delay_of_nothing_rests_nowhere():
    found = walk({"wait": "0s"}, {"email": "a"})
    assert sent(found) == [("a", 0)]
    assert not of_kind(found, Waiting)


def test_a_random_delay_lies_between_its_ends_and_uses_all_of_them():
    one = campaign("signed_up", {"wait": {"between": ["1h", "3h"]}}, {"email": "a"})
    calls = [c for n in range(300) for c in (identify(f"p{n}", email=f"p{n}@example.org"), track(who=f"p{n}"))]
    times = [at for _, at in sent(run(one, *calls))]
    assert len(times) == 300
    assert HOUR <= min(times) < 1.2 * HOUR
    assert 2.8 * HOUR < max(times) <= 3 * HOUR
    assert [at for _, at in sent(run(one, *calls))] == times, "the same people wait as long every time"


# --- windows (R60 to R63) -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reached", "opens"),
    [
        pytest.param("2025-03-03 08:59", "2025-03-03 09:00", id="a minute before it opens"),
        pytest.param("2025-03-03 09:00", "2025-03-03 09:00", id="the opening minute is inside"),
        pytest.param("2025-03-03 16:59", "2025-03-03 16:59", id="the last minute"),
        pytest.param("2025-03-03 17:00", "2025-03-04 09:00", id="the closing minute is outside"),
        pytest.param("2025-03-07 18:00", "2025-03-10 09:00", id="after the last day of the week"),
    ],
)
def test_a_window_opens_at_its_edge(reached, opens):
    window = {"window": {"days": "mon-fri", "from": "09:00", "to": "17:00"}}
    found = walk(window, {"email": "a"}, at=utc(reached))
    assert sent(found) == [("a", utc(opens) - START)]


@pytest.mark.parametrize(
    ("attributes", "opens"),
    [
        pytest.param({}, "2025-03-03 14:00", id="the fallback"),
        pytest.param({"timezone": "Europe/Paris"}, "2025-03-04 08:00", id="timezone"),
        pytest.param({"timezone": "europe/paris"}, "2025-03-04 08:00", id="in lower case"),
        pytest.param({"cio_timezone": "Europe/Paris"}, "2025-03-04 08:00", id="cio_timezone"),
        pytest.param(
            {"timezone": "Mars", "cio_timezone": "Europe/Paris"}, "2025-03-04 08:00", id="the first that is one"
        ),
        pytest.param({"timezone": "Mars"}, "2025-03-03 14:00", id="no zone of that name"),
        pytest.param({"timezone": 5}, "2025-03-03 14:00", id="no text at all"),
        pytest.param({"Timezone": "Europe/Paris"}, "2025-03-03 14:00", id="attribute names have a case"),
        pytest.param({"timezone": "Canada/Pacific"}, "2025-03-03 17:00", id="a region name"),
    ],
)
def test_a_window_goes_by_the_person_s_zone(attributes, opens):
    window = {"window": {"from": "09:00", "to": "11:00", "zone": "person", "fallback": "America/New_York"}}
    assert sent(walk(window, {"email": "a"}, **attributes)) == [("a", utc(opens) - START)]


@pytest.mark.parametrize(
    ("reached", "opens"),
    [
        pytest.param("2025-03-08 12:00", "2025-03-09 07:30", id="the hour that is skipped opens when the clock jumps"),
        pytest.param("2025-03-09 12:00", "2025-03-10 06:30", id="the day after it is back in order"),
        pytest.param("2025-11-01 12:00", "2025-11-02 06:30", id="of the hour that comes twice the first"),
    ],
)
def test_a_window_follows_the_clock_on_the_wall(reached, opens):
    window = {"window": {"from": "02:30", "to": "05:00", "zone": "America/New_York"}}
    found = walk(window, {"email": "a"}, at=utc(reached))
    expected = {"2025-03-09 07:30": utc("2025-03-09 07:00"), "2025-11-02 06:30": utc("2025-11-02 07:30")}
    assert sent(found) == [("a", expected.get(opens, utc(opens)) - START)]


def test_a_window_binds_only_what_follows_it():
    window = {"window": {"from": "09:00", "to": "17:00"}}
    found = walk(window, {"email": "a"}, {"wait": "10h"}, {"email": "b"})
    assert sent(found) == [("a", 0), ("b", 10 * HOUR)]


# --- waits (R64 to R68) ---------------------------------------------------------------------------------------------------


def paths(**rest):
    return {
        "wait_until": {
            "paths": [
                {"when": Happens("bought"), "then": [{"email": "thanks"}], "name": "bought"},
                {"when": person("plan", "pro"), "then": [{"email": "pro"}]},
            ],
            **rest,
        }
    }


@pytest.mark.parametrize(
    ("calls", "expected", "way"),
    [
        pytest.param([track("bought", at=START + 9)], [("thanks", 9), ("end", 9)], "bought", id="the first path"),
        pytest.param([me(START + 8, plan="pro")], [("pro", 8), ("end", 8)], "path 2", id="the second path"),
        pytest.param(
            [me(START + 8, plan="pro"), track("bought", at=START + 9)], [("pro", 8), ("end", 8)], "path 2",
            id="the one that is met first",
        ),
        pytest.param([], [("end", DAY)], "timeout", id="neither"),
    ],
)  # fmt: skip
def test_a_wait_takes_the_first_path_that_is_met(calls, expected, way):
    found = walk(paths(at_most="1d"), {"email": "end"}, calls=calls)
    assert sent(found) == expected
    assert [name for _, name, _ in ways(found)] == [way]


@pytest.mark.parametrize(
    ("on_timeout", "expected", "outcome"),
    [
        pytest.param("continue", [("end", DAY)], ("finished", "end"), id="go on"),
        pytest.param("exit", [], ("exited_early", "timeout_exit"), id="leave"),
        pytest.param([{"email": "late"}], [("late", DAY), ("end", DAY)], ("finished", "end"), id="steps of its own"),
        pytest.param(["exit"], [], ("finished", "exit_step"), id="an exit step"),
    ],
)
def test_a_wait_whose_time_is_over_goes_its_own_way(on_timeout, expected, outcome):
    found = walk(paths(at_most="1d", on_timeout=on_timeout), {"email": "end"})
    assert sent(found) == expected
    assert outcomes(found) == [outcome]
    assert [entry.why for entry in of_kind(found, Woke)] == ["timeout"]


def test_a_wait_without_a_maximum_waits_for_ever():
    found = walk(paths(), {"email": "end"}, until=START + 4000 * DAY)
    assert sent(found) == []
    assert outcomes(found) == []
    assert of_kind(found, Waiting)[0].until is None


def test_a_wait_of_no_time_looks_once():
    assert sent(walk(paths(at_most="0s"), {"email": "end"})) == [("end", 0)]
    assert sent(walk(paths(at_most="0s"), {"email": "end"}, plan="pro")) == [("pro", 0), ("end", 0)]
    found = walk(paths(at_most="0s", on_timeout="exit"), {"email": "end"})
    assert outcomes(found) == [("exited_early", "timeout_exit")]


def test_what_is_met_in_the_very_second_the_time_is_over_counts():
    assert sent(walk(paths(at_most="1d"), calls=[track("bought", at=START + DAY)])) == [("thanks", DAY)]


@pytest.mark.parametrize(
    ("both", "calls", "expected"),
    [
        pytest.param({"any": All((Happens("a"), Happens("b")))}, [5], 5, id="any of a list"),
        pytest.param({"all": All((Happens("a"), Happens("b")))}, [5], None, id="all of a list, one is missing"),
        pytest.param({"all": All((Happens("a"), Happens("b")))}, [5, 7], 7, id="all of a list"),
        pytest.param({"any": Happens("a")}, [5], 5, id="any of one"),
    ],
)
def test_a_wait_for_any_or_all(both, calls, expected):
    events = [track(name, at=START + at) for name, at in zip("ab", calls, strict=False)]
    found = walk({"wait_until": {**both, "then": [{"email": "met"}]}}, calls=events)
    assert sent(found) == ([] if expected is None else [("met", expected)])


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param({"id": 7}, [("met", 60)], id="the same order"),
        pytest.param({"id": "7"}, [("met", 60)], id="its number as a text"),
        pytest.param({"id": 8}, [], id="another order"),
        pytest.param({}, [], id="no order at all"),
    ],
)
def test_a_wait_for_an_event_like_the_one_that_started_the_journey(order, expected):
    same = CompareFields(Subject.DATA, "id", Operator.EQUALS, Subject.EVENT, "order.id")
    wait = {"wait_until": {"any": Happens("paid", same), "then": [{"email": "met"}]}}
    found = walk(wait, trigger_data={"order": {"id": 7}}, calls=[track("Paid", at=START + 60, data=order)])
    assert sent(found) == expected


def test_an_event_before_the_wait_began_is_none_to_wait_for():
    wait = {"wait_until": {"any": Happens("paid"), "at_most": "1d"}}
    found = walk({"wait": "1h"}, wait, {"email": "met"}, calls=[track("paid", at=START + 60)])
    assert sent(found) == [("met", HOUR + DAY)]


def test_who_is_outside_the_segment_goes_on_and_who_is_inside_waits_for_leaving():
    wait = {"wait_until": {"any": Not(InSegment("s"))}}
    what = project(campaign("signed_up", wait, {"email": "out"}), segments={"s": segment()})
    assert sent(run(what, me(), track())) == [("out", 0)]
    inside = call(CallKind.JOIN_SEGMENT, at=START, other="s")
    leaves = call(CallKind.LEAVE_SEGMENT, at=START + 50, other="s")
    assert sent(run(what, me(), inside, track(), leaves)) == [("out", 50)]


def test_joining_and_leaving_before_the_wait_is_not_seen():
    wait = {"wait_until": {"any": InSegment("s"), "at_most": "1h"}}
    what = project(campaign("signed_up", {"wait": "1h"}, wait, {"email": "a"}), segments={"s": segment()})
    joins = call(CallKind.JOIN_SEGMENT, at=START + 5, other="s")
    leaves = call(CallKind.LEAVE_SEGMENT, at=START + 9, other="s")
    assert sent(run(what, me(), track(), joins, leaves)) == [("a", 2 * HOUR)]


def test_a_wait_on_time_alone_wakes_at_its_second():
    wait = {"wait_until": {"any": person("due", HOUR, operator=Operator.LESS_THAN_AHEAD)}}
    assert sent(walk(wait, {"email": "a"}, due=START + DAY)) == [("a", DAY - HOUR)]


def test_a_wait_on_time_follows_the_date_when_it_moves():
    wait = {"wait_until": {"any": person("due", 0, operator=Operator.MORE_THAN_AGO)}}
    found = walk(wait, {"email": "a"}, due=START + DAY, calls=[me(START + HOUR, due=START + 2 * DAY)])
    assert sent(found) == [("a", 2 * DAY)]


# --- branches (R69 to R73) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(person("plan", "pro"), "then", id="an attribute"),
        pytest.param(event("kind", "x"), "then", id="the event's data"),
        pytest.param(InSegment("s"), "else", id="a segment"),
        pytest.param(Performed("signed_up", 2), "else", id="an event"),
        pytest.param(Performed("signed_up"), "then", id="the starting event itself"),
        pytest.param(MessageIs("first", MessageState.SENT), "then", id="a message that was sent"),
        pytest.param(MessageIs("first", MessageState.OPENED), "else", id="a message that was not opened"),
        pytest.param(All(), "else", id="no condition is false"),
    ],
)
def test_a_branch_asks_on_arrival(condition, expected):
    branch = {"branch": {"if": condition, "then": [{"email": "yes"}], "else": [{"email": "no"}]}, "id": "b"}
    found = walk({"email": "first"}, branch, plan="pro", trigger_data={"kind": "x"}, segments={"s": segment()})
    assert ways(found) == [("b", expected, 0)]


def test_branches_join_again():
    inner = {"branch": {"if": person("b", 1), "then": [{"email": "ab"}]}}
    outer = {"branch": {"if": person("a", 1), "then": [inner, {"email": "a"}], "else": []}}
    assert sent(walk(outer, {"email": "end"}, a=1, b=1)) == [("ab", 0), ("a", 0), ("end", 0)]
    assert sent(walk(outer, {"email": "end"}, a=1)) == [("a", 0), ("end", 0)]
    assert sent(walk(outer, {"email": "end"})) == [("end", 0)]


def test_a_branch_may_ask_what_became_of_a_message():
    branch = {"branch": {"if": MessageIs("first", MessageState.OPENED), "then": [{"email": "opened"}]}}
    opened = call(CallKind.METRIC, at=START + 5, name="opened", other="first", data={"campaign": "c"})
    assert sent(walk({"email": "first"}, {"wait": "1h"}, branch, calls=[opened])) == [("first", 0), ("opened", HOUR)]


@pytest.mark.parametrize(
    ("split", "attributes", "expected"),
    [
        pytest.param(
            [{"if": person("a", 1), "then": [{"email": "a"}]}, {"if": person("b", 1), "then": [{"email": "b"}]}],
            {"a": 1, "b": 1}, "a", id="the first that holds",
        ),
        pytest.param(
            [{"if": person("a", 1), "then": [{"email": "a"}]}, {"if": person("b", 1), "then": [{"email": "b"}]}],
            {"b": 1}, "b", id="the second",
        ),
        pytest.param(
            [{"if": person("a", 1), "then": [{"email": "a"}]}, {"else": [{"email": "no"}]}], {}, "no", id="the default",
        ),
        pytest.param(
            [{"else": [{"email": "no"}]}, {"if": person("a", 1), "then": [{"email": "a"}]}], {"a": 1}, "a",
            id="the default is the last wherever it is written",
        ),
    ],
)  # fmt: skip
def test_a_split_goes_from_left_to_right(split, attributes, expected):
    assert sent(walk({"split": split}, {"email": "end"}, **attributes)) == [(expected, 0), ("end", 0)]


def test_a_split_without_a_default_goes_on():
    found = walk(
        {"split": [{"if": person("a", 1), "then": [{"email": "a"}], "name": "A"}], "id": "s"}, {"email": "end"}
    )
    assert sent(found) == [("end", 0)]
    assert ways(found) == [("s", "else", 0)]


def crowd(number):
    return [c for n in range(number) for c in (identify(f"p{n}", email=f"p{n}@example.org"), track(who=f"p{n}"))]


def test_cohorts_share_people_as_they_say():
    cohorts = [
        {"share": 70, "then": [{"email": "a"}], "name": "most"},
        {"share": 20, "then": [{"email": "b"}]},
        {"share": 10},
    ]
    found = run(campaign("signed_up", {"cohorts": cohorts, "id": "c"}), *crowd(2000))
    names = [name for _, name, _ in ways(found)]
    assert abs(names.count("most") - 1400) < 80
    assert abs(names.count("cohort 2") - 400) < 80
    assert abs(names.count("cohort 3") - 200) < 60
    assert len(sent(found)) == names.count("most") + names.count("cohort 2")


def test_a_person_is_drawn_anew_on_every_arrival():
    cohorts = [{"share": 50, "name": "a"}, {"share": 50, "name": "b"}]
    calls = [track(at=START + n) for n in range(40)]
    names = {name for _, name, _ in ways(run(campaign("signed_up", {"cohorts": cohorts}), me(), *calls))}
    assert names == {"a", "b"}


def test_an_ab_test_sends_one_of_its_emails_or_none():
    test = [{"share": 40, "email": "a"}, {"share": 40, "email": "b"}, {"share": 20, "hold_out": True}]
    found = run(campaign("signed_up", {"ab_test": test, "id": "t"}, {"email": "end"}), *crowd(1000))
    messages = [entry.message for entry in of_kind(found, Delivery) if entry.step == "t"]
    assert abs(messages.count("a") - 400) < 60
    assert abs(messages.count("b") - 400) < 60
    assert skips(found).count(("t", "held_out")) == 1000 - len(messages)
    assert [step for step, _ in sent(found)].count("end") == 1000, "the journey goes on for everybody"
    assert {entry.channel for entry in of_kind(found, Delivery)} == {"email"}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", "es"),
        ("ES", "es"),
        ("es-MX", "es"),
        ("pt_BR", "pt-br"),
        ("pt", "default"),
        ("", "default"),
        (None, "default"),
    ],
)
def test_a_language_branch_takes_the_nearest_language(language, expected):
    languages = [
        {"is": "es", "then": [{"email": "hola"}]}, {"is": "pt-br", "then": [{"email": "oi"}]}, {"then": [{"email": "hi"}]}
    ]  # fmt: skip
    found = walk({"languages": languages, "id": "l"}, {"email": "end"}, language=language)
    assert ways(found) == [("l", expected, 0)]
    assert [step for step, _ in sent(found)] == [{"es": "hola", "pt-br": "oi", "default": "hi"}[expected], "end"]


def test_a_language_branch_without_a_default_goes_on():
    assert sent(walk({"languages": [{"is": "es", "then": [{"email": "hola"}]}]}, {"email": "end"})) == [("end", 0)]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param({"email": "a"}, [("end", 0)], id="a message"),
        pytest.param({"wait": "1d"}, [("end", 0)], id="a delay does not run"),
        pytest.param({"wait_until": {"at_most": "1d"}}, [("end", 0)], id="a wait"),
        pytest.param({"set": {"person": {"x": 1}}}, [("end", 0)], id="a data step"),
        pytest.param({"branch": {"if": person("plan", "pro"), "then": [{"email": "in"}]}}, [("end", 0)], id="a branch"),
        pytest.param({"exit": True}, [("end", 0)], id="an exit"),
    ],
)
def test_a_step_whose_own_condition_fails_is_skipped(step, expected):
    found = walk({**step, "id": "x", "only_if": person("plan", "free")}, {"email": "end"}, plan="pro")
    assert sent(found) == expected
    assert skips(found) == [("x", "condition_not_met")]


# --- data (R74, R75, R77) -----------------------------------------------------------------------------------------------------


def test_a_set_step_writes_removes_and_is_seen_at_once():
    steps = [
        {"set": {"person": {"tier": "gold", "old": None, "deep": {"list": [1, "x"]}}}},
        {"branch": {"if": person("tier", "gold"), "then": [{"email": "gold"}]}},
    ]
    found = walk(*steps, old="x")
    assert sent(found) == [("gold", 0)]
    assert found.profiles["p"] == {"email": "p@example.org", "tier": "gold", "deep": {"list": [1, "x"]}}
    assert of_kind(found, Acted)[0].names == ("tier", "old", "deep")


def test_a_set_step_may_start_and_wake_other_campaigns():
    campaigns = {
        "a": campaign("go", {"set": {"person": {"tier": "gold"}}}),
        "b": campaign(PersonTrigger(person=person("tier", "gold"))),
        "c": campaign("go", {"wait_until": {"any": person("tier", "gold")}}, {"email": "woken"}),
    }
    found = run(project(campaigns), me(), track("go"))
    assert sorted(entry.campaign for entry in of_kind(found, Entered)) == ["a", "b", "c"]
    assert ("woken", 0) in sent(found)


def test_attributes_of_the_journey_stay_with_it():
    found = walk({"set": {"journey": {"code": "X1"}}}, {"email": "a"})
    assert "code" not in found.profiles["p"]
    assert of_kind(found, Acted)[0].names == ("journey.code",)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param("friend", {"p": None, "friend": "gold"}, id="somebody known"),
        pytest.param(" new ", {"p": None, "friend": None, "new": "gold"}, id="somebody new"),
        pytest.param(" ", {"p": None, "friend": None}, id="nobody"),
        pytest.param("blocked", {"p": None, "friend": None}, id="somebody suppressed"),
    ],
)
def test_a_set_step_may_write_another_person(other, expected):
    one = campaign("signed_up", {"set": {"person": {"tier": "gold"}, "of": other}})
    found = run(one, me(), identify("friend"), call(CallKind.SUPPRESS, "blocked"), track())
    assert {name: attributes.get("tier") for name, attributes in found.profiles.items()} == expected


def test_a_segment_step_joins_and_leaves():
    steps = [{"segment": {"add": "s"}}, {"wait": "1h"}, {"segment": {"remove": "s"}}, {"wait": "1h"}, {"email": "end"}]
    campaigns = {
        "a": campaign("go", *steps),
        "b": campaign("go", {"wait": "1m"}, {"branch": {"if": InSegment("s"), "then": [{"email": "in"}]}}),
        "c": campaign("go", {"wait": "2h"}, {"branch": {"if": InSegment("s"), "then": [{"email": "still"}]}}),
    }
    found = run(project(campaigns, segments={"s": segment()}), me(), track("go"))
    assert sent(found) == [("in", MINUTE), ("end", 2 * HOUR)]
    assert [entry.what for entry in of_kind(found, Acted)] == ["join_segment", "leave_segment"]


def test_an_exit_step_ends_the_journey_as_finished():
    found = walk({"branch": {"if": person("a", 1), "then": [{"exit": True}]}}, {"email": "end"}, a=1)
    assert sent(found) == []
    assert outcomes(found) == [("finished", "exit_step")]


@pytest.mark.parametrize(
    "step",
    [{"grace_period": "1d"}, {"filter_match_delay": "1d"}, {"llm": {}}, {"batch_update": {}},
     {"collection_query": {"collection": "c", "into": "x"}}],
    ids=lambda step: next(iter(step)),
)  # fmt: skip
def test_a_step_that_is_not_modelled_is_passed_and_named(step):
    found = walk({**step, "id": "odd"}, {"email": "end"})
    assert sent(found) == [("end", 0)]
    assert [(one.campaign, one.step) for one in found.not_modelled] == [("c", "odd")]


def test_a_long_workflow_is_walked_to_its_end():
    found = walk(*({"wait": "1m"} for _ in range(2000)), {"email": "end"})
    assert sent(found) == [("end", 2000 * MINUTE)]


def test_a_filter_asks_the_event_and_the_person_together():
    either = AnyOf((data("kind", "x"), person("plan", "pro")))
    branch = {"branch": {"if": either, "then": [{"email": "a"}]}}
    assert entered(walk(branch)) == [0]
    assert of_kind(walk(branch, trigger_data={"kind": "x"}), Branched)[0].way == "then"
