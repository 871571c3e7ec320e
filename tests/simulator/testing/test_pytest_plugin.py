"""The plugin as pytest runs it, in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.testing.plugin_entry import plugin_arguments

pytest_plugins = ["pytester"]

Run = Callable[..., Any]
PASSING = """\
import pytest

def test_everything(project, workspace_sim, sample, render):
    assert sorted(project.campaigns) == ["fans", "photo", "welcome"]
    workspace_sim.play(sample("ana"))
    assert workspace_sim.emails == ["photo/thanks"]
    assert render("photo/thanks").subject == "Thanks"
    assert render("hello", sample="ana").subject == "Hello Ana"

@pytest.mark.mailwright(workspace="prod", at="2026-03-01T00:00:00Z")
def test_the_marker(workspace_sim, project, render):
    assert workspace_sim.clock.isoformat() == "2026-03-01T00:00:00+00:00"
    assert "https://www.example.org/start" in render("hello", sample="ana").html

def test_simulations_are_fresh(workspace_sim):
    assert workspace_sim.people == []
"""
FAILING = """\
def test_the_wrong_email(workspace_sim):
    workspace_sim.identify("ana", email="ana@example.org", plan="free")
    workspace_sim.track("ana", "signed_up")
    workspace_sim.advance("3d")
    assert workspace_sim.emails == ["welcome/hello", "welcome/tips"]
"""
SCENARIO = """\
scenarios:
  - name: a photo is thanked for
    given: {sample: ana}
    when: [{sample: ana}]
    then: {emails: [photo/thanks]}
  - name: and words are not
    given: {sample: ana}
    when: [{sample: ana, data: {type: text}}]
    then: {emails: [photo/thanks]}
