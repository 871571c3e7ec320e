"""Workspace → Snapshot: what is there now, in the form that the files are compared in."""

from __future__ import annotations

from mailwright.diagnostics import ConfigurationError
from sync.ledger import Ledger, other_ledgers
from sync.live_app import AppReading
from sync.live_touched import read_touched
from sync.live_ui import UiReading
from sync.matching import Matching
from sync.opening import Workspace
from sync.plan import Plan
from sync.standing import Live, Unrepresented


def fetch_snapshot(workspace: Workspace, ledger: Ledger, *, fresh: bool = False) -> Live:
    """How *workspace* stands now, by the UI API where there is a service account, else by the App API.

    *fresh*: everything is read anew, also what did not move since it was read, as its stamp says.

    Units: stamps are Unix seconds. Raises: WorkspaceError when it refuses or cannot be reached; ConfigurationError when
    the key turns out to be another workspace's.
    """
    matching = _matching(workspace, ledger)
    if workspace.ui is not None:
        return UiReading(workspace, workspace.ui, matching, fresh=fresh).read()
    assert workspace.app is not None  # one of the two is there
    return AppReading(workspace, workspace.app, matching).read()


def fetch_touched(workspace: Workspace, ledger: Ledger, plan: Plan) -> Live:
    """How what *plan* touches stands now, and as little as can be besides.

    Raises: WorkspaceError, ConfigurationError, as `fetch_snapshot`.
    """
    if workspace.ui is not None:
        found = read_touched(UiReading(workspace, workspace.ui, _matching(workspace, ledger)), plan)
        if found is not None:
            return found
    return fetch_snapshot(workspace, ledger)


def _matching(workspace: Workspace, ledger: Ledger) -> Matching:
    """What tells the workspace's things apart.

    Raises: ConfigurationError when the ledger is another workspace's.
    """
    if ledger.id is not None and workspace.identity.id not in (None, ledger.id):
        message = (
            f"the ledger of '{ledger.workspace}' is of workspace {ledger.id}, the settings say {workspace.identity.id}"
        )
        raise ConfigurationError(message, hint="mend the id in the settings, or move the ledger away and pull anew")
    return Matching(workspace.project, ledger, other_ledgers(workspace.project.root, ledger.workspace))


__all__ = ["Live", "Unrepresented", "fetch_snapshot", "fetch_touched"]
