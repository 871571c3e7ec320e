"""Projects of every kind of campaign and step, and logs that run through them, as hypothesis draws them."""

from __future__ import annotations

from typing import Any

from building import DAY, HOUR, START, call, campaign, data, event, person, project, segment, track
from hypothesis import strategies as st

from mailwright.definitions.campaign import Campaign, Goal
from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
    CompareFields,
    Condition,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Topic, TopicsFile
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    DateTrigger,
    EventTrigger,
    FormTrigger,
    NewsletterTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    TransactionalTrigger,
    WebhookTrigger,
)
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.history.calls import Call, CallKind

EVENTS = st.sampled_from(["go", "go", "visit", "bought", "Go"])
PEOPLE = st.sampled_from(["p", "q", "r"])

ABOUT_PEOPLE: list[Condition] = [
    person("plan", "pro"), Not(person("plan", "free")), person("plan", True), person("plan", "pro", "team"),
    Not(person("plan", "pro", "team")), person("n", 1, operator=Operator.ABOVE), Not(person("n", 2, operator=Operator.BELOW)),
    person("n", 0, 2, operator=Operator.BETWEEN), person("plan", "R", operator=Operator.CONTAINS),
    person("plan", operator=Operator.EXISTS), Not(person("due", operator=Operator.EXISTS)),
    person("due", DAY, operator=Operator.MORE_THAN_AGO), person("due", DAY, operator=Operator.LESS_THAN_AHEAD),
    person("due", START, operator=Operator.AFTER), InSegment("s"), Not(InSegment("often")), Performed("visit", 2),
    Not(Performed("visit")), Changed("plan", Compare(Subject.TO, "", Operator.EQUALS, ("pro",))),
    MessageIs("m", MessageState.SENT), person("due", operator=Operator.IS_TIMESTAMP),
    Unclaimed(Subject.PERSON, "plan", "x-*", ("free",)),
]  # fmt: skip
ABOUT_EVENTS: list[Condition] = [
    event("kind", "x"), Not(event("kind", "x", "y")), event("n", 1, operator=Operator.ABOVE),
    event("items[].sku", "A"), CompareFields(Subject.EVENT, "n", Operator.EQUALS, Subject.PERSON, "n"),
]  # fmt: skip
ABOUT_DATA: list[Condition] = [
    data("kind", "x"), Not(data("kind", "x")), data("kind", "x", "y"), data("n", 0, 2, operator=Operator.BETWEEN),
    Not(data("kind", "y", operator=Operator.CONTAINS)), data("items[].sku", "A"), Not(data("items[].sku", "A")),
    CompareFields(Subject.DATA, "n", Operator.EQUALS, Subject.PERSON, "n"),
]  # fmt: skip


