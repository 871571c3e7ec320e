"""A project compiled for one workspace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from building import campaign, data, event, person, project, segment

from mailwright.definitions.conditions import (
    All,
    Changed,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
)
from mailwright.definitions.triggers import BroadcastTrigger, PersonTrigger, SegmentTrigger
from mailwright.diagnostics import ConfigurationError
from simulator.content import compile_content


@pytest.mark.parametrize(
    ("trigger", "frequency", "expected"),
    [
        ("go", None, ("every_time", 0)),
        ("go", "once", ("once", 0)),
        ("go", {"once_per": "7d"}, ("period", 604800)),
        ("go", {"rematch": True}, ("rematch", 0)),
        ("go", {"rematch": "1h"}, ("rematch", 3600)),
        ("go", {"every": "1d"}, ("interval", 86400)),
        (SegmentTrigger(segment="s"), None, ("once", 0)),
        (SegmentTrigger(segment="s"), "rematch", ("rematch", 0)),
        (BroadcastTrigger(broadcast="b"), None, ("every_time", 0)),
    ],
)
def test_a_frequency_is_a_kind_and_a_length(trigger, frequency, expected):
    [found] = compile_content(project(campaign(trigger, frequency=frequency))).campaigns
    assert (found.frequency, found.frequency_seconds) == expected


def test_what_must_be_remembered_is_known_beforehand():
    segments = {"often": segment(Performed("Visit", 3)), "moved": segment(Changed("city"))}
    one = campaign(
        "go", {"wait_until": {"any": Happens("Bought")}}, filter=All((InSegment("often"), InSegment("moved")))
    )
    content = compile_content(project(one, segments=segments))
    assert (content.remembered, content.waited, content.watched_changes) == ({"visit"}, {"bought"}, {"city"})
    assert not content.asks_messages
    assert not content.crosses_people
    assert not content.asks_age


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ([{"set": {"person": {"a": 1}, "of": "x"}}], "crosses_people"),
        ([{"create_event": {"name": "y", "of": "x"}}], "crosses_people"),
        ([{"branch": {"if": MessageIs("a", MessageState.SENT)}}], "asks_messages"),
        ([{"branch": {"if": Not(Performed("y", within=timedelta(days=1)))}}], "asks_age"),
    ],
)
def test_content_that_needs_more_says_so(steps, name):
    assert getattr(compile_content(project(campaign("go", *steps))), name) is True
    assert getattr(compile_content(project(campaign("go"))), name) is False


def test_a_check_s_reads_go_through_segments_and_around_circles():
    segments = {
        "a": segment(All((person("x", 1), InSegment("b")))),
        "b": segment(All((Performed("visit", within=timedelta(days=1)), InSegment("a")))),
    }
    content = compile_content(project(campaign(SegmentTrigger(segment="a")), segments=segments))
    reads = content.reads_through(content.campaigns[0].trigger)
    assert (reads.attributes, reads.events, reads.timed) == ({"x"}, {"visit"}, True)


def test_only_what_concerns_a_campaign_makes_it_look_again():
    segments = {"often": segment(Performed("visit"))}
    campaigns = {
        "a": campaign(PersonTrigger(person=person("plan", "pro"))),
        "b": campaign(SegmentTrigger(segment="often")),
        "c": campaign(PersonTrigger(person=All(), filter=Changed("city"))),
    }
    watchers = compile_content(project(campaigns, segments=segments)).watchers
    assert [one.slug for one in watchers.everything] == ["a", "b", "c"]
    assert [one.slug for one in watchers.by_attribute["plan"]] == ["a"]
    assert [one.slug for one in watchers.by_event["visit"]] == ["b"]
    assert [one.slug for one in watchers.by_change["city"]] == ["c"]


def test_the_times_that_conditions_read_are_known_by_attribute():
    old = person("dates.born", 60, operator=Operator.MORE_THAN_AGO)
    one = campaign("go", {"branch": {"if": event("at", 5, operator=Operator.AFTER)}}, where=data("x", 1), filter=old)
    assert compile_content(project(one)).times_asked == {"dates": {"dates.born"}}


def test_an_assumption_that_is_none_is_refused_with_a_hint():
    with pytest.raises(ConfigurationError, match="no assumption is called 'betwen'") as caught:
        compile_content(project(campaign("go"), assumptions={"betwen": "inclusive"}))
    assert "between" in caught.value.hint
    with pytest.raises(ConfigurationError, match="cannot be 'both'"):
        compile_content(project(campaign("go"), assumptions={"between": "both"}))
