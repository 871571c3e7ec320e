"""An event: what it starts, how old it may be, how its name is read."""

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
    project,
    refusals,
    run,
    segment,
    sent,
    track,
    warnings,
)

from mailwright.definitions.conditions import EventType, Not, Operator, Performed
from mailwright.definitions.triggers import EventTrigger, SegmentTrigger
from simulator.history.calls import CallKind
from simulator.trace import Delivery, Entered

ME = identify(email="p@example.org", at=START - DAY)


# --- names (R2 to R4) ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected", "warned"),
    [
        pytest.param("signed_up", [0], [], id="the name"),
        pytest.param("  signed_up\t", [0], [], id="spaces around it (R2)"),
        pytest.param("Signed_UP", [0], ["event_name_case_mismatch"], id="in another case (R3)"),
        pytest.param("signed up", [], [], id="another name"),
    ],
)
def test_an_event_starts_what_asks_for_its_name(name, expected, warned):
    found = run(campaign(), ME, track(name))
    assert entered(found) == expected
    assert warnings(found) == warned


@pytest.mark.parametrize("kind", [EventType.EVENT, EventType.PAGE, EventType.SCREEN])
def test_an_event_page_or_screen_starts_only_its_own_kind(kind):
    kinds = {"event": CallKind.EVENT, "page": CallKind.PAGE, "screen": CallKind.SCREEN}
    what = project(campaign(EventTrigger(event="https://example.org/a", type=kind)))
    found = [name for name, one in kinds.items() if entered(run(what, ME, call(one, name="https://example.org/a")))]
    assert found == [kind.value]


def test_two_campaigns_on_one_event_both_start():
    campaigns = {"general": campaign(), "custom": campaign(where=data("id", 8))}
    found = run(project(campaigns), ME, track(data={"id": "8"}))
    assert [entry.campaign for entry in of_kind(found, Entered)] == ["custom", "general"]


# --- age (R26 to R29) -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(0, [0], id="now"),
        pytest.param(72 * HOUR, [0], id="exactly 72 hours"),
        pytest.param(72 * HOUR + 1, [], id="a second older"),
        pytest.param(-DAY, [0], id="from the future"),
    ],
)
def test_an_event_older_than_72_hours_starts_nothing(age, expected):
    found = run(campaign(), ME, track(timestamp=START - age))
    assert entered(found) == expected
    assert refusals(found) == ([] if expected else ["too_old"])


def test_delays_count_from_receipt():
    one = campaign("signed_up", {"wait": "1d"}, {"email": "hello"})
    assert sent(run(one, ME, track(timestamp=START - 2 * DAY))) == [("hello", DAY)]


def test_an_old_event_counts_by_its_own_time():
    recent = {"recent": segment(Performed("visit", within=timedelta(days=7)))}
    what = project(campaign(SegmentTrigger(segment="recent")), segments=recent)
    assert entered(run(what, ME, track("visit", timestamp=START - 6 * DAY))) == [0]
    assert entered(run(what, ME, track("visit", timestamp=START - 8 * DAY))) == []


def test_an_event_without_a_receipt_comes_at_its_own_time():
    found = run(campaign(), track(at=None, timestamp=START + 5), track(at=None))
    assert entered(found) == [5, 5]


# --- times in other forms (R17) -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected", "warned"),
    [
        pytest.param(START - 10 * DAY, [0], [], id="Unix seconds"),
        pytest.param(str(START - 10 * DAY), [0], [], id="Unix seconds in a text"),
        pytest.param((START - 10 * DAY) * 1000, [], ["timestamp_in_other_format"], id="milliseconds"),
        pytest.param("2025-01-01T10:00:00Z", [], ["timestamp_in_other_format"], id="ISO 8601"),
        pytest.param("Wed, 01 Jan 2025 10:00:00 GMT", [], ["timestamp_in_other_format"], id="RFC 2822"),
        pytest.param("soon", [], [], id="no time at all"),
        pytest.param(None, [], [], id="missing"),
    ],
)
def test_a_time_in_another_form_fails_with_a_warning(value, expected, warned):
    old = data("made", 3 * DAY, operator=Operator.MORE_THAN_AGO)
    found = run(campaign(where=old), ME, track(data={"made": value}))
    assert entered(found) == expected
    assert warnings(found) == warned
    assert found.assumptions["timestamp_formats"] == len(warned)


