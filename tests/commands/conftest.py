"""The command line, called as a person calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailwright.cli import main


@dataclass(frozen=True)
class Outcome:
    """What one call of the command line did."""

    code: int
    out: str
    err: str


Call = Callable[..., Outcome]


@pytest.fixture
def mailwright(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command line in this process."""

    def call(*arguments: str | Path) -> Outcome:
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return call


@pytest.fixture
def project(tmp_path: Path, mailwright: Call) -> Path:
    """A fresh starter project."""
    root = tmp_path / "hello"
    assert mailwright("init", root).code == 0
    return root
