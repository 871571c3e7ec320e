from __future__ import annotations

from datetime import timedelta

import pytest

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import (
    ALWAYS,
    All,
    Any,
    Changed,
    Compare,
    CompareFields,
    Condition,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    PlacedCondition,
    Scalar,
    Subject,
    Unclaimed,
)
from mailwright.diagnostics import Diagnostic
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.yaml_tree import read_yaml

DATA, PERSON = Subject.DATA, Subject.PERSON


def read(text: str, form: Form = Form.WHERE) -> tuple[PlacedCondition, list[Diagnostic]]:
    tree = read_yaml(text, "f.yaml")
    assert tree.problems == []
    reader = ConditionReader(tree)
    return reader.read(tree.value, form), reader.problems


def data(path: str, operator: Operator, *values: Scalar) -> Compare:
    return Compare(DATA, path, operator, values)


def is_(path: str, *values: Scalar) -> Compare:
    return data(path, Operator.EQUALS, *values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type: photo", is_("type", "photo")),
        ("a: 1\nb: 2", All((is_("a", 1), is_("b", 2)))),
        ("[{a: 1}, {b: 2}]", All((is_("a", 1), is_("b", 2)))),
        ("a: [x, 2]", is_("a", "x", 2)),
        ("a: {in: [x]}", is_("a", "x")),
        ("a: {not_in: [x, y]}", Not(is_("a", "x", "y"))),
        ("a: {not: sms}", Not(is_("a", "sms"))),
        ("a: {not: [x, y]}", Not(is_("a", "x", "y"))),
        ("a: {not: {above: 3}}", Not(data("a", Operator.ABOVE, 3))),
        ("a: null", Not(data("a", Operator.EXISTS))),
        ("a: {not: null}", Not(Not(data("a", Operator.EXISTS)))),
        ("a: {exists: true}", data("a", Operator.EXISTS)),
        ("a: {exists: false}", Not(data("a", Operator.EXISTS))),
        ("a: {contains: x}", data("a", Operator.CONTAINS, "x")),
        ("a: {not_contains: x}", Not(data("a", Operator.CONTAINS, "x"))),
        ("a: {above: 10, below: 50}", All((data("a", Operator.ABOVE, 10), data("a", Operator.BELOW, 50)))),
        ("a: {between: [1, 2.5]}", data("a", Operator.BETWEEN, 1, 2.5)),
        ("a: {more_than_ago: 3d}", data("a", Operator.MORE_THAN_AGO, 259200)),
        ("a: {less_than_ahead: 1d 12h}", data("a", Operator.LESS_THAN_AHEAD, 129600)),
        ("a: {after: 2026-01-01}", data("a", Operator.AFTER, 1767225600)),
        ('a: {before: "2026-01-01T02:00:00+02:00"}', data("a", Operator.BEFORE, 1767225600)),
        ("a: {before: 1767225600}", data("a", Operator.BEFORE, 1767225600)),
        ("a: {is_timestamp: true}", data("a", Operator.IS_TIMESTAMP)),
        ("a: {is_timestamp: false}", Not(data("a", Operator.IS_TIMESTAMP))),
        ("a: {unclaimed_by: signup-*}", Unclaimed(DATA, "a", "signup-*")),
        ("a: {same_as: person.plan}", CompareFields(DATA, "a", Operator.EQUALS, PERSON, "plan")),
        ("a: {not_same_as: event.b.c}", Not(CompareFields(DATA, "a", Operator.EQUALS, Subject.EVENT, "b.c"))),
        ("a: ${plan}", is_("a", "${plan}")),
        ("a: {above: '${least}'}", data("a", Operator.ABOVE, "${least}")),
        ("items[].sku: 1", is_("items[].sku", 1)),
        ("items[0].sku: 1", is_("items[0].sku", 1)),
        ("any: [{a: 1}, {b: 2, c: 3}]", Any((is_("a", 1), All((is_("b", 2), is_("c", 3)))))),
        ("any: {a: 1, b: 2}", Any((is_("a", 1), is_("b", 2)))),
        ("not: {a: 1, b: 2}", Not(All((is_("a", 1), is_("b", 2))))),
        ("not: {any: [{a: 1}, {b: 2}]}", Not(Any((is_("a", 1), is_("b", 2))))),
        ("all: [{a: 1}, {a: 2}]", All((is_("a", 1), is_("a", 2)))),
        ("{}", ALWAYS),
    ],
)
def test_where_lines(text: str, expected: Condition) -> None:
    placed, problems = read(text)
    assert problems == []
    assert placed.condition == expected


