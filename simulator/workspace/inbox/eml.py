"""A letter as an email file, and on its way to a mail server."""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from simulator.workspace.inbox.letters import Letter

_OURS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
     "content-transfer-encoding", "content-disposition"}
)  # fmt: skip
_HEADER_NAME = re.compile(r"[!-9;-~]{1,70}")
_REGISTRY = HeaderRegistry()


def email_of(letter: Letter) -> EmailMessage:
    """The email, with its text and page as alternatives.

    A header that cannot be one (a line break in it, an address that is none) is left out, or made one line.
    """
    message = EmailMessage(policy=SMTP)
    for name, value in _headers(letter):
        _set(message, name, value)
    message.set_content(_encodable(letter.text))
    if letter.html:
        message.add_alternative(_encodable(letter.html), subtype="html")
    for name, content in letter.attachments.items():
        kind, _, subkind = (mimetypes.guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=kind, subtype=subkind, filename=_one_line(name))
    return message


def _headers(letter: Letter) -> list[tuple[str, str]]:
    found = [
        ("From", letter.sender), ("To", ", ".join(letter.to)), ("Cc", ", ".join(letter.cc)),
        ("Reply-To", letter.reply_to), ("Subject", letter.subject),
        ("Date", format_datetime(datetime.fromtimestamp(letter.at, UTC))),
        ("Message-ID", f"<{re.sub(r'[^A-Za-z0-9._-]', '', letter.id)}@mailwright.localhost>"),
        ("X-Mailwright-Workspace", letter.workspace), ("X-Mailwright-Source", letter.source),
    ]  # fmt: skip
    own = [(name, value) for name, value in letter.headers.items() if name.lower() not in _OURS]
    return [(name, value) for name, value in (*found, *own) if value and _HEADER_NAME.fullmatch(name)]


def _set(message: EmailMessage, name: str, value: str) -> None:
    line = _one_line(value)
    try:
        _REGISTRY(name, line)
        message[name] = line
        message[name].fold(policy=SMTP)
    except (ValueError, IndexError, AttributeError, HeaderParseError):
        del message[name]  # an address that Python's reader stumbles over; the page shows it all the same


def _one_line(text: str) -> str:
    return _encodable(" ".join(text.split()))


def _encodable(text: str) -> str:
    """The text without halves of characters, which no encoding has."""
    return text.encode("utf-8", "replace").decode()


def as_eml(letter: Letter) -> bytes:
    """The email as a file."""
    return email_of(letter).as_bytes()
