"""Calls that did not go, one a line, with the reason: `mailwright send FILE` sends them again as they are.

They hold what the calls hold, so the file is for its owner alone; nothing of it is printed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.writing import write_atomically

if TYPE_CHECKING:
    from sync.clients.transport import Json

DEAD_LETTERS, PERHAPS_SENT = "dead-letters.ndjson", "perhaps-sent.ndjson"


@dataclass(frozen=True, slots=True)
class Letter:
    """One call that did not go: its number, the call as a record, why, and where it stands."""

    number: int
    record: Json
    reason: str
    place: str


@dataclass(slots=True)
class Letters:
    """One such file; it is there once the first call is put in."""

    path: Path
    count: int = 0

    def put(self, letters: Sequence[Letter]) -> None:
        """Keep calls; they are on the disk when this returns.

        Raises: OSError when the disk does not take them.
        """
        with open(self.path, "ab", opener=_for_its_owner) as file:
            for letter in letters:
                note = {"reason": letter.reason, "from": letter.place, "number": letter.number}
                text = json.dumps({**letter.record, "refused": note}, ensure_ascii=False)
                file.write(text.encode("utf-8", "surrogatepass") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.count += len(letters)

    def keep_only(self, through: Container[int]) -> None:
        """After a run that was cut short: forget calls whose end was not noted, as they are tried again.

        Raises: OSError.
        """
        if not self.path.exists():
            return
        lines = self.path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if line.endswith(b"\n") and _number_in(line) in through]
        self.count = len(kept)
        if len(kept) != len(lines):
            write_atomically(self.path, b"".join(kept))
            os.chmod(self.path, 0o600)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _number_in(line: bytes) -> int:
    try:
        return int(json.loads(line)["refused"]["number"])
    except (ValueError, KeyError, TypeError):
        return -1
