"""What an edit changes in the emails, as a report for a pull request."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mailwright.cli import main
from mailwright.commands.init import starter_files


@pytest.fixture
def before(tmp_path: Path) -> Path:
    root = tmp_path / "before"
    for name, text in starter_files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def after(before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before, tmp_path / "after"))


def email(root: Path) -> Path:
    return min((root / "campaigns").glob("*/*.liquid"))


def compare(before: Path, after: Path, *more: str) -> tuple[int, Path]:
    out = after.parent / "report"
    return main(["-C", str(after), "render", "--compare", str(before), "--out", str(out), *more]), out


def test_nothing_changed_says_so(before: Path, after: Path, capsys: pytest.CaptureFixture[str]):
    code, out = compare(before, after)
    assert code == 0
    assert "no email changed (2 the same)" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == [".mailwright-site", "index.html", "summary.md"]


def test_an_edit_is_shown_in_words_html_and_pictures(before: Path, after: Path, capsys: pytest.CaptureFixture[str]):
    edited = email(after)
    text = re.sub(r"^subject: .*$", "subject: Something <new>", edited.read_text(), flags=re.MULTILINE)
    edited.write_text(text + "<p>One more & line</p>\n")
    code, out = compare(before, after)
    assert code == 0
    assert "1 changed; 1 the same" in capsys.readouterr().err
    (page,) = out.glob("*/*.html")
    shown = page.read_text()
    assert "<ins>Something</ins>" in shown
    assert "<new>" not in shown
    assert '<span class="plus">+One more &amp; line</span>' in shown.replace("<ins>", "").replace("</ins>", "")
    assert "One more &amp;amp; line" in shown
    assert sorted(path.name.split(".")[-2] for path in out.glob("*/*.png")) == ["after", "before", "changed"]
    assert (out / "summary.png").read_bytes().startswith(b"\x89PNG")
    summary = (out / "summary.md").read_text()
    assert "### Emails: 1 changed; 1 the same" in summary
    assert "Something \\<new\\>" in summary


def test_an_email_that_fails_now_is_broken_and_ends_with_1(before: Path, after: Path):
    email(after).write_text("---\nsubject: Hi {{ event.nothing_of_this }}\n---\n<p>Hi</p>\n")
    code, out = compare(before, after, "--no-pictures")
    assert code == 1
    assert "broken" in (out / "summary.md").read_text()
    (page,) = out.glob("*/*.html")
    assert "It fails now" in page.read_text()
    code, _ = compare(after, before, "--no-pictures")
    assert code == 0


def test_emails_come_and_go(before: Path, after: Path):
    campaign = email(after).parent
    shutil.copytree(campaign, campaign.with_name("another"))
    (campaign.with_name("another") / "campaign.yaml").write_text(
        (campaign / "campaign.yaml").read_text().replace("name: ", "name: Another ", 1)
    )
    _, out = compare(before, after, "--no-pictures")
    assert re.search(r"Emails: \d added; 2 the same", (out / "summary.md").read_text())
    _, out = compare(after, before, "--no-pictures")
    assert re.search(r"Emails: \d removed; 2 the same", (out / "summary.md").read_text())


def test_without_a_browser_the_report_stands_and_says_why(
    before: Path, after: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("MAILWRIGHT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    email(after).write_text(email(after).read_text() + "<p>More</p>\n")
    code, out = compare(before, after)
    assert code == 0
    assert "no pictures: pictures need a Chromium" in capsys.readouterr().err
    assert "No pictures" in (out / "index.html").read_text()
    (page,) = out.glob("*/*.html")
    assert page.read_text().count("<iframe sandbox=") == 2


def test_what_one_email_takes_is_refused(before: Path, after: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["-C", str(after), "render", "--compare", str(before)]) == 3
    assert "--compare needs a folder" in capsys.readouterr().err
    assert compare(before, after, "--person", "x")[0] == 3


def test_a_folder_of_somebody_else_is_not_replaced(before: Path, after: Path):
    out = after.parent / "report"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert compare(before, after)[0] == 5
    assert (out / "mine.txt").read_text() == "mine"