@pytest.mark.parametrize(
    ("form", "subject"),
    [(Form.PERSON, PERSON), (Form.OBJECT, Subject.OBJECT), (Form.RELATIONSHIP, Subject.RELATIONSHIP)],
)
def test_the_other_value_forms_differ_by_their_subject(form: Form, subject: Subject) -> None:
    assert read("a: 1", form)[0].condition == Compare(subject, "a", Operator.EQUALS, (1,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("person: {plan: pro}", Compare(PERSON, "plan", Operator.EQUALS, ("pro",))),
        ("event: {plan: pro}", Compare(Subject.EVENT, "plan", Operator.EQUALS, ("pro",))),
        ("object: {a: 1}", Compare(Subject.OBJECT, "a", Operator.EQUALS, (1,))),
        ("relationship: {a: 1}", Compare(Subject.RELATIONSHIP, "a", Operator.EQUALS, (1,))),
        ("segment: staff", InSegment("staff")),
        ("segment: {in: [a, b]}", Any((InSegment("a"), InSegment("b")))),
        ("segment: {not_in: [a, b]}", Not(Any((InSegment("a"), InSegment("b"))))),
        ("segment: {not: a}", Not(InSegment("a"))),
        ("not: {segment: staff}", Not(InSegment("staff"))),
        ("performed: x", Performed("x")),
        (
            "performed: {event: x, times: 2, within: 7d, where: {a: 1}, type: page}",
            Performed("x", 2, timedelta(days=7), is_("a", 1), EventType.PAGE),
        ),
        ("changed: plan", Changed("plan")),
        (
            "changed: {attribute: plan, to: pro, from: {not: free}}",
            Changed(
                "plan",
                All(
                    (
                        Compare(Subject.TO, "", Operator.EQUALS, ("pro",)),
                        Not(Compare(Subject.FROM, "", Operator.EQUALS, ("free",))),
                    )
                ),
            ),
        ),
        ("message: {step: hello, is: opened}", MessageIs("hello", MessageState.OPENED)),
        (
            "message: {step: hello, is: clicked, campaign: c, times: 2, within: 1d}",
            MessageIs("hello", MessageState.CLICKED, "c", 2, timedelta(days=1)),
        ),
        ("[{segment: a}, {segment: b}]", All((InSegment("a"), InSegment("b")))),
    ],
)
def test_filter_lines(text: str, expected: Condition) -> None:
    placed, problems = read(text, Form.FILTER)
    assert problems == []
    assert placed.condition == expected


def test_a_wait_may_name_an_event_with_where_and_type_beside_it() -> None:
    placed, problems = read("{event: x, where: {a: 1}, type: screen}", Form.WAIT)
    assert problems == []
    assert placed.condition == Happens("x", is_("a", 1), EventType.SCREEN)


def test_a_wait_may_also_ask_the_starting_event() -> None:
    assert read("event: {a: 1}", Form.WAIT)[0].condition == Compare(Subject.EVENT, "a", Operator.EQUALS, (1,))


@pytest.mark.parametrize("text", ["[{event: x}, {segment: s}]", "{event: x, segment: s}"])
def test_one_line_of_several_is_enough_to_end_a_wait(text: str) -> None:
    assert read(text, Form.WAIT_ANY)[0].condition == Any((Happens("x"), InSegment("s")))


