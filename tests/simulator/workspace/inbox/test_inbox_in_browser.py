"""The inbox in the real browser: readable on a phone, and safe with any mail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

HOSTILE = """<!doctype html><html><head><title>Mail</title><meta http-equiv="refresh" content="0;url=https://evil.example.org/">
<link rel="stylesheet" href="https://evil.example.org/a.css"></head><body onload="parent.document.title='taken'">
<h1>Hello {{ customer.first_name }}</h1><script>parent.document.title = 'taken'</script>
<img src="https://evil.example.org/pixel.png" alt="pixel"><img src=x onerror="parent.document.title='taken'">
<form action="https://evil.example.org/"><button>Send</button></form><iframe src="https://evil.example.org/"></iframe>
<a href="https://shop.example.org/">Shop</a></body></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = os.environ.get("MAILWRIGHT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if found is None:
        message = "no Chromium: install it, or name it in MAILWRIGHT_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    flags = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=flags)
        yield made
        made.close()


@pytest.fixture
def sent(serving) -> str:
    serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org", "first_name": "Ana"})
    body = {
        "to": "a@example.org",
        "identifiers": {"id": "42"},
        "from": "A <a@example.org>",
        "subject": "Hello there",
        "body": HOSTILE,
        "tracked": False,
    }
    return serving.app("POST", "/v1/send/email", body).json()["delivery_id"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_message_is_shown_and_nothing_in_it_runs_or_loads(
    serving, sent: str, browser: Browser, width: int, scheme: str
):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(f"{serving.url}/inbox")
    page.get_by_role("link", name="Hello there").click()
    frame = page.frame_locator("iframe.shown")
    expect(frame.get_by_role("heading", name="Hello Ana")).to_be_visible()
    expect(page).to_have_title("Hello there - mailwright")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {urlsplit(url).hostname for url in asked if not url.startswith("data:")} == {"127.0.0.1"}
    page.get_by_role("link", name="Why").click()
    expect(page.get_by_text("What happened to it")).to_be_visible()
    page.get_by_role("link", name="Source").click()
    expect(page.get_by_text("Subject: Hello there")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_on_a_phone_a_message_leads_back_to_the_list(serving, sent: str, browser: Browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{serving.url}/inbox/prod/{quote(sent, safe='')}")
    expect(page.locator(".list")).to_be_hidden()
    page.get_by_role("link", name="All messages").click()
    expect(page.get_by_role("link", name="Hello there")).to_be_visible()
    page.close()


def test_a_new_message_appears_by_itself(serving, browser: Browser):
    page = browser.new_page()
    page.goto(f"{serving.url}/inbox")
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org"})
    body = {
        "to": "a@example.org",
        "identifiers": {"id": "42"},
        "from": "A <a@example.org>",
        "subject": "Just now",
        "body": "<p>Hi</p>",
    }
    serving.app("POST", "/v1/send/email", body)
    expect(page.get_by_role("link", name="Just now")).to_be_visible(timeout=15_000)
    page.close()
