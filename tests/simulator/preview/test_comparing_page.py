"""An email beside an earlier edition of itself, in a real browser."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from previewing import SOON, Server, make_project, start

THANKS = "campaigns/order/thanks.liquid"


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.email=ana@example.org", "-c", "user.name=Ana", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def committed(tmp_path: Path) -> Iterator[Server]:
    """A preview of a project that was committed and then edited."""
    root = make_project(tmp_path / "shop")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    file = root / THANKS
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Thanks, ", "Many thanks, ", 1) + "<p>One more line</p>\n", encoding="utf-8")
    server = start(root, "--port", "0")
    yield server
    server.stop()


def test_an_edit_is_seen_in_words_html_and_pictures(committed: Server, new_tab: Any):
    tab = new_tab(committed).open("/email/order/thanks")
    tab.picture()
    tab.page.keyboard.press("6")
    page = tab.page
    expect(page.locator(".compare-lines ins")).to_contain_text("Many thanks")
    expect(page.locator(".difference .plus").first).to_contain_text("One more line")
    expect(page.locator(".compare-pictures img")).to_have_count(3, timeout=SOON)
    for image in page.locator(".compare-pictures img").all():
        assert image.evaluate("one => one.complete && one.naturalWidth") == 640
    expect(page.locator(".compare-pictures figcaption").last).to_contain_text("Changed pixels")
    assert "tab=compare" in page.url


def test_all_that_changed_is_a_list_that_leads_to_each(committed: Server, new_tab: Any):
    tab = new_tab(committed, viewport={"width": 390, "height": 844}).open("/changes")
    row = tab.page.locator(".compare-list tbody tr").first
    expect(row).to_contain_text("thanks")
    row.locator("a").click()
    expect(tab.page.locator(".compare-lines ins").first).to_contain_text("Many thanks")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_edition_that_is_not_there_is_told(committed: Server, new_tab: Any):
    tab = new_tab(committed).open("/email/order/thanks?tab=compare&against=nowhere")
    expect(tab.page.locator(".sheet .caution")).to_contain_text("'nowhere' is neither a git revision nor")
    assert all("422" in error for error in tab.errors)  # the browser's own line about the answer
    tab.errors.clear()


def test_without_a_repository_the_page_says_so(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/changes")
    expect(tab.page.locator(".caution")).to_contain_text("git")
    tab.errors.clear()


def test_an_email_that_did_not_change_says_so(committed: Server, new_tab: Any):
    tab = new_tab(committed).open("/email/order/thanks?tab=compare&sample=ana")
    expect(tab.page.locator(".compare-with .tag")).to_have_text("changed")
    git(committed.root, "add", "-A")
    git(committed.root, "commit", "-q", "-m", "second")
    tab.page.reload()
    expect(tab.page.locator(".compare-with .tag")).to_have_text("nothing changed")
