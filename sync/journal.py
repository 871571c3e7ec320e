"""The journal of one apply: a line before and after each write, on the disk before the next thing happens.

A run leaves `.mailwright/journal/<run>/`: `plan.json`, `journal.jsonl`, and below `before/` every document as it was
before it was replaced. A run without an `end` line was interrupted, and can be resumed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError, RefusedError
from mailwright.writing import write_atomically
from sync.plan import Plan
from sync.plan_files import document_as_json, document_from_json, plan_as_file, plan_from_file, plan_id
from sync.snapshot import Document, Snapshot

FOLDER = ".mailwright/journal"
PLAN, LINES, BEFORE = "plan.json", "journal.jsonl", "before"


@dataclass(slots=True)
class Journal:
    """What one apply did so far; each note is on the disk when the method returns.

    Raises, from every note: OSError when the disk does not take it.
    """

    folder: Path
    begun: set[int] = field(default_factory=set)  # positions of changes whose write may have happened
    done: dict[int, str | None] = field(default_factory=dict)  # position → digest of what stood afterwards
    ended: bool = False

    @property
    def run(self) -> str:
        """The run's name."""
        return self.folder.name

    @property
    def plan(self) -> Plan:
        """The plan that the run carries out."""
        return plan_from_file((self.folder / PLAN).read_text("utf-8"), f"{FOLDER}/{self.run}/{PLAN}")

    def keep(self, document: Document) -> None:
        """Keep a document as it was before this run; the first one kept counts."""
        path = self.folder / BEFORE / document.address.kind.value / f"{document.address.slug}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(path, json.dumps(document_as_json(document), ensure_ascii=False, indent=1) + "\n")

    def begin(self, position: int) -> None:
        """Note that the write of a change may happen from now on."""
        self._note({"step": position, "event": "begin"})
        self.begun.add(position)

    def finish(self, position: int, digest: str | None) -> None:
        """Note that a change stands, in the workspace and in the ledger."""
        self._note({"step": position, "event": "done", "digest": digest})
        self.done[position] = digest

    def end(self) -> None:
        """Note that nothing is left to do."""
        self._note({"event": "end"})
        self.ended = True

    def abandon(self) -> None:
        """Note that a person chose not to go on with this run."""
        self._note({"event": "abandoned"})
        self.ended = True

    def before(self) -> Snapshot:
        """Every document as it was before the run replaced it."""
        folder = self.folder / BEFORE
        found = [document_from_json(json.loads(path.read_text("utf-8"))) for path in sorted(folder.rglob("*.json"))]
        return Snapshot.of(*found)

    def _note(self, line: dict[str, Any]) -> None:
        with open(self.folder / LINES, "ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def start_journal(root: Path, plan: Plan, now: datetime, kind: type[Journal] = Journal) -> Journal:
    """A journal for a run that begins, with the plan beside it.

    Raises: ConfigurationError when it cannot be written.
    """
    run = f"{now:%Y%m%d-%H%M%S}-{plan.workspace.name}-{plan_id(plan)}"
    try:
        folder = _new_folder(root / FOLDER, run)
        _put(folder / PLAN, plan_as_file(plan))
        (folder / LINES).touch()
    except OSError as error:
        message = f"cannot write the journal below {FOLDER}: {error.strerror}; nothing was changed"
        raise ConfigurationError(message, hint="is the disk full, or the folder read only?") from error
    return kind(folder)


def _new_folder(above: Path, name: str) -> Path:
    """A folder that nothing stands in yet, called *name* or a little longer.

    Raises: OSError.
    """
    above.mkdir(parents=True, exist_ok=True)
    for count in range(1, 1_000):
        folder = above / (name if count == 1 else f"{name}-{count}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"too many runs are called {name}")


def read_journal(folder: Path, kind: type[Journal] = Journal) -> Journal:
    """The journal of a run; a last line that a crash cut short is left out."""
    journal = kind(folder)
    for line in (folder / LINES).read_bytes().split(b"\n"):
        try:
            note = json.loads(line)
        except ValueError:
            continue
        match note.get("event"):
            case "begin":
                journal.begun.add(note["step"])
            case "done":
                journal.done[note["step"]] = note["digest"]
            case "end" | "abandoned":
                journal.ended = True
    if not line_is_whole(folder / LINES):
        with open(folder / LINES, "ab") as file:
            file.write(b"\n")
    return journal


def line_is_whole(path: Path) -> bool:
    """Whether the file ends with a whole line, so that the next one starts afresh."""
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def runs_of(root: Path, workspace: str | None = None, kind: type[Journal] = Journal) -> list[Journal]:
    """The runs of a workspace, or of all, oldest first."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    runs = [path for path in folder.iterdir() if (path / LINES).is_file() and (path / PLAN).is_file()]
    found = [read_journal(path, kind) for path in sorted(runs, key=_age)]
    return [journal for journal in found if workspace is None or journal.plan.workspace.name == workspace]


def _age(run: Path) -> tuple[str, int, str]:
    """What puts runs in their order: a name tells seconds, and of one second the plan that was written first."""
    return run.name[: len("20260101-000000")], (run / PLAN).stat().st_mtime_ns, run.name


def run_called(root: Path, name: str) -> Journal:
    """The run of that name.

    Raises: ConfigurationError when there is none.
    """
    folder = root / FOLDER
    known = sorted(path.name for path in folder.iterdir() if (path / PLAN).is_file()) if folder.is_dir() else []
    if name not in known:
        shown = ", ".join(known[-3:]) or "none yet"
        raise ConfigurationError(f"there is no run called '{name}'", hint=f"the last runs: {shown}")
    return read_journal(folder / name)


def is_half_written(journal: Journal) -> bool:
    """Whether a write of the run began whose end is not known."""
    return bool(journal.begun - journal.done.keys())


def interrupted_run(root: Path, workspace: str, kind: type[Journal] = Journal) -> Journal | None:
    """The run of a workspace that has not come to its end, if there is one."""
    return next((run for run in reversed(runs_of(root, workspace, kind)) if not run.ended), None)


def _put(path: Path, text: str) -> None:
    """Write a file whole, and wait until the disk has it."""
    write_atomically(path, text)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def only_one(root: Path, workspace: str, what: str = "apply") -> Iterator[None]:
    """Hold the workspace's lock for one kind of work; the system lets it go when the process ends, however it ends.

    Raises: RefusedError when another of the kind holds it; ConfigurationError when it cannot be made.
    """
    path = root / FOLDER / (f"{workspace}.lock" if what == "apply" else f"{what}-{workspace}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ConfigurationError(f"cannot write {FOLDER}: {error.strerror}", hint="a folder you may write") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"another {what} to {workspace} is running here; nothing was changed"
            hint = "wait until it is done" + (", then plan again" if what == "apply" else "")
            raise RefusedError(message, hint=hint) from error
        yield
    finally:
        os.close(handle)
