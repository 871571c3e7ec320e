"""A small project on disk, with files laid over it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic
from mailwright.loading.folder import read_project

BASE = {
    "campaigns/welcome/campaign.yaml": "name: Welcome\ntrigger: {event: signed_up}\nworkflow:\n  - email: hello\n",
    "campaigns/welcome/hello.liquid": "---\nsubject: Hello\npreheader: Good to see you\nlayout: base@1\n---\n<p>Hello!</p>\n",
    "campaigns/_shared/events/signed_up.yaml": "name: signed_up\nproperties:\n  method: {type: text}\n",
    "layouts/base/1.liquid": "<html><body>{{content}}</body></html>\n",
}

Write = Callable[[Mapping[str, str | bytes]], Path]
Read = Callable[..., tuple[Project, list[Diagnostic]]]


def files_in(example: str) -> dict[str, str]:
    """The files that an example's `# file:` lines name."""
    parts = re.split(r"^# file: (\S+)\n", example, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the small project with other files laid over it; gives its folder."""

    def run(files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / "project"
        for name, content in {**BASE, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return run


@pytest.fixture
def read(write: Write) -> Read:
    """What loading gives for the small project with other files laid over it."""

    def run(files: Mapping[str, str | bytes] | str = "") -> tuple[Project, list[Diagnostic]]:
        return read_project(write(files_in(files) if isinstance(files, str) else files))

    return run
