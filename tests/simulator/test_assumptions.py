"""Every assumption is a setting that changes what is predicted."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

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
    outcomes,
    person,
    project,
    run,
    segment,
    sent,
    skips,
    track,
    warnings,
)

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.campaign import Exit, Goal
from mailwright.definitions.conditions import Changed, Happens, InSegment, Not, Operator, Performed
from mailwright.definitions.triggers import DateTrigger, SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.history.calls import Call, CallKind
from simulator.trace import Delivery

ME = identify(email="p@example.org", at=START - DAY)
PLAIN_TWO = {"wait": "1d"}, {"email": "hello"}

# Said by the Liquid of messages, and tested there; the last has one value so far.
OF_LIQUID = {"wrong_namespace", "numeric_zone_sign", "integer_division"}
WITH_ONE_VALUE = {"receipt_without_time"}

# Documented bounds and choices that every journey stands on, so a report does not name them each time.
NEVER_NAMED = {
    "filter_retry_seconds", "event_age_limit_seconds", "event_id_memory", "anonymous_attach_days", "times_means",
    "anonymous_grace_seconds", "parallel_event_journeys", "exit_tested_at", "window_end", "wait_events_count",
    "inverse_attribute_change",
}  # fmt: skip


def me(at=START, **attributes):
    return identify(at=at, email="p@example.org", **attributes)


def anonymous(at):
    return track(who=None, at=at, anonymous_id="a")


def missing(path):
    return Not(data(path, operator=Operator.EXISTS))


def on_segment(condition, *steps, **rest):
    return campaign(SegmentTrigger(segment="s"), *steps, **rest), {"segments": {"s": segment(condition)}}


def limited(**rest):
    return {"workspace": Workspace(message_limit=MessageLimit(count=1, seconds=DAY), **rest)}


WINDOW = {"window": {"from": "09:00", "to": "10:00", "zone": "person", "fallback": "America/New_York"}}
LEAP_DAY = int(datetime(2024, 2, 29, tzinfo=UTC).timestamp())
NO_IDLE = Not(Changed("plan"))
ITEMS = {"items": [{"sku": "A"}, {"sku": "B"}]}


def merge(at=START + HOUR):
    return call(CallKind.MERGE, "p", at, other="q")


TABLE = {
    "event_name_case": ("strict", campaign(), [ME, track("Signed_Up")]),
    "missing_property_negation": ("fails", campaign(where=Not(data("source", "sms"))), [ME, track()]),
    "null_property": ("present", campaign(where=missing("source")), [ME, track(data={"source": None})]),
    "numbers_compare_as": ("text", campaign(where=data("id", 50)), [ME, track(data={"id": "50.0"})]),
    "contains_on_list": (
        "never", campaign(where=data("tags", "a", operator=Operator.CONTAINS)), [ME, track(data={"tags": ["ab"]})],
    ),
    "negation_on_paths": ("each_element", campaign(where=Not(data("items[].sku", "A"))), [ME, track(data=ITEMS)]),
    "between": ("exclusive", campaign(where=data("n", 1, 5, operator=Operator.BETWEEN)), [ME, track(data={"n": 5})]),
    "timestamp_formats": (
        "any", campaign(where=data("at", START, operator=Operator.AFTER)), [ME, track(data={"at": "2030-01-01"})],
    ),
    "filter_retry_seconds": (60, campaign(filter=person("a", 1)), [ME, track(), me(START + 90, a=1)]),
    "event_age_limit_seconds": (DAY, campaign(), [ME, track(timestamp=START - 2 * DAY)]),
    "future_events": ("at_timestamp", campaign(), [ME, track(timestamp=START + DAY)]),
    "out_of_order_attributes": (
        "apply", campaign(filter=person("plan", "b")),
        [Call(0, CallKind.IDENTIFY, "p", data={"plan": plan}, at=START, timestamp=at) for plan, at in (("a", 9), ("b", 5))]
        + [track()],
    ),
    "duplicate_event_ids": ("processed", campaign(), [ME, track(event_id="e"), track(event_id="e")]),
    "event_id_memory": (1, campaign(), [ME, *(track(event_id=name) for name in "abca")]),
    "unknown_person": ("ignored", campaign(), [track(who="new")]),
    "anonymous_attach_days": (1, campaign(), [anonymous(START), me(START + 2 * DAY, anonymous_id="a")]),
    "anonymous_grace_seconds": (3600, campaign(), [me(anonymous_id="a"), anonymous(START + 600)]),
    "parallel_event_journeys": (False, campaign("signed_up", *PLAIN_TWO), [ME, track(), track(at=START + 60)]),
    "parallel_segment_journeys": (
        True, on_segment(person("a", 1), {"wait": "1d"}, frequency="rematch"),
        [me(a=1), me(START + 1, a=0), me(START + 2, a=1)],
    ),
    "frequency_counts_from": (
        "end", campaign("signed_up", {"wait": "2d"}, frequency={"once_per": "3d"}), [ME, track(), track(at=START + 4 * DAY)],
    ),
    "frequency_used_by": (
        "trigger", campaign(filter=person("a", 1), frequency="once"), [ME, track(), me(START + DAY, a=1), track(at=START + DAY)],
    ),
    "exit_tested_at": (
        "every_step",
        campaign("signed_up", {"wait": "1d"}, {"wait": "1d"}, filter=person("a", 1), exit={"when": "stops_matching"}),
        [me(a=1), track(), me(START + 1, a=0)],
    ),
    "goal_exit_at": (
        "next_step", campaign("signed_up", *PLAIN_TWO, goal=Goal(event="won"), exit={"when": "goal"}),
        [ME, track(), track("won", at=START + 1)],
    ),
    "extra_exits_at": (
        "next_step", campaign("signed_up", *PLAIN_TWO, exit=Exit(when="never", on=Happens("quit"))),
        [ME, track(), track("quit", at=START + 1)],
    ),
    "random_delay": ("shortest", campaign("signed_up", {"wait": {"between": ["1h", "9h"]}}), [ME, track()]),
    "window_end": ("inclusive", campaign("signed_up", {"window": {"from": "09:00", "to": "10:00"}}), [ME, track()]),
    "unknown_zone": ("utc", campaign("signed_up", WINDOW, {"email": "a"}), [me(timezone="Mars"), track()]),
    "wait_events_count": (
        "after_entry", campaign("signed_up", {"wait": "1h"}, {"wait_until": {"any": Happens("x")}}, {"email": "a"}),
        [ME, track(), track("x", at=START + 60)],
    ),
    "liquid_results_are": (
        "typed", campaign("signed_up", {"set": {"person": {"n": "{{ event.n }}"}}}), [ME, track(data={"n": 5})],
    ),
    "loop_guard_events": (5, campaign("signed_up", {"create_event": {"name": "signed_up"}}), [ME, track()]),
    "unsubscribed_text": ("boolean_only", campaign(), [me(unsubscribed="True"), track()]),
    "limit_reopens": (
        "after_the_second", (campaign(counts_toward_limit=True), limited()), [ME, track(), track(at=START + DAY)],
    ),
    "esp_suppressed_status": (
        "failed", (campaign(), {"workspace": Workspace(esp_suppressed=["p@example.org"])}), [ME, track()],
    ),
    "times_means": (
        "exactly", on_segment(Performed("x", 2), *PLAIN_TWO, exit={"when": "stops_matching"}),
        [ME, track("x"), track("x"), track("x")],
    ),
    "inverse_attribute_change": ("fails", on_segment(NO_IDLE), [ME]),
    "merge_keeps_journey_of": (
        "secondary", campaign("signed_up", *PLAIN_TWO), [ME, track(), track(who="q", at=START + 60), merge()],
    ),
    "segment_refresh_seconds": (600, on_segment(person("due", 0, operator=Operator.MORE_THAN_AGO)), [me(due=START + DAY)]),
    "date_repeats_on_leap_day": (
        "mar_1", campaign(DateTrigger(date="born", repeat="yearly")), [identify(at=START - 10 * DAY, born=LEAP_DAY)],
    ),
}  # fmt: skip


def told(run_of):
    """All that a reader of the prediction sees."""
    statuses = [(e.step, e.status, e.at) for e in run_of.entries if isinstance(e, Delivery)]
    attributes = {key: dict(values) for key, values in run_of.profiles.items()}
    return (
        entered(run_of),
        statuses,
        outcomes(run_of),
        skips(run_of),
        warnings(run_of),
        attributes,
        sent(run_of),
        [(type(entry).__name__, entry.at) for entry in run_of.entries],
    )


def test_every_assumption_stands_in_the_table():
    assert set(TABLE) | OF_LIQUID | WITH_ONE_VALUE == {item.name for item in fields(Assumptions)}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_assumption_set_otherwise_changes_the_prediction(name):
    value, given, calls = TABLE[name]
    one, more = given if isinstance(given, tuple) else (given, {})
    render = "outcome" if name == "liquid_results_are" else "none"
    usual = run(project(one, **more), *calls, render=render)
    otherwise = run(project(one, **more, assumptions={name: value}), *calls, render=render)
    assert told(usual) != told(otherwise)
    if name not in NEVER_NAMED:
        assert usual.assumptions[name] or otherwise.assumptions[name], "a report names it"


@pytest.mark.parametrize(
    ("name", "value", "one", "calls", "expected"),
    [
        ("random_delay", "longest", campaign("signed_up", {"wait": {"between": ["1h", "9h"]}}, {"email": "a"}),
         [ME, track()], [("a", 9 * HOUR)]),
        ("future_events", "at_timestamp", campaign(), [ME, track(timestamp=START + DAY)], [("hello", DAY)]),
        ("frequency_used_by", "trigger", campaign(filter=person("a", 1), frequency="once"),
         [ME, track(), me(START + 60, a=1), track(at=START + 90)], [("hello", 60)]),
        ("merge_keeps_journey_of", "secondary", campaign("signed_up", *PLAIN_TWO),
         [ME, track(), track(who="q", at=START + 60), merge()], [("hello", DAY + 60)]),
        ("date_repeats_on_leap_day", "skip", campaign(DateTrigger(date="born", repeat="yearly")),
         [identify(at=START - 10 * DAY, email="p@example.org", born=LEAP_DAY)], []),
    ],
)  # fmt: skip
def test_an_assumption_set_otherwise_means_what_it_says(name, value, one, calls, expected):
    assert sent(run(project(one, assumptions={name: value}), *calls)) == expected


def test_an_event_of_the_future_does_not_come_to_somebody_who_is_gone_by_then():
    what = project(campaign(), assumptions={"future_events": "at_timestamp"})
    found = run(what, ME, track(timestamp=START + DAY), call(CallKind.DELETE, at=START + HOUR))
    assert entered(found) == []


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (str(START + 60), True), ((START + 60) * 1000, True), ("2025-03-03T10:01:00Z", True), ("2025-03-03T11:00", True),
        ("Mon, 03 Mar 2025 10:01:00 +0000", True), ("Mon, 03 Mar 2025 10:01:00 GMT", True), ("2025-03-03T09:00", False),
        ("soon", False), (None, False), (True, False), ([], False), (-5, False),
    ],
)  # fmt: skip
def test_where_any_form_of_time_is_taken_each_means_its_moment(value, fits):
    after = project(
        campaign(where=data("at", START, operator=Operator.AFTER)), assumptions={"timestamp_formats": "any"}
    )
    assert bool(entered(run(after, ME, track(data={"at": value})))) is fits
    assert warnings(run(after, ME, track(data={"at": value}))) == []


def test_a_segment_on_a_time_in_any_form_is_joined_when_it_comes():
    later = on_segment(person("due", 0, operator=Operator.MORE_THAN_AGO))
    what = project(later[0], **later[1], assumptions={"timestamp_formats": "any"})
    assert entered(run(what, me(due="2025-03-03T12:00:00+00:00"))) == [2 * HOUR]


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        (Not(data("items[].sku", "A")), {"items": [{"sku": "A"}, {"sku": "A"}]}, False),
        (Not(data("items[].sku", "A")), {"items": []}, True),
        (Not(data("items[].at", 60, operator=Operator.MORE_THAN_AGO)), {"items": [{"at": 5}, {"at": START}]}, True),
        (data("items[].sku", "A"), {"items": [{"sku": "A"}, {"sku": "B"}]}, True),
    ],
)
def test_a_negation_of_each_element_holds_where_one_of_them_fails(condition, given, expected):
    what = project(campaign(where=condition), assumptions={"negation_on_paths": "each_element"})
    assert bool(entered(run(what, ME, track(data=given)))) is expected


@pytest.mark.parametrize(
    ("settings", "condition", "given", "expected"),
    [
        ({"null_property": "present"}, data("a.b", operator=Operator.EXISTS), {"a": {"b": None}}, True),
        ({"null_property": "present"}, data("a", operator=Operator.EXISTS), {}, False),
        ({"null_property": "present"}, data("a", ""), {"a": None}, False),
        ({"missing_property_negation": "fails"}, Not(data("a", 1)), {"a": 2}, True),
        ({"missing_property_negation": "fails"}, missing("a"), {}, True),
        ({"missing_property_negation": "fails", "null_property": "present"}, Not(data("a", 1)), {"a": None}, True),
    ],
)
def test_null_and_missing_properties_are_read_as_set(settings, condition, given, expected):
    what = project(campaign(where=condition), assumptions=settings)
    assert bool(entered(run(what, ME, track(data=given)))) is expected


def test_a_profile_without_the_attribute_may_be_left_out_of_an_inverse_change():
    one, more = on_segment(NO_IDLE)
    what = project(one, **more, assumptions={"inverse_attribute_change": "fails"})
    assert entered(run(what, me(plan="a"))) == []
    assert entered(run(what, ME, me(plan="a", at=START))) == []


def test_an_unknown_zone_is_one_for_dates_too():
    due = DateTrigger(date="due", at="09:00", zone="person", fallback="America/New_York")
    calls = [identify(at=START, email="p@example.org", due=START + 5 * DAY, timezone="Mars")]
    usual = run(campaign(due), *calls)
    assert entered(usual) == [5 * DAY + 4 * HOUR]
    assert usual.assumptions["unknown_zone"]
    assert entered(run(project(campaign(due), assumptions={"unknown_zone": "utc"}), *calls)) == [5 * DAY - HOUR]


def test_segments_in_a_filter_follow_a_late_refresh_at_once():
    window = timedelta(days=2)
    segments = {"active": segment(Performed("visit", within=window))}
    one = campaign(
        "signed_up", {"wait": "3d"}, {"email": "a"}, filter=InSegment("active"), exit={"when": "stops_matching"}
    )
    what = project(one, segments=segments, assumptions={"segment_refresh_seconds": 3600})
    assert outcomes(run(what, ME, track("visit"), track())) == [("exited_early", "stops_matching")]
