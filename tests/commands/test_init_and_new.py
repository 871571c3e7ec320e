"""A new project is green at once; new things fit into it; nothing is ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.commands.starter import FILES
from mailwright.loading.folder import load_project


def test_init_writes_a_project_that_checks_green_even_strictly(project: Path, mailwright):
    assert mailwright("-C", project, "check", "--strict").code == 0


def test_init_writes_a_project_that_simulates_green(project: Path, mailwright):
    shown = mailwright("-C", project, "simulate", project / "events.ndjson", "--strict")
    assert shown.code == 0, shown.out + shown.err
    assert "Welcome" in shown.out or "welcome" in shown.out


def test_init_names_its_files_and_writes_the_schemas_editors_ask_for(tmp_path: Path, mailwright):
    shown = mailwright("init", tmp_path / "hello")
    assert set(shown.out.split()) == set(FILES)
    campaign = tmp_path / "hello/campaigns/welcome/campaign.yaml"
    first = campaign.read_text(encoding="utf-8").split("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (campaign.parent / first.partition("=")[2]).resolve().is_file()


def test_init_takes_the_folder_it_stands_in(tmp_path: Path, mailwright, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert mailwright("init").code == 0
    assert (tmp_path / "mailwright.toml").is_file()


def test_init_refuses_a_folder_with_something_in_it(tmp_path: Path, mailwright):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    shown = mailwright("init", tmp_path)
    assert shown.code == 5
    assert "mine.txt" in shown.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_init_refuses_a_file(tmp_path: Path, mailwright):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert mailwright("init", tmp_path / "file").code == 5


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        pytest.param(["campaign", "goodbye", "--event", "signed_up"], "campaigns/goodbye/campaign.yaml", id="campaign"),
        pytest.param(["layout", "plain"], "layouts/plain/1.liquid", id="layout"),
        pytest.param(["layout", "base"], "layouts/base/2.liquid", id="the next version of a layout"),
        pytest.param(["snippet", "address"], "layouts/_snippets/address.liquid", id="snippet"),
        pytest.param(["segment", "pros"], "campaigns/_shared/segments/pros.yaml", id="segment"),
        pytest.param(["event", "Order Placed"], "campaigns/_shared/events/Order-Placed.yaml", id="event"),
    ],
)
def test_new_things_are_written_and_load(arguments: list[str], file: str, project: Path, mailwright):
    shown = mailwright("-C", project, "new", *arguments)
    assert shown.code == 0, shown.err
    assert file in shown.out.split("\n")
    assert (project / file).is_file()
    load_project(project)


def test_a_new_campaign_checks_without_errors(project: Path, mailwright):
    mailwright("-C", project, "new", "event", "account_closed")
    mailwright("-C", project, "new", "campaign", "goodbye", "--event", "account_closed")
    shown = mailwright("-C", project, "check")
    assert shown.code == 0, shown.out


def test_a_new_layout_version_copies_the_last(project: Path, mailwright):
    mailwright("-C", project, "new", "layout", "base")
    folder = project / "layouts/base"
    assert (folder / "2.liquid").read_text(encoding="utf-8") == (folder / "1.liquid").read_text(encoding="utf-8")
    mailwright("-C", project, "new", "layout", "base")
    assert (folder / "3.liquid").is_file()


def test_nothing_is_overwritten(project: Path, mailwright):
    before = (project / "campaigns/welcome/campaign.yaml").read_text(encoding="utf-8")
    shown = mailwright("-C", project, "new", "campaign", "welcome")
    assert shown.code == 5
    assert "exists already" in shown.err
    assert (project / "campaigns/welcome/campaign.yaml").read_text(encoding="utf-8") == before
    assert not (project / "campaigns/welcome/message.liquid").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["campaign", "../outside"],
        ["campaign", ""],
        ["campaign", "mit leerzeichen"],
        ["campaign", "ok", "--event", " "],
        ["layout", "a/b"],
        ["snippet", "über"],
        ["segment", ".hidden"],
        ["event", "x" * 101],
        ["event", "a\nb"],
        ["event", "✉"],
        ["snippet", "a", "--event", "signed_up"],
    ],
    ids=lambda arguments: " ".join(arguments)[:20].replace("\n", " "),
)
def test_a_name_that_cannot_be_one_ends_with_3(arguments: list[str], project: Path, mailwright):
    before = sorted(project.rglob("*"))
    assert mailwright("-C", project, "new", *arguments).code == 3
    assert sorted(project.rglob("*")) == before


def test_new_outside_a_project_ends_with_3(tmp_path: Path, mailwright):
    assert mailwright("-C", tmp_path, "new", "campaign", "a").code == 3


def test_a_campaign_for_an_event_that_is_new_checks_at_once(project, mailwright):
    assert mailwright("-C", project, "new", "campaign", "goodbye", "--event", "account_closed").code == 0
    assert (project / "campaigns/_shared/events/account_closed.yaml").is_file()
    assert mailwright("-C", project, "check").code == 0
