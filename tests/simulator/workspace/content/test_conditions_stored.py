"""Conditions as they are stored: the very JSON of each form, every style read, and the meaning kept whatever the shape."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conditions_by_chance import SEGMENTS, condition, moment
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
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
from simulator.conditions import Check
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.condition_writing import ConditionWriting, Style
from simulator.workspace.content.findings import Findings
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.encoding import decode

VECTORS = Path(__file__).parents[3] / "data" / "wire" / "encoding_vectors.json"


class Lists:
    """Segments and steps by number and by name, as both sides look them up."""

    slugs = (*SEGMENTS, "by-hand", "staff")

    def segment(self, asked: Any) -> Any:
        if isinstance(asked, str):
            return self.slugs.index(asked) + 1
        return self.slugs[asked - 1] if isinstance(asked, int) and 0 < asked <= len(self.slugs) else None

    def action(self, campaign: str, step: str) -> tuple[int, str]:
        return 912, "email"

    def step(self, action: str) -> tuple[str, str] | None:
        return ("welcome", "hello") if action == "912" else None


LISTS: Any = Lists()


def writing(findings: Findings | None = None, **rest: Any) -> ConditionWriting:
    return ConditionWriting(LISTS, findings or Findings(), "here", "welcome", 1, **rest)


def person(path: str, operator: Operator, *values: Any) -> Compare:
    return Compare(Subject.PERSON, path, operator, values)


def data(path: str, operator: Operator, *values: Any) -> Compare:
    return Compare(Subject.DATA, path, operator, values)


EQ, IN = Operator.EQUALS, Operator.CONTAINS


@pytest.mark.parametrize(
    ("condition", "leaf"),
    [
        pytest.param(data("a", EQ, "x"), {"operator": "eq", "value": "x"}, id="equals"),
        pytest.param(Not(data("a", EQ, "x")), {"operator": "!eq", "value": "x"}, id="not equals"),
        pytest.param(data("a", EQ, True), {"operator": "eq", "value": "true"}, id="booleans travel as text"),
        pytest.param(data("a", EQ, 9033), {"operator": "eq", "value": "9033"}, id="numbers travel as text"),
        pytest.param(data("a", IN, "x"), {"operator": "contains", "value": "x"}, id="contains"),
        pytest.param(Not(data("a", IN, "x")), {"operator": "!contains", "value": "x"}, id="does not contain"),
        pytest.param(data("a", Operator.EXISTS), {"operator": "exists"}, id="exists"),
        pytest.param(Not(data("a", Operator.EXISTS)), {"operator": "!exists"}, id="does not exist"),
        pytest.param(data("a", Operator.ABOVE, 2.5), {"operator": "gt", "value": "2.5"}, id="above"),
        pytest.param(data("a", Operator.BELOW, 2), {"operator": "lt", "value": "2"}, id="below"),
        pytest.param(Not(data("a", Operator.BELOW, 2)), {"operator": "lt", "value": "2", "inverse": True}, id="not below"),
        pytest.param(data("a", Operator.BETWEEN, 18, 25), {"operator": "bw", "value": "18", "value2": "25"}, id="between"),
        pytest.param(data("a", Operator.MORE_THAN_AGO, 60), {"operator": "timestamp_lt", "value": "-60"}, id="long ago"),
        pytest.param(data("a", Operator.LESS_THAN_AGO, 60), {"operator": "timestamp_gt", "value": "-60"}, id="of late"),
        pytest.param(data("a", Operator.MORE_THAN_AHEAD, 60), {"operator": "timestamp_gt", "value": "60"}, id="far off"),
        pytest.param(data("a", Operator.LESS_THAN_AHEAD, 60), {"operator": "timestamp_lt", "value": "60"}, id="soon"),
        pytest.param(data("a", Operator.AFTER, 1767225600), {"operator": "timestamp_gta", "value": "1767225600"}, id="after"),
        pytest.param(data("a", Operator.BEFORE, 1767225600), {"operator": "timestamp_lta", "value": "1767225600"}, id="before"),
    ],
)  # fmt: skip
def test_a_test_of_an_events_data_is_a_bare_leaf(condition, leaf):
    assert writing().tree(condition, Style.BARE) == {"and": [{"field": "a", **leaf}]}
    read = ConditionReading(LISTS).tree({"field": "a", **leaf})
    assert writing().tree(read, Style.BARE) == {"and": [{"field": "a", **leaf}]}


@pytest.mark.parametrize(
    ("condition", "tree"),
    [
        pytest.param(All(), None, id="nothing asked"),
        pytest.param(person("plan", EQ, "pro"), {"and": [{"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}]}, id="attribute"),
        pytest.param(Not(InSegment("staff")), {"and": [{"segment": {"id": 5, "inverse": True}}]}, id="outside a segment"),
        pytest.param(
            person("plan", EQ, "pro", "team"),
            {"and": [{"or": [{"attribute": {"field": "plan", "operator": "eq", "value": plan}} for plan in ("pro", "team")]}]},
            id="one of several",
        ),
        pytest.param(
            Performed("go", 2, timedelta(days=1), data("kind", EQ, "x")),
            {"and": [{
                "event": {"name": "go", "type": "event", "filters": {"and": [{"field": "kind", "operator": "eq", "value": "x"}]}},
                "inverse": False, "times": 2, "within": 86400,
            }]},
            id="an event and how often",
        ),
        pytest.param(
            Not(Changed("eligible", Compare(Subject.TO, "", EQ, (True,)))),
            {"and": [{
                "event": {"name": "eligible", "type": "attribute_change",
                          "filters": {"and": [{"field": "to", "operator": "eq", "value": "true"}]}},
                "inverse": True, "times": 1, "within": 0,
            }]},
            id="an attribute that did not change",
        ),
    ],
)  # fmt: skip
def test_a_condition_on_people_is_a_tree_of_wrapped_leaves(condition, tree):
    assert writing().tree(condition, Style.WRAPPED) == tree
    assert writing().tree(ConditionReading(LISTS).tree(tree), Style.WRAPPED) == tree


@pytest.mark.parametrize(
    ("condition", "nodes"),
    [
        pytest.param(InSegment("staff"), [{"type": "segments_negatable", "segments": [5], "negate": False}], id="segment"),
        pytest.param(
            All((person("plan", EQ, "pro"), Not(InSegment("staff")))),
            [{"type": "attribute", "field": "plan", "operator": "eq", "value": "pro"},
             {"type": "segments_negatable", "segments": [5], "negate": True}],
            id="all of a list",
        ),
        pytest.param(
            Not(person("plan", EQ, "a", "b")),
            [{"type": "attribute", "field": "plan", "operator": "!eq", "value": plan} for plan in "ab"],
            id="none of several is a list by itself",
        ),
        pytest.param(Happens("bought"), [{"type": "foreign_event", "event": "bought"}], id="an event to wait for"),
        pytest.param(
            Not(MessageIs("hello", MessageState.CLICKED, "welcome")),
            [{"type": "message", "event": {"name": "output_912", "type": "clicked_email"}, "inverse": True}],
            id="a message that was not clicked",
        ),
        pytest.param(
            Unclaimed(Subject.EVENT, "id", "x-*", (7, 8)),
            [{"type": "event_attribute", "field": "id", "operator": "!eq", "value": value} for value in "78"],
            id="what no campaign claims",
        ),
    ],
)  # fmt: skip
def test_a_filter_is_a_flat_list_of_typed_leaves(condition, nodes):
    assert writing().flat(condition) == nodes
    assert writing().flat(ConditionReading(LISTS).flat(nodes)) == nodes


def test_what_a_flat_list_has_no_words_for_is_said():
    findings = Findings()
    either = AnyOf((person("plan", EQ, "pro"), InSegment("staff")))
    nodes = writing(findings).flat(either)
    assert nodes[0]["type"] == "group"
    assert ConditionReading(LISTS).flat(nodes) == either
    assert [finding.what for finding in findings.all] == ["a choice among conditions"]


@given(st.randoms(use_true_random=False), st.sampled_from([*Style]))
@settings(max_examples=120)
def test_a_stored_condition_means_what_was_written(chance, style):
    one: Condition = condition(chance)
    reading = ConditionReading(LISTS)
    if style is Style.TYPED:
        kept: Any = json.loads(json.dumps(writing().flat(one)))
        read = reading.flat(kept)
    else:
        kept = json.loads(json.dumps(writing().tree(one, style)))
        read = reading.tree(kept)
    if style is not Style.BARE:  # typed and wrapped leaves name the event that started the journey
        one = _of_event(one)
    known = Assumptions()
    for _ in range(6):
        asked = moment(chance)
        assert Check(read, known).holds(asked) == Check(one, known).holds(asked)


def _of_event(one: Condition) -> Condition:
    """In filters and branches the data that are asked are those of the starting event."""
    match one:
        case Compare(subject=Subject.DATA) | Unclaimed(subject=Subject.DATA):
            return type(one)(Subject.EVENT, *(getattr(one, name) for name in one.__slots__[1:]))
        case All(parts=parts) | AnyOf(parts=parts):
            return type(one)(tuple(map(_of_event, parts)))
        case Not(part=part):
            return Not(_of_event(part))
        case _:
            return one


@pytest.mark.parametrize(
    "vector", json.loads(VECTORS.read_text())["vectors"], ids=lambda vector: str(vector["decoded"])[:50]
)
def test_every_encoded_condition_of_the_reference_is_read(vector):
    for spelling in ("encoded", "encoded_python_default_quote", "encoded_without_padding"):
        assert decode(vector[spelling]) == vector["decoded"]
    ConditionReading(LISTS).flat(vector["decoded"])


@pytest.mark.parametrize(
    "node",
    [
        {"segment": {"id": 5, "inverse": True}},
        {"segment": {"id": 5}, "inverse": True},
        {"not": {"segment": {"id": 5}}},
        {"type": "segments_negatable", "segments": [5], "negate": True},
        {"and": [{"segment": {"id": 5}}], "inverse": True},
    ],
)
def test_a_negation_is_read_wherever_clients_put_it(node):
    assert ConditionReading(LISTS).tree(node) == Not(InSegment("staff"))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        pytest.param({"attribute": {"attribute": "plan", "operator": "eq", "value": "x"}}, AnyOf(), id="the wrong key matches nobody"),
        pytest.param({"segment": {"id": 999}}, AnyOf(), id="nobody is in a segment that is not there"),
        pytest.param({"type": "segments_negatable", "segments": [1, 5], "negate": False},
                     AnyOf((InSegment("paying"), InSegment("staff"))), id="one of several segments"),
        pytest.param({"event": {"name": "go", "times": 3, "within": 60, "inverse": True}},
                     Not(Performed("go", 3, timedelta(seconds=60))), id="all inside the event"),
    ],
)  # fmt: skip
def test_forms_that_clients_write_are_read(node, expected):
    assert ConditionReading(LISTS).tree(node) == expected


@pytest.mark.parametrize(
    "node",
    [
        {"attribute": {"field": "plan", "operator": "starts_with", "value": "x"}},
        {"field": "n", "operator": "gt", "value": "many"},
        {"type": "device_attribute", "field": "platform", "operator": "eq", "value": "ios"},
        {"event": {}},
        {"page": {"url": "x"}},
        "plan",
        {},
        {"type": "message", "event": {"name": "output_912", "type": "frowned_email"}},
    ],
)
def test_what_means_nothing_to_us_is_refused(node):
    with pytest.raises(Unreadable):
        ConditionReading(LISTS).flat([node])


def test_conditions_nested_without_end_are_refused():
    node: Any = {"segment": {"id": 5}}
    for _ in range(5000):
        node = {"and": [node]}
    with pytest.raises(Unreadable, match="too deeply"):
        ConditionReading(LISTS).tree(node)
