"""A message, its layout version and the snippets it may use, as one value with a digest; both rooms use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from mailwright.definitions.layout import Layout
from mailwright.definitions.message import EmailFields, Message, MessageFields, Text, Webhook, WebhookContent
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import ConfigurationError, Span, name_hint

BODY, TEXT, LAYOUT, SNIPPET = "body", "text", "layout", "snippets."
DEFAULT_DIALECT = "latest"
_NO_LIQUID = frozenset({"layout", "language", "position"})
_SNIPPETS = re.compile(r"\bsnippets\b(?:\s*\.\s*([\w-]+)|\s*\[\s*(\"[^\"]*\"|'[^']*')\s*\])?")


@dataclass(frozen=True, slots=True)
class AssembledMessage:
    """Everything one message is made of, each piece with the place it was written at.

    *parts* maps `subject`, `preheader`, `from`, `headers.X`, …, `body`, `text`, `layout` to Liquid. A body that is data
    (a webhook's) has no `body` part; its texts stand in *data*.
    """

    campaign: str
    name: str
    kind: str
    language: str | None
    dialect: str
    fields: MessageFields | WebhookContent
    parts: Mapping[str, Text]
    snippets: Mapping[str, Text] = field(default_factory=dict)
    layout: Layout | None = None

    @property
    def digest(self) -> str:
        """What tells two assembled messages apart: their sources, their settings and the dialect."""
        known = sha256()
        for name, text in _named_texts(self):
            known.update(f"{name}\0{len(text)}\0{text}\0".encode("utf-8", "surrogatepass"))
        return known.hexdigest()

    def text_of(self, part: str) -> Text:
        """The piece called *part*; snippets are called `snippets.<name>`.

        Raises: KeyError when the message has no such part.
        """
        if part.startswith(SNIPPET):
            return self.snippets[part.removeprefix(SNIPPET)]
        return self.parts[part]


def _named_texts(message: AssembledMessage) -> Iterator[tuple[str, str]]:
    yield "dialect", message.dialect
    yield "kind", message.kind
    yield "language", message.language or ""
    yield "fields", _fields_as_json(message.fields)
    yield from ((name, text.source) for name, text in sorted(message.parts.items()))
    yield from ((SNIPPET + name, text.source) for name, text in sorted(message.snippets.items()))
    if message.layout is not None:
        yield "layout name", message.layout.reference


def _fields_as_json(fields: MessageFields | WebhookContent) -> str:
    if isinstance(fields, WebhookContent):  # its data may be anything
        return fields.model_dump_json(by_alias=True)
    return json.dumps(front_matter(fields), ensure_ascii=False, separators=(",", ":"))


def span_in(text: Text, line: int, column: int, length: int = 1) -> Span:
    """Where in its file a spot of *text* stands.

    Units: line and column count from 1 in the text's own source.
    """
    return Span(text.file, text.line + line - 1, column + text.column - 1 if line == 1 else column, length)


def dialect_of(project: Project, campaign: str, workspace: Workspace | None = None) -> str:
    """The Liquid of a campaign's messages: its own setting, else the workspace's.

    Source: Customer.io docs, Liquid upgrade page (liquid §1).
    """
    defined = project.campaigns.get(campaign)
    if defined is not None and defined.liquid is not None:
        return defined.liquid
    return workspace.liquid if workspace is not None else DEFAULT_DIALECT


def assemble(
    project: Project, campaign: str, name: str, language: str | None = None, workspace: Workspace | None = None
) -> AssembledMessage:
    """The message or webhook called *name* of *campaign*, in the language variant asked for.

    Raises: ConfigurationError when there is none of that name.
    """
    dialect = dialect_of(project, campaign, workspace)
    message = project.messages.get((campaign, name, language))
    if message is not None:
        return assemble_message(project, message, dialect)
    webhook = project.webhooks.get((campaign, name))
    if webhook is not None and language is None:
        return assemble_webhook(project, webhook, dialect)
    known = [f"{slug}/{file}" for slug, file, _ in project.messages] + [
        f"{slug}/{file}" for slug, file in project.webhooks
    ]
    asked = f"{campaign}/{name}"
    if asked in known and language is not None:
        languages = project.languages(campaign, name)
        raise ConfigurationError(
            f"{asked} has no variant '{language}'", hint=name_hint(language, languages, "variants")
        )
    raise ConfigurationError(f"no message is called '{asked}'", hint=name_hint(asked, sorted(set(known)), "messages"))


def assemble_message(project: Project, message: Message, dialect: str = DEFAULT_DIALECT) -> AssembledMessage:
    """One language of one message with its layout and snippets.

    Raises: ConfigurationError when the layout it names is not there.
    """
    parts = {name: text for name, text in message.field_texts.items() if name not in _NO_LIQUID}
    parts[BODY] = message.body
    for field_name, source in field_sources(message.fields):
        parts.setdefault(field_name, Text(source, message.body.file))
    if message.text is not None:
        parts[TEXT] = message.text
    layout = _layout_of(project, message)
    if layout is not None:
        parts[LAYOUT] = layout.body
    return AssembledMessage(
        message.campaign,
        message.name,
        message.kind,
        message.language,
        dialect,
        message.fields,
        parts,
        snippets_used(project, parts),
        layout,
    )


def front_matter(fields: MessageFields) -> dict[str, Any]:
    """Every field by the key it is written under, also what was not written."""
    return {info.alias or name: getattr(fields, name) for name, info in type(fields).model_fields.items()}


def field_sources(fields: MessageFields) -> Iterator[tuple[str, str]]:
    """Each Liquid text of a front matter by the key it is written under; headers as `headers.X`."""
    for key, value in front_matter(fields).items():
        if key in _NO_LIQUID:
            continue
        if isinstance(value, str):
            if value:
                yield key, value
        elif isinstance(value, dict):
            yield from ((f"{key}.{name}", text) for name, text in value.items())


def assemble_webhook(project: Project, webhook: Webhook, dialect: str = DEFAULT_DIALECT) -> AssembledMessage:
    """A webhook's texts with the snippets they use."""
    parts = dict(webhook.texts)
    file = next((text.file for text in parts.values()), f"{webhook.campaign}/{webhook.name}.yaml")
    for name, source in webhook_texts(webhook.content):
        parts.setdefault(name, _near(parts, name, source, file))
    return AssembledMessage(
        webhook.campaign,
        webhook.name,
        "webhook",
        None,
        dialect,
        webhook.content,
        parts,
        snippets_used(project, parts),
    )


def webhook_texts(content: WebhookContent) -> Iterator[tuple[str, str]]:
    """Each Liquid text of a webhook by name: `url`, `headers.X`, `body`, or `body.a[0]` within data."""
    yield "url", content.url
    yield from ((f"headers.{name}", value) for name, value in content.headers.items())
    yield from _leaves(BODY, content.body)


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield name, value
        case dict():
            for key, part in value.items():
                yield from _leaves(f"{name}.{key}", part)
        case list():
            for index, part in enumerate(value):
                yield from _leaves(f"{name}[{index}]", part)
        case _:
            return


def _near(parts: Mapping[str, Text], name: str, source: str, file: str) -> Text:
    """A text whose own place nobody noted, at the place of the nearest part around it."""
    around = name
    while around and around not in parts:
        around = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", around) if re.search(r"[.\[]", around) else ""
    at = parts.get(around)
    return Text(source, file, at.line if at else 1, at.column if at else 1)


def _layout_of(project: Project, message: Message) -> Layout | None:
    fields = message.fields
    if not isinstance(fields, EmailFields) or not fields.layout:
        return None
    layout = project.layouts.get(fields.layout)
    if layout is None:
        hint = name_hint(fields.layout, list(project.layouts), "layouts")
        raise ConfigurationError(f"no layout is called '{fields.layout}'", span=Span(message.body.file), hint=hint)
    return layout


def snippets_used(project: Project, parts: Mapping[str, Text]) -> dict[str, Text]:
    """The snippets that *parts* name; all of them where a name is computed."""
    names: set[str] = set()
    for text in parts.values():
        for found in _SNIPPETS.finditer(text.source):
            name = found[1] or (found[2][1:-1] if found[2] else None)
            if name is None:
                return {snippet.name: snippet.body for snippet in project.snippets.values()}
            names.add(name)
    return {name: project.snippets[name].body for name in sorted(names) if name in project.snippets}
