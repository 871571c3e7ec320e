"""Documents that stay open: which are ended to make room for others, and what one of them shows in a real browser."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.sync_api import expect
from previewing import SOON, Server, Tab

from simulator.preview.frames import framed
from simulator.preview.shells import shell_of
from simulator.preview.streams import MOST_LINES, MOST_VERSIONS, Stream, Streams

SHELL = shell_of(framed("<p>x</p>"))
OTHER = shell_of(framed("<style>p { color: red }</style><p>x</p>"))
assert SHELL is not None and OTHER is not None
THANKS = "campaigns/order/thanks.liquid"


def stream(tab: str) -> Stream:
    assert SHELL is not None
    return Stream(tab, f"name-{tab}", SHELL.digest, "http://127.0.0.1:1/seen/name/")


def texts(one: Stream) -> list[str]:
    """What waits to be read; the last is empty where the document ends."""
    found = []
    while not one.line.empty():
        found.append((one.line.get_nowait() or b"").decode())
    return found


def test_a_document_takes_in_what_has_its_shell_and_nothing_else():
    streams, one = Streams(), stream("a")
    assert streams.open(one, SHELL, 1)
    assert streams.send("a", SHELL, 7) is one
    assert streams.send("a", OTHER, 8) is streams.send("b", SHELL, 9) is None
    first, second = texts(one)
    assert first.startswith("<!doctype html>") and 'id="mw-page-0"' in first
    assert second.startswith('<mw-page id="mw-page-7">') and "/seen/name/7" in second


def test_a_tab_has_one_document():
    streams, first, second = Streams(), stream("a"), stream("a")
    assert streams.open(first, SHELL, 1) and streams.open(second, SHELL, 1)
    assert texts(first)[-1] == ""
    assert list(streams.by_tab.values()) == [second]


def test_a_document_that_has_taken_in_much_is_ended():
    streams, one = Streams(), stream("a")
    streams.open(one, SHELL, 1)
    sent = [streams.send("a", SHELL, number) for number in range(1, MOST_VERSIONS + 5)]
    assert sent.count(one) == MOST_VERSIONS - 1 and sent[-1] is None
    assert one.is_worn
    assert texts(one)[-1] == ""
    assert streams.tabs["name-a"] == "a"  # its last version is still to be told of


def test_the_oldest_document_makes_room_for_a_line_of_another_tab():
    streams, tabs = Streams(), [stream(name) for name in "abc"]
    assert [streams.open(one, SHELL, 2) for one in tabs] == [True, True, True]
    streams.make_room(3)
    assert [texts(one)[-1] == "" for one in tabs] == [True, False, False]
    assert not streams.open(stream("d"), SHELL, MOST_LINES)


def test_a_server_that_stops_ends_every_document():
    async def read() -> list[bytes]:
        streams, one = Streams(), stream("a")
        streams.open(one, SHELL, 1)
        streams.close()
        assert not streams.open(stream("b"), SHELL, 1)
        return [data async for data in streams.read(one)]

    assert len(asyncio.run(read())) == 1


# --- in the browser ---------------------------------------------------------------------------------------------------


def wait_for_document(tab: Tab) -> Any:
    """The document that stays open, once it stands in the tab."""
    for _ in range(SOON // 40):
        for frame in tab.page.frames:
            if "/stream/" in frame.url and frame.locator("mw-page").count():
                return frame
        tab.page.wait_for_timeout(40)
    raise AssertionError("no document stays open")


def save(server: Server, old: str, new: str, file: str = THANKS) -> None:
    server.write(file, (server.root / file).read_text("utf-8").replace(old, new))


def navigations(tab: Tab) -> list[str]:
    found: list[str] = []
    tab.page.on("framenavigated", lambda frame: found.append(frame.url.partition("#")[0]))
    return found


def test_a_saved_text_is_shown_without_a_navigation_and_without_a_script(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    document = wait_for_document(tab)
    seen = navigations(tab)
    for number in range(3):
        save(server, "You paid" if not number else f"Edit {number - 1}:", f"Edit {number}:")
        tab.wait_for_text(f"Edit {number}: 20")
    assert tab.picture() == document
    assert [url for url in seen if "/stream/" not in url] == []
    frame = document.frame_element()
    assert frame.get_attribute("sandbox") == ""
    assert document.evaluate("() => origin") == "null"
    assert document.locator("mw-page").count() == 4
    assert document.locator("mw-page").filter(visible=True).count() == 1
    assert "You paid" not in tab.text()


def test_what_is_shown_is_told_by_the_document_itself(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    wait_for_document(tab)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.evaluate(
        "() => { window.told = new Promise((found) =>"
        " document.querySelector('.frames').addEventListener('shown', (event) => found(event.detail), { once: true })) }"
    )
    save(server, "You paid", "Paid")
    assert tab.page.evaluate("() => window.told") == tab.page.get_attribute(".frames", "data-shown")
    assert "Paid 20" in tab.text()
    assert any("/seen/" in url for url in asked)


def test_an_edit_of_the_styles_is_shown_as_a_whole_and_the_next_text_is_not(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    first = wait_for_document(tab)
    save(server, "color: #113355", "color: #ff0000", "layouts/plain/1.liquid")
    for _ in range(SOON // 40):
        if tab.picture().evaluate("() => getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 0, 0)":
            break
        tab.page.wait_for_timeout(40)
    assert "/stream/" not in tab.picture().url
    for _ in range(SOON // 40):
        second = wait_for_document(tab)
        if second != first:
            break
        tab.page.wait_for_timeout(40)
    save(server, "You paid", "Paid")
    tab.wait_for_text("Paid 20")
    assert tab.picture() == second
    assert tab.picture().evaluate("() => getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 0, 0)"


@pytest.mark.parametrize(
    "attack",
    [
        '<script>parent.document.title = "taken"</script>',
        "<img src=x onerror=\"parent.document.title = 'taken'\">",
        "<p onclick=\"parent.document.title = 'taken'\" id=go>x</p>",
        "<a id=go href=\"javascript:parent.document.title = 'taken'\">x</a>",
        "</mw-page></body></html><script>parent.document.title = 'taken'</script>",
        '<iframe srcdoc="<script>top.document.title = 1</script>"></iframe>',
    ],
)
def test_no_script_that_comes_with_a_save_ever_runs(server: Server, new_tab: Any, attack: str):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    wait_for_document(tab)
    save(server, "<h1>Thank you</h1>", f"<h1>Thank you</h1>{attack}<p>after</p>")
    tab.wait_for_text("after")
    tab.picture().evaluate("() => document.querySelectorAll('#go').forEach((one) => one.click())")
    tab.page.wait_for_timeout(200)
    assert "mailwright" in tab.page.title()
    assert tab.picture().evaluate("() => origin") == "null"
    assert [error for error in tab.errors if "sandboxed" not in error and "Content Security" not in error] == []
    tab.errors.clear()


def test_the_changed_block_comes_into_view_wherever_somebody_has_scrolled(server: Server, new_tab: Any):
    text = (server.root / THANKS).read_text("utf-8") + "".join(f"<p>line {number}</p>\n" for number in range(300))
    server.write(THANKS, text)
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("line 299")
    wait_for_document(tab)
    for number in (280, 40, 200):
        text = text.replace(f"line {number}<", f"line {number} changed<")
        server.write(THANKS, text)
        tab.wait_for_text(f"line {number} changed")
        # A save may be noticed twice: then the version before holds the text too, and is not shown.
        block = tab.picture().get_by_text(f"line {number} changed").filter(visible=True)
        expect(block).to_be_in_viewport(timeout=SOON)
        tab.page.mouse.move(500, 500)
        tab.page.mouse.wheel(0, -700)
        tab.page.wait_for_timeout(200)


def test_a_document_that_is_worn_is_replaced_in_a_quiet_moment(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    first = wait_for_document(tab)
    seen = navigations(tab)
    text = (server.root / THANKS).read_text("utf-8")
    for number in range(MOST_VERSIONS + 10):
        server.write(THANKS, text.replace("You paid", f"Edit {number}:"))
        tab.wait_for_text(f"Edit {number}: 20")
        if number in (45, 50):
            tab.page.wait_for_timeout(700)
    assert tab.picture() != first
    assert [url for url in seen if "/stream/" not in url and url != "about:blank"] == []


def test_a_mistake_leaves_the_picture_and_the_document_goes_on(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    document = wait_for_document(tab)
    save(server, "{{ event.total }}", "{{ event.total | ")
    expect(tab.page.locator(".fault")).to_contain_text("last good picture", timeout=SOON)
    assert "You paid 20" in tab.text()
    save(server, "You paid {{ event.total | ", "Paid {{ event.total }}")
    tab.wait_for_text("Paid 20")
    assert tab.picture() == document


def test_many_tabs_of_one_browser_are_all_kept_up_to_date(server: Server, new_tab: Any):
    first = new_tab(server).open("/email/order/thanks")
    tabs = [first, *(Tab(first.page.context.new_page(), server) for _ in range(4))]
    for tab in tabs[1:]:
        tab.page.goto(f"{server.base}/email/order/thanks")
    for tab in tabs:
        tab.wait_for_text("You paid 20")
    save(server, "You paid", "Paid")
    for tab in tabs:
        tab.wait_for_text("Paid 20")
