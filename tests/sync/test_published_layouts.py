"""A layout version that a protected workspace has is not edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.cli import main
from mailwright.loading.folder import load_project
from sync.desired import desired_snapshot
from sync.ledger import Ledger
from sync.published_layouts import check_published_layouts

FILES = {
    "mailwright.toml": '[workspaces.qa]\nfrom = "A <a@example.org>"\n[workspaces.prod]\nfrom = "A <a@example.org>"\nprotected = true\n',
    "campaigns/welcome/campaign.yaml": "name: Welcome\ntrigger: {event: signed_up}\nworkflow: [{email: hello}]\n",
    "campaigns/welcome/hello.liquid": "---\nsubject: Hi\npreheader: Hello\nlayout: base@1\n---\n<p>Hi</p>\n",
    "campaigns/_shared/events/signed_up.yaml": "name: signed_up\n",
    "layouts/base/1.liquid": '<body>{{ content }}<a href="{% unsubscribe_url %}">Unsubscribe</a></body>\n',
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that both workspaces agreed on."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = load_project(tmp_path)
    for workspace in ("qa", "prod"):
        ledger = Ledger(workspace)
        for document in desired_snapshot(project, workspace):
            ledger.agree(document, {"id": 1})
        ledger.save(tmp_path)
    return tmp_path


def test_what_was_agreed_on_is_no_problem(root: Path):
    assert list(check_published_layouts(load_project(root))) == []


def test_an_edited_version_is_told_with_the_version_to_make(root: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["-C", str(root), "check"]) == 0
    capsys.readouterr()
    file = root / "layouts/base/1.liquid"
    file.write_text(file.read_text().replace("<body>", '<body class="new">'))
    assert main(["-C", str(root), "check"]) == 1
    shown = capsys.readouterr().out
    assert "layouts/base/1.liquid:1:1" in shown
    assert "'prod' has version 1 of 'base', and it was edited since  [published-layout-edited]" in shown
    assert "make version 2: layouts/base/2.liquid" in shown


def test_a_workspace_that_is_not_protected_may_have_it_edited(root: Path):
    (root / ".mailwright/ledger/prod.json").unlink()
    file = root / "layouts/base/1.liquid"
    file.write_text(file.read_text() + "<!-- new -->")
    assert list(check_published_layouts(load_project(root))) == []


def test_a_new_version_is_no_problem(root: Path):
    (root / "layouts/base/2.liquid").write_text("<main>{{ content }}</main>")
    assert list(check_published_layouts(load_project(root))) == []


def test_a_ledger_that_says_something_new_is_asked_though_the_files_did_not_change(root: Path):
    ledger = root / ".mailwright/ledger/prod.json"
    assert main(["-C", str(root), "check"]) == 0
    ledger.write_text(ledger.read_text().replace("unsubscribe_url", "view_in_browser_url"))
    assert main(["-C", str(root), "check"]) == 1


def test_a_broken_ledger_is_left_to_the_commands_that_need_it(root: Path):
    (root / ".mailwright/ledger/prod.json").write_text("<<<<<<<")
    assert list(check_published_layouts(load_project(root))) == []
