from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Subject,
    Unclaimed,
)
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.condition_text import NoShortForm, condition_as_sentence, condition_as_yaml
from mailwright.loading.yaml_tree import read_yaml

LENGTHS = (Operator.MORE_THAN_AGO, Operator.LESS_THAN_AGO, Operator.MORE_THAN_AHEAD, Operator.LESS_THAN_AHEAD)

names = st.sampled_from(["plan", "a b", "cart.total", "items[].sku", "items[0].sku", "updated-via", "event", "where"])
texts = st.text(alphabet="ab c'\"{}:#-é🎉0", max_size=6)
scalars = st.one_of(texts, st.integers(-(10**12), 10**12), st.booleans(), st.floats(-1e6, 1e6, allow_nan=False))
numbers = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6, allow_nan=False))
lengths = st.integers(1, 10**8).map(lambda seconds: timedelta(seconds=seconds))
slugs = st.sampled_from(["staff", "a", "signup-general", "x.y"])
times = st.integers(1, 9)


def _compare(subject: Subject, path: str) -> st.SearchStrategy[Condition]:
    def of(operator: Operator, values: st.SearchStrategy[tuple[object, ...]]) -> st.SearchStrategy[Condition]:
        return values.map(lambda found: Compare(subject, path, operator, found))  # type: ignore[arg-type]

    one_of = [
        of(Operator.EQUALS, st.lists(scalars, min_size=1, max_size=3).map(tuple)),
        of(Operator.CONTAINS, scalars.filter(lambda value: value != "").map(lambda value: (value,))),
        of(Operator.EXISTS, st.just(())),
        of(Operator.IS_TIMESTAMP, st.just(())),
        of(Operator.BETWEEN, st.tuples(numbers, numbers).map(lambda ends: tuple(sorted(ends)))),
        *(of(operator, numbers.map(lambda value: (value,))) for operator in (Operator.ABOVE, Operator.BELOW)),
        *(of(operator, st.integers(0, 10**8).map(lambda value: (value,))) for operator in LENGTHS),
        *(
            of(operator, st.integers(-(10**10), 10**11 - 1).map(lambda value: (value,)))
            for operator in (Operator.AFTER, Operator.BEFORE)
        ),
    ]
    readable = st.sampled_from([Subject.PERSON, Subject.EVENT, Subject.OBJECT, Subject.RELATIONSHIP])
    others = [
        st.just(Unclaimed(subject, path, "signup-*")),
        st.builds(lambda right: CompareFields(subject, path, Operator.EQUALS, right, "a.b"), readable),
    ]
    return st.one_of(*one_of, *(others if path else []))


