"""Which fields of what the files want have no place in an interface because of their values: work for a hand.

`capabilities` says what holds for a field whatever its value; here each value that differs is tried in the very codecs
that an apply uses, so a plan knows before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.diagnostics import ContentError
from sync.codecs.app_content import content_fields
from sync.codecs.authored import campaign_of
from sync.codecs.campaigns import exit_fields, goal_fields, settings_fields
from sync.codecs.messages import split_slug
from sync.codecs.references import References, Unwritable
from sync.codecs.sends import newsletter_fields
from sync.codecs.shared import segment_fields
from sync.codecs.step_writing import StepWriting
from sync.codecs.templates import action_fields, template_fields
from sync.codecs.triggers import recipients_block
from sync.codecs.workflow_writing import planned_graph
from sync.snapshot import Address, Document, Kind, Snapshot
from sync.standing import Live

Reasons = dict[Address, dict[str, str]]
_BLOCK = ("trigger", "filter", "frequency")
_SENDERS = ("from", "reply_to")


def unwritable(desired: Snapshot, live: Live, *, ui: bool) -> Reasons:
    """For each thing the fields that differ and that the interface cannot write, each with why."""
    names = _as_if_there(desired, live.names)
    found: Reasons = {}
    for wanted in desired:
        there = live.documents.get(wanted.address)
        before = {} if there is None else there.fields
        differing = [name for name in wanted.fields if wanted.fields.get(name) != before.get(name)]
        differing += [name for name in before if name not in wanted.fields]
        reasons = _reasons(wanted, sorted(differing), live, names, ui=ui)
        owner = Address(Kind.CAMPAIGN, wanted.address.slug.partition("/")[0])
        if wanted.address.kind is Kind.MESSAGE and there is None and "workflow" in found.get(owner, {}):
            reasons = dict.fromkeys(wanted.fields, "its step is made by hand first")
        if reasons:
            found[wanted.address] = reasons
    return found


def _as_if_there(desired: Snapshot, names: References) -> References:
    """The names with all that a plan would make first: a number that is not known yet stands as 0."""
    of = {kind: {one.address.slug: 0 for one in desired if one.address.kind is kind} for kind in Kind}
    return replace(
        names,
        segments={**of[Kind.SEGMENT], **names.segments},
        layouts={**of[Kind.LAYOUT], **names.layouts},
    )


def _reasons(wanted: Document, fields: list[str], live: Live, names: References, *, ui: bool) -> dict[str, str]:
    raw: Any = live.raw.get(wanted.address, {})
    match wanted.address.kind:
        case Kind.CAMPAIGN if ui:
            return _of_campaign(wanted, fields, raw, names)
        case Kind.MESSAGE:
            is_variant = split_slug(wanted.address.slug)[2] is not None
            if ui and not is_variant:
                return _each(fields, lambda name: _message_field(wanted, name, raw, names))
            if is_variant and wanted.address not in live.ids:
                return dict.fromkeys(fields, "a new language of a message is made in Customer.io")
            return _each(fields, lambda name: content_fields(wanted, [name], names))
        case Kind.SEGMENT if ui:
            return _each(
                [name for name in fields if name == "where"], lambda name: segment_fields(wanted, [name], raw, names)
            )
        case _:
            return {}


def _each(fields: list[str], write: Callable[[str], object]) -> dict[str, str]:
    found = {}
    for name in fields:
        try:
            write(name)
        except Unwritable as error:
            found[name] = f"{error} has no place there"
    return found


def _message_field(wanted: Document, name: str, raw: Mapping[str, Any], names: References) -> None:
    if name in _SENDERS and "@" in str(wanted.value(name)) and "{" not in str(wanted.value(name)):
        if name == "from" and "<" not in str(wanted.value(name)):
            names.sender_id(str(wanted.value(name)))
        return  # a sender that is not there yet is made
    template_fields(wanted, [name], raw.get("template", {}), names, None)
    action_fields(wanted, [name])


def _of_campaign(wanted: Document, fields: list[str], raw: Mapping[str, Any], names: References) -> dict[str, str]:
    try:
        campaign = campaign_of(wanted)
    except ContentError:
        return {}
    trigger = wanted.value("trigger") or {}
    if "transactional" in trigger:
        return {}
    if "newsletter" in trigger:
        plain = Document(wanted.address, {name: text for name, text in wanted.fields.items() if name != "topic"})
        return {
            **_each([one for one in fields if one == "topic"], lambda _: names.topic_id(str(wanted.value("topic")))),
            **_each([one for one in fields if one == "trigger"], lambda _: newsletter_fields(plain, raw, names)),
        }
    slug, known = wanted.address.slug, raw.get("campaign", {"type": "none"})
    writes: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(_BLOCK, lambda _: recipients_block(campaign, known, names, slug)),
        "exit": lambda _: exit_fields(campaign, names),
        "goal": lambda _: goal_fields(campaign),
        "topic": lambda _: settings_fields(campaign, names),
        "workflow": lambda _: _graph(campaign, names, slug),
    }
    return _each([name for name in fields if name in writes], lambda name: writes[name](name))


def _graph(campaign: Campaign, names: References, slug: str) -> None:
    planned_graph(StepWriting(names, slug, campaign))
