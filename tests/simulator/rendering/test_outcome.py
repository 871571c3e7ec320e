from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.dialect.environment import parse_template
from mailwright.dialect.faults import Dialect
from mailwright.dialect.settings import RenderSettings
from simulator.rendering.moment import RenderMoment
from simulator.rendering.outcome import Outcome, OutcomeRenderer
from simulator.rendering.outcome_filters import MONEY_FILTERS, SAFE_FILTERS
from simulator.rendering.whole import whole_outcome

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
SNIPPETS = {
    "address": "12 Harbour Row",
    "hello": "Hi {{ customer.first_name }}",
    "plan": "{% if customer.plan == 'pro' %}{{ customer.coach }}{% endif %}",
}


def project_of(body: str, layout: str = "", dialect: str = "latest", **fields: Any) -> tuple[Project, Workspace]:
    given_fields = {"subject": "Hello", **fields}
    if layout:
        given_fields["layout"] = "base@1"
    message = Message("c", "m", "email", None, EmailFields(**given_fields), Text(body, "c/m.liquid"))
    base = Layout("base", 1, "Base v1", Text(layout or "{{content}}", "base/1.liquid"))
    snippets = {name: Snippet(name, Text(source, f"{name}.liquid")) for name, source in SNIPPETS.items()}
    project = Project(Path("."), messages={("c", "m", None): message}, layouts={"base@1": base}, snippets=snippets)
    return project, Workspace(liquid=dialect)  # type: ignore[arg-type]  # one of the two that there are


def moment_of(customer: dict[str, Any] | None, event: dict[str, Any] | None = None, **more: Any) -> RenderMoment:
    return RenderMoment(customer, now=NOW, event=event, **more)


def outcomes_of(renderer: OutcomeRenderer, moment: RenderMoment) -> tuple[Outcome, Outcome]:
    """What the classes say, and what a real render says."""
    told = renderer.outcome("c", "m", moment)
    real = whole_outcome(renderer.variants, "c", "m", moment)
    status = "failed" if real.reason else "ok"
    return told, Outcome(status, real.reason, real.failure, real.recipient, real.language)


ANA = {"email": "ana@example.org", "first_name": "Ana", "plan": "pro", "badges": 2}


def test_a_message_that_can_be_sent_has_its_recipient():
    renderer = OutcomeRenderer(*project_of("Hi {{ customer.first_name }}"))
    assert renderer.outcome("c", "m", moment_of(ANA)) == Outcome("ok", "", "", "ana@example.org", None)


def test_a_missing_variable_fails_in_customer_ios_words():
    renderer = OutcomeRenderer(*project_of("Hi {{ customer.last_name }}"))
    found = renderer.outcome("c", "m", moment_of(ANA))
    assert found == Outcome("failed", "liquid_undefined", "Variable 'customer.last_name' is missing", None, None)


def test_a_person_without_an_address_is_missing_recipient():
    renderer = OutcomeRenderer(*project_of("Hi"))
    assert renderer.outcome("c", "m", moment_of({})).reason == "missing_recipient"


def test_the_recipient_of_the_event_overrides_the_person():
    renderer = OutcomeRenderer(*project_of("Hi"))
    found = renderer.outcome("c", "m", moment_of(ANA, {"recipient": "boss@example.org"}))
    assert found.recipient == "boss@example.org"


def test_a_message_nobody_wrote_fails():
    renderer = OutcomeRenderer(*project_of("Hi"))
    assert renderer.outcome("c", "other", moment_of(ANA)).status == "failed"


def test_people_who_differ_in_printed_values_share_a_class():
    renderer = OutcomeRenderer(*project_of("Hi {{ customer.first_name | capitalize }} {{ customer.badges | plus: 1 }}"))
    ben = {**ANA, "email": "ben@example.org", "first_name": "Ben", "badges": 40}
    known = renderer.render_class("c", "m", moment_of(ANA))
    assert known is not None
    assert known == renderer.render_class("c", "m", moment_of(ben))
    assert renderer.outcome("c", "m", moment_of(ANA)).recipient == "ana@example.org"
    assert renderer.outcome("c", "m", moment_of(ben)).recipient == "ben@example.org"


