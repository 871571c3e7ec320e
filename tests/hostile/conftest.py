"""A fresh starter project to break, and the command line as a process of its own with little memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from outcomes import Outcome

from mailwright.cli import main

MEMORY = 1_500_000_000


class Orderly(Outcome):
    """What one call of the command line did, and whether it kept its manners."""

    def is_orderly(self) -> bool:
        """Whether it ended as a person may expect, whatever it was given."""
        return self.code in (0, 1, 3, 5) and "Traceback" not in self.all and "bug of mailwright" not in self.all


Call = Callable[..., Orderly]
Put = Callable[[str, str | bytes], Path]


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a starter project."""
    root = tmp_path_factory.mktemp("starter") / "hello"
    assert main(["init", str(root)]) == 0
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path: Path, starter: dict[str, bytes]) -> Path:
    """A starter project of its own for each test."""
    root = tmp_path / "hello"
    for name, content in starter.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.fixture
def put(project: Path) -> Put:
    """Write a file of the project."""

    def write(name: str, content: str | bytes) -> Path:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.fixture
def mailwright(capsys: pytest.CaptureFixture[str], project: Path) -> Call:
    """Run the command line on the project, in this process."""

    def call(*arguments: str | Path) -> Orderly:
        code = main(["-C", str(project), *map(str, arguments)])
        shown = capsys.readouterr()
        return Orderly(code, shown.out, shown.err)

    return call


@pytest.fixture
def process(project: Path) -> Call:
    """Run the command line on the project, in a process that gets no more memory than a laptop can spare."""

    def call(*arguments: str | Path, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Orderly:
        done = subprocess.run(
            [sys.executable, "-m", "mailwright", "-C", str(project), *map(str, arguments)],
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), **(env or {})},
            preexec_fn=_with_little_memory,
        )
        return Orderly(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return call


def _with_little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
