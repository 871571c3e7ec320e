"""Calls as they come in: duplicates, anonymous events, objects, and the calls that start one kind of campaign."""

from __future__ import annotations

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
    sent,
    track,
    warnings,
)

from mailwright.definitions.conditions import Compare, Operator, Subject
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    FormTrigger,
    ObjectTrigger,
    RelationshipTrigger,
    TransactionalTrigger,
    WebhookTrigger,
)
from mailwright.definitions.workspace import Workspace
from simulator.engine import Detail
from simulator.history.calls import Call, CallKind, IdType
from simulator.trace import Considered, Delivery, Entered, Noted

MINUTE = 60


def me(at=START, who="p", **attributes):
    return identify(who, at=at, email=f"{who}@example.org", **attributes)


# --- duplicates and unknown people (R31, R32) -----------------------------------------------------------------------------


def test_an_event_id_seen_before_makes_an_event_invisible_for_everybody():
    calls = [track(event_id="e1"), track(at=START + 1, event_id="e1"), track(who="q", at=START + 2, event_id="e1")]
    found = run(campaign(), me(), me(who="q"), *calls, track(at=START + 3, event_id="e2"))
    assert entered(found) == [0, 3]
    assert [(entry.code, entry.person, entry.line) for entry in of_kind(found, Noted)] == [
        ("duplicate_event_id", "p", 4), ("duplicate_event_id", "q", 5),
    ]  # fmt: skip


def test_events_alike_without_an_id_are_two():
    assert entered(run(campaign(), me(), track(), track())) == [0, 0]


@pytest.mark.parametrize("kind", [CallKind.DEVICE, CallKind.DEVICE_GONE, CallKind.RELATE, CallKind.FORM])
def test_a_call_about_an_unknown_person_makes_a_bare_profile(kind):
    found = run(campaign(), call(kind, "new", name="x", other="1"))
    assert found.profiles == {"new": {}}
    assert found.assumptions["unknown_person"] == 1


@pytest.mark.parametrize("kind", [CallKind.DELETE, CallKind.METRIC, CallKind.UNRELATE, CallKind.LEAVE_SEGMENT])
def test_a_call_that_takes_something_away_makes_nobody(kind):
    assert run(campaign(), call(kind, "new", name="x", other="1")).profiles == {}


@pytest.mark.parametrize("kind", [CallKind.EVENT, CallKind.FORM, CallKind.RELATE, CallKind.TRANSACTIONAL])
def test_a_suppressed_person_is_made_by_no_call(kind):
    assert run(campaign(), call(CallKind.SUPPRESS, "p"), call(kind, "p", name="signed_up")).profiles == {}


@pytest.mark.parametrize(
    "kind",
    [CallKind.IDENTIFY, CallKind.SUPPRESS, CallKind.UNSUPPRESS, CallKind.MERGE, CallKind.FORM, CallKind.TRANSACTIONAL],
)
def test_a_call_that_names_nobody_does_nothing(kind):
    found = run(campaign(), call(kind, None, name="x", data={"a": 1}))
    assert found.profiles == {}
    assert found.entries == []


def test_calls_received_out_of_order_are_one_person_s_in_the_order_of_the_log():
    found = run(campaign("signed_up", {"wait": "1h"}, {"email": "a"}), me(START + DAY), track(at=START))
    assert entered(found) == [DAY]


def test_a_call_without_any_time_comes_with_the_one_before():
    calls = [me(), track("other", "q", START + 50), Call(0, CallKind.EVENT, "p", name="signed_up")]
    assert entered(run(campaign(), *calls)) == [50]


# --- anonymous events (R34 to R36) --------------------------------------------------------------------------------------------


def anonymous(at=START, name="signed_up", who="a1", **rest):
    return track(name, None, at, anonymous_id=who, **rest)


