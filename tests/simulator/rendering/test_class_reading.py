"""All messages of a journey told apart at once: alike class, alike outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from building import campaign, project
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.definitions.message import EmailFields, Message, Text
from simulator.content import compile_content
from simulator.journeys import Cause, Journey
from simulator.messages import ReadClass, Rendering, messages_for
from simulator.people import Person

AT = 1_768_000_000
BODY = "{{ customer.first_name }} {{ event.plan }} {% if customer.vip %}{{ customer.coach }}{% endif %}"
OTHER = "{{ customer.id }} {{ customer.first_name | upcase }} {{ event.total | currency: 'en', event.code }}"


def replayed(*bodies: str) -> tuple[Any, Rendering, ReadClass | None]:
    names = [f"m{number}" for number in range(len(bodies))]
    what = project(campaign("go", *({"email": name} for name in names)))
    messages = {
        ("c", name, None): Message("c", name, "email", None, EmailFields(subject="S"), Text(body, f"c/{name}.liquid"))
        for name, body in zip(names, bodies, strict=True)
    }
    messages["c", "m0", "es"] = replace(
        messages["c", "m0", None], language="es", body=Text("{{ customer.nombre }}", "c/m0.es.liquid")
    )
    content = compile_content(replace(what, messages=messages))
    made = messages_for(content, "outcome")
    assert isinstance(made, Rendering)
    return content.campaigns[0], made, made.class_reader(content.campaigns[0], content.campaigns[0].nodes)


def person_of(attributes: dict[str, Any], identifier: str | None) -> Person:
    person = Person(identifier or "somebody", AT)
    person.id, person.attributes = identifier, dict(attributes)
    return person


attributes = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ana", "Bo", None, "x" * 150, 5, [1]]),
        "vip": st.booleans(),
        "coach": st.just("Cy"),
        "nombre": st.just("Ana"),
        "language": st.sampled_from(["es", "es-MX", "de", 7]),
        "email": st.sampled_from(
            ["a@example.org", "b@example.org", "", " ", ",", "a@example.org, b@example.org", "nobody", 5]
        ),
        "id": st.sampled_from(["other", 5]),
    },
)
events = st.fixed_dictionaries(
    {},
    optional={"plan": st.sampled_from(["pro", None]), "total": st.sampled_from([1, 2.5, "3", "many"]),
              "code": st.sampled_from(["EUR", "E"])},
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(attributes, events, st.sampled_from(["1", "2", None])), min_size=2, max_size=12))
def test_journeys_of_one_class_have_the_same_outcomes_but_for_the_address(asked):
    one, messages, read = replayed(BODY, OTHER)
    assert read is not None
    classes: dict[object, object] = {}
    for values, event, identifier in asked:
        cause = Cause("go", 1, AT, event=event)
        journey = Journey(one, person_of(values, identifier), 0, AT, cause)
        known = read(journey.person, cause)
        found = [messages.outcome(journey, node, node.file, AT) for node in one.nodes]
        bare = [(outcome.language, outcome.reason, outcome.failure, outcome.recipient is None) for outcome in found]
        if known is not None:
            assert classes.setdefault(known, bare) == bare


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param({"first_name": "Ana"}, {"first_name": "Bo", "unread": 1}, True, id="names that are printed"),
        pytest.param({"first_name": "Ana"}, {}, False, id="no name"),
        pytest.param({"first_name": "Ana", "email": "a@example.org"}, {"first_name": "Ana", "email": " "}, False, id="no address"),
        pytest.param({"first_name": "Ana"}, {"first_name": "Ana", "language": "es"}, False, id="a language"),
    ],
)  # fmt: skip
def test_people_are_told_apart_by_what_decides(one, other, alike):
    _, _, read = replayed(BODY)
    assert read is not None
    cause = Cause("go", 1, AT, event={"plan": "pro"})
    assert (read(person_of(one, "1"), cause) == read(person_of(other, "2"), cause)) is alike


def test_where_one_message_has_to_be_rendered_there_is_no_class():
    _, _, read = replayed(BODY, "{{ customer | json }}")
    assert read is None


def test_a_replay_that_renders_everything_tells_no_classes():
    one, _, _ = replayed(BODY)
    assert messages_for(compile_content(project(campaign("go"))), "all").class_reader(one, one.nodes) is None
