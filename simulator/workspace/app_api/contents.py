"""Content of messages as the App API shows and takes it, derived from what the UI API shows.

Source: App API reference, and answers recorded live.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import malformed, refusal
from simulator.workspace.documents import MESSAGE_ACTIONS, Json, Kind
from simulator.workspace.routes import Request
from simulator.workspace.store import Documents

SHOWN_ACTIONS: Mapping[str, str] = {**MESSAGE_ACTIONS, "attribute_update_action": "attribute_update"}
"""The actions the App API shows, and what it calls their types: those with content, and attribute updates."""

SENDING = ("automatic", "draft", "off")
_EMAIL = (
    "body", "sending_state", "from_id", "reply_to_id", "recipient", "subject", "preheader_text", "body_amp", "headers",
)  # fmt: skip
WRITABLE: Mapping[str, tuple[str, ...]] = {
    "email": _EMAIL,
    "twilio": ("body", "image_url", "recipient", "sending_state"),
    "webhook": ("body", "url", "headers", "method", "sending_state"),
    "whatsapp": ("body", "body_json", "sender_identity_id", "send_to_unsubscribed", "tracked"),
    "push": ("body", "body_json", "sending_state"),
    "in_app": ("body", "body_json", "sending_state"),
    "slack": ("body", "sending_state"),
    "attribute_update": (),
}
"""What a write may change, by type; everything else is read-only and ignored without a word.

