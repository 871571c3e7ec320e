"""What mailboxes make of a page, case by case."""

from __future__ import annotations

import pytest

from mailwright.assembly import AssembledMessage
from mailwright.checks.page_checks import message_problems
from mailwright.checks.pages.client_support import clients_as_text, clients_meant, support
from mailwright.checks.pages.contrast import contrast
from mailwright.checks.pages.features import features_of
from mailwright.checks.pages.page import page_of
from mailwright.definitions.message import EmailFields, Text
from mailwright.definitions.workspace import EmailChecks
from mailwright.diagnostics import ConfigurationError, Diagnostic


def email(body: str, **fields: object) -> AssembledMessage:
    known = {"subject": "Hi", **fields}
    parts = {name: Text(str(text), "hello.liquid") for name, text in known.items() if name in ("subject", "preheader")}
    parts["body"] = Text(body, "hello.liquid", 4)
    return AssembledMessage("x", "hello", "email", None, "latest", EmailFields(**known), parts)


def problems(body: str, settings: EmailChecks | None = None, **fields: object) -> list[Diagnostic]:
    return list(message_problems(email(body, **fields), settings or EmailChecks()))


def rules(body: str, settings: EmailChecks | None = None, **fields: object) -> list[str]:
    return [problem.rule for problem in problems(body, settings, **fields)]


def uses(body: str, **how: bool) -> set[str]:
    return {use.feature for use in features_of(page_of(email(body)), **how)}


@pytest.mark.parametrize(
    ("href", "rule"),
    [
        pytest.param("https://www.example.org/a?b=c#d", None, id="a plain address"),
        pytest.param("{{ event.url }}", None, id="all of it is Liquid"),
        pytest.param("https://{{ event.host }}/x", None, id="its host is Liquid"),
        pytest.param("{% unsubscribe_url %}", None, id="a tag writes it"),
        pytest.param("mailto:ana@example.org?subject=Hi%20there", None, id="a mail address"),
        pytest.param("tel:+15550100", None, id="a number to call"),
        pytest.param("#top", None, id="a place on the page"),
        pytest.param("myapp://open/7", None, id="a link into an app"),
        pytest.param("", "link-nowhere", id="nothing"),
        pytest.param("#", "link-nowhere", id="only a hash"),
        pytest.param("TODO", "link-nowhere", id="still to do"),
        pytest.param("https://TODO", "link-nowhere", id="an address still to do"),
        pytest.param("/start", "link-broken", id="relative"),
        pytest.param("www.example.org", "link-broken", id="a host alone"),
        pytest.param("//example.org/x", "link-broken", id="no scheme"),
        pytest.param("htp://example.org", "link-broken", id="a mistyped scheme"),
        pytest.param("https://example.org/a b", "link-broken", id="a space"),
        pytest.param("https:///path", "link-broken", id="no host"),
        pytest.param("https://intranet/x", "link-broken", id="a host of one's own network"),
        pytest.param("https://[::1", "link-broken", id="no address at all"),
        pytest.param("javascript:alert(1)", "link-broken", id="a script"),
        pytest.param("mailto:ana at example.org", "link-broken", id="no mail address"),
        pytest.param("http://www.example.org/", "link-not-secure", id="not encrypted"),
        pytest.param("http://localhost:3000/", None, id="one's own machine is another rule's"),
    ],
)
def test_a_link_leads_somewhere(href: str, rule: str | None):
    found = [name for name in rules(f'<p><a href="{href}">Go on</a></p>') if name.startswith("link-")]
    assert found == ([] if rule is None else [rule])


@pytest.mark.parametrize(
    ("words", "href", "fits"),
    [
        pytest.param("www.example.org", "https://example.org/x", True, id="the same site"),
        pytest.param("example.org", "https://shop.example.org/", True, id="a part of it"),
        pytest.param("https://example.org/x", "https://example.org/y", True, id="another page of it"),
        pytest.param("example.org", "https://example.net/", False, id="another site"),
        pytest.param("Our shop", "https://example.net/", True, id="words"),
    ],
)
def test_the_words_of_a_link_name_the_site_it_leads_to(words: str, href: str, fits: bool):
    assert rules(f'<a href="{href}">{words}</a>') == ([] if fits else ["link-says-otherwise"])


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param('<img src="https://x.example.org/a.png" alt="A" width="10">', [], id="all there"),
        pytest.param('<img src="https://x.example.org/a.png" alt="" width="10">', [], id="it only decorates"),
        pytest.param('<img src="https://x.example.org/a.png" width="1" height="1">', [], id="a pixel that counts"),
        pytest.param('<img src="https://x.example.org/a.png" width="10">', ["image-no-alt"], id="no words"),
        pytest.param('<img src="https://x.example.org/a.png" alt="A">', ["image-no-width"], id="no width"),
        pytest.param('<img src="https://x.example.org/a.png" alt="A" style="width: 10px">', [], id="a width in CSS"),
        pytest.param('<img alt="A" width="10">', ["image-no-source"], id="no address"),
        pytest.param(
            '<a href="https://example.org"><img src="https://x.example.org/a.png" alt="" width="9"></a>',
            ["image-no-alt"],
            id="all of a link, and silent",
        ),
    ],
)
def test_a_picture_says_what_it_shows(image: str, expected: list[str]):
    assert rules(f"<p>Words</p>{image}") == expected


