"""The page of an email without its Liquid: as long as it was, and every character at home in its file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailwright.assembly import AssembledMessage
from mailwright.checks.pages.page import WRITTEN, page_of, without_liquid
from mailwright.definitions.message import EmailFields, Text

PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "\n",
        "é",
        "{{ customer.x }}",
        "{% if a %}",
        "{% endif %}",
        "{% unsubscribe_url %}",
        "{%",
        "{{",
        "}}",
    ]
    + ["{% comment %}", "{% endcomment %}", "<!-- x -->", '<a href="', '">', "\r\n", "{{ snippets.foot }}", "a b"]
)
SOURCES = st.lists(PIECES, max_size=20).map("".join)


def email(body: str, layout: str | None = None, snippet: str = "") -> AssembledMessage:
    parts = {"body": Text(body, "campaigns/x/hello.liquid", 5)}
    if layout is not None:
        parts["layout"] = Text(layout, "layouts/base/1.liquid")
    snippets = {"foot": Text(snippet, "layouts/_snippets/foot.liquid")}
    return AssembledMessage("x", "hello", "email", None, "latest", EmailFields(subject="Hi"), parts, snippets)


@given(SOURCES)
def test_blanking_out_liquid_keeps_every_place(source: str):
    blanked = without_liquid(source)
    assert len(blanked) == len(source)
    for before, after in zip(source, blanked, strict=True):
        assert after in (before, " ", WRITTEN)
        assert (before in "\r\n") == (after in "\r\n")


@given(SOURCES, SOURCES, SOURCES)
def test_every_character_of_a_page_is_found_in_its_file(body: str, layout: str, snippet: str):
    message = email(body, f"{layout}{{{{ content }}}}{layout}", snippet)
    page = page_of(message)
    texts = {text.file: text for text in (*message.parts.values(), *message.snippets.values())}
    for offset, char in enumerate(page.html):
        if char not in (" ", WRITTEN):
            span = page.span(offset)
            text = texts[span.file]
            line = text.source.split("\n")[span.line - text.line]
            assert (line + "\n")[span.column - 1] == char


def test_what_liquid_writes_is_no_empty_place():
    page = page_of(email('<a href="{{ event.url }}">{{ event.name }}</a>{% if x %}<b></b>{% endif %}'))
    link = page.document.select_one("a")
    assert link is not None
    assert set(link.attr("href") or "") == {WRITTEN}
    assert set(link.text) == {WRITTEN}
    assert "{" not in page.html


def test_the_layout_stands_around_the_body_and_snippets_in_their_places():
    page = page_of(email("<p>Body {{ snippets.foot }}</p>", "<body>{{ content }}</body>", "<i>Foot</i>"))
    assert page.html == "<body><p>Body <i>Foot</i></p></body>"
    assert page.span(page.html.index("Foot")).file == "layouts/_snippets/foot.liquid"
    assert page.span(page.html.index("Body")).line == 5
    assert page.span(page.html.index("</body>")).file == "layouts/base/1.liquid"


def test_conditional_comments_for_outlook_are_not_part_of_the_page():
    page = page_of(email("<!--[if mso]><img src=x><![endif]--><p>Hi</p>"))
    assert [element.tag for element in page.elements] == ["p"]
