"""Transactional sends: one message to one person.

Source: App API reference, "Send a transactional email" and its kin.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import meta_refusal
from simulator.workspace.documents import Json, Kind
from simulator.workspace.membership import records
from simulator.workspace.records import Sending
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
CHANNELS = ("email", "push", "sms", "whatsapp", "in_app", "inbox_message")

ID_TYPES = ("id", "email", "cio_id")
LATEST = 90 * 86_400
"""How far ahead a send may be put off, in seconds."""
MOST_ATTACHED = 2 * 1024 * 1024
"""Bytes of all attachments of a message. Source: Customer.io docs, "Transactional API examples": two megabytes."""
OVERRIDES = frozenset(
    {
        "subject", "body", "body_plain", "body_amp", "preheader", "from", "reply_to", "cc", "bcc", "fake_bcc",
        "headers", "language", "tracked", "send_to_unsubscribed", "disable_message_retention",
        "disable_css_preprocessing", "auto_create", "title", "message", "link", "image_url", "sound",
        "custom_data", "custom_payload", "to",
    }
)  # fmt: skip
"""What a call may say in place of its message."""
_TEXTS = frozenset(
    {
        "to", "subject", "body", "body_plain", "body_amp", "preheader", "from", "reply_to", "cc", "bcc",
        "language", "title", "message", "link", "image_url",
    }
)  # fmt: skip


def _answer(request: Request, channel: str) -> Reply:
    """Send a message on a channel; gives the delivery and when it was queued."""
    body = _body(request)
    identifier, id_type = _identifier(body)
    message = _message(request, body, channel)
    _check_texts(body)
    sending = Sending(
        channel=channel,
        message_id=None if message is None else message["id"],
        identifier=identifier,
        id_type=id_type,
        to=_to(body, channel),
        data=_object(body, "message_data"),
        overrides={name: body[name] for name in OVERRIDES & body.keys()} | _headers(body),
        attachments=_attachments(body),
        at=_at(request, body),
        draft=_is_draft(body, message),
    )
    if message is None and channel == "email":
        missing = [name for name in ("body", "subject", "from") if not body.get(name)]
        if missing:
            raise meta_refusal(400, f"{missing[0]}: required without transactional_message_id")
    delivery = records(request.space).send(sending)
    return Reply({"delivery_id": delivery, "queued_at": request.space.now()})


def _body(request: Request) -> Json:
    try:
        body = request.json
    except (ValueError, RecursionError):
        raise meta_refusal(400, "malformed request") from None
    if not isinstance(body, dict):
        raise meta_refusal(400, "malformed request")
    return body


def _identifier(body: Mapping[str, Any]) -> tuple[str, str]:
    given = body.get("identifiers")
    named = [name for name in ID_TYPES if isinstance(given, dict) and given.get(name) not in (None, "")]
    if len(named) != 1:
        raise meta_refusal(400, "identifiers: one of id, email, cio_id is required")
    value = given[named[0]]  # type: ignore[index]  # it is an object, as it has a name
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise meta_refusal(400, f"identifiers: {named[0]} must be a string")
    return str(value), named[0]


def _message(request: Request, body: Mapping[str, Any], channel: str) -> Json | None:
    """The transactional message that a number or a trigger name stands for.

    Assumed: one that was made for another channel is taken too, and goes out as what it is.
    """
    asked = body.get("transactional_message_id")
    if asked in (None, ""):
        if channel != "email":
            raise meta_refusal(400, "transactional_message_id: required")
        return None
    message = _looked_up(request, asked)
    if message is None:
        raise meta_refusal(400, "transactional_message_id: not found")
    return message


def _looked_up(request: Request, asked: Any) -> Json | None:
    documents = request.space.documents
    if isinstance(asked, int) and not isinstance(asked, bool):
        return documents.get(Kind.TRANSACTIONAL, asked) if abs(asked) < 1 << 62 else None
    named = next((one for one in documents.all(Kind.TRANSACTIONAL) if one["trigger_name"] == asked), None)
    if named is None and isinstance(asked, str) and asked.isascii() and asked.isdigit() and len(asked) < 19:
        return documents.get(Kind.TRANSACTIONAL, int(asked))
    return named


def _check_texts(body: Mapping[str, Any]) -> None:
    for name in sorted(_TEXTS & body.keys()):
        if not isinstance(body[name], str | None):
            raise meta_refusal(400, f"{name}: must be a string")


def _to(body: Mapping[str, Any], channel: str) -> str:
    to = body.get("to") or ""
    if channel == "email" and "@" not in str(to):
        raise meta_refusal(400, "to: required" if not to else "to: must be an address")
    return str(to)


def _object(body: Mapping[str, Any], name: str) -> Json:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise meta_refusal(400, f"{name}: must be an object")
    return value


def _headers(body: Mapping[str, Any]) -> Json:
    """The call's headers by name; they come as a text that holds a list of `{name, value}`, or an object."""
    text = body.get("headers")
    if not text:
        return {}
    try:
        given = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        raise meta_refusal(400, "headers: must be JSON") from None
    if isinstance(given, dict):
        return {"headers": given}
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and {"name", "value"} <= one.keys() for one in given
    ):
        raise meta_refusal(400, "headers: must be a list of names and values")
    return {"headers": {str(one["name"]): str(one["value"]) for one in given}}


def _attachments(body: Mapping[str, Any]) -> dict[str, bytes]:
    found = {}
    for name, text in _object(body, "attachments").items():
        try:
            found[name] = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError, TypeError):
            raise meta_refusal(400, f"attachments: {name} is no base64") from None
    if sum(map(len, found.values())) > MOST_ATTACHED:
        raise meta_refusal(413, "request too large")
    return found


def _at(request: Request, body: Mapping[str, Any]) -> int | None:
    at = body.get("send_at")
    if at is None:
        return None
    if not isinstance(at, int) or isinstance(at, bool):
        raise meta_refusal(400, "send_at: must be a Unix timestamp")
    if at > request.space.now() + LATEST:
        raise meta_refusal(400, "send_at: at most 90 days ahead")
    return at


def _is_draft(body: Mapping[str, Any], message: Mapping[str, Any] | None) -> bool:
    """Assumed: a message that is itself a draft sends as usual; `queue_drafts` is what holds its sends back."""
    return bool(body.get("queue_draft", message is not None and message["queue_drafts"]))


def _serve(channel: str, confidence: Confidence) -> None:
    def send(request: Request) -> Reply:
        return _answer(request, channel)

    send.__doc__ = f"Send one {channel.replace('_', ' ')}."
    ROUTES.add("POST", f"/v1/send/{channel}", confidence, "also on the Track host")(send)


for _channel in CHANNELS:
    _serve(_channel, Confidence.SEEN if _channel in ("email", "push") else Confidence.SPECIFIED)
