"""The shown email handed to an inbox on this machine: an SMTP server, or a local workspace's App API. Nowhere else."""

from __future__ import annotations

import os
import smtplib
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailwright.diagnostics import ConfigurationError, RefusedError
from simulator.rendering.output import rendered_as_eml

if TYPE_CHECKING:
    from simulator.preview.pictures import Picture
    from simulator.rendering.email import Rendered

APP_KEY = "MAILWRIGHT_APP_KEY"
"""The variable with the App API key of the local workspace."""
SECONDS = 5.0
_SMTP_PORT = 1025
_HINT = "smtp://127.0.0.1:1025, or the address of `mailwright serve`"
_OWN_HEADERS = frozenset({"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "content-type"})


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox on this machine."""

    scheme: str  # smtp, or http and https for a local workspace
    host: str
    port: int

    @property
    def address(self) -> str:
        """How it is written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def inbox_at(text: str) -> Inbox:
    """The inbox at an address.

    Raises: ConfigurationError when it is none; RefusedError when it is not on this machine.
    """
    address = text.strip()
    if not address:
        raise ConfigurationError("there is no inbox to send to", hint=_HINT)
    try:
        parts = urlsplit(address if "://" in address else f"smtp://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ConfigurationError("this is no address of an inbox", hint=_HINT) from error
    if parts.scheme not in ("smtp", "http", "https") or not host:
        raise ConfigurationError("this is no address of an inbox", hint=_HINT)
    if not is_loopback(host):
        raise RefusedError(f"'{host}' is not this machine, and previews are sent nowhere else", hint=_HINT)
    known = {"smtp": _SMTP_PORT, "http": 80, "https": 443}
    return Inbox(parts.scheme, "127.0.0.1" if host == "localhost" else host, port or known[parts.scheme])


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very address; names are not looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def send_picture(picture: Picture, to: str) -> str:
    """Send the picture's email to the inbox at *to*; gives where it went, in words.

    Raises: ConfigurationError when there is nothing to send or the inbox does not take it; RefusedError when the inbox
    is not on this machine.
    """
    inbox = inbox_at(to)
    rendered = picture.rendered
    if rendered is None:
        raise ConfigurationError("an email that fails is not sent", hint="mend it first")
    if rendered.kind != "email":
        raise ConfigurationError("only emails are sent to an inbox", hint="choose an email")
    try:
        if inbox.scheme == "smtp":
            _over_smtp(inbox, rendered, picture)
        else:
            _to_workspace(inbox, rendered)
    except (OSError, smtplib.SMTPException) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigurationError(
            f"the inbox at {inbox.address} does not answer ({said})", hint="start it first"
        ) from error
    return f"sent to {', '.join(rendered.to)} at {inbox.address}"


def _over_smtp(inbox: Inbox, rendered: Rendered, picture: Picture) -> None:
    sender = _bare(rendered.sender) or "preview@mailwright.example.org"
    everyone = [_bare(address) for address in (*rendered.to, *rendered.cc, *rendered.bcc)]
    with smtplib.SMTP(inbox.host, inbox.port, timeout=SECONDS) as server:
        server.sendmail(sender, everyone, rendered_as_eml(rendered, picture.at))


def _bare(address: str) -> str:
    """`Ana <ana@example.org>` without its name."""
    from email.utils import parseaddr

    return parseaddr(address)[1]


def _to_workspace(inbox: Inbox, rendered: Rendered) -> None:
    """Post the finished email to a local workspace as a transactional message with content of its own.

    Source: Customer.io docs, App API reference, "Send a transactional email": `body`, `subject` and `from` in place of
    a template; the key is a bearer token.
    Raises: ConfigurationError when the workspace refuses it.
    """
    import httpx

    key = os.environ.get(APP_KEY, "")
    if not key:
        raise ConfigurationError(f"{APP_KEY} is not set", hint="the App API key that `mailwright serve` printed")
    content = {
        "to": ", ".join(rendered.to),
        "from": rendered.sender,
        "subject": rendered.subject,
        "body": rendered.html,
        "body_plain": rendered.text,
        "preheader": rendered.preheader,
        "reply_to": rendered.reply_to,
        "bcc": ", ".join(rendered.bcc),
        "identifiers": {"email": _bare(rendered.to[0])},
        "disable_css_preprocessing": True,
        "tracked": False,
        "headers": {name: text for name, text in rendered.headers.items() if name.lower() not in _OWN_HEADERS},
    }
    try:
        reply = httpx.post(
            f"{inbox.address}/v1/send/email",
            json={name: value for name, value in content.items() if value not in ("", {})},
            headers={"authorization": f"Bearer {key}"},
            timeout=SECONDS,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise ConfigurationError(f"the workspace at {inbox.address} does not answer", hint="start it first") from error
    if reply.is_error:
        raise ConfigurationError(
            f"the workspace at {inbox.address} answers {reply.status_code}", hint="is the key its App API key?"
        )
