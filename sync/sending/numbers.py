"""What a workspace calls the segments, broadcasts and messages that a log names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sync.ledger import read_ledger
from sync.sending.logged import CallKind
from sync.snapshot import Kind

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from sync.sending.opening import Sendee


class Numbers:
    """Looks names up: a number stands for itself, a slug by the ledger, else by its name in the workspace."""

    def __init__(self, project: Project, sendee: Sendee) -> None:
        self._project, self._sendee = project, sendee
        ledger = read_ledger(project.root, sendee.name)
        self._campaigns = {slug: key for key, slug in ledger.slugs(Kind.CAMPAIGN).items()}
        self._segments = {slug: key for key, slug in ledger.slugs(Kind.SEGMENT).items()}
        self._there: dict[CallKind, Mapping[str, str]] = {}

    def __call__(self, kind: CallKind, name: str) -> str | None:
        """What the workspace calls a thing; None where that is not known.

        Raises: WorkspaceError when it has to be asked and refuses.
        """
        if name.isascii() and name.isdigit():
            return name
        if kind is CallKind.TRANSACTIONAL:
            prefix, _, number = self._campaigns.get(name, "").partition("/")
            return number if prefix == "transactional" else None
        known = self._segments if kind is CallKind.JOIN_SEGMENT else self._campaigns
        if name in known:
            return known[name]
        return self._listed(kind).get(self._shown(kind, name))

    def _shown(self, kind: CallKind, name: str) -> str:
        """The name that people gave to the thing of that slug."""
        if kind is CallKind.JOIN_SEGMENT:
            segment = self._project.segments.get(name)
            return name if segment is None else segment.name or name
        campaign = self._project.campaigns.get(name)
        return name if campaign is None else campaign.name or name

    def _listed(self, kind: CallKind) -> Mapping[str, str]:
        app = self._sendee.app
        if kind not in self._there:
            rows = [] if app is None else app.segments() if kind is CallKind.JOIN_SEGMENT else app.broadcasts()
            self._there[kind] = {str(row.get("name")): str(row.get("id")) for row in rows}
        return self._there[kind]
