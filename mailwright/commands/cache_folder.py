"""The folder of things that may be forgotten at any time, and what makes them stale."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailwright import __version__
from mailwright.writing import write_atomically

CACHE_FOLDER = ".mailwright/cache"


def keep_in_cache(file: Path, text: str) -> None:
    """Write a file of the cache; where that is not possible, nothing is kept."""
    with contextlib.suppress(OSError):
        if _is_elsewhere(file):
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        ignore = file.parent / ".gitignore"
        if not ignore.exists():
            write_atomically(ignore, "*\n")
        write_atomically(file, text)


def read_from_cache(file: Path) -> Any:
    """What a file of the cache holds.

    Raises: OSError, ValueError when it holds nothing of ours.
    """
    if _is_elsewhere(file) or not file.is_file():
        raise FileNotFoundError(file)
    try:
        return json.loads(file.read_bytes())
    except RecursionError as error:
        raise ValueError("not written by us") from error


def _is_elsewhere(file: Path) -> bool:
    """Whether a link stands in the way to the cache: nothing is kept in, or believed from, another place."""
    return any(part.is_symlink() for part in (file, file.parent, file.parent.parent))


def code_stamp(*parts: str) -> str:
    """What changes whenever the named parts of the package do: their sizes and times, and the versions around them.

    A part that starts with `/` is a package beside this one.
    """
    package = Path(__file__).parents[1]
    stats = [
        _stat(module)
        for part in parts
        for module in _modules(str((package.parent if part[:1] == "/" else package) / part.lstrip("/")))
    ]
    return hashlib.blake2b(repr((__version__, sys.version, stats)).encode(), digest_size=16).hexdigest()


def _modules(path: str) -> Iterator[str]:
    """The module at *path*, or all below it: as texts, since there are hundreds and every `check` looks at them."""
    if not os.path.isdir(path):
        return iter((path,) if os.path.exists(path) else ())
    return iter(
        sorted(
            os.path.join(folder, file) for folder, _, files in os.walk(path) for file in files if file.endswith(".py")
        )
    )


def _stat(module: str) -> tuple[str, int, int]:
    stat = os.stat(module)
    return (module, stat.st_size, stat.st_mtime_ns)
