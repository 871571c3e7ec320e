"""Templates as messages. Liquid is not looked at here: what is broken fails for each person who gets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mailwright.definitions.message import (
    EmailFields,
    InAppFields,
    Message,
    MessageFields,
    PushFields,
    SlackFields,
    SmsFields,
    Text,
    Webhook,
    WebhookContent,
)
from simulator.workspace.content.names import text_in

Json = dict[str, Any]
_KINDS = {"twilio": "sms"}
_DEFAULT_TO = {"email": "{{customer.email}}", "sms": "{{customer.phone}}", "whatsapp": "{{customer.phone}}"}
_POSITIONS: tuple[Literal["modal", "top", "bottom", "inline"], ...] = ("modal", "top", "bottom", "inline")


@dataclass(slots=True)
class MessageReading:
    """Reads the templates of one workspace."""

    templates: Mapping[int, Json]
    identities: Mapping[int, Json]
    layouts: Mapping[int, str]  # number → reference

    def read(self, campaign: str, name: str, number: Any, tracked: bool) -> list[Message | Webhook]:
        """The message of a template in every language it has; nothing where there is no such template."""
        default = self.templates.get(number) if isinstance(number, int) else None
        if default is None:
            return []
        if default["template_type"] == "webhook":
            return [_webhook(campaign, name, default)]
        found: list[Message | Webhook] = [self._message(campaign, name, default, None, tracked)]
        for language, other in _mapping(default.get("translations")).items():
            variant = self.templates.get(other) if isinstance(other, int) else None
            if variant is not None:
                found.append(self._message(campaign, name, variant, language, tracked))
        return found

    def _message(self, campaign: str, name: str, template: Json, language: str | None, tracked: bool) -> Message:
        stored = text_in(template["template_type"])
        kind = _KINDS.get(stored, stored)
        file = f"template {template['id']}"
        plain = template.get("body_plain")
        fields: MessageFields
        body = text_in(template.get("body"))
        match kind:
            case "email":
                fields = self._email(template, tracked)
            case "push":
                content = _data(template.get("body_json"))
                body = text_in(content.get("body"), body)
                fields = PushFields.model_construct(
                    title=text_in(content.get("title"), text_in(template.get("subject"))),
                    link=text_in(content.get("link")) or None,
                    image=text_in(template.get("image_url")) or None,
                )
            case "in_app":
                content = _data(template.get("body_json"))
                position = content.get("position")
                fields = InAppFields.model_construct(
                    position=position if position in _POSITIONS else "modal", link=text_in(content.get("link")) or None
                )
            case "slack":
                fields = SlackFields.model_construct(channel=text_in(template.get("recipient")) or None)
            case _:
                fields = SmsFields.model_construct(
                    sender=self._sender(template.get("from_identity_id")), to=_own_to(kind, template)
                )
        text = Text(plain, file) if kind == "email" and isinstance(plain, str) and plain else None
        return Message(campaign, name, kind, language, fields, Text(body, file), text)

    def _email(self, template: Json, tracked: bool) -> EmailFields:
        """Front matter without its checks: what is wrong with it fails the delivery, as in Customer.io."""
        return EmailFields.model_construct(
            subject=text_in(template.get("subject"), " "),  # a blank one, which fails as such when it is sent
            preheader=text_in(template.get("preheader_text")),
            sender=self._sender(template.get("from_identity_id")),
            reply_to=self._sender(template.get("reply_to_identity_id")),
            to=_own_to("email", template),
            cc=text_in(template.get("cc")) or None,
            bcc=text_in(template.get("bcc")) or None,
            headers=_headers(template.get("headers")),
            layout=self._layout(template.get("layout_id")),
            inline_css=bool(template.get("preprocessor")),
            track_links=tracked,
            url_parameters=template.get("url_parameters") is not False,
            language=None,
        )

    def _layout(self, number: Any) -> str | None:
        return self.layouts.get(number) if isinstance(number, int) else None

    def _sender(self, number: Any) -> str | None:
        identity = self.identities.get(number) if isinstance(number, int) else None
        if identity is None:
            return None
        name, address = text_in(identity.get("name")), text_in(identity.get("email"))
        return f"{name} <{address}>" if name else address or None


def _own_to(kind: str, template: Json) -> str | None:
    recipient = text_in(template.get("recipient"))
    return None if not recipient or recipient == _DEFAULT_TO.get(kind) else recipient


def _webhook(campaign: str, name: str, template: Json) -> Webhook:
    body = text_in(template.get("body"))
    data = _data_or_none(body) if template.get("body_is_data") else None
    method = text_in(template.get("request_method"), "post").upper()
    content = WebhookContent.model_construct(
        method=method,
        url=text_in(template.get("url")),
        headers=_headers(template.get("headers")),
        body=data if data is not None else body or None,
    )
    return Webhook(campaign, name, content)


def _headers(stored: Any) -> dict[str, str]:
    """Headers as a mapping, from the JSON list `{name, value}` that templates hold; or from a JSON object."""
    found = stored
    if isinstance(stored, str):
        found = _data_or_none(stored)
    if isinstance(found, dict):
        return {str(name): str(value) for name, value in found.items()}
    if not isinstance(found, list):
        return {}
    return {str(one["name"]): str(one.get("value", "")) for one in found if isinstance(one, dict) and one.get("name")}


def _data(text: Any) -> Json:
    found = _data_or_none(text)
    return found if isinstance(found, dict) else {}


def _data_or_none(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) and text.strip() else None
    except (ValueError, RecursionError):
        return None


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