def grown(leaves: list[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions of any shape over some leaves."""
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=4,
    )


NOTHING = st.just(All())
PERSON_CONDITIONS = grown(ABOUT_PEOPLE)
DATA_CONDITIONS = grown(ABOUT_DATA)
BRANCH_CONDITIONS = grown([*ABOUT_PEOPLE, *ABOUT_EVENTS])
HAPPENING = st.sampled_from(
    [Happens("bought"), Happens("bought", data("kind", "x")), Happens("visit"),
     Happens("go", CompareFields(Subject.DATA, "n", Operator.EQUALS, Subject.EVENT, "n"))]
)  # fmt: skip

PLAIN_STEPS: list[dict[str, Any]] = [
    {"email": "a"}, {"email": "b", "sending": "draft"}, {"email": "a", "sending": "off"}, {"sms": "t"}, {"push": "u"},
    {"in_app": "i"}, {"slack": "l"}, {"whatsapp": "w"}, {"webhook": "h"}, {"email": "a", "topic": "news"},
    {"email": "b", "to_unsubscribed": True}, {"email": "a", "counts_toward_limit": True, "retry_over_limit": True},
    {"wait": "1h"}, {"wait": "2d"}, {"wait": {"between": ["10m", "5h"]}}, {"exit": True},
    {"window": {"from": "09:00", "to": "17:00", "days": "mon-fri"}},
    {"window": {"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"}},
    {"set": {"person": {"plan": "pro"}}}, {"set": {"person": {"plan": None, "n": 2}}},
    {"set": {"person": {"seen": True}, "journey": {"offer": "15"}}}, {"set": {"person": {"n": 1}, "of": "q"}},
    {"segment": {"add": "s"}}, {"segment": {"remove": "s"}}, {"create_event": {"name": "visit"}},
    {"create_event": {"name": "bought", "data": {"kind": "x", "n": 1}}}, {"create_event": {"name": "go", "of": "r"}},
    {"collection_query": {"collection": "c", "into": "found"}}, {"batch_update": {"x": 1}}, {"llm": {"ask": "what"}},
    {"grace_period": "1h"}, {"filter_match_delay": "1h"},
    {"ab_test": [{"share": 50, "email": "a"}, {"share": 30, "email": "b"}, {"share": 20, "hold_out": True}]},
    {"ab_test": [{"share": 10, "hold_out": True}, {"share": 90, "email": "a"}]},
]  # fmt: skip


def _lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(inner, max_size=2)


def _branching(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    steps = _lists(inner)
    return st.one_of(
        st.builds(lambda a, t, o: {"branch": {"if": a, "then": t, "else": o}}, BRANCH_CONDITIONS, steps, steps),
        st.builds(
            lambda a, b, t, o, e: {"split": [{"if": a, "then": t, "name": "first"}, {"if": b, "then": o}, {"else": e}]},
            BRANCH_CONDITIONS, BRANCH_CONDITIONS, steps, steps, steps,
        ),
        st.builds(lambda a, t: {"split": [{"if": a, "then": t}]}, BRANCH_CONDITIONS, steps),
        st.builds(
            lambda t, o: {"cohorts": [{"share": 33.3, "then": t, "name": "x"}, {"share": 66.7, "then": o}]}, steps, steps
        ),
        st.builds(
            lambda t, o, e: {"languages": [{"is": "es", "then": t}, {"is": "de", "then": o}, {"then": e}]},
            steps, steps, steps,
        ),
        st.builds(lambda a, t: {"wait_until": {"any": AnyOf(tuple(a)), "at_most": "1d", "then": t}},
                  st.lists(st.one_of(HAPPENING, BRANCH_CONDITIONS), min_size=1, max_size=3), steps),
        st.builds(lambda a, e: {"wait_until": {"any": a, "at_most": "2d", "on_timeout": e}},
                  HAPPENING, st.one_of(st.just("exit"), st.just("continue"), st.lists(inner, min_size=1, max_size=2))),
        st.builds(lambda a, t, o: {"wait_until": {"paths": [{"when": a, "then": t}, {"when": Happens("bought"), "then": o}]}},
                  BRANCH_CONDITIONS, steps, steps),
        st.just({"wait_until": {"at_most": "3h"}}),
    )  # fmt: skip


@st.composite
def _conditional(draw: Any) -> Any:
    step = dict(draw(st.sampled_from(PLAIN_STEPS)))
    if "exit" not in step and draw(st.integers(0, 4)) == 0:
        step["only_if"] = draw(BRANCH_CONDITIONS)
    return step


STEPS = st.recursive(_conditional(), _branching, max_leaves=5)


@st.composite
def _triggers(draw: Any) -> Any:
    match draw(st.sampled_from("eeeeeeeeesspprdfogwbtn")):
        case "e":
            return EventTrigger(event=draw(EVENTS), where=draw(st.one_of(NOTHING, NOTHING, DATA_CONDITIONS)))
        case "s":
            return SegmentTrigger(segment=draw(st.sampled_from(["s", "often", "some"])))
        case "p":
            return PersonTrigger(person=draw(PERSON_CONDITIONS))
        case "d":
            span: dict[str, Any] = draw(st.sampled_from([{}, {"before": "2d"}, {"after": "1d"}, {"before": "36h"}]))
            return DateTrigger(date="due", at="10:00", repeat=draw(st.sampled_from(["once", "monthly"])), **span)
        case "f":
            return FormTrigger(form="contact", where=draw(st.one_of(NOTHING, DATA_CONDITIONS)))
        case "o":
            return ObjectTrigger(
                object="course", where=Compare(Subject.OBJECT, "city", Operator.EQUALS, ("Lisbon",)),
                audience=draw(PERSON_CONDITIONS),
            )  # fmt: skip
        case "r":
            return RelationshipTrigger(
                relationship="course", where=Compare(Subject.RELATIONSHIP, "role", Operator.EQUALS, ("lead",))
            )
        case "g" | "w":
            return WebhookTrigger(webhook="hook", where=draw(st.one_of(NOTHING, DATA_CONDITIONS)), person="who")
        case "b":
            return BroadcastTrigger(broadcast="storm", audience=draw(PERSON_CONDITIONS))
        case "t":
            return TransactionalTrigger(transactional="receipt")
        case _:
            return NewsletterTrigger(newsletter="digest", audience=draw(PERSON_CONDITIONS), at="2025-03-05T10:00:00Z")


@st.composite
def campaigns(draw: Any) -> Campaign:
    """A campaign of any kind."""
    trigger = draw(_triggers())
    if isinstance(trigger, TransactionalTrigger | NewsletterTrigger):
        step: dict[str, Any] = draw(st.sampled_from([{"email": "a"}, {"email": "b", "sending": "draft"}, {"sms": "t"}]))
        return campaign(trigger, step, frequency="every_time", to_unsubscribed=draw(st.booleans()))
    steps = draw(st.lists(STEPS, min_size=2, max_size=5))
    goal = draw(
        st.sampled_from([None, None, Goal(event="bought"), Goal(filter=person("plan", "pro")),
                         Goal(event="bought", where=data("kind", "x"), within="2h")])
    )  # fmt: skip
    when = draw(st.sampled_from(["never", "stops_matching", *(["goal", "goal_or_stops_matching"] if goal else [])]))
    on = draw(st.sampled_from([None, None, AnyOf((Happens("bought"), InSegment("s"))), AnyOf((person("n", 2),))]))
    on_people = isinstance(trigger, SegmentTrigger | PersonTrigger)
    often = ["once", {"rematch": "1d"}, {"every": "2d"}] if on_people else ["once", {"once_per": "1d"}]
    return campaign(
        trigger,
        *steps,
        goal=goal,
        exit={"when": when, "on": on},
        frequency=draw(st.sampled_from([None, None, *often])),
        filter=draw(st.one_of(NOTHING, NOTHING, NOTHING, PERSON_CONDITIONS)),
        topic=draw(st.sampled_from([None, "news"])),
        to_unsubscribed=draw(st.booleans()),
        counts_toward_limit=draw(st.booleans()),
        state=draw(st.sampled_from(["running", "running", "running", "running", "draft", "stopped"])),
    )


@st.composite
def projects(draw: Any) -> Project:
    """A project of one to three campaigns, with segments, a topic and perhaps a message limit."""
    found = {f"c{number}": one for number, one in enumerate(draw(st.lists(campaigns(), min_size=1, max_size=3)))}
    # A message that is asked about has to be there.
    limit = draw(st.sampled_from([None, MessageLimit(count=1, seconds=DAY, retry_seconds=HOUR)]))
    return project(
        found,
        bodies={"a": "Hi {{ customer.plan | default: 'you' }}", "b": "{{ customer.plan }}"},
        segments={
            "s": segment(), "often": segment(Performed("visit", 2)),
            "some": segment(AnyOf((person("plan", "pro"), All((InSegment("s"), Not(Performed("bought"))))))),
        },
        topics=TopicsFile(topics={"news": Topic(id=1, name="News", default=draw(st.sampled_from(["subscribed", "unsubscribed"])))}),
        workspace=Workspace(message_limit=limit, **{"from": "Here <here@example.org>"}),
        identifier=draw(st.sampled_from(["id", "id_or_email"])),
    )  # fmt: skip


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["free", "pro", "team", 1, True, None]),
        "email": st.sampled_from(["a@example.org", "b@example.org", ""]),
        "phone": st.just("+15550100200"),
        "unsubscribed": st.booleans(),
        "language": st.sampled_from(["es", "de-AT", "fr"]),
        "n": st.integers(0, 3),
        "due": st.integers(START - DAY, START + 5 * DAY),
        "timezone": st.sampled_from(["Asia/Tokyo", "nowhere"]),
    },
)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["x", "y", None]), "n": st.integers(0, 3),
        "items": st.lists(st.sampled_from([{"sku": "A"}, {"sku": "B"}, {}]), max_size=2),
    },
)  # fmt: skip


@st.composite
def logs(draw: Any) -> list[Call]:
    """Calls of every kind, in the order of their times."""
    calls: list[Call] = []
    at = START
    for _ in range(draw(st.integers(6, 24))):
        at += draw(st.sampled_from([0, 1, 60, 1800, HOUR, DAY]))
        calls.append(draw(_call(at)))
    for line, one in enumerate(calls, start=1):
        one.line = line
    return calls


@st.composite
def _call(draw: Any, at: int) -> Call:
    who = draw(PEOPLE)
    match draw(st.sampled_from("iiieeeeeejlmduofrwbtsA")):
        case "i":
            anonymous = draw(st.sampled_from([None, None, "a1"]))
            return Call(0, CallKind.IDENTIFY, who, data=draw(ATTRIBUTES), at=at, anonymous_id=anonymous)
        case "e":
            identity = draw(st.sampled_from([None, None, None, "id1", "id2"]))
            own = draw(st.sampled_from([None, None, at - 2 * DAY, at - 5 * DAY]))
            return track(draw(EVENTS), who, at, data=draw(DATA), event_id=identity, timestamp=own)
        case "j":
            return call(CallKind.JOIN_SEGMENT, who, at, other="s")
        case "l":
            return call(CallKind.LEAVE_SEGMENT, who, at, other="s")
        case "m":
            return call(CallKind.MERGE, who, at, other=draw(PEOPLE))
        case "d":
            return call(CallKind.DELETE, who, at)
        case "s":
            return call(draw(st.sampled_from([CallKind.SUPPRESS, CallKind.UNSUPPRESS])), who, at)
        case "o":
            city = draw(st.sampled_from(["Lisbon", "Porto"]))
            return Call(0, CallKind.OBJECT, name="course", other="1", data={"city": city}, at=at)
        case "r":
            return call(
                CallKind.RELATE, who, at, name="course", other="1", data={"role": draw(st.sampled_from(["lead", ""]))}
            )
        case "f":
            return call(CallKind.FORM, who, at, name="contact", data=draw(DATA))
        case "w":
            named = draw(st.sampled_from([{}, {"who": who}]))
            return Call(0, CallKind.WEBHOOK, name="hook", data={**draw(DATA), **named}, at=at)
        case "b":
            body = draw(st.sampled_from([{"data": {"kind": "x"}}, {"data": {}, "ids": ["p", "q"]}]))
            return Call(0, CallKind.BROADCAST, name="storm", data=body, at=at)
        case "t":
            return call(CallKind.TRANSACTIONAL, who, at, name="receipt", data={"n": 1}, other="x@example.org")
        case _:
            return track(draw(EVENTS), None, at, anonymous_id=draw(st.sampled_from(["a1", "a2"])))
