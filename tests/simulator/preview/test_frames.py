"""What stands in the frame: nothing that calls elsewhere, in the colours asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.preview.frames import framed, open_policy, policy, viewer_policy

CALLS = re.compile(
    r"""<(?:img|td)\b[^>]*[\s/"'](?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param('<img alt="a" src="https://x.example.org/a.png">', id="an image"),
        pytest.param("<IMG/SRC=//x.example.org/a.png>", id="an image without blanks"),
        pytest.param('<img src="https://x.example.org/1" srcset="https://x.example.org/2 2x">', id="two on one tag"),
        pytest.param("<td background='http://x.example.org/b.png'>", id="a background"),
        pytest.param("<p style=\"background: url('https://x.example.org/c.png')\">", id="a style"),
        pytest.param('<style>@import "https://x.example.org/d.css"; p { color: red }</style>', id="an import"),
        pytest.param('<link rel="preconnect" href="https://x.example.org">', id="a hint to connect"),
        pytest.param('<link title=">" rel=preload href="https://x.example.org" as=image', id="a hint never closed"),
        pytest.param('<iframe title=">" src="https://x.example.org"></iframe>', id="a frame"),
        pytest.param("<object data=https://x.example.org/o></object>", id="a plug-in"),
    ],
)
def test_nothing_is_loaded_from_elsewhere_unless_asked(page: str):
    shown = framed(page).partition("<style>")[2]
    assert not CALLS.search(shown.lower())
    assert not re.search(r"<(?:link|iframe|object)\b|@import", shown.lower())


def test_what_is_asked_for_stays():
    page = '<img src="https://x.example.org/a.png">'
    assert page in framed(page, remote=True)
    assert "img-src data: https: http:" in policy(remote=True)
    assert "img-src data:;" in policy(remote=False)


def test_an_image_that_is_part_of_the_email_stays():
    page = '<img src="data:image/png;base64,AAAA" alt="dot">'
    assert page in framed(page)


@pytest.mark.parametrize(("dark", "is_dark"), [(True, "(min-width: 0px)"), (False, "(max-width: 0px)")])
def test_dark_styles_hang_on_the_switch_and_not_on_the_reader(dark: bool, is_dark: str):
    page = "<style>@media ( prefers-color-scheme : DARK ) and (min-width: 2px) { p { color: red } }</style>"
    assert f"@media {is_dark} and (min-width: 2px)" in framed(page, dark=dark)


def test_links_lead_nowhere():
    assert 'data-mw-target="_top"' in framed('<a href="https://x.example.org" target="_top">x</a>')
    assert '<base target="_blank">' in framed("<p>x</p>")


def test_a_document_that_stays_open_may_ask_for_one_address_of_ours_and_run_nothing():
    open_page = open_policy("http://127.0.0.1:1/seen/x/", remote=False)
    assert "img-src data: http://127.0.0.1:1/seen/x/;" in open_page
    assert "default-src 'none'" in open_page and "script-src" not in open_page
    assert open_page.endswith("; sandbox")
    assert viewer_policy("127.0.0.1:1", remote=False).endswith("; frame-src http://127.0.0.1:1/stream/")


@pytest.mark.parametrize("target", ['x"></style><script>', "a b", "", "1", "a" * 200])
def test_only_a_plain_name_is_pointed_at(target: str):
    assert "scroll-initial-target" not in framed("<p>x</p>", target=target)


@given(st.text(alphabet="<>aimglnkscrtobje='\"/ \n:htpwyu(){}@", max_size=400))
def test_any_text_is_framed_and_keeps_its_own(text: str):
    assert len(framed(text)) > 0
    assert framed(text, remote=True).endswith(text) or re.search(r"target|frame|object|embed|portal|scheme", text, re.I)
