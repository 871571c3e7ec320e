"""`check` as a person runs it: the starter, a broken project, formats, filters and the cache."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailwright.commands.check import checked_project
from mailwright.commands.fact_cache import CACHE_FILE
from mailwright.commands.run_cache import RUN_FILE, content_digest, record_from_values
from mailwright.rules.catalogue import all_rules
from simulator.rules import RULES as SIMULATOR_RULES
from sync.rules import RULES as SYNC_RULES

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "examples" / "broken"


def write(project: Path, name: str, text: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text(text, encoding="utf-8")


def hello(project: Path, body: str) -> None:
    front = "---\nsubject: Hello\npreheader: Hi\nlayout: base@1\n---\n"
    write(project, "campaigns/welcome/hello.liquid", front + body + "\n")


def test_the_broken_example_has_twenty_located_problems(mailwright):
    shown = mailwright("-C", BROKEN, "check", "--no-cache", "--format", "json")
    problems = json.loads(shown.out)["problems"]
    assert shown.code == 1
    assert len(problems) == 20
    assert len({problem["rule"] for problem in problems}) >= 18
    assert all(problem["severity"] == "error" and problem["hint"] for problem in problems)
    assert [(problem["file"], problem["line"], problem["column"]) for problem in problems] == sorted(
        (problem["file"], problem["line"], problem["column"]) for problem in problems
    )


def test_each_problem_of_the_broken_example_has_a_picture(mailwright):
    shown = mailwright("-C", BROKEN, "check", "--no-cache")
    blocks = [block for block in shown.out.strip().split("\n\n") if re.match(r"\S+:\d+:\d+  ", block)]
    assert len(blocks) == 20
    assert all(re.search(r"^ +\| +\^+$", block, re.MULTILINE) for block in blocks)
    assert shown.out.rstrip().endswith("20 errors in 17 files")


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        pytest.param("unknown-property", "no property 'updated-via'", "'updated_via'", id="updated-via or updated_via"),
        pytest.param("value-not-allowed", "'approved' is not among", "accepted", id="approved or accepted"),
    ],
)
def test_the_conflicts_of_a_real_sender_are_found(rule: str, message: str, hint: str, mailwright):
    shown = mailwright("-C", BROKEN, "check", "--no-cache", "--rule", rule, "--format", "json")
    (problem,) = json.loads(shown.out)["problems"]
    assert message in problem["message"]
    assert hint in problem["hint"]


def test_the_repository_checks_green(mailwright):
    shown = mailwright("-C", ROOT, "check", "--no-cache")
    assert shown.code == 0, shown.out


def test_the_resolved_list_of_unclaimed_by_is_shown(mailwright):
    assert re.search(
        r"^signup-general: campaign_id: not taken by signup-\* = .*9001",
        mailwright("-C", ROOT, "check").out,
        re.MULTILINE,
    )


def test_a_clean_project_ends_with_0_and_one_line(project: Path, mailwright):
    shown = mailwright("-C", project, "check")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == "1 campaign and 2 messages checked: no problems\n"


def test_warnings_count_only_when_strict(project: Path, mailwright):
    hello(project, "<p>{{ customer.first_name }}</p>")
    assert mailwright("-C", project, "check").code == 0
    assert mailwright("-C", project, "check", "--strict").code == 1


def test_errors_end_with_1_in_every_format(project: Path, mailwright):
    hello(project, "<p>{{ customer.frist_name }}</p>")
    for form in ("text", "json", "sarif", "github"):
        shown = mailwright("-C", project, "check", "--format", form)
        assert shown.code == 1
        assert "unknown-attribute" in shown.out


def test_one_rule_can_be_chosen_or_left_out(project: Path, mailwright):
    hello(project, '<p>{{ customer.frist_name }} <a href="http://localhost/">x</a></p>')
    only = mailwright("-C", project, "check", "--rule", "local-link", "--format", "json")
    assert [problem["rule"] for problem in json.loads(only.out)["problems"]] == ["local-link"]
    rest = mailwright("-C", project, "check", "--ignore", "local-link", "--format", "json")
    assert [problem["rule"] for problem in json.loads(rest.out)["problems"]] == ["unknown-attribute"]


def test_the_settings_can_leave_a_rule_out(project: Path, mailwright):
    hello(project, '<a href="http://localhost/">x</a>')
    settings = (project / "mailwright.toml").read_text(encoding="utf-8")
    write(project, "mailwright.toml", f'ignore = ["local-link"]\n{settings}')
    assert mailwright("-C", project, "check").code == 0


def test_a_rule_that_does_not_exist_cannot_be_left_out(project: Path, mailwright):
    shown = mailwright("-C", project, "check", "--ignore", "local-lnk")
    assert shown.code == 3
    assert "'local-link'" in shown.err


def test_each_workspace_brings_its_own_liquid(project: Path, mailwright):
    hello(project, '<p>{{ customer.plan | default: "free" }}</p>')
    settings = (project / "mailwright.toml").read_text(encoding="utf-8")
    old = (
        '\n[workspaces.old]\nregion = "us"\nliquid = "legacy"\nfrom = "A <a@example.org>"\nvars = { base_url = "x" }\n'
    )
    write(project, "mailwright.toml", settings + old)
    assert mailwright("-C", project, "check", "--as", "qa").code == 0
    shown = mailwright("-C", project, "check", "--as", "old")
    assert shown.code == 1
    assert "liquid-unknown-filter" in shown.out


def test_an_unknown_workspace_ends_with_3(project: Path, mailwright):
    shown = mailwright("-C", project, "check", "--as", "prodd")
    assert shown.code == 3
    assert "prodd" in shown.err


def test_a_folder_without_a_project_ends_with_3(tmp_path: Path, mailwright):
    shown = mailwright("-C", tmp_path, "check")
    assert shown.code == 3
    assert "mailwright init" in shown.err


def test_a_sample_that_fires_something_else_is_found(project: Path, mailwright):
    sample = project / "campaigns/_shared/samples/new-person.yaml"
    text = sample.read_text(encoding="utf-8").replace("name: signed_up", "name: signed_out")
    sample.write_text(text, encoding="utf-8")
    write(project, "campaigns/_shared/events/signed_out.yaml", "name: signed_out\n")
    shown = mailwright("-C", project, "check")
    assert shown.code == 1
    assert "sample-not-routed" in shown.out


def test_what_was_found_is_kept_by_content_and_found_again(project: Path, mailwright):
    hello(project, "<p>{{ customer.plan | upcaase }}</p>")
    first = mailwright("-C", project, "check")
    kept = json.loads((project / CACHE_FILE).read_text(encoding="utf-8"))
    assert any(facts["faults"] for facts in kept["facts"].values())
    assert mailwright("-C", project, "check") == first


def test_a_change_is_seen_in_spite_of_the_cache(project: Path, mailwright):
    assert mailwright("-C", project, "check").code == 0
    hello(project, "<p>{{ customer.plan | upcaase }}</p>")
    assert mailwright("-C", project, "check").code == 1


def test_an_unchanged_project_is_not_loaded_again(project: Path, mailwright):
    mailwright("-C", project, "check")
    program = (
        "import sys; from mailwright.cli import main; code = main(sys.argv[1:]); "
        "print(sorted({'pydantic', 'yaml', 'mailwright.dialect'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program, "-C", str(project), "check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (asked.returncode, asked.stderr) == (0, "[]\n")


@pytest.mark.parametrize("name", ["mailwright.toml", "campaigns/welcome/campaign.yaml", "layouts/base/1.liquid"])
def test_any_changed_file_makes_the_record_stale(name: str, project: Path):
    before = content_digest(project, ("campaigns", "layouts"))
    with (project / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert content_digest(project, ("campaigns", "layouts")) != before


def test_a_renamed_file_makes_the_record_stale(project: Path):
    before = content_digest(project, ("campaigns", "layouts"))
    (project / "layouts/base/1.liquid").rename(project / "layouts/base/2.liquid")
    assert content_digest(project, ("campaigns", "layouts")) != before


def test_a_project_with_a_link_is_never_remembered(project: Path, tmp_path: Path):
    (project / "layouts/elsewhere").symlink_to(tmp_path)
    assert content_digest(project, ("campaigns", "layouts")) is None


def test_a_record_is_kept_and_comes_back_equal(project: Path):
    hello(project, "<p>{{ customer.frist_name }}</p>")
    record = checked_project(project)
    assert record.diagnostics
    assert record_from_values(json.loads(json.dumps(record.as_values()))) == record


@pytest.mark.parametrize("text", ["", "[]", '{"stamp": 1}', "\x00\xff", '{"stamp": "x", "facts": {"a": 1}}'])
def test_a_broken_cache_changes_nothing(text: str, project: Path, mailwright):
    first = mailwright("-C", project, "check")
    for file in (CACHE_FILE, RUN_FILE):
        (project / file).write_text(text, encoding="latin-1")
    assert mailwright("-C", project, "check") == first


def test_a_cache_that_cannot_be_written_changes_nothing(project: Path, mailwright):
    write(project, ".mailwright/cache", "a file where the folder would be")
    assert mailwright("-C", project, "check").code == 0


def test_explain_shows_what_why_and_both_examples(mailwright):
    shown = mailwright("check", "--explain", "both-fire")
    assert shown.code == 0
    assert shown.out.startswith("both-fire (error): ")
    assert "\nbad:\n" in shown.out
    assert "\ngood:\n" in shown.out


def test_explain_all_is_the_page_of_rules(mailwright):
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert mailwright("check", "--explain", "all").out == page, "run: mailwright check --explain all > docs/rules.md"


def test_every_problem_found_anywhere_stands_in_the_catalogue(mailwright):
    known = {rule.id for rule in all_rules((*SIMULATOR_RULES, *SYNC_RULES))}
    for root in (ROOT, BROKEN):
        shown = mailwright("-C", root, "check", "--no-cache", "--format", "json")
        assert {problem["rule"] for problem in json.loads(shown.out)["problems"]} <= known


def test_rule_ids_are_unique_and_every_rule_says_why():
    rules = all_rules((*SIMULATOR_RULES, *SYNC_RULES))
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", rule.id) and rule.title and rule.why for rule in rules)