"""


def test_fixtures_give_what_they_say(run_pytest: Run, shop: Path) -> None:
    (shop / "test_shop.py").write_text(PASSING)
    done = run_pytest("-q", "-W", "error", "--strict-markers")
    assert done.code == 0, done.out
    assert "3 passed" in done.out


def test_a_failure_explains_itself(run_pytest: Run, shop: Path) -> None:
    (shop / "test_shop.py").write_text(FAILING)
    done = run_pytest("-q")
    assert done.code == 1
    assert "missing:  welcome/tips" in done.out
    assert 'no  person.plan is pro; saw "free"  campaigns/welcome/campaign.yaml:13:' in done.out


def test_scenarios_are_tests_with_their_own_lines(run_pytest: Run, shop: Path) -> None:
    (shop / "campaigns/photo/photo.scenario.yaml").write_text(SCENARIO)
    done = run_pytest("-q")
    assert done.code == 1
    assert "1 failed, 1 passed" in done.out
    assert "campaigns/photo/photo.scenario.yaml:6  and words are not" in done.out
    assert 'type is photo; saw "text"' in done.out
    one = run_pytest("-q", "campaigns/photo/photo.scenario.yaml::a photo is thanked for")
    assert "1 passed" in one.out


def test_a_broken_scenario_file_and_a_broken_project_are_told_without_a_traceback(run_pytest: Run, shop: Path) -> None:
    path = shop / "a.scenario.yaml"
    path.write_text(SCENARIO.replace("photo/thanks", "photo/thank"))
    done = run_pytest("-q")
    assert "a.scenario.yaml:5:21  no message is called 'photo/thank'" in done.out
    assert "Traceback" not in done.out
    path.write_text(SCENARIO)
    (shop / "campaigns/photo/campaign.yaml").write_text("name: Photo\n")
    done = run_pytest("-q")
    assert done.code != 0
    assert "'trigger' is missing" in done.out and "Traceback" not in done.out


@pytest.mark.parametrize("processes", [(), ("-p", "xdist", "-n", "2")])
def test_coverage_is_of_all_processes_together(run_pytest: Run, shop: Path, processes: tuple[str, ...]) -> None:
    (shop / "test_shop.py").write_text(PASSING)
    (shop / "a.scenario.yaml").write_text(
        SCENARIO.replace("  - name: and", "  - name: and").replace(
            "text}}]\n    then: {emails: [photo/thanks]}", "text}}]\n    then: {emails: []}"
        )
    )
    done = run_pytest("-q", "--campaign-cov-json=cov.json", "--campaign-cov-fail-under=99", *processes)
    assert done.code == 1, "all passed, and coverage is too low"
    seen = json.loads((shop / "cov.json").read_text())
    assert seen["counts"]["clauses"] == {"seen": 5, "there": 16}
    assert seen["counts"]["messages"] == {"seen": 1, "there": 5}
    assert "less than 99 %" in done.out
    assert {"place", "kind", "of", "says"} == set(seen["missing"][0])


def test_mutants_are_told_and_a_reason_makes_them_accepted(run_pytest: Run, shop: Path) -> None:
    (shop / "test_shop.py").write_text(
        "def test_photo(workspace_sim):\n"
        "    workspace_sim.identify('ana', email='ana@example.org')\n"
        "    workspace_sim.track('ana', 'posted', type='photo')\n"
        "    assert workspace_sim.emails == ['photo/thanks']\n"
    )
    done = run_pytest("-q", "--campaign-mutate", "--campaign-mutate-json=mutants.json")
    assert done.code == 1
    found = json.loads((shop / "mutants.json").read_text())
    says = {one["says"] for one in found["unexplained"] if one["place"].startswith("campaigns/photo/")}
    assert "frequency every_time → once" in says
    assert "trigger.where: 'type is photo' → not" not in says, "the test notices that"
    assert found["noticed"] > 0
    lines = [
        f"  - mutant: {json.dumps(one['place'].rsplit(':', 2)[0] + ': ' + one['says'], ensure_ascii=False)}\n    because: it is so\n"
        for one in found["unexplained"]
    ]
    (shop / "mutants.yaml").write_text("accepted:\n" + "".join(lines) + "  - {mutant: 'gone: nothing', because: old}\n")
    done = run_pytest("-q", "--campaign-mutate")
    assert done.code == 0, done.out
    assert "0 unexplained" in done.out and "gone: nothing" in done.out


def test_mutation_refuses_several_processes(run_pytest: Run, shop: Path) -> None:
    (shop / "test_shop.py").write_text(PASSING)
    done = run_pytest("-q", "--campaign-mutate", "-p", "xdist", "-n", "2")
    assert done.code == 4
    assert "leave -n away" in done.out + done.err


def test_snapshots_fail_until_they_are_kept_and_when_the_email_changes(run_pytest: Run, shop: Path) -> None:
    (shop / "test_shop.py").write_text(
        "def test_hello(email_snapshot, render):\n    email_snapshot(render('hello', sample='ana'), 'welcome/hello')\n"
    )
    (shop / "a.scenario.yaml").write_text(
        "scenarios:\n  - name: hello\n    given: {sample: ana}\n    when: [{event: signed_up}]\n"
        "    then: {snapshots: [welcome/hello]}\n"
    )
    assert "nothing was kept yet" in run_pytest("-q").out
    assert run_pytest("-q", "--mailwright-update").code == 0
    assert run_pytest("-q").code == 0
    email = shop / "campaigns/welcome/hello.liquid"
    email.write_text(email.read_text().replace("the start", "the beginning"))
    done = run_pytest("-q")
    assert "2 failed" in done.out and "+the beginning" in done.out


def test_only_tests_that_a_change_touches_are_run(run_pytest: Run, shop: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=shop, check=True, capture_output=True)

    (shop / "photo.scenario.yaml").write_text(SCENARIO.split("  - name: and")[0])
    (shop / "welcome.scenario.yaml").write_text(
        "scenarios:\n  - name: hello\n    given: {sample: ana}\n    when: [{event: signed_up}]\n"
        "    then: {emails: [welcome/hello]}\n"
    )
    (shop / "test_plain.py").write_text("def test_plain():\n    pass\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert "1 passed, 2 deselected" in run_pytest("-q", "--changed-since=HEAD").out, "a plain test is not left out"
    email = shop / "campaigns/photo/thanks.liquid"
    email.write_text(email.read_text() + "<p>Really</p>\n")
    done = run_pytest("-v", "--changed-since=HEAD")
    assert "photo.scenario.yaml::a photo is thanked for PASSED" in done.out and "1 deselected" in done.out
    done = run_pytest("-q", "--changed-since=no-such-thing")
    assert done.code == 4 and "git cannot tell what changed" in done.out + done.err
    assert run_pytest("-q", "--changed-since=--output=x").code == 4
    assert not (shop / "x").exists()


def test_what_python_tests_asked_is_remembered(shop: Path) -> None:
    def run(*arguments: str) -> str:
        whole = [sys.executable, "-m", "pytest", *plugin_arguments(), "-q", *arguments]
        return subprocess.run(whole, cwd=shop, capture_output=True, text=True, check=False).stdout

    (shop / "test_photo.py").write_text(
        "def test_photo(workspace_sim):\n    workspace_sim.identify('ana')\n    workspace_sim.track('ana', 'posted')\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=shop, check=True)
    subprocess.run(["git", "add", "."], cwd=shop, check=True)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, "commit", "-qm", "one"], cwd=shop, check=True)
    email = shop / "campaigns/welcome/hello.liquid"
    email.write_text(email.read_text() + "<p>More</p>\n")
    assert "1 passed" in run("--changed-since=HEAD"), "what is not known runs"
    assert "1 deselected" in run("--changed-since=HEAD"), "it asked nothing of the welcome campaign"


def test_a_run_that_uses_nothing_of_it_imports_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_light():
            heavy = ("pydantic", "liquid", "msgspec", "yaml", "simulator.engine", "mailwright.loading", "duckdb")
            assert "simulator.pytest_plugin" in sys.modules
            assert [name for name in heavy if name in sys.modules] == []
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *plugin_arguments())
    result.assert_outcomes(passed=1)


def test_fixtures_of_ones_own_go_before_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def project():
            return "mine"

        def test_mine(project):
            assert project == "mine"
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *plugin_arguments())
    result.assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--mailwright-only", *plugin_arguments())
    result.assert_outcomes(deselected=1)


def test_a_project_below_the_tests_own_folder_is_found(run_pytest: Run, shop: Path) -> None:
    inner = shop / "marketing" / "campaigns" / "hi"
    inner.mkdir(parents=True)
    (inner / "campaign.yaml").write_text("name: Hi\ntrigger: {event: came}\nworkflow: [{email: hi}]\n")
    (inner / "hi.liquid").write_text("---\nsubject: Hi\n---\n<p>Hi</p>\n")
    (inner / "hi.scenario.yaml").write_text(
        "scenarios:\n  - name: hi\n    given: {people: {ana: {email: ana@example.org}}}\n"
        "    when: [{event: came}]\n    then: {emails: [hi/hi]}\n"
    )
    (shop / "photo.scenario.yaml").write_text(SCENARIO.split("  - name: and")[0])
    done = run_pytest("-q")
    assert "2 passed" in done.out, done.out
