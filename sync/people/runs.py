"""The journal of one sync of people: that it began, how far it came, whom the workspace did not take.

A run leaves `.mailwright/journal/<run>/`: `people.json`, `journal.jsonl` and `refused.ndjson`. Nothing in them tells
who somebody is: people stand there as digests, and by the number of their row. A run without an `end` line was
interrupted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError
from mailwright.writing import write_atomically
from sync.journal import FOLDER, LINES
from sync.people.planning import PeoplePlan, counts_of

HEAD, REFUSED = "people.json", "refused.ndjson"
Line = Mapping[str, Any]


@dataclass(slots=True)
class PeopleRun:
    """One sync; each note is on the disk when the method returns."""

    folder: Path
    head: Line
    ended: bool = False

    @property
    def name(self) -> str:
        """The run's name."""
        return self.folder.name

    def note(self, event: str, **said: Any) -> None:
        """Note how far it is.

        Raises: OSError when the disk does not take it.
        """
        self._append(LINES, [{"event": event, **said}])
        self.ended = self.ended or event in ("end", "abandoned")

    def refuse(self, lines: list[Line]) -> None:
        """Keep whom the workspace did not take, and why.

        Raises: OSError.
        """
        self._append(REFUSED, lines)

    def _append(self, name: str, lines: list[Line]) -> None:
        with open(self.folder / name, "ab") as file:
            file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


def start_run(root: Path, plan: PeoplePlan, now: datetime, plan_is_of: Callable[[str], None]) -> PeopleRun:
    """A journal for a run that begins; *plan_is_of* notes its name beside the plan, before the journal says so.

    Raises: ConfigurationError when it cannot be written.
    """
    name = f"{now:%Y%m%d-%H%M%S}-{plan.workspace.name}-people"
    head = {"workspace": plan.workspace.as_data(), "source": plan.source, "steps": counts_of(plan.steps)}
    try:
        folder = next(one for one in _names(root / FOLDER / name) if not one.exists())
        folder.mkdir(parents=True)
        write_atomically(folder / HEAD, json.dumps(head, indent=1) + "\n")
        run = PeopleRun(folder, head)
        plan_is_of(run.name)
        run.note("begin")
    except OSError as error:
        message = f"cannot write the journal below {FOLDER}: {error.strerror}; nothing was sent"
        raise ConfigurationError(message, hint="is the disk full, or the folder read only?") from error
    return run


def _names(path: Path) -> Iterator[Path]:
    yield path
    for count in range(2, 10_000):
        yield path.with_name(f"{path.name}-{count}")


def interrupted_people_run(root: Path, workspace: str) -> PeopleRun | None:
    """The newest sync of a workspace's people that has not come to its end, if there is one."""
    folder = root / FOLDER
    found = sorted(path.parent for path in folder.glob(f"*/{HEAD}")) if folder.is_dir() else []
    for path in reversed(found):
        try:
            head = json.loads((path / HEAD).read_bytes())
            events = [_event(line) for line in (path / LINES).read_bytes().splitlines()]
        except (OSError, ValueError):
            continue  # it was killed before anything was sent
        if head["workspace"]["name"] == workspace:
            return None if {"end", "abandoned"} & set(events) else PeopleRun(path, head)
    return None


def _event(line: bytes) -> str:
    try:
        return str(json.loads(line)["event"])
    except (ValueError, KeyError, TypeError):
        return ""  # a crash cut it short
