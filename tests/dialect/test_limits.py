"""Templates are untrusted: each way to use too much ends in a fault that names the limit and a place."""

from __future__ import annotations

import pytest

from mailwright.dialect import Dialect, Limits, LiquidFault, RenderSettings
from mailwright.dialect.checks import template_problems
from mailwright.dialect.environment import parse_template

LIST = "{% assign a = '0,1' | split: ',' %}"
TEXT = "{% assign a = '0123456789' %}"
TWICE_NESTED = LIST + "{% assign a = a | push: a | push: a %}" * 60
CASES = {
    "a range without end": ("{% for i in (1..999999999) %}{% endfor %}", "loop_iterations"),
    "a range beyond all numbers": ("{% for i in (1..99999999999999999999999999) %}{% endfor %}", "loop_iterations"),
    "loops within loops": (
        "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "loop_iterations",
    ),
    "rows without end": ("{% tablerow i in (1..20000) %}x{% endtablerow %}", "loop_iterations"),
    "doubling by append": (TEXT + "{% assign a = a | append: a %}" * 26, "namespace_bytes"),
    "doubling by capture": (TEXT + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 26, "output_bytes"),
    "doubling by concat": (LIST + "{% assign a = a | concat: a %}" * 26, "namespace_bytes"),
    "doubling by join": (
        TEXT + "{% assign a = a | append: a %}" * 14 + "{{ a | split: '' | join: a }}",
        "namespace_bytes",
    ),
    "replacing each letter": (
        TEXT + "{% assign a = a | append: a %}" * 14 + "{{ a | replace: '', a }}",
        "namespace_bytes",
    ),
    "much output": (TEXT + "{% assign a = a | append: a %}" * 15 + "{{ a }}" * 20, "output_bytes"),
    "a width in a date": ("{{ 'now' | date: '%9999999d' }}", "output_bytes"),
    "deep blocks": ("{% if a %}" * 2_000 + "{% endif %}" * 2_000, "nesting"),
    "a text that renders itself": ("{% render_liquid j.body %}", "nesting"),
    "a large source": ("x" * 1_000_001, "source_bytes"),
    "outputs without end": ("{{ a }}" * 5_001, "tags"),
    "branches without end": ("{% if a %}" + "{% elsif b %}" * 5_000 + "{% endif %}", "tags"),
}
LATEST_CASES = {
    "deep brackets": ("{{ a" + "[a" * 10_000 + "]" * 10_000 + " }}", "nesting"),
    "a range laid out": ("{{ (1..999999999) }}", "loop_iterations"),
    "a list within itself": (TWICE_NESTED + "{{ a }}", "output_bytes"),
    "a list within itself as JSON": (TWICE_NESTED + "{{ a | json }}", "output_bytes"),
    "a list that is joined with itself": (TWICE_NESTED + "{{ a | join }}", "output_bytes"),
    "a list deeper than the stack": (
        LIST + "{% assign b = a %}{% for i in (1..5000) %}{% assign b = a | push: b %}{% endfor %}{{ b }}",
        "nesting",
    ),
    "deep JSON": ("{{ '" + "[" * 100_000 + "' | from_json }}", "nesting"),
    "expressions within expressions": (
        "{{ l | where_exp: 'i', \"l | where_exp: 'j', 'true'\" | size }}",
        "loop_iterations",
    ),
}
CONTEXT = {"a": 1, "j": {"body": "{% render_liquid j.body %}"}, "l": list(range(200))}


STANDING_CLOCK = RenderSettings(timer=lambda: 0.0)  # so that a slow machine meets the limit that is meant


def limit_of(source: str, dialect: Dialect, settings: RenderSettings = STANDING_CLOCK) -> LiquidFault:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, dialect).render(CONTEXT, settings)
    return caught.value


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("name", CASES)
def test_every_excess_names_its_limit(name: str, dialect: Dialect) -> None:
    source, limit = CASES[name]
    fault = limit_of(source, dialect)
    assert (fault.kind, fault.limit) == ("limit", limit)
    assert limit in fault.message


@pytest.mark.parametrize("name", LATEST_CASES)
def test_every_excess_of_the_latest_dialect_names_its_limit(name: str) -> None:
    source, limit = LATEST_CASES[name]
    assert limit_of(source, Dialect.LATEST).limit == limit


def test_large_whole_numbers_are_bounded_in_legacy() -> None:
    source = "{% assign a = 9999999999 %}" + "{% assign a = a | times: a %}" * 40
    assert limit_of(source, Dialect.LEGACY).limit == "namespace_bytes"


def test_time_is_a_limit_that_a_clock_given_from_outside_decides() -> None:
    ticks = iter(range(1000))
    settings = RenderSettings(timer=lambda: float(next(ticks)))
    fault = limit_of("{% for i in (1..9000) %}{{ i }}{% endfor %}", Dialect.LATEST, settings)
    assert fault.limit == "seconds"


def test_limits_are_settings() -> None:
    settings = RenderSettings(limits=Limits(loop_iterations=3))
    assert limit_of("a{% for i in (1..4) %}{% endfor %}", Dialect.LATEST, settings).column == 2
    assert parse_template("{% for i in (1..3) %}x{% endfor %}", Dialect.LATEST).render({}, settings) == "xxx"


def test_loops_inside_rendered_texts_count_as_the_message_s_own() -> None:
    source = "{% for i in (1..100) %}{% render_liquid t %}{% endfor %}"
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, Dialect.LATEST).render({"t": "{% for i in (1..500) %}{% endfor %}"}, STANDING_CLOCK)
    assert caught.value.limit == "loop_iterations"


@pytest.mark.parametrize("name", CASES)
def test_the_checks_survive_every_excess(name: str) -> None:
    assert len(template_problems(CASES[name][0], Dialect.LATEST)) <= 1
