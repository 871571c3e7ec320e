"""What is disjoint, never, always, wider: decided as Customer.io compares, with a witness where it is not so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conditions_by_chance import SEGMENTS

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import (
    All,
    Any,
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
from simulator.proofs import (
    Change,
    Context,
    Proved,
    Refuted,
    Unknown,
    always,
    change_as_lines,
    changed_filter,
    disjoint,
    equal,
    narrower,
    never,
    wider,
    witness,
    witness_as_yaml,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def data(path: str, operator: Operator, *values: str | float | bool) -> Compare:
    return Compare(Subject.DATA, path, operator, values)


def equals(path: str, *values: str | float | bool) -> Compare:
    return data(path, Operator.EQUALS, *values)


def person(path: str, *values: str | float | bool) -> Compare:
    return Compare(Subject.PERSON, path, Operator.EQUALS, values)


def contains(path: str, *values: str) -> Compare:
    return data(path, Operator.CONTAINS, *values)


VIA = contains("updated-via", "activate-account")
SKU_A, SKU_B = equals("items[].sku", "a"), equals("items[].sku", "b")
MADE = "made_at"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(equals("type", "photo"), equals("type", "text"), True, id="two constants"),
        pytest.param(equals("type", "photo"), equals("type", "PHOTO"), False, id="case does not tell apart"),
        pytest.param(equals("id", 8017), equals("id", "8017.0"), False, id="a number and its text are one value"),
        pytest.param(equals("id", True), equals("id", "TRUE"), False, id="true and its text are one value"),
        pytest.param(equals("id", True), equals("id", 1), True, id="true is not one"),
        pytest.param(equals("id", 1, 2), equals("id", 2, 3), False, id="lists that share a value"),
        pytest.param(Not(equals("id", 1, 2)), equals("id", 1), True, id="excluded here, asked for there"),
        pytest.param(Not(equals("id", 1)), equals("id", 1, 2), False, id="only one of two is excluded"),
        pytest.param(Unclaimed(Subject.DATA, "id", "x-*", (7,)), equals("id", 7), True, id="claimed by the other"),
        pytest.param(VIA, Not(VIA), True, id="contains and does not contain"),
        pytest.param(equals("updated-via", "reset"), VIA, True, id="a constant without the part"),
        pytest.param(contains("t", "ab"), Not(contains("t", "a")), True, id="a part of what is contained"),
        pytest.param(contains("t", "ab"), Not(contains("t", "abc")), False, id="more than what is contained"),
        pytest.param(contains("t", "ab"), contains("t", "cd"), False, id="two parts of one text"),
        pytest.param(contains("t", "ab"), data("t", Operator.ABOVE, 5), True, id="letters and a number"),
        pytest.param(contains("t", "99"), data("t", Operator.BELOW, 5), False, id="digits behind the point"),
        pytest.param(data("n", Operator.ABOVE, 10), data("n", Operator.BELOW, 10), True, id="above and below"),
        pytest.param(data("n", Operator.ABOVE, 9), data("n", Operator.BELOW, 10), False, id="an open gap between"),
        pytest.param(data("n", Operator.BETWEEN, 1, 5), data("n", Operator.BETWEEN, 5, 9), False, id="ends belong"),
        pytest.param(equals("n", 5), data("n", Operator.ABOVE, 5), True, id="strictly above"),
        pytest.param(equals("type", "photo"), equals("source", "sms"), False, id="different properties"),
        pytest.param(SKU_A, SKU_B, False, id="two elements of one list"),
        pytest.param(SKU_A, Not(SKU_A), True, id="an element and no such element"),
        pytest.param(SKU_A, Not(data("items[].sku", Operator.EXISTS)), True, id="an element of no elements"),
        pytest.param(Any((equals("t", "a"), equals("t", "b"))), equals("t", "c"), True, id="any of constants"),
        pytest.param(Any((equals("t", "a"), equals("u", "b"))), equals("t", "c"), False, id="any over two properties"),
        pytest.param(InSegment("staff"), Not(InSegment("staff")), True, id="in and out of a segment kept by hand"),
        pytest.param(InSegment("paying"), person("plan", "free"), True, id="a segment means its condition"),
        pytest.param(Not(data("t", Operator.EXISTS)), equals("t", "a"), True, id="missing here, asked for there"),
        pytest.param(Not(data("t", Operator.EXISTS)), Not(equals("t", "a")), False, id="a negation of what is missing"),
        pytest.param(All(), equals("t", "a"), False, id="no condition excludes nothing"),
        pytest.param(Not(Any((equals("t", "a"), equals("t", "b")))), equals("t", "b"), True, id="not any is all of not"),
        pytest.param(Compare(Subject.EVENT, "t", Operator.EQUALS, ("a",)), equals("t", "b"), True, id="event is event"),
        pytest.param(
            data(MADE, Operator.MORE_THAN_AGO, 86400), data(MADE, Operator.LESS_THAN_AGO, 86400), True, id="older, newer"
        ),
        pytest.param(
            data(MADE, Operator.MORE_THAN_AGO, 86400), data(MADE, Operator.AFTER, 4_000_000_000), False, id="in the future"
        ),
        pytest.param(
            data(MADE, Operator.MORE_THAN_AHEAD, 60), data(MADE, Operator.MORE_THAN_AGO, 60), True, id="ahead and ago"
        ),
        pytest.param(data(MADE, Operator.IS_TIMESTAMP), equals(MADE, "2026-01-31"), True, id="a date in text is none"),
        pytest.param(Performed("x", 2), Not(Performed("x")), True, id="twice and never"),
        pytest.param(Performed("x", 2, WEEK), Not(Performed("x", 3, WEEK)), False, id="twice and not three times"),
        pytest.param(Performed("x", 2, DAY), Not(Performed("x", 2, WEEK)), True, id="in a day and not in a week"),
        pytest.param(Performed("x", 2, WEEK), Not(Performed("x", 1, DAY)), False, id="in a week and not in a day"),
        pytest.param(
            Performed("x", where=equals("t", "a")), Not(Performed("x", where=equals("t", "a", "b"))), True, id="its data"
        ),
        pytest.param(Changed("plan", Compare(Subject.TO, "", Operator.EQUALS, ("a",))), Not(Changed("plan")), True, id="a change"),
        pytest.param(
            MessageIs("m", MessageState.OPENED, "c"), Not(MessageIs("m", MessageState.SENT, "c")), False, id="opened, unsent"
        ),
        pytest.param(
            All((CompareFields(Subject.DATA, "a", Operator.EQUALS, Subject.PERSON, "b"), equals("a", "x"))),
            person("b", "y"),
            True,
            id="the same as another that differs",
        ),
        pytest.param(
            Not(CompareFields(Subject.DATA, "a", Operator.EQUALS, Subject.PERSON, "b")), equals("a", "x"), False, id="not same"
        ),
    ],
)  # fmt: skip
def test_two_conditions_are_told_apart(one: Condition, other: Condition, expected: bool):
    context = Context(segments=SEGMENTS)
    for answer in (disjoint(one, other, context), disjoint(other, one, context)):
        assert isinstance(answer, Proved if expected else Refuted)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param((equals("t", "a"), equals("t", "b")), True, id="two constants of one property"),
        pytest.param((equals("t", "a"), Not(equals("t", "a"))), True, id="asked for and excluded"),
        pytest.param((equals("t", "a", "b"), Not(equals("t", "a"))), False, id="one of two is left"),
        pytest.param((data("n", Operator.ABOVE, 10), data("n", Operator.BELOW, 5)), True, id="an empty range"),
        pytest.param((data("n", Operator.ABOVE, 5), data("n", Operator.BELOW, 10)), False, id="a range"),
        pytest.param((person("plan", ""),), True, id="people have no empty attributes"),
        pytest.param((equals("plan", ""),), False, id="events may have empty properties"),
        pytest.param((Any(()),), True, id="any of nothing"),
    ],
)
def test_what_never_holds_is_proved(parts: tuple[Condition, ...], expected: bool):
    assert isinstance(never(All(parts)), Proved if expected else Refuted)
    assert isinstance(always(Not(All(parts))), Proved if expected else Refuted)


def test_a_longer_list_is_wider_and_a_witness_shows_what_it_gained():
    old, new = equals("t", "a"), equals("t", "a", "b")
    assert isinstance(wider(new, old), Proved)
    assert isinstance(narrower(old, new), Proved)
    answer = wider(old, new)
    assert isinstance(answer, Refuted)
    assert answer.witness.event is not None
    assert answer.witness.event.data == {"t": "b"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(equals("t", "a"), equals("t", "A"), Change.SAME, id="case"),
        pytest.param(Not(equals("t", "a")), All((Not(equals("t", "a")), Not(equals("t", "b")))), Change.NARROWER, id="one more not"),
        pytest.param(equals("t", "a"), contains("t", "a"), Change.WIDER, id="contains for equals"),
        pytest.param(equals("t", "a"), equals("t", "b"), Change.DIFFERENT, id="another constant"),
    ],
)  # fmt: skip
def test_a_rewritten_filter_is_told_by_what_it_lets_in(old: Condition, new: Condition, expected: Change):
    found = changed_filter(old, new)
    assert found.change is expected
    assert (found.gained is not None) == (expected in (Change.WIDER, Change.DIFFERENT))
    assert (found.lost is not None) == (expected in (Change.NARROWER, Change.DIFFERENT))


def test_the_event_that_starts_a_journey_counts_among_what_the_person_did():
    context = Context(event="signed_up")
    assert isinstance(never(Not(Performed("Signed_Up")), context), Proved)
    assert isinstance(never(Not(Performed("signed_up", 2)), context), Refuted)
    photo = Performed("signed_up", where=equals("type", "photo"))
    assert isinstance(disjoint(Not(photo), equals("type", "photo"), context), Proved)


def test_not_within_a_week_asks_for_a_profile_as_old():
    fresh = Not(Performed("x", within=WEEK))
    answer = never(All((fresh, Not(Performed("x", within=2 * WEEK)))))
    assert isinstance(answer, Refuted)
    assert answer.witness.before[0].ago >= 2 * WEEK
    assert isinstance(wider(Not(Performed("x", within=DAY)), fresh), Proved)


def test_what_cannot_be_decided_is_said_with_the_reason():
    digits = (contains("n", "99"), Not(contains("n", "0")))
    answer = disjoint(All((data("n", Operator.ABOVE, 5), *digits)), data("n", Operator.BELOW, 5.5))
    assert answer == Unknown("a number whose text is looked into by `contains`")


@pytest.mark.parametrize(
    ("settings", "condition", "expected"),
    [
        pytest.param({"numbers_compare_as": "text"}, All((equals("n", 1), equals("n", "1.0"))), Proved, id="numbers as text"),
        pytest.param({"missing_property_negation": "fails"}, All((Not(equals("n", 1)), Not(data("n", Operator.EXISTS)))), Proved, id="missing fails"),
        pytest.param({"null_property": "present"}, All((data("n", Operator.EXISTS), Not(data("n", Operator.IS_TIMESTAMP)), Not(contains("n", "a")))), Refuted, id="null is there"),
        pytest.param({"between": "exclusive"}, All((data("n", Operator.BETWEEN, 1, 5), equals("n", 5))), Proved, id="ends outside"),
        pytest.param({"times_means": "exactly"}, All((Performed("x", 2), Performed("x", 1))), Proved, id="exactly so many"),
        pytest.param({"times_means": "exactly"}, All((Performed("x", 2), Not(Performed("x", 1)))), Refuted, id="two is not one"),
        pytest.param({"inverse_attribute_change": "fails"}, All((Not(Changed("plan", Compare(Subject.TO, "", Operator.EQUALS, ("a",)))), Not(Compare(Subject.PERSON, "plan", Operator.EXISTS)))), Proved, id="has not changed, and is not there"),
        pytest.param({"timestamp_formats": "any"}, All((equals(MADE, "2020-01-31"), data(MADE, Operator.MORE_THAN_AGO, 60))), Refuted, id="a date in text"),
        pytest.param({"contains_on_list": "never"}, All((contains("t", "a"), Not(equals("t", "a")))), Refuted, id="lists are not looked into"),
        pytest.param({"negation_on_paths": "each_element"}, All((SKU_A, Not(SKU_A), Not(SKU_B))), Refuted, id="one is not"),
    ],
)  # fmt: skip
def test_assumptions_mean_in_proofs_what_they_mean_in_the_simulator(
    settings: dict, condition: Condition, expected: type
):
    assert isinstance(never(condition, Context(assumptions=Assumptions(**settings))), expected)


def test_a_witness_is_a_sample_file():
    found = witness(
        All((person("plan", "pro"), InSegment("beta"), Performed("x", within=DAY), equals("type", "photo")))
    )
    assert found is not None
    assert witness_as_yaml(found) == (
        "name: meets it\n"
        "person:\n"
        "  id: witness\n"
        "  attributes: {plan: pro, email: witness@example.org}\n"
        "  segments: [beta]\n"
        "before:\n"
        "- ago: 31d\n"
        "  attributes: {plan: pro, email: witness@example.org}\n"
        "- {ago: 23h, event: x}\n"
        "event:\n"
        "  name: an_event\n"
        "  data: {type: photo}\n"
        "at: '2026-01-15T12:00:00Z'\n"
    )
    assert witness(Any(())) is None


def test_a_value_that_a_workspace_sets_is_left_open():
    unset = data("n", Operator.ABOVE, "${limit}")
    reason = "a value that each workspace sets for itself"
    assert disjoint(unset, equals("n", 3)) == Unknown(reason)
    assert never(Performed("x", where=unset)) == Unknown(reason)
    assert never(InSegment("rich"), Context(segments={"rich": unset})) == Unknown(reason)
    assert isinstance(disjoint(unset, Not(unset)), Unknown | Proved)
    assert isinstance(disjoint(All((unset, equals("t", "a"))), equals("t", "b")), Proved)


def test_two_conditions_that_differ_in_a_number_and_true_are_not_taken_for_one():
    assert isinstance(equal(equals("n", 1), equals("n", True)), Refuted)
    assert isinstance(equal(equals("n", 1), equals("n", "1.0")), Proved)


def test_waits_look_at_what_happens_from_now_on():
    assert isinstance(never(All((Happens("x"), Not(Performed("x"))))), Proved)
    assert isinstance(never(All((Performed("x"), Not(Happens("x"))))), Refuted)


def test_a_change_is_told_with_an_event_for_each_side():
    old, new = equals("t", "a", "b"), All((equals("t", "b", "c"), person("plan", "pro")))
    lines = list(change_as_lines(changed_filter(old, new), old, new))
    assert lines == [
        "now also: an_event {t: 'c', person.plan: 'pro'}",
        "no longer: an_event {t: 'a'}",
    ]
    assert list(change_as_lines(changed_filter(old, equals("t", "B", "A")), old, old)) == [
        "the same, written otherwise"
    ]


def all_different(count: int, values: int) -> Condition:
    """So many properties, each one of so many values, no two of them the same."""
    some = [equals(f"p{one}", *range(values)) for one in range(count)]
    apart = [
        Not(All((equals(f"p{one}", value), equals(f"p{other}", value))))
        for one in range(count)
        for other in range(one)
        for value in range(values)
    ]
    return All((*some, *apart))


def test_a_question_with_too_many_cases_ends_and_says_so():
    assert isinstance(never(all_different(4, 4)), Refuted)
    assert isinstance(never(all_different(4, 3)), Proved)
    assert never(all_different(9, 8)) == Unknown("more cases than could be tried")
