"""Nothing may leave the workspace: every message that a smoke test could set off queues drafts, or is off."""

from __future__ import annotations

from collections.abc import Collection

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, RefusedError
from sync.snapshot import Document, Kind, Snapshot

HARMLESS = frozenset({"draft", "off"})
_SHOWN = 8


def refuse_protected(project: Project, workspace: str) -> None:
    """Keep smoke tests out of a protected workspace.

    Raises: RefusedError; ConfigurationError when there is no such workspace.
    """
    name, settings = project.workspace(workspace)
    if settings.protected:
        message = f"the workspace '{name}' is protected: no throw-away people are made there"
        raise RefusedError(message, hint="mailwright smoke qa")


def at_stake(live: Snapshot, entered: Collection[str], events: Collection[str]) -> list[str]:
    """The campaigns that the samples may start: those *entered* by the prediction, and whatever hears of *events*.

    *events* are names in lower case. Campaigns that only the workspace has are among them.
    """
    found = set(entered)
    for document in live.documents.values():
        if document.address.kind is Kind.CAMPAIGN:
            trigger = document.value("trigger")
            name = trigger.get("event") if isinstance(trigger, dict) else None
            if isinstance(name, str) and name.strip().lower() in events:
                found.add(document.address.slug)
    return sorted(found)


def refuse_sending(live: Snapshot, campaigns: Collection[str], workspace: str) -> None:
    """Make sure that no message of *campaigns* is sent.

    Raises: RefusedError with the messages that would go out.
    """
    loud = [
        document.address.slug
        for document in live.documents.values()
        if document.address.kind is Kind.MESSAGE
        and document.address.slug.partition("/")[0] in campaigns
        and "." not in document.address.slug.partition("/")[2]
        and document.value("sending") not in HARMLESS
    ]
    if loud:
        more = f" and {len(loud) - _SHOWN} more" if len(loud) > _SHOWN else ""
        message = f"{len(loud)} message{'s' if len(loud) > 1 else ''} would be sent in {workspace}, not kept as a draft"
        hint = f"queue drafts for {', '.join(sorted(loud)[:_SHOWN])}{more}; or name other campaigns"
        raise RefusedError(message, hint=hint)


def refuse_stopped(live: Snapshot, campaigns: Collection[str], workspace: str) -> None:
    """Make sure that the campaigns to be tested take people in.

    Raises: ConfigurationError with those that are not there or not running.
    """
    states: dict[str, Document] = {
        one.address.slug: one for one in live.documents.values() if one.address.kind is Kind.CAMPAIGN
    }
    for slug in sorted(campaigns):
        if slug not in states:
            hint = f"mailwright apply {workspace}"
            raise ConfigurationError(f"the campaign '{slug}' is not in {workspace}", hint=hint)
        if states[slug].value("state") not in (None, "running"):
            hint = f"mailwright apply {workspace} --start"
            raise ConfigurationError(f"the campaign '{slug}' is not running in {workspace}", hint=hint)
