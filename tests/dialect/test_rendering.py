"""What templates render to: missing data, names, blocks and Liquid within data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailwright.dialect import Dialect, DialectAssumptions, LiquidFault, RenderSettings
from mailwright.dialect.environment import parse_template

STRICT = RenderSettings(now=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), wrong_namespace="fail")


def latest(source: str, settings: RenderSettings = STRICT, **context: object) -> str:
    return parse_template(source, Dialect.LATEST).render(context, settings)


def legacy(source: str, **context: object) -> str:
    return parse_template(source, Dialect.LEGACY).render(context, STRICT)


def fault_of(source: str, dialect: Dialect = Dialect.LATEST, **context: object) -> LiquidFault:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, dialect, "part").render(context, STRICT)
    return caught.value


def test_a_loop_variable_hides_an_assigned_one_and_gives_it_back() -> None:
    assert latest("{% assign i = 9 %}{% for i in (1..2) %}{{ i }}{% endfor %}{{ i }}") == "129"


def test_an_assign_inside_a_loop_that_shows_its_name_is_seen_behind_the_loop() -> None:
    assert latest("{% for i in (1..2) %}{% assign i = 7 %}{{ i }}{% endfor %}{{ i }}") == "127"


def test_a_nested_loop_restores_the_outer_forloop() -> None:
    source = (
        "{% for a in (1..2) %}{% for b in (1..2) %}{{ forloop.index }}{% endfor %}[{{ forloop.index }}]{% endfor %}"
    )
    assert latest(source) == "12[1]12[2]"


def test_break_and_continue_reach_through_ifs_and_captures() -> None:
    interrupts = "{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}"
    source = "{% for i in (1..4) %}" + interrupts + "{{ i }}{% endfor %}"
    assert latest(source) == "13"
    assert latest("{% for i in (1..3) %}{% capture x %}{{ i }}{% break %}{% endcapture %}{% endfor %}{{ x }}") == "1"


def test_the_data_of_a_render_is_left_as_it_was() -> None:
    data: dict[str, object] = {"n": 1, "list": [3, 1, 2], "o": {"k": "v"}}
    latest("{% increment n %}{% assign o = 1 %}{% assign list = list | sort | push: 4 %}", **data)
    assert data == {"n": 1, "list": [3, 1, 2], "o": {"k": "v"}}


def test_a_namespace_of_another_trigger_is_blank_unless_told_otherwise() -> None:
    assert latest("[{{ trigger.x }}]", RenderSettings(), customer={}) == "[]"
    assert fault_of("{{ trigger.x }}", customer={}).variable == "trigger"


def test_a_missing_attribute_of_a_present_namespace_fails_in_either_setting() -> None:
    with pytest.raises(LiquidFault, match=r"Variable 'event\.total' is missing"):
        latest("{{ event.total }}", RenderSettings(), event={})


def test_what_is_missing_inside_null_is_blank_in_latest_and_fails_in_legacy() -> None:
    assert latest("[{{ customer.a.b }}]", customer={"a": None}) == "[]"
    assert fault_of("{{ customer.a.b }}", Dialect.LEGACY, customer={"a": None}).variable == "customer.a.b"


def test_a_snippet_sees_the_data_and_not_the_names_of_the_message() -> None:
    context = {"customer": {"id": 7}, "snippets": {"s": "{{ customer.id }}{{ x | default: '-' }}{% assign y = 1 %}"}}
    assert latest("{% assign x = 1 %}{{ snippets.s }}{{ y | default: '-' }}", **context) == "7--"


def test_a_fault_in_a_snippet_is_placed_in_the_snippet() -> None:
    fault = fault_of("\n\n{{ snippets.s }}", snippets={"s": "ab {{ customer.x }}"}, customer={})
    assert (fault.template, fault.line, fault.column, fault.variable) == ("snippets.s", 1, 7, "customer.x")


def test_a_snippet_cannot_name_a_snippet() -> None:
    fault = fault_of("{{ snippets.a }}", snippets={"a": "{{ snippets.b }}", "b": "x"})
    assert fault.message == "Snippets cannot contain Liquid code referencing other snippets."


def test_a_snippet_of_json_can_be_walked() -> None:
    snippets = {"list": '["a", "{{ b }}"]', "object": '{"name": "{{ customer.id }}"}'}
    assert latest("{% for i in snippets.list %}{{ i }};{% endfor %}", snippets=snippets) == "a;{{ b }};"
    assert latest("{{ snippets.object.name }}", snippets=snippets, customer={"id": 5}) == "5"


def test_render_liquid_tells_a_fault_at_its_own_place() -> None:
    fault = fault_of("a\n {% render_liquid journey.body %}", journey={"body": "{{ customer.x }}"}, customer={})
    assert (fault.line, fault.column, fault.length, fault.variable) == (2, 2, 32, "customer.x")


def test_chance_is_decided_by_the_seed_and_the_place() -> None:
    template = parse_template("{% random 1000000 %} {% random 1000000 %} {% generate_uuid %}", Dialect.LATEST)
    one, same, other = (template.render({}, RenderSettings(seed=seed)) for seed in ("a", "a", "b"))
    assert one == same != other
    first, second, _ = one.split(" ")
    assert first != second


def test_a_link_is_decorated_by_the_caller() -> None:
    settings = RenderSettings(decorate=lambda url, track, params: f"{url}|{track}|{params}")
    assert (
        latest("{% cio_link url:https://example.org/a?b=c track:false %}", settings)
        == "https://example.org/a?b=c|False|True"
    )


def test_a_blank_address_in_a_link_fails_the_message() -> None:
    assert fault_of("{% cio_link url:event.link %}", event={"link": ""}).kind == "render"
    assert latest("{% cio_link url:event.link %}", event={"link": "https://example.org"}) == "https://example.org"


@pytest.mark.parametrize(
    "source",
    ["{% countdown point:64 %}", "{% random many %}", "{% cio_link track:true %}", "{% cio_link url:x: track:no %}"],
)
def test_a_tag_whose_arguments_do_not_fit_is_refused(source: str) -> None:
    assert fault_of(source).kind == "tag_argument"


def test_assumptions_are_settings() -> None:
    def under(source: str, **chosen: str) -> str:
        return latest(source, RenderSettings(assumptions=DialectAssumptions(**chosen)))  # type: ignore[arg-type]

    assert under("{{ 7 | divided_by: 2 }}") == "3.5"
    assert under("{{ 7 | divided_by: 2 }}", latest_division="integer") == "3"
    assert under("{{ 0 | date: '%H', 60 }}") == "23"
    assert under("{{ 0 | date: '%H', 60 }}", numeric_offset_positive_is="east") == "01"
    assert under("{{ 1485820800 | add_month: 1 | date: '%m-%d' }}") == "02-28"
    assert under("{{ 1485820800 | add_month: 1 | date: '%m-%d' }}", month_overflow="next_month") == "03-03"
    assert under("{{ 1226063274 | date_to_string: 'ordinal' }}", ordinal_day="plain") == "7th Nov 2008"
    assert under("[{{ unsubscribe_url }}]", url_tag_as_variable="blank") == "[]"
    with pytest.raises(LiquidFault, match="nosuch"):
        under("{{ 1 | nosuch }}", unknown_filter="fail")


def test_a_property_that_some_items_lack_fails_where_unless_told_otherwise() -> None:
    items = [{"a": 1}, {"b": 2}]
    assert fault_of("{{ items | where: 'a' | size }}", items=items).variable == "a"
    lenient = RenderSettings(assumptions=DialectAssumptions(property_missing_in_where="nil"))
    assert latest("{{ items | where: 'a' | size }}", lenient, items=items) == "1"


def test_a_filter_tells_what_it_refuses_at_its_name() -> None:
    fault = fault_of("ab {{ '%zz' | upcase | url_decode }}")
    assert (fault.kind, fault.column, fault.length) == ("render", 24, 10)


def test_legacy_compares_texts_with_numbers_only_for_equality() -> None:
    assert legacy("{% if '10' > '9' %}y{% endif %}{% if 'true' == true %}y{% endif %}") == "yy"
    assert fault_of("{% if 'abc' > 3 %}y{% endif %}", Dialect.LEGACY).kind == "render"


def test_legacy_knows_no_negative_literals() -> None:
    assert fault_of("{{ -7 | abs }}", Dialect.LEGACY).variable == "-7"


def test_legacy_prints_once_for_each_value_that_matches() -> None:
    assert legacy("{% case 1 %}{% when 1, 1 %}a{% else %}b{% endcase %}") == "aa"
    assert latest("{% case 1 %}{% when 1, 1 %}a{% else %}b{% endcase %}") == "a"


def test_templates_are_kept_by_content_name_and_dialect() -> None:
    one = parse_template("{{ 1 }}", Dialect.LATEST, "a")
    assert one is parse_template("{{ 1 }}", Dialect.LATEST, "a")
    assert one is not parse_template("{{ 1 }}", Dialect.LEGACY, "a")
    assert (one.digest, one.source, one.name) == (parse_template("{{ 1 }}", Dialect.LATEST, "b").digest, "{{ 1 }}", "a")
