"""What a call of the command line did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailwright.cli import main


@dataclass(frozen=True)
class Outcome:
    """The exit code, and what both streams got."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def called(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Outcome:
    """Call the command line in this process."""
    code = main([*map(str, arguments)])
    shown = capsys.readouterr()
    return Outcome(code, shown.out, shown.err)
