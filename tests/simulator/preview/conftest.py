"""A project on disk, the real server over it, and the real browser in front."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from previewing import CHROMIUM_FLAGS, Server, Tab, Trap, make_project, start


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The files alone."""
    return make_project(tmp_path / "shop")


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for tests that change no file."""
    server = start(make_project(tmp_path_factory.mktemp("shared") / "shop"), "--port", "0")
    yield server
    server.stop()


@pytest.fixture
def server(project: Path) -> Iterator[Server]:
    """A server of the test's own."""
    server = start(project, "--port", "0")
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="session")
def trap() -> Iterator[Trap]:
    """Catches what would leave the machine."""
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture(scope="module")
def browser(trap: Trap) -> Iterator[Browser]:
    """Chromium, once a module; a machine without it fails in CI and is told so elsewhere.

    What drives it keeps a loop running in this thread, which other modules' tests may not find there.
    """
    found = os.environ.get("MAILWRIGHT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if found is None:
        message = "no Chromium: install it, or name it in MAILWRIGHT_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*CHROMIUM_FLAGS, trap.flag])
        yield browser
        browser.close()


@pytest.fixture
def new_tab(browser: Browser, trap: Trap) -> Iterator[Any]:
    """Opens tabs, and looks at the end that none of them said an error or asked another machine."""
    tabs: list[Tab] = []
    contexts: list[BrowserContext] = []

    def tab(server: Server, **settings: Any) -> Tab:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        contexts.append(context)
        found = Tab(context.new_page(), server, trap=trap)
        found.page.on("console", lambda message: found.errors.append(message.text) if message.type == "error" else None)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        tabs.append(found)
        return found

    yield tab
    for context in contexts:
        context.close()
    assert [error for found in tabs for error in found.errors] == []
    caught, trap.caught = trap.hosts, []
    assert caught == []
