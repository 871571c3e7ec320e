"""Emails that go on to a mail server, and mail that no header can hold."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from simulator.workspace.account import Account
from simulator.workspace.inbox.eml import as_eml
from simulator.workspace.inbox.letters import Letter
from simulator.workspace.opening import open_server, open_service
from simulator.workspace.server.announcing import announced
from simulator.workspace.starter_content import add_starter_content


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.mails.append(
            (
                envelope.mail_from,
                envelope.rcpt_tos,
                email.message_from_bytes(envelope.content, policy=email.policy.default),
            )
        )
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=20)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def sent(port: int) -> dict[str, Any]:
    account = Account()
    account.clock.freeze(1_767_225_600)
    space = account.add("prod")
    server = open_server(account)
    add_starter_content(space)
    service = open_service(server, smtp=("127.0.0.1", port))
    with service.in_thread(), httpx.Client(base_url=account.url, trust_env=False) as client:
        keys = announced(server)["workspaces"][0]
        client.put(
            "/track/api/v1/customers/42",
            json={"email": "zoë@example.org", "first_name": "Zoë"},
            auth=(keys["site_id"], keys["track_key"]),
        )
        body = {
            "transactional_message_id": 1,
            "to": "a@example.org",
            "identifiers": {"id": "42"},
            "bcc": "audit@example.org",
        }
        reply = client.post("/app/v1/send/email", json=body, headers={"Authorization": f"Bearer {keys['app_key']}"})
        assert reply.status_code == 200, reply.text
        said = client.post("/_settle", headers={"X-Mailwright-Token": server.admin_token}).json()
    account.close()
    return said


def test_every_email_goes_on_to_the_mail_server(mailbox):
    box, port = mailbox
    assert sent(port)["relayed"] == 1
    [(sender, recipients, mail)] = box.mails
    assert sender == "hello@example.org"
    assert recipients == ["a@example.org", "audit@example.org"]
    assert mail["subject"] == "Hello Zoë"
    assert "audit@example.org" not in str(mail)
    assert "Hello Zoë" in mail.get_body(("html",)).get_content()


def test_a_mail_server_that_is_gone_stops_nothing(capsys):
    said = sent(9)
    assert (said["relayed"], said["relay_failures"]) == (0, 1)
    assert "the mail server at 127.0.0.1:9: ConnectionRefusedError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "Two\nlines\r\nBcc: evil@example.org"), ("sender", "no address at all"), ("sender", "A <a@example.org"), ("to", ("@", "ok@example.org")),
        ("subject", "\ud800 half"), ("subject", "x" * 5000), ("headers", {"X-Tag": "a\r\nBcc: evil@example.org", "Bad Name": "x", "Subject": "other", "": "y"}),
        ("reply_to", "a@b@c"), ("to", ("Zoë <zoë@example.org>",)), ("text", "a\0b\ud800"), ("html", "<p>\ud800</p>"), ("attachments", {"a\nb.bin": b"\0\1"}),
    ],
)  # fmt: skip
def test_what_no_header_can_hold_never_breaks_an_email(name: str, value: Any):
    letter = Letter(
        id="RJ==",
        workspace="prod",
        at=0,
        channel="email",
        state="sent",
        person="1",
        source="s",
        to=("a@example.org",),
        text="t",
        html="<p>t</p>",
    )
    raw = as_eml(replace(letter, **{name: value}))
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert "bcc" not in {header.lower() for header in parsed}
    assert parsed.get_body(("plain",)) is not None