def test_a_number_that_is_compared_counts_by_the_answer():
    renderer = OutcomeRenderer(*project_of("{% if customer.badges > 3 %}{{ customer.medal }}{% endif %}"))
    few, some, many = (moment_of({**ANA, "badges": badges}) for badges in (1, 2, 5))
    assert renderer.render_class("c", "m", few) == renderer.render_class("c", "m", some)
    assert renderer.render_class("c", "m", few) != renderer.render_class("c", "m", many)
    assert renderer.outcome("c", "m", many).reason == "liquid_undefined"


def test_orders_of_different_items_share_a_class():
    renderer = OutcomeRenderer(*project_of("{% for i in event.items %}{{ i.sku }}{% else %}none{% endfor %}"))
    one = moment_of(ANA, {"items": [{"sku": "A1"}]})
    three = moment_of(ANA, {"items": [{"sku": "B2"}, {"sku": "C3"}, {"sku": "D4"}]})
    lacking = moment_of(ANA, {"items": [{"sku": "B2"}, {}]})
    assert renderer.render_class("c", "m", one) == renderer.render_class("c", "m", three)
    assert renderer.outcome("c", "m", lacking).failure == "Variable 'i.sku' is missing"


@pytest.mark.parametrize(
    "body",
    [
        "{% assign today = 'now' | date: '%s' %}{% if today > event.at %}x{% endif %}",
        "{% render_liquid journey.body %}",
        "{% capture number %}{% random 3 %}{% endcapture %}{% if number == '1' %}{{ customer.nothing }}{% endif %}",
        "{{ customer | json }}",
        "{% assign found = event.items | where_exp: 'i', 'i.a == customer.b' %}{{ found.size }}",
        "{% if message.subject == 'x' %}a{% endif %}",
    ],
)
def test_what_only_a_render_can_tell_has_no_class(body):
    renderer = OutcomeRenderer(*project_of(body, subject="{{ customer.first_name }}"))
    assert renderer.render_class("c", "m", moment_of(ANA, {"at": 1, "items": []})) is None


def test_the_time_does_not_matter_where_it_is_only_printed():
    renderer = OutcomeRenderer(*project_of("(c) {{ 'now' | date: '%Y' }}"))
    assert renderer.render_class("c", "m", moment_of(ANA)) is not None


def test_the_attributes_read_are_those_of_every_part():
    project, workspace = project_of(
        "{{ customer.first_name }} {{ snippets.plan }} {{ event.customer }}",
        "{{content}} {% if customer.badges %}{% endif %}",
        subject="{{ customer.title }}",
    )
    found = OutcomeRenderer(project, workspace).attributes_read()
    assert found == {"first_name", "plan", "coach", "badges", "title"}


def test_the_language_decides_the_variant_and_is_read():
    project, workspace = project_of("Hi")
    default = project.messages["c", "m", None]
    spanish = replace(default, language="es", body=Text("{{ customer.nombre }}", "c/m.es.liquid"))
    both = replace(project, messages={("c", "m", None): default, ("c", "m", "es"): spanish})
    renderer = OutcomeRenderer(both, workspace)
    assert renderer.outcome("c", "m", moment_of({**ANA, "language": "es-MX"})).language == "es"
    assert renderer.outcome("c", "m", moment_of(ANA)) == Outcome("ok", "", "", "ana@example.org", None)
    assert "language" in renderer.attributes_read()


# --- classes against real renders on random data ---------------------------------------------------------------------

PATHS = ["customer.a", "customer.b", "customer.deep.x", "event.a", "event.deep.x.y", "event.list", "customer.a.size",
         "event.list.first", "event.list[0]", "event.list[0].a", "trigger.x", "journey.a", "objects.teams[0].name",
         "event_name", "campaign.name", "message.subject", "nothing", "event['a b']", "customer.deep", "v", "delivery_id"]  # fmt: skip
