"""What surprises those who write campaigns: each of it as the reference tells it."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from wire_exchanges import Wired

from simulator.workspace.encoding import decode, encode
from simulator.workspace.routes import Reply

NOTHING = "JTVCJTVE"
TRIGGER = {"update_type": "recipients", "type": "transactional", "event": "signed_up", "event_type": "event"}
FILTER = encode([{"type": "attribute", "field": "plan", "operator": "eq", "value": "pro"}])
SIX = {
    "type": "email_action",
    "sub_type": "",
    "tracked": True,
    "can_convert": True,
    "send_to_unsubscribed": False,
    "frequency_cap_mode": "no_cap",
}


def made(workspace: Wired, **trigger: Any) -> int:
    """A campaign with a trigger: its workflow holds the exit alone."""
    number = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    assert write(workspace, number, **{**TRIGGER, **trigger}).status == 200
    return int(number)


def write(workspace: Wired, number: int, beside: dict[str, Any] | None = None, **fields: Any) -> Reply:
    return workspace.ui("PUT", f"campaigns/{number}", {"campaign": fields, **(beside or {})})


def read(workspace: Wired, number: int) -> dict[str, Any]:
    return dict(workspace.ui("GET", f"campaigns/{number}").body)


def with_steps(workspace: Wired, *kinds: str, **trigger: Any) -> tuple[int, list[str]]:
    """A campaign whose workflow is these steps, one after the other, and the exit; the ids in order."""
    number = made(workspace, **trigger)
    end = read(workspace, number)["campaign"]["workflow_action_ids"][-1]
    ids = [str(at - len(kinds)) for at in range(len(kinds))]
    steps = [{"id": each, "type": kind, "name": f"Step {each}"} for each, kind in zip(ids, kinds, strict=True)]
    chain = [*ids, end]
    edges = [{"from": a, "to": b, "type": "continue"} for a, b in pairwise(chain)]
    assert write(workspace, number, {"actions": steps}, update_type="add_actions", edges=edges).status == 200
    return number, read(workspace, number)["campaign"]["workflow_action_ids"]


def test_a_campaign_begins_without_a_trigger_and_drops_one_that_is_sent_along(workspace: Wired) -> None:
    reply = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none", "trigger": {"and": []}}})
    assert reply.body["campaign"]["trigger"] is None
    assert reply.body["campaign"]["workflow_action_ids"] == []


def test_the_first_recipients_bring_an_exit_and_a_segment_trigger_its_gate(workspace: Wired) -> None:
    by_event = read(workspace, made(workspace))
    assert [one["type"] for one in by_event["actions"]] == ["exit_action"]
    number = workspace.ui("POST", "campaigns", {"campaign": {"name": "Other", "type": "none"}}).body["campaign"]["id"]
    write(workspace, number, update_type="recipients", type="seg_attr", trigger={"and": [{"segment": {"id": 1}}]})
    assert [one["type"] for one in read(workspace, number)["actions"]] == ["filter_match_delay_action", "exit_action"]


def test_steps_that_were_there_before_the_trigger_stay(workspace: Wired) -> None:
    number = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    steps = [{"id": "-2", "type": "delay_seconds_action", "delay": 60}, {"id": "-1", "type": "email_action"}]
    edges = [{"from": "-2", "to": "-1", "type": "continue"}]
    assert write(workspace, number, {"actions": steps}, update_type="add_actions", edges=edges).status == 200
    write(workspace, number, update_type="recipients", type="seg_attr", trigger={"and": [{"segment": {"id": 1}}]})
    kinds = [one["type"] for one in read(workspace, number)["actions"]]
    assert kinds == ["filter_match_delay_action", "delay_seconds_action", "email_action", "exit_action"]
    edges = read(workspace, number)["campaign"]["edges"]
    assert write(workspace, number, update_type="edges", edges=edges).status == 200


def test_recipients_replace_everything_and_what_is_left_out_is_reset_without_a_word(workspace: Wired) -> None:
    number = made(workspace, filters=FILTER, restart_min_interval=3600, attribute_filters={"and": []})
    assert write(workspace, number, **TRIGGER).status == 200
    campaign = read(workspace, number)["campaign"]
    assert (campaign["filters"], campaign["restart_min_interval"], campaign["attribute_filters"]) == (NOTHING, 0, None)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("transactional", "event is required"), ("seg_attr", "trigger is required"), ("form", "event is required"),
        ("date", "date_triggered_attribute is required"), ("object", "object_campaign is required"),
        ("relationship", "relationship_campaign is required"),
    ],
)  # fmt: skip
def test_what_a_type_requires_is_named_when_it_is_missing(workspace: Wired, kind: str, missing: str) -> None:
    number = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    reply = write(workspace, number, update_type="recipients", type=kind)
    assert reply.status == 422
    assert missing in [one["detail"] for one in reply.body["errors"]]


def test_the_type_is_fixed_once_it_is_set_and_the_old_segment_type_is_refused(workspace: Wired) -> None:
    number = made(workspace)
    assert write(workspace, number, update_type="recipients", type="form", event="f").status == 422
    fresh = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    anchors = encode([{"type": "segments_negatable", "segments": [1], "negate": False}])
    assert write(workspace, fresh, update_type="recipients", type="behavioral", anchors=anchors).status == 422


@pytest.mark.parametrize("wrong", ['{"and": []}', [], [{"field": "a", "operator": "eq", "value": "1"}], 7])
def test_event_filters_are_an_object_and_nothing_else(workspace: Wired, wrong: object) -> None:
    number = made(workspace)
    assert write(workspace, number, **TRIGGER, attribute_filters=wrong).status == 422


@pytest.mark.parametrize("right", [{}, {"or": []}, {"field": "a", "operator": "eq", "value": "1"}, None])
def test_event_filters_may_be_a_tree_a_bare_leaf_or_empty(workspace: Wired, right: object) -> None:
    number = made(workspace)
    assert write(workspace, number, **TRIGGER, attribute_filters=right).status == 200
    assert read(workspace, number)["campaign"]["attribute_filters"] == right


def test_filters_of_negative_segments_alone_are_a_500_and_change_nothing(workspace: Wired) -> None:
    number = made(workspace, filters=FILTER)
    out = {"type": "segments_negatable", "segments": [23], "negate": True}
    assert write(workspace, number, **TRIGGER, filters=encode([out])).status == 500
    assert read(workspace, number)["campaign"]["filters"] == FILTER
    inside = {"type": "segments_negatable", "segments": [17], "negate": False}
    assert write(workspace, number, **TRIGGER, filters=encode([out, inside])).status == 200


def test_encoded_text_is_stored_as_it_came_whatever_it_means(workspace: Wired) -> None:
    plain = base64.b64encode(json.dumps([{"type": "attribute"}]).encode()).decode()
    for text in (FILTER, FILTER.rstrip("="), plain, "not base64 at all"):
        number = made(workspace, filters=text)
        assert read(workspace, number)["campaign"]["filters"] == text
    assert decode(plain) == []


def test_ways_out_are_stored_by_their_own_update_alone(workspace: Wired) -> None:
    number = made(workspace)
    ways = [{"segment": {"id": 31}}, {"event": {"etype": 12}}]
    assert (
        write(
            workspace,
            number,
            update_type="exit_and_conversion",
            global_exit_conditions=ways,
            conversion_event_name="paid",
        ).status
        == 200
    )
    assert write(workspace, number, update_type="global_settings", global_exit_conditions=ways).status == 200
    campaign = read(workspace, number)["campaign"]
    assert campaign["global_exit_conditions"] is None
    assert campaign["conversion_event_name"] == "paid"
    write(
        workspace,
        number,
        update_type="exit_conditions",
        global_exit_conditions=ways,
        exit_on_trigger_or_filter_not_matched=True,
    )
    assert read(workspace, number)["campaign"]["global_exit_conditions"] == ways


@pytest.mark.parametrize(
    "malformed",
    [
        {"segment": 31},
        [{"segment": 31}],
        [{"event": {"name": "paid"}}],
        "x",
        [],
        [{"segment": {"id": 1}, "event": {"etype": 2}}],
    ],
)
def test_malformed_ways_out_answer_200_and_read_back_null(workspace: Wired, malformed: object) -> None:
    number = made(workspace)
    reply = write(workspace, number, update_type="exit_conditions", global_exit_conditions=malformed)
    assert (reply.status, read(workspace, number)["campaign"]["global_exit_conditions"]) == (200, None)


def test_unknown_fields_are_dropped_with_200_and_named_with_400_when_asked_to_be_strict(workspace: Wired) -> None:
    number = made(workspace)
    body = {"campaign": {"update_type": "global_settings", "use_message_limits": True, "colour": "red"}, "size": 1}
    strict = workspace.ui("PUT", f"campaigns/{number}", body, strict=True)
    assert strict.status == 400
    assert [one["detail"] for one in strict.body["errors"]] == ["unknown field: size", "unknown field: campaign.colour"]
    assert read(workspace, number)["campaign"]["use_message_limits"] is False
    lenient = workspace.ui("PUT", f"campaigns/{number}", body)
    assert lenient.status == 200
    assert "colour" not in read(workspace, number)["campaign"]
    assert read(workspace, number)["campaign"]["use_message_limits"] is True


def test_new_steps_get_their_numbers_in_the_order_of_the_array(workspace: Wired) -> None:
    number, ids = with_steps(workspace, "delay_seconds_action", "email_action", "email_action")
    named = {one["id"]: one["name"] for one in read(workspace, number)["actions"]}
    assert [named[each] for each in ids] == ["Step -3", "Step -2", "Step -1", ""]
    assert ids[:3] == sorted(ids[:3], key=int)
    assert all(isinstance(each, str) for each in ids)


def test_a_message_comes_with_empty_content_and_is_sent_unless_it_says_otherwise(workspace: Wired) -> None:
    number, _ = with_steps(workspace, "email_action")
    email = read(workspace, number)["actions"][0]
    assert (email["sending_state"], email["has_content"], email["subject"]) == ("automatic", False, "")
    template = workspace.ui("GET", f"templates/{email['template_id']}").body["template"]
    assert (template["name"], template["body"], template["template_type"]) == ("Step -1", "", "email")


@pytest.mark.parametrize(
    "actions",
    [
        [{"id": "1", "type": "email_action"}],
        [{"id": "-1", "type": "email_action"}, {"id": "-1", "type": "email_action"}],
        [{"id": "-1", "type": "nothing"}],
        [{"id": "-1", "type": "filter_match_delay_action"}],
        "x",
        [1],
    ],
)
def test_steps_that_cannot_be_made_are_refused_and_leave_nothing_behind(workspace: Wired, actions: object) -> None:
    number = made(workspace)
    before = read(workspace, number)
    end = before["campaign"]["workflow_action_ids"][0]
    reply = write(
        workspace,
        number,
        {"actions": actions},
        update_type="add_actions",
        edges=[{"from": "-1", "to": end, "type": "continue"}],
    )
    assert reply.status == 422
    assert read(workspace, number) == before
    assert workspace.home.documents.all("template") == []


def test_adding_can_be_made_to_fail_after_it_took_effect(workspace: Wired) -> None:
    from simulator.workspace.server.faults import FaultKind, Rule

    number = made(workspace)
    end = read(workspace, number)["campaign"]["workflow_action_ids"][0]
    workspace.server.faults.add(Rule(FaultKind.ERROR, method="PUT", path="*/campaigns/*", when="after", times=1))
    steps = [{"id": "-1", "type": "email_action", "name": "Once"}]
    edges = [{"from": "-1", "to": end, "type": "continue"}]
    assert write(workspace, number, {"actions": steps}, update_type="add_actions", edges=edges).status == 500
    assert [one["name"] for one in read(workspace, number)["actions"]] == ["Once", ""]


def test_a_gate_is_never_deleted_and_another_step_goes_with_its_content(workspace: Wired) -> None:
    number = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    write(workspace, number, update_type="recipients", type="seg_attr", trigger={"and": [{"segment": {"id": 1}}]})
    gate, end = read(workspace, number)["campaign"]["workflow_action_ids"]
    refused = write(workspace, number, {"action_ids": [gate]}, update_type="delete_actions", name="Some", edges=[])
    assert refused.status == 422
    edges = [{"from": gate, "to": "-1", "type": "continue"}, {"from": "-1", "to": end, "type": "continue"}]
    write(
        workspace, number, {"actions": [{"id": "-1", "type": "email_action"}]}, update_type="add_actions", edges=edges
    )
    email = read(workspace, number)["actions"][1]
    left = [{"from": gate, "to": end, "type": "continue"}]
    assert (
        write(
            workspace, number, {"action_ids": [email["id"]]}, update_type="delete_actions", name="Some", edges=left
        ).status
        == 200
    )
    assert workspace.ui("GET", f"templates/{email['template_id']}").status == 404
    assert workspace.ui("GET", f"actions/{email['id']}").status == 404


@pytest.mark.parametrize("left_out", sorted(SIX))
def test_replacing_a_message_demands_six_fields_and_does_not_say_which(workspace: Wired, left_out: str) -> None:
    _, ids = with_steps(workspace, "email_action")
    fields = {name: value for name, value in SIX.items() if name != left_out}
    reply = workspace.ui("PUT", f"actions/{ids[0]}", {"action": fields})
    assert reply.status == 400
    assert left_out not in json.dumps(reply.body)
    assert workspace.ui("PUT", f"actions/{ids[0]}", {"action": SIX}).status == 200


@pytest.mark.parametrize("changed", [{"type": "push_action"}, {"sub_type": "other"}])
def test_another_type_or_sub_type_is_a_500(workspace: Wired, changed: dict[str, Any]) -> None:
    number, ids = with_steps(workspace, "email_action")
    assert workspace.ui("PUT", f"actions/{ids[0]}", {"action": {**SIX, **changed}}).status == 500
    saved = {"id": ids[0], "type": "email_action", **changed}
    assert write(workspace, number, {"action": saved}, update_type="save_action").status == 500


TREE = encode({"and": [{"segment": {"id": 17}}]})
LEAF = {"type": "attribute", "field": "plan", "operator": "eq", "value": "pro"}


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        pytest.param(encode([LEAF]), 200, id="a flat list"),
        pytest.param(TREE, 500, id="a segment's tree"),
        pytest.param(encode([{"and": [LEAF]}]), 500, id="a tree in the list"),
        pytest.param(encode([{"type": "foreign_event", "event": "x"}]), 500, id="an event in a branch"),
        pytest.param(
            encode([{"type": "message", "event": {"name": "output_9", "type": "clicked_email"}}]),
            500,
            id="a message in a branch",
        ),
        pytest.param(
            encode([{"type": "attribute", "attribute": "plan", "operator": "eq", "value": "pro"}]),
            200,
            id="attribute for field: stored, matches nobody",
        ),
    ],
)
def test_conditions_of_a_branch_are_a_flat_list(workspace: Wired, conditions: str, status: int) -> None:
    number = made(workspace)
    end = read(workspace, number)["campaign"]["workflow_action_ids"][0]
    steps = [{"id": "-1", "type": "conditional_branch_action", "conditions": conditions}]
    edges = [{"from": "-1", "to": end, "type": "branch", "index": index} for index in (0, 1)]
    assert write(workspace, number, {"actions": steps}, update_type="add_actions", edges=edges).status == status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"exit_type": "never", "delay": 0}, 200), ({"exit_type": "never", "delay": 60}, 422),
        ({"exit_type": "continue", "delay": 60}, 200), ({"exit_type": "continue", "delay": 0}, 422),
        ({"exit_type": "leave", "delay": 60}, 422), ({"exit_type": "exit", "delay": 60}, 422), ({"delay": 60}, 200),
    ],
)  # fmt: skip
def test_a_wait_goes_on_or_never_does_and_its_time_must_fit(
    workspace: Wired, fields: dict[str, Any], status: int
) -> None:
    number = made(workspace)
    end = read(workspace, number)["campaign"]["workflow_action_ids"][0]
    waits = [
        {
            "id": "-1",
            "type": "conditional_wait_action",
            "multi_conditions": [encode([{"type": "foreign_event", "event": "x"}])],
            **fields,
        }
    ]
    edges = [{"from": "-1", "to": end, "type": "branch", "index": index} for index in (0, 1)]
    assert write(workspace, number, {"actions": waits}, update_type="add_actions", edges=edges).status == status


def test_saving_a_split_with_more_conditions_than_it_has_ways_is_refused(workspace: Wired) -> None:
    number = made(workspace)
    end = read(workspace, number)["campaign"]["workflow_action_ids"][0]
    split = [{"id": "-1", "type": "multi_split_branch_action", "multi_conditions": [encode([LEAF])]}]
    edges = [{"from": "-1", "to": end, "type": "branch", "index": index} for index in (0, 1)]
    write(workspace, number, {"actions": split}, update_type="add_actions", edges=edges)
    own = read(workspace, number)["campaign"]["workflow_action_ids"][0]
    saved = {"id": own, "type": "multi_split_branch_action", "multi_conditions": [encode([LEAF])] * 2}
    assert write(workspace, number, {"action": saved}, update_type="save_action").status == 422


def test_a_stopping_campaign_takes_no_edits(workspace: Wired) -> None:
    number = made(workspace)
    kept = workspace.home.documents.get("campaign", number)
    assert kept is not None
    workspace.home.documents.put("campaign", number, {**kept, "state": "stopping"})
    assert write(workspace, number, **TRIGGER).status == 422
    assert write(workspace, number, update_type="global_settings", use_message_limits=True).status == 422


def test_a_campaign_without_a_trigger_does_not_start_and_one_with_it_remembers_when_it_first_did(
    workspace: Wired,
) -> None:
    empty = workspace.ui("POST", "campaigns", {"campaign": {"name": "Some", "type": "none"}}).body["campaign"]["id"]
    assert write(workspace, empty, update_type="state", state="running").status == 422
    number = made(workspace)
    assert write(workspace, number, update_type="state", state="running").status == 200
    first = workspace.account.clock.now()
    workspace.account.clock.freeze(first + 100)
    write(workspace, number, update_type="state", state="stopped")
    write(workspace, number, update_type="state", state="running")
    kept = workspace.home.documents.get("campaign", number)
    assert kept is not None and (kept["state"], kept["first_started"]) == ("running", first)


def test_the_list_gives_twenty_and_counts_pages_from_nought_and_from_one(workspace: Wired) -> None:
    numbers = [made(workspace) for _ in range(23)]
    pages = {
        page: [one["id"] for one in workspace.ui("GET", f"campaigns?page={page}&size=100").body["campaigns"]]
        for page in (0, 1, 2, 3)
    }
    assert pages == {0: numbers[:20], 1: numbers[:20], 2: numbers[20:], 3: []}
    newest = workspace.ui("GET", "campaigns?sort=id&asc=false&size=2").body["campaigns"]
    assert [one["id"] for one in newest] == numbers[:-3:-1]


def test_a_list_can_be_made_to_lose_a_row_and_an_answer_to_be_stale(workspace: Wired) -> None:
    from simulator.workspace.server.faults import FaultKind, Rule

    number = made(workspace)
    workspace.server.faults.add(Rule(FaultKind.LOST_ROW, method="GET", path="*/campaigns", times=1))
    assert workspace.ui("GET", "campaigns").body["campaigns"] == []
    assert len(workspace.ui("GET", "campaigns").body["campaigns"]) == 1
    workspace.server.faults.add(Rule(FaultKind.STALE_ECHO, method="PUT", times=1))
    reply = write(workspace, number, update_type="global_settings", name="New name")
    assert reply.body["campaign"]["name"] == "Some"
    assert read(workspace, number)["campaign"]["name"] == "New name"


def test_every_write_gives_a_version_that_can_be_read_again(workspace: Wired) -> None:
    number = made(workspace)
    write(workspace, number, update_type="global_settings", name="Second")
    write(workspace, number, update_type="global_settings", name="Third")
    newest, middle, _ = workspace.ui("GET", f"campaigns/{number}/versions").body["versions"]
    assert workspace.ui("GET", f"campaigns/{number}/versions/{middle['version']}").body["campaign"]["name"] == "Second"
    assert workspace.ui("GET", f"campaigns/{number}/versions/{newest['version']}").body["campaign"]["name"] == "Third"


def test_a_duplicate_is_a_draft_with_steps_and_content_of_its_own(workspace: Wired) -> None:
    number, ids = with_steps(workspace, "email_action", "delay_seconds_action")
    write(workspace, number, update_type="state", state="running")
    copy = workspace.ui("POST", f"campaigns/{number}/duplicate").body
    assert (copy["campaign"]["state"], copy["campaign"]["name"]) == ("draft", "Copy of Some")
    assert not {one["id"] for one in copy["actions"]} & set(ids)
    ends = {end for edge in copy["campaign"]["edges"] for end in (edge["from"], edge["to"])}
    assert ends == set(copy["campaign"]["workflow_action_ids"])
    original = read(workspace, number)["actions"][0]["template_id"]
    workspace.ui("PUT", f"templates/{copy['actions'][0]['template_id']}", {"template": {"subject": "Other"}})
    assert workspace.ui("GET", f"templates/{original}").body["template"]["subject"] == ""
