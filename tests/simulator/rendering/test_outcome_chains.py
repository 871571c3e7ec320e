"""Values that run through filters with variables: moments of one class have one outcome, and ordinary ones share it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from simulator.rendering.moment import RenderMoment
from simulator.rendering.outcome import Outcome, OutcomeRenderer
from simulator.rendering.whole import whole_outcome

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def renderer_of(body: str, dialect: str = "latest", **fields: Any) -> OutcomeRenderer:
    message = Message("c", "m", "email", None, EmailFields(subject="Hello", **fields), Text(body, "c/m.liquid"))
    return OutcomeRenderer(Project(Path("."), messages={("c", "m", None): message}), Workspace(liquid=dialect))  # type: ignore[arg-type]  # one of the two that there are


def moment_of(customer: dict[str, Any], event: dict[str, Any] | None = None, days: int = 0) -> RenderMoment:
    person = {"email": "ana@example.org", **customer}
    return RenderMoment(person, now=NOW + timedelta(days=days), event=event or {})


def real(renderer: OutcomeRenderer, moment: RenderMoment) -> Outcome:
    found = whole_outcome(renderer.variants, "c", "m", moment)
    return Outcome("failed" if found.reason else "ok", found.reason, found.failure, found.recipient, found.language)


ORDER = (
    '{% for item in event.items %}{{ item.price | times: item.quantity | currency: "en", event.currency }}{% endfor %}'
    '{{ event.total | currency: "en", event.currency }} {{ event.items.size | pluralize: "item", "items" }}'
)
CHANGED = '{% assign zone = customer.timezone | default: "UTC" %}{{ event.at | date: "%H:%M", zone }}'
ANNIVERSARY = (
    '{% assign joined = customer.created_at | date: "%Y" | plus: 0 %}'
    '{% assign years = "now" | date: "%Y" | minus: joined %}{{ years | pluralize: "year", "years" }}'
)
TRIAL = '{% assign ends = customer.ends_at | default: 0 | plus: 0 %}{{ ends | date: "%A", customer.timezone }}'


@pytest.mark.parametrize(
    ("body", "one", "other"),
    [
        pytest.param(
            ORDER,
            ({}, {"items": [{"price": 5, "quantity": 2}], "total": 10, "currency": "EUR"}),
            (
                {},
                {
                    "items": [{"price": 2.5, "quantity": 1}, {"price": 3, "quantity": 1}],
                    "total": 5.5,
                    "currency": "EUR",
                },
            ),
            id="orders of different sums",
        ),
        pytest.param(CHANGED, ({}, {"at": 1767225600}), ({}, {"at": 1767229999}), id="dates in one zone"),
        pytest.param(ANNIVERSARY, ({"created_at": 1600000000}, {}), ({"created_at": 1700000000}, {}), id="years since"),
        pytest.param(
            TRIAL,
            ({"ends_at": "1767225600", "timezone": "Europe/Paris"}, {}),
            ({"ends_at": "1769999999", "timezone": "Europe/Paris"}, {}),
            id="a date that a step wrote down as text",
        ),
        pytest.param(
            "{{ event.url }}", ({}, {"url": "x" * 300}), ({}, {"url": "y" * 400}), id="long addresses of pages"
        ),
    ],
)
def test_what_is_only_printed_and_counted_with_makes_no_difference(body, one, other):
    renderer = renderer_of(body)
    classes = [renderer.render_class("c", "m", moment_of(*given)) for given in (one, other)]
    assert classes[0] is not None
    assert classes[0] == classes[1]
    assert real(renderer, moment_of(*one)).status == "ok"


@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        pytest.param(ORDER, {"items": [], "total": 1, "currency": "EUR"}, {"items": [], "total": 1, "currency": "E"}, id="code"),
        pytest.param(ORDER, {"items": [], "total": 1, "currency": "EUR"}, {"items": [], "currency": "EUR"}, id="no total"),
        pytest.param("{{ event.at | date: '%H', event.zone }}", {"at": 1, "zone": "UTC"}, {"at": 1, "zone": "Mars"}, id="zone"),
        pytest.param("{{ event.at | date: '%H', event.zone }}", {"at": "no date", "zone": "Mars"}, {"at": 1, "zone": "Mars"},
                     id="what is no date needs no zone"),
    ],
)  # fmt: skip
def test_what_can_fail_is_told_apart(body, good, bad):
    renderer = renderer_of(body)
    first, second = moment_of({}, good), moment_of({}, bad)
    assert renderer.render_class("c", "m", first) != renderer.render_class("c", "m", second)
    assert [renderer.outcome("c", "m", one).status for one in (first, second)] == ["ok", "failed"]


def test_a_header_may_hold_any_short_line_of_ascii():
    renderer = renderer_of("Hi", headers={"X-Post": "post-{{ event.id }}"})
    classes = [renderer.render_class("c", "m", moment_of({}, {"id": one})) for one in ("a1", "b2", "é", "a\r\nX: 1", 5)]
    assert classes[0] == classes[1]
    assert len(set(classes)) == 4
    assert renderer.outcome("c", "m", moment_of({}, {"id": "é"})).reason == "bad_header"
    assert renderer.outcome("c", "m", moment_of({}, {"id": 5})).status == "ok"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{% assign v = 'now' | date: '%s' %}{% if v > 5 %}x{% endif %}", id="asked"),
        pytest.param("{% assign v = 'now' | date: '%s' %}{{ event.a | append: v | slice: 1 }}", id="in another filter"),
        pytest.param("{% assign v = 'now' %}{% assign v = v | date: '%s' %}{{ v | slice: 1 }}", id="given twice"),
        pytest.param("{% assign v = 'now' | date: '%s' %}{% for i in event.list %}{{ v }}{% endfor %}", id="in a loop"),
        pytest.param("{% if event.a %}{% assign v = 'now' %}{% endif %}{{ v | date: '%s' | slice: 1 }}", id="given in a branch"),
    ],
)  # fmt: skip
def test_a_name_that_does_more_than_be_printed_counts_by_its_value(body):
    assert renderer_of(body).render_class("c", "m", moment_of({}, {"a": 1})) is None


# --- by chance --------------------------------------------------------------------------------------------------------

PATHS = [
    "customer.a",
    "customer.b",
    "event.a",
    "event.b",
    "event.list.size",
    "v",
    "w",
    "'now'",
    "event.missing",
    "customer.zone",
]
FILTERS = [
    "plus: 1", "plus: event.b", "minus: v", "minus: customer.b", "times: event.a", "times: 2", "at_least: w", "round: event.b",
    "default: 0", "default: event.b", "date: '%Y'", "date: '%H:%M', customer.zone", "date: '%H', v", "date: event.b, 'UTC'",
    "currency", "currency: 'en', event.code", "currency: 'nope-xx', event.code", "rounded_currency: 'de', v", "format_number",
    "pluralize: 'a', 'b'", "pluralize: event.b", "append: v", "floor", "ceil | times: 1000000000", "divided_by: event.b", "size",
]  # fmt: skip
chain = st.lists(st.sampled_from(FILTERS), max_size=3).map(lambda names: "".join(f" | {name}" for name in names))
value = st.tuples(st.sampled_from(PATHS), chain).map("".join)
piece = st.one_of(
    value.map("{{{{ {} }}}}".format),
    st.tuples(st.sampled_from("vw"), value).map(lambda pair: f"{{% assign {pair[0]} = {pair[1]} %}}"),
    st.tuples(value, value).map(lambda pair: f"{{% if {pair[0].split(' |')[0]} %}}{{{{ {pair[1]} }}}}{{% endif %}}"),
    st.tuples(st.sampled_from(["i", "i.a", "v"]), chain).map(
        lambda pair: f"{{% for i in event.list %}}{{{{ {pair[0]}{pair[1]} }}}}{{% endfor %}}"
    ),
)
template = st.lists(piece, min_size=1, max_size=5).map("".join)
scalar = st.sampled_from(
    [None, True, False, 0, 1, -5, 2.5, 1e6, 1e7, 1e15, 1e300, 10**18, 1767225600, "1767225600", "99999999999", "12", "x", "", "now",
     "2026-01-01", "Infinity", "é" * 120, "x" * 150, "x" * 1500, [], [1], {"a": 1}, 2**33, "4294967296", "-1"]
)  # fmt: skip
customers = st.fixed_dictionaries(
    {},
    optional={
        "a": scalar,
        "b": scalar,
        "zone": st.one_of(st.sampled_from(["UTC", "Europe/Paris", "Mars", 60, "utc"]), scalar),
    },
)
events = st.fixed_dictionaries(
    {},
    optional={"a": scalar, "b": scalar, "code": st.one_of(st.sampled_from(["EUR", "E", "eur", "ABC"]), scalar),
              "list": st.one_of(st.lists(st.one_of(scalar, st.fixed_dictionaries({"a": scalar})), max_size=3), scalar)},
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@example(
    "{% assign v = customer.a | plus: event.b %}{% for i in event.list %}{{ v }}{% endfor %}",
    {},
    "latest",
    [({}, {}, 0), ({}, {"b": None}, 0)],
)
@given(
    template,
    st.sampled_from([{}, {"headers": {"X-A": "{{ event.a }}"}}, {"headers": {"X-A": "a {{ event.a | upcase }}"}}]),
    st.sampled_from(["latest", "latest", "legacy"]),
    st.lists(st.tuples(customers, events, st.integers(0, 400)), min_size=2, max_size=8),
)
def test_classes_of_chains_say_exactly_what_renders_say(body, fields, dialect, asked):
    renderer = renderer_of(body, dialect, **fields)
    classes: dict[object, Outcome] = {}
    for customer, event, days in (*asked, *asked):
        moment = moment_of(customer, event, days)
        expected = real(renderer, moment)
        assert renderer.outcome("c", "m", moment) == expected
        known = renderer.render_class("c", "m", moment)
        if known is not None:
            assert classes.setdefault(known, expected) == expected