FILTERS = ["upcase", "capitalize", "default: 'x'", "default: customer.b", "date: '%Y-%m-%d'", "date: '%H', 'Nope/Zone'",
           "plus: 1", "divided_by: 0", "times: 2 | round", "split: ','", "split: ',' | first", "url_decode", "escape",
           "currency", "currency: 'xx-nope'", "truncate: 3", "append: event.a", "json", "size", "sort", "hex_base64",
           "map: 'a'", "join: '-'", "sum", "from_json", "at_least: customer.b", "slice: 1, 2", "nofilter", "modulo: 3",
           "date: '%9999999d'", "strip_html", "format_number", "replace: 'a', event.a", "base64_decode", "where: 'a', 1"]  # fmt: skip
path = st.sampled_from(PATHS)
chain = st.lists(st.sampled_from(FILTERS), max_size=2).map(lambda names: "".join(f" | {name}" for name in names))
constant = st.sampled_from(["'x'", "1", "2.5", "true", "nil", "blank", "empty", "'now'", "'12'", "0"])
operand = st.one_of(path, constant)
sign = st.sampled_from(["==", "!=", ">", "<", ">=", "<=", "contains"])
question = st.one_of(
    path,
    st.tuples(operand, sign, operand).map(" ".join),
    st.tuples(path, st.sampled_from([" and ", " or "]), path, sign, constant).map(
        lambda parts: f"{parts[0]}{parts[1]}{parts[2]} {parts[3]} {parts[4]}"
    ),
)
output = st.tuples(operand, chain).map(lambda parts: f"{{{{ {parts[0]}{parts[1]} }}}}")
leaf = st.one_of(
    output,
    st.just(" text "),
    st.tuples(path, chain).map(lambda parts: f"{{% assign v = {parts[0]}{parts[1]} %}}"),
    st.sampled_from(["{{ snippets.address }}", "{{ snippets.hello }}", "{{ snippets.plan | upcase }}", "{% random 3 %}",
                     "{{ i.a }}", "{{ i.b | upcase }}", "{% break %}", "{{ forloop.index }}", "{% cycle 'a', event.a %}",
                     "{% unsubscribe_url %}", "{{ snippets.none }}", "{% cio_link url:event.a %}", "{{ i }}"]),
)  # fmt: skip


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(question, inner, inner).map(lambda p: f"{{% if {p[0]} %}}{p[1]}{{% else %}}{p[2]}{{% endif %}}"),
        st.tuples(question, inner).map(lambda p: f"{{% unless {p[0]} %}}{p[1]}{{% endunless %}}"),
        st.tuples(path, constant, inner, inner).map(
            lambda p: f"{{% case {p[0]} %}}{{% when {p[1]}, event.a %}}{p[2]}{{% else %}}{p[3]}{{% endcase %}}"
        ),
        st.tuples(st.sampled_from(["event.list", "customer.deep.items", "v", "i.items", "customer.a", "(1..3)"]),
                  st.sampled_from(["", " reversed", " limit: 2", " limit: customer.b"]), inner, inner).map(
            lambda p: f"{{% for i in {p[0]}{p[1]} %}}{p[2]}{{% else %}}{p[3]}{{% endfor %}}"
        ),
        inner.map(lambda text: f"{{% capture v %}}{text}{{% endcapture %}}"),
    )  # fmt: skip


template = st.recursive(leaf, blocks, max_leaves=8)
scalar = st.sampled_from([None, True, False, 0, 1, 2, 12, -5, 2.5, 1.0, "", " ", "x", "12", "ana", "%zz", "now", "1,2", "é",
                          "a" * 150, 10**18, {}, [], [1, 2], {"a": 1}, "x@example.org"])  # fmt: skip
