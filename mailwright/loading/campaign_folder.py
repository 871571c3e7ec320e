"""One folder of `campaigns/`: the campaign, its messages in every language, its webhooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.message import FIELDS_OF, Message, MessageFields, Text, Webhook, WebhookContent
from mailwright.definitions.steps import AbTestStep
from mailwright.definitions.workflow import FILED_KINDS, PlacedStep, file_of, walk_steps
from mailwright.diagnostics import Severity, Span, nearest
from mailwright.loading.contents import BESIDE, Contents
from mailwright.loading.front_matter import split_front_matter
from mailwright.loading.texts import leaf_texts, text_at
from mailwright.loading.validation import read_definition
from mailwright.loading.yaml_tree import YamlTree, lines_of, read_yaml

CAMPAIGN_FILE = "campaign.yaml"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2}|-[0-9]{3}|-[A-Z][a-z]{3})?\Z")
_STEP_LISTS = ("workflow", "then", "else", "on_timeout")


@dataclass(frozen=True, slots=True)
class MessageFile:
    """What a `.liquid` file is by its name: `welcome.es.txt.liquid`."""

    file: str
    name: str
    language: str | None
    is_text: bool  # the plain-text part


def message_file(file: str) -> MessageFile:
    """The message, language and part that a file's name says."""
    rest = file.removesuffix(".liquid")
    is_text = rest.endswith(".txt")
    rest = rest.removesuffix(".txt")
    name, dot, last = rest.rpartition(".")
    if dot and name and _LANGUAGE.match(last):
        return MessageFile(file, name, last, is_text)
    return MessageFile(file, rest, None, is_text)


def read_campaign_folder(contents: Contents, slug: str) -> None:
    """Read the campaign *slug* and all that stands in its folder."""
    folder = f"{contents.settings.campaigns}/{slug}"
    names = contents.files.files(folder)
    if CAMPAIGN_FILE not in names:
        if names:
            near = nearest(CAMPAIGN_FILE, [name for name in names if name.endswith((".yaml", ".yml"))])
            hint = f"rename {near} to {CAMPAIGN_FILE}" if near else f"add a {CAMPAIGN_FILE}, or move the folder away"
            contents.problem(
                "no-campaign-file", f"this folder has no {CAMPAIGN_FILE}", Span(f"{folder}/{CAMPAIGN_FILE}"), hint
            )
        return
    campaign = _campaign(contents, slug, f"{folder}/{CAMPAIGN_FILE}")
    kinds = kinds_of_files(campaign) if campaign is not None else None
    if campaign is not None:
        _refuse_two_kinds(contents, campaign, slug)
    liquid = [message_file(name) for name in names if name.endswith(".liquid")]
    for found in sorted(liquid, key=lambda one: (one.is_text, one.name, one.language or "")):
        if contents.named(found.name, f"{folder}/{found.file}"):
            _read_liquid(contents, slug, folder, found, kinds)
    for name in names:
        if name.endswith(BESIDE):
            continue
        if name.endswith(".yaml") and name != CAMPAIGN_FILE:
            _read_webhook(contents, slug, folder, name, kinds)
        elif not name.endswith(".liquid") and name != CAMPAIGN_FILE:
            contents.stray(f"{folder}/{name}", "messages are .liquid files, webhooks .yaml files")


def _campaign(contents: Contents, slug: str, file: str) -> Campaign | None:
    tree = contents.tree(file)
    if tree is None:
        contents.broken.add(file)
        return None
    _write_out_exits(tree)
    found = read_definition(Campaign, tree, contents.problems)
    if found is None:
        contents.broken.add(file)
    else:
        contents.campaigns[slug] = found
    return found


def _write_out_exits(tree: YamlTree) -> None:
    """`- exit` is short for `- exit: true`."""
    for path, container in list(tree.containers.values()):
        if isinstance(container, list) and path and path[-1] in _STEP_LISTS:
            for index, item in enumerate(container):
                if item == "exit":
                    container[index] = {"exit": True}


def files_of(placed: PlacedStep) -> list[str]:
    """The names of the files that a step's content stands in, without their endings."""
    if isinstance(placed.step, AbTestStep):
        return [variant.email for variant in placed.step.ab_test if variant.email is not None]
    name = file_of(placed.step)
    return [] if name is None else [name]


def kinds_of_files(campaign: Campaign) -> dict[str, str]:
    """What kind of message each file of a campaign holds, by the first step that uses it."""
    kinds: dict[str, str] = {}
    for placed in walk_steps(campaign.workflow):
        kind = "email" if isinstance(placed.step, AbTestStep) else placed.kind
        for name in files_of(placed):
            if kind != "webhook":
                kinds.setdefault(name, kind)
            else:
                kinds.setdefault(f"{name}.yaml", kind)
    return kinds


