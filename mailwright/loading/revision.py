"""A project as it was: a git revision of it, or another folder."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mailwright.definitions.accepting import made
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Settings
from mailwright.diagnostics import ConfigurationError
from mailwright.loading.files import Files
from mailwright.loading.folder import load_project
from mailwright.loading.git import GitFailed, run_git
from mailwright.loading.settings import OWN_FILE, SHARED_FILE, read_settings

Edition = AbstractContextManager[tuple[Project, Path]]
"""A project and the folder its files stand in, for as long as a block lasts."""
WorkspaceEdition = Callable[[Path, str], Edition]
"""From a project's folder and the name of a workspace to what that workspace holds now."""


@contextmanager
def content_at(
    root: Path, where: str, workspace_edition: WorkspaceEdition | None = None
) -> Iterator[tuple[Project, Path]]:
    """The project at *where*, and the folder its files stand in for as long as the block lasts.

    *where* names a folder that holds a project, a workspace of the settings where there is a way to it, or a git
    revision of the project at *root*.
    Raises: ConfigurationError when it is none of them; ContentError when its files hold mistakes; what the way to the
    workspace raises.
    """
    if workspace_edition is not None and where in settings_at(root).workspaces:
        with workspace_edition(root, where) as found:
            yield found
        return
    folder = Path(where)
    if where and folder.is_dir() and any((folder / name).exists() for name in (OWN_FILE, SHARED_FILE, "campaigns")):
        yield load_project(folder), folder
        return
    with tempfile.TemporaryDirectory(prefix="mailwright-") as taken:
        write_revision(root, where, Path(taken))
        yield load_project(Path(taken)), Path(taken)


def settings_at(root: Path) -> Settings:
    """The settings of the project at *root*; those of a project without any where there are none.

    Raises: ConfigurationError when they cannot be read.
    """
    return read_settings(Files(root)) or made(Settings)


def write_revision(root: Path, revision: str, target: Path) -> None:
    """Put the content of a git revision, settings and content folders, into the folder *target*.

    Raises: ConfigurationError when *root* is in no git repository or the revision is not known.
    """
    try:
        prefix = run_git(root, "rev-parse", "--show-prefix").decode("utf-8", "replace").strip()
    except GitFailed as error:
        said = f"'{revision}' is no folder that holds a project, and there is no git to ask: {error}"
        raise ConfigurationError(said, hint=error.hint) from error
    tree = f"{commit_of(root, revision)}:{prefix}"
    # From its top, as git takes a folder it stands in for a part of every tree.
    top = Path(run_git(root, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    _unpack(top, tree, (OWN_FILE, SHARED_FILE), target)
    settings = settings_at(target)
    _unpack(top, tree, (settings.campaigns, settings.layouts), target)


def commit_of(root: Path, revision: str) -> str:
    """The commit that a revision names.

    Raises: ConfigurationError when there is none.
    """
    hint = "a branch, a tag or a commit: main, HEAD~1; or a folder that holds a project"
    if revision.startswith("-"):
        raise ConfigurationError(f"'{revision}' is no git revision", hint=hint)
    try:
        return run_git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except GitFailed as error:
        raise ConfigurationError(f"'{revision}' is neither a git revision nor a project's folder", hint=hint) from error


def _unpack(root: Path, tree: str, wanted: Sequence[str], target: Path) -> None:
    listed = run_git(root, "ls-tree", "-z", "--name-only", "--full-tree", tree)
    names = listed.decode("utf-8", "surrogateescape").split("\0")
    tops = [name for name in wanted if name.split("/")[0] in names]
    if not tops:
        return
    try:
        packed = run_git(root, "archive", "--format=tar", tree, "--", *tops)
    except GitFailed:
        return  # a folder whose first part is there, and the rest of it is not
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(target, filter="data")
    except tarfile.TarError as error:
        raise ConfigurationError(
            f"the revision cannot be unpacked: {error}", hint="links stay in the project"
        ) from error
