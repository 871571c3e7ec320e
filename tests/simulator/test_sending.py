"""Whether a message goes out: who may get it, how it is sent, and the limit of the workspace."""

from __future__ import annotations

import json

import pytest
from building import (
    DAY,
    HOUR,
    START,
    call,
    campaign,
    deliveries,
    identify,
    of_kind,
    outcomes,
    project,
    run,
    sent,
    skips,
    track,
)

from mailwright.definitions.segment import Topic, TopicsFile
from mailwright.definitions.triggers import TransactionalTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.history.calls import CallKind
from simulator.people import Person
from simulator.sending import limit_free_at, preferences
from simulator.summary import summary_of
from simulator.trace import Delivery

KINDS = ["email", "sms", "push", "whatsapp", "in_app", "slack", "webhook"]


def me(at=START, **attributes):
    return identify(at=at, **{"email": "p@example.org", "phone": "+15550100", **attributes})


# --- how a step sends (R81 to R83) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sending", "expected", "skipped"),
    [
        ("automatic", [("m", "sent", 0)], []),
        ("draft", [("m", "drafted", 0)], []),
        ("off", [], [("m", "step_off")]),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_sent_drafted_or_not_made(kind, sending, expected, skipped):
    found = run(campaign("signed_up", {kind: "m", "sending": sending}), me(), track())
    assert deliveries(found) == expected
    assert skips(found) == skipped
    assert outcomes(found) == [("finished", "end")]


@pytest.mark.parametrize("kind", ["email", "sms", "whatsapp", "ab_test"])
@pytest.mark.parametrize("address", [None, "", 5])
def test_without_an_address_the_message_fails_and_the_journey_goes_on(kind, address):
    step = {"ab_test": [{"share": 100, "email": "m"}, {"share": 0, "email": "n"}]} if kind == "ab_test" else {kind: "m"}
    found = run(campaign("signed_up", {**step, "id": "m"}), me(email=address, phone=address), track())
    assert deliveries(found) == [("m", "failed", 0)]
    assert of_kind(found, Delivery)[0].rule == "R94"
    assert outcomes(found) == [("finished", "end")]


@pytest.mark.parametrize("kind", ["push", "in_app", "slack", "webhook"])
def test_other_channels_need_no_address(kind):
    assert sent(run(campaign("signed_up", {kind: "m"}), identify(), track())) == [("m", 0)]


def test_a_recipient_in_the_event_goes_over_the_profile_s_address():
    found = run(campaign(), me(), track(data={"recipient": "other@example.org"}), track(data={"recipient": 5}))
    assert [entry.recipient for entry in of_kind(found, Delivery)] == ["other@example.org", "p@example.org"]


# --- who may get it (R84 to R89) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "held_back"),
    [(True, True), ("true", True), ("TRUE", True), (False, False), ("false", False), ("yes", False), (1, False)],
)
def test_unsubscribed_is_true_or_its_text(value, held_back):
    found = run(campaign(), me(unsubscribed=value), track())
    assert skips(found) == ([("hello", "unsubscribed")] if held_back else [])
    assert len(sent(found)) == (0 if held_back else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_in_app_slack_and_webhooks_still_run_for_the_unsubscribed(kind):
    found = run(campaign("signed_up", {kind: "m"}), me(unsubscribed=True), track())
    assert bool(sent(found)) is (kind in ("in_app", "slack", "webhook"))


@pytest.mark.parametrize(
    ("of_campaign", "of_step", "goes"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_the_step_s_word_about_the_unsubscribed_goes_over_the_campaign_s(of_campaign, of_step, goes):
    one = campaign("signed_up", {"email": "m", "to_unsubscribed": of_step}, to_unsubscribed=of_campaign)
    assert bool(sent(run(one, me(unsubscribed=True), track()))) is goes


TOPICS = TopicsFile(
    topics={
        "news": Topic(id=2, name="News"),
        "tips": Topic(id=3, name="Tips", default="unsubscribed"),
    },
    channels={"sms": "unsubscribed"},
)


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    ("topic", "wishes", "held_back"),
    [
        pytest.param("news", {}, "", id="an opt-out topic without a word"),
        pytest.param("news", {"topics": {"topic_2": False}}, "topic_unsubscribed", id="opted out"),
        pytest.param("news", {"topics": {"topic_3": False}}, "", id="opted out of another"),
        pytest.param("tips", {}, "topic_unsubscribed", id="an opt-in topic without a word"),
        pytest.param("tips", {"topics": {"topic_3": True}}, "", id="opted in"),
        pytest.param("tips", {"topics": {"topic_3": "yes"}}, "topic_unsubscribed", id="neither true nor false"),
        pytest.param("news", {"channels": {"email": False}}, "channel_unsubscribed", id="the channel"),
        pytest.param(
            "news", {"topics": {"topic_2": False}, "channels": {"email": False}}, "topic_unsubscribed",
            id="the topic comes before the channel",
        ),
        pytest.param("unknown", {}, "", id="a topic that is none"),
        pytest.param(None, {"topics": {"topic_2": False}}, "", id="no topic"),
    ],
)  # fmt: skip
def test_topics_and_channels_hold_messages_back(topic, wishes, held_back, as_text):
    what = project(campaign(topic=topic), topics=TOPICS)
    found = run(what, me(cio_subscription_preferences=json.dumps(wishes) if as_text else wishes), track())
    assert skips(found) == ([("hello", held_back)] if held_back else [])


def test_a_channel_may_be_opt_in():
    what = project(campaign("signed_up", {"sms": "m"}), topics=TOPICS)
    assert skips(run(what, me(), track())) == [("m", "channel_unsubscribed")]
    opted_in = me(cio_subscription_preferences={"channels": {"sms": True}})
    assert sent(run(what, opted_in, track())) == [("m", 0)]


def test_the_step_s_topic_goes_over_the_campaign_s_and_unsubscribed_over_both():
    what = project(campaign("signed_up", {"email": "m", "topic": "news"}, topic="tips"), topics=TOPICS)
    assert sent(run(what, me(), track())) == [("m", 0)]
    assert skips(run(what, me(unsubscribed=True), track())) == [("m", "unsubscribed")]


@pytest.mark.parametrize("value", [None, 5, "", "no json", "[1]", [], {"topics": 3}])
def test_preferences_in_no_form_we_know_say_nothing(value):
    assert preferences(value) == {}


# --- the limit (R90 to R93) -----------------------------------------------------------------------------------------------------


def limited(*steps, count=1, retry=None, **rest):
    workspace = Workspace(message_limit=MessageLimit(count=count, seconds=DAY, retry_seconds=retry), **rest)
    return project(campaign("signed_up", *steps, counts_toward_limit=True), workspace=workspace)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        pytest.param(DAY - 1, "undeliverable", id="a second too early"),
        pytest.param(DAY, "sent", id="at exactly the span"),
    ],
)
def test_the_limit_rolls_by_the_second(after, status):
    found = run(limited({"email": "m"}), me(), track(), track(at=START + after))
    assert deliveries(found) == [("m", "sent", 0), ("m", status, after)]


