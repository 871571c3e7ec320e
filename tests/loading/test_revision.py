"""A project as a git revision had it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mailwright.commands.init import starter_files
from mailwright.diagnostics import ConfigurationError, ContentError
from mailwright.loading.revision import content_at


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.email=ana@example.org", "-c", "user.name=Ana", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The starter project, committed in a repository's folder, with one edit since."""
    root = tmp_path / "repository" / "emails"
    for name, text in starter_files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main", "repository")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    for file in (root / "campaigns").glob("*/*.liquid"):
        file.write_text("---\nsubject: Edited\n---\n<p>Edited</p>\n")
    return root


def subjects(project) -> set[str]:
    return {message.fields.subject for message in project.messages.values()}


def test_a_revision_is_the_project_before_the_edit(root: Path):
    with content_at(root, "HEAD") as (project, folder):
        assert "Edited" not in subjects(project)
        assert (folder / "campaigns").is_dir()
    assert not folder.exists()


def test_a_branch_and_a_short_commit_are_revisions_too(root: Path):
    git(root, "branch", "before")
    git(root, "commit", "-q", "-a", "-m", "second")
    with content_at(root, "before") as (project, _):
        assert "Edited" not in subjects(project)
    with content_at(root, "main~1") as (project, _):
        assert "Edited" not in subjects(project)


def test_a_folder_that_holds_a_project_is_taken_as_it_is(root: Path):
    with content_at(root.parent, str(root)) as (project, folder):
        assert subjects(project) == {"Edited"}
        assert folder == root


@pytest.mark.parametrize("name", ["nope", "-q", "--output=x", "HEAD:README", ""])
def test_what_is_neither_is_told(root: Path, name: str):
    with pytest.raises(ConfigurationError, match=r"neither a git revision|is no git revision"), content_at(root, name):
        pass


def test_a_folder_outside_git_has_no_revisions(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="not a git repository"), content_at(tmp_path, "HEAD"):
        pass


def test_mistakes_of_the_revision_are_told(root: Path):
    next((root / "campaigns").glob("*/campaign.yaml")).write_text("trigger: 3\n")
    git(root, "commit", "-q", "-a", "-m", "broken")
    with pytest.raises(ContentError), content_at(root, "HEAD"):
        pass


def test_a_link_in_the_revision_does_not_lead_out(root: Path, tmp_path: Path):
    (tmp_path / "secret").write_text("secret")
    (root / "campaigns" / "out").symlink_to(tmp_path)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "link")
    with pytest.raises((ConfigurationError, ContentError)), content_at(root, "HEAD"):
        pass


def test_without_git_that_is_said(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match="git is not installed"), content_at(root, "HEAD"):
        pass