def _refuse_two_kinds(contents: Contents, campaign: Campaign, slug: str) -> None:
    first = kinds_of_files(campaign)
    place = contents.places[f"{contents.settings.campaigns}/{slug}/{CAMPAIGN_FILE}"]
    for placed in walk_steps(campaign.workflow):
        if placed.kind not in FILED_KINDS or placed.kind == "webhook":
            continue
        for name in files_of(placed):
            if first.get(name) != placed.kind:
                span = place.span((*placed.path, placed.kind))
                message = f"'{name}' is the {first.get(name)} of another step, and cannot be {placed.kind} too"
                contents.problem("two-kinds", message, span, "a file of its own for each kind")


def _read_liquid(contents: Contents, slug: str, folder: str, found: MessageFile, kinds: dict[str, str] | None) -> None:
    file = f"{folder}/{found.file}"
    source = contents.files.text(file)
    if source is None:
        contents.broken.add(file)
        return
    if not _is_text(contents, source, file):
        return
    if kinds is not None and found.name not in kinds:
        hint = f"a step `email: {found.name}` sends it"
        contents.problem("unused-file", "no step uses this file", Span(file), hint, Severity.WARNING)
    parts = split_front_matter(source)
    if not parts.closed:
        contents.problem(
            "front-matter-open", "the front matter is not closed", Span(file, 1, 1, 3), "a line --- after it"
        )
        contents.broken.add(file)
        return
    body = Text(parts.body, file, parts.body_line)
    if found.is_text:
        _add_plain_text(contents, slug, found, body, file, parts.yaml is not None)
        return
    kind = (kinds or {}).get(found.name, "email")
    contents.holds_variables |= "${" in (parts.yaml or "")
    tree = read_yaml(parts.yaml or "", file, lines=lines_of(source), first_line=parts.yaml_line)
    contents.places[file] = tree.place
    fields: MessageFields | None = read_definition(FIELDS_OF[kind], tree, contents.problems)
    if fields is None:
        contents.broken.add(file)
        return
    message = Message(slug, found.name, kind, found.language, fields, body, None, _field_texts(tree))
    contents.messages[slug, found.name, found.language] = message


def _is_text(contents: Contents, source: str, file: str) -> bool:
    if "\0" not in source:
        return True
    before = lines_of(source[: source.index("\0")])
    contents.problem(
        "not-utf-8", "a NUL byte: this is no text", Span(file, len(before), len(before[-1]) + 1), "save it as UTF-8"
    )
    contents.broken.add(file)
    return False


def _add_plain_text(contents: Contents, slug: str, found: MessageFile, body: Text, file: str, has_fields: bool) -> None:
    if has_fields:
        hint = "remove it; subject and the rest stand in the other file"
        contents.problem("text-front-matter", "a plain-text part has no front matter", Span(file, 1, 1, 3), hint)
    key = (slug, found.name, found.language)
    message = contents.messages.get(key)
    if message is None:
        main = file.removesuffix(".txt.liquid") + ".liquid"
        if main not in contents.broken:
            contents.problem("text-alone", "a plain-text part without its email", Span(file), f"add {main}")
        return
    contents.messages[key] = Message(
        message.campaign,
        message.name,
        message.kind,
        message.language,
        message.fields,
        message.body,
        body,
        message.field_texts,
    )


def _field_texts(tree: YamlTree) -> dict[str, Text]:
    """Every text of the front matter by its key as written; those of headers as `headers.X`."""
    found: dict[str, Text] = {}
    data: dict[str, Any] = tree.value if isinstance(tree.value, dict) else {}
    for key, value in data.items():
        if isinstance(value, str):
            found[key] = text_at(tree, (key,), value)
        elif isinstance(value, dict):
            found.update(leaf_texts(tree, value, (key,), key))
    return found


def _read_webhook(contents: Contents, slug: str, folder: str, name: str, kinds: dict[str, str] | None) -> None:
    file = f"{folder}/{name}"
    if kinds is not None and name not in kinds:
        hint = f"a step `webhook: {name.removesuffix('.yaml')}` calls it"
        contents.problem("unused-file", "no step uses this file", Span(file), hint, Severity.WARNING)
        return
    tree = contents.tree(file)
    content = None if tree is None else read_definition(WebhookContent, tree, contents.problems)
    if tree is None or content is None or not contents.named(name.removesuffix(".yaml"), file):
        contents.broken.add(file)
        return
    texts = dict(leaf_texts(tree, content.url, ("url",), "url"))
    texts.update(leaf_texts(tree, content.headers, ("headers",), "headers"))
    texts.update(leaf_texts(tree, content.body, ("body",), "body"))
    slug_name = name.removesuffix(".yaml")
    contents.webhooks[slug, slug_name] = Webhook(slug, slug_name, content, texts)
