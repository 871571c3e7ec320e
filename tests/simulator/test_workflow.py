"""A workflow as a chain of nodes: every list inside a branch joins again at the next step."""

from __future__ import annotations

import pytest
from building import campaign, person

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Happens
from mailwright.definitions.steps import StepBase
from simulator.workflow import WorkflowCompiler


def compiled(*steps):
    compiler = WorkflowCompiler(Assumptions())
    return compiler.compile(campaign("go", *steps).workflow), compiler.nodes


def test_steps_follow_each_other():
    start, nodes = compiled({"email": "a"}, {"wait": "1h"}, {"email": "b"})
    chain = [start, start.next, start.next.next]
    assert [node.id for node in chain] == ["a", "wait-2", "b"]
    assert chain[-1].next is None
    assert len(nodes) == 3


def test_the_ways_of_a_branch_join_at_the_next_step():
    branch = {"branch": {"if": person("a", 1), "then": [{"email": "x"}], "else": []}}
    start, _ = compiled(branch, {"email": "end"})
    then, otherwise = start.ways
    assert then.first.id == "x"
    assert then.first.next is otherwise.first is start.next
    assert start.next.id == "end"


@pytest.mark.parametrize(
    ("on_timeout", "name"),
    [("continue", "timeout"), ("exit", "timeout_exit"), ([{"email": "late"}], "timeout")],
)
def test_the_last_way_of_a_wait_is_what_follows_its_maximum(on_timeout, name):
    wait = {"wait_until": {"any": Happens("x"), "all": person("a", 1), "at_most": "1d", "on_timeout": on_timeout}}
    start, _ = compiled(wait, {"email": "end"})
    assert [way.name for way in start.ways] == ["met", "met", name]
    assert start.seconds == 86400


def test_a_jump_leads_to_the_step_itself():
    inner = {"branch": {"if": person("b", 1), "then": [{"wait": "1d"}], "else": [{"go_to": "nudge"}]}}
    outer = {"branch": {"if": person("a", 1), "then": [inner], "else": [{"email": "nudge"}]}}
    start, nodes = compiled(outer, {"email": "end"})
    nudge = start.ways[1].first
    assert nudge.id == "nudge" and nudge.next.id == "end"
    assert start.ways[0].first.ways[1].first is nudge
    assert sorted(node.id for node in nodes) == ["branch-1", "branch-2", "end", "nudge", "wait-3"]


@pytest.mark.parametrize("steps", [[{"go_to": "b"}, {"email": "a"}, {"email": "b"}], [{"email": "b"}]])
def test_what_a_jump_passes_over_is_not_walked(steps):
    start, _ = compiled(*steps)
    assert (start.id, start.next) == ("b", None)


def test_a_random_delay_may_be_written_longest_first():
    start, _ = compiled({"wait": {"between": ["3h", "1h"]}})
    assert (start.least, start.seconds) == (3600, 3 * 3600)


def test_a_step_of_no_known_kind_is_a_mistake_of_ours():
    class Odd(StepBase):
        odd: bool = True

    Odd.model_rebuild()
    with pytest.raises(TypeError, match="no step of kind"):
        WorkflowCompiler(Assumptions()).compile([Odd()])
