"""Conditions: what each clause asks, which one decided, and when time alone turns the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from building import DAY, HOUR, START, data, person
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
    CompareFields,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    Subject,
    Unclaimed,
    walk,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.conditions import Check
from simulator.moment import Moment
from simulator.operators import is_timed, value_test
from simulator.paths import values_at
from simulator.people import Person

USUAL = Assumptions()
WEEK = timedelta(days=7)


def moment_of(who: Person, event_data: dict | None = None, now: int = START) -> Moment:
    moment = Moment(now, who, who.attributes, lambda slug, at: slug in at.person.segments)
    moment.event = moment.data = event_data or {}
    return moment


def somebody(**attributes) -> Person:
    who = Person("p", START - 30 * DAY)
    who.attributes = attributes
    return who


def holds(condition, event_data=None, now=START, who=None, **settings):
    return Check(condition, Assumptions(**settings)).holds(moment_of(who or somebody(), event_data, now))


# --- what a clause asks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "event_data", "expected"),
    [
        pytest.param(All(), {}, True, id="nothing asked holds"),
        pytest.param(AnyOf(), {}, False, id="any of nothing does not"),
        pytest.param(Not(All()), {}, False, id="not nothing"),
        pytest.param(data("cart.total", 5), {"cart": {"total": "5"}}, True, id="a path"),
        pytest.param(data("cart.total", 5), {"cart.total": 5}, True, id="a key written with its dot"),
        pytest.param(data("items[].sku", "B2"), {"items": [{"sku": "A1"}, {"sku": "b2"}]}, True, id="any element"),
        pytest.param(data("items[0].sku", "B2"), {"items": [{"sku": "A1"}, {"sku": "B2"}]}, False, id="the first"),
        pytest.param(data("items[].sku", "B2"), {"items": "B2"}, False, id="no list at all"),
        pytest.param(Not(data("items[].sku", "B2")), {"items": []}, True, id="a negation over no element (R14)"),
        pytest.param(
            Not(data("items[].sku", "B2")), {"items": [{"sku": "A1"}, {"sku": "B2"}]}, False,
            id="a negation negates the whole test (R14)",
        ),
        pytest.param(Not(data("type", "sms")), {"type": None}, True, id="null counts as missing (R11)"),
        pytest.param(Compare(Subject.DATA, "x", Operator.EXISTS), {"x": None}, False, id="null does not exist (R11)"),
        pytest.param(data("x", ""), {"x": ""}, True, id="an empty text is a value (R11)"),
        pytest.param(Unclaimed(Subject.DATA, "id", "x-*", (8, 9)), {"id": "8"}, False, id="a claimed value"),
        pytest.param(Unclaimed(Subject.DATA, "id", "x-*", (8, 9)), {"id": 7}, True, id="an unclaimed value"),
        pytest.param(Unclaimed(Subject.DATA, "id", "x-*"), {"id": 7}, True, id="nothing is claimed"),
        pytest.param(All((data("a", 1), AnyOf((data("b", 2), data("c", 3))))), {"a": 1, "c": 3}, True, id="nested"),
    ],
)  # fmt: skip
def test_a_condition_on_event_data_answers_as_the_rules_say(condition, event_data, expected):
    assert holds(condition, event_data) is expected


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        pytest.param(Operator.EQUALS, {"id": 7}, {"boss": "7"}, True, id="a number and its text"),
        pytest.param(Operator.ABOVE, {"id": 7}, {"boss": 6}, True, id="above"),
        pytest.param(Operator.EQUALS, {"id": 7}, {}, False, id="missing on the right (R20)"),
        pytest.param(Operator.EQUALS, {}, {}, False, id="missing on both sides (R20)"),
    ],
)
def test_two_fields_are_compared(operator, left, right, expected):
    both = CompareFields(Subject.DATA, "id", operator, Subject.PERSON, "boss")
    assert holds(both, left, who=somebody(**right)) is expected
    assert holds(Not(both), left, who=somebody(**right)) is not expected


# --- what happened before ---------------------------------------------------------------------------------------------


def with_events(*times, name="bought", **given):
    who = somebody()
    for at in times:
        who.number += 1
        who.remember(("event", name), at, given)
    return who


@pytest.mark.parametrize(
    ("times", "within", "events", "expected"),
    [
        pytest.param(2, None, [START - 90 * DAY, START - 60 * DAY], True, id="older than 30 days count (R112)"),
        pytest.param(3, None, [START - 2, START - 1], False, id="one too few"),
        pytest.param(2, None, [START - 3, START - 2, START - 1], True, id="at least (R105)"),
        pytest.param(1, WEEK, [START - 7 * DAY], True, id="exactly so long ago is within"),
        pytest.param(1, WEEK, [START - 7 * DAY - 1], False, id="a second longer is not"),
    ],
)
def test_performed_counts_events_by_their_own_time(times, within, events, expected):
    assert holds(Performed("Bought", times, within), who=with_events(*events)) is expected


def test_performed_asks_the_data_of_each_event_and_leaves_the_data_at_hand_alone():
    who = with_events(START - 1, sku="A1")
    wanted = Performed("bought", where=data("sku", "A1"))
    assert holds(All((wanted, data("sku", "B2"))), {"sku": "B2"}, who=who)
    assert not holds(Performed("bought", where=data("sku", "B2")), {"sku": "B2"}, who=who)


def test_a_page_view_is_not_an_event_of_that_name():
    assert not holds(Performed("bought", type=EventType.PAGE), who=with_events(START - 1))


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(7 * DAY, True, id="exactly seven days old"),
        pytest.param(7 * DAY - 1, False, id="a second younger"),
    ],
)
def test_not_done_within_a_week_needs_a_profile_as_old(age, expected):
    who = Person("p", START - age)
    assert holds(Not(Performed("bought", within=WEEK)), who=who) is expected
    assert holds(Not(Performed("bought")), who=who), "without a span age does not matter"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param(None, True, id="any change"),
        pytest.param(Compare(Subject.TO, "", Operator.EQUALS, ("pro",)), True, id="to its new value"),
        pytest.param(Compare(Subject.TO, "", Operator.EQUALS, ("free",)), False, id="to another value"),
        pytest.param(Not(Compare(Subject.FROM, "", Operator.EQUALS, ("trial",))), True, id="absent is not trial (R10)"),
        pytest.param(Compare(Subject.FROM, "", Operator.EXISTS), False, id="from nothing"),
    ],
)
def test_a_change_is_asked_for_its_new_and_old_value(where, expected):
    who = somebody(plan="pro")
    who.remember_change("plan", START - DAY, None, "pro")
    assert holds(Changed("plan", where), who=who) is expected
    assert holds(Changed("plan", where, within=timedelta(hours=1)), who=who) is False


def test_an_inverse_change_may_leave_out_people_without_the_attribute():
    never = Not(Changed("plan"))
    assert holds(never)
    assert not holds(never, inverse_attribute_change="fails")
    assert holds(never, who=somebody(plan="free"), inverse_attribute_change="fails")


def test_an_event_happens_only_after_the_wait_began():
    who = with_events(START - 5, START - 1)
    moment = moment_of(who)
    check = Check(Happens("bought"), USUAL)
    moment.since = 1
    assert check.holds(moment)
    moment.since = 2
    assert not check.holds(moment)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(MessageIs("hi", MessageState.OPENED), True, id="of the campaign itself"),
        pytest.param(MessageIs("hi", MessageState.OPENED, "other"), False, id="of another campaign"),
        pytest.param(MessageIs("hi", MessageState.CLICKED), False, id="another state"),
        pytest.param(MessageIs("hi", MessageState.OPENED, times=2), False, id="too few times"),
        pytest.param(MessageIs("hi", MessageState.OPENED, within=timedelta(hours=1)), True, id="exactly an hour ago"),
        pytest.param(MessageIs("hi", MessageState.OPENED, within=timedelta(minutes=59)), False, id="longer ago"),
    ],
)
def test_a_message_is_asked_for_its_state(asked, expected):
    who = somebody()
    who.note_message("welcome", "hi", "opened", START - HOUR)
    moment = moment_of(who)
    moment.campaign = "welcome"
    assert Check(asked, USUAL).holds(moment) is expected


# --- when time alone turns the answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        pytest.param(person("due", 300, operator=Operator.MORE_THAN_AGO), somebody(due=START), id="more than ago"),
        pytest.param(person("due", 300, operator=Operator.LESS_THAN_AGO), somebody(due=START), id="less than ago"),
        pytest.param(person("due", 60, operator=Operator.LESS_THAN_AHEAD), somebody(due=START + 400), id="ahead"),
        pytest.param(person("due", 60, operator=Operator.MORE_THAN_AHEAD), somebody(due=START + 400.5), id="fraction"),
        pytest.param(Performed("bought", within=WEEK), with_events(START - 5 * DAY), id="an event grows old"),
        pytest.param(Not(Performed("bought", within=WEEK)), Person("p", START - 5 * DAY), id="a profile comes of age"),
    ],
)
def test_the_next_change_is_the_second_at_which_the_answer_turns(condition, who):
    check = Check(condition, USUAL)
    before = check.holds(moment_of(who))
    turn = check.next_change(moment_of(who), {})
    assert turn is not None
    assert check.holds(moment_of(who, now=turn - 1)) is before
    assert check.holds(moment_of(who, now=turn)) is not before
    assert check.next_change(moment_of(who, now=turn), {}) is None


def test_changes_and_messages_grow_old_too():
    who = somebody()
    who.remember_change("plan", START, "a", "b")
    who.note_message("welcome", "hi", "opened", START)
    moment = moment_of(who)
    moment.campaign = "welcome"
    for condition in (Changed("plan", within=WEEK), MessageIs("hi", MessageState.OPENED, within=WEEK)):
        assert Check(condition, USUAL).next_change(moment, {}) == START + 7 * DAY + 1


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(person("plan", "pro"), id="a value"),
        pytest.param(person("due", 300, operator=Operator.MORE_THAN_AGO), id="a time that is missing"),
        pytest.param(Performed("bought"), id="an event without a span"),
    ],
)
def test_what_time_cannot_change_has_no_next_change(condition):
    assert Check(condition, USUAL).next_change(moment_of(somebody()), {}) is None


# --- which clause decided ---------------------------------------------------------------------------------------------


def test_every_clause_says_what_it_saw():
    condition = All(
        (
            data("type", "photo"),
            Not(data("source", "sms")),
            Compare(Subject.DATA, "items[].sku", Operator.EQUALS, ("A1",)),
            CompareFields(Subject.DATA, "id", Operator.EQUALS, Subject.PERSON, "boss"),
            InSegment("vip"),
            Performed("bought"),
            Changed("plan"),
            Happens("bought"),
            Unclaimed(Subject.DATA, "id", "x-*", (8,)),
        )
    )
    who = with_events(START - 1)
    moment = moment_of(who, {"type": "photo", "items": [{"sku": "A1"}, {"sku": "B2"}], "id": 7})
    found = Check(condition, USUAL).clauses(moment, "trigger")
    assert [(clause.seen, clause.missing, clause.held) for clause in found] == [
        ("photo", False, True),
        (None, True, True),
        (["A1", "B2"], False, True),
        ([7, None], True, False),
        (False, False, False),
        (1, False, True),
        (0, False, False),
        (None, False, True),
        (7, False, True),
    ]
    assert [clause.rule for clause in found] == ["R8", "R10", "R8", "R20", "R104", "R105", "R106", "R66", "R8"]
    assert [clause.address for clause in found] == [(index,) for index in range(9)]


def test_a_change_s_inner_clause_sees_both_values():
    check = Check(Compare(Subject.TO, "", Operator.EQUALS, ("pro",)), USUAL)
    old = Check(Compare(Subject.FROM, "", Operator.EXISTS), USUAL)
    moment = moment_of(somebody())
    moment.to, moment.from_ = "pro", None
    assert check.clauses(moment, "x")[0].seen == "pro"
    assert old.clauses(moment, "x")[0].missing


@pytest.mark.parametrize(
    ("condition", "address"),
    [
        pytest.param(All((data("a", 1), data("b", 2))), (1,), id="the first that failed"),
        pytest.param(AnyOf((data("b", 2), data("a", 1))), (1,), id="the first that was enough"),
        pytest.param(AnyOf((data("b", 2), data("b", 3))), (0,), id="of those that all failed the first"),
        pytest.param(Not(All((data("a", 1), data("b", 2)))), (0, 1), id="inside a negated group"),
        pytest.param(All((data("a", 1), Not(data("a", 1)))), (1,), id="a negated clause is one"),
    ],
)
def test_the_deciding_clause_is_the_one_that_made_the_answer(condition, address):
    clause = Check(condition, USUAL).deciding(moment_of(somebody(), {"a": 1}), "trigger")
    assert clause is not None
    assert clause.address == address


def test_nothing_asked_means_nothing_decided():
    assert Check(All(), USUAL).deciding(moment_of(somebody()), "trigger") is None
    assert Check(AnyOf(), USUAL).deciding(moment_of(somebody()), "trigger") is None
    assert Check(All(), USUAL).clauses(moment_of(somebody()), "trigger") == []


def test_what_a_condition_reads_is_known_without_asking_it():
    condition = All(
        (
            person("address.city", "Rome"),
            data("items[0].sku", "A1"),
            CompareFields(Subject.EVENT, "id", Operator.EQUALS, Subject.PERSON, "boss"),
            Unclaimed(Subject.DATA, "campaign_id", "x-*"),
            Performed("Bought", where=data("sku", 1)),
            Happens("Sold"),
            Changed("plan", within=WEEK),
            InSegment("vip"),
            MessageIs("hi", MessageState.SENT, "other"),
        )
    )
    reads = Check(condition, USUAL).reads
    assert reads.attributes == {"address.city", "address", "boss"}
    assert reads.properties == {"items[0].sku", "items", "id", "campaign_id", "sku"}
    assert (reads.events, reads.changes, reads.segments) == ({"bought", "sold"}, {"plan"}, {"vip"})
    assert reads.messages == {("other", "hi")}
    assert reads.timed


# --- properties ---------------------------------------------------------------------------------------------------------

PATHS = st.sampled_from(["a", "b", "c.d", "items[].x", "items[0].x"])
VALUES = st.sampled_from(["photo", "Photo", "", "5", 5, 5.0, True, "true", 7, START - 60, START + 60])
OPERATORS = st.sampled_from(
    [
        (Operator.EQUALS, 1), (Operator.CONTAINS, 1), (Operator.EXISTS, 0), (Operator.IS_TIMESTAMP, 0),
        (Operator.ABOVE, "n"), (Operator.BEFORE, "n"), (Operator.MORE_THAN_AGO, "n"), (Operator.LESS_THAN_AHEAD, "n"),
    ]
)  # fmt: skip


@st.composite
def leaves(draw):
    operator, takes = draw(OPERATORS)
    values = () if takes == 0 else (draw(VALUES),) if takes == 1 else (draw(st.integers(0, 100)),)
    return Compare(draw(st.sampled_from([Subject.DATA, Subject.PERSON])), draw(PATHS), operator, values)


CONDITIONS = st.recursive(
    leaves() | st.builds(InSegment, st.sampled_from(["vip", "staff"])),
    lambda inner: (
        st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)
DATA = st.dictionaries(
    st.sampled_from(["a", "b"]),
    VALUES | st.none() | st.lists(VALUES, max_size=2),
) | st.builds(
    lambda inner, items: {"c": {"d": inner}, "items": [{"x": item} for item in items]},
    VALUES, st.lists(VALUES, max_size=3),
)  # fmt: skip


def plainly(condition, moment) -> bool:
    """What the tree means, read clause by clause."""
    match condition:
        case All(parts=parts):
            return all(plainly(part, moment) for part in parts)
        case AnyOf(parts=parts):
            return any(plainly(part, moment) for part in parts)
        case Not(part=part):
            return not plainly(part, moment)
        case InSegment(segment=segment):
            return segment in moment.person.segments
        case Compare(subject=subject, path=path, operator=operator, values=values):
            data_of = moment.data if subject is Subject.DATA else moment.attributes
            test = value_test(operator, values, USUAL)
            found = list(values_at(data_of, path)) or [None]
            return any(test(value, moment.now) if is_timed(operator) else test(value) for value in found)
    raise TypeError(condition)


@given(CONDITIONS, DATA, DATA, st.frozensets(st.sampled_from(["vip", "staff"])))
def test_the_compiled_condition_means_what_its_tree_says(condition, event_data, attributes, segments):
    who = somebody(**attributes)
    who.segments = segments
    moment = moment_of(who, event_data)
    assert Check(condition, USUAL).holds(moment) is plainly(condition, moment)


@given(CONDITIONS, DATA, DATA)
def test_no_clause_in_the_trace_lies_about_its_answer(condition, event_data, attributes):
    moment = moment_of(somebody(**attributes), event_data)
    check = Check(condition, USUAL)
    clauses = dict(walk(condition))
    decided = check.deciding(moment, "trigger")
    for clause in [*check.clauses(moment, "trigger"), *([decided] if decided else [])]:
        assert clause.held is plainly(clauses[clause.address], moment)


@given(CONDITIONS, DATA)
def test_between_two_turns_time_changes_nothing(condition, attributes):
    who = somebody(**attributes)
    check = Check(condition, USUAL)
    turn = check.next_change(moment_of(who), {})
    later = START + 50 if turn is None else min(turn - 1, START + 50)
    assert check.holds(moment_of(who, now=later)) is check.holds(moment_of(who))
