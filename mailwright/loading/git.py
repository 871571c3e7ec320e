"""The git of the person's own machine, asked about the repository a folder stands in."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mailwright.diagnostics import ConfigurationError

LONGEST = 60
"""Seconds that git may take."""


class GitFailed(ConfigurationError):
    """What git was asked for cannot be had."""


def run_git(root: Path, *words: str) -> bytes:
    """What git prints when it is asked in the folder *root*; no word that a person gave may be a flag.

    Raises: GitFailed with git's own words when it refuses; ConfigurationError when it is not there or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603  # words of ours, and a revision its callers keep from being a flag
            ["git", "-C", str(root), *words],  # noqa: S607  # the git of the PATH, as everybody's tools use it
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigurationError("git is not installed", hint="install git, or name a folder") from error
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"git took longer than {LONGEST} seconds") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        what = said[-1].removeprefix("fatal: ") if said else "git refused"
        raise GitFailed(what[:200], hint="is this folder in a git repository?")
    return done.stdout
