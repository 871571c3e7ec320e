"""A small project on disk, with files laid over it, as `check` and proofs see it."""

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
from simulator.proof_checks import check_proofs


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], list[Diagnostic]]:
    """What all checks say of the starter project with an example laid over it."""

    def run(example: str) -> list[Diagnostic]:
        parts = re.split(r"^# file: (\S+)\n", example, flags=re.MULTILINE)
        for name, text in {**starter_files(), **dict(zip(parts[1::2], parts[2::2], strict=True))}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        project, problems = read_project(tmp_path)
        return [*problems, *check_content(project, template_facts), *check_proofs(project)]

    return run
