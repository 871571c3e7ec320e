"""Conditions written and read back: what comes back asks the same, in the one form in which sides are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Any, Compare, InSegment, Not, Operator, Subject
from mailwright.loading.condition_text import NoShortForm, condition_as_yaml
from sync.codecs.condition_reading import ConditionReading
from sync.codecs.condition_writing import ConditionWriting, writes_inverse_beside
from sync.codecs.conditions_of import condition_of
from sync.codecs.encoding import NOTHING, decoded, encoded, kept_if_same
from sync.codecs.normal_form import as_text, as_typed, normal
from sync.codecs.references import References, Unreadable, Unwritable

from .conftest import SCALARS, SEGMENTS, audiences, comparisons, trees

NAMES = References(segments=dict(SEGMENTS))
VECTORS = json.loads((Path(__file__).parents[2] / "data/wire/encoding_vectors.json").read_text())["vectors"]


@given(trees(comparisons(Subject.DATA)))
def test_tests_of_an_events_data_come_back_as_they_went(condition):
    try:
        sent = ConditionWriting(NAMES).event_data(condition)
    except Unwritable as error:
        assert "opposite of" in str(error), "only what has no `!` operator is refused"
        return
    assert ConditionReading(NAMES).tree(json.loads(json.dumps(sent))) == normal(condition)


@given(audiences(), st.booleans())
def test_trees_of_triggers_and_segments_come_back_as_they_went(condition, beside):
    sent = ConditionWriting(NAMES, inverse_beside=beside).tree(condition)
    assert ConditionReading(NAMES).tree(json.loads(json.dumps(sent))) == normal(condition)


@given(trees(st.one_of(comparisons(Subject.PERSON), st.sampled_from(sorted(SEGMENTS)).map(InSegment))))
def test_a_flat_list_comes_back_as_it_went_or_is_refused_by_name(condition):
    try:
        sent = ConditionWriting(NAMES).flat(condition)
    except Unwritable as error:
        assert any(word in str(error) for word in ("choice", "opposite"))
        return
    assert ConditionReading(NAMES).flat(decoded(encoded(sent))) == normal(condition)


@given(audiences())
def test_the_normal_form_is_its_own_normal_form_and_can_be_written_by_an_author(condition):
    once = normal(condition)
    assert normal(once) == once
    assume(once not in (All(), Any()))
    try:
        authored = condition_as_yaml(once, Form.FILTER)
    except NoShortForm:
        return
    assert normal(condition_of(json.loads(json.dumps(authored)), Form.FILTER)) == once


@given(SCALARS)
def test_a_value_keeps_its_text(value):
    assert as_text(as_typed(as_text(value))) == as_text(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            Any(
                (
                    Compare(Subject.DATA, "type", Operator.EQUALS, ("photo",)),
                    Compare(Subject.DATA, "type", Operator.EQUALS, ("text",)),
                )
            ),
            Compare(Subject.DATA, "type", Operator.EQUALS, ("text", "photo")),
            id="a choice of values and an `in`",
        ),
        pytest.param(
            All(
                (
                    Not(Compare(Subject.DATA, "type", Operator.EQUALS, ("a",))),
                    Not(Compare(Subject.DATA, "type", Operator.EQUALS, ("b",))),
                )
            ),
            Not(Compare(Subject.DATA, "type", Operator.EQUALS, ("b", "a"))),
            id="none of two values and a `not_in`",
        ),
        pytest.param(
            Compare(Subject.DATA, "campaign_id", Operator.EQUALS, ("8017",)),
            Compare(Subject.DATA, "campaign_id", Operator.EQUALS, (8017,)),
            id="a number and its text",
        ),
        pytest.param(
            Not(Any((InSegment("staff"), Not(InSegment("lapsed"))))),
            All((InSegment("lapsed"), Not(InSegment("staff")))),
            id="a negated choice and its parts",
        ),
    ],
)
def test_two_spellings_of_one_question_are_one(one, other):
    assert normal(one) == normal(other)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: json.dumps(one["decoded"])[:50])
def test_every_spelling_of_an_encoded_field_is_read(vector):
    for spelling in ("encoded", "encoded_python_default_quote", "encoded_without_padding"):
        assert decoded(vector[spelling]) == vector["decoded"]
    assert encoded(vector["decoded"]) == vector["encoded"], "and it is written as a browser would"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: json.dumps(one["decoded"])[:50])
def test_an_unchanged_field_goes_back_letter_by_letter(vector):
    other = vector["encoded_python_default_quote"]
    assert kept_if_same(vector["decoded"], other) == other


@pytest.mark.parametrize("text", ["W10=", "W3sidHlwZSI6ImEifV0=", "", None, "%%%", "JTVC", 5])
def test_what_the_workspace_reads_as_nothing_is_nothing(text):
    assert decoded(text) == []
    assert decoded(NOTHING) == []


@pytest.mark.parametrize(
    ("tree", "beside"),
    [
        ({"and": [{"segment": {"id": 17, "inverse": True}}]}, False),
        ({"and": [{"segment": {"id": 17}, "inverse": True}]}, True),
        ({"and": [{"or": [{"attribute": {"field": "a", "operator": "gt", "value": "1"}, "inverse": True}]}]}, True),
    ],
)
def test_both_places_of_a_negation_are_read_and_the_style_found_is_kept(tree, beside):
    assert writes_inverse_beside(tree) is beside
    found = ConditionReading(NAMES).tree(tree)
    assert ConditionWriting(NAMES, inverse_beside=beside).tree(found)["and"][0] in (
        tree["and"][0],
        tree["and"][0].get("or", [None])[0],
    )


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ({"and": [{"segment": {"id": 99}}]}, "the segment 99, which is not in the list of segments"),
        ({"and": [{"attribute": {"field": "a", "operator": "near", "value": "1"}}]}, "the operator 'near'"),
        ({"and": [{"moon": {"phase": "full"}}]}, "a condition made of moon"),
        ({"and": {}}, "a group of conditions that is no list"),
        ({"and": [{"field": "a", "operator": "gt", "value": "many"}]}, "a comparison with what is no number"),
    ],
)
def test_what_no_file_can_say_is_told_and_not_cut(node, why):
    with pytest.raises(Unreadable, match=why):
        ConditionReading(NAMES).tree(node)
