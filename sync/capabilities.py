"""What can be read and written, by interface, kind and field: data, with its sources.

What a value needs besides (a choice among values in a flat list of conditions, say) is the codecs' to refuse; here
stands what holds for a field whatever its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sync.snapshot import Kind


class Access(StrEnum):
    """What an interface does with one field."""

    WRITES = "writes"
    READS = "reads"  # shows it, and takes no change: a hand may
    HIDES = "hides"  # does not show it


@dataclass(frozen=True, slots=True)
class Capability:
    """What one interface does with one field, and who says so."""

    access: Access
    source: str
    is_assumed: bool = False


_NOTES = "UI API notes"
_APP = "App API reference"
_CONTENT = f'{_APP}, "Update a campaign action"'
_ANY = "*"

UI: Mapping[tuple[Kind, str], Capability] = {
    (Kind.CAMPAIGN, _ANY): Capability(Access.WRITES, f"{_NOTES}, update_type"),
    (Kind.CAMPAIGN, "name"): Capability(Access.WRITES, f"{_NOTES}, global_settings", is_assumed=True),
    (Kind.CAMPAIGN, "description"): Capability(Access.WRITES, f"{_NOTES}, global_settings", is_assumed=True),
    (Kind.CAMPAIGN, "state"): Capability(Access.WRITES, f"{_NOTES}: a 403 of it is known", is_assumed=True),
    (Kind.CAMPAIGN, "tags"): Capability(Access.WRITES, "official command line, routes", is_assumed=True),
    (Kind.MESSAGE, _ANY): Capability(Access.WRITES, f"{_NOTES}, templates and actions"),
    (Kind.MESSAGE, "kind"): Capability(Access.READS, f"{_NOTES}: the type of an action is fixed"),
    (Kind.MESSAGE, "editor"): Capability(Access.READS, f"{_NOTES}: body_json belongs to the editor"),
    (Kind.LAYOUT, _ANY): Capability(Access.WRITES, "official command line, routes"),
    (Kind.SNIPPET, _ANY): Capability(Access.WRITES, "official command line, routes"),
    (Kind.SNIPPET, "name"): Capability(Access.READS, f"{_APP}: a snippet is called by its name"),
    (Kind.SEGMENT, _ANY): Capability(Access.WRITES, f"{_NOTES}, segments"),
    (Kind.SEGMENT, "manual"): Capability(Access.READS, f"{_NOTES}: the type of a segment is fixed"),
}
APP: Mapping[tuple[Kind, str], Capability] = {
    (Kind.CAMPAIGN, _ANY): Capability(Access.HIDES, f"{_APP}: trigger kinds only"),
    (Kind.CAMPAIGN, "name"): Capability(Access.READS, f'{_APP}, "List campaigns"'),
    (Kind.CAMPAIGN, "description"): Capability(Access.READS, f'{_APP}, "List campaigns"'),
    (Kind.CAMPAIGN, "state"): Capability(Access.READS, f'{_APP}, "List campaigns"'),
    (Kind.CAMPAIGN, "tags"): Capability(Access.READS, f'{_APP}, "List campaigns"'),
    (Kind.MESSAGE, _ANY): Capability(Access.HIDES, _CONTENT),
    **{
        (Kind.MESSAGE, name): Capability(Access.WRITES, _CONTENT)
        for name in ("subject", "preheader", "from", "reply_to", "to", "headers", "body", "sending", "method", "url")
    },
    **{
        (Kind.MESSAGE, name): Capability(Access.READS, _CONTENT)
        for name in ("kind", "cc", "bcc", "layout", "inline_css", "editor")
    },
    (Kind.LAYOUT, _ANY): Capability(Access.HIDES, f"{_APP}: a layout is seen inside an email only"),
    (Kind.SNIPPET, _ANY): Capability(Access.WRITES, f'{_APP}, "Snippets"'),
    (Kind.SNIPPET, "name"): Capability(Access.READS, f"{_APP}: a snippet is called by its name"),
    (Kind.SEGMENT, _ANY): Capability(Access.READS, f'{_APP}, "Segments": manual ones are made, none is changed'),
    (Kind.SEGMENT, "where"): Capability(Access.READS, f"{_APP}: in newer answers"),
}


def capability(kind: Kind, field: str, *, ui: bool, is_variant: bool = False) -> Capability:
    """What the UI API (*ui*), or an App key alone, does with a field.

    A message in another language (*is_variant*) is the App API's alone: the UI API does not list the languages of a
    campaign's message.
    """
    table = UI if ui and not is_variant else APP
    return table.get((kind, field)) or table[kind, _ANY]


def sees(kind: Kind, field: str, *, ui: bool) -> bool:
    """Whether the field can be read."""
    return capability(kind, field, ui=ui).access is not Access.HIDES


def why_by_hand(kind: Kind, field: str, *, ui: bool) -> str:
    """Why only a person can set a field; empty where the interface takes it."""
    found = capability(kind, field, ui=ui)
    if found.access is Access.WRITES:
        return ""
    name = "the UI API" if ui else "an App key"
    return f"{name} cannot set it ({found.source})"


def why_not_created(kind: Kind, *, ui: bool, is_manual: bool = False) -> str:
    """Why only a person can make a thing; empty where the interface can."""
    if ui or kind is Kind.SNIPPET or (kind is Kind.SEGMENT and is_manual):
        return ""
    return f"an App key makes no {kind.value}s ({_APP})"


def not_seen(*, ui: bool) -> tuple[str, ...]:
    """What an interface never shows, in sentences."""
    if ui:
        return ()
    return (
        "an App key shows no triggers' conditions, filters, frequencies, goals, exits and no workflows",
        "an App key shows no layouts, plain-text parts, and no other languages than the files have",
    )
