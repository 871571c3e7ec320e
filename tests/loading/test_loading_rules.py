from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mailwright.diagnostics import Severity
from mailwright.loading.folder import read_project
from mailwright.rules.base import Rule
from mailwright.rules.loading_rules import RULES

EXAMPLES = [rule for rule in RULES if rule.bad.startswith("# file:")]
ROOM = Path(__file__).parents[2] / "mailwright" / "loading"


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.id)
def test_the_bad_example_breaks_its_rule_and_the_good_one_none(rule: Rule, read) -> None:
    _, problems = read(rule.bad)
    found = [problem for problem in problems if problem.rule == rule.id]
    assert found, [problem.message for problem in problems]
    assert all(problem.severity is rule.severity for problem in found)
    assert all(problem.span.line >= 1 and problem.span.column >= 1 for problem in found)
    assert all(problem.hint for problem in found)


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.id)
def test_the_good_example_loads_without_a_word(rule: Rule, read) -> None:
    assert read(rule.good)[1] == []


def test_each_rule_has_one_id_and_says_why() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(rule.title and len(rule.why) > 20 and rule.bad and rule.good for rule in RULES)


def test_every_rule_that_the_room_names_is_in_the_book() -> None:
    called = re.compile(r"""(?:Diagnostic|problem|_located)\(\s*(?:tree,\s*)?"([a-z0-9-]+)\"""")
    named = {rule for file in ROOM.glob("*.py") for rule in called.findall(file.read_text("utf-8"))}
    assert len(named) > 30
    assert named <= {rule.id for rule in RULES}


def rules_of(root: Path) -> dict[str, str]:
    return {problem.span.file: problem.rule for problem in read_project(root)[1]}


def test_a_file_that_is_not_utf_8_is_a_problem_at_its_byte(write) -> None:
    root = write({"campaigns/welcome/hello.liquid": "---\nsubject: Hi\n---\ncaf\u00e9".encode("latin-1")})
    problem = next(one for one in read_project(root)[1] if one.rule == "not-utf-8")
    assert (problem.span.line, problem.span.column) == (4, 4)


def test_a_nul_byte_in_a_body_is_a_problem_at_its_byte(write) -> None:
    root = write({"campaigns/welcome/hello.liquid": b"---\nsubject: Hi\n---\nab\0c"})
    problem = next(one for one in read_project(root)[1] if one.rule == "not-utf-8")
    assert (problem.span.line, problem.span.column) == (4, 3)


def test_a_huge_file_is_not_read(write) -> None:
    root = write({"campaigns/welcome/hello.liquid": b"x" * 1_000_001})
    assert rules_of(root)["campaigns/welcome/hello.liquid"] == "file-size"


def test_a_pipe_is_not_waited_for(write) -> None:
    root = write({})
    os.mkfifo(root / "campaigns/welcome/extra.liquid")
    assert rules_of(root)["campaigns/welcome/extra.liquid"] == "unreadable-file"


def test_a_link_to_nothing_is_a_problem(write) -> None:
    root = write({})
    (root / "campaigns/welcome/extra.liquid").symlink_to("nowhere.liquid")
    assert rules_of(root)["campaigns/welcome/extra.liquid"] == "unreadable-file"


def test_a_link_that_leads_to_itself_is_a_problem(write) -> None:
    root = write({})
    (root / "campaigns/welcome/extra.liquid").symlink_to("extra.liquid")
    assert rules_of(root)["campaigns/welcome/extra.liquid"] == "unreadable-file"


@pytest.mark.parametrize("name", ["campaigns/welcome/extra.liquid", "campaigns/other", "layouts/other"])
def test_a_link_that_leaves_the_project_is_not_followed(write, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").mkdir()
    root = write({})
    (root / name).symlink_to(tmp_path / "secret", target_is_directory=True)
    assert rules_of(root)[name] == "outside-project"


def test_a_link_inside_the_project_is_followed(write) -> None:
    root = write({"shared/hello.liquid": "---\nsubject: Hello\n---\n<p>Hello!</p>\n"})
    (root / "campaigns/welcome/hello.liquid").unlink()
    (root / "campaigns/welcome/hello.liquid").symlink_to("../../shared/hello.liquid")
    project, problems = read_project(root)
    assert problems == []
    assert project.messages["welcome", "hello", None].body.source == "<p>Hello!</p>\n"


def test_warnings_do_not_stop_a_project_from_loading(read) -> None:
    _, problems = read({"campaigns/welcome/old.liquid": "---\nsubject: Old\n---\n"})
    assert [problem.severity for problem in problems] == [Severity.WARNING]
