"""Who uses what: segments, layouts and snippets in campaigns, newsletters and transactional messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.workspace.documents import Json, Kind
from simulator.workspace.encoding import decode
from simulator.workspace.store import Documents


@dataclass(frozen=True, slots=True)
class Users:
    """What refers to one thing."""

    campaigns: tuple[Json, ...] = ()
    newsletters: tuple[Json, ...] = ()
    segments: tuple[Json, ...] = ()
    transactional: tuple[Json, ...] = ()


def segments_in(tree: Any, *, negated: bool | None = None) -> Iterator[int]:
    """The segments a condition asks, in any of its forms: trees, flat lists, filters of the App API.

    *negated* True or False gives only those asked to be out or in. `inverse` is read inside a leaf and beside it.
    """
    for number, turned in _asked(tree, turned=False):
        if negated is None or turned is negated:
            yield number


def _asked(tree: Any, *, turned: bool) -> Iterator[tuple[int, bool]]:
    if isinstance(tree, list):
        for part in tree:
            yield from _asked(part, turned=turned)
        return
    if not isinstance(tree, dict):
        return
    if tree.get("type") == "segments_negatable" and isinstance(tree.get("segments"), list):
        for number in tree["segments"]:
            if isinstance(number, int):
                yield number, turned != bool(tree.get("negate"))
        return
    here = turned != bool(tree.get("inverse"))
    for name, part in tree.items():
        match name:
            case "segment" if isinstance(part, dict) and isinstance(part.get("id"), int):
                yield part["id"], here != bool(part.get("inverse"))
            case "not":
                yield from _asked(part, turned=not here)
            case _:
                yield from _asked(part, turned=here)


def campaign_segments(documents: Documents, campaign: Mapping[str, Any]) -> set[int]:
    """Every segment that a campaign asks anywhere: trigger, filters, exits, steps."""
    trees = [campaign["trigger"], decode(campaign["anchors"]), decode(campaign["filters"])]
    trees += [campaign["global_exit_conditions"], campaign.get("recipients_filter"), campaign.get("audience")]
    for number in campaign["workflow_action_ids"]:
        action = documents.get(Kind.ACTION, int(number)) or {}
        trees += [decode(action.get("preconditions")), decode(action.get("conditions"))]
        trees += [decode(text) for text in action.get("multi_conditions") or ()]
    return set(segments_in(trees))


def newsletter_segments(newsletter: Mapping[str, Any]) -> list[int]:
    """The segments a newsletter goes to, each once, in order."""
    asked = [*segments_in(newsletter["recipients"], negated=False)]
    asked += segments_in(decode(newsletter["filters"]), negated=False)
    return list(dict.fromkeys(asked))


def segment_users(documents: Documents, segment_id: int) -> Users:
    """What asks a segment."""
    campaigns = (one for one in documents.all(Kind.CAMPAIGN) if segment_id in campaign_segments(documents, one))
    newsletters = (
        one
        for one in documents.all(Kind.NEWSLETTER)
        if segment_id in {*segments_in(one["recipients"]), *segments_in(decode(one["filters"]))}
    )
    segments = (one for one in documents.all(Kind.SEGMENT) if segment_id in set(segments_in(one["conditions"])))
    return Users(tuple(campaigns), tuple(newsletters), tuple(segments))


def layout_users(documents: Documents, layout_id: int) -> Users:
    """What is sent in a layout."""
    return users_of_templates(documents, {one["id"] for one in documents.having(Kind.TEMPLATE, "layout_id", layout_id)})


def snippet_users(documents: Documents, name: str) -> Users:
    """What includes a snippet: `{% include 'name' %}` or `{{ snippets.name }}`."""
    asked = snippet_pattern(name)
    holding = set()
    layouts = {one["id"] for one in documents.all(Kind.LAYOUT) if asked.search(one["body"])}
    for one in documents.all(Kind.TEMPLATE):
        texts = (one.get(part) for part in ("subject", "preheader_text", "body", "body_plain", "body_amp", "url"))
        if one.get("layout_id") in layouts or any(asked.search(text) for text in texts if text):
            holding.add(one["id"])
    return users_of_templates(documents, holding)


def snippet_pattern(name: str | None = None) -> re.Pattern[str]:
    """How Liquid asks for a snippet: the one named, or any.

    Source: Customer.io docs, "Snippets": `{{snippets.name}}`, with brackets for other names;
    `include` as seen in bodies of the UI API.
    """
    asked = re.escape(name) if name is not None else r"[^'\"]+"
    plain = re.escape(name) if name is not None else r"[\w-]+"
    return re.compile(
        rf"\{{%-?\s*include\s+['\"]{asked}['\"]|\bsnippets\.{plain}(?![\w-])|\bsnippets\[\s*['\"]{asked}['\"]\s*\]"
    )


def holder_of_template(documents: Documents, template: Mapping[str, Any]) -> Json | None:
    """The action that sends a template or, if it is a translation, its default."""
    number = template["id"]
    if template.get("language"):
        number = next((one["id"] for one in _defaults(documents) if number in one["translations"].values()), number)
    return next(iter(documents.having(Kind.ACTION, "template_id", number)), None)


def _defaults(documents: Documents) -> list[Json]:
    """Templates that have translations: their ids, and those of their translations by language."""
    return [one for one in documents.fields(Kind.TEMPLATE, "translations") if one["translations"]]


def users_of_templates(documents: Documents, templates: set[int]) -> Users:
    """What sends one of these templates, or of their translations' defaults."""
    defaults = {one["id"] for one in _defaults(documents) if templates & set(one["translations"].values())}
    sent = templates | defaults
    campaigns = {one["campaign_id"] for one in documents.all(Kind.ACTION) if one.get("template_id") in sent}
    return Users(
        tuple(one for one in documents.all(Kind.CAMPAIGN) if one["id"] in campaigns),
        tuple(one for one in documents.all(Kind.NEWSLETTER) if sent & set(one["template_ids"])),
        (),
        tuple(one for one in documents.all(Kind.TRANSACTIONAL) if one["template_id"] in sent),
    )
