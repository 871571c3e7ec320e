"""A small project on disk, with files laid over it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mailwright.checks.all_checks import check_content
from mailwright.checks.template_facts import template_facts
from mailwright.commands.init import starter_files
from mailwright.diagnostics import Diagnostic
from mailwright.loading.folder import read_project

Check = Callable[..., list[Diagnostic]]


def files_in(example: str) -> dict[str, str]:
    """The files that an example's `# file:` lines name."""
    parts = re.split(r"^# file: (\S+)\n", example, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """What loading and the content rules say of the starter project with an example laid over it."""

    def run(example: str = "", *, without: tuple[str, ...] = ()) -> list[Diagnostic]:
        root = tmp_path / "project"
        for name, text in {**starter_files(), **files_in(example)}.items():
            if name not in without:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
        project, problems = read_project(root)
        return [*problems, *check_content(project, template_facts)]

    return run
