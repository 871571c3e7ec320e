"""What git says changed in a project since a revision."""

from __future__ import annotations

from pathlib import Path

from mailwright.diagnostics import ConfigurationError
from mailwright.loading.git import GitFailed, run_git


def changed_files(root: Path, revision: str) -> list[str]:
    """The files below *root*, relative to it, that differ from *revision*, new ones too.

    Raises: ConfigurationError when there is no git, no repository or no such revision.
    """
    changed = _git(root, "diff", "--name-only", "--relative", "-z", _named(revision), "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({name for name in (changed + new).split("\0") if name})


def text_at(root: Path, revision: str, name: str) -> str | None:
    """A file as it was; None where it was not there."""
    try:
        return _git(root, "show", f"{_named(revision)}:./{name}")
    except ConfigurationError:
        return None


def _named(revision: str) -> str:
    if revision.startswith("-") or not revision.strip():
        raise ConfigurationError(f"'{revision}' is no revision", hint="such as main or HEAD~1")
    return revision


def _git(root: Path, *arguments: str) -> str:
    try:
        return run_git(root, *arguments).decode("utf-8", "replace")
    except GitFailed as error:
        raise ConfigurationError(f"git cannot tell what changed: {error}", hint="a revision that is there") from error
