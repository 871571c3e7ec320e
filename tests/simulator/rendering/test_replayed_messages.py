from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from simulator.content import compile_content
from simulator.history.calls import Call, CallKind
from simulator.journeys import Cause, Journey
from simulator.messages import messages_for
from simulator.people import Person
from simulator.rendering.journey_moments import customer_of, objects_of, plural_of
from simulator.replay import replay
from simulator.trace import Acted, Delivery

BODY = (
    "Hi {{ customer.first_name }} {{ event.plan }} {% if customer.vip %}{{ customer.coach }}{% endif %}"
    "{{ journey.gift | default: 'none' }} {{ event_name }} {{ event_timestamp | date: '%Y' }}"
)


def project_of(body: str = BODY, **steps: Any) -> Project:
    message = Message("c", "m", "email", None, EmailFields(subject="S"), Text(body, "c/m.liquid"))
    spanish = replace(message, language="es", body=Text("Hola {{ customer.nombre }}", "c/m.es.liquid"))
    workflow = [*([{"set": steps["set"]}] if "set" in steps else []), {"email": "m"}]
    campaign = Campaign(name="C", trigger={"event": "bought"}, workflow=workflow)
    return Project(
        Path("."), campaigns={"c": campaign}, messages={("c", "m", None): message, ("c", "m", "es"): spanish}
    )


def person_of(**attributes: Any) -> Person:
    person = Person("7", 0)
    person.id = "7"
    person.attributes = {"email": "ana@example.org", **attributes}
    return person


def journey_of(project: Project, person: Person, event: dict[str, Any]) -> Journey:
    (campaign,) = compile_content(project).campaigns
    return Journey(campaign, person, 0, 1_768_000_000, Cause("bought", 1, 1_768_000_000, event=event))


PEOPLE = [
    {"first_name": "Ana"},
    {"first_name": None},
    {},
    {"first_name": "Ana", "vip": True},
    {"first_name": "Ana", "vip": True, "coach": "Bo"},
    {"first_name": "Ana", "email": ""},
    {"first_name": "Ana", "language": "es"},
    {"nombre": "Ana", "language": "es-MX"},
]


def test_all_and_outcome_tell_the_same():
    project = project_of()
    content = compile_content(project)
    whole, told = messages_for(content, "all"), messages_for(content, "outcome")
    node = content.campaigns[0].start
    assert node is not None
    seen = set()
    for attributes in PEOPLE:
        for event in ({"plan": "pro"}, {}, {"plan": "pro", "recipient": "x@example.org"}):
            journey = journey_of(project, person_of(**attributes), event)
            one, other = (messages.outcome(journey, node, "m", 1_768_000_000) for messages in (whole, told))
            assert (one.recipient, one.language, one.reason, one.failure) == (
                other.recipient, other.language, other.reason, other.failure,
            )  # fmt: skip
            seen.add((one.recipient, one.language, one.reason))
    assert ("x@example.org", None, "") in seen
    assert (None, "es", "liquid_undefined") in seen
    assert ("ana@example.org", "es", "") in seen
    assert (None, None, "missing_recipient") in seen


def test_people_alike_in_what_is_read_are_of_one_class():
    project = project_of()
    content = compile_content(project)
    messages, node = messages_for(content, "outcome"), content.campaigns[0].start
    assert node is not None
    read = messages.class_reader(content.campaigns[0], [node])
    assert read is not None

    def class_of(**attributes: Any) -> object:
        journey = journey_of(project, person_of(**attributes), {"plan": "pro"})
        return read(journey.person, journey.cause)

    assert class_of(first_name="Ana") == class_of(first_name="Bo", unread=1, email="bo@example.org") is not None
    assert class_of(first_name="Ana") != class_of()
    assert class_of(first_name="Ana") != class_of(first_name="Ana", language="es")
    assert {"first_name", "vip", "coach", "nombre", "language"} <= messages.attributes_read()


@pytest.mark.parametrize("mode", ["all", "outcome"])
def test_a_failed_message_carries_customer_ios_words_and_the_journey_goes_on(mode):
    calls = [Call(1, CallKind.EVENT, "7", name="bought", data={"recipient": "a@example.org"}, at=1_768_000_000)]
    (delivery,) = [e for e in replay(project_of(), None, calls, render=mode).entries if isinstance(e, Delivery)]
    assert (delivery.status, delivery.reason) == ("failed", "liquid_undefined")
    assert delivery.failure == "Variable 'customer.first_name' is missing"


@pytest.mark.parametrize("mode", ["all", "outcome"])
def test_a_set_step_renders_its_values_and_says_why_it_cannot(mode):
    project = project_of(set={"person": {"plan": "{{ event.plan }}!"}})
    calls = [
        Call(1, CallKind.EVENT, "7", name="bought", data={"plan": "pro"}, at=1_768_000_000),
        Call(2, CallKind.EVENT, "8", name="bought", data={}, at=1_768_000_001),
    ]
    run = replay(project, None, calls, render=mode)
    assert run.profiles["7"]["plan"] == "pro!"
    assert "plan" not in run.profiles["8"]
    assert [e.failure for e in run.entries if isinstance(e, Acted)] == ["", "Variable 'event.plan' is missing"]


def test_a_person_is_known_by_every_identifier():
    person = person_of(first_name="Ana")
    person.cio_id = "0f"
    assert customer_of(person) == {"id": "7", "cio_id": "0f", "email": "ana@example.org", "first_name": "Ana"}
    assert customer_of(Person("", 0)) is None


def test_related_objects_come_by_type_newest_first_and_ten_at_most():
    person = person_of()
    for number in range(12):
        person.relate(("company", str(number)), {"role": number})
    found = objects_of(person, {})
    assert [item["object_id"] for item in found["companies"]] == [str(number) for number in range(11, 1, -1)]
    assert found["companies"][0]["relationship"] == {"role": 11}
    assert [plural_of(word) for word in ("account", "day", "course", "news")] == ["accounts", "days", "courses", "news"]


def test_a_related_object_brings_its_own_attributes():
    person = Person("p", 0)
    person.relate(("course", "7"), {"role": "student"})
    found = objects_of(person, {("course", "7"): {"title": "Pottery"}})
    assert found == {"courses": [{"title": "Pottery", "object_id": "7", "relationship": {"role": "student"}}]}
