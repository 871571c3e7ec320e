"""Documents → the files an author would have written, new ones whole, edited ones where they change."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.steps import AbTestStep, MessageStep
from mailwright.definitions.workflow import FILED_KINDS, file_of, walk_steps
from mailwright.loading.front_matter import split_front_matter
from mailwright.schemas import modeline
from sync.codecs.authored import CAMPAIGN_FIELDS
from sync.codecs.authored_steps import steps_as_data
from sync.codecs.canonical_steps import canonical_steps
from sync.codecs.messages import CODE, marked_body
from sync.snapshot import Document, canonical
from sync.yaml_edits import NotInPlace, Part, item_parts, key_parts, with_keys, with_lines
from sync.yaml_text import entry_as_yaml, item_as_yaml, mapping_as_yaml

Data = dict[str, Any]
Fold = Callable[[str], str]
"""Puts the names of a workspace's values in place of the values."""

_DEFAULTS: Mapping[str, Any] = {
    "to_unsubscribed": False, "counts_toward_limit": False, "state": "running", "exit": {"when": "stops_matching"},
}  # fmt: skip
_FREQUENCY_OF = {
    "event": "every_time",
    "segment": "once",
    "person": "once",
    "object": "once",
    "relationship": "rematch",
}
_MESSAGE_ORDER = (
    "subject", "title", "preheader", "from", "reply_to", "to", "cc", "bcc", "channel", "headers", "layout", "position",
    "link", "image", "inline_css", "track_links",
)  # fmt: skip
_WEBHOOK_ORDER = ("method", "url", "headers", "body")
_SEGMENT_ORDER = ("name", "description", "where", "manual")
_EMPTY_WAYS = ("then", "else")


@dataclass(frozen=True, slots=True)
class Steps:
    """What the files know of a campaign's steps beside what a workspace has: files, ids, topics."""

    files: Mapping[str, str]  # step → file
    extras: Mapping[str, Data]  # step → the keys that only the files have

    @staticmethod
    def of(campaign: Campaign | None) -> Steps:
        """What a campaign of the files says of its steps."""
        files: dict[str, str] = {}
        extras: dict[str, Data] = {}
        for placed in walk_steps(campaign.workflow) if campaign is not None else ():
            file = file_of(placed.step)
            if file is None:
                continue
            files[placed.id] = file
            found: Data = {"id": placed.step.id} if placed.step.id is not None else {}
            if isinstance(placed.step, MessageStep):
                found |= {"topic": placed.step.topic} if placed.step.topic else {}
                found |= {"retry_over_limit": True} if placed.step.retry_over_limit else {}
            extras[placed.id] = found
        return Steps(files, extras)

    def file(self, step: str) -> str:
        """The file of a message step, without its ending."""
        return self.files.get(step, step)


_KEY_ORDER = (
    # triggers
    "event", "segment", "person", "date", "form", "object", "relationship", "webhook", "broadcast", "transactional",
    "newsletter", "repeat", "before", "after", "at", "type", "where", "object_where", "audience", "filter",
    # steps, and the ways inside them
    *FILED_KINDS, "wait", "window", "wait_until", "branch", "split", "cohorts", "ab_test", "languages", "set",
    "create_event", "id", "name", "share", "is", "if", "when", "any", "all", "not", "paths", "then", "else", "at_most",
    "on_timeout", "on", "sending", "only_if", "to_unsubscribed", "topic", "counts_toward_limit", "retry_over_limit",
    # windows, counted conditions, others
    "days", "from", "to", "zone", "fallback", "attribute", "campaign", "step", "times", "within", "journey", "of",
)  # fmt: skip
_RANK = {name: rank for rank, name in reversed(list(enumerate(_KEY_ORDER)))}
_FREE = frozenset({"set", "create_event", "body", "headers"})
"""What an author names freely stands in the order of names."""


def in_order(value: Any) -> Any:
    """Data with its keys in the order in which an author would write them."""
    if isinstance(value, list):
        return [in_order(part) for part in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: (_RANK.get(key, len(_RANK)), key))
    return {key: value[key] if key in _FREE else in_order(value[key]) for key in keys}


def escaped(value: Any) -> Any:
    """Data whose texts a `${` in stays what it is."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [escaped(part) for part in value]
    return {key: escaped(part) for key, part in value.items()} if isinstance(value, dict) else value


# --- campaigns --------------------------------------------------------------------------------------------------------


def campaign_values(document: Document, steps: Steps, sendings: Mapping[str, str], fold: Fold) -> Data:
    """The keys of a campaign's file, without those that say their default."""
    data = {name: document.value(name) for name in CAMPAIGN_FIELDS if document.fields.get(name) is not None}
    if "workflow" in data:
        data["workflow"] = [file_step(one, steps, sendings, fold) for one in data["workflow"]] or [{"exit": True}]
    trigger = next(iter(data.get("trigger", {"": None})))
    defaults = {**_DEFAULTS, "frequency": _FREQUENCY_OF.get(trigger)}
    return {name: in_order(escaped(value)) for name, value in data.items() if defaults.get(name) != value}


