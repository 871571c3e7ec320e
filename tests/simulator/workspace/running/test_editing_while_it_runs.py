"""Content that is edited while journeys are under way: nobody gets anything twice, and no journey is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, identify, person, project, segment, track
from live_places import Place

from mailwright.definitions.conditions import Happens, Operator
from mailwright.definitions.triggers import DateTrigger, PersonTrigger, SegmentTrigger
from simulator.trace import Ended, Entered
from simulator.workspace.documents import Kind
from simulator.workspace.encoding import encode


def place_with(*steps: Any, **rest: Any) -> Place:
    found = project({"c": campaign("go", *steps, name="C", **rest)}, segments={"s": segment()})
    place = Place().seed(found)
    place.take(identify(at=START, email="p@example.org", plan="free"), track("go", at=START))
    return place


def edit(place: Place, kind: str, number: int | None = None, **fields: Any) -> None:
    """Write fields of a document, the first one of its kind unless a number says which."""
    found = next(one for one in place.documents(kind) if number is None or int(one["id"]) == number)
    place.space.documents.put(kind, int(found["id"]), {**found, **fields})
    place.running.content_changed()


def action(place: Place, kind: str) -> int:
    return next(int(one["id"]) for one in place.documents("action") if one["type"] == kind)


def test_a_text_that_is_edited_is_sent_as_it_is_then():
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "template", subject="Edited", body="New words")
    place.advance(START + 2 * DAY)
    assert place.sent() == [("p@example.org", "Edited", DAY)]


def test_a_message_that_went_out_stays_as_it_was():
    place = place_with({"email": "a"})
    edit(place, "template", subject="Edited")
    assert place.only().subject == "A subject"


def test_a_shortened_delay_releases_who_waited_long_enough():
    place = place_with({"wait": "2d"}, {"email": "a"})
    place.advance(START + DAY)
    edit(place, "action", action(place, "delay_seconds_action"), delay=HOUR)
    place.advance(START + DAY + 5)
    assert [at for _, _, at in place.sent()] == [DAY]


def test_a_longer_delay_makes_all_wait_on():
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "action", action(place, "delay_seconds_action"), delay=3 * DAY)
    place.advance(START + 2 * DAY)
    assert place.sent() == []
    place.advance(START + 4 * DAY)
    assert [at for _, _, at in place.sent()] == [3 * DAY]


def test_a_deleted_delay_moves_on_who_waits_in_it():
    place = place_with({"wait": "2d"}, {"email": "a"})
    delay, email = action(place, "delay_seconds_action"), action(place, "email_action")
    (document,) = place.documents("campaign")
    rest = [number for number in document["workflow_action_ids"] if number != str(delay)]
    edges = [edge for edge in document["edges"] if edge["from"] != str(delay)]
    edit(place, "campaign", workflow_action_ids=rest, edges=edges)
    place.space.documents.delete(Kind.ACTION, delay)
    assert edges[0]["from"] == str(email)
    place.advance(START + 60)
    assert [at for _, _, at in place.sent()] == [0]


def test_a_shorter_wait_until_is_over_at_its_new_time():
    place = place_with({"wait_until": {"any": Happens("never"), "at_most": "5d"}}, {"email": "a"})
    edit(place, "action", action(place, "conditional_wait_action"), delay=DAY)
    place.advance(START + 2 * DAY)
    assert [at for _, _, at in place.sent()] == [DAY]


def test_a_wait_that_comes_to_be_met_by_an_edit_goes_on():
    place = place_with({"wait_until": {"any": Happens("never"), "at_most": "5d"}}, {"email": "a"})
    met = encode([{"type": "attribute", "field": "plan", "operator": "eq", "value": "free"}])
    edit(place, "action", action(place, "conditional_wait_action"), multi_conditions=[met])
    place.advance(START + 60)
    assert [at for _, _, at in place.sent()] == [0]


def test_a_changed_trigger_leaves_running_journeys_alone():
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "campaign", event="other")
    place.take(track("go", at=START + 60), track("other", at=START + 120))
    place.advance(START + 3 * DAY)
    assert [at for _, _, at in place.sent()] == [DAY, DAY + 120]


def test_a_changed_filter_counts_at_the_next_message():
    place = place_with({"wait": "1d"}, {"email": "a"}, exit={"when": "stops_matching"})
    edit(place, "campaign", filters=encode([{"type": "attribute", "field": "plan", "operator": "eq", "value": "pro"}]))
    place.advance(START + 2 * DAY)
    assert place.sent() == []
    assert [entry.reason for entry in place.entries() if isinstance(entry, Ended)] == ["stops_matching"]


@pytest.mark.parametrize("state", ["stopped", "archived", "draft"])
def test_a_stopped_campaign_ends_its_journeys_and_starts_none(state):
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "campaign", state=state)
    place.take(track("go", at=START + 60))
    place.advance(START + 3 * DAY)
    assert place.sent() == []
    assert [(entry.reason, entry.at - START) for entry in place.entries() if isinstance(entry, Ended)] == [
        ("campaign_stopped", 0)
    ]


@pytest.mark.parametrize("state", ["stopping", "sunsetting"])
def test_a_stopping_campaign_lets_its_journeys_go_on_and_starts_none(state):
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "campaign", state=state)
    place.take(track("go", at=START + 60))
    place.advance(START + 3 * DAY)
    assert [at for _, _, at in place.sent()] == [DAY]


def test_a_deleted_campaign_ends_its_journeys_and_what_it_sent_stays():
    place = place_with({"email": "a"}, {"wait": "1d"}, {"email": "b"})
    place.space.documents.delete(Kind.CAMPAIGN, 1)
    place.running.content_changed()
    place.advance(START + 3 * DAY)
    assert [at for _, _, at in place.sent()] == [0]
    assert place.only().parent["campaign_id"] == 1


def test_a_campaign_that_is_started_takes_events_from_then_on():
    place = place_with({"email": "a"}, state="draft")
    assert place.sent() == []
    edit(place, "campaign", state="running")
    place.take(track("go", at=START + 60))
    assert [at for _, _, at in place.sent()] == [60]


def started(place: Place) -> list[tuple[str, int]]:
    return [(entry.person, entry.at - START) for entry in place.entries() if isinstance(entry, Entered)]


def test_a_started_campaign_on_attributes_takes_those_who_come_to_match():
    trigger = PersonTrigger(person=person("plan", "pro"))
    place = Place().seed(project({"c": campaign(trigger, name="C", state="draft")}))
    place.take(identify("old", START, plan="pro"), identify("new", START, plan="free"))
    edit(place, "campaign", state="running")
    place.take(identify("new", START + 60, plan="pro"), identify("old", START + 60, other=1))
    place.take(identify("old", START + 120, plan="free"), identify("old", START + 180, plan="pro"))
    assert started(place) == [("new", 60), ("old", 180)]


def test_a_started_campaign_on_a_segment_sees_time_pass_for_people_who_were_there():
    trigger = SegmentTrigger(segment="lapsed")
    place = Place().seed(
        project(
            {"c": campaign(trigger, name="C", state="draft")},
            segments={"lapsed": segment(person("seen", DAY, operator=Operator.MORE_THAN_AGO))},
        )
    )
    place.take(identify("p", START, seen=START))
    edit(place, "campaign", state="running")
    place.advance(START + 2 * DAY)
    assert started(place) == [("p", DAY)]


def test_a_started_campaign_on_a_date_waits_for_the_dates_of_people_who_were_there():
    trigger = DateTrigger(date="due", at="10:00", zone="UTC")
    place = Place().seed(project({"c": campaign(trigger, name="C", state="draft")}))
    place.take(identify("p", START, due=START + 2 * DAY))
    edit(place, "campaign", state="running")
    place.advance(START + 3 * DAY)
    assert started(place) == [("p", 2 * DAY)]


def test_events_from_before_a_segment_asked_for_them_count():
    place = place_with({"email": "a"}, where=data("kind", "none"))
    place.take(track("visit", at=START + 10), track("visit", at=START + 20))
    number = place.space.store.new_id(Kind.SEGMENT)
    event = {"event": {"name": "visit", "type": "event"}, "times": 2, "within": 0, "inverse": False}
    document = {"id": number, "name": "Visitors", "type": "dynamic", "conditions": {"and": [event]}}
    place.space.documents.put(Kind.SEGMENT, number, document)
    place.running.content_changed()
    assert [one.id for one in place.running.segment_members(number)] == ["p"]


def test_numbers_of_journeys_go_on_when_another_campaign_comes_before_it():
    place = place_with({"wait": "1d"}, {"email": "a"}, frequency={"once_per": "2d"})
    other = place.space.store.new_id(Kind.CAMPAIGN)
    (document,) = place.documents("campaign")
    place.space.documents.put(
        Kind.CAMPAIGN,
        other,
        {**document, "id": other, "name": "A first one", "event": "else", "workflow_action_ids": [], "edges": []},
    )
    place.running.content_changed()
    place.take(track("go", at=START + HOUR))
    place.advance(START + 2 * DAY)
    place.take(track("go", at=START + 3 * DAY))
    assert started(place) == [("p", 0), ("p", 3 * DAY)]
    assert [at for _, _, at in place.sent()] == [DAY]


def test_an_edit_is_taken_up_by_the_time_the_clock_is_looked_at():
    place = place_with({"wait": "1d"}, {"email": "a"})
    edit(place, "campaign", state="stopped")
    place.running.run_until(place.clock.at)
    assert [entry.reason for entry in place.entries() if isinstance(entry, Ended)] == ["campaign_stopped"]


def test_an_edit_that_a_crash_came_between_ends_what_it_left_no_place_for(tmp_path):
    place = Place(tmp_path / "here.db").seed(project(campaign("go", {"wait": "1d"}, {"email": "a"}, name="C")))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    (document,) = place.documents("campaign")
    place.space.documents.put(Kind.CAMPAIGN, 1, {**document, "state": "stopped"})
    place = place.reopened()  # nothing told the workspace that was running
    place.advance(START + 2 * DAY)
    assert place.sent() == []
    assert [entry.reason for entry in place.entries() if isinstance(entry, Ended)] == ["campaign_stopped"]
    assert [one["state"] for one in place.running.journeys_of(1)] == ["finished"]
