"""A project's files, read once each and never from outside the project."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailwright.diagnostics import Diagnostic, Severity, Span

LARGEST = 1_000_000
"""The largest file that is read, in bytes."""


@dataclass(slots=True)
class Files:
    """Reads files below *root* by their relative names; what cannot be read becomes a problem."""

    root: Path
    problems: list[Diagnostic] = field(default_factory=list)
    _outside: dict[str, bool] = field(default_factory=dict)  # folder → whether it stands outside the project

    def problem(self, rule: str, message: str, name: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """Note a problem with a file as a whole."""
        self.problems.append(Diagnostic(rule, message, Span(name), hint, severity))

    def entries(self, name: str) -> list[os.DirEntry[str]]:
        """What stands in the folder, by name, without hidden files; a link that leaves the project is a problem."""
        folder = self.root / name
        if self._is_outside(name):
            return []
        try:
            with os.scandir(folder) as found:
                entries = sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda e: e.name)
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            self.problem("unreadable-file", "a folder is needed here, and this is a file", name, "put a folder here")
            return []
        except OSError as error:
            self.problem("unreadable-file", f"the folder cannot be read ({error.strerror})", name, "check its rights")
            return []
        return [entry for entry in entries if self._stays_inside(entry, f"{name}/{entry.name}")]

    def folders(self, name: str) -> list[str]:
        """The names of the folders in a folder."""
        return [entry.name for entry in self.entries(name) if entry.is_dir()]

    def files(self, name: str) -> list[str]:
        """The names of the files in a folder."""
        return [entry.name for entry in self.entries(name) if not entry.is_dir()]

    def below(self, name: str) -> Iterator[str]:
        """Every file below a folder, as a relative name."""
        for entry in self.entries(name):
            if entry.is_dir():
                yield from self.below(f"{name}/{entry.name}")
            else:
                yield f"{name}/{entry.name}"

    def _stays_inside(self, entry: os.DirEntry[str], name: str) -> bool:
        if not entry.is_symlink():
            return True
        try:
            target = Path(os.path.realpath(entry.path, strict=True))
        except OSError as error:
            self.problem(
                "unreadable-file", f"this link leads nowhere ({error.strerror})", name, "put a file in its place"
            )
            return False
        if target.is_relative_to(self.root.resolve()):
            return not target.is_dir() or not (self.root / name).resolve().parent.is_relative_to(target)
        self._note_outside(name)
        return False

    def _note_outside(self, name: str) -> None:
        self.problem("outside-project", "this link leads out of the project", name, "put a copy in its place")

    def _is_outside(self, folder: str) -> bool:
        """Whether a folder leads out of the project; the link that does so is noted once."""
        if not folder:
            return False
        if folder not in self._outside:
            above = self._is_outside(os.path.dirname(folder))
            self._outside[folder] = above or self._leads_out(folder)
            if self._outside[folder] and not above:
                self._note_outside(folder)
        return self._outside[folder]

    def _leads_out(self, name: str) -> bool:
        root = os.path.realpath(self.root)
        place = os.path.realpath(os.path.join(root, name))
        return place != root and not place.startswith(root.rstrip(os.sep) + os.sep)

    def text(self, name: str) -> str | None:
        """The text of a file; None when it is not there or cannot be read, which is then a problem."""
        path = self.root / name
        if self._is_outside(os.path.dirname(name)):
            return None
        try:
            if path.is_symlink() and self._leads_out(name):
                self._note_outside(name)
                return None
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self.problem("unreadable-file", "this is no regular file", name, "remove it")
                return None
            if status.st_size > LARGEST:
                self.problem("file-size", "the file is larger than a million bytes", name, "split it up")
                return None
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.problem("unreadable-file", f"the file cannot be read ({error.strerror})", name, "check its rights")
            return None
        return self._decoded(data, name)

    def _decoded(self, data: bytes, name: str) -> str | None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", "replace")
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            span = Span(name, line, column)
            hint = "save the file as UTF-8"
            self.problems.append(Diagnostic("not-utf-8", "a byte here is not UTF-8", span, hint))
            return None
