"""Workflows whose ways cross: read from a workspace, written in files, and the same graph again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.workflow import walk_steps
from sync.codecs.authored import campaign_document, campaign_of, read_campaign
from sync.codecs.crossing import Crossing, crossing_steps
from sync.codecs.encoding import encoded
from sync.codecs.references import References, Unreadable, Unwritable
from sync.codecs.step_reading import MESSAGES, Settings, StepReading
from sync.codecs.step_writing import StepWriting
from sync.codecs.workflow_reading import workflow_steps
from sync.codecs.workflow_writing import Graph, edges_as_json, live_graph, planned_graph, rebuilding
from sync.snapshot import Address, Kind

NAMES = References(segments={"staff": 17})
Wire = tuple[list[dict[str, Any]], list[dict[str, Any]]]
PRO = encoded([{"type": "attribute", "field": "plan", "operator": "eq", "value": "pro"}])
CROSSED = [
    {"branch": {"if": {"person": {"plan": "pro"}}, "then": [
        {"email": "a"},
        {"branch": {"if": {"segment": "staff"}, "then": [{"wait": "1d"}, {"email": "b"}], "else": [{"go_to": "nudge"}]}},
    ], "else": [{"email": "nudge"}, {"wait": "2d"}]}},
    {"email": "last"},
]  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> Wire:
    """A workflow of a workspace whose edges lead anywhere further on."""
    count = draw(st.integers(1, 9))
    actions: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        kind = draw(st.sampled_from(["delay", "email", "attribute", "branch", "split", "wait", "never"]))
        fields, ways = _kinds(number)[kind]
        actions.append({"id": str(number), "name": "", **fields})
        for index in range(ways):
            to = draw(st.integers(number + 1, count + 1)) if index or ways == 1 else number + 1
            to = count + 1 if kind == "never" and index else to  # a time that is never over leads to no step
            edge = {"from": str(number), "to": str(to), "type": "branch", "index": index}
            edges.append(edge if ways > 1 else {**edge, "type": "continue"})
    actions.append({"id": str(count + 1), "type": "exit_action", "name": ""})
    reached, left = set[str](), ["1"]
    while left:
        at = left.pop()
        if at not in reached:
            reached.add(at)
            left += [edge["to"] for edge in edges if edge["from"] == at]
    return [one for one in actions if one["id"] in reached], [one for one in edges if one["from"] in reached]


def _kinds(number: int) -> dict[str, tuple[dict[str, Any], int]]:
    paid = encoded([{"type": "foreign_event", "event": "paid"}])
    wait = {"type": "conditional_wait_action", "multi_conditions": [paid]}
    return {
        "delay": ({"type": "delay_seconds_action", "delay": 60 * number}, 1),
        "email": ({"type": "email_action", "sending_state": "automatic", "send_to_unsubscribed": False}, 1),
        "attribute": ({"type": "attribute_update_action", "attribute_name": f"a{number}", "attribute_value": "x"}, 1),
        "branch": ({"type": "conditional_branch_action", "conditions": PRO}, 2),
        "split": ({"type": "multi_split_branch_action", "multi_conditions": [PRO, PRO]}, 3),
        "wait": ({**wait, "delay": 60 * number, "exit_type": "continue"}, 2),
        "never": ({**wait, "delay": 0, "exit_type": "never"}, 2),
    }


def read(wire: Wire) -> list[dict[str, Any]]:
    steps = {one["id"]: f"m{one['id']}" for one in wire[0] if one["type"] in MESSAGES}
    return workflow_steps(*wire, StepReading(NAMES, "any", steps, Settings(False, False)))


def document(workflow: list[dict[str, Any]]) -> Any:
    data = {"name": "Any", "trigger": {"event": "signed_up"}, "workflow": workflow or [{"exit": True}]}
    return campaign_document(Address(Kind.CAMPAIGN, "any"), read_campaign(data, "any"))


def graph_of(found: Any) -> Graph:
    return planned_graph(StepWriting(NAMES, "any", campaign_of(found)))


def sent(graph: Graph) -> Wire:
    ids = {key: str(900 + at) for at, key in enumerate(graph.order())}
    actions = [
        {"id": ids[key], "type": node.type, **node.fields, "step": node.step} for key, node in graph.nodes.items()
    ]
    return actions, edges_as_json(graph.edges, ids)


def walks(graph: Graph) -> set[tuple[str, ...]]:
    """Every way through a graph, as what is passed on it; one that is never over is not taken."""
    out, found = graph.out(), set[tuple[str, ...]]()
    first = next(key for key in graph.nodes if not any(end == key for _, end, _ in graph.edges))
    left: list[tuple[str, tuple[str, ...]]] = [(first, ())]
    while left:
        key, passed = left.pop()
        node = graph.nodes[key]
        here = passed if node.type == "exit_action" else (*passed, f"{node.step or node.content}")
        following = out[key][:-1] if node.fields.get("exit_type") == "never" else out[key]
        if not following:
            found.add(here)
        left += [(end, (*here, f"{index or 0}")) for _, end, index in following]
    return found


@given(graphs())
def test_a_graph_is_read_whole_and_written_as_the_same_ways(wire: Wire) -> None:
    steps = {one["id"]: f"m{one['id']}" for one in wire[0] if one["type"] in MESSAGES}
    wanted = document(read(wire))
    assert {len(one) for one in walks(graph_of(wanted))} == {len(one) for one in walks(live_graph(*wire, steps))}
    assert len(walks(graph_of(wanted))) == len(walks(live_graph(*wire, steps)))


@given(graphs())
def test_what_was_read_says_itself(wire: Wire) -> None:
    found = document(read(wire))
    assert campaign_document(found.address, campaign_of(found)) == found
    again, edges = sent(graph_of(found))
    steps = {one["id"]: one.pop("step") for one in again if one["type"] in MESSAGES}
    reread = workflow_steps(again, edges, StepReading(NAMES, "any", steps, Settings(False, False)))
    assert document(reread).value("workflow") == found.value("workflow")


@given(graphs())
def test_a_graph_that_is_there_needs_nothing_done(wire: Wire) -> None:
    graph = graph_of(document(read(wire)))
    actions, edges = sent(graph)
    steps = {one["id"]: one.pop("step") for one in actions if one["type"] in MESSAGES}
    assert rebuilding(live_graph(actions, edges, steps), graph).is_nothing


def test_a_shared_step_has_one_text_wherever_it_was_written() -> None:
    """The same graph, with the shared step in the first way and in the second."""
    written = document(CROSSED)
    nudge = [{"email": "nudge"}, {"wait": "2d"}]
    inner = {"if": {"segment": "staff"}, "then": [{"wait": "1d"}, {"email": "b"}], "else": nudge}
    then = [{"email": "a"}, {"branch": inner}]
    other = [{"branch": {"if": {"person": {"plan": "pro"}}, "then": then, "else": [{"go_to": "nudge"}]}}]
    assert document([*other, {"email": "last"}]).value("workflow") == written.value("workflow")
    assert written.value("workflow")[0]["branch"]["else"] == [{"go_to": "nudge"}]


def test_a_step_that_sends_nothing_is_led_to_by_a_counted_name() -> None:
    inner = {"if": {"segment": "staff"}, "then": [{"email": "step-1"}], "else": [{"go_to": "pause"}]}
    paused = [{"wait": "1d", "id": "pause"}, {"email": "b"}]
    shown = document(
        [{"branch": {"if": {"person": {"plan": "pro"}}, "then": [{"branch": inner}], "else": paused}}]
    ).value("workflow")
    assert shown[0]["branch"]["then"][0]["branch"]["else"] == [{"wait": "1d", "id": "step-2"}, {"email": "b"}]
    assert shown[0]["branch"]["else"] == [{"go_to": "step-2"}]
    assert [one.id for one in walk_steps(campaign_of(document(shown)).workflow) if one.kind == "wait"] == ["step-2"]


def test_attributes_that_are_written_together_stay_together_behind_a_name() -> None:
    shared = [{"set": {"person": {"a": 1, "b": 2}}, "id": "both"}, {"email": "b"}]
    inner = {"if": {"segment": "staff"}, "then": [{"email": "c"}], "else": [{"go_to": "both"}]}
    found = document([{"branch": {"if": {"person": {"plan": "pro"}}, "then": [{"branch": inner}], "else": shared}}])
    again, edges = sent(graph_of(found))
    steps = {one["id"]: one.pop("step") for one in again if one["type"] in MESSAGES}
    reread = workflow_steps(again, edges, StepReading(NAMES, "any", steps, Settings(False, False)))
    assert document(reread).value("workflow") == found.value("workflow")


def test_steps_that_nobody_ever_comes_to_are_not_lost_in_silence() -> None:
    kinds = _kinds(1)
    actions = [{"id": "1", "name": "", **kinds["never"][0]}, {"id": "2", "name": "", **kinds["branch"][0]}]
    actions += [{"id": str(n), "name": "", **_kinds(n)["delay"][0]} for n in (3, 4, 5, 6)]
    pairs = [
        ("1", "2", 0),
        ("1", "6", 1),
        ("2", "3", 0),
        ("2", "4", 1),
        ("3", "5", None),
        ("4", "5", None),
        ("6", "4", None),
    ]
    edges = [{"from": a, "to": b, "type": "continue" if i is None else "branch", "index": i} for a, b, i in pairs]
    with pytest.raises(Unreadable, match="has steps for its end"):
        read((actions, edges))


def test_a_circle_is_refused_by_name() -> None:
    graph = Crossing()
    graph.add("a", lambda _: {"wait": "1d"}, ["b"], is_branch=False)
    graph.add("b", lambda _: {"wait": "1d"}, ["a"], is_branch=False)
    with pytest.raises(Unreadable, match="circle"):
        crossing_steps(graph, "a")


def test_branches_beyond_all_depth_are_refused_by_name() -> None:
    graph = Crossing()
    for at in range(2000):
        graph.add(
            str(at), lambda ways: {"branch": {"then": ways[0], "else": ways[1]}}, [str(at + 1), ""], is_branch=True
        )
    graph.add("2000", lambda _: {"wait": "1d"}, [""], is_branch=False)
    with pytest.raises(Unreadable, match="nested too deeply"):
        crossing_steps(graph, "0")


def test_a_jump_to_nothing_cannot_be_written() -> None:
    data = {"name": "Any", "trigger": {"event": "x"}, "workflow": [{"wait": "1d"}, {"go_to": "nowhere"}]}
    with pytest.raises(Unwritable, match="'nowhere', which is no step"):
        planned_graph(StepWriting(NAMES, "any", read_campaign(data, "any")))
