"""Faults say what Customer.io says, and point at the spot."""

from __future__ import annotations

import pickle

import pytest

from mailwright.dialect import Dialect, LiquidFault, RenderSettings
from mailwright.dialect.environment import parse_template

PLACES = [
    ("a\n{{ customer.x }}", "undefined_variable", 2, 4, "customer.x"),
    ("{% if true %}\n  {% for i in a %}\n", "syntax", 2, 3, "{% for i in a %}"),
    ("x {% coyotes %}", "unknown_tag", 1, 3, "{% coyotes %}"),
    ("{{ 'a' | append: b }}", "undefined_variable", 1, 18, "b"),
    ("{{ a[\n0", "syntax", 1, 1, "{{ a["),
    ("{% if a == %}b{% endif %}", "syntax", 1, 10, "="),
    ("{% raw %}x", "syntax", 1, 1, "{% raw %}"),
    ("{% comment %}x", "syntax", 1, 1, "{% comment %}"),
    ("{% case a %}{% when %}{% endcase %}", "syntax", 1, 13, "{% when %}"),
    ("\r\n{{ 'x' | date: '%Y', 'No/Where' }}{{ 0 | date: '%Y', 'No/Where' }}", "render", 2, 42, "date"),
]


@pytest.mark.parametrize(("source", "kind", "line", "column", "text"), PLACES)
def test_a_fault_points_at_the_spot(source: str, kind: str, line: int, column: int, text: str) -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, Dialect.LATEST, "body").render({"customer": {}})
    fault = caught.value
    assert (fault.kind, fault.template) == (kind, "body")
    assert (fault.line, fault.column, source.split("\n")[fault.line - 1][fault.column - 1 :][: fault.length]) == (
        line,
        column,
        text,
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ customer.eemail }}", "Variable 'customer.eemail' is missing"),
        ("{% if x %}", "if tag was never closed"),
        ("{% if x %}{% end %}", "'end' is not a valid delimiter for if tags. use endif"),
        ("{% capture x %}{% else %}{% endcapture %}", "capture tag does not expect else tag"),
        ("{% if %}{% endif %}", "Syntax Error in tag 'if' - Valid syntax: if [expression]"),
        ("{% coyotes %}", "Unknown tag 'coyotes'"),
        ("{{ x }", "Variable {{ x } was not properly terminated with regexp: /}}/"),
    ],
)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_faults_use_customer_ios_words(source: str, message: str, dialect: Dialect) -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, dialect).render({"customer": {}})
    assert caught.value.message == message


def test_an_end_tag_of_an_outer_block_closes_no_inner_one() -> None:
    with pytest.raises(LiquidFault, match="if tag was never closed") as caught:
        parse_template("{% for i in a %}{% if i %}{% endfor %}", Dialect.LATEST)
    assert caught.value.column == 17


def test_a_fault_travels_between_processes() -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template("{{ x }}", Dialect.LATEST, "subject").render({}, RenderSettings())
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.kind, copy.message, copy.as_values()) == (
        "undefined_variable",
        "Variable 'x' is missing",
        caught.value.as_values(),
    )


def test_messages_name_attributes_and_never_their_values() -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template("{% if customer.a > 3 %}{% endif %}", Dialect.LEGACY).render({"customer": {"a": "secret"}})
    assert "secret" not in caught.value.message