@pytest.mark.parametrize(
    ("html", "found"),
    [
        pytest.param('<p style="color:#777">x</p>', True, id="grey on white"),
        pytest.param('<p style="color:#595959">x</p>', False, id="darker grey"),
        pytest.param('<p style="color:#777;font-size:24px">x</p>', False, id="grey, but large"),
        pytest.param('<p style="color:#777;font-size:14pt;font-weight:bold">x</p>', False, id="large and bold"),
        pytest.param('<p style="color:#bbb">{{ event.x }}</p>', True, id="what Liquid writes is read too"),
        pytest.param('<p style="color:#fff">x</p>', True, id="white on white"),
        pytest.param('<table bgcolor="#000"><tr><td style="color:#fff">x</td></tr></table>', False, id="on black"),
        pytest.param('<table bgcolor="#000"><tr><td>x</td></tr></table>', True, id="black on black"),
        pytest.param('<div style="background:url(x.png)"><p style="color:#fff">x</p></div>', False, id="on a picture"),
        pytest.param('<p style="color:rgba(0,0,0,.3)">x</p>', True, id="hardly there"),
        pytest.param('<p style="display:none;color:#fff">x</p>', False, id="not shown"),
        pytest.param('<p style="color:#fff"></p>', False, id="no words"),
        pytest.param("<style>p{color:#bbb}</style><p>x</p>", True, id="from a style element"),
        pytest.param('<style>p{color:#bbb}</style><p style="color:#000">x</p>', False, id="an attribute wins"),
        pytest.param(
            '<style>p{color:#bbb!important}</style><p style="color:#000">x</p>', True, id="unless it is important"
        ),
        pytest.param("<style>.a{color:#000} p{color:#bbb}</style><p class=a>x</p>", False, id="a class wins"),
        pytest.param("<style>@media (x){p{color:#bbb}}</style><p>x</p>", False, id="media queries are not looked at"),
        pytest.param('<p style="color:{{ event.color }}">x</p>', False, id="a colour that Liquid writes"),
    ],
)
def test_text_can_be_read_on_what_is_behind_it(html: str, found: bool):
    assert ("low-contrast" in rules(html)) is found


def test_contrast_is_that_of_the_guidelines():
    assert contrast((0, 0, 0), (1, 1, 1)) == 21
    assert round(contrast((0x77 / 255,) * 3, (1, 1, 1)), 2) == 4.48


def test_a_low_contrast_is_told_where_the_colour_is_written():
    (problem,) = problems("<style>\n  .fine { color: #bbb; }\n</style>\n<p class=fine>a</p><p class=fine>b</p>")
    assert (problem.span.line, problem.span.column) == (5, 11)
    assert problem.message == "text in #bbbbbb on #ffffff has a contrast of 1.9; 4.5 can be read"


