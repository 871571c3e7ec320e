"""Files that tests write: whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from simulator.commands.gathering import write_report


def write_whole(path: Path, text: str) -> None:
    """Put *text* in place of the file at *path* in one step, making its folder where there is none.

    Raises: ConfigurationError when it cannot be written.
    """
    with suppress(OSError):  # writing says what is wrong
        path.parent.mkdir(parents=True, exist_ok=True)
    write_report(path, text)
