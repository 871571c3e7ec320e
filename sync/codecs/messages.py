"""A message as the fields of its document: what one step sends, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any

from mailwright.definitions.message import (
    EmailFields,
    InAppFields,
    Message,
    MessageFields,
    PushFields,
    SlackFields,
    SmsFields,
    Webhook,
)
from sync.snapshot import Address, Document, Kind, canonical

Data = dict[str, Any]
Fill = Callable[[str], str]
"""Puts a workspace's values in place of their names."""

OPAQUE_MARK = "{% comment %}mailwright: made with "
OPAQUE_END = ", edited in Customer.io only{% endcomment %}\n"
CODE = "html"
"""The editor whose bodies are files; others are kept as they are."""


def message_slug(campaign: str, step: str, language: str | None = None) -> str:
    """The slug of what a step sends: `onboarding/welcome`, `onboarding/welcome.es`."""
    return f"{campaign}/{step}" + (f".{language}" if language else "")


def split_slug(slug: str) -> tuple[str, str, str | None]:
    """The campaign, the step and the language of a message's slug.

    A language stands behind the last dot of a variant; a step's own name may hold dots too, so the shape decides.
    """
    campaign, _, rest = slug.partition("/")
    step, dot, last = rest.rpartition(".")
    if dot and step and _is_language(last):
        return campaign, step, last
    return campaign, rest, None


def _is_language(text: str) -> bool:
    head, _, tail = text.partition("-")
    return 2 <= len(head) <= 3 and head.isalpha() and head.islower() and (not tail or tail.isalnum())


def message_document(
    message: Message, step: str, fill: Fill, *, sending: str = "automatic", sender: str | None = None
) -> Document:
    """The document of one language of a message that *step* sends; *sender* is the workspace's own From."""
    address = Address(Kind.MESSAGE, message_slug(message.campaign, step, message.language))
    editor, body = opaque_body(message.body.source)
    data = {"kind": message.kind, **_fields(message.fields, fill, sender), "body": fill(body)}
    if message.text is not None:
        data["text"] = fill(message.text.source)
    if editor != CODE:
        data["editor"] = editor
    if message.language is None:
        data["sending"] = sending
    else:
        data.pop("track_links", None)  # it is the step's
    return document(address, data)


def webhook_document(webhook: Webhook, step: str, fill: Fill, *, sending: str = "automatic") -> Document:
    """The document of what a webhook step calls; a body that is data travels as JSON text."""
    content = webhook.content
    headers = {name: fill(text) for name, text in content.headers.items()}
    if isinstance(content.body, dict | list) and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    data = {
        "kind": "webhook",
        "method": content.method,
        "url": fill(content.url),
        "headers": headers,
        "body": filled_in(content.body, fill),
        "sending": sending,
    }
    return document(Address(Kind.MESSAGE, message_slug(webhook.campaign, step)), data)


def filled_in(value: Any, fill: Fill) -> Any:
    """Data with the workspace's values in every text of it."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, list):
        return [filled_in(part, fill) for part in value]
    return {key: filled_in(part, fill) for key, part in value.items()} if isinstance(value, dict) else value


def document(address: Address, data: Mapping[str, Any]) -> Document:
    """A document without fields that are empty."""
    found = {name: canonical(value) for name, value in data.items() if value not in (None, "", {}, [])}
    return Document(address, found)


def _fields(fields: MessageFields, fill: Fill, sender: str | None) -> Data:
    match fields:
        case EmailFields():
            return _email(fields, fill, sender)
        case SmsFields():
            return {"from": _filled(fields.sender, fill), "to": _filled(fields.to, fill)}
        case PushFields():
            return {
                "title": fill(fields.title),
                "link": _filled(fields.link, fill),
                "image": _filled(fields.image, fill),
            }
        case InAppFields():
            return {"position": fields.position, "link": _filled(fields.link, fill)}
        case SlackFields():
            return {"channel": _filled(fields.channel, fill)}


def _email(fields: EmailFields, fill: Fill, sender: str | None) -> Data:
    from_text = _filled(fields.sender or sender, fill)
    reply_to = _filled(fields.reply_to, fill)
    return {
        "subject": fill(fields.subject) if fields.subject.strip() else None,
        "preheader": fill(fields.preheader),
        "from": None if from_text is None else address_text(from_text),
        "reply_to": None if reply_to is None else bare_address(reply_to),
        "to": recipient(_filled(fields.to, fill)),
        "cc": _filled(fields.cc, fill),
        "bcc": _filled(fields.bcc, fill),
        "headers": {name: fill(text) for name, text in fields.headers.items()},
        "layout": fields.layout,
        "inline_css": fields.inline_css,
        "track_links": fields.track_links,
    }


def _filled(text: str | None, fill: Fill) -> str | None:
    return None if text is None else fill(text)


def recipient(text: str | None) -> str | None:
    """Who a message goes to; nothing for the person's own address, which is the default."""
    return None if text is None or "".join(text.split()) == "{{customer.email}}" else text


def address_text(text: str) -> str:
    """`Name <address>` in the one way it is compared: one space, no quotes around the name."""
    name, address = parseaddr(text)
    if "@" not in address:
        return text.strip()
    return f"{name} <{address}>" if name else address


def bare_address(text: str) -> str:
    """The address alone, as a reply goes to an address, whatever name stands before it."""
    _, address = parseaddr(text)
    return address if "@" in address else text.strip()


def opaque_body(source: str) -> tuple[str, str]:
    """The editor a body was made with, and the body without the mark that says so."""
    if source.startswith(OPAQUE_MARK):
        editor, end, body = source.removeprefix(OPAQUE_MARK).partition(OPAQUE_END)
        if end and "\n" not in editor:
            return editor, body
    return CODE, source


def marked_body(editor: str, body: str) -> str:
    """A body with the mark that says which editor it belongs to."""
    return body if editor == CODE else f"{OPAQUE_MARK}{editor}{OPAQUE_END}{body}"
