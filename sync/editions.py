"""What a workspace holds right now as a project of its own, to compare with or to replay against."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailwright.definitions.project import Project
from mailwright.loading.folder import load_project
from mailwright.loading.settings import OWN_FILE, SHARED_FILE
from sync.desired import desired_snapshot
from sync.ledger import FOLDER, read_ledger
from sync.live import fetch_snapshot
from sync.opening import open_workspace
from sync.pull import pull


@contextmanager
def workspace_edition(root: Path, name: str) -> Iterator[tuple[Project, Path]]:
    """The content of the workspace called *name*, pulled into a folder that lasts as long as the block.

    It is pulled into a copy of the files as if they had been agreed on: what the workspace says otherwise is taken, and
    things keep their slugs. Nothing at *root* is written.
    Raises: ConfigurationError, WorkspaceError; ContentError when what was pulled does not load.
    """
    with tempfile.TemporaryDirectory(prefix="mailwright-") as taken:
        folder = Path(taken)
        settings = load_project(root).settings
        for part in (OWN_FILE, SHARED_FILE, settings.campaigns, settings.layouts, FOLDER):
            _copy(root / part, folder / part)
        project = load_project(folder)
        with open_workspace(project, name, is_read_only=True) as workspace:
            ledger = read_ledger(folder, workspace.name)
            ledger.agreed = dict(desired_snapshot(project, workspace.name).documents)
            pull(workspace, ledger, fetch_snapshot(workspace, ledger))
        yield load_project(folder), folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy(source, target)