def test_the_limit_spans_campaigns_and_channels_and_is_each_person_s():
    workspace = Workspace(message_limit=MessageLimit(count=1, seconds=DAY))
    campaigns = {
        "a": campaign("go", {"email": "m"}, counts_toward_limit=True),
        "b": campaign("go", {"sms": "n"}, counts_toward_limit=True),
        "c": campaign("go", {"push": "o"}),
    }
    other = identify("q", email="q@example.org", phone="+15550101")
    found = run(project(campaigns, workspace=workspace), me(), other, track("go"), track("go", "q"))
    statuses = [(entry.person, entry.step, entry.status) for entry in of_kind(found, Delivery)]
    assert statuses == [
        (who, step, status) for who in "pq" for step, status in (("m", "sent"), ("n", "undeliverable"), ("o", "sent"))
    ]


@pytest.mark.parametrize(
    ("first", "status"),
    [
        pytest.param({"email": "first", "sending": "draft"}, "sent", id="a draft"),
        pytest.param({"email": "first", "sending": "off"}, "sent", id="a step that is off"),
        pytest.param({"email": "first", "counts_toward_limit": False}, "sent", id="one that does not count"),
        pytest.param({"in_app": "first"}, "sent", id="an in-app message"),
        pytest.param({"email": "first"}, "undeliverable", id="a sent one"),
    ],
)
def test_only_sent_messages_that_count_use_the_limit_up(first, status):
    assert deliveries(run(limited(first, {"email": "m"}), me(), track()))[-1] == ("m", status, 0)


