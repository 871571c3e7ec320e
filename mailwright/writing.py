"""Files written whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mailwright.diagnostics import ConfigurationError, RefusedError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Put *content*, a text as UTF-8, in place of the file at *path* in one step.

    Raises: OSError when the folder cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_new_files(root: Path, files: Mapping[str, str]) -> None:
    """Write every file, or none where one is there already.

    Raises: RefusedError when a file exists or a link leads out of *root*; ConfigurationError when the folder cannot
    be written.
    """
    there = [name for name in files if os.path.lexists(root / name)]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise RefusedError(f"{there[0]}{more} exists already", hint="another name, or delete it first")
    inside = os.path.realpath(root)
    for name in files:
        if os.path.commonpath([inside, os.path.realpath((root / name).parent)]) != inside:
            raise RefusedError(f"{name} would stand outside the project: a link leads there", hint="remove the link")
    try:
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(root / name, text)
    except OSError as error:
        raise ConfigurationError(f"cannot write in {root}: {error.strerror}", hint="a folder you may write") from error
