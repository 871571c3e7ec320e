"""`mailwright ci init` writes CI files that name real commands."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailwright.cli import COMMANDS, main
from mailwright.commands.arguments import CommandParser, add_common_arguments

SETTINGS = """\
default_workspace = "qa"
[workspaces.here]
url = "http://127.0.0.1:8090"
[workspaces.qa]
region = "us"
id = 1
service_account = { env = "CIO_SERVICE_ACCOUNT" }
[workspaces.prod]
region = "us"
id = 2
service_account = { env = "CIO_SERVICE_ACCOUNT" }
app_key = { env = "CIO_PROD_APP_KEY" }
"""
FILES = {"github": ".github/workflows/mailwright.yml", "gitlab": ".gitlab-ci.yml"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mailwright.toml").write_text(SETTINGS)
    (tmp_path / "campaigns").mkdir()
    return tmp_path


def written(root: Path, forge: str) -> dict[str, Any]:
    assert main(["-C", str(root), "ci", "init", forge]) == 0
    data = yaml.safe_load((root / FILES[forge]).read_text())
    assert isinstance(data, dict)
    return data


def commands_in(text: str) -> list[str]:
    return re.findall(r"(?:- |run: )(mailwright [^>\n]*)", text)


@pytest.mark.parametrize("forge", FILES)
def test_every_command_in_the_file_is_one_that_the_command_line_takes(root: Path, forge: str):
    written(root, forge)
    found = commands_in((root / FILES[forge]).read_text())
    assert {command.split()[1] for command in found} == {"check", "test", "plan", "drift"}
    for command in found:
        _, name, *rest = shlex.split(command)
        parser = CommandParser(prog=name)
        add_common_arguments(parser)
        import_module(COMMANDS[name][0]).add_arguments(parser)
        parser.read(rest)


def test_on_github_only_the_offline_job_runs_for_a_fork_and_it_has_no_key(root: Path):
    jobs = written(root, "github")["jobs"]
    assert "secrets." not in str(jobs["check"])
    assert "head.repo.full_name == github.repository" in jobs["plan"]["if"]
    assert "schedule" in jobs["drift"]["if"]
    assert "CIO_PROD_APP_KEY" not in str(jobs["plan"]) and "CIO_PROD_APP_KEY" in str(jobs["drift"])
    for job in jobs.values():
        assert job["runs-on"] and all({"uses", "run"} & step.keys() for step in job["steps"])


def test_on_gitlab_only_the_offline_job_runs_for_a_fork(root: Path):
    jobs = written(root, "gitlab")
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in jobs["mailwright-plan"]["rules"][0]["if"]
    for name, job in jobs.items():
        assert name.startswith(".") or job["extends"] in jobs
        assert all(isinstance(line, str) for line in job.get("script", []))


def test_a_workspace_of_this_machine_is_not_part_of_ci(root: Path):
    written(root, "github")
    assert " here" not in (root / FILES["github"]).read_text()


def test_a_file_that_is_there_is_not_written_over(root: Path, capsys: pytest.CaptureFixture[str]):
    written(root, "github")
    (root / FILES["github"]).write_text("mine")
    assert main(["-C", str(root), "ci", "init", "github"]) == 5
    assert (root / FILES["github"]).read_text() == "mine"
    assert main(["-C", str(root), "ci", "init", "github", "--force"]) == 0
    capsys.readouterr()


def test_a_project_without_workspaces_has_nothing_to_plan_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "campaigns").mkdir()
    assert main(["-C", str(tmp_path), "ci", "init", "github"]) == 3
    assert "no workspace at Customer.io" in capsys.readouterr().err
