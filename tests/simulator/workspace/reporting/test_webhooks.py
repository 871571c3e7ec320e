"""Reporting webhooks over real HTTP: who gets what, signed, in order, and again when it was not taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest


class Receiver:
    """An address that keeps what is posted to it, and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((dict(self.headers.items()), body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join(10)
        made.server.server_close()


def asked(serving, receiver: Receiver, *events: str, **more: Any) -> int:
    body = {
        "name": "Ours",
        "endpoint": receiver.url,
        "events": list(events),
        "disabled": False,
        "full_resolution": True,
        "with_content": False,
    }
    reply = serving.app("POST", "/v1/reporting_webhooks", {**body, **more})
    assert reply.status_code == 200
    return reply.json()["id"]


def signed_up(serving, person: str = "42") -> str:
    """Let one email be sent; gives its id."""
    serving.track("PUT", f"/api/v1/customers/{person}", {"email": f"p{person}@example.org", "plan": "pro"})
    serving.track(
        "POST", f"/api/v1/customers/{person}/events", {"name": "signed_up", "id": f"01KDVW3N7G8Q2R4S6T8V0W1X{person}"}
    )
    return serving.client.get("/_inbox").json()["messages"][0]["id"]


def settle(serving) -> dict[str, Any]:
    return serving.admin("POST", "/_settle").json()


def test_a_campaign_s_email_is_reported_with_all_it_belongs_to(serving, receiver, campaign):
    asked(serving, receiver, "email_sent")
    delivery = signed_up(serving)
    assert settle(serving)["webhooks_waiting"] == 0
    [event] = receiver.events
    assert (event["object_type"], event["metric"], event["timestamp"]) == ("email", "sent", 1_767_225_600)
    data = event["data"]
    assert set(data) == {
        "customer_id",
        "delivery_id",
        "action_id",
        "campaign_id",
        "journey_id",
        "trigger_event_id",
        "identifiers",
        "recipient",
        "subject",
    }
    assert (data["delivery_id"], data["campaign_id"], data["recipient"]) == (delivery, campaign, "p42@example.org")
    assert data["subject"] == "Welcome, pro"
    assert data["trigger_event_id"] == "01KDVW3N7G8Q2R4S6T8V0W1X42"
    assert data["identifiers"].keys() == {"id", "email", "cio_id"}
    assert isinstance(data["action_id"], int)


def test_a_request_is_signed_with_the_workspace_s_key_and_the_machine_s_time(serving, receiver, campaign):
    asked(serving, receiver, "email_sent")
    signed_up(serving)
    settle(serving)
    [(headers, body)] = receiver.requests
    stamp = headers["X-CIO-Timestamp"]
    wanted = hmac.new(
        serving.prod["webhook_signing_key"].encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
    ).hexdigest()
    assert headers["X-CIO-Signature"] == wanted
    assert abs(int(stamp) - time.time()) < 300
    assert headers["Content-Type"] == "application/json"


def test_what_was_not_asked_for_or_is_disabled_is_not_sent(serving, receiver, campaign):
    asked(serving, receiver, "email_clicked")
    asked(serving, receiver, "email_sent", disabled=True)
    signed_up(serving)
    assert settle(serving)["webhooks_sent"] == 0


def test_opens_and_clicks_come_in_by_metrics_and_by_engage(serving, receiver, campaign):
    asked(serving, receiver, "email_opened", "email_clicked", "email_bounced")
    delivery = signed_up(serving)
    serving.client.post("/track/api/v1/metrics", json={"delivery_id": delivery, "metric": "opened"})
    serving.admin(
        "POST",
        "/_engage",
        {"delivery_id": delivery, "metric": "clicked", "href": "https://example.org/a", "link_id": 2},
    )
    serving.admin("POST", "/_engage", {"delivery_id": delivery, "metric": "bounced", "failure_message": "550 gone"})
    settle(serving)
    opened, clicked, bounced = (event["data"] for event in receiver.events)
    assert (opened["proxied"], opened["prefetched"], opened["synthetic"]) == (False, False, False)
    assert (clicked["href"], clicked["link_id"], clicked["machine"]) == ("https://example.org/a", 2, False)
    assert bounced["failure_message"] == "550 gone"


def test_without_full_resolution_only_the_first_open_is_sent(serving, receiver, campaign):
    asked(serving, receiver, "email_opened", full_resolution=False)
    delivery = signed_up(serving)
    for _ in range(3):
        serving.client.post("/track/api/v1/metrics", json={"delivery_id": delivery, "metric": "opened"})
    settle(serving)
    assert len(receiver.events) == 1


def test_with_content_the_page_comes_along(serving, receiver, campaign):
    asked(serving, receiver, "email_sent", with_content=True)
    signed_up(serving)
    settle(serving)
    assert "<p>Hello</p>" in receiver.events[0]["data"]["content"]
    assert isinstance(receiver.events[0]["data"]["headers"], dict)


def test_what_was_not_taken_holds_up_what_comes_after_it_for_an_hour(serving, receiver, campaign):
    asked(serving, receiver, "email_sent")
    receiver.answers = [500]
    first, second = signed_up(serving, "1"), signed_up(serving, "2")
    assert settle(serving)["webhooks_waiting"] == 2
    assert len(receiver.requests) == 1
    serving.admin("POST", "/_clock", {"advance": 3599})
    assert settle(serving)["webhooks_waiting"] == 2
    serving.admin("POST", "/_clock", {"advance": 1})
    assert settle(serving)["webhooks_waiting"] == 0
    assert [event["data"]["delivery_id"] for event in receiver.events] == [first, first, second]
    assert receiver.requests[0][1] == receiver.requests[1][1]


def test_an_address_that_does_not_answer_is_tried_again_sooner(serving, receiver, campaign):
    asked(serving, receiver, "email_sent", endpoint="http://127.0.0.1:9/nobody")
    signed_up(serving)
    assert settle(serving)["webhooks_waiting"] == 1
    [waiting] = serving.client.get("/_webhooks").json()["queue"]
    assert (waiting["attempts"], waiting["due"], waiting["last"]) == (1, 1_767_225_630, "ConnectError")


def test_an_address_elsewhere_is_held_back(serving, receiver, campaign):
    asked(serving, receiver, "email_sent", endpoint="https://hooks.example.com/cio")
    signed_up(serving)
    said = settle(serving)
    assert (said["webhooks_held_back"], said["webhooks_waiting"], said["webhooks_sent"]) == (1, 0, 0)


def test_subscriptions_and_topics_are_reported_when_they_change(serving, receiver):
    asked(
        serving,
        receiver,
        "customer_unsubscribed",
        "customer_subscribed",
        "customer_cio_subscription_preferences_changed",
        with_content=True,
    )
    for attributes in (
        {"email": "a@example.org"}, {"unsubscribed": True}, {"unsubscribed": True}, {"unsubscribed": False},
        {"cio_subscription_preferences.topics.topic_1": False},
    ):  # fmt: skip
        serving.track("PUT", "/api/v1/customers/42", attributes)
    settle(serving)
    assert [event["metric"] for event in receiver.events] == [
        "unsubscribed",
        "subscribed",
        "cio_subscription_preferences_changed",
    ]
    unsubscribed, _, topics = receiver.events
    assert unsubscribed["data"]["email_address"] == "a@example.org"
    assert topics["object_type_type"] == "customer"
    assert json.loads(topics["data"]["content"]) == {"topics": {"topic_1": False}}


def test_a_transactional_message_and_a_broadcast_are_reported_under_their_own_parents(serving, receiver):
    asked(serving, receiver, "email_sent")
    serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org"})
    body = {
        "transactional_message_id": serving.prod["transactional_message_id"],
        "to": "a@example.org",
        "identifiers": {"id": "42"},
    }
    assert serving.app("POST", "/v1/send/email", body).status_code == 200
    assert (
        serving.app("POST", f"/v1/campaigns/{serving.prod['broadcast_id']}/triggers", {"ids": ["42"]}).status_code
        == 200
    )
    assert serving.app("POST", f"/v1/newsletters/{serving.prod['newsletter_id']}/send", {}).status_code in (
        200,
        204,
        400,
        422,
    )
    settle(serving)
    common = {"customer_id", "delivery_id", "identifiers", "recipient", "subject"}
    transactional, broadcast = receiver.events[:2]
    assert set(transactional["data"]) == common | {"transactional_message_id"}
    assert set(broadcast["data"]) == common | {"broadcast_id", "action_id", "trigger_id", "journey_id"}
