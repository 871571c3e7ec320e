"""Workflows as clients write them: graphs that nest, that do not, and that cannot be walked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from building import HOUR, START, identify, track

from mailwright.definitions.steps import BranchStep, CohortsStep, ExitStep, SplitStep, WaitUntilStep, step_kind
from simulator.replay import replay
from simulator.trace import Branched, Delivery, Ended
from simulator.workspace.content.decode import Decoded, decode
from simulator.workspace.documents import Kind, new_action, new_campaign, new_template
from simulator.workspace.encoding import encode
from simulator.workspace.store import Documents, Store

WIRE = Path(__file__).parents[3] / "data" / "wire" / "fly"


class Stored:
    """Documents as a client has them written."""

    def __init__(self) -> None:
        self.documents = Documents(Store(), 1)

    def campaign(self, actions: list[dict[str, Any]], edges: list[tuple[Any, ...]], **fields: Any) -> Stored:
        """One running campaign on the event `go`; an edge is (from, to) or (from, to, index)."""
        made = [
            {"from": str(edge[0]), "to": str(edge[1]), "type": "continue" if len(edge) == 2 else "branch",
             **({} if len(edge) == 2 else {"index": edge[2]})}
            for edge in edges
        ]  # fmt: skip
        given = {"type": "transactional", "event": "go", "event_type": "event", "state": "running", **fields}
        ids = [str(action["id"]) for action in actions]
        campaign = {"id": 61, **new_campaign("Test", START, **given, edges=made, workflow_action_ids=ids)}
        self.documents.put(Kind.CAMPAIGN, 61, campaign)
        for action in actions:
            kept = {**new_action(action["type"], START), **action, "id": str(action["id"]), "campaign_id": 61}
            if "template_id" in kept:
                kept["template_id"] = kept["template_id"] or int(kept["id"])
                template = new_template("email", START, subject=kept["id"], body="Hi")
                self.documents.put(Kind.TEMPLATE, kept["template_id"], {"id": kept["template_id"], **template})
            self.documents.put(Kind.ACTION, int(kept["id"]), kept)
        return self

    def decoded(self) -> Decoded:
        return decode(self.documents, "here")

    def walked(self, **attributes: Any) -> list[str]:
        """Which messages a person gets, and how the journey ends."""
        calls = [identify(at=START, email="p@example.org", **attributes), track("go", at=START + 1, data={"n": 1})]
        run = replay(self.decoded().project, "here", calls, render="all")
        sent = [entry.step for entry in run.entries if isinstance(entry, Delivery)]
        return [*sent, *(entry.reason for entry in run.entries if isinstance(entry, Ended))]


def email(number: int) -> dict[str, Any]:
    return {"id": number, "type": "email_action"}


def leave(number: int) -> dict[str, Any]:
    return {"id": number, "type": "exit_action"}


def asks(plan: str) -> str:
    return encode([{"type": "attribute", "field": "plan", "operator": "eq", "value": plan}])


def branch(number: int, plan: str = "pro") -> dict[str, Any]:
    return {"id": number, "type": "conditional_branch_action", "conditions": asks(plan)}


def split(number: int, *plans: str) -> dict[str, Any]:
    return {"id": number, "type": "multi_split_branch_action", "multi_conditions": [asks(plan) for plan in plans]}


def test_ways_meet_again_at_the_step_after_them():
    stored = Stored().campaign(
        [branch(1), email(2), email(3), email(4), leave(9)],
        [(1, 2, 0), (1, 3, 1), (2, 4), (3, 4), (4, 9)],
    )
    found, last = stored.decoded().project.campaigns["test"].workflow
    assert isinstance(found, BranchStep)
    assert [step.id for step in found.branch.then] == ["2"]
    assert (found.branch.otherwise[0].id, last.id) == ("3", "4")
    assert stored.walked(plan="pro") == ["2", "4", "end"]
    assert stored.walked(plan="free") == ["3", "4", "end"]


def test_an_empty_way_leads_straight_to_where_the_ways_meet():
    stored = Stored().campaign([branch(1), email(2), email(3), leave(9)], [(1, 2, 0), (1, 3, 1), (2, 3), (3, 9)])
    assert stored.walked(plan="pro") == ["2", "3", "end"]
    assert stored.walked() == ["3", "end"]


def test_a_way_that_ends_in_its_own_exit_ends_there():
    stored = Stored().campaign(
        [branch(1), email(2), leave(3), email(4), leave(9)], [(1, 2, 0), (1, 4, 1), (2, 3), (4, 9)]
    )
    assert stored.walked(plan="pro") == ["2", "exit_step"]
    assert stored.walked() == ["4", "end"]


def test_a_graph_that_does_not_nest_runs_as_it_is_drawn():
    # 1 splits into 2 and 3; 2 splits into 4 and 5; 3 also leads to 5; 4 and 5 meet at 6.
    stored = Stored().campaign(
        [split(1, "a", "b"), branch(2, "a"), email(3), email(4), email(5), email(6), leave(9)],
        [(1, 2, 0), (1, 3, 1), (1, 6, 2), (2, 4, 0), (2, 5, 1), (3, 5), (4, 6), (5, 6), (6, 9)],
    )
    assert stored.walked(plan="a") == ["4", "6", "end"]
    assert stored.walked(plan="b") == ["3", "5", "6", "end"]
    assert stored.walked(plan="c") == ["6", "end"]
    assert stored.decoded().not_modelled == ()


def test_ways_may_share_any_number_of_steps():
    # Two branches a stage, each leading to both of the next: written out, the ways double with every stage.
    actions: list[dict[str, Any]] = [branch(1)]
    edges: list[tuple[Any, ...]] = [(1, 2, 0), (1, 3, 1)]
    for left in range(2, 42, 2):
        actions += [branch(left), branch(left + 1, "a")]
        edges += [(at, to, index) for at in (left, left + 1) for index, to in enumerate((left + 2, left + 3))]
    stored = Stored().campaign([*actions, email(42), email(43), leave(99)], [*edges, (42, 99), (43, 99)])
    assert stored.decoded().not_modelled == ()
    assert stored.walked(plan="pro") == ["42", "end"]
    assert stored.walked() == ["43", "end"]


def test_a_circle_is_named_and_starts_nobody():
    stored = Stored().campaign([email(1), email(2), email(3)], [(1, 2), (2, 3), (3, 2)])
    decoded = stored.decoded()
    assert decoded.project.campaigns == {}
    (lost,) = decoded.not_modelled
    assert lost.what == "a workflow that cannot be walked: its steps go round in a circle"
    assert lost.instead == "starts nobody"


def test_steps_that_hang_on_nothing_are_named():
    stored = Stored().campaign([email(1), email(2), leave(9)], [(1, 9)])
    assert [one.what for one in stored.decoded().not_modelled] == ["more than one beginning"]
    assert stored.walked() == ["1", "end"]


def test_a_campaign_without_steps_starts_and_ends():
    assert Stored().campaign([], []).walked() == ["exit_step"]


def test_a_wait_takes_its_last_way_when_the_time_is_over():
    wait = {"id": 1, "type": "conditional_wait_action", "delay": HOUR, "exit_type": "continue",
            "multi_conditions": [encode([{"type": "foreign_event", "event": "bought"}]), asks("pro")]}  # fmt: skip
    stored = Stored().campaign([wait, email(2), email(3), leave(9)], [(1, 2, 0), (1, 3, 1), (2, 9), (3, 9)])
    (step,) = stored.decoded().project.campaigns["test"].workflow
    assert isinstance(step, WaitUntilStep)
    assert stored.walked() == ["3", "end"]
    assert stored.walked(plan="pro") == ["2", "end"]


def test_each_condition_of_a_wait_may_have_a_way_of_its_own():
    wait = {"id": 1, "type": "conditional_wait_action", "delay": HOUR, "exit_type": "continue",
            "multi_conditions": [asks("pro"), asks("team")]}  # fmt: skip
    stored = Stored().campaign(
        [wait, email(2), email(3), email(4), leave(9)],
        [(1, 2, 0), (1, 3, 1), (1, 4, 2), (2, 9), (3, 9), (4, 9)],
    )
    assert [stored.walked(plan=plan)[0] for plan in ("pro", "team", "free")] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("action", "lost"),
    [
        pytest.param({"type": "split_path_action"}, "an action of the type split_path_action", id="a type nobody knows"),
        pytest.param({"type": "static_seg_update_action"}, "an update of a segment that it does not name", id="no segment"),
        pytest.param({"type": "delay_time_window_action", "days": "weekdays"}, "a window whose days or hours mean nothing to us", id="a window"),
        pytest.param({"type": "split_randomized_action"}, "an A/B test whose sides and shares do not fit", id="an empty test"),
        pytest.param({"type": "create_event_action"}, "an event without a name", id="a nameless event"),
        pytest.param({"type": "attribute_update_action"}, "an update without an attribute", id="no attribute"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_run_is_passed_and_named(action, lost):
    stored = Stored().campaign([{"id": 1, **action}, email(2), leave(9)], [(1, 2), (2, 9)])
    assert [(one.campaign, one.step, one.what) for one in stored.decoded().not_modelled] == [("test", "1", lost)]
    assert stored.walked() == ["2", "end"]


def test_a_condition_that_means_nothing_is_named_and_does_not_hold():
    strange = {**branch(1), "conditions": encode([{"type": "weather", "field": "rain"}])}
    stored = Stored().campaign([strange, email(2), email(3), leave(9)], [(1, 2, 0), (1, 3, 1), (2, 9), (3, 9)])
    (lost,) = stored.decoded().not_modelled
    assert lost.what == "its condition: a condition of the type 'weather'"
    assert stored.walked() == ["3", "end"]


def test_broken_liquid_is_stored_and_fails_for_each_person():
    stored = Stored().campaign([email(1), leave(9)], [(1, 9)])
    template = stored.documents.get(Kind.TEMPLATE, 1) or {}
    stored.documents.put(Kind.TEMPLATE, 1, {**template, "body": "{% if %}{{ customer.x"})
    calls = [identify(at=START, email="p@example.org"), track("go", at=START + 1)]
    run = replay(stored.decoded().project, "here", calls, render="all")
    (delivery,) = [entry for entry in run.entries if isinstance(entry, Delivery)]
    assert (delivery.status, delivery.reason) == ("failed", "liquid_syntax")


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("campaign_event_triggered", ["wait", "email", "branch", "set"]),
        ("campaign_segment_triggered", ["email"]),
        ("campaign_segment_triggered_legacy", ["email"]),
        ("campaign_date_triggered", ["email"]),
        ("campaign_branching", ["split", "wait_until"]),
    ],
)
def test_the_campaigns_of_the_reference_are_read(file, kinds):
    (exchange,) = json.loads((WIRE / f"{file}.json").read_text())["exchanges"]
    body = exchange["response"]["body"]
    documents = Documents(Store(), 1)
    number = body["campaign"]["id"]
    documents.put(Kind.CAMPAIGN, number, {**body["campaign"], "tags": [], "first_started": 0})
    for action in body["actions"]:
        documents.put(Kind.ACTION, int(action["id"]), {**action, "campaign_id": number})
    for segment in (17, 23, 31):
        documents.put(Kind.SEGMENT, segment, {"id": segment, "name": f"Segment {segment}", "type": "manual"})
    decoded = decode(documents, "here")
    (campaign,) = decoded.project.campaigns.values()
    assert decoded.not_modelled == ()
    assert [step_kind(step) for step in campaign.workflow] == kinds
    if file == "campaign_branching":
        wait = campaign.workflow[1]
        assert isinstance(campaign.workflow[0], SplitStep)
        assert isinstance(wait, WaitUntilStep)
        (cohorts,) = wait.wait_until.on_timeout
        assert isinstance(cohorts, CohortsStep)
        assert isinstance(wait.wait_until.then[0], ExitStep)
        assert [cohort.share for cohort in cohorts.cohorts] == [70, 30]


def test_a_split_draws_over_the_first_condition_that_holds():
    stored = Stored().campaign(
        [split(1, "a", "a"), email(2), email(3), leave(9)], [(1, 2, 0), (1, 3, 1), (1, 9, 2), (2, 9), (3, 9)]
    )
    assert stored.walked(plan="a") == ["2", "end"]
    calls = [identify(at=START, email="p@example.org"), track("go", at=START + 1)]
    run = replay(stored.decoded().project, "here", calls, render="none")
    assert [entry.way for entry in run.entries if isinstance(entry, Branched)] == ["else"]
