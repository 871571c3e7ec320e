"""A message ⇄ the content of an action in the App API.

Source: App API reference, "Update a campaign action": flat body; what is not writable is ignored in silence, so it is
never sent.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sync.codecs.campaigns import Read
from sync.codecs.messages import CODE, address_text, bare_address, document, message_slug, recipient
from sync.codecs.references import References, Unreadable, Unwritable
from sync.codecs.templates import INLINED, OPAQUE, body_as_data, headers_as_data
from sync.snapshot import Address, Document, Kind

Data = dict[str, Any]
Json = Mapping[str, Any]
KINDS = {
    "email": "email",
    "webhook": "webhook",
    "twilio": "sms",
    "sms": "sms",
    "push": "push",
    "whatsapp": "whatsapp",
    "in_app": "in_app",
    "slack": "slack",
}


def read_content(raw: Json, names: References, campaign: str, step: str, sender: str | None) -> Read:
    """The document of an action's content, as far as the App API shows it."""
    kind = KINDS[str(raw.get("type"))]
    language = str(raw.get("language") or "") or None
    data: Data = {"kind": kind, "body": raw.get("body")}
    unseen: dict[str, str] = {}
    if kind == "email":
        data |= _email(raw, names, sender, unseen)
    elif kind == "webhook":
        data |= {"method": str(raw.get("method") or "post").upper(), "url": raw.get("url")}
        data["body"] = body_as_data(str(raw.get("body") or ""))
        data |= _headers(raw, unseen)
    if language is None:
        data["sending"] = str(raw.get("sending_state") or "automatic")
    return Read(document(Address(Kind.MESSAGE, message_slug(campaign, step, language)), data), unseen)


def _email(raw: Json, names: References, sender: str | None, unseen: dict[str, str]) -> Data:
    editor = str(raw.get("editor") or CODE)
    from_text = str(raw.get("from") or "")
    layout = str(raw.get("layout") or "")
    if layout and layout not in names.layout_bodies:
        unseen["layout"] = "a layout that no file of this project has"
    return {
        "subject": raw.get("subject"),
        "preheader": raw.get("preheader_text"),
        "from": address_text(from_text) if from_text else sender,
        "reply_to": bare_address(str(raw["reply_to"])) if raw.get("reply_to") else None,
        "to": recipient(raw.get("recipient")),
        "cc": raw.get("cc"),
        "bcc": raw.get("bcc"),
        "layout": names.layout_bodies.get(layout) if layout else None,
        "inline_css": raw.get("preprocessor") == INLINED,
        "editor": editor if editor in OPAQUE else None,
        **_headers(raw, unseen),
    }


def _headers(raw: Json, unseen: dict[str, str]) -> Data:
    try:
        return {"headers": headers_as_data(raw.get("headers"))}
    except Unreadable as error:
        unseen["headers"] = str(error)
        return {}


_PLAIN = {"subject": "subject", "preheader": "preheader_text", "url": "url"}


def content_fields(wanted: Document, changed: Collection[str], names: References) -> Data:
    """What a write of an action's content sets.

    Source: `headers` is an array for an email, a text for a webhook.
    Raises: Unwritable for a field that an App key cannot set.
    """
    kind = wanted.value("kind")
    if kind not in ("email", "webhook", "sms", "whatsapp"):
        raise Unwritable(f"the content of a {kind} message with an App key alone")
    found: Data = {}
    for name in changed:
        found |= _written(str(kind), name, wanted, names)
    return found


def _written(kind: str, name: str, wanted: Document, names: References) -> Data:
    value = wanted.value(name)
    match name:
        case "body" if wanted.value("editor"):
            raise Unwritable(f"a body made with {OPAQUE.get(wanted.value('editor'), 'another editor')}")
        case "body":
            return {"body": _body(value)}
        case "from" if kind == "email":
            return {"from_id": None if value is None else names.sender_id(value)}
        case "reply_to":
            return {"reply_to_id": None if value is None else names.reply_id(value)}
        case "to":
            return {"recipient": value or ("{{customer.email}}" if kind == "email" else "{{customer.phone}}")}
        case "sending":
            return {"sending_state": value or "automatic"}
        case "headers":
            pairs = [{"name": key, "value": text} for key, text in (value or {}).items()]
            return {"headers": pairs if kind == "email" else _body(pairs)}
        case "method":
            return {"method": str(value or "POST").lower()}
        case _ if name in _PLAIN:
            return {_PLAIN[name]: value or ""}
        case _:
            raise Unwritable(f"the field '{name}' with an App key alone")


def _body(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict | list) else str(value or "")
