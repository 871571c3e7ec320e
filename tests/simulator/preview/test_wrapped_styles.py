"""Which style sheets cannot tell that the content of a body stands in one more element."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.preview.wrapped_styles import BodyNames, is_blind_to_a_wrapper

BODY = BodyNames("page", frozenset(("body", "wide")))


@pytest.mark.parametrize(
    "css",
    [
        "body { margin: 0 } p { color: red }",
        "* { margin: 0 } html, body { height: 100% } :root { --ink: #111 }",
        "body p, .body .card, #page a { color: red }",
        "* a { color: red } *, *::before { box-sizing: border-box }",
        "table > tbody > tr > td { padding: 0 } .card > p { margin: 0 } html > body { margin: 0 }",
        "p:first-child, tr:nth-child(2n + 1), li:nth-last-child(odd) a, p + p, h1 ~ p { margin: 0 }",
        "p:not(.plain):hover, a:is(.x, .y) { color: red }",
        "u + .body .card, #outlook a, .ExternalClass * { line-height: 100% }",
        "@media (max-width: 600px) { .card { width: 100% !important } @supports (gap: 0) { p { margin: 0 } } }",
        "@font-face { font-family: X; src: url(data:,) } @keyframes k { 0% { opacity: 0 } }",
        pytest.param("@media all {" * 5000, id="groups without end"),
        "p /* a comment > here */ a { color: red }",
        "",
    ],
)
def test_most_styles_of_emails_cannot_tell(css: str):
    assert is_blind_to_a_wrapper(css, BODY)


@pytest.mark.parametrize(
    "css",
    [
        pytest.param("body > p { color: red }", id="a child of the body"),
        pytest.param("bo\\64y > p { color: red }", id="the body by another spelling"),
        pytest.param(".wide > p { color: red }", id="the body by its class"),
        pytest.param("#page>p { color: red }", id="the body by its id"),
        pytest.param("[lang] > p { color: red }", id="anything with an attribute"),
        pytest.param("* > p { color: red }", id="a child of anything"),
        pytest.param("p, * > a { color: red }", id="one of several selectors"),
        pytest.param(":not(.x) p { color: red }", id="an ancestor that is something else"),
        pytest.param(":hover p { color: red }", id="an ancestor that is pointed at"),
        pytest.param("p:not(body > *) { color: red }", id="a child of the body inside a function"),
        pytest.param("@media all { @supports (gap: 0) { body > p { color: red } } }", id="in groups"),
        pytest.param("body:has(p) { color: red }", id="a look downwards"),
        pytest.param("p:target { color: red }", id="the address"),
        pytest.param("p { counter-increment: a }", id="counting"),
        pytest.param("p { filter: url(#blur) }", id="another element by its id"),
        pytest.param("p { color: red; & a { color: blue } }", id="nested rules"),
        pytest.param('@import "data:text/css,p{}";', id="styles nobody has read"),
        pytest.param("@scope (body) { p { color: red } }", id="a scope"),
        pytest.param("> p { color: red }", id="a selector that is none"),
        pytest.param(":not(" * 5000 + "p" + ")" * 5000 + " { color: red }", id="functions without end"),
        pytest.param("p { color: red }" * 20_000, id="more than anybody reads"),
        pytest.param("svg|a b { color: red }", id="a namespace"),
    ],
)
def test_what_could_tell_or_is_not_understood_is_not_trusted(css: str):
    assert not is_blind_to_a_wrapper(css, BODY)


@given(st.text(alphabet="abody.#:*>+~ ,{}()[]@media\\\"'/-1n&|;", max_size=80))
def test_any_text_is_read(css: str):
    assert is_blind_to_a_wrapper(css, BODY) in (True, False)