@pytest.mark.parametrize(
    ("html", "feature"),
    [
        ('<div style="display:flex">', "css-display-flex"),
        ('<div style="display:inline-grid">', "css-display-grid"),
        ('<div style="gap:4px">', "css-gap"),
        ('<div style="width:calc(100% - 4px)">', "css-unit-calc"),
        ('<div style="color:var(--x)">', "css-variables"),
        ('<div style="--x:1px">', "css-variables"),
        ('<div style="width:50vw">', "css-unit-vw"),
        ('<div style="background:linear-gradient(red,blue)">', "css-linear-gradient"),
        ('<div style="background-image:url(x.png)">', "css-background-image"),
        ('<div style="position:absolute">', "css-position"),
        ('<div style="font-family:system-ui">', "css-sytem-ui"),
        ("<style>@font-face{font-family:x;src:url(x)}</style>", "css-at-font-face"),
        ("<style>@import url(x);</style>", "css-at-import"),
        ("<style>@media (prefers-color-scheme: dark){p{color:red}}</style>", "css-at-media-prefers-color-scheme"),
        ("<style>a:hover{color:red}</style>", "css-pseudo-class-hover"),
        ("<style>p:before{color:red}</style>", "css-pseudo-element-before"),
        ("<style>li:nth-child(2){color:red}</style>", "css-pseudo-class-nth-child"),
        ("<video src=x></video>", "html-video"),
        ("<form></form>", "html-form"),
        ("<input type=checkbox>", "html-input-checkbox"),
        ("<button>x</button>", "html-button-submit"),
        ("<section>x</section>", "html-semantics"),
        ("<h2>x</h2>", "html-h1-h6"),
        ("<svg></svg>", "html-svg"),
        ('<img src="https://x.example.org/a.WEBP?w=3">', "image-webp"),
        ('<img src="data:image/png;base64,AAAA">', "image-base64"),
        ('<img srcset="a 2x">', "html-srcset"),
        ('<a href="#here">x</a>', "html-anchor-links"),
        ('<meta name="color-scheme" content="light dark">', "html-meta-color-scheme"),
        ('<td background="x.png">', "html-background"),
    ],
)
def test_a_feature_is_known_by_its_name(html: str, feature: str):
    table = f"<table><tr>{html}</td></tr></table>" if html.startswith("<td") else html
    assert feature in uses(table)
    assert feature in support().features


def test_selectors_that_are_inlined_need_not_be_understood():
    page = "<style>div p > a[href] { color: red } @media print { div p { color: red } }</style>"
    assert uses(page) & {"css-selector-child", "css-selector-attribute", "html-style"} == set()
    assert "css-selector-descendant" in uses(page)
    assert {"css-selector-child", "css-selector-attribute", "html-style"} <= uses(page, inlined=False)


def test_the_clients_that_count_are_a_setting():
    page = '<div style="display: grid">x</div>'
    (problem,) = problems(page, EmailChecks(clients=["gmail", "outlook.windows"]))
    assert problem.rule == "client-support"
    assert problem.message == "'display:grid' is not shown by Gmail (Android, Desktop Webmail, iOS), Outlook (Windows)"
    assert rules(page, EmailChecks(clients=["thunderbird"])) == []
    assert rules(page, EmailChecks(clients=["gmail"], harmless=["css-display-grid"])) == []


def test_a_client_nobody_knows_is_an_error_of_the_settings():
    with pytest.raises(ConfigurationError) as told:
        rules("<p>Hi</p>", EmailChecks(clients=["gmial"]))
    assert "gmial" in str(told.value)
    assert "gmail" in told.value.hint


def test_a_family_is_named_alone_where_all_its_platforms_lack_something():
    assert clients_as_text({"apple-mail.ios", "apple-mail.macos", "gmail.ios"}) == "Apple Mail, Gmail (iOS)"
    assert clients_as_text(clients_meant(["apple-mail"])) == "Apple Mail"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"subject": "x" * 70}, [], id="as long as it may be"),
        pytest.param({"subject": "x" * 71}, ["long-subject"], id="one more"),
        pytest.param({"subject": "x" * 60 + "{{ customer.first_name }}" * 9}, [], id="Liquid is not counted"),
        pytest.param({"preheader": "x" * 141}, ["long-preheader"], id="a long preheader"),
    ],
)
def test_subject_and_preheader_fit_into_a_mailbox(fields: dict[str, str], expected: list[str]):
    assert rules("<p>Hi</p>", **fields) == expected


def test_a_page_that_gmail_clips_is_told_by_its_size():
    (problem,) = problems("<p>" + "word " * 21_000 + "</p>")
    assert problem.rule == "page-clipped"
    assert "105,007 bytes" in problem.message


def test_a_page_of_pictures_needs_words():
    picture = '<img src="https://x.example.org/a.png" alt="Sale" width="600">'
    assert rules(picture) == ["no-text-part"]
    assert rules(picture + "<p>{{ event.words }}</p>") == []


def test_pictures_in_the_page_are_weighed_together():
    picture = '<img alt="" width="9" src="data:image/gif;base64,' + "A" * 60_000 + '">'
    settings = EmailChecks(clip_bytes=10_000_000, picture_bytes=100_000, clients=["apple-mail"])
    assert rules("<p>x</p>" + picture, settings) == []
    assert rules("<p>x</p>" + picture * 3, settings) == ["image-weight"]