def file_step(step: Data, steps: Steps, sendings: Mapping[str, str], fold: Fold) -> Data:
    """One step of a document as a file has it."""
    kind = next((one for one in FILED_KINDS if isinstance(step.get(one), str)), None)
    if kind is None:
        found = {key: _inner(key, value, steps, sendings, fold) for key, value in step.items()}
        return _with_sending(found, sendings)
    name = str(step[kind])
    file, extra = steps.file(name), dict(steps.extras.get(name, {}))
    if file != name:
        extra.setdefault("id", name)
    found = {kind: file, **{key: value for key, value in step.items() if key != kind}, **extra}
    if found.get("name") == file:
        del found["name"]
    if sendings.get(name, "automatic") != "automatic":
        found["sending"] = sendings[name]
    return {key: found[key] for key in (kind, "id", "name") if key in found} | found


def _with_sending(step: Data, sendings: Mapping[str, str]) -> Data:
    """The sides of an A/B test send alike; the step says how."""
    sides = [one["email"] for one in step.get("ab_test") or () if "email" in one]
    how = {sendings.get(side, "automatic") for side in sides}
    return {**step, "sending": how.pop()} if len(how) == 1 and how != {"automatic"} else step


def _inner(key: str, value: Any, steps: Steps, sendings: Mapping[str, str], fold: Fold) -> Any:
    if key in ("set", "create_event"):
        return _folded(value, fold)
    if isinstance(value, list) and key in ("then", "else", "on_timeout"):
        return [file_step(one, steps, sendings, fold) for one in value]
    if isinstance(value, list) and key in ("split", "cohorts", "languages", "paths"):
        return [_way(one, steps, sendings, fold) for one in value]
    if isinstance(value, dict) and key in ("branch", "wait_until"):
        return _way(value, steps, sendings, fold)
    return value


def _way(way: Data, steps: Steps, sendings: Mapping[str, str], fold: Fold) -> Data:
    found = {key: _inner(key, value, steps, sendings, fold) for key, value in way.items()}
    if "else" in found and len(found) == 1:
        return found  # the last way of a split is there even when nothing is in it
    return {key: value for key, value in found.items() if not (key in _EMPTY_WAYS and value == [])}


