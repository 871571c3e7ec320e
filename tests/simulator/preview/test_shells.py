"""A page in two: what of it stays, what changes, and when it is shown as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from previewing import FILES, ROOT

from mailwright.definitions.message import EmailFields
from simulator.preview.asks import ask_from
from simulator.preview.frames import framed
from simulator.preview.library import Library
from simulator.preview.pictures import Pages, picture_of
from simulator.preview.shells import Shell, shell_of, version


def page_of(content: str, style: str = "", body: str = "<body>") -> str:
    return framed(
        f"<!DOCTYPE html><html><head><title>Shop</title><style>{style}</style></head>{body}{content}</body></html>"
    )


def shell(page: str, **more: object) -> Shell:
    found = shell_of(page, **more)  # type: ignore[arg-type]  # the keywords of shell_of
    assert found is not None
    return found


def test_an_edit_of_the_content_keeps_the_shell():
    before, after = shell(page_of("<p>one</p>")), shell(page_of("<p>two</p>"))
    assert before.digest == after.digest
    assert (before.content.strip(), after.content.strip()) == ("<p>one</p>", "<p>two</p>")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(page_of("<p>one</p>", "p { color: red }"), id="a style"),
        pytest.param(page_of("<p>one</p>", body='<body class="x">'), id="an attribute of the body"),
        pytest.param(page_of("<style>p { color: red }</style><p>one</p>"), id="a style in the body"),
        pytest.param(framed("<title>Shop</title><style></style><p>one</p>", dark=True), id="dark"),
        pytest.param(framed('<html lang="es"><p>one</p></html>'), id="an attribute of the root"),
    ],
)
def test_another_shell_is_another_document(other: str):
    assert shell(other).digest != shell(page_of("<p>one</p>")).digest


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<p>x</p><noscript>y</noscript>",
        "<svg><rect id=a /></svg>",
        "<math><mi>x</mi></math>",
        "<template><p>x</p></template>",
        "<input id=a type=checkbox><label for=a>x</label>",
        "<details><summary>x</summary></details>",
        '<meta http-equiv="refresh" content="0;url=data:,">',
        "<plaintext>x",
        "<mw-page id=mw-page-1>x</mw-page>",
        "<p id=mw-seen>x</p>",
        "<div popover id=a>x</div>",
        '<p style="counter-reset: a">x</p>',
        "<style>body > p { color: red }</style><p>x</p>",
        "<div>" * 401,
        "x" * 400_001,
    ],
)
def test_what_versions_could_meet_in_is_shown_as_a_whole(content: str):
    assert shell_of(page_of(content)) is None


def test_a_hostile_email_is_shown_as_a_whole():
    hostile = FILES["campaigns/hostile/attack.liquid"].partition("---\n")[2].partition("---\n")[2]
    assert "<script>" in hostile
    assert shell_of(framed(hostile)) is None


def test_a_comment_that_is_never_closed_swallows_nothing_of_the_next_version():
    first = shell(page_of("<p>one <b><i>two <!-- never closed"))
    assert version(first, 1, "x").endswith("</style>")
    assert "-->" in first.content


def test_the_changed_element_has_an_id_of_its_own_in_each_version():
    page = page_of('<p data-mw="a:1" id="mw-4">x</p><p data-mw="a:2" id="own">y</p>')
    third = shell(page, target="mw-4", number=3)
    assert (third.target, third.is_own_target) == ("mw-4-3", True)
    assert 'id="mw-4-3"' in third.content and "#mw-4-3{" in version(third, 3, "x")
    named = shell(page, target="own", number=3)
    assert (named.target, named.is_own_target) == ("own", False)
    assert ":where(#mw-page-3) #own{" in version(named, 3, "x")


@given(st.text(alphabet="<>aimglnkscrtobdyhpe='\"/ \n:!-&;x", max_size=300))
def test_any_text_is_whole_or_comes_back_as_it_was(text: str):
    from turbohtml import parse

    page = framed(text)
    found = shell_of(page)
    if found is None:
        return
    own = parse(found.opening + version(found, 1, "x"), positions=False).select_one("mw-page")
    body = parse(page, positions=False).select_one("body")
    assert own is not None and body is not None
    for style in body.select("style"):
        style.set_text("")  # type: ignore[union-attr]  # style elements only
    assert own.inner_html == body.inner_html


# --- in the browser: the picture is that of the whole page ------------------------------------------------------------

PICTURES = {
    "a background that fills the window": ("<p>x</p>", "body { background: #cde; margin: 24px }", "<body>"),
    "everything addressed": ("x<p>y</p>", "* { color: #a00; margin: 3px !important; font-size: 90% } p { margin: inherit }", "<body>"),
    "sizes relative to the body": ("<p>x</p><div style='font-size:2em'>y</div>", "body { font-size: 130%; line-height: 1.7 }", "<body>"),
    "first and last of the body": ("<p>a</p><p>b</p><p>c</p>", "p:first-child { color: red } p:last-child { color: blue } p:nth-child(2) { color: green }", "<body>"),
    "text that stands in the body itself": ("one <b>two</b> three", "body { text-decoration: underline; font: 20px serif }", "<body>"),
    "the body as a row": ("<p>a</p>b<p>c</p>", "body { display: flex; gap: 30px; min-height: 90vh; align-items: center }", "<body>"),
    "the body as a grid": ("<p>a</p><p>b</p>", "body { display: grid; grid-template-columns: 1fr 2fr }", "<body>"),
    "from right to left": ("<p>שלום, x</p>", "", '<body dir="rtl">'),
    "attributes of old": ("<p>x <a href='https://x.example.org'>y</a></p>", "", '<body bgcolor="#ffeecc" text="#004400" link="#aa0000" topmargin="40">'),
    "heights in parts of the window": ("<div style='height:50%;background:#9c9'>x</div>", "html, body { height: 100% }", "<body>"),
    "a style in the body": ("<p>a</p><style>p { color: #070; background: #eee }</style><p>b</p>", "p { color: red }", "<body>"),
    "something before the body's text": ("<p>x</p>", "body::before { content: 'before'; color: red } *::after { content: '.' }", "<body>"),
    "divs that are shown at any price": ("<div>x</div>", "div, mw-page, i, mw-page *, :not(p) { display: block !important }", "<body>"),
    "margins that meet": ("<p style='margin:40px 0'>x</p>", "body { margin: 0; background: #eef }", "<body>"),
    "larger as a whole": ("<p>x</p>", "body { zoom: 1.4; opacity: .6 }", "<body>"),
    "lists and tables": ("<ol><li>a<li>b</ol><table border=1><tr><td>c", "table + p { color: red }", "<body>"),
    "what is misnested": ("<b><p>a</b> b<table>c<td>d</table><a href=1>e<div><a href=2>f", "a { color: red }", "<body>"),
    "a picture in the email": ("<img alt='' width=40 height=40 src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22/>' style='background:#0a0'><p>x", "", "<body>"),
    "a first letter": ("x y z<p>w</p>", "body::first-letter { font-size: 40px } body::first-line { color: red }", "<body>"),
    "a fixed bar": ("<div style='position:fixed;bottom:0;left:0;background:#fc0'>x</div><p style='position:absolute;top:50%'>y", "body { position: relative }", "<body>"),
}  # fmt: skip


@pytest.fixture
def still(browser: Browser) -> Iterator[Page]:
    """A page in which, as in the frame, no script runs."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 500, "height": 400})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PICTURES)