def _grouped(leaves: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def wider(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.one_of(several.map(All), several.map(Any), parts.map(Not))

    return st.recursive(leaves, wider, max_leaves=8)


def value_tests(subject: Subject) -> st.SearchStrategy[Condition]:
    return _grouped(names.flatmap(lambda name: _compare(subject, name)))


def _sides(subject: Subject) -> st.SearchStrategy[Condition]:
    test = _compare(subject, "")
    return st.one_of(test, test.map(Not))


changed_where = st.one_of(
    st.none(), _sides(Subject.TO), _sides(Subject.FROM), st.tuples(_sides(Subject.TO), _sides(Subject.FROM)).map(All)
)
inner = st.one_of(st.none(), value_tests(Subject.DATA))
kinds = st.sampled_from(EventType)
filter_leaves = st.one_of(
    *(value_tests(subject) for subject in (Subject.PERSON, Subject.EVENT, Subject.OBJECT, Subject.RELATIONSHIP)),
    slugs.map(InSegment),
    st.builds(Performed, slugs, times, st.none() | lengths, inner, kinds),
    st.builds(Changed, slugs, changed_where, times, st.none() | lengths),
    st.builds(MessageIs, slugs, st.sampled_from(MessageState), st.none() | slugs, times, st.none() | lengths),
)
wait_leaves = st.one_of(filter_leaves, st.builds(Happens, slugs, inner, kinds))


def read_back(condition: Condition, form: Form) -> Condition:
    written = json.dumps(condition_as_yaml(condition, form), ensure_ascii=False)
    tree = read_yaml(written, "f.yaml")
    assert tree.problems == []
    reader = ConditionReader(tree)
    found = reader.read(tree.value, form).condition
    assert reader.problems == []
    return found


@settings(max_examples=60, deadline=None)
@given(value_tests(Subject.DATA))
def test_where_lines_read_back_are_equal(condition: Condition) -> None:
    assert read_back(condition, Form.WHERE) == condition


@settings(max_examples=60, deadline=None)
@given(value_tests(Subject.PERSON))
def test_person_lines_read_back_are_equal(condition: Condition) -> None:
    assert read_back(condition, Form.PERSON) == condition


@settings(max_examples=60, deadline=None)
@given(_grouped(filter_leaves))
def test_filters_read_back_are_equal(condition: Condition) -> None:
    assert read_back(condition, Form.FILTER) == condition


@settings(max_examples=60, deadline=None)
@given(_grouped(wait_leaves))
def test_waits_read_back_are_equal(condition: Condition) -> None:
    assert read_back(condition, Form.WAIT) == condition
    assert read_back(condition, Form.WAIT_ANY) == condition


@settings(max_examples=60, deadline=None)
@given(_grouped(wait_leaves))
def test_every_condition_has_a_sentence(condition: Condition) -> None:
    sentence = condition_as_sentence(condition)
    assert sentence
    assert "\n" not in sentence


def is_(path: str, *values: str | int, subject: Subject = Subject.DATA) -> Compare:
    return Compare(subject, path, Operator.EQUALS, values)


@pytest.mark.parametrize(
    ("condition", "form", "written"),
    [
        (ALWAYS, Form.FILTER, {}),
        (is_("a", 1), Form.WHERE, {"a": 1}),
        (Not(is_("a", "x", "y")), Form.WHERE, {"a": {"not_in": ["x", "y"]}}),
        (All((is_("a", 1), is_("b", 2))), Form.WHERE, {"a": 1, "b": 2}),
        (All((is_("a", 1), is_("a", 2))), Form.WHERE, {"all": [{"a": 1}, {"a": 2}]}),
        (
            All((Compare(Subject.DATA, "a", Operator.ABOVE, (1,)), Compare(Subject.DATA, "a", Operator.BELOW, (9,)))),
            Form.WHERE,
            {"a": {"above": 1, "below": 9}},
        ),
        (
            All((is_("plan", "pro", subject=Subject.PERSON), Not(InSegment("staff")))),
            Form.FILTER,
            {"person": {"plan": "pro"}, "not": {"segment": "staff"}},
        ),
        (Any((Happens("x"), InSegment("s"))), Form.WAIT_ANY, {"event": "x", "segment": "s"}),
        (Any((Happens("x"), Happens("y"))), Form.WAIT_ANY, {"any": [{"event": "x"}, {"event": "y"}]}),
    ],
)
def test_the_short_form_is_the_shortest(condition: Condition, form: Form, written: object) -> None:
    assert condition_as_yaml(condition, form) == written


@pytest.mark.parametrize(
    ("condition", "form"),
    [
        (Any(()), Form.FILTER),
        (InSegment("a"), Form.WHERE),
        (is_("a", 1), Form.FILTER),
        (Happens("x"), Form.FILTER),
        (is_("any", 1), Form.WHERE),
        (All((All(()), InSegment("a"))), Form.FILTER),
    ],
)
def test_what_no_author_can_write_is_said_to_have_no_form(condition: Condition, form: Form) -> None:
    with pytest.raises(NoShortForm):
        condition_as_yaml(condition, form)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (Not(is_("campaign_id", 8017, 8018)), "campaign_id is not 8017 or 8018"),
        (is_("plan", "pro plus", subject=Subject.PERSON), "person.plan is 'pro plus'"),
        (
            Unclaimed(Subject.DATA, "campaign_id", "signup-*", (8017,), ("signup-x",)),
            "campaign_id is not taken by signup-* (8017)",
        ),
        (Not(Compare(Subject.DATA, "a", Operator.EXISTS)), "a is missing"),
        (Compare(Subject.DATA, "a", Operator.MORE_THAN_AGO, (259200,)), "a is more than 3d ago"),
        (Compare(Subject.DATA, "a", Operator.AFTER, (1767225600,)), "a is after 2026-01-01"),
        (Not(InSegment("staff")), "the person is not in the segment staff"),
        (
            Performed("x", 2, timedelta(days=7), is_("a", 1)),
            "the person performed x at least 2 times in the last 1w with a is 1",
        ),
        (All((is_("a", 1), Any((is_("b", 1), is_("c", 1))))), "a is 1 and (b is 1 or c is 1)"),
        (Not(All((is_("a", 1), is_("b", 1)))), "not (a is 1 and b is 1)"),
        (ALWAYS, "always"),
        (Changed("plan", is_("", "pro", subject=Subject.TO)), "plan changed so that its new value is pro"),
        (MessageIs("hi", MessageState.OPENED, "welcome"), "the message hi of welcome was opened"),
        (CompareFields(Subject.DATA, "a", Operator.EQUALS, Subject.EVENT, "b"), "a is the same as event.b"),
    ],
)
def test_sentences(condition: Condition, sentence: str) -> None:
    assert condition_as_sentence(condition) == sentence
