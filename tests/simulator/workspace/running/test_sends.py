"""What a call of its own sends: transactional messages, broadcasts, one-time sends, now or at their time."""

from __future__ import annotations

import pytest
from building import DAY, HOUR, START, call, campaign, identify, person, project, segment
from live_places import Place

from mailwright.definitions.conditions import Operator
from mailwright.definitions.triggers import BroadcastTrigger, NewsletterTrigger, TransactionalTrigger
from simulator.history.calls import Call, CallKind
from simulator.workspace.documents import Kind
from simulator.workspace.records import Sending

RECEIPT = project(
    {"receipt": campaign(TransactionalTrigger(transactional="receipt"), {"email": "receipt"}, name="Receipt")},
    bodies={"receipt": "<p>Paid {{ trigger.total }}</p>"},
)


def sending(**rest) -> Sending:
    known = {"channel": "email", "message_id": 1, "identifier": "p", "id_type": "id", "to": "p@example.org"}
    return Sending(**{**known, "data": {"total": 12}, **rest})


@pytest.fixture
def place() -> Place:
    found = Place().seed(RECEIPT)
    found.take(identify(at=START, email="p@example.org"))
    return found


def test_a_transactional_message_goes_to_whom_the_call_names(place):
    number = place.running.send(sending(to="other@example.org"))
    one = place.only()
    assert (one.id, one.state, one.recipient) == (number, "sent", "other@example.org")
    assert one.parent == {"transactional_message_id": 1}
    assert "Paid 12" in one.html
    assert place.heard == [(number, "sent", "A subject")]


def test_a_send_makes_a_profile_where_there_is_none(place):
    place.running.send(sending(identifier="new", to="new@example.org"))
    assert place.running.person("new", "id") is not None


def test_what_the_call_says_stands_in_the_place_of_the_message(place):
    place.running.send(
        sending(
            overrides={
                "subject": "Hello {{ trigger.total }}", "body": "<b>own</b>", "body_plain": "own", "preheader": "soon",
                "from": "Me <me@example.org>", "reply_to": "re@example.org", "bcc": "audit@example.org",
                "headers": {"X-Tag": "a"}, "tracked": False,
            },
            attachments={"ticket.txt": b"hello"},
        )
    )  # fmt: skip
    one = place.only()
    assert (one.subject, one.preheader, one.sender) == ("Hello 12", "soon", "Me <me@example.org>")
    assert ("<b>own</b>" in one.html, one.text, one.bcc) == (True, "own", ("audit@example.org",))
    assert (one.reply_to, one.headers) == ("re@example.org", {"X-Tag": "a"})
    assert one.attachments == {"ticket.txt": b"hello"}
    place.running.send(sending())
    assert next(place.running.deliveries()).subject == "A subject"  # the next call has the message as it is


def test_a_send_without_a_message_brings_its_own(place):
    number = place.running.send(sending(message_id=None, overrides={"subject": "Hi", "body": "Own {{ customer.id }}"}))
    one = place.running.delivery(number)
    assert one is not None
    assert (one.state, one.subject, one.parent) == ("sent", "Hi", {})
    assert "Own p" in one.html
    assert place.running.why(number) == []


@pytest.mark.parametrize(
    ("overrides", "state", "failure"),
    [
        pytest.param({"subject": "Hi", "body": "{{ trigger.nothing }}"}, "failed", "Variable 'trigger.nothing' is missing", id="a variable"),
        pytest.param({"body": "Hi"}, "failed", "subject can not be blank", id="no subject"),
    ],
)  # fmt: skip
def test_a_raw_send_that_cannot_be_rendered_fails(place, overrides, state, failure):
    place.running.send(sending(message_id=None, overrides=overrides))
    assert (place.only().state, place.only().failure_message) == (state, failure)


def test_a_draft_is_made_and_stays(place):
    place.running.send(sending(draft=True))
    place.running.send(sending())
    assert [one.state for one in place.running.deliveries()] == ["sent", "drafted"]


def test_people_who_unsubscribed_get_it_unless_the_call_says_not_to(place):
    place.take(identify(at=START + 1, unsubscribed=True))
    place.running.send(sending())
    place.running.send(sending(overrides={"send_to_unsubscribed": False}))
    assert [one.state for one in place.running.deliveries()] == ["undeliverable", "sent"]


def test_nobody_who_is_suppressed_gets_anything(place):
    place.take(call(CallKind.SUPPRESS, "p", START + 1))
    number = place.running.send(sending())
    one = place.running.delivery(number)
    assert one is not None
    assert (one.state, one.person) == ("undeliverable", None)


def test_a_send_for_later_waits_also_over_a_restart(tmp_path):
    place = Place(tmp_path / "here.db").seed(RECEIPT)
    place.take(identify(at=START, email="p@example.org"))
    number = place.running.send(sending(at=START + DAY, attachments={"a": b"\x00\xff"}))
    one = place.running.delivery(number)
    assert one is not None
    assert (one.state, one.metrics) == ("queued", {"created": START, "queued": START})
    place = place.reopened()
    place.advance(START + DAY - 1)
    assert place.only().state == "queued"
    place.advance(START + DAY)
    assert (place.only().id, place.only().state, place.only().attachments) == (number, "sent", {"a": b"\x00\xff"})
    place.advance(START + 9 * DAY)
    assert place.heard == [(number, "sent", "A subject")]


# --- broadcasts -------------------------------------------------------------------------------------------------------

STORM = project(
    {
        "storm": campaign(
            BroadcastTrigger(broadcast="storm", audience=person("city", "Lisbon")), {"email": "storm"}, name="Storm"
        )
    },
    bodies={"storm": "Seat {{ trigger.seat | default: 'none' }} in {{ trigger.city | default: '?' }}"},
    segments={"hand": segment()},
)


