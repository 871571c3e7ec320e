"""Workflows as graphs: who gets past what, and which events come back at once."""

from __future__ import annotations

import pytest

from mailwright.checks.workflow_checks import check_workflows, ends_always, immediate_events
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import ALWAYS, InSegment, PlacedCondition
from mailwright.definitions.steps import StepBase
from mailwright.loading.folder import load_project

PRO = PlacedCondition(InSegment("pro"))
EXIT = {"exit": True}
EMAIL = {"email": "a"}
EVENT = {"create_event": {"name": "again"}}


def steps(*authored: dict[str, object]) -> list[StepBase]:
    campaign = Campaign.model_validate({"name": "A", "trigger": {"event": "e"}, "workflow": list(authored)})
    return list(campaign.workflow)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(EXIT, True, id="an exit"),
        pytest.param({**EXIT, "only_if": ALWAYS}, False, id="an exit with a condition"),
        pytest.param({"branch": {"if": PRO, "then": [EXIT], "else": [EXIT]}}, True, id="a branch that ends both ways"),
        pytest.param({"branch": {"if": PRO, "then": [EXIT]}}, False, id="a branch that ends one way"),
        pytest.param({"split": [{"if": PRO, "then": [EXIT]}, {"else": [EMAIL, EXIT]}]}, True, id="a split that ends"),
        pytest.param({"split": [{"if": PRO, "then": [EXIT]}]}, False, id="a split without else"),
        pytest.param({"cohorts": [{"share": 50, "then": [EXIT]}, {"share": 50}]}, False, id="a cohort that goes on"),
        pytest.param({"wait_until": {"any": PRO, "then": [EXIT]}}, True, id="a wait that ends, for ever"),
        pytest.param(
            {"wait_until": {"any": PRO, "then": [EXIT], "at_most": "1d"}}, False, id="a wait that goes on late"
        ),
        pytest.param(
            {"wait_until": {"any": PRO, "then": [EXIT], "at_most": "1d", "on_timeout": "exit"}},
            True,
            id="ends late too",
        ),
        pytest.param(EMAIL, False, id="an email"),
        pytest.param({"go_to": "a"}, True, id="a jump"),
    ],
)
def test_a_step_ends_every_journey_or_not(step: dict[str, object], expected: bool):
    assert ends_always(steps(step)[0]) is expected


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        pytest.param([EMAIL, EVENT], 1, id="behind an email"),
        pytest.param([{"wait": "1d"}, EVENT], 0, id="behind a wait"),
        pytest.param([{"wait": "0s"}, EVENT], 1, id="behind a wait of nothing"),
        pytest.param([{"window": {}}, EVENT], 0, id="behind a window"),
        pytest.param([{"branch": {"if": PRO, "then": [EVENT], "else": [EVENT]}}], 2, id="in both ways of a branch"),
        pytest.param([EXIT, EVENT], 0, id="behind an exit"),
    ],
)
def test_events_created_before_any_time_passes(workflow: list[dict[str, object]], expected: int):
    assert len(list(immediate_events(steps(*workflow), ("workflow",)))) == expected


def looping(first: str, second: str) -> str:
    events = "".join(f"# file: campaigns/_shared/events/{name}.yaml\nname: {name}\n" for name in ("ping", "pong"))
    return (
        f"{events}# file: campaigns/a/campaign.yaml\nname: A\ntrigger: {{event: ping}}\nworkflow: {first}\n"
        f"# file: campaigns/b/campaign.yaml\nname: B\ntrigger: {second}\nworkflow: [{{create_event: {{name: ping}}}}]\n"
    )


def test_two_campaigns_that_start_each_other_are_one_loop(check):
    found = check(looping("[{create_event: {name: pong, data: {n: 1}}}]", "{event: pong}"))
    assert [problem.rule for problem in found] == ["event-loop"]
    assert "a → b → a" in found[0].message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("[{wait: 1h}, {create_event: {name: pong}}]", "{event: pong}", id="a wait between"),
        pytest.param(
            "[{create_event: {name: pong, data: {n: 1}}}]", "{event: pong, where: {n: 2}}", id="another value"
        ),
        pytest.param("[{create_event: {name: pong}}]", "{event: pong, where: {n: 2}}", id="a value that is not sent"),
    ],
)
def test_what_does_not_come_back_at_once_is_no_loop(first: str, second: str, check):
    assert "event-loop" not in [problem.rule for problem in check(looping(first, second))]


def test_a_step_behind_a_jump_is_reached_by_the_jumps_that_lead_there(tmp_path):
    workflow = (
        "  - branch: {if: {person: {plan: pro}}, then: [{go_to: b}], else: []}\n"
        "  - {wait: 1d}\n  - go_to: c\n  - {wait: 2d, id: b}\n  - {wait: 3d, id: c}\n"
    )
    folder = tmp_path / "campaigns" / "welcome"
    folder.mkdir(parents=True)
    (tmp_path / "mailwright.toml").write_text("[workspaces.qa]\n")
    campaign = folder / "campaign.yaml"
    campaign.write_text(f"name: W\ntrigger: {{event: e}}\nworkflow:\n{workflow}")
    assert [one.rule for one in check_workflows(load_project(tmp_path))] == []
    campaign.write_text(campaign.read_text().replace("{go_to: b}", "{wait: 5d}"))
    assert [one.rule for one in check_workflows(load_project(tmp_path))] == ["unreachable-step"]
