"""The contract of events, from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mailwright.cli import main

HERE = Path(__file__).parents[2]
LOG = HERE / "examples/log/events.ndjson"


def run(*words: str | Path) -> int:
    return main(["-C", str(HERE), "events", *map(str, words)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("campaigns", "layouts"):
        shutil.copytree(HERE / folder, tmp_path / "project" / folder)
    shutil.copy(HERE / "pyproject.toml", tmp_path / "project")
    return tmp_path / "project"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("docs", "--out", "docs/events.md"), id="the page"),
        pytest.param(("codegen", "python", "--out", "examples/senders/northstar.py"), id="python"),
        pytest.param(("codegen", "typescript", "--out", "examples/senders/northstar.ts"), id="typescript"),
    ],
)
def test_what_is_committed_is_what_would_be_written(words: tuple[str, ...], tmp_path: Path, capsys):
    assert run(*words[:-1], HERE / words[-1], "--check") == 0
    stale = tmp_path / "stale"
    stale.write_text("old")
    assert run(*words[:-1], stale, "--check") == 1
    assert "stale" in capsys.readouterr().err
    assert run(*words[:-1], tmp_path / "none", "--check") == 1
    assert stale.read_text() == "old"


def test_check_needs_a_file(capsys):
    assert run("docs", "--check") == 3
    assert "--check needs the file" in capsys.readouterr().err


def test_the_example_log_is_audited(capsys):
    assert run("audit", LOG) == 1
    shown = capsys.readouterr().out
    assert "missing-property\n  call_to_action_email.actionUrl" in shown
    assert shown.splitlines()[-1].startswith("1 problem and 13 notes in 2,000 calls")


def test_the_audit_for_a_machine_says_the_same(capsys):
    assert run("audit", LOG, "--format", "json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema_version"] == 1
    assert [one["kind"] for one in report["findings"] if one["problem"]] == ["missing-property"]
    assert sum(one["count"] for one in report["events"]) < 2000


def test_the_audit_page_loads_nothing(tmp_path: Path):
    page = tmp_path / "audit.html"
    assert run("audit", LOG, "--format", "html", "--out", page) == 1
    text = page.read_text()
    assert "default-src 'none'" in text
    assert text.count("<svg") == 15


def test_a_second_count_that_is_no_table_is_an_error(tmp_path: Path, capsys):
    table = tmp_path / "counts.csv"
    table.write_text("event,when\nx,2026-01-01\n")
    assert run("audit", LOG, "--against", table) == 3
    assert "has no column 'day'" in capsys.readouterr().err
    assert run("audit", LOG, "--against", tmp_path / "none.csv") == 3


def test_drafts_are_written_once_and_load(project: Path, capsys):
    events = project / "campaigns/_shared/events"
    for file in ("feature_used.yaml", "page_viewed.yaml"):
        (events / file).unlink()
    before = {path: path.read_text() for path in events.iterdir()}
    assert main(["-C", str(project), "events", "infer", str(LOG), "--write"]) == 0
    assert "2 drafts written" in capsys.readouterr().err
    assert all(path.read_text() == text for path, text in before.items())
    draft = (events / "feature_used.yaml").read_text()
    assert "name: feature_used" in draft
    assert main(["-C", str(project), "check"]) == 0
    assert main(["-C", str(project), "events", "infer", str(LOG)]) == 0
    assert "0 drafts" in capsys.readouterr().err


def test_a_property_that_goes_is_told_with_the_email_that_reads_it(project: Path, capsys):
    schema = project / "campaigns/_shared/events/campaign_signup.yaml"
    schema.write_text("".join(line for line in schema.read_text().splitlines(True) if "campaign_title" not in line))
    assert main(["-C", str(project), "events", "diff", str(HERE)]) == 1
    shown = capsys.readouterr().out
    assert "R campaign_signup.campaign_title is gone" in shown
    assert "campaigns/signup-general/confirmation.liquid:" in shown
    assert main(["-C", str(project), "events", "diff", str(HERE), "--format", "json"]) == 1
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["breaks"] == "readers"


def test_the_same_contract_is_no_difference(project: Path, capsys):
    for form in ("text", "json", "md"):
        assert main(["-C", str(project), "events", "diff", str(HERE), "--format", form]) == 0
        assert "the contract is what it was" in capsys.readouterr().out
