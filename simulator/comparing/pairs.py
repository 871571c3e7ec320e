"""Every message with every sample in two editions, and what became of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.rendering.output import envelope
from simulator.rendering.site import Shot, Site, shots_of

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.rendering.faults import RenderFault

_BETWEEN_TAGS = re.compile(r">[ \t]*(?=<)")


@dataclass(frozen=True, slots=True)
class Edition:
    """One side of a comparison: a project and the folder its files stand in."""

    project: Project
    root: Path
    label: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One message with one sample, before and after; None where there is no such message."""

    before: Shot | None
    after: Shot | None

    @property
    def shown(self) -> Shot:
        """The later of the two that there are."""
        shot = self.after or self.before
        assert shot is not None  # a pair has at least one
        return shot

    @property
    def status(self) -> str:
        """In one word: same, changed, added, removed, broken (it fails now), mended, or failing (otherwise)."""
        match self.before, self.after:
            case None, _:
                return "added"
            case _, None:
                return "removed"
            case Shot(rendered=None, fault=old_fault), Shot(rendered=None, fault=new_fault):
                return "same" if _failure(old_fault) == _failure(new_fault) else "failing"
            case Shot(), Shot(rendered=None):
                return "broken"
            case Shot(rendered=None), Shot():
                return "mended"
            case Shot(rendered=old), Shot(rendered=new):
                return "same" if old == new else "changed"
        raise AssertionError("a pair has two sides")

    def envelope_changes(self) -> list[tuple[str, str, str]]:
        """Label, before and after of each line around the words that differs."""
        sides = [
            dict(envelope(shot.rendered)) if shot is not None and shot.rendered is not None else {}
            for shot in (self.before, self.after)
        ]
        labels = dict.fromkeys([*sides[0], *sides[1]])
        found = [(label, sides[0].get(label, ""), sides[1].get(label, "")) for label in labels]
        return [change for change in found if change[1] != change[2]]

    def text_diff(self) -> list[str]:
        """The words, line by line, as a unified diff without its head."""
        return _diff(*(shot.rendered.text if shot and shot.rendered else "" for shot in (self.before, self.after)))

    def html_diff(self) -> list[str]:
        """The page as sent, a tag a line, as a unified diff without its head."""
        pages = [shot.rendered.html if shot and shot.rendered else "" for shot in (self.before, self.after)]
        return _diff(*(_BETWEEN_TAGS.sub(">\n", page) for page in pages))


def _diff(before: str, after: str) -> list[str]:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [line for line in lines if not line.startswith(("---", "+++"))]


def pairs_of(before: Edition, after: Edition, workspace: str | None, at: datetime | None, now: datetime) -> list[Pair]:
    """Every message of either edition with every sample, by name.

    Both sides are shown with the same people and events: the later edition's samples, and the earlier one's that are
    gone. Units: *at* overrides the samples' own moments; *now* is the moment of those that name none.
    """
    samples = {**before.project.samples, **after.project.samples}
    sides: list[dict[tuple[str, str, str, str], Shot]] = []
    for edition in (before, after):
        site = Site(replace(edition.project, samples=dict(sorted(samples.items()))), workspace, at, now)
        sides.append({_key(shot): shot for shot in shots_of(site, edition.root)})
    keys = sorted({*sides[0], *sides[1]})
    return [Pair(sides[0].get(key), sides[1].get(key)) for key in keys]


def _failure(fault: RenderFault | None) -> tuple[str, str] | None:
    return None if fault is None else (fault.reason, fault.failure)


def _key(shot: Shot) -> tuple[str, str, str, str]:
    return shot.campaign, shot.name, shot.language or "", shot.sample.name
