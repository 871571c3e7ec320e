"""Which throw-away people a smoke test makes, on the disk before it does: a killed run's are deleted by the next."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError
from sync.journal import FOLDER


@dataclass(frozen=True, slots=True)
class Notes:
    """One run's file; it ends with a line that says so once the people are gone."""

    path: Path
    people: tuple[str, ...]

    def end(self) -> None:
        """Note that nobody is left."""
        _append(self.path, {"event": "end"})


def begin(root: Path, workspace: str, run: str, people: Sequence[str]) -> Notes:
    """Note who is going to be made.

    Raises: ConfigurationError when the journal cannot be written; nobody was made then.
    """
    path = root / FOLDER / f"smoke-{workspace}-{run}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, {"event": "begin", "workspace": workspace, "people": list(people)})
    except OSError as error:
        message = f"cannot write the journal below {FOLDER}: {error.strerror}; nothing was sent"
        raise ConfigurationError(message, hint="is the disk full, or the folder read only?") from error
    return Notes(path, tuple(people))


def left_behind(root: Path, workspace: str) -> list[Notes]:
    """The runs that ended before they had cleaned up, oldest first."""
    folder = root / FOLDER
    found = []
    for path in sorted(folder.glob(f"smoke-{workspace}-*.jsonl")) if folder.is_dir() else []:
        notes = [_line(text) for text in path.read_text("utf-8").splitlines()]
        people = [one for note in notes for one in note.get("people", ())]
        if people and not any(note.get("event") == "end" for note in notes):
            found.append(Notes(path, tuple(map(str, people))))
    return found


def _line(text: str) -> dict[str, Any]:
    """One note; a line that a crash cut short says nothing."""
    try:
        note = json.loads(text)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _append(path: Path, note: dict[str, object]) -> None:
    with open(path, "ab") as file:
        file.write(json.dumps(note).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