@pytest.mark.parametrize(
    ("form", "text", "rule", "column", "hint"),
    [
        (Form.WHERE, "a: {abov: 1}", "unknown-operator", 5, "above"),
        (Form.WHERE, "a: {gt: 1}", "unknown-operator", 5, "above"),
        (Form.WHERE, "cart: {total: 3}", "unknown-operator", 8, "cart.total"),
        (Form.WHERE, "a..b: 1", "bad-path", 1, "dots"),
        (Form.WHERE, "'a[': 1", "bad-path", 1, "dots"),
        (Form.WHERE, "a: {above: '10'}", "wrong-value", 12, "quotes"),
        (Form.WHERE, "a: {above: true}", "wrong-value", 12, ""),
        (Form.WHERE, "a: {between: [2, 1]}", "wrong-value", 14, "[1, 2]"),
        (Form.WHERE, "a: {between: 3}", "wrong-value", 14, "10"),
        (Form.WHERE, "a: {exists: maybe}", "wrong-value", 13, "true"),
        (Form.WHERE, "a: {more_than_ago: 3}", "wrong-value", 20, "3d"),
        (Form.WHERE, "a: {after: soon}", "wrong-value", 12, "Unix"),
        (Form.WHERE, "a: {after: 1767225600000}", "wrong-value", 12, "seconds"),
        (Form.WHERE, "a: {contains: ''}", "wrong-value", 15, "exists"),
        (Form.WHERE, "a: []", "wrong-value", 4, "value"),
        (Form.WHERE, "a: {}", "wrong-value", 4, "value"),
        (Form.WHERE, "a: [x, null]", "wrong-type", 8, "exists"),
        (Form.WHERE, "a: {in: x}", "wrong-type", 9, "["),
        (Form.WHERE, "a: {same_as: plan}", "wrong-value", 14, "person."),
        (Form.WHERE, "a: {unclaimed_by: 'x y'}", "wrong-value", 19, "signup-*"),
        (Form.WHERE, "any: []", "wrong-value", 1, "at least one"),
        (Form.WHERE, "any: [x]", "wrong-type", 7, "property"),
        (Form.WHERE, "not: [{a: 1}, {b: 1}]", "wrong-type", 1, "any"),
        (Form.FILTER, "plan: pro", "unknown-subject", 1, "person:"),
        (Form.FILTER, "segmnt: a", "unknown-subject", 1, "segment"),
        (Form.FILTER, "segment: [a, b]", "wrong-value", 10, "in: [a, b]"),
        (Form.FILTER, "segment: {is: a}", "unknown-operator", 11, "not_in"),
        (Form.FILTER, "event: x", "wrong-value", 8, "performed"),
        (Form.FILTER, "where: {a: 1}", "unknown-subject", 1, "performed"),
        (Form.FILTER, "performed: {evnt: x}", "unknown-key", 13, "event"),
        (Form.FILTER, "performed: {event: x, times: 0}", "wrong-value", 30, "not"),
        (Form.FILTER, "performed: {event: x, within: long}", "wrong-value", 31, "7d"),
        (Form.FILTER, "performed: {event: x, type: paeg}", "wrong-value", 29, "page"),
        (Form.FILTER, "performed: 7", "wrong-value", 12, "event"),
        (Form.FILTER, "performed: ''", "wrong-value", 12, "quote"),
        (Form.FILTER, "message: {step: a, is: opend}", "wrong-value", 24, "opened"),
        (Form.FILTER, "message: {step: a}", "missing-key", 1, "opened"),
        (Form.FILTER, "changed: {to: x}", "missing-key", 1, "attribute"),
        (Form.FILTER, "person: {}", "wrong-value", 9, "value"),
        (Form.FILTER, "not: {}", "wrong-value", 1, "at least one"),
        (Form.FILTER, "[x]", "wrong-type", 2, "segment"),
    ],
)
def test_what_is_not_understood_is_told_at_its_place(form: Form, text: str, rule: str, column: int, hint: str) -> None:
    _, problems = read(text, form)
    first = problems[0]
    assert (first.rule, first.span.line, first.span.column) == (rule, 1, column)
    assert hint in first.hint


def test_all_problems_of_a_condition_come_at_once() -> None:
    _, problems = read("a: {abov: 1}\nb: {exists: 3}\nc..d: 1\n")
    assert [one.span.line for one in problems] == [1, 2, 3]


@pytest.mark.parametrize("value", ["staff", 3, None, True])
def test_a_condition_that_is_no_map_or_list_is_left_to_the_caller(value: object) -> None:
    reader = ConditionReader(read_yaml("a: 1", "f.yaml"))
    with pytest.raises(ValueError, match="a condition is not"):
        reader.read(value, Form.FILTER)


def test_depth_and_number_of_clauses_are_bounded() -> None:
    deep = "{not: " * 31 + "{a: 1}" + "}" * 31
    assert [one.rule for one in read(deep)[1]] == ["condition-size"]
    many = "any: [" + ", ".join(f"{{a: {number}}}" for number in range(501)) + "]"
    assert [one.rule for one in read(many)[1]] == ["condition-size"]
    assert read("any: [" + ", ".join(f"{{a: {number}}}" for number in range(490)) + "]")[1] == []


def test_every_clause_knows_its_place() -> None:
    text = "source: {not: sms}\nany:\n  - {a: 1}\n  - b: 2\n"
    placed, _ = read(text)
    assert placed.span((0,)).line == 1
    assert placed.span((0, 0)).column == 10
    assert [placed.span((1, index)).line for index in (0, 1)] == [3, 4]
    assert placed.span((1, 1, 9)) == placed.span((1, 1))


def test_a_condition_read_twice_tells_its_problems_once() -> None:
    tree = read_yaml("a: {abov: 1}", "f.yaml")
    reader = ConditionReader(tree)
    assert reader.read(tree.value, Form.WHERE) is reader.read(tree.value, Form.WHERE)
    assert len(reader.problems) == 1