@pytest.mark.parametrize(
    ("event", "identified", "expected", "refused"),
    [
        pytest.param(START, START + HOUR, [HOUR], [], id="an hour later"),
        pytest.param(START, START + 72 * HOUR, [72 * HOUR], [], id="exactly 72 hours later"),
        pytest.param(START, START + 72 * HOUR + 1, [], ["too_old"], id="a second longer"),
        pytest.param(START, START + 30 * DAY, [], ["too_old"], id="exactly thirty days"),
        pytest.param(START, START + 30 * DAY + 1, [], [], id="no longer attached"),
    ],
)
def test_an_anonymous_event_waits_for_a_person(event, identified, expected, refused):
    found = run(campaign(), anonymous(event), me(identified, anonymous_id="a1"))
    assert entered(found) == expected
    assert refusals(found) == refused


def test_the_72_hours_count_from_the_event_s_own_time():
    found = run(campaign(), anonymous(timestamp=START - 71 * HOUR), me(START + 2 * HOUR, anonymous_id="a1"))
    assert refusals(found) == ["too_old"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(5 * MINUTE, [5 * MINUTE], id="exactly five minutes"),
        pytest.param(5 * MINUTE + 1, [], id="a second later"),
    ],
)
def test_anonymous_events_are_attached_until_five_minutes_after(after, expected):
    again = me(START + 2 * HOUR, anonymous_id="a1")
    found = run(campaign(), me(anonymous_id="a1"), anonymous(START + after), again)
    assert entered(found) == expected, "and a second identify with the same id attaches nothing"


def test_an_anonymous_id_is_one_person_s():
    found = run(campaign(), me(anonymous_id="a1"), anonymous(START + 1), me(START + 9, "q", anonymous_id="a1"))
    assert [entry.person for entry in of_kind(found, Entered)] == ["p"]
    assert warnings(found) == ["anonymous_id_taken"]


def test_the_anonymous_id_of_somebody_deleted_is_nobody_s():
    calls = [me(anonymous_id="a1"), call(CallKind.DELETE, at=START + 1), anonymous(START + 2)]
    found = run(campaign(), *calls, me(START + 3, "q", anonymous_id="a1"))
    assert entered(found) == []
    assert warnings(found) == []


def test_an_anonymous_id_may_come_as_the_person_s_identifier():
    event = Call(0, CallKind.EVENT, "a1", IdType.ANONYMOUS, "signed_up", at=START)
    named = Call(0, CallKind.IDENTIFY, "p", anonymous_id="a1", data={"email": "p@example.org"}, at=START + 5)
    assert entered(run(campaign(), event, named)) == [5]


def test_without_merging_anonymous_events_stay_unused():
    what = project(campaign(), workspace=Workspace(anonymous_merge=False))
    calls = [anonymous(), me(START + 1, anonymous_id="a1"), anonymous(START + 2), me(START + 3, anonymous_id="a1")]
    assert entered(run(what, *calls)) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [({"recipient": "x@example.org"}, "invite_event_not_modelled"), ({}, "event_without_person")],
)
def test_an_event_of_nobody_is_named_in_a_warning(given, code):
    assert warnings(run(campaign(), track(who=None, data=given))) == [code]


# --- forms, webhooks, transactional (R102) ------------------------------------------------------------------------------------


def test_a_form_starts_what_asks_for_it():
    campaigns = {
        "any": campaign(FormTrigger(form="Contact")),
        "some": campaign(FormTrigger(form="contact", where=data("topic", "sales"))),
        "other": campaign(FormTrigger(form="other")),
    }
    submit = call(CallKind.FORM, name="contact", data={"topic": "help"})
    found = run(project(campaigns), me(), submit, detail=Detail.FULL)
    assert [(e.campaign, e.matched) for e in of_kind(found, Considered)] == [("any", True), ("some", False)]
    assert [entry.campaign for entry in of_kind(found, Entered)] == ["any"]


@pytest.mark.parametrize(
    ("who", "posted", "expected"),
    [
        pytest.param("p", {}, "p", id="the call names the person"),
        pytest.param(None, {"user": {"id": "p"}}, "p", id="the data does"),
        pytest.param(None, {"user": {"id": 7}}, "7", id="by a number"),
        pytest.param(None, {"user": {"id": True}}, "nobody-1", id="no identifier"),
        pytest.param(None, {}, "nobody-1", id="nobody"),
        pytest.param("blocked", {}, "nobody-1", id="somebody suppressed"),
    ],
)
def test_data_posted_to_a_hook_starts_a_journey_with_a_person_or_without(who, posted, expected):
    one = campaign(WebhookTrigger(webhook="Hook", person="user.id"), {"wait": "1h"}, {"webhook": "out"})
    post = call(CallKind.WEBHOOK, who, name="hook", data=posted)
    other = call(CallKind.WEBHOOK, who, name="another", data=posted)
    found = run(one, me(), call(CallKind.SUPPRESS, "blocked"), post, other)
    assert [(entry.person, entry.at - START) for entry in of_kind(found, Delivery)] == [(expected, HOUR)]


