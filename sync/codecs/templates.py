"""A message ⇄ a template of the UI API and the action that sends it.

Source: UI API notes, "Templates": a write keeps what it leaves out, so only what changes is sent.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sync.codecs.campaigns import Read
from sync.codecs.messages import CODE, document, message_slug, recipient
from sync.codecs.references import References, Unreadable, Unwritable
from sync.snapshot import Address, Document, Kind

Data = dict[str, Any]
Json = Mapping[str, Any]
TEMPLATE_TYPES = {"email": "email", "sms": "twilio", "push": "push", "in_app": "in_app", "slack": "slack"}
OPAQUE = {"bee": "the drag-and-drop editor", "design_studio": "Design Studio"}
"""Editors whose bodies are made from data that only they understand."""
INLINED = "premailer"


def read_template(
    template: Json, action: Json, kind: str, names: References, campaign: str, step: str, sender: str | None
) -> Read:
    """The document of a message; *sender* is the workspace's own From, *language* says which variant it is.

    Raises: nothing; what cannot be read is told in *unseen*.
    """
    language = str(template.get("language") or "") or None
    address = Address(Kind.MESSAGE, message_slug(campaign, step, language))
    data: Data = {"kind": kind}
    unseen: dict[str, str] = {}
    try:
        data |= _READERS[kind](template, names, sender, unseen)
    except (ValueError, TypeError) as error:
        unseen["body"] = f"content that is no JSON where it should be ({type(error).__name__})"
    if kind == "email":
        data["track_links"] = action.get("tracked", True) is not False if language is None else None
    if language is None:
        data["sending"] = str(action.get("sending_state") or "automatic")
    return Read(document(address, data), unseen)


def _email(template: Json, names: References, sender: str | None, unseen: dict[str, str]) -> Data:
    editor = str(template.get("editor") or CODE)
    data = {
        "subject": template.get("subject"),
        "preheader": template.get("preheader_text"),
        "to": recipient(template.get("recipient")),
        "cc": template.get("cc"),
        "bcc": template.get("bcc"),
        "body": template.get("body"),
        "text": template.get("body_plain"),
        "inline_css": template.get("preprocessor") == INLINED,
        "editor": editor if editor in OPAQUE else None,
    }
    from_id, reply_id, layout = (template.get(key) for key in ("from_identity_id", "reply_to_identity_id", "layout_id"))
    data["from"] = sender if not from_id else _or_unseen("from", unseen, lambda: names.sender(from_id))
    data["reply_to"] = _or_unseen("reply_to", unseen, lambda: names.sender_address(reply_id)) if reply_id else None
    data["layout"] = _or_unseen("layout", unseen, lambda: names.layout_reference(layout)) if layout else None
    data["headers"] = _or_unseen("headers", unseen, lambda: headers_as_data(template.get("headers")))
    return data


def _or_unseen(field: str, unseen: dict[str, str], read: Any) -> Any:
    try:
        return read()
    except Unreadable as error:
        unseen[field] = str(error)
        return None


def headers_as_data(headers: Any) -> dict[str, str]:
    """Headers as files write them. Source: a JSON text of `{name, value}` pairs, `[]` when there are none.

    Raises: Unreadable when a name comes twice, or they are no such list.
    """
    try:
        pairs = json.loads(headers) if isinstance(headers, str) and headers.strip() else headers or []
        found = {str(one["name"]): str(one["value"]) for one in pairs}
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable("headers in a form that is not known") from error
    if len(found) < len(pairs):
        raise Unreadable("a header that is there twice")
    return found


def headers_as_text(headers: Mapping[str, str]) -> str:
    """Headers as the UI API keeps them."""
    return json.dumps([{"name": name, "value": value} for name, value in headers.items()], ensure_ascii=False)


def _sms(template: Json, names: References, _sender: str | None, unseen: dict[str, str]) -> Data:
    from_id = template.get("from_identity_id")
    to = template.get("recipient")
    return {
        "from": _or_unseen("from", unseen, lambda: names.sender(from_id)) if from_id else None,
        "to": None if to is None or "".join(str(to).split()) == "{{customer.phone}}" else to,
        "body": template.get("body"),
    }


def _push(template: Json, _names: References, _sender: str | None, _unseen: dict[str, str]) -> Data:
    """Source: push content is the JSON text in `body_json`: title, body, link."""
    parts = json.loads(template.get("body_json") or "{}")
    return {
        "title": parts.get("title") or template.get("subject"),
        "link": parts.get("link"),
        "image": template.get("image_url"),
        "body": parts.get("body") or template.get("body"),
    }


def _in_app(template: Json, _names: References, _sender: str | None, _unseen: dict[str, str]) -> Data:
    """Assumed: `body_json` holds `position` and `link`."""
    parts = json.loads(template.get("body_json") or "{}")
    return {"position": parts.get("position") or "modal", "link": parts.get("link"), "body": template.get("body")}


def _slack(template: Json, _names: References, _sender: str | None, _unseen: dict[str, str]) -> Data:
    """Assumed: the channel stands in `recipient`."""
    return {"channel": template.get("recipient"), "body": template.get("body")}


def _webhook(template: Json, _names: References, _sender: str | None, unseen: dict[str, str]) -> Data:
    return {
        "method": str(template.get("request_method") or "post").upper(),
        "url": template.get("url"),
        "headers": _or_unseen("headers", unseen, lambda: headers_as_data(template.get("headers"))),
        "body": body_as_data(str(template.get("body") or "")),
    }


def body_as_data(text: str) -> Any:
    """A webhook's body: data where it is the JSON of an object or a list, so that its layout makes no difference."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict | list) else text