item = st.one_of(
    scalar,
    st.dictionaries(st.sampled_from(["a", "b", "items"]), st.one_of(scalar, st.just([{"a": 1}, {"b": 2}])), max_size=2),
)
deep = st.dictionaries(
    st.sampled_from(["x", "items"]),
    st.one_of(scalar, st.dictionaries(st.just("y"), scalar), st.lists(item, max_size=3)),
    max_size=2,
)
data = st.fixed_dictionaries(
    {},
    optional={"a": scalar, "b": scalar, "a b": scalar, "deep": st.one_of(deep, scalar),
              "list": st.one_of(st.lists(item, max_size=4), scalar)},
)  # fmt: skip
person = st.tuples(
    data,
    st.sampled_from(
        [{"email": "a@example.org"}, {"email": "c@example.org"}, {}, {"email": "b@example.org, c@example.org"}]
    ),
).map(lambda parts: {**parts[0], **parts[1]})
moments = st.builds(
    lambda customer, event, kind, journey: moment_of(
        customer, event, trigger_kind=kind, trigger={"x": 1} if kind == "webhook" else None, journey=journey
    ),
    st.one_of(person, st.none()),
    data,
    st.sampled_from(["event", "event", "segment", "webhook"]),
    data,
)


@settings(max_examples=400, deadline=None)
@given(
    template,
    st.sampled_from(["", "{{content}}", "{{content}}<p>{{ customer.a }}</p>"]),
    st.sampled_from(
        ["Hello", "{{ event.a }}", "{% if customer.a %} {% endif %}{{ customer.b }}", "Hi {{ customer.a }}"]
    ),
    st.sampled_from([{}, {"to": "{{ event.a }}"}, {"headers": {"X-A": "{{ event.b }}"}}, {"from": "{{ customer.a }}"}]),
    st.sampled_from(["latest", "latest", "legacy"]),
    st.lists(moments, min_size=2, max_size=8),
)
@example("{{ event.a | append: event.a }}", "", "Hello", {}, "latest", [moment_of(ANA, {"a": 1}), moment_of(ANA, {})])
def test_classes_say_exactly_what_renders_say(body, layout, subject, fields, dialect, asked):
    renderer = OutcomeRenderer(*project_of(body, layout, dialect, subject=subject, **fields))
    classes: dict[object, Outcome] = {}
    for moment in (*asked, *asked):
        told, real = outcomes_of(renderer, moment)
        assert told == real
        known = renderer.render_class("c", "m", moment)
        if known is not None:
            bare = real._replace(recipient=None)
            assert classes.setdefault(known, bare) == bare


@settings(max_examples=100, deadline=None)
@given(template, st.lists(st.tuples(data, data), min_size=2, max_size=2))
def test_attributes_that_are_not_read_do_not_change_the_outcome(body, pairs):
    renderer = OutcomeRenderer(*project_of(body))
    (customer, event), (other, _) = pairs
    read = renderer.attributes_read()
    before = {**customer, "email": "a@example.org"}
    after = {**{name: value for name, value in other.items() if name not in read},
             **{name: value for name, value in before.items() if name in read or name == "email"}}  # fmt: skip
    if renderer.render_class("c", "m", moment_of(before, event)) is not None:
        assert outcomes_of(renderer, moment_of(before, event))[1] == outcomes_of(renderer, moment_of(after, event))[1]


ARGUMENTS = {"truncate": "5", "truncatewords": "2", "replace": "'a', 'b'", "replace_first": "'a', 'b'", "remove": "'a'", "slice": "1",
             "remove_first": "'a'", "append": "'x'", "prepend": "'x'", "plus": "1", "minus": "1", "times": "1.5", "divided_by": "2",
             "modulo": "3", "at_least": "3", "at_most": "3", "pluralize": "'a', 'b'", "default": "'x'", "date": "'%Y'",
             "round": "2", **{f"{verb}_{unit}": "1" for verb in ("add", "subtract") for unit in ("day", "month", "year")}}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SAFE_FILTERS))
@settings(max_examples=60, deadline=None)
@given(
    value=st.one_of(
        st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e15, 1e15), st.text(max_size=100)
    )
)
def test_a_safe_filter_takes_every_short_value(name, value):
    argument = ARGUMENTS.get(name)
    source = f"{{{{ v | {name}{': ' + argument if argument else ''} }}}}"
    if not (name in MONEY_FILTERS and isinstance(value, str)):
        assert isinstance(parse_template(source, Dialect.LATEST).render({"v": value}, RenderSettings()), str)
