"""Pictures by a real browser, and what differs between two."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PIL import Image

from mailwright.diagnostics import ConfigurationError
from simulator.pictures.browser import TALLEST, Camera, camera, why_no_pictures
from simulator.pictures.differences import contact_sheet, difference


def size(png: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(png)).size


def page(color: str, height: int = 100) -> str:
    return f"<!DOCTYPE html><body style='margin:0'><div style='height:{height}px;background:{color}'></div></body>"


@pytest.fixture(scope="module")
def shooting() -> Iterator[Camera]:
    assert why_no_pictures() is None
    with camera() as taken:
        yield taken


def test_a_picture_is_as_wide_as_asked_and_as_tall_as_the_page(shooting: Camera):
    assert size(shooting.picture(page("red", 1234), width=390)) == (390, 1234)


def test_an_endless_page_is_cut_off(shooting: Camera):
    assert size(shooting.picture(page("red", 1_000_000)))[1] == TALLEST


def test_the_same_page_gives_the_same_picture(shooting: Camera):
    html = "<p style='font: 14px Arial'>You're in, Ana! ★</p>"
    assert difference(shooting.picture(html), shooting.picture(html)).pixels == 0


def test_dark_is_dark(shooting: Camera):
    html = "<style>body{background:#fff} @media (prefers-color-scheme: dark){body{background:#000}}</style><p>x</p>"
    light, dark = shooting.picture(html), shooting.picture(html, dark=True)
    assert difference(light, dark).share > 0.9


def test_scripts_do_not_run_and_nothing_is_asked_of_anybody(shooting: Camera):
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        there = f"http://127.0.0.1:{server.server_port}"
        html = (
            f"<img src='{there}/a.png'><link rel=stylesheet href='{there}/b.css'><script src='{there}/c.js'></script>"
        )
        html += f"<iframe src='{there}/d'></iframe><script>document.body.style.height='900px'</script><p>Hi</p>"
        assert size(shooting.picture(html))[1] < 900
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []


def test_the_changed_pixels_are_counted_and_marked(shooting: Camera):
    before = shooting.picture(page("white"), width=200)
    after = shooting.picture("<!DOCTYPE html><body style='margin:0'><div style='height:100px'><div style='width:20px;height:10px;background:navy'>"
                             "</div></div></body>", width=200)  # fmt: skip
    found = difference(before, after)
    assert found.pixels == 200
    assert found.share == pytest.approx(0.01)
    marked = Image.open(io.BytesIO(found.marked)).convert("RGB")
    assert marked.getpixel((5, 5)) == (214, 40, 90)
    assert marked.getpixel((100, 50)) == (255, 255, 255)


def test_what_is_taller_than_before_counts_as_changed(shooting: Camera):
    before, after = shooting.picture(page("red", 100), width=100), shooting.picture(page("red", 150), width=100)
    assert difference(before, after).pixels == 50 * 100


def test_a_contact_sheet_has_room_for_pairs_of_which_one_is_missing(shooting: Camera):
    picture = shooting.picture(page("red"))
    assert size(contact_sheet([(picture, None), (None, picture), (picture, picture), (picture, picture)]))[1] > 600
    assert size(contact_sheet([]))[0] > 0


def test_without_a_browser_that_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAILWRIGHT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    assert "Chromium" in (why_no_pictures() or "")
    with pytest.raises(ConfigurationError, match="Chromium"), camera():
        pass


def test_a_browser_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILWRIGHT_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ConfigurationError, match="does not start"), camera():
        pass
