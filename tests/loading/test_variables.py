from __future__ import annotations

import pytest

from mailwright.definitions.conditions import Compare, Operator, Subject, Unclaimed
from mailwright.diagnostics import ConfigurationError, ContentError
from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars

CAMPAIGN = "campaigns/welcome/campaign.yaml"
SETTINGS = """[workspaces.qa]
region = "us"
vars = { plan = "free", least = "10", id = "5", url = "https://qa.example.org" }
[workspaces.prod]
region = "us"
vars = { plan = "pro", least = "20", id = "7", url = "https://www.example.org" }
"""


def test_each_workspace_has_its_own_values_and_the_project_keeps_the_names(write) -> None:
    project = load_project(
        write(
            {
                "mailwright.toml": SETTINGS,
                CAMPAIGN: "name: Welcome\ntrigger: {event: signed_up, where: {plan: '${plan}', n: {above: '${least}'}}}\n"
                "workflow: [{email: hello}, {webhook: call}]\n",
                "campaigns/welcome/call.yaml": "url: ${url}/x\nbody: {a: '$${plan}'}\n",
                "campaigns/welcome/hello.liquid": "---\nsubject: From ${url}\n---\nbody ${plan}\n",
            }
        )
    )
    for workspace, plan, least, url in (
        ("qa", "free", 10, "https://qa.example.org"),
        ("prod", "pro", 20, "https://www.example.org"),
    ):
        there = with_vars(project, workspace)
        where = there.campaigns["welcome"].trigger.where.condition
        assert where.parts == (
            Compare(Subject.DATA, "plan", Operator.EQUALS, (plan,)),
            Compare(Subject.DATA, "n", Operator.ABOVE, (least,)),
        )
        webhook = there.webhooks["welcome", "call"]
        assert webhook.content.url == webhook.texts["url"].source == f"{url}/x"
        assert webhook.content.body == {"a": "${plan}"}
        message = there.messages["welcome", "hello", None]
        assert message.fields.subject == message.field_texts["subject"].source == f"From {url}"
        assert message.body.source == "body ${plan}\n"
    assert "${plan}" in repr(project.campaigns["welcome"].trigger)


def test_claimed_values_are_the_workspaces(write) -> None:
    project = load_project(
        write(
            {
                "mailwright.toml": SETTINGS,
                CAMPAIGN: "name: W\ntrigger: {event: signed_up, where: {id: {unclaimed_by: own-*}}}\nworkflow: [{email: hello}]\n",
                "campaigns/own-a/campaign.yaml": "name: A\ntrigger: {event: signed_up, where: {id: '${id}'}}\nworkflow: [{wait: 1d}]\n",
            }
        )
    )
    where = with_vars(project, "prod").campaigns["welcome"].trigger.where.condition
    assert isinstance(where, Unclaimed)
    assert where.claimed == ("7",)


def test_a_missing_value_names_the_workspace_and_the_place(write) -> None:
    root = write(
        {
            "mailwright.toml": SETTINGS,
            CAMPAIGN: "name: W ${nam}\ntrigger: {event: signed_up}\nworkflow: [{email: hello}]\n",
        }
    )
    with pytest.raises(ContentError) as caught:
        load_project(root)
    found = caught.value.diagnostics
    assert [(one.rule, one.span.line, one.span.column) for one in found] == [("missing-variable", 1, 7)] * 2
    assert "'prod'" in found[0].message
    assert "'qa'" in found[1].message


def test_a_value_that_its_test_cannot_use_is_told(write) -> None:
    where = "{a: {above: '${plan}'}, b: {more_than_ago: '${plan}'}}"
    root = write(
        {
            "mailwright.toml": SETTINGS,
            CAMPAIGN: f"name: W\ntrigger: {{event: signed_up, where: {where}}}\nworkflow: [{{email: hello}}]\n",
        }
    )
    with pytest.raises(ContentError) as caught:
        load_project(root)
    assert {one.rule for one in caught.value.diagnostics} == {"wrong-value"}
    assert len(caught.value.diagnostics) == 4


def test_a_campaign_of_another_workspace_needs_no_values_here(write) -> None:
    one = "name: W ${only}\nworkspaces: [qa]\ntrigger: {event: signed_up}\nworkflow: [{email: hello}]\n"
    settings = '[workspaces.qa]\nregion = "us"\nvars = { only = "x" }\n[workspaces.prod]\nregion = "us"\n'
    project = load_project(write({"mailwright.toml": settings, CAMPAIGN: one}))
    assert with_vars(project, "qa").campaigns["welcome"].name == "W x"


def test_an_unknown_workspace_is_a_wrong_setting(write) -> None:
    with pytest.raises(ConfigurationError):
        with_vars(load_project(write({"mailwright.toml": SETTINGS})), "qq")
