from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.workspace.ui_api.graph import Graph, GraphRefused, read_edges


def action(number: str, kind: str = "email_action", **fields: object) -> dict[str, object]:
    return {"id": number, "type": kind, **fields}


def edge(start: str, end: str, index: int | None = None) -> dict[str, object]:
    return (
        {"from": start, "to": end, "type": "continue"}
        if index is None
        else {"from": start, "to": end, "type": "branch", "index": index}
    )


CHAIN = [action("1"), action("2"), action("9", "exit_action")]
BRANCH = [action("1", "conditional_branch_action"), action("2"), action("3"), action("4"), action("9", "exit_action")]


@pytest.mark.parametrize(
    ("actions", "edges"),
    [
        pytest.param(CHAIN, [edge("1", "2"), edge("2", "9")], id="one after the other"),
        pytest.param(
            BRANCH,
            [edge("1", "2", 0), edge("1", "3", 1), edge("2", "4"), edge("3", "4"), edge("4", "9")],
            id="two ways that meet",
        ),
        pytest.param(
            BRANCH[:2] + BRANCH[3:],
            [edge("1", "2", 0), edge("1", "4", 1), edge("2", "4"), edge("4", "9")],
            id="a way without steps",
        ),
        pytest.param(
            [
                action("1", "conditional_branch_action"),
                action("2", "exit_action"),
                action("3"),
                action("9", "exit_action"),
            ],
            [edge("1", "2", 0), edge("1", "3", 1), edge("3", "9")],
            id="one way ends in an exit of its own",
        ),
        pytest.param([action("9", "exit_action")], [], id="only the exit"),
        pytest.param([], [], id="nothing yet"),
        pytest.param(
            [
                action("1", "split_randomized_action", action_ids=["2", "3"]),
                action("2"),
                action("3"),
                action("9", "exit_action"),
            ],
            [edge("1", "9")],
            id="the sides of an old A/B test hang on it",
        ),
    ],
)
def test_a_graph_that_keeps_the_rules_is_taken(actions: list, edges: list) -> None:
    Graph(actions, edges).check()


@pytest.mark.parametrize(
    ("actions", "edges", "said"),
    [
        pytest.param(CHAIN, [edge("2", "9")], "more than one root", id="an action that nothing leads to"),
        pytest.param(CHAIN[:2], [edge("1", "2"), edge("2", "1")], "no root", id="a ring"),
        pytest.param(
            CHAIN, [edge("1", "2"), edge("2", "9"), edge("1", "9")], "more than one outgoing", id="two ways on"
        ),
        pytest.param(
            [*CHAIN, action("3"), action("4")],
            [edge("1", "9"), edge("2", "3"), edge("3", "4"), edge("4", "2")],
            "no outgoing|cycle|root",
            id="a ring beside",
        ),
        pytest.param(CHAIN, [edge("1", "2"), edge("2", "7")], "unknown action: 7", id="an unknown end"),
        pytest.param(CHAIN, [edge("1", "2", 0), edge("2", "9")], "is no branch", id="a branch edge on a message"),
        pytest.param(
            BRANCH[:2] + BRANCH[4:], [edge("1", "2", 0), edge("2", "9")], "needs 2 branch edges", id="half a branch"
        ),
        pytest.param(
            BRANCH,
            [edge("1", "2", 0), edge("1", "3", 2), edge("2", "4"), edge("3", "4"), edge("4", "9")],
            "not numbered",
            id="a gap in the numbers",
        ),
        pytest.param(
            [action("2"), action("9", "exit_action"), action("4", "exit_action")],
            [edge("2", "9"), edge("9", "4")],
            "exit 9 has",
            id="something after an exit",
        ),
        pytest.param(
            # 1 branches to 2 and 5; 2 branches on: one way leads to 5's sequel, the other into the shared exit.
            [
                action("1", "conditional_branch_action"),
                action("2", "conditional_branch_action"),
                action("3"),
                action("5"),
                action("6"),
                action("9", "exit_action"),
            ],
            [
                edge("1", "2", 0),
                edge("1", "5", 1),
                edge("2", "3", 0),
                edge("2", "9", 1),
                edge("3", "6"),
                edge("5", "6"),
                edge("6", "9"),
            ],
            "do not meet",
            id="a way that shares the campaign's exit",
        ),
        pytest.param(
            [
                action("1", "multi_split_branch_action", multi_conditions=["x", "y"]),
                action("2"),
                action("9", "exit_action"),
            ],
            [edge("1", "2", 0), edge("1", "9", 1), edge("2", "9")],
            "needs 3 branch edges",
            id="a split lacks its default way",
        ),
        pytest.param(
            [action("1", "random_cohort_branch_action", cohorts=[500, 500]), action("9", "exit_action")],
            [edge("1", "9", 0)],
            "needs 2 branch edges",
            id="a cohort without a way",
        ),
    ],
)
def test_a_graph_that_breaks_a_rule_is_refused(actions: list, edges: list, said: str) -> None:
    with pytest.raises(GraphRefused, match=said):
        Graph(actions, edges).check()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "x",
        [1],
        [{}],
        [{"from": "1"}],
        [{"from": "1", "to": "2", "type": "jump"}],
        [{"from": "1", "to": "2", "type": "branch"}],
        [{"from": "1", "to": "2", "type": "branch", "index": True}],
    ],
)
def test_edges_that_are_none_are_refused(raw: object) -> None:
    with pytest.raises(GraphRefused):
        read_edges(raw)


