"""`mailwright test` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

Run = Callable[..., Any]
GOOD = """\
scenarios:
  - name: a photo is thanked for
    given: {sample: ana}
    when: [{sample: ana}]
    then: {emails: [photo/thanks]}
"""
BAD = GOOD.replace("emails: [photo/thanks]", "emails: []").replace("is thanked", "is not thanked")


@pytest.fixture
def tested(shop: Path) -> Path:
    """The project with a scenario that passes, one that does not, and Python tests of both kinds."""
    (shop / "campaigns/photo/good.scenario.yaml").write_text(GOOD)
    (shop / "bad.scenario.yaml").write_text(BAD)
    (shop / "tests").mkdir()
    (shop / "tests/test_ours.py").write_text("def test_sim(workspace_sim):\n    assert workspace_sim.emails == []\n")
    (shop / "tests/test_other.py").write_text("def test_nothing_of_ours():\n    assert False\n")
    return shop


def test_it_runs_scenarios_and_python_tests_of_campaigns_and_no_other(mailwright: Run, tested: Path) -> None:
    done = mailwright("test")
    assert done.code == 1
    lines = done.out.strip().split("\n")
    assert lines[0] == "FAILED bad.scenario.yaml:2  a photo is not thanked for"
    assert lines[1].split() == ["expected", "actual"]
    assert lines[2].split() == ["emails", "none", "photo/thanks"]
    assert lines[3].strip().startswith("bad.scenario.yaml:5:")
    assert lines[-1] == "3 tests: 2 passed, 1 failed, 1 not chosen"


def test_what_passes_ends_in_0_and_says_how_many(mailwright: Run, tested: Path) -> None:
    done = mailwright("test", "campaigns", "tests/test_ours.py::test_sim")
    assert (done.code, done.out) == (0, "2 tests: 2 passed\n")


def test_json_says_all_of_it(mailwright: Run, tested: Path) -> None:
    found = json.loads(mailwright("test", "--format", "json", "--coverage").out)
    assert found["schema_version"] == 1
    outcomes = {one["name"]: (one["file"], one["line"], one["outcome"]) for one in found["tests"]}
    assert outcomes["a photo is not thanked for"] == ("bad.scenario.yaml", 2, "failed")
    assert outcomes["a photo is thanked for"] == ("campaigns/photo/good.scenario.yaml", 2, "passed")
    assert found["coverage"]["counts"]["messages"] == {"seen": 1, "there": 5}
    assert found["summary"] == "3 tests: 2 passed, 1 failed, 1 not chosen"


def test_junit_is_xml_that_ci_reads(mailwright: Run, tested: Path) -> None:
    done = mailwright("test", "--format", "junit", "--out", "junit.xml")
    assert done.code == 1 and done.out == ""
    suite = ET.parse(tested / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")


def test_github_gets_annotations_at_the_scenarios_line(mailwright: Run, tested: Path) -> None:
    lines = mailwright("test", "--format", "github").out.split("\n")
    assert lines[0].startswith("::error file=bad.scenario.yaml,line=2,title=a photo is not thanked for::")
    assert "%0A" in lines[0]


def test_every_broken_file_is_told_and_the_others_run(mailwright: Run, tested: Path) -> None:
    (tested / "worse.scenario.yaml").write_text("scenarios: 4\n")
    done = mailwright("test")
    assert done.code == 1
    assert "FAILED worse.scenario.yaml" in done.out
    assert done.out.strip().endswith("4 tests: 2 passed, 1 failed, 1 cannot run, 1 not chosen")


def test_a_project_without_a_test_says_where_to_begin(mailwright: Run, shop: Path) -> None:
    done = mailwright("test")
    assert done.code == 3
    assert "there is no scenario yet" in done.err and "mailwright test stubs" in done.err


def test_mistakes_of_the_content_are_told_once(mailwright: Run, tested: Path) -> None:
    (tested / "campaigns/photo/campaign.yaml").write_text("name: Photo\n")
    done = mailwright("test")
    assert done.code == 1 and done.out == ""
    assert done.err.count("'trigger' is missing") == 1


@pytest.mark.parametrize("arguments", [["gone.scenario.yaml"], ["--most"], ["--changed-since", "nowhere"]])
def test_wrong_arguments_end_in_3(mailwright: Run, tested: Path, arguments: list[str]) -> None:
    assert mailwright("test", *arguments).code == 3


def test_the_html_report_is_written(mailwright: Run, tested: Path) -> None:
    done = mailwright("test", "campaigns", "--html", "report")
    assert done.code == 0 and done.err == "the coverage is drawn in report/index.html\n"
    assert "Campaign coverage" in (tested / "report/index.html").read_text()
