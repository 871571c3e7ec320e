"""The official Python client, unchanged: every call it has. Its Track half speaks only HTTPS."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import customerio
import pytest


@pytest.fixture
def track(serving, tmp_path) -> Iterator[customerio.CustomerIO]:
    (tmp_path / "authority.pem").write_bytes(serving.client.get("/_authority").content)
    host, _, port = serving.url.removeprefix("http://").partition(":")
    keys = serving.prod
    with customerio.CustomerIO(
        keys["site_id"], keys["track_key"], host=host, port=int(port), url_prefix="/us/track/api/v1", retries=0
    ) as client:
        client.http.verify = str(tmp_path / "authority.pem")
        client.http.trust_env = False
        yield client


@pytest.fixture
def api(serving) -> Iterator[customerio.APIClient]:
    with customerio.APIClient(serving.prod["app_key"], url=serving.prod["app_url"]) as client:
        client.http.trust_env = False
        yield client


TRACK: dict[str, Callable[[customerio.CustomerIO], Any]] = {
    "identify": lambda cio: cio.identify(id="42", email="a@example.org", plan="pro", score=float("nan"), at=datetime(2026, 1, 1, tzinfo=UTC)),
    "identify (slash)": lambda cio: cio.identify(id="4/2 ü", email="b@example.org"),
    "track": lambda cio: cio.track("42", "signed_up", {"plan": "pro"}, id="01KDVW3N7G8Q2R4S6T8V0W1X2Y", timestamp=1767225600),
    "track_anonymous": lambda cio: cio.track_anonymous("anon-1", "viewed", {"page": "/"}),
    "track_anonymous (invite)": lambda cio: cio.track_anonymous("", "invite", {"recipient": "f@example.org"}),
    "pageview": lambda cio: cio.pageview("42", "https://example.org/pricing", referrer="https://example.org"),
    "backfill": lambda cio: cio.backfill("42", "signed_up", datetime(2025, 1, 1, tzinfo=UTC), plan="pro"),
    "add_device": lambda cio: cio.add_device("42", "tok-1", "ios", last_used=1767225600),
    "delete_device": lambda cio: cio.delete_device("42", "tok-1"),
    "suppress": lambda cio: cio.suppress("99"),
    "unsuppress": lambda cio: cio.unsuppress("99"),
    "delete": lambda cio: cio.delete("99"),
    "merge_customers": lambda cio: cio.merge_customers(customerio.constants.ID, "42", customerio.constants.EMAIL, "b@example.org"),
    "batch": lambda cio: cio.batch([{"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": "n"}]),
}  # fmt: skip
_NO_CALLS = {"close", "send_request", "setup_base_url", "is_valid_id_type"}


def calls_of(client: type) -> set[str]:
    """The calls that the installed version of a client has."""
    return {
        name
        for name, _ in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and not name.startswith("get_") and name not in _NO_CALLS
    }


@pytest.mark.parametrize("name", [name for name in TRACK if name.partition(" ")[0] in calls_of(customerio.CustomerIO)])
def test_a_call_of_the_track_client_is_taken(track: customerio.CustomerIO, name: str):
    reply = TRACK[name](track)
    assert (reply.status_code, reply.content) == (200, b"{}\n")


def test_no_call_of_the_track_client_is_left_out():
    assert calls_of(customerio.CustomerIO) <= {name.partition(" ")[0] for name in TRACK}


SENDS = ("email", "push", "sms", "whatsapp", "inbox_message", "in_app")
_REQUESTS = {
    "email": customerio.SendEmailRequest, "push": customerio.SendPushRequest, "sms": customerio.SendSMSRequest,
    "whatsapp": customerio.SendWhatsAppRequest, "inbox_message": customerio.SendInboxMessageRequest, "in_app": customerio.SendInAppRequest,
}  # fmt: skip


@pytest.mark.parametrize("channel", SENDS)
def test_a_send_is_queued_and_gets_an_id(serving, track, api: customerio.APIClient, channel: str):
    track.identify(id="42", email="a@example.org")
    request = _REQUESTS[channel](
        transactional_message_id=serving.prod["transactional_message_id"],
        identifiers={"id": "42"},
        message_data={"about": "this"},
    )
    if channel == "email":
        request.to = "a@example.org"
        request.attach("ticket.txt", "hello")
    answer = getattr(api, f"send_{channel}")(request)
    assert isinstance(answer["delivery_id"], str) and answer["delivery_id"]
    assert isinstance(answer["queued_at"], int)


def test_no_call_of_the_app_client_is_left_out():
    assert calls_of(customerio.APIClient) == {f"send_{channel}" for channel in SENDS}


def test_a_wrong_key_is_told_in_the_client_s_own_error(serving, track):
    track.http.auth = None
    wrong = customerio.APIClient("wrong", url=serving.prod["app_url"])
    with wrong, pytest.raises(customerio.CustomerIOException, match=r"401: .*Unauthorized request"):
        wrong.send_email({"to": "a@example.org"})
