"""A rendered message as text, as JSON, or as a mail file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.rendering.email import Rendered

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what could steer a terminal; data brings anything
_ENVELOPE = (
    ("Subject", "subject"),
    ("Preheader", "preheader"),
    ("From", "sender"),
    ("Reply-To", "reply_to"),
    ("To", "to"),
    ("Cc", "cc"),
    ("Bcc", "bcc"),
)


def rendered_as_text(rendered: Rendered) -> str:
    """The envelope and the words, for a terminal."""
    lines = [f"{label}: {value}" for label, value in envelope(rendered)]
    text = "\n".join([*lines, "", rendered.text.rstrip("\n")]) if lines else rendered.text.rstrip("\n")
    return _CONTROLS.sub("·", text)


def envelope(rendered: Rendered) -> list[tuple[str, str]]:
    """What stands around the words, label by label; what is empty is left out."""
    if rendered.kind == "webhook":
        found = [(rendered.method, rendered.url)]
    else:
        values = [(label, getattr(rendered, name)) for label, name in _ENVELOPE]
        found = [(label, value if isinstance(value, str) else ", ".join(value)) for label, value in values]
        found += [(name.replace("_", " ").capitalize(), value) for name, value in rendered.fields.items()]
    return [(label, value) for label, value in [*found, *rendered.headers.items()] if value]


def rendered_as_json(rendered: Rendered, campaign: str, name: str, sample: str) -> str:
    """Everything, as one JSON document."""
    document: dict[str, Any] = {"schema_version": 1, "campaign": campaign, "message": name, "sample": sample}
    return json.dumps({**document, **asdict(rendered)}, ensure_ascii=False, indent=2, default=str)


def rendered_as_eml(rendered: Rendered, now: datetime) -> bytes:
    """The email as a MIME message; the same email at the same moment gives the same bytes.

    Units: *now* is aware, in UTC.
    """
    known = sha256(
        "\0".join((rendered.subject, *rendered.to, rendered.html, now.isoformat())).encode("utf-8", "replace")
    )
    mark = known.hexdigest()[:24]
    message = EmailMessage(policy=SMTP)
    values = dict(envelope(rendered))
    for label in ("From", "To", "Cc", "Bcc", "Reply-To", "Subject"):
        if label in values:
            message[label] = _clean(values[label])
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mark}@mailwright.example.org>"
    for name, value in rendered.headers.items():
        message[name] = _clean(value)
    message.set_content(_clean(rendered.text))
    message.add_alternative(_clean(rendered.html), subtype="html")
    message.set_boundary(f"=_{mark}")
    return message.as_bytes()


def _clean(text: str) -> str:
    """A text without what no mail can carry: halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")
