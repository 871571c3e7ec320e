"""A workspace's values in Liquid: put in on the way out, found again on the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError, Span
from sync.codecs.liquid_vars import with_names, with_values

VALUES = {"base_url": "https://qa.example.org", "mail": "help@example.org", "short": "qa"}
PLACE = Span("x.liquid")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<a href='{{ mailwright.base_url }}/us'>", "<a href='https://qa.example.org/us'>"),
        ("{{ mailwright.base_url | append: '/x' }}", "{{ 'https://qa.example.org' | append: '/x' }}"),
        ("{% if mailwright.short == 'qa' %}a{% endif %}", "{% if 'qa' == 'qa' %}a{% endif %}"),
        ("mailwright.base_url outside", "mailwright.base_url outside"),
        ("{{ customer.mailwright.base_url }}", "{{ customer.mailwright.base_url }}"),
    ],
)
def test_names_become_values(written, sent):
    assert with_values(written, VALUES, PLACE) == sent


def test_a_value_that_is_not_there_is_an_error_with_its_place():
    with pytest.raises(ConfigurationError) as caught:
        with_values("{{ mailwright.phone }}", VALUES, PLACE)
    assert caught.value.span == PLACE and "mailwright.phone" in str(caught.value)


@given(
    st.lists(
        st.sampled_from([*VALUES.values(), "{{ x }}", "{% if a %}", "/us", " ", "\n", "https://", "é"]), max_size=8
    ).map("".join)
)
def test_what_comes_back_goes_out_the_same(text):
    assert with_values(with_names(text, VALUES), VALUES, PLACE) == text


def test_a_value_inside_an_expression_and_a_short_one_stay():
    assert with_names("{{ 'https://qa.example.org' }} qa", VALUES) == "{{ 'https://qa.example.org' }} qa"
