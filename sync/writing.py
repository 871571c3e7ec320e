"""An open workspace that takes changes: one thing read afresh, one change written.

A change that is written again after it was cut short is brought to its end and makes nothing twice: each write looks at
what stands there and does what is left.
"""

from __future__ import annotations

from mailwright.diagnostics import WorkspaceError
from sync.codecs.references import Unwritable
from sync.ledger import Identity, Ledger, other_ledgers
from sync.matching import Matching
from sync.opening import Workspace
from sync.plan import Change
from sync.snapshot import Address, Document
from sync.standing import Live
from sync.writing_app import AppWriting
from sync.writing_ui import UiWriting


class WorkspaceTarget:
    """A workspace as an apply sees it; ids of what it makes go into the ledger at once."""

    def __init__(self, workspace: Workspace, ledger: Ledger, live: Live) -> None:
        self.workspace = workspace
        self.ledger = ledger
        ledger.know(workspace.identity, live.ids)
        matching = Matching(workspace.project, ledger, other_ledgers(workspace.project.root, ledger.workspace))
        if workspace.ui is not None:
            self._writing: UiWriting | AppWriting = UiWriting(workspace, workspace.ui, matching, live)
        else:
            assert workspace.app is not None  # one of the two is there
            self._writing = AppWriting(workspace, workspace.app, matching, live)

    @property
    def identity(self) -> Identity:
        """Which workspace it is."""
        return self.workspace.identity

    def read(self, address: Address) -> Document | None:
        """The thing as it stands now, asked afresh; None: there is none.

        Raises: WorkspaceError.
        """
        return self._writing.read(address)

    def write(self, change: Change, live: Document | None) -> None:
        """Carry out one change on what stands there now.

        Raises: WorkspaceError when the workspace refuses, cannot be reached, or has no place for what is wanted.
        """
        try:
            self._writing.write(change, live)
        except Unwritable as error:
            message = f"{change.address}: {error} cannot be written"
            raise WorkspaceError(message, hint="plan again: it becomes work by hand") from error
