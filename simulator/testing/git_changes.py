"""What git says changed in a project since a revision."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mailwright.diagnostics import ConfigurationError

SECONDS = 30


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
        done = subprocess.run(  # noqa: S603  # fixed flags; a revision cannot be one
            ["git", "-C", str(root), *arguments],  # noqa: S607  # the git of the PATH, as everybody's tools use it
            check=True, capture_output=True, timeout=SECONDS,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ConfigurationError("there is no git on this machine", hint="leave --changed-since away") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise ConfigurationError(f"git cannot tell what changed: {said}", hint="a revision that is there") from error
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError("git took too long", hint="leave --changed-since away") from error
    return done.stdout.decode("utf-8", "replace")
