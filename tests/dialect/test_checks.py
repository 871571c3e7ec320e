"""All problems of one source at once: faults of broken ones, and advice for those that work."""

from __future__ import annotations

import pytest

from mailwright.dialect import Dialect
from mailwright.dialect.checks import template_problems


def rules(source: str, dialect: Dialect = Dialect.LATEST) -> list[str]:
    return [problem.rule for problem in template_problems(source, dialect)]


def test_a_sound_template_has_no_problems() -> None:
    assert rules("{% if a %}{{ b | date: '%B %-d, %Y', 'Europe/Berlin' }}{% else %}x{% endif %}") == []


def test_every_fault_of_a_broken_source_is_found_in_one_run() -> None:
    source = """{% if %}a{% endif %}
{{ a | }}
{% coyotes %}
{% for x coyotes %}{{ y | upcsae }}{% endfor %}
{% random many %}
{{ unsubscribe_url }}
{% capture z %}{% else %}{% endcapture %}
{% if a %}
"""
    found = [(problem.rule, problem.line) for problem in template_problems(source, Dialect.LATEST)]
    assert found == [
        ("liquid-syntax", 1),
        ("liquid-lenient-tail", 2),
        ("liquid-unknown-tag", 3),
        ("liquid-syntax", 4),
        ("liquid-unknown-filter", 4),
        ("liquid-tag-argument", 5),
        ("liquid-url-tag-as-variable", 6),
        ("liquid-syntax", 7),
        ("liquid-syntax", 8),
    ]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("{{ view_in_browser_url }}", "liquid-url-tag-as-variable"),
        ("{% if objects.classes.size == 0 %}{% endif %}", "liquid-size-zero"),
        ("{{ a b }}", "liquid-lenient-tail"),
        ("{{ t | date: '%H', 360 }}", "liquid-numeric-offset"),
        ("{{ t | date: '%H', '-480' }}", "liquid-numeric-offset"),
        ("{{ t | date: '%D' }}", "liquid-date-flag"),
        ("{{ t | timezone: 'Europe/Berlin' }}", "liquid-deprecated-filter"),
        ("{{ a | slice: '-4', 3 }}", "liquid-quoted-slice"),
        ("{{ a | upcase | default: 'x' }}", "liquid-late-default"),
        ("{{ now | date: '%Y' }}", "liquid-bare-now"),
        ("{% if a <> b %}{% endif %}", "liquid-unknown-operator"),
        ("{{ trigger.relationship_attributes.x }}", "liquid-no-such-namespace"),
        ("{{ object.name }}", "liquid-no-such-namespace"),
    ],
)
def test_what_is_doubtful_is_told(source: str, rule: str) -> None:
    assert rules(source) == [rule]


def test_the_nearest_name_is_the_hint() -> None:
    (filter_problem,) = template_problems("{{ a | upcsae }}", Dialect.LATEST)
    assert (filter_problem.hint, filter_problem.column, filter_problem.length) == ("did you mean 'upcase'?", 8, 6)
    (tag_problem,) = template_problems("{% unsubscribe_ur %}", Dialect.LATEST)
    assert tag_problem.hint == "did you mean 'unsubscribe_url'?"


def test_what_only_the_other_dialect_knows_is_said() -> None:
    (problem,) = template_problems("{{ a | default: 'x' }}", Dialect.LEGACY)
    assert (problem.rule, problem.hint) == ("liquid-unknown-filter", "'default' exists in the latest dialect only")
    (problem,) = template_problems("{% break %}", Dialect.LEGACY)
    assert (problem.rule, problem.hint) == ("liquid-unknown-tag", "break exists in the latest dialect only")


def test_legacy_date_flags_are_those_of_ruby() -> None:
    assert rules("{{ t | date: '%D %F' }}", Dialect.LEGACY) == []
    assert rules("{{ t | date: '%q' }}", Dialect.LEGACY) == ["liquid-date-flag"]
