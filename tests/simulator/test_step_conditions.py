"""A clause of the trace finds the condition that it belongs to."""

from __future__ import annotations

import pytest
from building import campaign, person

from mailwright.definitions.conditions import ALWAYS, Happens, PlacedCondition
from simulator.step_conditions import condition_labelled

VIP, PRO, PAID = person("vip", True), person("plan", "pro"), Happens("paid")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        pytest.param("filter", PRO, id="the filter"),
        pytest.param("exit", PAID, id="the ways out"),
        pytest.param("goal", Happens("bought"), id="the goal's event"),
        pytest.param("step:hello", VIP, id="a step's own condition"),
        pytest.param("step:branch-2:else", PRO, id="a branch, whichever way is taken"),
        pytest.param("step:split-5:rich", VIP, id="the way of a split that is named"),
        pytest.param("step:split-5:way 2", PRO, id="the way of a split by its place"),
        pytest.param("step:split-5:else", VIP, id="the default way, by the first that was not taken"),
        pytest.param("step:wait:path 1", PAID, id="a path of a wait"),
        pytest.param("step:wait-any:met", PAID, id="a wait with one way out"),
        pytest.param("step:wait-any:timeout", None, id="a wait whose time was over"),
        pytest.param("step:bare:else", None, id="a branch that asks nothing"),
        pytest.param("step:pause:x", None, id="a step without conditions"),
        pytest.param("step:gone", None, id="a step that is not there"),
        pytest.param("nothing", None, id="a label that names nothing"),
    ],
)
def test_a_label_names_the_condition(label, expected):
    one = campaign(
        "signed_up",
        {"email": "hello", "only_if": VIP},
        {"branch": {"if": PRO, "then": [{"email": "a"}], "else": [{"email": "b"}]}},
        {"split": [{"if": VIP, "name": "rich", "then": []}, {"if": PRO, "then": []}, {"else": []}]},
        {"id": "wait", "wait_until": {"paths": [{"when": PAID}]}},
        {"id": "wait-any", "wait_until": {"any": PAID, "at_most": "1d"}},
        {"id": "bare", "branch": {"if": ALWAYS}},
        {"id": "pause", "wait": "1d"},
        filter=PRO,
        goal={"event": "bought"},
        exit={"when": "goal", "on": PAID},
    )
    found = condition_labelled(one, label)
    assert (found.condition if isinstance(found, PlacedCondition) else None) == expected


def test_a_goal_that_is_a_condition_is_found_as_written():
    one = campaign("signed_up", goal={"filter": PRO})
    found = condition_labelled(one, "goal")
    assert found is not None
    assert found.condition == PRO