_READERS = {
    "email": _email,
    "sms": _sms,
    "whatsapp": _sms,
    "push": _push,
    "in_app": _in_app,
    "slack": _slack,
    "webhook": _webhook,
}


def template_fields(
    wanted: Document, changed: Collection[str], raw: Json, names: References, sender: str | None
) -> Data:
    """What a write of the template sets; only of the fields that change.

    Raises: Unwritable when the interface has no place for one.
    """
    kind = wanted.value("kind")
    if wanted.value("editor") and "body" in changed:
        raise Unwritable(f"a body made with {OPAQUE.get(wanted.value('editor'), 'another editor')}")
    found: Data = {}
    for name in changed:
        if name in _ACTION_FIELDS or name in ("kind", "editor"):
            continue
        found |= _written(kind, name, wanted, raw, names, sender)
    return found


_ACTION_FIELDS = frozenset({"sending", "track_links"})
_PLAIN = {
    "subject": "subject",
    "preheader": "preheader_text",
    "cc": "cc",
    "bcc": "bcc",
    "url": "url",
    "image": "image_url",
}


def _written(kind: str, name: str, wanted: Document, raw: Json, names: References, sender: str | None) -> Data:
    value = wanted.value(name)
    if kind == "push" and name in ("title", "link", "body"):
        return _push_fields(wanted, raw)
    if kind == "in_app" and name in ("position", "link"):
        parts = {**json.loads(raw.get("body_json") or "{}"), "position": wanted.value("position") or "modal"}
        parts |= {"link": wanted.value("link")} if wanted.value("link") else {}
        return {"body_json": json.dumps(parts, ensure_ascii=False)}
    match name:
        case "body":
            return {
                "body": json.dumps(value, ensure_ascii=False, indent=2)
                if isinstance(value, dict | list)
                else value or ""
            }
        case "text":
            return {"body_plain": value}
        case "from":
            return {
                "from_identity_id": None
                if value in (None, sender) and not raw.get("from_identity_id")
                else _from(value, names)
            }
        case "reply_to":
            return {"reply_to_identity_id": None if value is None else names.reply_id(value)}
        case "layout":
            return {"layout_id": None if value is None else names.layout_id(value)}
        case "headers":
            return {"headers": headers_as_text(value or {})}
        case "inline_css":
            return {"preprocessor": INLINED if value else ""}
        case "method":
            return {"request_method": str(value or "POST").lower()}
        case "to":
            default = "{{customer.email}}" if kind == "email" else "{{customer.phone}}"
            return {"recipient": value or default}
        case "channel":
            return {"recipient": value or ""}
        case _ if name in _PLAIN:
            return {_PLAIN[name]: value or ""}
        case _:
            raise Unwritable(f"the field '{name}' of a message")


def _from(value: Any, names: References) -> int | None:
    return None if value is None else names.sender_id(str(value))


def _push_fields(wanted: Document, raw: Json) -> Data:
    try:
        parts = json.loads(raw.get("body_json") or "{}")
    except ValueError:
        parts = {}
    parts |= {name: wanted.value(name) or "" for name in ("title", "body", "link")}
    return {"subject": wanted.value("title") or "", "body_json": json.dumps(parts, ensure_ascii=False)}


def action_fields(wanted: Document, changed: Collection[str]) -> Data:
    """What of a message stands on its action."""
    found: Data = {}
    if "sending" in changed:
        found["sending_state"] = wanted.value("sending") or "automatic"
    if "track_links" in changed:
        found["tracked"] = wanted.value("track_links") is not False
    return found