@pytest.mark.parametrize(
    ("retry", "expected"),
    [
        pytest.param(2 * DAY, ("m", "sent", DAY), id="free in time"),
        pytest.param(DAY - HOUR, ("m", "sent", DAY), id="free in the last second"),
        pytest.param(HOUR, ("m", "undeliverable", 2 * HOUR), id="the retry time is over first"),
    ],
)
def test_a_message_over_the_limit_is_tried_again(retry, expected):
    steps = [{"email": "first"}, {"wait": "1h"}, {"email": "m", "retry_over_limit": True}, {"push": "end"}]
    found = run(limited(*steps, count=1, retry=retry), me(), track())
    assert ("m", "attempted", HOUR) in deliveries(found)
    assert [one for one in deliveries(found) if one[0] == "m"][-1] == expected
    assert outcomes(found) == [("finished", "end")], "the journey does not wait for it"
    # One message, however often it is tried.
    tally = summary_of(found.entries).campaigns["c"]
    assert tally.sent("email") == 1 + (expected[1] == "sent")
    assert sum(n for (step, *_), n in tally.unsent.items() if step == "m") == (expected[1] == "undeliverable")


def test_messages_that_are_tried_again_take_turns():
    steps = [{"email": f"m{n}", "retry_over_limit": True} for n in range(4)]
    found = run(limited(*steps, retry=5 * DAY), me(), track())
    assert sorted(at for _, at in sent(found)) == [0, DAY, 2 * DAY, 3 * DAY]


def test_a_message_waiting_for_the_limit_goes_nowhere_once_the_person_is_gone():
    steps = [{"email": "a"}, {"email": "b", "retry_over_limit": True}]
    found = run(limited(*steps, retry=5 * DAY), me(), track(), call(CallKind.DELETE, at=START + HOUR))
    assert deliveries(found) == [("a", "sent", 0), ("b", "attempted", 0)]


def test_transactional_messages_know_no_limit_and_no_unsubscribe():
    one = campaign(TransactionalTrigger(transactional="receipt"), {"email": "m"}, counts_toward_limit=True)
    workspace = Workspace(message_limit=MessageLimit(count=1, seconds=DAY))
    calls = [call(CallKind.TRANSACTIONAL, name="receipt") for _ in range(3)]
    assert len(sent(run(project(one, workspace=workspace), me(unsubscribed=True), *calls))) == 3


def test_the_limit_is_free_when_enough_sends_are_out_of_its_span():
    person = Person("p", 0)
    person.counted_sends = (0, 10, 20, 30)
    assert limit_free_at(person, 50, 3, 100) == 110
    assert limit_free_at(person, 105, 4, 100) == 105
    assert person.counted_sends == (10, 20, 30), "what is out of the span is forgotten"


# --- the provider (R98, R99) ------------------------------------------------------------------------------------------------------


def test_a_suppressed_address_gets_no_mail_but_other_channels():
    workspace = Workspace(esp_suppressed=["P@example.org"], message_limit=MessageLimit(count=1, seconds=DAY))
    one = campaign("signed_up", {"email": "m"}, {"sms": "n"}, counts_toward_limit=True)
    found = run(project(one, workspace=workspace), me(), track())
    assert deliveries(found) == [("m", "dropped", 0), ("n", "sent", 0)], "what is dropped uses up no limit"


def test_two_profiles_with_one_address_both_get_the_mail():
    twin = identify("q", email="p@example.org")
    assert len(sent(run(campaign(), me(), twin, track(), track(who="q")))) == 2
