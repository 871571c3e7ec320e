"""A headless Chromium that nothing leaves and nothing enters; it needs the extra `pictures` and a Chromium.

Pages are untrusted: scripts do not run, and every address but the page itself is refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Playwright

FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
TALLEST = 8_000
"""Pixels of a page that are shown; the rest is cut off."""
PATIENCE = 15_000
"""Milliseconds a page may take."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chromium-headless-shell")


def chromium_path() -> str | None:
    """The browser to use: what MAILWRIGHT_CHROMIUM names, else one on the path."""
    named = os.environ.get("MAILWRIGHT_CHROMIUM")
    return named or next((found for name in _NAMES if (found := shutil.which(name))), None)


def why_no_pictures() -> str | None:
    """What is missing for pictures, in one sentence; None where there can be some."""
    try:
        import PIL  # noqa: F401  # only whether it is there
        import playwright  # noqa: F401  # likewise
    except ImportError:
        return "pictures need the extra: pip install 'mailwright[pictures]'"
    if chromium_path() is None:
        return "pictures need a Chromium; MAILWRIGHT_CHROMIUM names one that is not on the PATH"
    return None


class Camera:
    """Takes pictures of pages, all with one browser, in a thread of its own.

    The browser's library holds on to the thread it was started in, which may be anybody's.
    """

    def __init__(self, chromium: Chromium, thread: ThreadPoolExecutor) -> None:
        self._chromium = chromium
        self._thread = thread

    def picture(self, page: str, *, width: int = 640, dark: bool = False) -> bytes:
        """The whole page as PNG, *width* pixels wide.

        Raises: ConfigurationError when the browser cannot show it.
        """
        return self._thread.submit(_picture, self._chromium, page, width, dark).result()


def _picture(chromium: Chromium, page: str, width: int, dark: bool) -> bytes:
    from playwright.sync_api import Error

    context = chromium.new_context(
        viewport={"width": width, "height": 600},
        java_script_enabled=False,
        offline=True,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    try:
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.set_content(page, wait_until="load")
        box = tab.locator("html").bounding_box()
        height = min(TALLEST, max(1, round(box["height"]))) if box else 600
        tab.set_viewport_size({"width": width, "height": height})
        return tab.screenshot(animations="disabled")
    except Error as error:
        hint = str(error).splitlines()[0][:200]
        raise ConfigurationError("the browser could not show a page", hint=hint) from error
    finally:
        context.close()


@contextmanager
def camera() -> Iterator[Camera]:
    """A camera for as long as the block lasts.

    Raises: ConfigurationError when a browser or the extra is missing, or the browser does not start.
    """
    missing = why_no_pictures()
    if missing is not None:
        raise ConfigurationError(missing)
    with ThreadPoolExecutor(1, thread_name_prefix="camera") as thread:
        running, chromium = thread.submit(_started).result()
        try:
            yield Camera(chromium, thread)
        finally:
            thread.submit(_stop, running, chromium).result()


def _started() -> tuple[Playwright, Chromium]:
    from playwright.sync_api import Error, sync_playwright

    running = sync_playwright().start()
    try:
        return running, running.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
    except Error as error:
        running.stop()
        hint = str(error).splitlines()[0][:200]
        raise ConfigurationError("the browser does not start", hint=hint) from error


def _stop(running: Playwright, chromium: Chromium) -> None:
    chromium.close()
    running.stop()
