"""The project of a test run: read once a process, compiled once a workspace, and changed for mutants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.loading.folder import load_project
from mailwright.loading.settings import OWN_FILE, SHARED_FILE
from mailwright.loading.variables import with_vars
from simulator.testing.bench import Bench, Watch

if TYPE_CHECKING:
    from mailwright.definitions.project import Project


class Projects:
    """One project on disk, and a bench for each workspace that tests ask for."""

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        self.root = root
        self.watch = watch
        self._written: Project | None = None
        self._benches: dict[str | None, Bench] = {}
        self._instead: Bench | None = None

    @property
    def written(self) -> Project:
        """The project as its files have it.

        Raises: ContentError with every mistake; ConfigurationError when there is no project.
        """
        if self._written is None:
            self._written = load_project(self.root)
        return self._written

    def bench(self, workspace: str | None = None) -> Bench:
        """The project as a workspace has it, ready for simulations.

        Raises: as `written`, and ConfigurationError when there is no such workspace.
        """
        if self._instead is not None and self._instead.content.workspace_name == self.written.workspace(workspace)[0]:
            return self._instead
        if workspace not in self._benches:
            project = with_vars(self.written, workspace)
            self._benches[workspace] = Bench(project, workspace, watch=self.watch)
        return self._benches[workspace]

    def put_in_place(self, bench: Bench | None) -> None:
        """Let tests of the bench's workspace run on *bench*; None: on the project itself again."""
        self._instead = bench


def project_above(folder: Path) -> Path | None:
    """The nearest folder from *folder* up that holds a project; None where none does."""
    return next((place for place in (folder, *folder.parents) if _holds_project(place)), None)


def _holds_project(folder: Path) -> bool:
    if (folder / OWN_FILE).is_file() or any((folder / "campaigns").glob("*/campaign.yaml")):
        return True
    shared = folder / SHARED_FILE
    return shared.is_file() and "[tool.mailwright" in shared.read_text("utf-8", "replace")
