"""What content says and the simulator does not imitate is named, place by place."""

from __future__ import annotations

import pytest
from building import campaign, person, project

from mailwright.definitions.conditions import MessageIs, MessageState
from simulator.content import compile_content

OPENED = MessageIs("hello", MessageState.OPENED)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param({"branch": {"if": OPENED}}, id="a branch"),
        pytest.param({"split": [{"if": OPENED}, {"else": []}]}, id="a split"),
        pytest.param({"wait_until": {"any": OPENED}}, id="any of a wait"),
        pytest.param({"wait_until": {"all": OPENED}}, id="all of a wait"),
        pytest.param({"wait_until": {"paths": [{"when": OPENED}]}}, id="a path of a wait"),
        pytest.param({"wait": "1d", "only_if": OPENED}, id="a step's own condition"),
    ],
)
def test_a_message_that_people_open_is_named_where_it_is_asked(step):
    found = compile_content(project(campaign("go", {**step, "id": "s"}))).not_modelled
    assert [(one.campaign, one.step, one.what) for one in found] == [("c", "s", "whether a message was opened")]


def test_a_filter_is_looked_into_too():
    found = compile_content(project(campaign("go", filter=OPENED))).not_modelled
    assert [one.step for one in found] == [""]


def test_what_is_predicted_is_not_named():
    sent = MessageIs("hello", MessageState.SENT)
    one = campaign("go", {"branch": {"if": sent}}, {"branch": {"if": person("plan", "pro")}})
    assert compile_content(project(one)).not_modelled == ()


def test_campaigns_that_do_not_run_are_not_looked_at():
    assert compile_content(project(campaign("go", {"llm": {}}, state="draft"))).not_modelled == ()
