"""Whoever uses the page with a reader, a keyboard or poor sight can: axe finds nothing in any view."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from previewing import ROOT, SOON, Server

PLACES = (Path(sys.prefix) / "node/node_modules/axe-core/axe.min.js", ROOT / "node_modules/axe-core/axe.min.js")
VIEWS = {
    "picture": ("/email/order/thanks", ".frames[data-shown]"),
    "failure": ("/email/order/survey?sample=ana", ".fault"),
    "inbox": ("/email/order/thanks?tab=inbox", ".inbox"),
    "source": ("/email/order/thanks?tab=source", ".listing"),
    "blocks": ("/email/order/thanks?tab=blocks", ".blocks"),
    "matrix": ("/email/order/thanks?over=emails", ".matrix li"),
    "campaign": ("/campaign/order?sample=ana", ".diagram .box.lit"),
    "fires": ("/fires?sample=ana", ".fires summary"),
    "snippet": ("/snippet/address", ".matrix li"),
}
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark on a phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core; a machine without it fails in CI and is told so elsewhere."""
    named = os.environ.get("MAILWRIGHT_AXE")
    for place in (Path(named),) if named else PLACES:
        if place.is_file():
            return place.read_text("utf-8")
    message = (
        "no axe-core among this environment's packages for Node; ./mw test puts it there, MAILWRIGHT_AXE names another"
    )
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_view(shared_server: Server, new_tab: Any, axe: str, look: str):
    tab = new_tab(shared_server, **LOOKS[look]).open()
    found: list[str] = []
    for view, (path, selector) in VIEWS.items():
        tab.page.goto(f"{shared_server.base}{path}")
        tab.page.wait_for_selector(selector, timeout=SOON)
        tab.page.evaluate(axe)
        found += [f"{view}: {one}" for one in violations(tab)]
        if look == "light":
            tab.page.keyboard.press("x")
            tab.page.wait_for_selector("#tab-problems[aria-selected=true]")
            found += [f"{view}, problems: {one}" for one in violations(tab)]
            tab.page.keyboard.press("x")
    if look == "light":
        tab.page.keyboard.press("?")
        found += [f"help: {one}" for one in violations(tab)]
    else:
        for place in ("side", "panel", "problems"):
            tab.page.click(f".places button[data-place={place}]")
            found += [f"{place}: {one}" for one in violations(tab)]
    assert not found, "\n".join(found)


def violations(tab: Any) -> list[str]:
    """What axe says of the page itself; the emails in it are somebody else's."""
    run = "async () => (await axe.run({ exclude: ['.frames'] }, { iframes: false })).violations"
    return [
        f"{one['id']} {node['target']} {node['failureSummary']}"
        for one in tab.page.evaluate(run)
        for node in one["nodes"]
    ]
