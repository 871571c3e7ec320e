"""Messages as templates: one for each language, tied to the action or the message that sends them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from mailwright.definitions.message import (
    EmailFields,
    InAppFields,
    Message,
    PushFields,
    SlackFields,
    SmsFields,
    Webhook,
)
from mailwright.definitions.project import Project
from simulator.workspace.content.findings import Findings
from simulator.workspace.content.liquid_vars import with_values
from simulator.workspace.content.numbers import Numbers
from simulator.workspace.documents import Kind, new_identity, new_template
from simulator.workspace.store import Documents

Json = dict[str, Any]
_ADDRESS = re.compile(r"([^<>]*[^<>\s]) <([^<>]+)>")
_TYPES = {"sms": "twilio"}


def address_parts(text: str) -> tuple[str, str]:
    """Name and address of `Name <address>`; anything else is an address without a name."""
    found = _ADDRESS.fullmatch(text)
    return (found[1], found[2]) if found is not None and found[1] == found[1].strip() else ("", text)


@dataclass(slots=True)
class MessageWriting:
    """Writes the templates of a project in one workspace."""

    documents: Documents
    project: Project
    numbers: Numbers
    findings: Findings
    values: dict[str, str]
    now: int
    _identities: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def message(self, slug: str, name: str, where: str) -> Json | None:
        """The default template of a message, with its translations beside it; None when nobody wrote the message."""
        webhook = self.project.webhooks.get((slug, name))
        if webhook is not None:
            return self._keep(self._webhook(webhook))
        default = self.project.messages.get((slug, name, None))
        if default is None:
            self.findings.say(where, f"there is no file for the message {name}", "stored without content")
            return None
        kept = self._keep(self._template(default, where))
        translations = {}
        for language in self.project.languages(slug, name):
            variant = self._template(self.project.messages[(slug, name, language)], where)
            translations[language] = self._keep({**variant, "language": language})["id"]
        if translations:
            kept["translations"] = translations
            self.documents.put(Kind.TEMPLATE, kept["id"], kept)
        return kept

    def identity(self, text: str, kind: str) -> int:
        """The number of a sender, made where there is none yet."""
        name, address = address_parts(text)
        key = (name, address, kind)
        if key not in self._identities:
            known = (one for one in self.documents.all(Kind.IDENTITY) if one["template_type"] == kind)
            same = next((one for one in known if (one["name"], one["email"]) == (name, address)), None)
            made = same or self.documents.add(Kind.IDENTITY, new_identity(name, address, self.now, template_type=kind))
            self._identities[key] = int(made["id"])
        return self._identities[key]

    def text(self, source: str) -> str:
        """A Liquid text as it is stored."""
        return with_values(source, self.values)

    def _keep(self, template: Json) -> Json:
        return self.documents.add(Kind.TEMPLATE, template)

    def _webhook(self, webhook: Webhook) -> Json:
        """Assumed: data is stored as the JSON that is sent, with its type in the header unless one says otherwise."""
        content = webhook.content
        headers = [{"name": name, "value": self.text(value)} for name, value in content.headers.items()]
        body = content.body
        is_data = isinstance(body, dict | list)
        if is_data and not any(header["name"].lower() == "content-type" for header in headers):
            headers.append({"name": "Content-Type", "value": "application/json"})
        return new_template(
            "webhook",
            self.now,
            name=webhook.name,
            request_method=content.method.lower(),
            url=self.text(content.url),
            headers=json.dumps(headers, ensure_ascii=False),
            body=self.text(json.dumps(body, ensure_ascii=False) if is_data else str(body or "")),
            **({"body_is_data": True} if is_data else {}),
        )

    def _template(self, message: Message, where: str) -> Json:
        made = new_template(
            _TYPES.get(message.kind, message.kind),
            self.now,
            name=message.name,
            body=self.text(message.body.source),
            recipient_environment_id=self.documents.workspace,
        )
        match message.fields:
            case EmailFields() as fields:
                return made | self._email(message, fields, where)
            case SmsFields(sender=sender, to=to):
                made["from_identity_id"] = None if sender is None else self.identity(self.text(sender), "sms")
                return made | ({"recipient": self.text(to)} if to is not None else {})
            case PushFields(title=title, link=link, image=image):
                parts = {"title": title, "body": message.body.source, "link": link or ""}
                return made | {
                    "subject": self.text(title),
                    "body_json": json.dumps({key: self.text(part) for key, part in parts.items()}, ensure_ascii=False),
                    "image_url": self.text(image or ""),
                }
            case InAppFields(position=position, link=link):
                extra = {"position": position, **({"link": self.text(link)} if link is not None else {})}
                return made | {"body_json": json.dumps(extra, ensure_ascii=False)}
            case SlackFields(channel=channel):
                return made | {"recipient": self.text(channel or "")}

    def _email(self, message: Message, fields: EmailFields, where: str) -> Json:
        layout = self.numbers.layouts.get(fields.layout) if fields.layout else None
        if fields.layout and layout is None:
            self.findings.say(where, f"there is no layout {fields.layout}", "stored without a layout")
        headers = [{"name": name, "value": self.text(value)} for name, value in fields.headers.items()]
        made: Json = {
            "subject": self.text(fields.subject),
            "preheader_text": self.text(fields.preheader),
            "layout_id": layout,
            "from_identity_id": None if fields.sender is None else self.identity(self.text(fields.sender), "email"),
            "reply_to_identity_id": None
            if fields.reply_to is None
            else self.identity(self.text(fields.reply_to), "email"),
            "body_plain": None if message.text is None else self.text(message.text.source),
            "cc": self.text(fields.cc or ""),
            "bcc": self.text(fields.bcc or ""),
            "headers": json.dumps(headers, ensure_ascii=False),
            "preprocessor": "premailer" if fields.inline_css else "",
        }
        if fields.to is not None:
            made["recipient"] = self.text(fields.to)
        if not fields.url_parameters:
            made["url_parameters"] = False
            self.findings.say(where, "links without the workspace's parameters", "stored under a name of our own")
        return made
