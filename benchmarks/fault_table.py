"""Faults injected into a command one at a time, and the table of what came of them, against `mailwright serve`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from sync.demo.local_server import LocalServer

Json = dict[str, Any]
Disturb = Callable[[Path], tuple[int, str]]
"""Runs the command once in a folder while something goes wrong; gives its exit code and what it said."""


@dataclass(slots=True)
class Row:
    """One kind of fault: how often it was injected and what came of it."""

    COLUMNS: ClassVar[Mapping[str, str]] = {"lost": "states lost", "doubled": "duplicates"}

    name: str
    injected: int = 0
    codes: Counter[int] = field(default_factory=Counter)  # of the disturbed command
    resumed: int = 0
    lost: int = 0
    doubled: int = 0
    sentences: set[str] = field(default_factory=set)

    @classmethod
    def head(cls, command: str) -> str:
        """The table's first two lines."""
        heads = ("fault", "injected", f"exit codes of the disturbed {command}", *cls.COLUMNS.values())
        return f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"

    def __str__(self) -> str:
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(self.codes.items()))
        counts = " | ".join(str(getattr(self, name)) for name in self.COLUMNS)
        return f"| {self.name} | {self.injected} | {codes} | {counts} |"


Rows = Iterable[tuple[Row, Sequence[Disturb]]]
"""Every kind of fault with the places where it strikes."""


@dataclass
class FaultBench(ABC):
    """The server, a folder to work in, and the state from which each disturbed command starts."""

    server: LocalServer
    folder: Path
    state: Json = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the commands."""
        return {**os.environ, **self.server.environment}

    def fresh(self) -> Path:
        """The project and the workspace as they were agreed on."""
        self.server.admin("DELETE", "/_faults")
        self.server.admin("PUT", "/_state", self.state)
        root = self.folder / "disturbed"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.folder / "agreed", root)
        return root

    @abstractmethod
    def disturbed(self, row: Any, disturb: Disturb) -> None:
        """One command with one fault, resumed until it ends well, and held against an undisturbed one."""

    def fault(self, **rule: Any) -> None:
        """Let something go wrong at the server."""
        self.server.admin("POST", "/_faults", rule)

    def is_struck(self) -> bool:
        """Whether the first fault came to pass."""
        return bool(self.server.admin("GET", "/_faults")["faults"][0]["hits"])

    def child(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """A process that ends by itself."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def signalled(
        self, command: Sequence[str], number: signal.Signals, is_time: Callable[[], bool] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A process that gets a signal once it is time: when the first fault strikes, where nothing else is said."""
        is_time = is_time or self.is_struck
        with subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            while process.poll() is None and not is_time():
                time.sleep(0.02)
            process.send_signal(number)
            out, err = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, out, err)


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    """The exit code, and the sentence about it."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("mailwright: ")]
    return done.returncode, lines[-1] if lines else ""


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The flags that every table has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th place")
    parser.add_argument("--sentences", action="store_true", help="show what the disturbed commands said")
    return parser


def print_table(bench: FaultBench, rows: Rows, total: Row, command: str, *, sentences: bool) -> Row:
    """Inject every fault at every place and print what came of it; gives the sum, which *total* is filled with."""
    table = []
    print(total.head(command), flush=True)
    for row, faults in rows:
        for disturb in faults:
            bench.disturbed(row, disturb)
        print(row, flush=True)
        table.append(row)
    for name in ("injected", *total.COLUMNS):
        setattr(total, name, sum(getattr(row, name) for row in table))
    print(total)
    for row in table if sentences else ():
        print(f"\n{row.name}:", *sorted(row.sentences), sep="\n  ")
    return total