def test_a_negated_time_test_holds_for_another_form_and_says_what_it_stood_on():
    fresh = Not(data("made", 3 * DAY, operator=Operator.MORE_THAN_AGO))
    found = run(campaign(where=fresh), ME, track(data={"made": "2020-01-01"}))
    assert entered(found) == [0]
    assert found.assumptions["timestamp_formats"] == 2


# --- which assumptions a match stood on -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "given", "setting"),
    [
        pytest.param(Not(data("source", "sms")), {}, "missing_property_negation", id="a missing property"),
        pytest.param(Not(data("source", operator=Operator.EXISTS)), {"source": None}, "null_property", id="a null"),
        pytest.param(data("id", 8), {"id": "8.0"}, "numbers_compare_as", id="numeric texts"),
        pytest.param(
            data("tags", "sale", operator=Operator.CONTAINS), {"tags": ["Sale"]}, "contains_on_list", id="a list"
        ),
        pytest.param(data("n", 1, 5, operator=Operator.BETWEEN), {"n": 5}, "between", id="an end of a range"),
        pytest.param(Not(data("items[].sku", "A")), {"items": [{"sku": "B"}]}, "negation_on_paths", id="any element"),
    ],
)
def test_a_match_names_the_assumption_that_decided_it(where, given, setting):
    found = run(campaign(where=where), ME, track(data=given))
    assert entered(found) == [0]
    assert found.assumptions[setting] == 1
    assert not run(campaign(where=data("other", 1)), ME, track(data={"other": 1})).assumptions[setting]


# --- events that workflows send (R75) ----------------------------------------------------------------------------------------


def test_a_workflow_s_event_starts_other_campaigns_with_its_data():
    campaigns = {
        "a": campaign("go", {"create_event": {"name": " made ", "data": {"kind": "x", "list": ["y"]}}}),
        "b": campaign("made", where=data("kind", "x")),
        "c": campaign("made", where=data("kind", "z")),
    }
    assert [entry.campaign for entry in of_kind(run(project(campaigns), ME, track("go")), Entered)] == ["a", "b"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param("friend", ["hello to friend"], id="somebody known"),
        pytest.param("stranger", ["no address of stranger"], id="somebody new"),
        pytest.param("blocked", [], id="somebody suppressed"),
        pytest.param("  ", [], id="nobody"),
    ],
)
def test_a_workflow_s_event_may_be_somebody_else_s(other, expected):
    campaigns = {"a": campaign("go", {"create_event": {"name": "made", "of": other}}), "b": campaign("made")}
    found = run(
        project(campaigns), ME, identify("friend", email="f@example.org", at=START - DAY),
        call(CallKind.SUPPRESS, "blocked", START - DAY), track("go"),
    )  # fmt: skip
    told = [("hello to " if entry.recipient else "no address of ") + entry.person for entry in of_kind(found, Delivery)]
    assert told == expected


def test_two_people_s_campaigns_that_cause_each_other_s_events_come_to_an_end():
    campaigns = {
        "a": campaign("ping", {"create_event": {"name": "pong", "of": "q"}}),
        "b": campaign("pong", {"create_event": {"name": "ping", "of": "p"}}),
    }
    found = run(project(campaigns, assumptions={"loop_guard_events": 10}), ME, identify("q"), track("ping"))
    assert len(entered(found)) == 21


def test_a_deleted_person_gets_no_event_that_was_on_its_way():
    campaigns = {
        "a": campaign("go", {"wait": "1d"}, {"create_event": {"name": "made", "of": "q"}}),
        "b": campaign("made"),
    }
    gone = call(CallKind.DELETE, "q", START + HOUR)
    found = run(project(campaigns), ME, identify("q", at=START), track("go"), gone)
    assert [entry.person for entry in of_kind(found, Entered)] == ["p", "q"], "the event makes a fresh profile"


def test_an_event_name_beyond_the_documented_length_is_a_warning():
    assert warnings(run(campaign(), track("é" * 51))) == ["event_name_too_long"]
    assert warnings(run(campaign(), track("é" * 50))) == []
