"""Samples name the campaigns that their event starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Compare, Not, Operator, PlacedCondition, Subject
from mailwright.definitions.project import Project
from mailwright.definitions.sample import Sample
from simulator.rules import RULES
from simulator.sample_checks import sample_problems


def campaign(event: str, where: Any = None, person: Any = None, **more: Any) -> Campaign:
    trigger: dict[str, Any] = {"event": event}
    if where is not None:
        trigger["where"] = PlacedCondition(where, "campaigns/photo/campaign.yaml", (((), (4, 5, 4)),))
    if person is not None:
        more["filter"] = PlacedCondition(person, "campaigns/photo/campaign.yaml", (((), (6, 3, 4)),))
    return Campaign.model_validate({"name": event, "trigger": trigger, "workflow": [{"email": "hello"}], **more})


IS_PHOTO = Compare(Subject.DATA, "type", Operator.EQUALS, ("photo",))
NOT_STAFF = Not(Compare(Subject.PERSON, "plan", Operator.EQUALS, ("staff",)))


def project(sample: dict[str, Any], **campaigns: Campaign) -> Project:
    return Project(Path("shop"), campaigns=campaigns, samples={"ana": Sample.model_validate(sample)})


def posted(kind: str, **more: Any) -> dict[str, Any]:
    return {"event": {"name": "posted", "data": {"type": kind}}, **more}


def test_a_sample_that_starts_just_what_it_names_is_fine() -> None:
    content = project(posted("photo", campaigns=["photo"]), photo=campaign("posted", IS_PHOTO), other=campaign("else"))
    assert list(sample_problems(content)) == []


def test_a_campaign_that_does_not_start_is_told_with_the_clause_to_change() -> None:
    (found,) = sample_problems(project(posted("text", campaigns=["photo"]), photo=campaign("posted", IS_PHOTO)))
    assert found.rule == "sample-not-routed"
    assert found.span.file == "campaigns/_shared/samples/ana.yaml"
    assert (
        found.hint == "campaigns/photo/campaign.yaml:4:5: 'type is photo' would have to hold; the sample has \"text\""
    )


def test_a_campaign_that_starts_and_is_not_named_is_told() -> None:
    content = project(
        posted("photo", campaigns=["photo"]), photo=campaign("posted", IS_PHOTO), every=campaign("posted")
    )
    (found,) = sample_problems(content)
    assert (found.rule, found.hint.startswith("add it to campaigns:")) == ("sample-fires-more", True)
    assert "'every'" in found.message


def test_the_filter_counts_only_where_a_person_is_given() -> None:
    guarded = campaign("posted", IS_PHOTO, NOT_STAFF)
    staff = {"person": {"id": "ana", "attributes": {"plan": "staff"}}}
    (found,) = sample_problems(project(posted("photo", campaigns=["photo"], **staff), photo=guarded))
    assert "campaigns/photo/campaign.yaml:6:3" in found.hint
    assert list(sample_problems(project(posted("photo", campaigns=["photo"]), photo=guarded))) == []


@pytest.mark.parametrize("state", ["draft", "stopped"])
def test_a_campaign_that_is_not_running_starts_nothing(state: str) -> None:
    content = project(posted("photo", campaigns=["photo"]), photo=campaign("posted", state=state))
    (found,) = sample_problems(content)
    assert found.hint == f"it is {state}"


def test_another_event_is_named() -> None:
    (found,) = sample_problems(project(posted("photo", campaigns=["photo"]), photo=campaign("uploaded")))
    assert found.hint == "its trigger asks for the event 'uploaded'"


def test_samples_without_an_event_or_campaigns_say_nothing() -> None:
    content = project(posted("photo"), photo=campaign("posted"))
    assert list(sample_problems(content)) == []
    person_only = replace(
        content, samples={"ana": Sample.model_validate({"person": {"id": "a"}, "campaigns": ["photo"]})}
    )
    assert list(sample_problems(person_only)) == []


def test_every_rule_explains_itself() -> None:
    assert {"sample-not-routed", "sample-fires-more"} < {rule.id for rule in RULES}
    assert all(rule.why and rule.bad != rule.good for rule in RULES)