@pytest.fixture
def city() -> Place:
    place = Place().seed(STORM)
    for name, where in (("a", "Lisbon"), ("b", "Porto"), ("c", "Lisbon")):
        place.take(identify(name, START, email=f"{name}@example.org", city=where))
    return place


@pytest.mark.parametrize(
    ("body", "people"),
    [
        pytest.param({"data": {}}, ["a", "c"], id="its own audience"),
        pytest.param({"data": {}, "ids": ["b", "c", "c"]}, ["b", "c"], id="ids, each once"),
        pytest.param({"data": {}, "emails": ["B@example.org"]}, ["b"], id="addresses"),
        pytest.param({"recipients": {"attribute": {"field": "city", "operator": "eq", "value": "Porto"}}}, ["b"], id="a filter"),
        pytest.param({"recipients": {"not": {"attribute": {"field": "city", "operator": "eq", "value": "Porto"}}}}, ["a", "c"], id="a negated filter"),
        pytest.param({"recipients": {"and": [{"segment": {"id": 1}}]}}, ["a"], id="a segment"),
        pytest.param({"recipients": {"weather": "rain"}}, [], id="a filter that means nothing"),
    ],
)  # fmt: skip
def test_a_broadcast_goes_to_whom_the_call_asks_for(city, body, people):
    city.take(call(CallKind.JOIN_SEGMENT, "a", START, other="1"))
    found = city.running.trigger_broadcast(1, 12, body)
    assert sorted(to for to, _, _ in city.sent()) == [f"{name}@example.org" for name in people]
    assert found == {"count": len(people), "errors": []}


def test_each_person_may_have_data_of_their_own(city):
    rows = [{"id": "a", "data": {"seat": "4A"}}, {"email": "b@example.org"}]
    city.running.trigger_broadcast(1, 12, {"data": {"city": "Lisbon"}, "per_user_data": rows})
    told = {one.recipient: one.html for one in city.whole()}
    assert "Seat 4A in Lisbon" in told["a@example.org"]
    assert "Seat none in Lisbon" in told["b@example.org"]


def test_who_is_not_there_is_an_error_unless_it_is_ignored(city):
    found = city.running.trigger_broadcast(
        1, 12, {"ids": ["a", "nobody"], "emails": ["x@example.org"], "email_ignore_missing": True}
    )
    assert found["count"] == 1
    assert found["errors"] == [{"id_type": "id", "id": "nobody", "reason": "not found"}]


def test_a_broadcast_names_its_trigger_and_its_journey(city):
    city.running.trigger_broadcast(1, 12, {"ids": ["a"]})
    parent = dict(city.only().parent)
    assert len(parent.pop("journey_id")) == 26
    assert parent == {"broadcast_id": 1, "trigger_id": 12, "action_id": int(city.documents("action")[0]["id"])}


def test_a_broadcast_in_a_log_may_be_called_by_its_name_or_number(city):
    city.take(Call(0, CallKind.BROADCAST, name="storm", data={"data": {}, "ids": ["a"]}, at=START + 1))
    city.take(Call(0, CallKind.BROADCAST, name="1", data={"data": {}, "ids": ["b"]}, at=START + 60))
    city.take(Call(0, CallKind.BROADCAST, name="1", data={"data": {}, "ids": ["c"]}, at=START + 61))  # too soon
    assert [to for to, _, _ in city.sent()] == ["a@example.org", "b@example.org"]


# --- one-time sends -----------------------------------------------------------------------------------------------------


def digest(at: str | None) -> Place:
    trigger = NewsletterTrigger(newsletter="digest", audience=person("plan", operator=Operator.EXISTS), at=at)
    place = Place().seed(project({"digest": campaign(trigger, {"email": "digest"}, name="Digest")}))
    place.take(identify("a", START, email="a@example.org", plan="pro"), identify("b", START, email="b@example.org"))
    return place


def test_a_scheduled_send_goes_out_at_its_time_to_whoever_is_there_then():
    place = digest("2025-03-04T10:00:00Z")
    place.take(identify("c", START + HOUR, email="c@example.org", plan="free"))
    place.advance(START + DAY - 1)
    assert place.sent() == []
    place.advance(START + 2 * DAY)
    assert place.sent() == [("a@example.org", "A subject", DAY), ("c@example.org", "A subject", DAY)]
    (document,) = place.documents("newsletter")
    assert (document["send_state"], document["sent_at"]) == ("sent", START + DAY)
    assert {tuple(one.parent) for one in place.running.deliveries()} == {("newsletter_id", "content_id")}
    place.advance(START + 9 * DAY)
    assert len(place.sent()) == 2


def test_a_time_that_was_over_is_not_made_up_for():
    place = digest("2025-03-02T10:00:00Z")
    place.advance(START + DAY)
    assert place.sent() == []


def test_a_send_scheduled_by_a_client_goes_out_once():
    place = digest(None)
    (document,) = place.documents("newsletter")
    place.space.documents.put(
        Kind.NEWSLETTER, document["id"], {**document, "send_state": "scheduled", "scheduled_at": START + 60}
    )
    place.space.content_changed()
    place.advance(START + 30)
    place.advance(START + 60)
    place.advance(START + 90)
    assert place.sent() == [("a@example.org", "A subject", 60)]


def test_a_send_now_says_to_how_many():
    place = digest(None)
    assert place.running.send_newsletter(1) == 1
    assert place.running.send_newsletter(99) == 0
    assert place.sent() == [("a@example.org", "A subject", 0)]
