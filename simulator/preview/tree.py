"""The project as the left side of the page lists it, and what the right side needs to offer people and events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mailwright.assembly import field_sources
from mailwright.definitions.conditions import All
from mailwright.definitions.message import EmailFields
from mailwright.definitions.project import LOCAL_WORKSPACE
from mailwright.definitions.triggers import EventTrigger, trigger_kind
from mailwright.loading.condition_sentences import condition_as_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.event_schema import Property
    from mailwright.definitions.project import Project


def tree_of(project: Project) -> dict[str, Any]:
    """Everything there is by name, with its files; texts of messages are not part of it."""
    workspaces = sorted(project.settings.workspaces) or [LOCAL_WORKSPACE]
    return {
        "campaigns": [_campaign(project, slug, campaign) for slug, campaign in project.campaigns.items()],
        "layouts": [
            {"name": name, "title": layout.title, "file": layout.body.file} for name, layout in project.layouts.items()
        ],
        "snippets": [{"name": name, "file": snippet.body.file} for name, snippet in project.snippets.items()],
        "segments": [
            {
                "name": slug,
                "title": segment.name,
                "says": "joined by hand" if segment.where is None else _said(segment.where.condition),
                "file": _shared(project, "segments", slug),
            }
            for slug, segment in project.segments.items()
        ],
        "samples": [_sample(project, slug) for slug in project.samples],
        "events": {
            name: {
                "description": schema.description,
                "stage": schema.stage or "",
                "sent_by": schema.sent_by,
                "deprecated": schema.deprecated,
                "properties": fields_of(schema.properties),
            }
            for name, schema in project.events.items()
        },
        "attributes": fields_of(project.people.attributes),
        "workspaces": workspaces,
        "workspace": project.workspace(None)[0],
    }


def fields_of(properties: Mapping[str, Property]) -> list[dict[str, Any]]:
    """What a form shows of each property."""
    return [
        {
            "name": name,
            "types": list(one.type) if isinstance(one.type, list) else [one.type],
            "required": one.required,
            "nullable": one.nullable,
            "allowed": one.allowed,
            "unit": one.unit,
            "description": one.description,
            "example": one.example,
        }
        for name, one in properties.items()
    ]


def uses_of(project: Project, kind: str, name: str) -> list[dict[str, str]]:
    """The messages that a layout, a snippet or a segment is used by, in the order of their names."""
    found = []
    for (campaign, message, language), known in project.messages.items():
        if language is not None:
            continue
        match kind:
            case "layout":
                is_used = isinstance(known.fields, EmailFields) and known.fields.layout == name
            case "snippet":
                is_used = any(_names_snippet(text, name) for text in _sources(project, known.fields, known.body.source))
            case _:
                is_used = False
        if is_used:
            found.append({"campaign": campaign, "message": message})
    return found


def _sources(project: Project, fields: object, body: str) -> Iterator[str]:
    yield body
    if isinstance(fields, EmailFields):
        yield from (text for _, text in field_sources(fields))
        layout = project.layouts.get(fields.layout or "")
        if layout is not None:
            yield layout.body.source


def _names_snippet(text: str, name: str) -> bool:
    return any(f"snippets{form}" in text for form in (f".{name}", f'["{name}"]', f"['{name}']"))


def _campaign(project: Project, slug: str, campaign: Campaign) -> dict[str, Any]:
    messages: dict[str, dict[str, Any]] = {}
    for owner, name, language in project.messages:
        if owner != slug:
            continue
        message = project.messages[owner, name, language]
        known = messages.setdefault(name, {"name": name, "kind": message.kind, "languages": [], "files": []})
        known["files"].append(message.body.file)
        if language is not None:
            known["languages"].append(language)
    for owner, name in project.webhooks:
        if owner == slug:
            file = f"{project.settings.campaigns}/{slug}/{name}.yaml"
            messages[name] = {"name": name, "kind": "webhook", "languages": [], "files": [file]}
    kind = trigger_kind(campaign.trigger) or ""
    what = str(getattr(campaign.trigger, kind, "")) if kind not in ("person",) else ""
    return {
        "slug": slug,
        "name": campaign.name,
        "description": campaign.description,
        "trigger": kind,
        "on": what,
        "where": _where(campaign),
        "state": campaign.state,
        "workspaces": campaign.workspaces,
        "file": project.campaign_file(slug),
        "messages": list(messages.values()),
    }


def _where(campaign: Campaign) -> str:
    trigger = campaign.trigger
    return _said(trigger.where.condition) if isinstance(trigger, EventTrigger) else ""


def _said(condition: object) -> str:
    return "" if condition == All() else condition_as_sentence(condition)  # type: ignore[arg-type]  # conditions only


def _sample(project: Project, slug: str) -> dict[str, Any]:
    sample = project.samples[slug]
    return {
        "slug": slug,
        "name": sample.name or slug,
        "description": sample.description,
        "event": sample.event.name if sample.event is not None else "",
        "at": sample.at,
        "campaigns": sample.campaigns,
        "file": _shared(project, "samples", slug),
        "values": sample.model_dump(mode="json", include={"person", "event", "trigger"}, exclude_none=True),
    }


def _shared(project: Project, folder: str, slug: str) -> str:
    return f"{project.settings.campaigns}/{project.settings.shared}/{folder}/{slug}.yaml"
