"""The inbox: what was sent, as people and programs see it."""

from __future__ import annotations

import email
import email.policy
from typing import Any
from urllib.parse import quote

import pytest

from simulator.workspace.documents import Kind


@pytest.fixture
def sent(serving, campaign) -> dict[str, Any]:
    serving.track("PUT", "/api/v1/customers/ana", {"email": "ana@example.org", "plan": "pro"})
    serving.track("POST", "/api/v1/customers/ana/events", {"name": "signed_up"})
    [found] = serving.client.get("/_inbox").json()["messages"]
    return found


def page(serving, sent: dict[str, Any], tab: str = "html", **more: str) -> str:
    reply = serving.client.get(f"/inbox/prod/{quote(sent['id'], safe='')}", params={"tab": tab, **more})
    assert reply.status_code == 200
    return reply.text


def test_a_message_is_listed_with_where_it_came_from(serving, sent, campaign):
    assert sent["state"] == "sent"
    assert (sent["subject"], sent["person"], sent["to"]) == ("Welcome, pro", "ana", ["ana@example.org"])
    assert (sent["source"], sent["step"], sent["campaign_id"], sent["workspace"]) == (
        "Onboarding",
        "welcome",
        campaign,
        "prod",
    )
    assert sent["journey_id"]


def test_a_message_is_shown_with_its_texts_and_why(serving, sent):
    whole = serving.client.get(f"/_inbox/{quote(sent['id'], safe='')}").json()["message"]
    assert "<p>Hello</p>" in whole["html"]
    assert "Hello" in whole["text"]
    assert [one["metric"] for one in whole["metrics"]]
    assert any("signed_up" in line for line in whole["why"])


def test_the_page_lists_and_shows_it(serving, sent):
    listed = serving.client.get("/inbox").text
    assert "Welcome, pro" in listed and "ana@example.org" in listed
    assert "Welcome, pro" in page(serving, sent)
    assert "Hello" in page(serving, sent, "text")
    assert "Subject: Welcome, pro" in page(serving, sent, "source")
    assert "signed_up" in page(serving, sent, "why")


def test_a_search_finds_by_subject_person_and_campaign(serving, sent):
    for text, count in (("welcome", 1), ("ANA", 1), ("onboard", 1), ("nobody", 0), ("", 1)):
        assert serving.client.get("/_inbox", params={"q": text}).json()["total"] == count, text
    assert serving.client.get("/_inbox", params={"workspace": "qa"}).json()["total"] == 0


def test_what_is_not_there_is_404(serving, sent):
    for path in (
        "/inbox/nobody",
        "/inbox/prod/none",
        "/_inbox/none",
        "/inbox/prod/none/page",
        "/inbox/qa/" + quote(sent["id"], safe=""),
    ):
        assert serving.client.get(path).status_code == 404, path


def test_the_message_may_do_nothing_in_its_frame(serving, sent):
    reply = serving.client.get(f"/inbox/prod/{quote(sent['id'], safe='')}/page")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("sandbox ") and "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert "default-src 'none'" in policy and "img-src data:;" in policy
    remote = serving.client.get(f"/inbox/prod/{quote(sent['id'], safe='')}/page", params={"remote": "1"})
    assert "img-src * data:" in remote.headers["content-security-policy"]
    assert 'sandbox="allow-popups' in page(serving, sent)


def test_the_pages_run_their_own_script_alone(serving, sent):
    policy = serving.client.get("/inbox").headers["content-security-policy"]
    assert (
        "default-src 'none'" in policy and "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    )


def test_what_people_are_called_cannot_break_the_page(serving, campaign):
    bad = '"><script>alert(1)</script>'
    serving.track("PUT", f"/api/v1/customers/{quote(bad, safe='')}", {"email": "x@example.org", "plan": bad})
    serving.track("POST", f"/api/v1/customers/{quote(bad, safe='')}/events", {"name": "signed_up"})
    [found] = serving.client.get("/_inbox").json()["messages"]
    for tab in ("html", "text", "source", "why"):
        assert "<script>alert" not in page(serving, found, tab, q=bad)
    assert "<script>alert" not in serving.client.get("/inbox", params={"q": bad}).text


def test_the_message_is_saved_as_an_email_file(serving, sent):
    reply = serving.client.get(f"/inbox/prod/{quote(sent['id'], safe='')}/message.eml")
    parsed = email.message_from_bytes(reply.content, policy=email.policy.default)
    assert (parsed["subject"], parsed["to"]) == ("Welcome, pro", "ana@example.org")
    assert parsed.get_body(("html",)).get_content().strip().endswith("</p>")
    assert "Hello" in parsed.get_body(("plain",)).get_content()


def test_liquid_that_breaks_fails_for_the_person_and_says_so(serving, campaign):
    space = next(iter(serving.server.account.spaces.values()))
    [template] = [one for one in space.documents.all(Kind.TEMPLATE) if one["name"] == "welcome"]
    serving.ui(
        "PUT",
        f"/v1/environments/{space.id}/templates/{template['id']}",
        {"template": {"subject": "{% if %}"}},
    )
    serving.track("PUT", "/api/v1/customers/ana", {"email": "ana@example.org", "plan": "pro"})
    serving.track("POST", "/api/v1/customers/ana/events", {"name": "signed_up"})
    [found] = serving.client.get("/_inbox").json()["messages"]
    assert found["state"] == "failed"
    assert "Syntax Error in tag 'if'" in found["failure"]
    assert "Syntax Error in tag" in page(serving, found)


def test_a_send_with_an_attachment_carries_it(serving):
    serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org"})
    body = {
        "to": "a@example.org", "identifiers": {"id": "42"}, "from": "A <a@example.org>", "subject": "Your ticket", "body": "<p>Here</p>",
        "attachments": {"ticket.txt": "aGVsbG8="},
    }  # fmt: skip
    delivery = serving.app("POST", "/v1/send/email", body).json()["delivery_id"]
    parsed = email.message_from_bytes(
        serving.client.get(f"/inbox/prod/{quote(delivery, safe='')}/message.eml").content, policy=email.policy.default
    )
    [attached] = parsed.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("ticket.txt", "hello")
    assert serving.client.get(f"/_inbox/{quote(delivery, safe='')}").json()["message"]["attachments"] == ["ticket.txt"]
