"""Workspace → Snapshot: what is there now, in the form that the files are compared in."""

from __future__ import annotations

from mailwright.diagnostics import ConfigurationError
from sync.ledger import Ledger, other_ledgers
from sync.live_app import AppReading
from sync.live_ui import UiReading
from sync.matching import Matching
from sync.opening import Workspace
from sync.standing import Live, Unrepresented


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
        return UiReading(workspace, workspace.ui, matching).read()
    assert workspace.app is not None  # one of the two is there
    return AppReading(workspace, workspace.app, matching).read()


__all__ = ["Live", "Unrepresented", "fetch_snapshot"]