def test_a_hook_finds_people_by_address():
    one = campaign(WebhookTrigger(webhook="hook", person="mail", where=data("ok", True)))
    what = project(one, identifier="id_or_email")
    post = call(CallKind.WEBHOOK, None, name="hook", data={"mail": "P@example.org", "ok": "true"})
    assert [entry.person for entry in of_kind(run(what, me(), post), Entered)] == ["p"]
    refused = call(CallKind.WEBHOOK, None, name="hook", data={"mail": "P@example.org"})
    assert entered(run(what, me(), refused)) == []


def test_hooks_of_nobody_are_journeys_of_different_strangers():
    one = campaign(WebhookTrigger(webhook="hook"), {"set": {"person": {"x": 1}}}, {"webhook": "out"})
    posts = [call(CallKind.WEBHOOK, None, at=START + n, name="hook", data={}) for n in range(2)]
    found = run(one, *posts)
    assert [entry.person for entry in of_kind(found, Entered)] == ["nobody-1", "nobody-2"]
    assert found.profiles == {}


def test_a_transactional_message_goes_where_its_call_says():
    one = campaign(TransactionalTrigger(transactional="receipt"), {"email": "m"})
    calls = [call(CallKind.TRANSACTIONAL, name="Receipt", other=to) for to in ("other@example.org", None)]
    found = run(one, me(), *calls, call(CallKind.TRANSACTIONAL, name="invoice"))
    assert [entry.recipient for entry in of_kind(found, Delivery)] == ["other@example.org", "p@example.org"]


# --- broadcasts (R103) ----------------------------------------------------------------------------------------------------------


def blast(at=START, who=None, name="news", **given):
    return call(CallKind.BROADCAST, who, at, name=name, data=given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, ["p", "q"], id="the audience"),
        pytest.param({"ids": ["r", "nobody"]}, ["r"], id="ids, the audience or not"),
        pytest.param({"emails": ["Q@example.org"]}, ["q"], id="addresses"),
        pytest.param({"ids": "p"}, ["p", "q"], id="no list of ids"),
    ],
)
def test_a_broadcast_goes_to_its_audience_or_to_whom_the_call_names(given, expected):
    one = campaign(BroadcastTrigger(broadcast="news", audience=person("plan", "pro")))
    what = project(one, identifier="id_or_email")
    found = run(what, me(plan="pro"), me(who="q", plan="pro"), me(who="r"), blast(START + 1, **given))
    assert [entry.person for entry in of_kind(found, Entered)] == expected


def test_a_broadcast_without_an_audience_goes_to_everybody_there_is():
    one = campaign(BroadcastTrigger(broadcast="news"), filter=person("plan", "pro"))
    found = run(one, me(plan="pro"), me(who="q"), blast(), me(START + 60, "late", plan="pro"))
    assert [entry.person for entry in of_kind(found, Entered)] == ["p"]


def test_a_broadcast_to_one_person_needs_them_to_exist():
    one = campaign(BroadcastTrigger(broadcast="news"))
    assert entered(run(one, me(), blast(who="p"), blast(START + 60, who="nobody"))) == [0]


@pytest.mark.parametrize(
    ("after", "expected"), [(9, ["broadcast_too_soon"]), (10, [])], ids=["too soon", "ten seconds later"]
)
def test_one_broadcast_goes_out_in_ten_seconds(after, expected):
    one = campaign(BroadcastTrigger(broadcast="news"))
    found = run(one, me(), blast(), blast(START + 1, name="another"), blast(START + after, name="News"))
    assert warnings(found) == expected
    assert len(entered(found)) == 2 - len(expected)


