"""Emails and the other messages of a campaign: front matter and bodies, as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from mailwright.definitions.base import Definition
from mailwright.definitions.names import Slug


class EmailFields(Definition):
    """The front matter of an email; every text is Liquid."""

    subject: str = Field(min_length=1)
    preheader: str = ""
    sender: str | None = Field(default=None, alias="from")
    """`Name <address>`; default: the workspace's."""
    reply_to: str | None = None
    to: str | None = None
    """Default: the person's email."""
    cc: str | None = None
    bcc: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    layout: str | None = None
    """`name@version`; none: the body stands alone."""
    inline_css: bool = True
    """Customer.io inlines the CSS of the code editor's emails unless it is turned off."""
    track_links: bool = True
    url_parameters: bool = True
    language: str | None = None


class SmsFields(Definition):
    """The front matter of a text or WhatsApp message."""

    sender: str | None = Field(default=None, alias="from")
    to: str | None = None
    """Default: the person's phone."""


class PushFields(Definition):
    """The front matter of a push notification."""

    title: str = ""
    link: str | None = None
    image: str | None = None


class InAppFields(Definition):
    """The front matter of an in-app message."""

    position: Literal["modal", "top", "bottom", "inline"] = "modal"
    link: str | None = None


class SlackFields(Definition):
    """The front matter of a Slack message."""

    channel: str | None = None


class WebhookContent(Definition):
    """The file of a webhook step; every text is Liquid."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    url: str = Field(min_length=1)
    headers: dict[str, str] = Field(default_factory=dict)
    body: str | dict[str, object] | list[object] | None = None
    """A text, or data sent as JSON."""


MessageFields = EmailFields | SmsFields | PushFields | InAppFields | SlackFields

FIELDS_OF: dict[str, type[EmailFields | SmsFields | PushFields | InAppFields | SlackFields]] = {
    "email": EmailFields,
    "sms": SmsFields,
    "whatsapp": SmsFields,
    "push": PushFields,
    "in_app": InAppFields,
    "slack": SlackFields,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of Liquid and where it starts, so that a fault in it can be shown in its file."""

    source: str
    file: str
    line: int = 1  # the line and column of its first character
    column: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One language of one message: its fields and its bodies."""

    campaign: Slug
    name: Slug  # the file's name without language and ending
    kind: str  # email, sms, push, in_app, slack, whatsapp
    language: str | None
    fields: MessageFields
    body: Text
    text: Text | None = None  # the plain-text part, where the author wrote one
    field_texts: dict[str, Text] = field(default_factory=dict)  # each front matter text, `headers.X` for headers


@dataclass(frozen=True, slots=True)
class Webhook:
    """The content of a webhook step."""

    campaign: Slug
    name: Slug
    content: WebhookContent
    texts: dict[str, Text] = field(default_factory=dict)  # url, body, `headers.X`