def test_a_version_looks_as_the_whole_page(still: Page, name: str):
    content, style, body = PICTURES[name]
    whole = page_of(content, style, body)
    assert as_version(still, whole) == as_whole(still, whole)


def as_whole(still: Page, whole: str) -> bytes:
    still.set_content(whole)
    return still.screenshot(full_page=True)


def as_version(still: Page, whole: str) -> bytes:
    """The page in a document that showed something else before."""
    found = shell(whole)
    before = replace(found, content=f'<h1 id="a" style="display:block!important">earlier</h1>{found.content}')
    still.set_content(found.opening + version(before, 0, "") + version(found, 1, ""))
    return still.screenshot(full_page=True)


@pytest.fixture(scope="module")
def example_pages() -> dict[str, str]:
    """Every page of the example project, as its first sample gets it."""
    edition, pages = Library(ROOT).edition, Pages()
    found = {}
    for campaign, name, language in edition.project.messages:
        if language is None:
            picture = picture_of(edition, ask_from({"campaign": campaign, "message": name}), pages)
            if picture.page:
                found[f"{campaign}/{name}"] = picture.page
    used = {one.fields.layout for one in edition.project.messages.values() if isinstance(one.fields, EmailFields)}
    assert len(found) > 30 and len(used) > 1
    return found


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["a window", "a dark phone"])
def test_every_email_of_the_example_looks_as_the_whole_page(
    still: Page, example_pages: dict[str, str], width: int, dark: bool
):
    still.set_viewport_size({"width": width, "height": 800})
    differs = []
    for name, page in example_pages.items():
        whole = framed(page, dark=dark)
        if as_version(still, whole) != as_whole(still, whole):
            differs.append(name)
    assert differs == []