Assumed: for push, in-app and Slack.
"""
BUILT_ELSEWHERE = frozenset({"bee", "design_studio"})
"""Editors whose bodies are ignored when written: drag-and-drop and Design Studio."""
METHODS = ("get", "post", "put", "delete", "patch")


def email_fields(documents: Documents, template: Mapping[str, Any]) -> Json:
    """What every kind of email content shows."""
    return {
        "language": template["language"],
        "from": address(documents, template["from_identity_id"]),
        "from_id": template["from_identity_id"],
        "reply_to": address(documents, template["reply_to_identity_id"]),
        "reply_to_id": template["reply_to_identity_id"],
        "preprocessor": template["preprocessor"],
        "recipient": template["recipient"],
        "subject": template["subject"],
        "cc": template["cc"],
        "bcc": template["bcc"],
        "fake_bcc": template["fake_bcc"],
        "preheader_text": template["preheader_text"],
        "headers": template["headers"],
    }


def address(documents: Documents, identity_id: int | None) -> str:
    """A sender as `Name <address>`; "" where there is none."""
    identity = documents.get(Kind.IDENTITY, identity_id) if identity_id is not None else None
    return "" if identity is None else f"{identity['name']} <{identity['email']}>"


def layout_body(documents: Documents, template: Mapping[str, Any]) -> str:
    """The HTML of the layout a message is sent in; "" where there is none."""
    layout = documents.get(Kind.LAYOUT, template.get("layout_id") or 0)
    return "" if layout is None else str(layout["body"])


def action_content(documents: Documents, action: Mapping[str, Any], template: Mapping[str, Any] | None) -> Json:
    """An action as the App API shows it; its id is a text."""
    kind = SHOWN_ACTIONS[action["type"]]
    updated = max(action["updated"], template["updated"]) if template is not None else action["updated"]
    shown: Json = {
        "id": action["id"],
        "campaign_id": action["campaign_id"],
        "deduplicate_id": f"{action['id']}:{updated}",
        "name": action["name"],
        "layout": "" if template is None else layout_body(documents, template),
        "created": action["created"],
        "updated": updated,
        "body": "" if template is None else template["body"],
        "type": kind,
    }
    if action.get("parent_action_id") is not None:
        shown["parent_action_id"] = action["parent_action_id"]
    if template is None:
        return shown | {"language": "", "editor": "", "recipient": "", "recipient_environment_id": documents.workspace}
    shown["sending_state"] = action["sending_state"]
    match kind:
        case "email":
            return shown | _email_action(documents, template)
        case "webhook":
            return shown | {
                "url": template["url"], "headers": template["headers"], "method": template["request_method"],
                "language": template["language"],
            }  # fmt: skip
        case "twilio":
            return shown | _phone_fields(template)
        case "whatsapp":
            return shown | _phone_fields(template) | {
                "body_json": template["body_json"], "sender_identity_id": template["from_identity_id"],
                "send_to_unsubscribed": action["send_to_unsubscribed"], "tracked": action["tracked"],
            }  # fmt: skip
        case _:
            return shown | {"language": template["language"], "body_json": template["body_json"]}


def _email_action(documents: Documents, template: Mapping[str, Any]) -> Json:
    own = {name: template[name] for name in ("body_amp", "editor", "recipient_environment_id")}
    return email_fields(documents, template) | own


def _phone_fields(template: Mapping[str, Any]) -> Json:
    # Source: an SMS or WhatsApp recipient reads back blank when it holds Liquid.
    recipient = template["recipient"]
    return {
        "language": template["language"],
        "image_url": template["image_url"],
        "recipient": "" if "{{" in recipient or "{%" in recipient else recipient,
    }


def write_content(request: Request, kind: str, action: Json | None, template: Json) -> list[str]:
    """Write what the body says of a message's content; gives the fields that were written, nothing kept yet.

    *action* holds the sending state, where there is one.
    Raises: Refusal: 400 for headers that are no array, 422 for other values that cannot be.
    """
    body = _json_object(request)
    allowed = [name for name in WRITABLE.get(kind, ()) if name in body]
    if template.get("editor") in BUILT_ELSEWHERE and "body" in allowed:
        allowed.remove("body")
    for name in allowed:
        _write_one(request, kind, name, body[name], action, template)
    return allowed


def _json_object(request: Request) -> Json:
    try:
        body = request.json
    except (ValueError, RecursionError):
        raise malformed() from None
    if not isinstance(body, dict):
        raise malformed()
    return body


_IN_TEMPLATE = {"from_id": "from_identity_id", "reply_to_id": "reply_to_identity_id", "method": "request_method",
                "sender_identity_id": "from_identity_id"}  # fmt: skip


def _write_one(request: Request, kind: str, name: str, value: Any, action: Json | None, template: Json) -> None:
    match name:
        case "sending_state":
            if value not in SENDING:
                raise refusal(422, f"sending_state must be one of {', '.join(SENDING)}", "/sending_state")
            if action is not None:
                action["sending_state"] = value
        case "send_to_unsubscribed" | "tracked":
            if not isinstance(value, bool):
                raise refusal(422, f"{name} must be true or false", f"/{name}")
            if action is not None:
                action[name] = value
        case "from_id" | "reply_to_id" | "sender_identity_id":
            template[_IN_TEMPLATE[name]] = _identity(request, name, value)
        case "headers":
            template["headers"] = _headers(kind, value)
        case "method":
            if not isinstance(value, str) or value.lower() not in METHODS:
                raise refusal(422, f"method must be one of {', '.join(METHODS)}", "/method")
            template["request_method"] = value.lower()
        case _:
            if not isinstance(value, str | None):
                raise refusal(422, f"{name} must be a string", f"/{name}")
            template[name] = value or ""


def _identity(request: Request, name: str, value: Any) -> int | None:
    if value is None:
        return None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or request.space.documents.get(Kind.IDENTITY, value) is None:
        raise refusal(422, f"{name} is no sender identity", f"/{name}")
    return int(value)


def _headers(kind: str, value: Any) -> str:
    """Headers as they are stored: an array on write and a text on read; a webhook's are a text both ways."""
    if kind == "webhook" and isinstance(value, str):
        return value
    rows = value if isinstance(value, list) else None
    if rows is None or not all(isinstance(row, dict) and {"name", "value"} <= row.keys() for row in rows):
        raise malformed("headers is invalid")
    return json.dumps(
        [{"name": row["name"], "value": row["value"]} for row in rows], ensure_ascii=False, separators=(",", ":")
    )
