"""Workflows written as actions and edges, and read back as nested steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.loading.folder import load_project
from sync.codecs.authored import campaign_document, campaign_of, read_campaign
from sync.codecs.campaigns import read_ui_campaign
from sync.codecs.references import References, Unwritable
from sync.codecs.step_reading import MESSAGES, Settings, StepReading
from sync.codecs.step_writing import StepWriting
from sync.codecs.workflow_reading import workflow_steps
from sync.codecs.workflow_writing import Graph, edges_as_json, gate_of, live_graph, planned_graph, rebuilding
from sync.desired import desired_snapshot
from sync.snapshot import Address, Kind

WIRE = Path(__file__).parents[2] / "data/wire/fly"
ROOT = Path(__file__).parents[3]
NAMES = References(segments={"staff": 17, "beta": 40}, events={"paid": 12})
PLAIN = [
    {"wait": "1d"},
    {"wait": {"between": ["1h", "4h"]}},
    {"window": {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "person", "fallback": "UTC"}},
    {"set": {"person": {"stage": "one"}}},
    {"create_event": {"name": "journey_finished"}},
    {"segment": {"add": "beta"}},
    {"wait": "2h", "only_if": {"person": {"plan": "pro"}}, "name": "Only for pro"},
]
ASKED = [{"person": {"plan": "pro"}}, {"not": {"segment": "staff"}}, {"event": {"amount": {"above": 10}}}]


@st.composite
def workflows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Nested steps; each message has a name of its own."""
    count = iter(range(1000))

    def steps(depth: int, least: int = 0) -> list[dict[str, Any]]:
        found = [step(depth) for _ in range(draw(st.integers(least, 3)))]
        return [*found, {"exit": True}] if depth < 2 and draw(st.integers(0, 5)) == 0 else found

    def step(depth: int) -> dict[str, Any]:
        kinds = ["plain", "email", *(["branch", "split", "cohorts", "wait", "paths"] if depth else [])]

        def asked() -> dict[str, Any]:
            return draw(st.sampled_from(ASKED))

        match draw(st.sampled_from(kinds)):
            case "plain":
                return draw(st.sampled_from(PLAIN))
            case "email":
                return {draw(st.sampled_from(["email", "push", "webhook"])): f"m{next(count)}"}
            case "branch":
                return {"branch": {"if": asked(), "then": steps(depth - 1), "else": steps(depth - 1)}}
            case "split":
                ways = [{"if": asked(), "then": steps(depth - 1)} for _ in range(draw(st.integers(1, 3)))]
                return {"split": [*ways, {"else": steps(depth - 1)}]}
            case "cohorts":
                return {"cohorts": [{"share": 70, "then": steps(depth - 1)}, {"share": 30, "then": steps(depth - 1)}]}
            case "wait":
                late = draw(st.sampled_from(["continue", "exit", "steps"]))
                return {
                    "wait_until": {
                        "any": {"event": "paid"},
                        "at_most": "3d",
                        "then": steps(depth - 1),
                        "on_timeout": steps(depth - 1, 1) if late == "steps" else late,
                    }
                }
            case _:
                paths = [{"when": {"event": name}, "then": steps(depth - 1)} for name in ("paid", "left")]
                return {"wait_until": {"paths": paths, "at_most": "1d"}}

    return steps(2, 1) or [{"wait": "1d"}]


def document(workflow: list[dict[str, Any]]):
    data = {"name": "Any", "trigger": {"event": "signed_up"}, "workflow": workflow}
    return campaign_document(Address(Kind.CAMPAIGN, "any"), read_campaign(data, "any"))


def sent(graph: Graph) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str]]:
    """The graph as a workspace would hold it, with ids of its own."""
    ids = {key: str(900 + at) for at, key in enumerate(graph.order())}
    actions = [{"id": ids[key], "type": graph.nodes[key].type, **graph.nodes[key].fields} for key in graph.order()]
    steps = {ids[key]: node.step for key, node in graph.nodes.items() if node.type in MESSAGES}
    return json.loads(json.dumps(actions)), edges_as_json(graph.edges, ids), steps


@given(workflows())
def test_a_workflow_comes_back_as_it_went(workflow):
    wanted = document(workflow)
    graph = planned_graph(StepWriting(NAMES, "any", campaign_of(wanted)))
    actions, edges, steps = sent(graph)
    found = workflow_steps(actions, edges, StepReading(NAMES, "any", steps, Settings(False, False)))
    assert document(found or [{"exit": True}]).value("workflow") == wanted.value("workflow")


@given(workflows())
def test_a_workflow_that_is_there_needs_nothing_done(workflow):
    graph = planned_graph(StepWriting(NAMES, "any", campaign_of(document(workflow))))
    assert rebuilding(live_graph(*sent(graph)), graph).is_nothing


