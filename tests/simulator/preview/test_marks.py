"""Marks say where an element was written, and change nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.preview.marks import Spot, marked_source, nearest_spot, with_ids, without_marks

PIECES = [
    "<p>",
    "</p>",
    "<td class='a'>",
    "<br>",
    "<style>p > a {}</style>",
    "<!-- <p> -->",
    "{{ x }}",
    "\n",
    "text",
    "<",
]
PIECES += [
    "{% if a %}",
    "{% endif %}",
    "{% raw %}<p>{% endraw %}",
    '<a href="{{ u | default: "x>y" }}">',
    "{%",
    "{{",
    "'",
]
PIECES += ['"', ">", "<p", "<!--", "<script>if (a<b) {}</script>", "<img src=x>", "{% comment %}<p>{% endcomment %}"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("<p>a</p>\n<p>b</p>", "<p @1>a</p>\n<p @2>b</p>", id="a line each"),
        pytest.param(
            '<a href="{{ u | default: "x>y" }}" id=q>x</a>',
            '<a @1 href="{{ u | default: "x>y" }}" id=q>x</a>',
            id="quotes in Liquid in quotes",
        ),
        pytest.param("{% raw %}<p>{% endraw %}<b>x</b>", "{% raw %}<p>{% endraw %}<b @1>x</b>", id="raw stays"),
        pytest.param("<!-- <p> --><p>x", "<!-- <p> --><p @1>x", id="comments stay"),
        pytest.param("<style>a<b{}</style><i>x</i>", "<style>a<b{}</style><i @1>x</i>", id="styles stay"),
        pytest.param("<html><head><meta x></head><body>", "<html><head><meta x></head><body @1>", id="the head stays"),
        pytest.param("{% if a < b %}<p>", "{% if a < b %}<p @1>", id="less than in Liquid"),
        pytest.param("<p {{ unclosed >", "<p {{ unclosed >", id="Liquid that is never closed"),
        pytest.param("1 < 2 <3", "1 < 2 <3", id="no tags at all"),
    ],
)
def test_a_start_tag_carries_its_line(source: str, expected: str):
    assert re.sub(r'data-mw="0:(\d+)"', r"@\1", marked_source(source, 0)) == expected


def test_lines_count_from_where_the_text_starts_in_its_file():
    assert marked_source("\n<p>", 3, 7) == '\n<p data-mw="3:8">'


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_without_its_marks_a_template_is_as_it_was(source: str):
    assert without_marks(marked_source(source, 1)) == source


@given(st.text(alphabet="<>{}%\"'pa= -!/\n", max_size=300))
def test_any_text_can_be_marked(source: str):
    assert without_marks(marked_source(source, 1)) == source


def test_an_element_keeps_its_own_id():
    page, spots = with_ids('<p data-mw="0:4" id="own">a</p><p data-mw="1:9">b</p>', ["a.liquid", "b.liquid"])
    assert page == '<p data-mw="a.liquid:4" id="own">a</p><p data-mw="b.liquid:9" id="mw-1">b</p>'
    assert spots == (Spot("own", "a.liquid", 4), Spot("mw-1", "b.liquid", 9))


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [("a", 5, "two"), ("a", 9, "two"), ("a", 4, "one"), ("a", 1, "one"), ("b", 3, "other"), ("c", 1, None)],
)
def test_a_line_belongs_to_the_last_element_before_it(file: str, line: int, expected: str | None):
    spots = [Spot("one", "a", 2), Spot("two", "a", 5), Spot("other", "b", 1)]
    found = nearest_spot(spots, file, line)
    assert (found.id if found else None) == expected
