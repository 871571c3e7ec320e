"""What is remembered of pages is what would be found anew."""

from __future__ import annotations

import json
from pathlib import Path


def spoil(project: Path) -> Path:
    file = next((project / "campaigns").glob("*/*.liquid"))
    file.write_text(file.read_text() + '<a href="#">Start</a>\n')
    return file


def test_a_remembered_page_is_told_as_a_new_one(project: Path, mailwright):
    spoil(project)
    first = mailwright("-C", project, "check")
    (project / ".mailwright/cache/check.json").unlink()  # so that only the pages are remembered
    again = mailwright("-C", project, "check")
    assert first.out == again.out == mailwright("-C", project, "check", "--no-cache").out
    assert "link-nowhere" in first.out


def test_a_problem_moves_with_the_lines_above_it(project: Path, mailwright):
    file = spoil(project)
    mailwright("-C", project, "check")
    file.write_text(file.read_text().replace("---\n", "---\n# one more line\n", 1))
    assert mailwright("-C", project, "check").out == mailwright("-C", project, "check", "--no-cache").out


def test_other_settings_are_looked_at_anew(project: Path, mailwright):
    mailwright("-C", project, "check")
    settings = next(path for path in (project / "mailwright.toml", project / "pyproject.toml") if path.exists())
    table = "email" if settings.name == "mailwright.toml" else "tool.mailwright.email"
    settings.write_text(f"{settings.read_text()}\n[{table}]\nsubject_length = 3\n")
    assert "long-subject" in mailwright("-C", project, "check").out


def test_a_broken_memory_changes_nothing(project: Path, mailwright):
    spoil(project)
    whole = mailwright("-C", project, "check").out
    kept = project / ".mailwright/cache/pages.json"
    values = json.loads(kept.read_text())
    for broken in ({}, {**values, "pages": {key: [{"rule": 1}] for key in values["pages"]}}, {**values, "stamp": "x"}):
        kept.write_text(json.dumps(broken))
        (project / ".mailwright/cache/check.json").unlink(missing_ok=True)
        assert mailwright("-C", project, "check").out == whole
