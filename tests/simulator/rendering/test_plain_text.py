from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.rendering.css import inline_css
from simulator.rendering.plain_text import text_of_page


def test_links_become_footnotes():
    text = text_of_page('<p>Go <a href="https://example.org/a">here</a></p>')
    assert text == "Go here[1]\n\n[1] https://example.org/a\n"


def test_what_nobody_sees_is_left_out():
    page = '<head><title>t</title><style>p{}</style></head><p>a</p><p style="DISPLAY : none">b</p><p hidden>c</p>'
    assert text_of_page(page) == "a\n"


def test_tables_that_lay_out_the_page_are_no_columns():
    page = '<table role="presentation"><tr><td><h1>One</h1></td><td><p>Two</p></td></tr></table>'
    assert text_of_page(page).split() == ["One", "Two"]
    assert "One\n" in text_of_page(page)


def test_tables_of_data_keep_their_rows():
    page = "<table><tr><th>Item</th><th>Price</th></tr><tr><td>A</td><td>$1</td></tr></table>"
    assert [line.split() for line in text_of_page(page).splitlines()] == [["Item", "Price"], ["A", "$1"]]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="<>/=\"' abptdrlesyo!-&;{}\n", max_size=200))
def test_no_page_is_too_broken_for_its_text_or_its_css(page):
    assert text_of_page(page).endswith("\n")
    assert isinstance(inline_css(f"<style>p{{top:0}}</style>{page}")[0], str)
