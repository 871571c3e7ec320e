"""Sends, broadcasts, newsletters, people and what was sent to them, through the App API and really run."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest
from wire_exchanges import Wired

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace.documents import (
    Kind,
    add_action,
    add_message,
    add_translation,
    new_action,
    new_campaign,
    new_identity,
    new_segment,
    new_template,
    new_topic,
    new_transactional,
)


@pytest.fixture
def shop(workspace: Wired) -> Wired:
    """A workspace with a transactional message, a broadcast, a segment and three people."""
    documents = workspace.home.documents
    sender = documents.add(Kind.IDENTITY, new_identity("Shop", "shop@example.org", 1))["id"]
    receipt = documents.add(
        Kind.TEMPLATE,
        new_template(
            "email", 1, subject="Your {{ trigger.what }}", body="<p>{{ trigger.what }}</p>", from_identity_id=sender
        ),
    )
    documents.add(
        Kind.TRANSACTIONAL, new_transactional("Receipt", 1, template_id=receipt["id"], trigger_name="receipt")
    )
    add_translation(
        documents, documents.get(Kind.TEMPLATE, receipt["id"]) or {}, "fr", 1, subject="Votre {{ trigger.what }}"
    )
    push = documents.add(Kind.TEMPLATE, new_template("push", 1, body_json='{"title": "T", "body": "B"}'))
    documents.add(Kind.TRANSACTIONAL, new_transactional("Ping", 1, type="push", template_id=push["id"]))
    tree = {"and": [{"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}]}
    documents.add(Kind.SEGMENT, new_segment("Pro", 1, type="dynamic", conditions=tree))
    made = documents.add(
        Kind.CAMPAIGN,
        new_campaign("Storm", 1, type="triggered_broadcast", state="running", recipients_filter={"segment": {"id": 1}}),
    )
    content = new_template(
        "email",
        1,
        subject="{{ trigger.city | default: '' }}{{ trigger.seat | default: '' }}",
        body="<p>Storm</p>",
        from_identity_id=sender,
    )
    email, _ = add_message(documents, made["id"], new_action("email_action", 1, name="Storm"), content)
    end = add_action(documents, made["id"], new_action("exit_action", 1))
    made |= {
        "workflow_action_ids": [email["id"], end["id"]],
        "edges": [{"from": email["id"], "to": end["id"], "type": "continue"}],
    }
    documents.put(Kind.CAMPAIGN, made["id"], made)
    workspace.home.content_changed()
    for name, plan in (("1", "pro"), ("2", "free"), ("3", "pro")):
        identify(workspace, name, email=f"p{name}@example.org", plan=plan)
    return workspace


def identify(workspace: Wired, name: str, **attributes: Any) -> None:
    workspace.home.take(Call(0, CallKind.IDENTIFY, name, IdType.ID, data=attributes))


def send(workspace: Wired, **fields: Any) -> Any:
    body = {
        "transactional_message_id": "receipt",
        "to": "p1@example.org",
        "identifiers": {"id": "1"},
        "message_data": {"what": "order"},
    }
    return workspace.app(
        "POST", "send/email", {name: value for name, value in {**body, **fields}.items() if value is not None}
    )


def the_delivery(workspace: Wired, reply: Any) -> Any:
    assert reply.status == 200, reply.body
    return workspace.home.running.delivery(reply.body["delivery_id"])


def test_a_send_is_rendered_and_found_again_by_its_delivery_id(shop: Wired) -> None:
    reply = send(shop)
    assert reply.body["queued_at"] == shop.account.clock.now()
    one = the_delivery(shop, reply)
    assert (one.state, one.subject, one.recipient) == ("sent", "Your order", "p1@example.org")
    row = shop.app("GET", f"messages/{one.id}").body["message"]
    assert (row["transactional_message_id"], row["customer_id"], "sent" in row["metrics"]) == (1, "1", True)
    assert shop.ui("GET", f"deliveries/{one.id}").body == {
        "delivery": {"delivery_id": one.id, "state": "sent", "type": "email"}
    }


def test_a_message_is_named_by_number_by_number_as_text_or_by_trigger_name(shop: Wired) -> None:
    for name in (1, "1", "receipt"):
        assert the_delivery(shop, send(shop, transactional_message_id=name)).subject == "Your order"


def test_a_call_may_say_its_own_words_and_its_language(shop: Wired) -> None:
    own = the_delivery(
        shop,
        send(
            shop,
            subject="Own",
            body="<p>Own {{ trigger.what }}</p>",
            language="fr",
            headers='[{"name": "X-A", "value": "1"}]',
        ),
    )
    assert (own.subject, "Own order" in own.html, own.headers.get("X-A")) == ("Own", True, "1")
    assert the_delivery(shop, send(shop, language="fr")).subject == "Votre order"


def test_a_whole_email_may_stand_in_the_call(shop: Wired) -> None:
    words = {"transactional_message_id": None, "subject": "S", "body": "<p>B</p>", "from": "Shop <shop@example.org>"}
    assert the_delivery(shop, send(shop, **words)).subject == "S"
    assert send(shop, **{**words, "subject": None}).body == {
        "meta": {"error": "subject: required without transactional_message_id"}
    }


def test_a_draft_is_kept_and_a_later_send_waits(shop: Wired) -> None:
    assert the_delivery(shop, send(shop, queue_draft=True)).state == "drafted"
    later = the_delivery(shop, send(shop, send_at=shop.account.clock.now() + 3600))
    assert later.state == "queued"
    shop.account.clock.advance(3600)
    shop.home.running.run_until(shop.account.clock.now())
    assert shop.home.running.delivery(later.id).state == "sent"


def test_liquid_that_fails_is_a_failed_delivery_not_a_refused_call(shop: Wired) -> None:
    one = the_delivery(shop, send(shop, message_data={}))
    assert one.state == "failed"
    row = shop.ui("GET", f"deliveries/{one.id}").body["delivery"]
    assert row["state"] == "failed" and row["failure_message"]


def test_attachments_arrive(shop: Wired) -> None:
    content = base64.b64encode(b"hello").decode()
    reply = send(shop, attachments={"ticket.txt": content})
    assert reply.status == 200


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"identifiers": None}, 400, "identifiers: one of id, email, cio_id is required"),
        ({"identifiers": {"id": "1", "email": "p1@example.org"}}, 400, "identifiers: one of id, email, cio_id is required"),
        ({"identifiers": {"id": True}}, 400, "identifiers: id must be a string"),
        ({"to": None}, 400, "to: required"),
        ({"transactional_message_id": 99}, 400, "transactional_message_id: not found"),
        ({"message_data": [1]}, 400, "message_data: must be an object"),
        ({"headers": "{"}, 400, "headers: must be JSON"),
        ({"headers": "[1]"}, 400, "headers: must be a list of names and values"),
        ({"attachments": {"a": "%"}}, 400, "attachments: a is no base64"),
        ({"send_at": "soon"}, 400, "send_at: must be a Unix timestamp"),
        ({"send_at": 9_999_999_999}, 400, "send_at: at most 90 days ahead"),
        ({"subject": 7}, 400, "subject: must be a string"),
        ({"attachments": {"a": base64.b64encode(b"x" * 2_100_000).decode()}}, 413, "request too large"),
    ],
)  # fmt: skip
def test_sends_that_cannot_be_are_refused_in_their_own_envelope(
    shop: Wired, wrong: dict[str, Any], status: int, said: str
) -> None:
    reply = send(shop, **wrong)
    assert (reply.status, reply.body) == (status, {"meta": {"error": said}})
    assert list(shop.home.running.deliveries()) == []


def test_a_push_is_sent_on_its_own_route(shop: Wired) -> None:
    body = {"transactional_message_id": 2, "identifiers": {"id": "1"}}
    assert shop.app("POST", "send/push", body).status == 200
    assert shop.app("POST", "send/sms", {"identifiers": {"id": "1"}}).status == 400


# --- broadcasts --------------------------------------------------------------------------------------------------------


def subjects(workspace: Wired) -> list[tuple[str, str]]:
    return sorted((one.recipient, one.subject) for one in workspace.home.running.deliveries())


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        pytest.param(
            {"data": {"city": "Lisbon"}},
            [("p1@example.org", "Lisbon"), ("p3@example.org", "Lisbon")],
            id="to its own audience",
        ),
        pytest.param({"data": {"city": "L"}, "ids": ["2"]}, [("p2@example.org", "L")], id="ids"),
        pytest.param({"data": {"city": "L"}, "emails": ["p3@example.org"]}, [("p3@example.org", "L")], id="emails"),
        pytest.param(
            {
                "data": {"city": "L"},
                "recipients": {
                    "and": [
                        {"segment": {"id": 1}},
                        {"attribute": {"field": "email", "operator": "eq", "value": "p1@example.org"}},
                    ]
                },
            },
            [("p1@example.org", "L")],
            id="a filter",
        ),
        pytest.param(
            {"data": {"city": "L"}, "recipients": {"not": {"segment": {"id": 1}}}},
            [("p2@example.org", "L")],
            id="a filter that says not",
        ),
        pytest.param(
            {
                "data": {"city": "L"},
                "per_user_data": [{"id": "1", "data": {"seat": "4A"}}, {"id": "2", "data": {"seat": "4B"}}],
            },
            [("p1@example.org", "L4A"), ("p2@example.org", "L4B")],
            id="data of each",
        ),
    ],
)
def test_a_broadcast_goes_to_whom_the_call_names(
    shop: Wired, body: dict[str, Any], sent: list[tuple[str, str]]
) -> None:
    number = shop.app("POST", "campaigns/1/triggers", body).body["id"]
    assert subjects(shop) == [(to, text) for to, text in sent]
    row = shop.app("GET", f"broadcasts/1/triggers/{number}").body
    assert (row["recipients_count"], row["errors_count"]) == (len(sent), 0)


def test_people_who_are_not_there_are_errors_of_the_call_unless_it_says_to_ignore_them(shop: Wired) -> None:
    for ignore, errors in ((False, 1), (True, 0)):
        body = {"data": {"city": "L"}, "ids": ["1", "nobody"], "id_ignore_missing": ignore}
        number = shop.app("POST", "campaigns/1/triggers", body).body["id"]
        assert len(shop.app("GET", f"campaigns/1/triggers/{number}/errors").body["errors"]) == errors
        shop.account.clock.advance(11)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"recipients": {"segment": {"id": 99}}}, "/recipients/segment/id"),
        ({"recipients": {"and": [{"attribute": {"field": "a", "operator": "like"}}]}}, "/recipients/and/0/attribute/operator"),
        ({"recipients": {"xor": []}}, "/recipients"), ({"recipients": "all"}, "/recipients"), ({"ids": "1"}, "/ids"),
        ({"ids": ["1"], "emails": ["p2@example.org"]}, "/emails"), ({"per_user_data": [{"data": {}}]}, "/per_user_data/0"),
        ({"data": [1]}, "/data"), ({"data_file_url": "https://example.org/x"}, "/data_file_url"),
        ({"ids": ["1"], "id_ignore_missing": "yes"}, "/id_ignore_missing"), ({"ids": ["1"] * 10_001}, "/ids"),
    ],
)  # fmt: skip
def test_calls_that_cannot_be_are_refused_with_a_pointer_and_send_nothing(
    shop: Wired, body: dict[str, Any], pointer: str
) -> None:
    reply = shop.app("POST", "campaigns/1/triggers", body)
    assert reply.status == 422
    assert pointer in [one["source"]["pointer"] for one in reply.body["errors"]]
    assert subjects(shop) == [] and shop.home.documents.all(Kind.TRIGGER) == []


def test_only_a_running_broadcast_is_triggered(shop: Wired) -> None:
    other = shop.home.documents.add(
        Kind.CAMPAIGN, new_campaign("C", 1, type="transactional", event="e", state="running")
    )["id"]
    assert shop.app("POST", f"campaigns/{other}/triggers", {}).status == 422
    kept = shop.home.documents.get(Kind.CAMPAIGN, 1) or {}
    shop.home.documents.put(Kind.CAMPAIGN, 1, {**kept, "state": "draft"})
    assert shop.app("POST", "campaigns/1/triggers", {}).status == 422
    assert shop.app("POST", "campaigns/99/triggers", {}).status == 404


# --- newsletters -------------------------------------------------------------------------------------------------------

NEWS = {
    "name": "News",
    "type": "email",
    "recipients": {"and": [{"segment": {"id": 1}}]},
    "subject": "News",
    "body": "<p>Hi</p>",
    "from_id": 1,
}


def test_a_newsletter_is_made_edited_sent_and_then_closed(shop: Wired) -> None:
    made = shop.app("POST", "newsletters", NEWS).body["newsletter"]
    assert (made["sent_at"], made["recipient_segment_ids"]) == (None, [1])
    path = f"newsletters/{made['id']}"
    edited = shop.app("PUT", f"{path}/contents/{made['content_ids'][0]}", {"subject": "Better news", "name": "ignored"})
    assert (edited.body["content"]["subject"], edited.body["content"]["name"]) == ("Better news", "")
    sent = shop.app("POST", f"{path}/send").body["newsletter"]
    assert sent["sent_at"] == shop.account.clock.now()
    assert subjects(shop) == [("p1@example.org", "Better news"), ("p3@example.org", "Better news")]
    assert shop.app("POST", f"{path}/send").status == 422
    assert shop.app("PUT", f"{path}/contents/{made['content_ids'][0]}", {"subject": "Late"}).status == 422
    assert shop.app("GET", "segments/1/used_by").body["used_by"]["sent_newsletters"] == [made["id"]]


def test_a_scheduled_newsletter_is_sent_when_its_time_has_come(shop: Wired) -> None:
    number = shop.app("POST", "newsletters", NEWS).body["newsletter"]["id"]
    at = shop.account.clock.now() + 3600
    assert shop.app("POST", f"newsletters/{number}/schedule", {"scheduled_at": at - 7200}).status == 422
    assert shop.app("POST", f"newsletters/{number}/schedule", {"scheduled_at": at, "timezone": "UTC"}).status == 200
    shop.home.running.run_until(shop.account.clock.now())
    assert subjects(shop) == []
    shop.account.clock.advance(3600)
    shop.home.running.run_until(shop.account.clock.now())
    assert len(subjects(shop)) == 2
    assert shop.app("GET", f"newsletters/{number}").body["newsletter"]["sent_at"] == at


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "x" * 191}, {"recipients": None}, {"recipients": {"segment": {"id": 99}}}, {"from": "S <s@example.org>"},
        {"layout_id": 99}, {"from_id": 99}, {"send_now": True, "scheduled_at": 9_999_999_999}, {"type": "pigeon"}, {"name": 7},
    ],
)  # fmt: skip
def test_newsletters_that_cannot_be_are_refused(shop: Wired, wrong: dict[str, Any]) -> None:
    body = {name: value for name, value in {**NEWS, **wrong}.items() if value is not None}
    assert shop.app("POST", "newsletters", body).status == 422
    assert shop.home.documents.all(Kind.NEWSLETTER) == []


def test_a_newsletter_sent_at_once_needs_no_second_call_and_its_name_is_taken(shop: Wired) -> None:
    assert shop.app("POST", "newsletters", {**NEWS, "send_now": True}).body["newsletter"]["sent_at"]
    assert len(subjects(shop)) == 2
    assert shop.app("POST", "newsletters", NEWS).status == 422


# --- people, messages, activities, exports -------------------------------------------------------------------------------


def test_people_are_found_by_address_by_filter_and_by_each_identifier(shop: Wired) -> None:
    found = shop.app("GET", "customers?email=P1%40example.org").body["results"]
    assert [one["id"] for one in found] == ["1"]
    first = shop.app("POST", "customers?limit=1", {"filter": {"segment": {"id": 1}}}).body
    rest = shop.app("POST", f"customers?limit=1&start={first['next']}", {"filter": {"segment": {"id": 1}}}).body
    assert (first["ids"], rest["ids"], rest["next"]) == (["1"], ["3"], "")
    cio_id = found[0]["cio_id"]
    for name, id_type in (("1", "id"), ("p1@example.org", "email"), (cio_id, "cio_id")):
        row = shop.app("GET", f"customers/{name}/attributes?id_type={id_type}").body["customer"]
        assert (row["id"], row["attributes"]["plan"], row["identifiers"]["cio_id"]) == ("1", "pro", cio_id)
    assert shop.app("POST", "customers", {"filter": {"attribute": {"field": "x"}}}).status == 422
    assert shop.app("GET", "customers/1/attributes?id_type=phone").status == 400


def test_attributes_of_many_leave_out_whom_nobody_knows_and_take_a_hundred_at_most(shop: Wired) -> None:
    rows = shop.app("POST", "customers/attributes?id_type=id", {"ids": ["3", "nobody", "1"]}).body["customers"]
    assert [one["id"] for one in rows] == ["3", "1"]
    assert shop.app("POST", "customers/attributes", {"ids": ["1"] * 101}).status == 400


def test_attributes_are_text_here(shop: Wired) -> None:
    identify(shop, "1", age=7, member=True, tags=["a"])
    attributes = shop.app("GET", "customers/1/attributes").body["customer"]["attributes"]
    assert (attributes["age"], attributes["member"], attributes["tags"]) == ("7", "true", ["a"])


def test_a_person_s_segments_messages_activities_and_subscriptions_are_told(shop: Wired) -> None:
    shop.home.documents.put(Kind.TOPIC, 1, new_topic(1, "News"))
    identify(shop, "1", cio_subscription_preferences={"topics": {"topic_1": False}})
    delivery = send(shop).body["delivery_id"]
    assert shop.app("GET", "customers/1/segments").body == {"segments": [{"id": 1, "name": "Pro"}]}
    assert [one["id"] for one in shop.app("GET", "customers/1/messages").body["messages"]] == [delivery]
    assert "sent_email" in [
        one["type"] for one in shop.app("GET", "customers/1/activities?limit=100").body["activities"]
    ]
    topics = shop.app("GET", "customers/1/subscription_preferences").body["customer"]["topics"]
    assert [(one["name"], one["subscribed"]) for one in topics] == [("News", False)]
    assert shop.app("GET", "customers/nobody/segments").status == 404


def test_messages_are_newest_first_between_two_moments_that_both_count(shop: Wired) -> None:
    times, ids = [], []
    for _ in range(3):
        times.append(shop.account.clock.now())
        ids.append(send(shop).body["delivery_id"])
        shop.account.clock.advance(10)
    rows = shop.app("GET", f"messages?start_ts={times[0]}&end_ts={times[1]}").body["messages"]
    assert [one["id"] for one in rows] == [ids[1], ids[0]]
    page = shop.app("GET", "messages?limit=2").body
    last = shop.app("GET", f"messages?limit=2&start={page['next']}").body
    assert ([one["id"] for one in page["messages"]], [one["id"] for one in last["messages"]]) == (ids[:0:-1], [ids[0]])
    assert shop.app("GET", f"messages?limit=2&start={last['next']}").body == {"messages": None, "next": ""}


def test_drafts_are_a_list_of_their_own(shop: Wired) -> None:
    sent, draft = send(shop).body["delivery_id"], send(shop, queue_draft=True).body["delivery_id"]
    assert [one["id"] for one in shop.app("GET", "messages?drafts=true").body["messages"]] == [draft]
    assert [one["delivery_id"] for one in shop.ui("GET", "deliveries").body["deliveries"]] == [sent]
    assert [one["delivery_id"] for one in shop.ui("GET", "deliveries?drafts=true").body["deliveries"]] == [draft]


def test_an_export_is_pending_when_asked_for_and_then_a_file(shop: Wired) -> None:
    made = shop.app("POST", "exports/customers", {"filters": {"segment": {"id": 1}}}).body["export"]
    assert (made["status"], made["total"]) == ("pending", 0)
    kept = shop.app("GET", f"exports/{made['id']}").body["export"]
    assert (kept["status"], kept["total"]) == ("done", 2)
    url = shop.app("GET", f"exports/{made['id']}/download").body["url"]
    path = url.partition("/app/v1/")[2]
    rows = list(csv.DictReader(io.StringIO(shop.app("GET", path).body.decode())))
    assert [(row["id"], row["plan"]) for row in rows] == [("1", "pro"), ("3", "pro")]
    send(shop)
    sent = shop.app("POST", "exports/deliveries", {"transactional_message_id": 1, "attributes": ["plan"]}).body[
        "export"
    ]
    text = shop.app("GET", f"exports/{sent['id']}/file.csv").body.decode()
    assert next(iter(csv.DictReader(io.StringIO(text))))["plan"] == "pro"


def test_metrics_count_what_was_sent_period_by_period(shop: Wired) -> None:
    send(shop)
    shop.account.clock.advance(86_400)
    send(shop)
    send(shop)
    series = shop.app("GET", "transactional/1/metrics?period=days&steps=3").body["metric"]["series"]
    assert (series["sent"], series["opened"]) == ([0, 1, 2], [0, 0, 0])
    assert shop.app("GET", "transactional/1/metrics?period=eons").status == 400
    assert shop.ui("GET", "transactional_messages/1/metrics").body["metrics"]["sent"] == 3


def test_journeys_of_a_campaign_are_counted_and_can_be_ended(shop: Wired) -> None:
    documents = shop.home.documents
    made = documents.add(Kind.CAMPAIGN, new_campaign("Waits", 1, type="transactional", event="e", state="running"))
    wait = add_action(documents, made["id"], new_action("delay_seconds_action", 1, delay=86_400))
    end = add_action(documents, made["id"], new_action("exit_action", 1))
    made |= {
        "workflow_action_ids": [wait["id"], end["id"]],
        "edges": [{"from": wait["id"], "to": end["id"], "type": "continue"}],
    }
    documents.put(Kind.CAMPAIGN, made["id"], made)
    shop.home.content_changed()
    for name in ("1", "2"):
        shop.ui("POST", "events", {"customer_id": name, "name": "e", "data": {}})
    path = f"campaigns/{made['id']}/journey_metrics"
    assert shop.app("GET", path).body["journey_metric"] == {"started": 2, "active": 2, "finished": 0, "exited_early": 0}
    assert shop.ui("POST", "force_exit", {"campaign_id": made["id"], "customer_ids": ["1"]}).body == {"exited": 1}
    assert shop.app("GET", path).body["journey_metric"] == {"started": 2, "active": 1, "finished": 0, "exited_early": 1}
    rows = shop.ui("GET", f"subjects?campaign_id={made['id']}&customer_id=2").body["subjects"]
    assert len(rows) == 1 and shop.ui("GET", f"subjects/{rows[0]['id']}").body["subject"] == rows[0]
