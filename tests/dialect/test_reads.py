"""What a template reads, with its place and whether a missing one would fail the message."""

from __future__ import annotations

from mailwright.dialect import Dialect
from mailwright.dialect.environment import Template, parse_template


def latest(source: str) -> Template:
    return parse_template(source, Dialect.LATEST)


def test_reads_know_their_use_and_whether_they_are_guarded() -> None:
    source = "{{ a.b }}{{ c | default: d }}{% if e.f %}{% endif %}{% assign x = g %}{{ h | append: i }}"
    found = {read.text: (read.where, read.guarded) for read in latest(source).reads()}
    assert found == {
        "a.b": ("output", False),
        "c": ("output", True),
        "d": ("argument", False),
        "e.f": ("test", True),
        "g": ("assign", True),
        "h": ("output", False),
        "i": ("argument", False),
    }


def test_a_read_spans_the_path_as_written() -> None:
    (read,) = latest("a\n {{ customer['first name'][0] | upcase }}").reads()
    assert (read.path, read.text) == (("customer", "first name", 0), "customer['first name'][0]")
    assert (read.line, read.column, read.length) == (2, 5, 25)


def test_an_item_of_a_loop_is_read_inside_its_collection() -> None:
    source = "{% for item in event.tasks %}{{ item.title }}{{ forloop.index }}{% endfor %}{{ item.title }}"
    assert [read.path for read in latest(source).reads()] == [
        ("event", "tasks"),
        ("event", "tasks", None, "title"),
        ("item", "title"),
    ]


def test_assigned_and_captured_names_are_the_templates_own() -> None:
    source = "{% assign x = event.a %}{{ x.b }}{% capture y %}{% endcapture %}{{ y }}{% assign z = q | size %}{{ z }}"
    assert [read.path for read in latest(source).reads()] == [("event", "a"), ("event", "a", "b"), ("q",)]


def test_computed_segments_are_none_and_read_themselves() -> None:
    found = latest("{{ a[b.c].d }}").reads()
    assert [(read.path, read.where) for read in found] == [(("a", None, "d"), "output"), (("b", "c"), "argument")]


def test_loops_read_their_collection_and_settings() -> None:
    found = latest(
        "{% for i in a.b limit: c.d offset: continue %}{% endfor %}{% for i in (1..n) %}{% endfor %}"
    ).reads()
    assert [(read.text, read.where, read.guarded) for read in found] == [
        ("a.b", "loop", False),
        ("c.d", "argument", False),
        ("n", "loop", False),
    ]


def test_tags_and_filters_are_listed_in_order() -> None:
    template = latest("{% if a %}{{ b | upcase | truncate: 3 }}{% endif %}{% unsubscribe_url %}")
    assert [use.name for use in template.tags()] == ["if", "unsubscribe_url"]
    assert [(use.name, use.column) for use in template.filters()] == [("upcase", 18), ("truncate", 27)]


def test_legacy_reads_are_found_as_well() -> None:
    found = parse_template("{{ a.b | plus: c.d }}{% if e == f and g %}{% endif %}", Dialect.LEGACY).reads()
    assert [read.text for read in found] == ["a.b", "c.d", "e", "f", "g"]