def test_recipients_as_a_condition_are_named_as_not_modelled():
    one = campaign(BroadcastTrigger(broadcast="news"))
    assert warnings(run(one, me(), blast(recipients={"segment": {"id": 7}}))) == ["broadcast_recipients_not_modelled"]


# --- objects and relationships (R42) --------------------------------------------------------------------------------------------


def of_object(path, value):
    return Compare(Subject.OBJECT, path, Operator.EQUALS, (value,))


def of_relationship(path, value):
    return Compare(Subject.RELATIONSHIP, path, Operator.EQUALS, (value,))


def relate(at=START, who="p", **given):
    return call(CallKind.RELATE, who, at, name="company", other="1", data=given)


def changes(at, **given):
    return call(CallKind.OBJECT, None, at, name="company", other="1", data=given)


def test_an_object_that_comes_to_match_starts_for_its_people():
    one = campaign(
        ObjectTrigger(object="company", where=of_object("plan", "pro"), audience=of_relationship("role", "boss")),
        frequency="rematch",
    )
    calls = [me(), me(who="q"), me(who="r"), relate(role="boss"), relate(who="q", role="staff")]
    calls += [changes(START + 1, plan="pro"), changes(START + 2, plan="pro", size=5), changes(START + 3, plan="free")]
    other = call(CallKind.OBJECT, None, START + 5, name="school", other="1", data={"plan": "pro"})
    found = run(one, *calls, changes(START + 4, plan="pro"), other)
    assert [(entry.person, entry.at - START) for entry in of_kind(found, Entered)] == [("p", 1), ("p", 4)]


def test_an_object_campaign_starts_once_by_default():
    one = campaign(ObjectTrigger(object="company", where=of_object("plan", "pro")))
    calls = [
        me(),
        relate(),
        changes(START + 1, plan="pro"),
        changes(START + 2, plan="free"),
        changes(START + 3, plan="pro"),
    ]
    found = run(one, *calls)
    assert entered(found) == [1]
    assert refusals(found) == ["once"]


def test_who_is_no_longer_related_is_not_concerned():
    one = campaign(ObjectTrigger(object="company", where=of_object("plan", "pro")))
    gone = call(CallKind.UNRELATE, at=START + 1, name="company", other="1")
    assert entered(run(one, me(), relate(), gone, changes(START + 2, plan="pro"))) == []


def test_an_object_that_is_deleted_takes_its_relationships_along():
    one = campaign(ObjectTrigger(object="company", where=of_object("plan", "pro")))
    gone = call(CallKind.OBJECT_GONE, None, START + 1, name="company", other="1")
    assert entered(run(one, me(), relate(), gone, changes(START + 2, plan="pro"))) == []


def test_null_and_an_empty_text_are_no_values_of_an_object():
    one = campaign(ObjectTrigger(object="company", where=Compare(Subject.OBJECT, "plan", Operator.EXISTS)))
    assert entered(run(one, me(), relate(), changes(START + 1, plan=""), changes(START + 2, plan=None))) == []


def test_a_relationship_starts_each_time_it_matches():
    one = campaign(
        RelationshipTrigger(
            relationship="company", where=of_relationship("role", "boss"), object_where=of_object("plan", "pro")
        )
    )
    calls = [me(), changes(START, plan="pro"), relate(START + 1, role="staff"), relate(START + 2, role="boss")]
    calls += [relate(START + 3), call(CallKind.RELATE, at=START + 4, name="school", other="1", data={"role": "boss"})]
    found = run(one, *calls)
    assert entered(found) == [2, 3]
    assert entered(run(one, me(), relate(START + 2, role="boss"))) == [], "the object's part must hold too"


# --- reporting webhooks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{}, {"campaign": 5}])
def test_a_metric_that_names_no_campaign_is_nobody_s(given):
    one = campaign("signed_up", {"email": "m"}, {"wait": "1h"})
    metric = call(CallKind.METRIC, at=START + 5, name="opened", other="m", data=given)
    assert outcomes(run(one, me(), track(), metric)) == [("finished", "end")]
    assert sent(run(one, me(), track(), metric)) == [("m", 0)]
