"""Who would start getting a campaign by a plan, and who would stop.

The simulator says who enters; it is handed in, as this room does not know it. Compared are the campaigns as the
workspace has them with the campaigns as the files have them: their audience, not what they send.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.project import Project
from mailwright.diagnostics import ContentError
from sync.codecs.authored import campaign_of
from sync.plan import Action, Affected, AffectedCampaign, Plan
from sync.snapshot import Address, Document, Kind, Snapshot, canonical

WhoEnters = Callable[[Project, str, Sequence[str | Path]], Mapping[str, Collection[str]]]
"""(project, workspace, event logs) → who enters each campaign by the logs, or by the samples where none is named."""

HowMoved = Callable[[Project, str, Campaign, Campaign], Sequence[str]]
"""(project, campaign, as it was, as it shall be) → what became of its trigger and filter, in words."""

AUDIENCE = ("trigger", "filter", "frequency", "exit", "goal", "state")


def affected_by(
    plan: Plan,
    project: Project,
    live: Snapshot,
    who_enters: WhoEnters,
    logs: Sequence[str | Path],
    how_moved: HowMoved | None = None,
    desired: Snapshot | None = None,
) -> Affected:
    """Who gets more and who gets less once the plan is carried out and its campaigns run.

    *desired* is what the workspace shall hold where that is not what the files say: another workspace's content.

    Raises: whatever *who_enters* stops for, such as a log that cannot be read.
    """
    moved = campaigns_touched(plan)
    source = ", ".join(_short_name(str(log)) for log in logs) if logs else "the samples"
    if not moved:
        return Affected(source)
    was = as_in_workspace(project, live, moved, with_theirs=desired is not None)
    shall = project if desired is None else as_in_workspace(project, desired, moved, with_theirs=True)
    before = who_enters(was, plan.workspace.name, logs)
    after = who_enters(shall, plan.workspace.name, logs)
    rows = []
    for slug in moved:
        said: Sequence[str] = ()
        if how_moved is not None and slug in was.campaigns and slug in shall.campaigns:
            said = how_moved(project, slug, was.campaigns[slug], shall.campaigns[slug])
        rows.append(_row(slug, set(before.get(slug, ())), set(after.get(slug, ())), tuple(said)))
    return Affected(source, tuple(row for row in rows if row.gains or row.losses or row.proved))


def campaigns_touched(plan: Plan) -> list[str]:
    """The campaigns whose audience the plan may change; all of them where it changes a segment."""
    changes = [change for change in (*plan.changes, *plan.waiting) if change.address.kind is Kind.CAMPAIGN]
    return sorted(
        {
            change.address.slug
            for change in changes
            if change.action is not Action.UPDATE or any(one.name in AUDIENCE for one in change.fields)
        }
    )


def _short_name(log: str) -> str:
    """The last part of a log's path or URL, without what could be a password."""
    return log.partition("?")[0].rstrip("/").rpartition("/")[2].rpartition("@")[2]


def as_in_workspace(
    project: Project, live: Snapshot, campaigns: Iterable[str], *, with_theirs: bool = False
) -> Project:
    """The project with the audience of some campaigns as the workspace has it; *with_theirs*, also what only it has."""
    found = dict(project.campaigns)
    for slug in campaigns:
        document = live.get(Address(Kind.CAMPAIGN, slug))
        theirs = None if document is None else _read(document)
        if theirs is None:
            found.pop(slug, None)
        elif slug in found:
            found[slug] = found[slug].model_copy(update={name: getattr(theirs, name) for name in AUDIENCE})
        elif with_theirs:
            found[slug] = theirs
    return replace(project, campaigns=found)


def _read(document: Document) -> Campaign | None:
    """The campaign of a document, with a workflow that does nothing; None where no author could write it."""
    bare = Document(document.address, {**document.fields, "workflow": canonical([{"exit": True}])})
    try:
        return campaign_of(bare)
    except ContentError:
        return None


def _row(campaign: str, before: set[str], after: set[str], proved: tuple[str, ...]) -> AffectedCampaign:
    return AffectedCampaign(campaign, len(before), len(after), len(after - before), len(before - after), proved)