def test_ids_may_be_numbers_and_an_index_may_stand_on_every_edge() -> None:
    assert read_edges([{"from": 1, "to": 2, "type": "continue", "index": 0}]) == [
        {"from": "1", "to": "2", "type": "continue"}
    ]


# --- workflows by chance: nested ways, each of which meets the others or ends in an exit of its own ---------------------

NESTED = st.recursive(
    st.just("email"),
    lambda inner: st.lists(st.lists(inner, max_size=3) | st.just("own exit"), min_size=2, max_size=4),
    max_leaves=12,
)


class Building:
    """A workflow laid out as actions and edges."""

    def __init__(self) -> None:
        self.actions: list[dict[str, object]] = []
        self.edges: list[dict[str, object]] = []

    def new(self, kind: str, **fields: object) -> str:
        number = str(len(self.actions) + 1)
        self.actions.append(action(number, kind, **fields))
        return number

    def lay(self, steps: list, end: str) -> str:
        """Steps that lead to *end*; gives where they begin."""
        at = end
        for step in reversed(steps):
            at = self.one(step, at)
        return at

    def one(self, step: object, after: str) -> str:
        if step == "email":
            number = self.new("email_action")
            self.edges.append(edge(number, after))
            return number
        assert isinstance(step, list)
        if all(way == "own exit" for way in step):  # then nothing leads on
            step = [*step[:-1], []]
        number = self.new("random_cohort_branch_action", cohorts=[1] * len(step))
        for index, way in enumerate(step):
            target = self.new("exit_action") if way == "own exit" else self.lay(way, after)
            self.edges.append(edge(number, target, index))
        return number


def built(steps: list) -> Building:
    made = Building()
    made.lay(steps, made.new("exit_action"))
    return made


@given(st.lists(NESTED, max_size=5))
def test_nested_workflows_keep_the_rules_and_stand_in_an_order_that_follows_the_edges(steps: list) -> None:
    made = built(steps)
    graph = Graph(made.actions, made.edges)
    graph.check()
    order = graph.order()
    assert sorted(order) == sorted(str(one["id"]) for one in made.actions)
    assert all(order.index(str(one["from"])) < order.index(str(one["to"])) for one in made.edges)


@given(st.lists(NESTED, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_actions_and_edges_does_not_matter(steps: list, chance: random.Random) -> None:
    made = built(steps)
    actions, edges = [*made.actions], [*made.edges]
    chance.shuffle(actions)
    chance.shuffle(edges)
    Graph(actions, edges).check()


@given(st.lists(NESTED, min_size=1, max_size=5), st.data())
def test_a_workflow_that_lacks_an_edge_is_refused(steps: list, data: st.DataObject) -> None:
    made = built(steps)
    gone = data.draw(st.integers(0, len(made.edges) - 1))
    with pytest.raises(GraphRefused):
        Graph(made.actions, made.edges[:gone] + made.edges[gone + 1 :]).check()


@given(st.lists(NESTED, max_size=5))
def test_an_action_that_nothing_leads_to_is_refused(steps: list) -> None:
    made = built(steps)
    with pytest.raises(GraphRefused, match=r"more than one root|no outgoing"):
        Graph([*made.actions, action("lost")], made.edges).check()


def test_a_workflow_of_many_steps_and_one_of_many_branches_are_looked_through() -> None:
    long = built(["email"] * 5_000)
    Graph(long.actions, long.edges).check()
    deep: list = []
    for _ in range(60):
        deep = [[deep, ["email"]]]
    nested = built(deep)
    Graph(nested.actions, nested.edges).check()
