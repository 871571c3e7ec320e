"""What an author may write: campaigns, steps, triggers, segments; what cannot be meant is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from building import campaign, person
from pydantic import ValidationError

from mailwright.definitions.campaign import Campaign, Goal
from mailwright.definitions.conditions import All
from mailwright.definitions.segment import Segment
from mailwright.definitions.steps import step_kind
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    DateTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    trigger_kind,
)
from mailwright.definitions.workflow import file_of, walk_steps
from mailwright.definitions.workspace import Workspace


@pytest.mark.parametrize(
    ("trigger", "frequency"),
    [
        ("go", "every_time"),
        (SegmentTrigger(segment="s"), "once"),
        (PersonTrigger(person=person("a", 1)), "once"),
        (ObjectTrigger(object="company"), "once"),
        (RelationshipTrigger(relationship="company"), "rematch"),
        (DateTrigger(date="born"), "every_time"),
        (BroadcastTrigger(broadcast="news"), "every_time"),
    ],
)
def test_each_trigger_has_its_usual_frequency(trigger, frequency):
    assert campaign(trigger).effective_frequency() == frequency
    assert campaign(trigger, frequency="once").effective_frequency() == "once"


def test_people_who_stop_matching_leave_unless_the_author_says_otherwise():
    assert Campaign(name="a", trigger={"event": "go"}, workflow=["exit"]).exit.when == "stops_matching"


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        pytest.param([], "at least 1 item", id="no step"),
        pytest.param([{"letter": "a"}], "a step names its kind", id="a step of no kind"),
        pytest.param([{"email": "a", "colour": "red"}], "Extra inputs", id="a key nobody knows"),
        pytest.param([{"cohorts": [{"share": 60}, {"share": 30}]}], "add up to 90", id="shares that are short"),
        pytest.param([{"wait": "soon"}], "a number and a unit", id="no length of time"),
        pytest.param([{"wait_until": {}}], "what it waits for", id="a wait for nothing"),
        pytest.param(
            [{"wait_until": {"any": All(), "paths": [{"when": All()}]}}],
            "one way out or several",
            id="a wait of two kinds",
        ),
        pytest.param([{"split": [{"then": []}]}], "{if, then}", id="a way that asks nothing"),
        pytest.param([{"segment": {"add": "a", "remove": "b"}}], "one segment", id="in and out at once"),
        pytest.param([{"window": {"days": "weekend"}}], "at least one day", id="days nobody knows"),
        pytest.param([{"window": {"from": "09:00", "to": "09:00"}}], "different times", id="a window that never opens"),
        pytest.param([{"ab_test": [{"share": 100, "email": "a"}]}], "at least 2 items", id="a test of one"),
    ],
)
def test_a_workflow_that_cannot_be_meant_is_refused(workflow, words):
    with pytest.raises(ValidationError, match=words):
        Campaign(name="a", trigger={"event": "go"}, workflow=workflow)


@pytest.mark.parametrize("given", [{}, {"event": "won", "filter": All()}])
def test_a_goal_is_an_event_or_a_condition(given):
    with pytest.raises(ValidationError, match="a goal"):
        Goal(**given)


@pytest.mark.parametrize("given", [{}, {"where": All(), "manual": True}])
def test_a_segment_keeps_itself_or_is_kept_by_hand(given):
    with pytest.raises(ValidationError, match="a segment is"):
        Segment(name="s", **given)


def test_a_workspace_is_somewhere_or_here():
    with pytest.raises(ValidationError, match="a workspace"):
        Workspace(region="us", url="http://127.0.0.1:8090")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"webhook": "in", "person": "user.id"}, "webhook"),
        ({"person": {}}, "person"),
        ({"letter": "a"}, None),
        ("event", None),
        (DateTrigger(date="born"), "date"),
    ],
)
def test_a_trigger_says_its_kind_by_its_key(raw, kind):
    assert trigger_kind(raw) == kind


def test_a_definition_does_not_change():
    one = campaign("go")
    with pytest.raises(ValidationError, match="frozen"):
        one.name = "other"


def test_steps_are_called_by_their_file_or_their_kind_and_place():
    branch = {"branch": {"if": All(), "then": [{"email": "a"}], "else": [{"wait": "1h", "id": "rest"}]}}
    one = campaign("go", {"email": "a"}, {"wait": timedelta(hours=1)}, branch, "exit")
    assert [(placed.id, placed.kind) for placed in walk_steps(one.workflow)] == [
        ("a", "email"), ("wait-2", "wait"), ("branch-3", "branch"), ("a-4", "email"), ("rest", "wait"), ("exit-6", "exit"),
    ]  # fmt: skip
    paths = {placed.id: placed.path for placed in walk_steps(one.workflow)}
    assert paths["a-4"] == ("workflow", 2, "branch", "then", 0)


def test_only_messages_have_files():
    one = campaign("go", {"sms": "hi"}, {"wait": "1h"})
    assert [file_of(step) for step in one.workflow] == ["hi", None]
    assert step_kind(one.workflow[1]) == "wait"
