"""Emails as files: what can be seen without rendering one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwright.checks.findings import finding, offset_span
from mailwright.checks.wholeness import is_whole
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import TransactionalTrigger
from mailwright.diagnostics import Diagnostic, Span

UNSUBSCRIBE = re.compile(r"\{%-?\s*(unsubscribe_url|unsubscribe|manage_subscription_preferences_url)\b")
LOCAL_LINK = re.compile(
    r"https?://(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|[\w.-]+\.(?:local|test|internal))(?![\w.-])[^\s\"'<>)]*"
    r"|file://[^\s\"'<>)]*",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:[^<>@]*<[^<>@\s,;]+@[^<>@\s,;]+\.[^<>@\s,;.]+>|[^<>@\s,;]+@[^<>@\s,;]+\.[^<>@\s,;.]+)\s*")
RESERVED_HEADERS = frozenset(
    {"content-type", "content-transfer-encoding", "mime-version", "from", "to", "cc", "bcc", "subject", "date"}
    | {"message-id", "reply-to", "return-path", "received", "sender", "dkim-signature"}
)
"""Headers that a message may not set.

Source: Customer.io docs, composer errors: `Content-Type` is refused (liquid §8).
Assumed: so are the others that the sender sets itself.
"""


def check_emails(project: Project) -> Iterator[Diagnostic]:
    """Everything about emails that their files alone show."""
    for (slug, _, language), message in project.messages.items():
        match message.fields:
            case EmailFields() as fields:
                yield from _subject_and_preheader(message, fields, language)
                yield from _addresses(project, message, fields)
                yield from _headers(message, fields)
                yield from _unsubscribe(project, message, fields, project.campaigns.get(slug))
            case _:
                pass
    yield from _layouts(project)
    yield from _local_links(project)


def _subject_and_preheader(message: Message, fields: EmailFields, language: str | None) -> Iterator[Diagnostic]:
    if not fields.subject.strip():
        span = _field_span(message, "subject")
        yield finding(
            "blank-subject", "the subject is blank, so every delivery fails", span, "say what the email is about"
        )
    if not fields.preheader.strip() and language is None:
        span = _field_span(message, "subject")
        hint = "preheader: the line a mailbox shows behind the subject"
        yield finding(
            "missing-preheader", "there is no preheader; mailboxes show the first words of the body", span, hint
        )


def _addresses(project: Project, message: Message, fields: EmailFields) -> Iterator[Diagnostic]:
    texts = {"from": fields.sender, "reply_to": fields.reply_to, "to": fields.to, "cc": fields.cc, "bcc": fields.bcc}
    for name, value in texts.items():
        if value is None or "{{" in value or "{%" in value or "${" in value:
            continue
        one_only = name == "from"
        parts = [value] if one_only else _parts(value)
        if not all(ADDRESS.fullmatch(part.strip()) for part in parts):
            hint = f"{name}: Ana at Example <ana@example.org>"
            yield finding("bad-address", f"'{value}' is no email address", _field_span(message, name), hint)
    has_default = any(workspace.sender for workspace in project.settings.workspaces.values())
    if fields.sender is None and not has_default:
        hint = "from: Name <address>, here or in the settings of the workspace"
        yield finding("no-sender", "nothing says whom this email is from", _field_span(message, "subject"), hint)


def _parts(value: str) -> list[str]:
    # A comma inside quotes belongs to a name.
    return re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", value)


def _headers(message: Message, fields: EmailFields) -> Iterator[Diagnostic]:
    for name in fields.headers:
        span = _field_span(message, f"headers.{name}")
        if name.strip().lower() in RESERVED_HEADERS:
            hint = (
                "use the field of that name"
                if name.lower() in ("from", "to", "subject", "reply-to")
                else "leave it out"
            )
            yield finding("bad-header", f"header '{name}' cannot be set to a custom value", span, hint)
        elif not re.fullmatch(r"[!-9;-~]+", name):
            hint = "letters, digits and dashes: X-Campaign-Name"
            yield finding("bad-header", f"'{name}' is no header name: no spaces and no accents", span, hint)
        elif not fields.headers[name].isascii():
            yield finding("bad-header", f"the value of header '{name}' is not plain ASCII", span, "leave accents out")


def _unsubscribe(
    project: Project, message: Message, fields: EmailFields, campaign: Campaign | None
) -> Iterator[Diagnostic]:
    """A marketing email from which nobody can get away.

    Source: Customer.io docs, layouts: expected in every marketing email (liquid §9).
    """
    if campaign is None or isinstance(campaign.trigger, TransactionalTrigger) or campaign.to_unsubscribed:
        return
    layout = project.layouts.get(fields.layout) if fields.layout else None
    is_told_elsewhere = (fields.layout and layout is None) or "{{ unsubscribe_url" in message.body.source
    if is_told_elsewhere:
        return
    if layout is not None and not _has_unsubscribe(project, layout.body):
        return  # told once, at the layout
    if layout is None and not _has_unsubscribe(project, message.body):
        hint = 'a layout with an unsubscribe link, or <a href="{% unsubscribe_url %}">Unsubscribe</a>'
        yield finding(
            "no-unsubscribe", "the email has no unsubscribe link", Span(message.body.file, message.body.line), hint
        )


def _layouts(project: Project) -> Iterator[Diagnostic]:
    used: dict[str, list[Message]] = {}
    for message in project.messages.values():
        match message.fields:
            case EmailFields(layout=str(reference)):
                used.setdefault(reference, []).append(message)
            case _:
                pass
    for reference, layout in project.layouts.items():
        messages = used.get(reference, [])
        lacking = [
            message
            for message in messages
            if (campaign := project.campaigns.get(message.campaign)) is not None
            and not isinstance(campaign.trigger, TransactionalTrigger)
            and not campaign.to_unsubscribed
            and not _has_unsubscribe(project, message.body)
        ]
        if lacking and not _has_unsubscribe(project, layout.body):
            emails = ", ".join(sorted({f"{message.campaign}/{message.name}" for message in lacking})[:3])
            hint = '<a href="{% unsubscribe_url %}">Unsubscribe</a> in the footer, as a new version of the layout'
            message_text = f"the layout has no unsubscribe link, and {emails} depend on it"
            yield finding("layout-no-unsubscribe", message_text, Span(layout.body.file, layout.body.line), hint)
    if not is_whole(project):
        return
    names_in_use = {reference.split("@")[0] for reference in used}
    for layout in project.layouts.values():
        newest = max(other.version for other in project.layouts.values() if other.name == layout.name)
        if layout.name not in names_in_use and layout.version == newest:
            hint = f"layout: {layout.reference} in an email's front matter, or delete the folder"
            yield finding("unused-layout", f"no email uses the layout '{layout.name}'", Span(layout.body.file), hint)


def _has_unsubscribe(project: Project, text: Text) -> bool:
    if UNSUBSCRIBE.search(text.source):
        return True
    used = re.findall(r"snippets(?:\.|\[[\"'])([\w-]+)", text.source)
    return any(name in project.snippets and UNSUBSCRIBE.search(project.snippets[name].body.source) for name in used)


def _local_links(project: Project) -> Iterator[Diagnostic]:
    texts = [text for message in project.messages.values() for text in (message.body, message.text) if text is not None]
    texts += [text for webhook in project.webhooks.values() for text in webhook.texts.values()]
    texts += [layout.body for layout in project.layouts.values()]
    texts += [snippet.body for snippet in project.snippets.values()]
    for text in texts:
        for found in LOCAL_LINK.finditer(text.source):
            message = f"'{found[0]}' leads to nowhere outside your own machine"
            span = offset_span(text, found.start(), len(found[0]))
            yield finding("local-link", message, span, "{{ mailwright.base_url }} holds each workspace's own address")


def _field_span(message: Message, name: str) -> Span:
    text = message.field_texts.get(name)
    if text is None:
        return Span(message.body.file)
    return Span(text.file, text.line, text.column, max(1, len(text.source.split("\n")[0])))
