"""Texts of the front matter are written as they are meant, without YAML's quotes."""

from __future__ import annotations

import pytest
import yaml

from mailwright.loading.front_matter import split_front_matter


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("""You're in, {{ customer.first_name | default: "friend" }}!""", None, id="quotes and a colon"),
        pytest.param("{{ event.title }} is here", None, id="Liquid first"),
        pytest.param("Order #{{ event.id }}", None, id="a number sign"),
        pytest.param("100% off: today", None, id="a colon"),
        pytest.param("2026", None, id="a number"),
        pytest.param('"Quoted: as ever"', "Quoted: as ever", id="quoted"),
        pytest.param("Hello # a note", "Hello", id="a comment"),
        pytest.param(
            "DoSomething <hello@example.org>     # likewise", "DoSomething <hello@example.org>", id="an address"
        ),
    ],
)
def test_a_text_is_what_stands_behind_its_key(written, meant):
    parts = split_front_matter(f"---\nsubject: {written}\nlayout: ds-default@2\n---\nbody\n")
    assert yaml.safe_load(parts.yaml or "") == {"subject": meant or written, "layout": "ds-default@2"}
    assert (parts.body, parts.body_line) == ("body\n", 5)
