"""Workspace → Snapshot: what is there now, in the form that the files are compared in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailwright.diagnostics import ConfigurationError
from sync.codecs.references import References
from sync.ledger import Ids, Ledger, other_ledgers
from sync.matching import Matching
from sync.opening import Workspace
from sync.snapshot import Address, Document, Snapshot

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unrepresented:
    """Something a workspace holds and no file can say: a field of one thing, or (no field) the thing as a whole."""

    what: str  # "campaign onboarding", or how the workspace calls what we have no name for
    field: str | None
    why: str

    def __str__(self) -> str:
        return f"{self.what}{f', {self.field}' if self.field else ''}: {self.why}"


@dataclass(slots=True)
class Live:
    """How a workspace stands.

    *raw* holds what it answered for each thing, so that a write sends back what it does not change; *unseen* the fields
    that are there and that no document can hold, each with what it is; *doubts* what a person has to decide.
    """

    documents: dict[Address, Document] = field(default_factory=dict)
    ids: dict[Address, Ids] = field(default_factory=dict)
    raw: dict[Address, Json] = field(default_factory=dict)
    stamps: dict[Address, int] = field(default_factory=dict)  # Unix seconds of the last update, where they are shown
    unseen: dict[Address, Mapping[str, str]] = field(default_factory=dict)
    strange: list[Unrepresented] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    names: References = field(default_factory=References)
    topics: dict[str, Json] = field(default_factory=dict)  # slug → the topic as the workspace has it

    @property
    def snapshot(self) -> Snapshot:
        """All documents."""
        return Snapshot.of(*self.documents.values())

    @property
    def unrepresented(self) -> tuple[Unrepresented, ...]:
        """Everything that is there and not in the snapshot."""
        fields = [
            Unrepresented(str(address), name.replace("_", " "), why)
            for address, found in sorted(self.unseen.items())
            for name, why in sorted(found.items())
        ]
        return (*fields, *self.strange)

    def put(
        self, document: Document, ids: Ids, raw: Json, stamp: object = None, unseen: Mapping[str, str] | None = None
    ) -> None:
        """Note one thing, in place of how it stood before."""
        address = document.address
        self.documents[address], self.ids[address], self.raw[address] = document, ids, raw
        if isinstance(stamp, int):
            self.stamps[address] = stamp
        self.unseen.pop(address, None)
        if unseen:
            self.unseen[address] = unseen

    def drop(self, address: Address) -> None:
        """Note that a thing is gone."""
        self.documents.pop(address, None)
        for table in (self.ids, self.raw, self.stamps, self.unseen):
            table.pop(address, None)


def fetch_snapshot(workspace: Workspace, ledger: Ledger) -> Live:
    """How *workspace* stands now, by the UI API where there is a service account, else by the App API.

    Units: stamps are Unix seconds. Raises: WorkspaceError when it refuses or cannot be reached; ConfigurationError when
    the key turns out to be another workspace's.
    """
    if ledger.id is not None and workspace.identity.id not in (None, ledger.id):
        message = (
            f"the ledger of '{ledger.workspace}' is of workspace {ledger.id}, the settings say {workspace.identity.id}"
        )
        raise ConfigurationError(message, hint="mend the id in the settings, or move the ledger away and pull anew")
    matching = Matching(workspace.project, ledger, other_ledgers(workspace.project.root, ledger.workspace))
    if workspace.ui is not None:
        from sync.live_ui import UiReading

        return UiReading(workspace, workspace.ui, matching).read()
    from sync.live_app import AppReading

    assert workspace.app is not None  # one of the two is there
    return AppReading(workspace, workspace.app, matching).read()
