"""How a file is opened at a line: by a link that the browser hands to an editor, or by a command that we start."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mailwright.diagnostics import ConfigurationError

VARIABLE = "MAILWRIGHT_EDITOR"
DEFAULT = "vscode://file/{file}:{line}"


@dataclass(frozen=True, slots=True)
class Editor:
    """What opens files: a link (`vscode://file/{file}:{line}`) or a command (`code -g {file}:{line}`)."""

    pattern: str = DEFAULT

    @classmethod
    def chosen(cls, asked: str | None) -> Editor:
        """The editor asked for, else the environment's, else Visual Studio Code by link."""
        return cls(asked or os.environ.get(VARIABLE) or DEFAULT)

    @property
    def is_link(self) -> bool:
        """Whether the browser opens it."""
        return "://" in self.pattern

    def link(self, root: Path) -> str:
        """The link with the project's folder put in, `{file}` and `{line}` left open; empty for a command."""
        if not self.is_link:
            return ""
        start = str(root).replace(os.sep, "/").lstrip("/") if self.pattern.count("/{file}") else str(root)
        return self.pattern.replace("{file}", f"{start}/{{file}}")

    def open(self, root: Path, file: str, line: object) -> None:
        """Start the editor's command for a file of the project.

        Raises: ConfigurationError when the file is not one of the project's, or the command cannot be started.
        """
        path = (root / file).resolve()
        if not file or not path.is_relative_to(root.resolve()) or not path.is_file():
            raise ConfigurationError("there is no such file in the project", hint="reload the page")
        if self.is_link:
            raise ConfigurationError(
                "files are opened by a link", hint="--editor 'code -g {file}:{line}' for a command"
            )
        number = str(line) if isinstance(line, int) and line > 0 else "1"
        words = shlex.split(self.pattern)
        if not any("{file}" in word for word in words):
            words.append("{file}")
        command = [word.replace("{file}", str(path)).replace("{line}", number) for word in words]
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # the command of who started us; only its file is filled in, and no shell reads it
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"'{words[0]}' cannot be started", hint=f"--editor or {VARIABLE}") from error
