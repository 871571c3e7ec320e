"""Content that columns cannot tell goes to the engine, and the reason says what of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from building import campaign, data, person, project, segment

from mailwright.definitions.conditions import All, InSegment, Not, Operator, Performed
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import DateTrigger, EventTrigger, SegmentTrigger
from simulator.bulk import NotRegular
from simulator.bulk.asked import asked_by
from simulator.bulk.meaning import attribute_classes, property_classes
from simulator.content import Content, compile_content
from simulator.messages import messages_for

RANDOM = [{"wait": {"between": ["1d", "2d"]}}, {"email": "hello"}]


def whole(*steps: Any, bodies: dict[str, str] | None = None, **rest: Any) -> Project:
    return project(campaign("bought", *steps, **rest), bodies=bodies)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(project(campaign(SegmentTrigger(segment="x")), segments={"x": segment(All())}), "looks at more", id="segment"),
        pytest.param(project(campaign(DateTrigger(date="birthday"))), "campaigns on a date", id="date"),
        pytest.param(project(campaign(EventTrigger(event="/", type="page"))), "pages or screens", id="page"),
        pytest.param(whole(*RANDOM), "differ from person to person", id="a delay by chance"),
        pytest.param(whole({"set": {"person": {"plan": "pro"}}}), "differ from person", id="a step that writes"),
        pytest.param(whole(filter=InSegment("x")), "differ from person", id="a filter on a segment"),
        pytest.param(whole(filter=Performed("paid", 1, timedelta(days=1))), "differ from", id="a filter on events"),
        pytest.param(whole(where=data("at", 5, operator=Operator.MORE_THAN_AGO)), "points in time", id="a trigger on time"),
        pytest.param(whole(where=Not(data("item", operator=Operator.EXISTS))), "null from missing", id="missing"),
        pytest.param(whole(filter=person("cio_id", "5")), "reads an identifier", id="an identifier"),
        pytest.param(whole(bodies={"hello": "{% if 'now' == event.x %}{% endif %}"}), "rendered to be known", id="now in a test"),
        pytest.param(whole(bodies={"hello": "{{ customer }}"}), "may read anything", id="the whole person"),
        pytest.param(whole(bodies={"hello": "{% if customer.id == '5' %}a{% endif %}"}), "rendered to be known", id="the id in a test"),
        pytest.param(project(campaign(), identifier="email"), "email addresses identify", id="email"),
        pytest.param(project(campaign(), assumptions={"unknown_person": "ignored"}), "unknown people", id="unknown"),
        pytest.param(project(campaign(), assumptions={"null_property": "present"}), "nulls", id="nulls"),
        pytest.param(project(campaign(), assumptions={"duplicate_event_ids": "processed"}), "event ids", id="ids"),
    ],
)  # fmt: skip
def test_content_that_columns_cannot_tell(content: Project, reason: str) -> None:
    compiled = compile_content(content)
    with pytest.raises(NotRegular, match=reason):
        ask(compiled)


def ask(content: Content) -> None:
    asked = asked_by(content, messages_for(content, "outcome"))
    attribute_classes(asked)
    property_classes(asked, "bought")


def test_every_distance_at_which_a_journey_does_something_is_known() -> None:
    branch = {"branch": {"if": person("plan", "pro"), "then": [{"wait": "1d"}], "else": [{"wait": "3d"}]}}
    content = compile_content(whole({"wait": "2h"}, branch, {"email": "hello"}, {"wait": "1h"}))
    (bulk,) = asked_by(content, messages_for(content, "none")).campaigns
    hour, day = 3600, 86400
    assert bulk.breaks == (
        0,
        2 * hour,
        3 * hour,
        day + 2 * hour,
        day + 3 * hour,
        3 * day + 2 * hour,
        3 * day + 3 * hour,
    )


def test_a_workflow_of_too_many_distances_is_for_the_engine() -> None:
    steps: list[Any] = []
    for days in range(9):
        ways = {"if": person("plan", "pro"), "then": [{"wait": f"{2**days}d"}], "else": []}
        steps.append({"branch": ways})
    content = compile_content(whole(*steps))
    with pytest.raises(NotRegular, match="too many ways of timing"):
        asked_by(content, messages_for(content, "none"))