@given(workflows(), workflows())
def test_what_turns_one_workflow_into_another_keeps_its_messages_and_leaves_no_loose_ends(before, after):
    one = planned_graph(StepWriting(NAMES, "any", campaign_of(document(before))))
    other = planned_graph(StepWriting(NAMES, "any", campaign_of(document(after))))
    live = live_graph(*sent(one))
    todo = rebuilding(live, other)
    kept = {node.step for key, node in live.nodes.items() if node.step and key not in todo.deleted}
    same = {(n.step, n.type) for n in live.nodes.values() if n.step} & {(n.step, n.type) for n in other.nodes.values()}
    assert kept == {step for step, _ in same}
    ends = {end for start, end, _ in todo.edges} | {start for start, _, _ in todo.edges}
    assert not ends & set(todo.deleted)
    assert set(todo.added) <= ends or len(other.nodes) == 1
    roots = {start for start, _, _ in todo.edges} - {end for _, end, _ in todo.edges}
    assert len(roots) <= 1


def test_the_servers_own_gate_stays_where_it_is():
    reply = json.loads((WIRE / "campaign_segment_triggered.json").read_text())["exchanges"][0]["response"]["body"]
    live = live_graph(reply["actions"], reply["campaign"]["edges"], {"921": "hello"})
    assert gate_of(live) == "920"
    wanted = planned_graph(StepWriting(NAMES, "any", campaign_of(document([{"email": "hello"}]))), gate="920")
    todo = rebuilding(live, wanted)
    assert not todo.added and not todo.deleted and not todo.moves_edges


@pytest.mark.parametrize(
    ("file", "segments"),
    [
        ("campaign_event_triggered", {}),
        ("campaign_segment_triggered", {"lapsed": 17, "staff": 23, "done": 31}),
        ("campaign_segment_triggered_legacy", {"lapsed": 17, "staff": 23}),
        ("campaign_date_triggered", {}),
        ("campaign_branching", {"lapsed": 17}),
    ],
)
def test_campaigns_as_the_wire_reference_shows_them_are_read_whole(file, segments):
    reply = json.loads((WIRE / f"{file}.json").read_text())["exchanges"][0]["response"]["body"]
    steps = {one["id"]: f"m{one['id']}" for one in reply["actions"] if one["type"] in MESSAGES}
    read = read_ui_campaign(reply, References(segments=segments), "any", steps)
    assert read.unseen == {}
    assert {"name", "trigger", "state", "workflow", "exit"} <= set(read.document.fields)
    again = campaign_document(read.document.address, campaign_of(read.document))
    assert again == read.document


def test_ways_that_do_not_meet_in_pairs_lead_to_one_another():
    actions = [
        {"id": str(n), "type": "conditional_branch_action", "name": "", "conditions": "JTVCJTVE"} for n in (1, 2)
    ]
    actions += [{"id": str(n), "type": "delay_seconds_action", "delay": 60 * n} for n in (3, 4, 5)]
    pairs = [("1", "2", 0), ("1", "4", 1), ("2", "3", 0), ("2", "4", 1), ("3", "5", None), ("4", "5", None)]
    edges = [{"from": a, "to": b, "type": "continue" if i is None else "branch", "index": i} for a, b, i in pairs]
    outer, last = workflow_steps(actions, edges, StepReading(NAMES, "any", {}, Settings(False, False)))
    assert last == {"wait": "5m"}
    assert outer["branch"]["else"] == [{"go_to": "step-1"}]
    (inner,) = outer["branch"]["then"]
    assert (inner["branch"]["then"], inner["branch"]["else"]) == ([{"wait": "3m"}], [{"wait": "4m", "id": "step-1"}])


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"set": {"journey": {"a": "1"}}}, "attributes of a journey"),
        ({"branch": {"if": {"performed": "paid"}}}, "whether an event was performed in a flat list"),
        ({"branch": {"if": {"person": {"plan": ["a", "b"]}}}}, "a choice among values of 'plan'"),
        ({"ab_test": [{"share": 50, "email": "a"}, {"share": 50, "email": "b"}]}, "an A/B test"),
        ({"llm": {"prompt": "x"}}, "a llm"),
    ],
)
def test_what_has_no_place_on_the_wire_is_refused_by_name(step, why):
    with pytest.raises(Unwritable, match=why):
        planned_graph(StepWriting(NAMES, "any", campaign_of(document([step]))))


def test_the_repositorys_own_campaigns_are_documents_that_say_themselves():
    for found in desired_snapshot(load_project(ROOT), "prod"):
        if found.address.kind is Kind.CAMPAIGN:
            assert campaign_document(found.address, campaign_of(found)) == found
