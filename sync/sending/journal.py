"""The journal of one send: which calls of a log are through, so that a send that was cut short goes on.

`.mailwright/journal/send-<time>-<workspace>-<log>/` holds `sent.jsonl`, one note a line, on the disk before the next
call of the same people goes: numbers of calls, never what they say. Beside it, where there are any:
`dead-letters.ndjson`, the calls that were refused, and `perhaps-sent.ndjson`, those that cannot be repeated and whose
answer was lost.

A call that may be repeated needs a note after it alone: sent again it changes nothing. One that may not has one before
it too; where a run ends between the two, nobody knows, and it is not sent again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError
from sync.sending.through import Through, as_ranges, from_ranges

FOLDER = ".mailwright/journal"
NOTES = "sent.jsonl"
FORMAT = 1


@dataclass(slots=True)
class SendJournal:
    """What one send did so far.

    *read* tells how far the log had been read at some notes, with the digest of its calls up to there.
    Raises, from every note: OSError when the disk does not take it.
    """

    folder: Path
    head: Mapping[str, Any]
    through: Through = field(default_factory=Through)
    asked: set[int] = field(default_factory=set)  # calls that may not be repeated and whose end is not noted
    read: dict[int, str] = field(default_factory=dict)
    has_ended: bool = False
    _handle: int = -1

    @property
    def run(self) -> str:
        """The run's name."""
        return self.folder.name

    @property
    def salt(self) -> str:
        """What makes this run's event ids others than the line's own."""
        return str(self.head.get("salt", ""))

    def asking(self, number: int) -> None:
        """Note that a call which may not be repeated may be under way from now on."""
        self._note({"asking": number})
        self.asked.add(number)

    def done(self, numbers: Iterable[int], read: int, digest: str) -> None:
        """Note that calls are through, and how far the log was read."""
        known = list(numbers)
        self._note({"done": as_ranges(known), "read": read, "digest": digest})
        self.through.add(known)
        self.asked.difference_update(known)

    def end(self, read: int, digest: str) -> None:
        """Note that nothing of the log is left."""
        self._note({"end": True, "read": read, "digest": digest})
        self.has_ended = True

    def close(self) -> None:
        """Let the file go."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _note(self, line: Mapping[str, Any]) -> None:
        if self._handle < 0:
            self._handle = os.open(self.folder / NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        written = json.dumps(line).encode() + b"\n"
        if os.write(self._handle, written) != len(written):
            raise OSError(28, os.strerror(28))
        os.fsync(self._handle)


def start_journal(
    root: Path, workspace: str, key: str, now: datetime, head: Mapping[str, Any], kind: type[SendJournal] = SendJournal
) -> SendJournal:
    """A journal for a send that begins.

    Raises: ConfigurationError when it cannot be written.
    """
    name = f"send-{now:%Y%m%d-%H%M%S}-{workspace}-{key}"
    try:
        folder = _new_folder(root / FOLDER, name)
        journal = kind(folder, {"format": FORMAT, "key": key, "workspace": workspace, **head})
        journal._note(journal.head)
    except OSError as error:
        message = f"cannot write the journal below {FOLDER}: {error.strerror}; nothing was sent"
        raise ConfigurationError(message, hint="is the disk full, or the folder read only?") from error
    return journal


def _new_folder(above: Path, name: str) -> Path:
    above.mkdir(parents=True, exist_ok=True)
    for count in range(1, 1_000):
        folder = above / (name if count == 1 else f"{name}-{count}")
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            return folder
    raise FileExistsError(17, f"too many runs are called {name}")


def last_journal(root: Path, workspace: str, key: str, kind: type[SendJournal] = SendJournal) -> SendJournal | None:
    """The newest journal of a log in a workspace; None where it was never sent there.

    Raises: ConfigurationError when it cannot be read.
    """
    found = [path for path in (root / FOLDER).glob(f"send-*-{workspace}-{key}*") if (path / NOTES).is_file()]
    # The time is in the name; a second of the same second is longer.
    for folder in sorted(found, key=lambda path: (path.name[:20], len(path.name), path.name), reverse=True):
        journal = read_journal(folder, kind)
        if journal is not None:
            return journal
    return None


def read_journal(folder: Path, kind: type[SendJournal] = SendJournal) -> SendJournal | None:
    """The journal in a folder; None where it was cut short before its first note was whole.

    A last line that a crash cut short is left out.
    Raises: ConfigurationError when it cannot be read.
    """
    path = folder / NOTES
    journal: SendJournal | None = None
    is_whole = True
    try:
        with open(path, "rb") as file:
            for line in file:
                is_whole = line.endswith(b"\n")
                note = _parsed(line)
                if journal is None:
                    if note is None or note.get("format") != FORMAT:
                        return None
                    journal = kind(folder, note)
                elif note is not None:
                    _take_in(journal, note)
        if not is_whole:
            with open(path, "ab") as file:
                file.write(b"\n")
    except (OSError, ValueError, TypeError) as error:
        message = f"the journal {FOLDER}/{folder.name} cannot be read"
        raise ConfigurationError(message, hint="--afresh sends the log from its start") from error
    return journal


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _take_in(journal: SendJournal, note: Mapping[str, Any]) -> None:
    if "asking" in note:
        journal.asked.add(int(note["asking"]))
        return
    if "done" in note:
        numbers = list(from_ranges(str(note["done"])))
        journal.through.add(numbers)
        journal.asked.difference_update(numbers)
    journal.read[int(note["read"])] = str(note["digest"])
    journal.has_ended = bool(note.get("end"))