def _folded(value: Any, fold: Fold) -> Any:
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, list):
        return [_folded(part, fold) for part in value]
    return {key: _folded(part, fold) for key, part in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Authored:
    """A campaign as the files have it, with the workspace's values put in by *fill* where Liquid names them."""

    campaign: Campaign
    fill: Fold


def campaign_text(
    current: str | None, file: str, values: Data, plain: Data, wanted: Sequence[str], authored: Authored | None
) -> str:
    """The campaign's file with the keys *wanted* made those of *values* (or gone).

    *plain* are the same values with the workspace's own in place of their names: what the files are compared with.
    """
    if current is None:
        return modeline(file) + mapping_as_yaml(values)
    rest = {name: values.get(name) for name in wanted if name != "workflow"}
    try:
        text = with_keys(current, rest, CAMPAIGN_FIELDS)
        if "workflow" in wanted and authored is not None:
            text = _with_workflow(text, values["workflow"], plain["workflow"], authored)
        return text
    except NotInPlace:
        return _anew(current, file, values)


def _anew(current: str, file: str, values: Data) -> str:
    head = current.splitlines(keepends=True)[:1] if current.startswith("# yaml-language-server") else [modeline(file)]
    return "".join(head) + mapping_as_yaml(values)


def _with_workflow(text: str, steps: Sequence[Data], plain: Sequence[Data], authored: Authored) -> str:
    """The file with its steps made *steps*; those that stay keep their lines and comments."""
    try:
        parts = item_parts(text, "workflow")
    except NotInPlace:
        return with_keys(text, {"workflow": list(steps)}, CAMPAIGN_FIELDS)
    groups = _authored_groups(authored)
    if sum(count for _, count in groups) != len(parts):
        return with_keys(text, {"workflow": list(steps)}, CAMPAIGN_FIELDS)
    spans, at = [], 0
    for _, count in groups:
        spans.append(Part(parts[at].start, parts[at + count - 1].end, parts[at].column))
        at += count
    old, new = [canonical(one) for one, _ in groups], [canonical(one) for one in plain]
    changes: dict[Part, str] = {}
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        lines = "".join(item_as_yaml(one, spans[0].column) for one in steps[c:d])
        start = spans[a].start if a < len(spans) else spans[-1].end
        changes[Part(start, spans[b - 1].end if b > a else start, 0)] = lines
    return with_lines(text, changes)


def _authored_groups(authored: Authored) -> list[tuple[Data, int]]:
    """The steps of the files as a file has them, each with how many authored items it is made of.

    Steps that write attributes one after the other are one step of a document.
    """
    campaign = authored.campaign
    steps = Steps.of(campaign)
    sendings = sendings_of(campaign)
    groups: list[tuple[Data, int]] = []
    names = {id(placed.step): placed.id for placed in walk_steps(campaign.workflow)}
    data = steps_as_data(campaign.workflow, campaign, names)
    last = canonical_steps(copy.deepcopy(data))
    position = 0
    for at, one in enumerate(data):
        count = 1
        while position + count <= len(campaign.workflow):
            found = steps_as_data(campaign.workflow[position : position + count], campaign, names)
            if found == [one] or count > len(campaign.workflow):
                break
            count += 1
        shown = last[at] if at < len(last) else one
        groups.append((in_order(escaped(file_step(shown, steps, sendings, authored.fill))), count))
        position += count
    rest = len(campaign.workflow) - position
    if rest > 0 and groups:
        groups[-1] = (groups[-1][0], groups[-1][1] + rest)
    return groups


def sendings_of(campaign: Campaign) -> dict[str, str]:
    """How each message of a campaign of the files is sent."""
    found: dict[str, str] = {}
    for placed in walk_steps(campaign.workflow):
        if isinstance(placed.step, AbTestStep):
            found.update({one.email: placed.step.sending for one in placed.step.ab_test if one.email})
        elif isinstance(placed.step, MessageStep):
            found[placed.id] = placed.step.sending
    return found


# --- messages ---------------------------------------------------------------------------------------------------------


def message_values(document: Document, fold: Fold, sender: str | None) -> Data:
    """The keys of a message's front matter, without those that say their default."""
    data = {name: document.value(name) for name in _MESSAGE_ORDER if document.fields.get(name) is not None}
    if document.value("kind") == "email":
        data.setdefault("subject", " ")
    if data.get("from") == sender:
        data.pop("from", None)
    if data.get("position") == "modal":
        del data["position"]
    found = {
        name: value for name, value in data.items() if not (value is True and name in ("inline_css", "track_links"))
    }
    return {name: escaped(_folded(value, fold)) if name != "layout" else value for name, value in found.items()}


def message_body(document: Document, fold: Fold) -> str:
    """The body of a message's file."""
    editor = document.value("editor") or CODE
    body = document.value("body") or ""
    return marked_body(editor, fold(body) if isinstance(body, str) else canonical(body))


def message_text(current: str | None, values: Data, wanted: Sequence[str], body: str | None) -> str:
    """A message's file with the keys *wanted* of its front matter set anew, and its body where one is given."""
    if current is None:
        front = mapping_as_yaml(values)
        text = body or ""
        return f"---\n{front}---\n{text}" if front or text.startswith(("---", "\ufeff")) else text
    parts = split_front_matter(current)
    lines = current.removeprefix("\ufeff").splitlines(keepends=True)
    block = "" if parts.yaml is None else "".join(lines[1 : parts.body_line - 2])
    if wanted:
        block = _front_matter(block, parts.yaml or "", {name: values.get(name) for name in wanted})
    kept = parts.body if body is None else body
    return f"---\n{block}---\n{kept}" if block or parts.yaml is not None or kept.startswith("---") else kept


def _front_matter(block: str, quoted: str, values: Data) -> str:
    """The front matter's own lines with some of its keys set; *quoted* is the same block as YAML reads it."""
    for name, value in values.items():
        entry = {} if value is None else {name: value}
        changed = with_keys_like(block, quoted, name, entry)
        block = changed
        quoted = split_front_matter(f"---\n{block}---\n").yaml or ""
    return block


def with_keys_like(block: str, quoted: str, name: str, entry: Data) -> str:
    """*block* with one key set, its lines found in *quoted*, which has the same lines in plainer YAML."""
    try:
        parts = key_parts(quoted) if quoted.strip() else {}
    except NotInPlace:
        parts = {}
    lines = "".join(entry_as_yaml(key, value) for key, value in entry.items())
    if name in parts:
        return with_lines(block, {parts[name]: lines})
    before = _MESSAGE_ORDER[: _MESSAGE_ORDER.index(name)] if name in _MESSAGE_ORDER else ()
    behind = max((parts[one].end for one in before if one in parts), default=0)
    return with_lines(block, {Part(behind, behind, 0): lines}) if lines else block


def webhook_values(document: Document, fold: Fold) -> Data:
    """The keys of a webhook's file."""
    data = {name: document.value(name) for name in _WEBHOOK_ORDER if document.fields.get(name) is not None}
    return {name: escaped(_folded(value, fold)) for name, value in data.items()}


def yaml_file_text(current: str | None, file: str, values: Data, wanted: Sequence[str], order: Sequence[str]) -> str:
    """A plain YAML file with the keys *wanted* set anew."""
    if current is None:
        return modeline(file) + mapping_as_yaml({name: values[name] for name in order if name in values})
    try:
        return with_keys(current, {name: values.get(name) for name in wanted}, order)
    except NotInPlace:
        return _anew(current, file, values)


def segment_values(document: Document) -> Data:
    """The keys of a segment's file."""
    found = {name: document.value(name) for name in _SEGMENT_ORDER if document.fields.get(name) is not None}
    return {name: in_order(escaped(value)) for name, value in found.items()}
