"""Journeys that take no time: which campaigns have such, and that their counts are those of the whole trace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, identify, person, project, segment, track
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.definitions.campaign import Goal
from mailwright.definitions.conditions import Changed, InSegment, MessageIs, MessageState, Not, Performed
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.triggers import PersonTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.content import compile_content
from simulator.instants import instants_in
from simulator.messages import messages_for
from simulator.replay import replay
from simulator.summary import Summary, summary_of
from simulator.tallying import Tally

LIMIT = Workspace(message_limit=MessageLimit(count=2, seconds=DAY, retry_seconds=HOUR))
UNTIL = START + 40 * DAY
BRANCH = {"branch": {"if": Performed("looked", within=None), "then": [{"email": "b"}], "else": ["exit"]}}


@pytest.mark.parametrize(
    ("one", "more", "expected"),
    [
        pytest.param(campaign("go", {"email": "a"}, {"sms": "s"}), {}, True, id="messages"),
        pytest.param(campaign("go", BRANCH), {}, True, id="a branch on what happened before"),
        pytest.param(campaign("go", {"email": "a"}, filter=InSegment("s")), {}, True, id="a filter on a segment"),
        pytest.param(campaign("go", {"email": "a"}, filter=Changed("plan")), {}, True, id="a filter on a change"),
        pytest.param(campaign("go", {"email": "a"}, counts_toward_limit=True), {"workspace": LIMIT}, True, id="the limit"),
        pytest.param(campaign(PersonTrigger(person=person("a", 1)), {"email": "a"}), {}, True, id="people who match"),
        pytest.param(campaign("go", {"email": "a"}, {"wait": "1h"}), {}, False, id="a delay"),
        pytest.param(campaign("go", {"set": {"person": {"a": 1}}}), {}, False, id="a step that changes data"),
        pytest.param(campaign("go", {"create_event": {"name": "went"}}), {}, False, id="a step that sends an event"),
        pytest.param(campaign("go", {"cohorts": [{"share": 50}, {"share": 50}]}), {}, False, id="chance"),
        pytest.param(
            campaign("go", {"email": "a"}, {"branch": {"if": MessageIs("a", MessageState.SENT)}}), {}, False,
            id="a message whose fate is asked",
        ),
        pytest.param(
            campaign("go", {"email": "a"}), {"workspace": Workspace(esp_suppressed=("x@example.org",))}, False,
            id="addresses that the provider refuses",
        ),
    ],
)  # fmt: skip
def test_only_campaigns_without_time_and_traces_are_told_at_once(one, more, expected):
    content = compile_content(project(one, segments={"s": segment()}, **more))
    assert bool(instants_in(content)) is expected


def test_a_segment_that_asks_a_message_asks_it_of_every_campaign():
    asking = segment(MessageIs("a", MessageState.SENT))
    content = compile_content(project(campaign("go", {"email": "a"}), segments={"s": asking}))
    assert not instants_in(content)


def counted(what, *calls, render: str = "none") -> tuple[Summary, Summary, Tally]:
    for line, one in enumerate(calls, start=1):
        one.line = line
    content = compile_content(what)
    found = Summary()
    tally = Tally(content, messages_for(content, render), found)
    for one in calls:
        tally.take(one)
    run = tally.finish(UNTIL)
    whole = replay(what, None, calls, until=UNTIL, render=render)
    assert run.assumptions == whole.assumptions
    return found, summary_of(whole.entries), tally


def told(tally: Tally) -> int:
    return sum(one.journeys for recordable in tally.recorder.recordables.values() for one in recordable.recordings())


def assert_same(found: Summary, expected: Summary) -> None:
    assert found.campaigns == expected.campaigns
    assert (found.per_day, found.doubles, found.warnings) == (expected.per_day, expected.doubles, expected.warnings)


def test_each_assumption_counts_once_for_every_journey_that_stood_on_it():
    one = campaign("go", {"email": "a"}, counts_toward_limit=True)
    calls = [track("go", at=START + n * HOUR) for n in range(3)]
    found, expected, tally = counted(
        project(one, workspace=Workspace(message_limit=MessageLimit(count=2, seconds=DAY))),
        identify(email="a@example.org"),
        *calls,
    )
    assert_same(found, expected)
    assert told(tally) == 3
    assert found.campaigns["c"].sent("email") == 2


def test_a_message_that_would_wait_for_the_limit_is_the_engines():
    one = campaign("go", {"email": "a", "retry_over_limit": True}, counts_toward_limit=True)
    calls = [track("go", at=START + n * 60) for n in range(4)]
    found, expected, tally = counted(project(one, workspace=LIMIT), identify(email="a@example.org"), *calls)
    assert_same(found, expected)
    assert told(tally) == 2


def test_messages_told_at_once_use_up_the_limit_of_those_that_are_not():
    campaigns = {
        "now": campaign("go", {"email": "a"}, counts_toward_limit=True),
        "later": campaign("go", {"wait": "1h"}, {"email": "b"}, counts_toward_limit=True),
    }
    calls = [track("go", at=START + n * 60) for n in range(3)]
    found, expected, _ = counted(project(campaigns, workspace=LIMIT), identify(email="a@example.org"), *calls)
    assert_same(found, expected)
    assert found.campaigns["later"].sent("email") == 0


def test_whoever_has_an_id_may_have_it_printed():
    what = project(campaign("go", {"email": "m"}))
    message = Message("c", "m", "email", None, EmailFields(subject="S"), Text("{{ customer.id }}", "c/m.liquid"))
    what = replace(what, messages={("c", "m", None): message})
    found, expected, tally = counted(what, identify(email="a@example.org"), track("go"), render="outcome")
    assert_same(found, expected)
    assert found.campaigns["c"].sent("email") == told(tally) == 1


def test_recordings_that_serve_nobody_else_are_given_up():
    what = project(campaign("go", {"email": "m"}))
    text = Text("{% if event.n == event.m %}x{% endif %}", "c/m.liquid")
    what = replace(what, messages={("c", "m", None): Message("c", "m", "email", None, EmailFields(subject="S"), text)})
    calls = [track("go", at=START + n, data={"n": n, "m": -n}) for n in range(200)]
    found, expected, tally = counted(what, identify(email="a@example.org"), *calls, render="outcome")
    assert_same(found, expected)
    assert told(tally) < 100


attributes = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["a@example.org", "", " ", "b@example.org, c@example.org", ","]),
        "phone": st.sampled_from(["+1555", ""]),
        "unsubscribed": st.sampled_from([True, False, "true", "no", 1]),
        "cio_subscription_preferences": st.just({"channels": {"email": False}}),
        "plan": st.sampled_from(["pro", "free", 1, True]),
        "language": st.sampled_from(["es", "es-MX", "de", 5]),
        "first_name": st.sampled_from(["Ana", "", "x" * 150]),
        "id": st.just("p1"),
    },
)
properties = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(0, 2),
        "recipient": st.just("x@example.org"),
        "total": st.sampled_from([1, "1", 2.5, None]),
    },
)
who = st.sampled_from(["p1", "p2"])
calls = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.one_of(
            st.tuples(st.just("identify"), who, attributes),
            st.tuples(st.sampled_from(["go", "go", "look", "won"]), who, properties),
        ),
    ),
    max_size=25,
)


def called(what: tuple[int, tuple[str, str, dict[str, Any]]]) -> Any:
    minutes, (name, person_, values) = what
    at = START + minutes * 60
    return identify(person_, at, **values) if name == "identify" else track(name, person_, at, data=values)


CAMPAIGNS = {
    "branches": campaign(
        "go", {"email": "m"}, {"branch": {"if": Performed("look"), "then": [{"sms": "s"}], "else": [{"email": "t"}]}},
        where=data("n", 0, 1), exit={"when": "stops_matching"}, filter=Not(InSegment("staff")),
    ),
    "limited": campaign("go", {"email": "m"}, {"email": "t", "retry_over_limit": True}, counts_toward_limit=True),
    "rarely": campaign("look", {"email": "t"}, {"in_app": "s"}, frequency={"once_per": "1h"}, counts_toward_limit=True),
    "people": campaign(PersonTrigger(person=person("plan", "pro")), {"email": "m"}, exit={"when": "stops_matching"}),
    "asked": campaign("look", {"email": "q"}),
    "asking": campaign("go", {"branch": {"if": MessageIs("q", MessageState.SENT, campaign="asked"), "then": [{"email": "t"}]}}),
    "slow": campaign(
        "go", {"email": "m"}, {"wait": "2h"}, {"email": "t"}, {"wait": "1d"}, {"email": "m"},
        goal=Goal(event="won", where=data("n", 1), within="1d"), exit={"when": "goal"},
    ),
    "slower": campaign("look", {"email": "t"}, {"wait": "5h"}, {"sms": "s"}, goal=Goal(event="won"), exit={"when": "goal"}),
}  # fmt: skip
TEXTS = {
    "m": "{{ customer.first_name }} {{ event.total | currency: 'en', 'EUR' }}{% if event.n == 1 %}{{ customer.plan }}{% endif %}",
    "t": "Hi {{ customer.id }}",
    "q": "Hi",
}


def everything() -> Any:
    messages = {
        (slug, name, None): Message(
            slug, name, "email", None, EmailFields(subject="S"), Text(text, f"{slug}/{name}.liquid")
        )
        for slug in CAMPAIGNS
        for name, text in TEXTS.items()
    }
    messages["branches", "m", "es"] = replace(
        messages["branches", "m", None], language="es", body=Text("Hola {{ customer.nombre }}", "branches/m.es.liquid")
    )
    staff = segment(person("email", "b@example.org, c@example.org"))
    return replace(project(CAMPAIGNS, segments={"staff": staff}, workspace=LIMIT), messages=messages)


@pytest.mark.parametrize("render", ["none", "outcome"])
@settings(max_examples=150, deadline=None)
@given(taken=calls)
def test_what_is_told_is_what_the_engine_does(render, taken):
    in_order = [called(one) for one in sorted(taken, key=lambda one: one[0])]
    found, expected, _ = counted(everything(), *in_order, render=render)
    assert_same(found, expected)
