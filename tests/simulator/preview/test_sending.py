"""Send: to a real SMTP server or a workspace on this machine, and nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from previewing import Server, start

from mailwright.diagnostics import ConfigurationError, RefusedError
from simulator.preview.sending import Inbox, inbox_at


class Caught:
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 kept"


@pytest.fixture
def inbox() -> Iterator[tuple[Caught, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    caught = Caught()
    controller = Controller(caught, hostname="127.0.0.1", port=port)
    controller.start()
    yield caught, port
    controller.stop()


def test_the_shown_email_lands_in_the_inbox(shared_server: Server, inbox: tuple[Caught, int]):
    caught, port = inbox
    reply = shared_server.ask("send", campaign="order", message="thanks", sample="ana", to=f"smtp://127.0.0.1:{port}")
    assert reply == {"says": f"sent to ana@example.org at smtp://127.0.0.1:{port}"}
    ((sender, recipients, content),) = caught.mails
    mail = message_from_bytes(content, policy=default)
    assert (sender, recipients) == ("shop@example.org", ["ana@example.org"])
    assert mail["Subject"] == "Thanks, Ana!"
    page = mail.get_body(("html",))
    assert page is not None
    assert "You paid 20" in page.get_content()
    assert "data-mw" not in page.get_content()


def test_the_inbox_of_the_command_line_is_the_default(project: Path, inbox: tuple[Caught, int]):
    server = start(project, "--port", "0", "--inbox", f"127.0.0.1:{inbox[1]}")
    try:
        assert "sent to" in server.ask("send", campaign="order", message="thanks", sample="ana")["says"]
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param(
            {"message": "thanks", "to": "smtp://mail.example.org:25"}, "is not this machine", id="another machine"
        ),
        pytest.param({"message": "thanks", "to": "smtp://10.0.0.1:25"}, "is not this machine", id="another address"),
        pytest.param({"message": "thanks", "to": "ftp://127.0.0.1"}, "no address of an inbox", id="another protocol"),
        pytest.param({"message": "thanks", "to": ""}, "there is no inbox", id="none"),
        pytest.param(
            {"message": "survey", "to": "smtp://127.0.0.1:9"}, "an email that fails is not sent", id="it fails"
        ),
        pytest.param({"message": "thanks", "to": "smtp://127.0.0.1:9"}, "does not answer", id="nobody listens"),
        pytest.param({"message": "thanks", "to": "http://127.0.0.1:9"}, "MAILWRIGHT_APP_KEY is not set", id="no key"),
    ],
)
def test_what_cannot_be_sent_is_told(shared_server: Server, values: dict[str, str], says: str):
    reply = shared_server.ask("send", campaign="order", sample="ana", **values)
    assert says in reply["error"]["says"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:2525", Inbox("smtp", "127.0.0.1", 2525)),
        ("localhost", Inbox("smtp", "127.0.0.1", 1025)),
        ("smtp://[::1]:25", Inbox("smtp", "::1", 25)),
        ("http://127.0.0.2:8090/", Inbox("http", "127.0.0.2", 8090)),
    ],
)
def test_an_address_on_this_machine(text: str, expected: Inbox):
    assert inbox_at(text) == expected
    assert inbox_at(expected.address) == expected


@pytest.mark.parametrize("text", ["example.org", "0.0.0.0:25", "127.0.0.1.example.org:25", "localhost.example.org"])
def test_another_machine_is_refused(text: str):
    with pytest.raises(RefusedError):
        inbox_at(text)


@pytest.mark.parametrize("text", ["", "smtp://", "127.0.0.1:99999", "http://[::1", "127.0.0.1:x"])
def test_no_address_is_told_so(text: str):
    with pytest.raises(ConfigurationError):
        inbox_at(text)
