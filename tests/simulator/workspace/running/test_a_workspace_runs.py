"""A workspace at work: calls in, messages out, what became of them, why, and all of it there after a restart."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from building import DAY, HOUR, START, call, campaign, data, identify, person, project, segment, track
from live_places import Place

import simulator
from mailwright.definitions.conditions import Changed, Happens, MessageIs, MessageState, Performed
from mailwright.definitions.triggers import SegmentTrigger, WebhookTrigger
from simulator.history.calls import Call, CallKind, IdType
from simulator.trace import Branched, Ended, Entered, GoalReached, Noted
from simulator.workspace.records import PersonRecord
from simulator.workspace.running.state import kept_acts

WAITS = project(
    campaign("go", {"email": "first"}, {"wait_until": {"any": Happens("bought"), "at_most": "3d"}}, {"email": "second"}, name="C"),
    bodies={"first": "Hello {{ customer.plan }}"},
)  # fmt: skip


@pytest.fixture
def place() -> Place:
    found = Place().seed(WAITS)
    found.take(identify(at=START, email="p@example.org", plan="pro"), track("go", at=START + 5, event_id="01ABC"))
    return found


def metric(name: str, delivery: str, at: int, **data: Any) -> Call:
    return Call(0, CallKind.METRIC, name=name, other=delivery, data=data, at=at)


# --- messages ---------------------------------------------------------------------------------------------------------


def test_an_event_sends_what_the_campaign_says(place):
    one = place.only()
    assert (one.type, one.state, one.created, one.recipient) == ("email", "sent", START + 5, "p@example.org")
    assert one.metrics == {"created": START + 5, "sent": START + 5}
    assert "Hello pro" in one.html
    assert one.text.strip() == "Hello pro"
    assert place.heard == [(one.id, "sent", "A subject")]


def test_a_delivery_names_all_that_it_belongs_to(place):
    one = place.only()
    parent = dict(one.parent)
    assert len(parent.pop("journey_id")) == 26
    email = next(action for action in place.documents("action") if action["type"] == "email_action")
    assert parent == {"campaign_id": 1, "action_id": int(email["id"]), "trigger_event_id": "01ABC"}
    assert one.template_id == email["template_id"]
    assert one.step == "first"


def test_an_id_looks_like_customer_ios_and_is_the_same_on_every_run(place):
    one = place.only()
    assert len(one.id) == 32
    assert one.id.endswith("==")
    again = Place().seed(WAITS)
    again.take(identify(at=START, email="p@example.org", plan="pro"), track("go", at=START + 5, event_id="01ABC"))
    assert (again.only().id, again.only().parent) == (one.id, one.parent)


def test_an_event_without_an_id_gets_one_that_its_delivery_names():
    place = Place().seed(WAITS)
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    assert len(str(place.only().parent["trigger_event_id"])) == 26


@pytest.mark.parametrize(
    ("step", "state", "reason"),
    [
        ({"email": "first", "sending": "draft"}, "drafted", None),
        ({"email": "broken"}, "failed", "Variable 'customer.nothing' is missing"),
        ({"sms": "t"}, "failed", "the person has no address"),
    ],
)
def test_what_is_not_sent_is_kept_too(step, state, reason):
    place = Place().seed(project(campaign("go", step), bodies={"broken": "{{ customer.nothing }}"}))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    assert (place.only().state, place.only().failure_message) == (state, reason)
    assert [heard[1] for heard in place.heard] == [state]


def test_a_message_over_the_limit_is_one_delivery_that_changes_its_state():
    from mailwright.definitions.workspace import MessageLimit, Workspace

    limit = Workspace(message_limit=MessageLimit(count=1, seconds=DAY, retry_seconds=2 * DAY))
    steps = [{"email": "a"}, {"email": "b", "retry_over_limit": True}]
    place = Place().seed(project(campaign("go", *steps, counts_toward_limit=True), workspace=limit))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    late, first = place.running.deliveries()
    assert (first.state, late.state) == ("sent", "attempted")
    place.advance(START + DAY)
    late, first = place.running.deliveries()
    assert (late.state, late.metrics) == ("sent", {"created": START, "attempted": START, "sent": START + DAY})
    assert [heard[:2] for heard in place.heard[1:]] == [(late.id, "attempted"), (late.id, "sent")]


def test_a_webhook_shows_its_request():
    place = Place().seed(project(campaign("go", {"webhook": "h"})))
    place.take(track("go", at=START))
    assert (place.only().type, place.only().request) == ("webhook", "POST https://hooks.example.org/")


def test_liquid_knows_the_ids_of_the_workspace():
    body = "{{ campaign.id }}/{{ message.id }}/{{ message.journey_id }}/{{ delivery_id }}"
    place = Place().seed(project(campaign("go", {"email": "a"}), bodies={"a": body}))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    one = place.only()
    parent = one.parent
    assert one.text.strip() == f"{parent['campaign_id']}/{parent['action_id']}/{parent['journey_id']}/{one.id}"


# --- what became of them ------------------------------------------------------------------------------------------------


def test_a_click_is_kept_told_and_seen_by_a_branch():
    clicked = MessageIs("a", MessageState.CLICKED)
    steps = [
        {"email": "a"},
        {"wait_until": {"any": clicked, "at_most": "9d"}},
        {"branch": {"if": clicked, "then": [{"email": "b"}]}},
    ]
    place = Place().seed(project(campaign("go", *steps), bodies={"a": "<a href='https://example.org/x'>x</a>"}))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    one = place.only()
    place.take(metric("opened", one.id, START + 60))
    place.take(metric("clicked", one.id, START + 90, href="https://example.org/x"))
    place.take(metric("opened", one.id, START + 99))
    found = place.running.delivery(one.id)
    assert found is not None
    assert found.metrics == {"created": START, "sent": START, "opened": START + 60, "clicked": START + 90}
    assert found.links == {"https://example.org/x": 1}
    assert [to[2] for to in place.sent()] == [0, 90]
    assert [entry.way for entry in place.entries() if isinstance(entry, Branched)] == ["met", "then"]
    assert [heard[1] for heard in place.heard] == ["sent", "opened", "clicked", "sent", "opened"]


def test_nothing_is_said_of_messages_being_opened_since_it_is_known_here():
    opened = MessageIs("a", MessageState.OPENED)
    place = Place().seed(project(campaign("go", {"email": "a"}, {"branch": {"if": opened}})))
    assert place.running.not_modelled == ()


def test_an_unsubscribe_by_a_link_holds_the_next_message_back(place):
    place.take(metric("unsubscribed", place.only().id, START + 60))
    known = place.running.person("p", "id")
    assert known is not None
    assert known.unsubscribed
    place.advance(START + 4 * DAY)
    assert len(list(place.running.deliveries())) == 1


def test_a_metric_of_a_delivery_that_is_not_there_changes_nothing(place):
    before = place.entries()
    place.take(metric("opened", "nothing==", START + 60))
    assert place.entries() == before


def test_a_goal_after_a_message_converts():
    place = Place().seed(
        project(campaign("go", {"email": "a"}, {"wait": "9d"}, goal={"event": "bought"}, exit={"when": "goal"}))
    )
    place.take(identify(at=START, email="p@example.org"), track("go", at=START), track("bought", at=START + HOUR))
    assert [entry.converted for entry in place.entries() if isinstance(entry, GoalReached)] == [True]
    assert place.only().metrics == {"created": START, "sent": START, "converted": START + HOUR}
    assert [heard[1] for heard in place.heard] == ["sent", "converted"]
    assert [one["exit"] for one in place.running.journeys_of(1)] == ["goal"]


# --- why ----------------------------------------------------------------------------------------------------------------


def test_why_says_which_call_it_was_which_clauses_held_and_which_way_it_went():
    steps = [{"branch": {"if": person("plan", "pro"), "then": [{"email": "a"}]}}]
    place = Place().seed(project(campaign("go", *steps, where=data("kind", "x"), name="Hello")))
    place.take(identify(at=START, email="p@example.org", plan="pro"))
    place.take(track("go", at=START + 60, data={"kind": "y"}), track("go", at=START + 120, data={"kind": "x"}))
    lines = place.running.why(place.only().id)
    told = "\n".join(lines)
    assert lines[0].startswith("Hello")
    assert 'kind is x; saw "x"' in told
    assert "takes the way “then”" in told
    assert 'person.plan is pro; saw "pro"' in told
    assert '"y"' not in told  # the other event had its own answer
    assert "line" not in told  # there is no log here


def test_why_of_a_segments_journey_says_what_the_segment_asked():
    found = project(
        campaign(SegmentTrigger(segment="s"), {"email": "a"}, name="Hello"),
        segments={"s": segment(Performed("visit", 2))},
    )
    place = Place().seed(found)
    place.take(identify(at=START, email="p@example.org"), track("visit", at=START + 1), track("visit", at=START + 2))
    told = "\n".join(place.running.why(place.only().id))
    assert "the person is in the segment s; saw true" in told


def test_a_delivery_nobody_knows_has_no_why(place):
    assert place.running.why("nothing==") == []
    assert place.running.explanation("nothing==") is None


# --- people ---------------------------------------------------------------------------------------------------------------


def test_a_person_is_found_by_every_identifier(place):
    one = place.running.person("p", "id")
    assert isinstance(one, PersonRecord)
    assert (one.id, one.email) == ("p", "p@example.org")
    assert place.running.person("P@example.org", "email") == one
    assert place.running.person(one.cio_id, "cio_id") == one
    assert place.running.person(f"cio_{one.cio_id}", "cio_id") == one
    assert place.running.person("q", "id") is None


def test_attributes_say_when_they_were_written_and_a_change_is_an_activity(place):
    place.take(identify(at=START + 60, plan="team"), identify(at=START + 90, plan="team"))
    one = place.running.person("p", "id")
    assert one is not None
    assert one.timestamps == {"email": START, "plan": START + 60}
    changes = [activity.data for activity in place.running.activities() if activity.type == "attribute_change"]
    assert changes[0] == {"plan": {"from": "pro", "to": "team"}}


def test_activities_are_newest_first_and_name_their_person(place):
    found = [(one.type, one.name, one.person.id if one.person else None) for one in place.running.activities()]
    assert found == [("sent_email", "", "p"), ("event", "go", "p"), ("attribute_change", "", "p")]


def test_devices_come_and_go(place):
    device = {"id": "tok", "platform": "ios", "last_used": START}
    place.take(Call(0, CallKind.DEVICE, "p", data=device, at=START + 60))
    one = place.running.person("p", "id")
    assert one is not None
    assert list(one.devices) == [device]
    place.take(Call(0, CallKind.DEVICE_GONE, "p", data={"id": "tok"}, at=START + 61))
    one = place.running.person("p", "id")
    assert one is not None
    assert list(one.devices) == []


def test_a_profile_that_is_gone_leaves_its_deliveries(place):
    place.take(call(CallKind.DELETE, "p", START + 60))
    assert place.only().person is None
    assert list(place.running.everyone()) == []
    assert [entry.reason for entry in place.entries() if isinstance(entry, Ended)] == ["deleted"]
    place.take(identify(at=START + 120, email="p@example.org"), track("go", at=START + 121))
    assert len(list(place.running.deliveries())) == 2


def test_a_merge_brings_deliveries_and_journeys_along(place):
    place.take(
        identify("q", START + 60), call(CallKind.MERGE, "q", START + 61, other="p"), track("bought", "q", START + 62)
    )
    assert [one.id for one in place.running.everyone()] == ["q"]
    assert {one.person.id for one in place.running.deliveries() if one.person} == {"q"}
    assert [to[2] for to in place.sent()] == [5, 62]


def test_members_of_segments_are_those_of_now():
    found = project(campaign("go"), segments={"hand": segment(), "often": segment(Performed("visit", 2))})
    place = Place().seed(found)
    numbers = place.seeded.segments if place.seeded else {}
    place.take(identify("p", START), track("visit", "p", START), track("visit", "p", START), identify("q", START))
    place.take(call(CallKind.JOIN_SEGMENT, "q", START, other=str(numbers["hand"])))
    assert [one.id for one in place.running.segment_members(numbers["often"])] == ["p"]
    assert [one.id for one in place.running.segment_members(numbers["hand"])] == ["q"]
    one = place.running.person("p", "id")
    assert one is not None
    assert place.running.segments_of(one) == [numbers["often"]]
    tree = {"and": [{"attribute": {"field": "plan", "operator": "exists"}}]}
    assert place.running.matching(tree) == []
    assert place.running.matching([]) == []
    assert place.running.matching({"weather": 1}) == []
    assert [
        one.id
        for one in place.running.matching(
            [{"type": "segments_negatable", "segments": [numbers["hand"]], "negate": True}]
        )
    ] == ["p"]


def test_objects_and_relationships_are_kept(tmp_path):
    place = Place(tmp_path / "here.db").seed(WAITS)
    place.take(Call(0, CallKind.OBJECT, name="course", other="1", data={"city": "Lisbon"}, at=START))
    place.take(Call(0, CallKind.RELATE, "p", name="course", other="1", data={"role": "lead"}, at=START))
    place = place.reopened()
    one = place.running.person("p", "id")
    assert one is not None
    assert place.running.object_count() == 1
    expected = {"identifiers": {"object_type_id": "course", "object_id": "1"}, "attributes": {"role": "lead"}}
    assert place.running.relationships(one) == [expected]


def test_journeys_can_be_ended_by_hand(place):
    assert place.running.exit_journeys(1, ["p", "nobody"]) == 1
    assert [(one["state"], one["exit"], one["customer_id"]) for one in place.running.journeys_of(1)] == [
        ("finished", "forced", "p")
    ]


# --- restarts and failures ------------------------------------------------------------------------------------------------


def test_a_wait_goes_on_after_a_restart(tmp_path):
    place = Place(tmp_path / "here.db").seed(WAITS)
    place.take(identify(at=START, email="p@example.org", plan="pro"), track("go", at=START))
    place = place.reopened()
    place.advance(START + 2 * DAY)
    place = place.reopened()
    place.take(track("bought", at=START + 2 * DAY + 7))
    assert [to[2] for to in place.sent()] == [0, 2 * DAY + 7]


def test_what_was_seen_before_is_known_after_a_restart(tmp_path):
    where = Changed("plan", None)
    found = project(campaign("go", {"branch": {"if": where, "then": [{"email": "a"}]}}))
    place = Place(tmp_path / "here.db").seed(found)
    place.take(identify(at=START, email="p@example.org", plan="a"), identify(at=START + 1, plan="b"))
    place.take(call(CallKind.SUPPRESS, "blocked", START + 2), track("go", at=START + 3, event_id="one"))
    place.take(track("go", None, START + 4, anonymous_id="anon"))
    place = place.reopened()
    place.take(track("go", at=START + 5, event_id="one"))  # a repeated id
    place.take(identify("blocked", START + 6))
    place.take(Call(0, CallKind.IDENTIFY, "p", data={}, at=START + 7, anonymous_id="anon"))
    assert [entry.at - START for entry in place.entries() if isinstance(entry, Entered)] == [3, 7]
    assert place.running.person("blocked", "id") is None
    assert [entry.code for entry in place.entries() if isinstance(entry, Noted)] == ["duplicate_event_id"]
    place = place.reopened()
    place.take(track("go", None, START + 8, anonymous_id="anon"))
    assert [entry.at - START for entry in place.entries() if isinstance(entry, Entered)] == [3, 7, 8]


def test_a_hooks_journey_without_a_person_goes_on_after_a_restart(tmp_path):
    found = project(campaign(WebhookTrigger(webhook="hook"), {"wait": "1d"}, {"webhook": "h"}))
    place = Place(tmp_path / "here.db").seed(found)
    place.take(Call(0, CallKind.WEBHOOK, name="hook", data={"n": 1}, at=START))
    place = place.reopened()
    place.advance(START + 2 * DAY)
    assert [(one.state, one.created - START) for one in place.running.deliveries()] == [("sent", DAY)]
    assert list(place.running.everyone()) == []
    assert place.space.store.database.execute("SELECT count(*) FROM running_people").fetchone() == (0,)


def test_a_call_that_fails_midway_leaves_nothing_of_itself(place, monkeypatch):
    before, people = place.entries(), [one.attributes for one in place.running.everyone()]
    tables = type(place.running._live.tables)
    insert = tables.insert

    def fails(self: Any, table: str, rows: Any) -> None:
        if table == "running_people":
            raise OSError("the disk is full")
        insert(self, table, rows)

    monkeypatch.setattr(tables, "insert", fails)
    with pytest.raises(OSError, match="full"):
        place.take(identify(at=START + 60, plan="gone"))
    monkeypatch.undo()
    assert place.entries() == before
    assert [one.attributes for one in place.running.everyone()] == people
    place.take(track("bought", at=START + 90))
    assert [to[2] for to in place.sent()] == [5, 90]


def test_a_change_that_is_taken_back_around_a_call_takes_the_call_back(place):
    def taken_back() -> None:
        with place.space.store.change():
            place.take(identify(at=START + 60, plan="team"), track("bought", at=START + 60))
            raise KeyError

    with pytest.raises(KeyError):
        taken_back()
    assert [to[2] for to in place.sent()] == [5]
    known = place.running.person("p", "id")
    assert known is not None
    assert known.attributes["plan"] == "pro"
    place.take(track("bought", at=START + 90))
    assert [to[2] for to in place.sent()] == [5, 90]


def test_a_call_that_fails_within_a_change_leaves_that_change_as_it_was(place, monkeypatch):
    recording = type(place.running._live.recording)
    monkeypatch.setattr(recording, "write", lambda self: 1 / 0)
    with place.space.store.change():
        place.space.documents.put("note", 1, {"id": 1})
        with pytest.raises(ZeroDivisionError):
            place.take(identify(at=START + 60, plan="gone"))
    monkeypatch.undo()
    known = place.running.person("p", "id")
    assert known is not None
    assert known.attributes["plan"] == "pro"
    assert place.documents("note") == [{"id": 1}]
    place.take(track("bought", at=START + 90))
    assert [to[2] for to in place.sent()] == [5, 90]


def test_texts_that_no_json_has_and_numbers_of_any_size_are_kept(tmp_path):
    place = Place(tmp_path / "here.db").seed(WAITS)
    place.take(identify(at=START, email="p@example.org", plan="half \ud800", big=10**30, none=float("nan")))
    place.take(track("go", at=START, data={"deep": [{"a": [1, "\udfff"]}]}))
    place = place.reopened()
    known = place.running.person("p", "id")
    assert known is not None
    assert (known.attributes["plan"], known.attributes["big"]) == ("half ?", 10**30)
    assert place.only().state == "sent"


def test_rows_that_somebody_else_put_there_are_taken_up(place):
    for table in ("head", "people", "activities", "journeys", "trace", "deliveries", "content"):
        place.space.store.database.execute(f"DELETE FROM running_{table}")
    place.take(identify("q", START + 60, email="q@example.org"), track("go", "q", START + 61))
    assert [one.id for one in place.running.everyone()] == ["q"]


def test_a_clock_that_goes_back_keeps_a_persons_calls_in_order(place):
    place.clock.at = START - DAY
    place.running.take(track("bought"))
    assert [to[2] for to in place.sent()] == [5, 5]
    place.advance(START + 9 * DAY)
    assert len(place.sent()) == 2


def test_two_workspaces_of_one_store_know_nothing_of_each_other(place):
    from simulator.workspace.content.seed import seed
    from simulator.workspace.running import Running

    other = place.account.add("other")
    seed(other.documents, WAITS, "here", START)
    other.running = Running(other)
    other.running.take(identify(at=START, email="p@example.org"))
    assert list(other.running.deliveries()) == []
    one, two = other.running.person("p", "id"), place.running.person("p", "id")
    assert one is not None
    assert two is not None
    assert one.cio_id != two.cio_id


def test_what_does_not_run_is_said_in_the_trace_of_each_journey():
    place = Place().seed(project(campaign("go", {"llm": {"ask": "x"}}, {"email": "a"})))
    place.take(identify(at=START, email="p@example.org"), track("go", at=START))
    (lost,) = place.running.not_modelled
    assert lost.what == "a language model step"
    (note,) = [entry for entry in place.entries() if isinstance(entry, Noted)]
    assert (note.code, note.detail) == ("not_modelled", "llm-1: a language model step")


def test_everything_that_the_engine_puts_on_an_agenda_is_kept_over_a_restart():
    scheduled = set()
    for file in Path(simulator.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "schedule":
                act = node.args[1]
                scheduled.add(act.attr if isinstance(act, ast.Attribute) else getattr(act, "id", ""))
    # One-time sends stand in the workspace's own calendar; a merge puts over what was there already.
    assert scheduled - {"_newsletter_is_due", ""} == kept_acts()


def test_identifiers_of_the_call_may_be_an_address():
    place = Place().seed(WAITS)
    place.take(Call(0, CallKind.IDENTIFY, "a@example.org", IdType.EMAIL, data={}, at=START))
    place.take(Call(0, CallKind.EVENT, "A@example.org", IdType.EMAIL, "go", at=START + 1))
    assert place.sent() == []  # the message needs a plan, and fails
    assert place.only().state == "failed"
