"""Content through the App API: what a write may change, what it ignores, and how lists come."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from wire_exchanges import HOME, Wired

from simulator.workspace.documents import (
    Kind,
    add_action,
    add_message,
    add_translation,
    new_action,
    new_campaign,
    new_identity,
    new_layout,
    new_template,
)


def campaign_of(workspace: Wired, *steps: str, **fields: Any) -> dict[str, Any]:
    """A campaign whose steps are of these types, and their ids."""
    documents = workspace.home.documents
    made = documents.add(Kind.CAMPAIGN, new_campaign("Some", 1, type="transactional", event="e") | fields)
    ids = []
    for kind in steps:
        action = new_action(kind, 1, name=f"A {kind}")
        channel = {"webhook_action": "webhook", "twilio_action": "twilio"}.get(kind, "email")
        if "template_id" in action:
            ids.append(add_message(documents, made["id"], action, new_template(channel, 1))[0]["id"])
        else:
            ids.append(add_action(documents, made["id"], action)["id"])
    made["workflow_action_ids"] = ids
    documents.put(Kind.CAMPAIGN, made["id"], made)
    return {**made, "ids": ids}


def test_only_steps_with_content_and_attribute_updates_are_shown(workspace: Wired) -> None:
    made = campaign_of(
        workspace,
        "delay_seconds_action",
        "email_action",
        "attribute_update_action",
        "conditional_branch_action",
        "exit_action",
    )
    shown = workspace.app("GET", f"campaigns/{made['id']}").body["campaign"]["actions"]
    assert shown == [
        {"id": int(made["ids"][1]), "type": "email"},
        {"id": int(made["ids"][2]), "type": "attribute_update"},
    ]
    rows = workspace.app("GET", f"campaigns/{made['id']}/actions").body["actions"]
    assert [one["id"] for one in rows] == [made["ids"][1], made["ids"][2]]


@pytest.mark.parametrize(("count", "pages"), [(0, [0]), (9, [9]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_actions_come_ten_a_page_and_the_last_page_has_no_token(workspace: Wired, count: int, pages: list[int]) -> None:
    made = campaign_of(workspace, *["email_action"] * count)
    found, token = [], ""
    while True:
        reply = workspace.app("GET", f"campaigns/{made['id']}/actions?start={token}").body
        found.append(len(reply["actions"]))
        token = reply["next"]
        if not token:
            break
    assert found == pages


def test_a_token_is_opaque_and_a_made_up_one_is_refused(workspace: Wired) -> None:
    made = campaign_of(workspace, *["email_action"] * 11)
    assert workspace.app("GET", f"campaigns/{made['id']}/actions").body["next"] == "MTA"
    assert len(workspace.app("GET", f"campaigns/{made['id']}/actions?start=MTA=").body["actions"]) == 1
    assert workspace.app("GET", f"campaigns/{made['id']}/actions?start=%25").status == 400
    assert workspace.app("GET", f"campaigns/{made['id']}/actions?start={base64.b64encode(b'x').decode()}").status == 400


READ_ONLY = {
    "name": "N",
    "layout": "L",
    "type": "push",
    "language": "de",
    "cc": "c",
    "bcc": "b",
    "fake_bcc": True,
    "from": "f",
    "reply_to": "r",
    "preprocessor": "p",
    "created": 9,
    "updated": 9,
    "deduplicate_id": "d",
    "preheader": "wrong key",
}


def test_what_is_read_only_is_ignored_with_200(workspace: Wired) -> None:
    made = campaign_of(workspace, "email_action")
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    before = workspace.app("GET", path).body
    reply = workspace.app("PUT", path, READ_ONLY)
    assert (reply.status, reply.body) == (200, before)
    assert workspace.home.documents.all(Kind.AUDIT) == []


def test_what_is_writable_is_written_and_seen_by_both_apis(workspace: Wired) -> None:
    sender = workspace.home.documents.add(Kind.IDENTITY, new_identity("S", "s@example.org", 1))["id"]
    made = campaign_of(workspace, "email_action")
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    written = {
        "subject": "S",
        "body": "<p>B</p>",
        "preheader_text": "P",
        "body_amp": "A",
        "recipient": "{{customer.email}}",
        "from_id": sender,
        "reply_to_id": None,
        "sending_state": "draft",
    }
    assert workspace.app("PUT", path, {**written, "headers": [{"name": "X-A", "value": "1"}]}).status == 200
    action = workspace.app("GET", path).body["action"]
    assert {name: action[name] for name in written} == written
    assert (action["from"], action["headers"], action["reply_to"]) == (
        "S <s@example.org>",
        '[{"name":"X-A","value":"1"}]',
        "",
    )
    there = workspace.ui("GET", f"actions/{made['ids'][0]}").body["action"]
    assert (there["subject"], there["has_subject"], there["has_content"], there["sending_state"]) == (
        "S",
        True,
        True,
        "draft",
    )
    template = workspace.ui("GET", f"templates/{there['template_id']}").body["template"]
    assert (template["body"], template["preheader_text"], template["from_identity_id"]) == ("<p>B</p>", "P", sender)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"headers": "[]"}, 400), ({"headers": [{"name": "X"}]}, 400), ({"sending_state": "maybe"}, 422), ({"from_id": 99}, 422),
        ({"from_id": "3"}, 422), ({"body": 7}, 422), ({"sending_state": "off"}, 200),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused_and_nothing_is_written(
    workspace: Wired, wrong: dict[str, Any], status: int
) -> None:
    made = campaign_of(workspace, "email_action")
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    assert workspace.app("PUT", path, {"subject": "New", **wrong}).status == status
    assert workspace.app("GET", path).body["action"]["subject"] == ("New" if status == 200 else "")


@pytest.mark.parametrize("editor", ["bee", "design_studio"])
def test_a_body_of_another_editor_stays_while_the_rest_is_written(workspace: Wired, editor: str) -> None:
    made = campaign_of(workspace, "email_action")
    number = workspace.home.documents.all(Kind.ACTION)[0]["template_id"]
    kept = workspace.home.documents.get(Kind.TEMPLATE, number)
    assert kept is not None
    workspace.home.documents.put(Kind.TEMPLATE, number, {**kept, "editor": editor, "body": "<p>Built</p>"})
    reply = workspace.app(
        "PUT", f"campaigns/{made['id']}/actions/{made['ids'][0]}", {"body": "<p>New</p>", "subject": "S"}
    )
    assert (reply.body["action"]["body"], reply.body["action"]["subject"]) == ("<p>Built</p>", "S")


def test_a_webhook_s_headers_are_a_text_both_ways(workspace: Wired) -> None:
    made = campaign_of(workspace, "webhook_action")
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    reply = workspace.app(
        "PUT", path, {"url": "https://example.org/h", "method": "PATCH", "headers": '[{"name":"A","value":"1"}]'}
    )
    assert (reply.body["action"]["headers"], reply.body["action"]["method"]) == ('[{"name":"A","value":"1"}]', "patch")
    assert workspace.app("PUT", path, {"method": "brew"}).status == 422
    assert workspace.ui("GET", f"actions/{made['ids'][0]}").body["action"]["hostname"] == "example.org"


def test_a_recipient_of_a_text_message_reads_back_blank_when_it_is_liquid(workspace: Wired) -> None:
    made = campaign_of(workspace, "twilio_action")
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    for recipient, shown in (("{{customer.phone}}", ""), ("+15550100", "+15550100")):
        assert workspace.app("PUT", path, {"recipient": recipient}).body["action"]["recipient"] == shown


def test_a_language_must_exist_and_an_unknown_one_is_a_400(workspace: Wired) -> None:
    made = campaign_of(workspace, "email_action")
    documents = workspace.home.documents
    default = documents.all(Kind.TEMPLATE)[0]
    add_translation(documents, default, "fr", 1)
    path = f"campaigns/{made['id']}/actions/{made['ids'][0]}"
    assert workspace.app("PUT", f"{path}/language/fr", {"subject": "Bienvenue"}).body["action"]["language"] == "fr"
    assert workspace.app("GET", path).body["action"]["subject"] == ""
    reply = workspace.app("PUT", f"{path}/language/xx", {"subject": "?"})
    assert (reply.status, reply.body) == (400, {"meta": {"error": "language not found"}})


def test_a_layout_is_seen_as_its_html_and_both_stamps_count(workspace: Wired) -> None:
    made = campaign_of(workspace, "email_action")
    documents = workspace.home.documents
    layout = documents.add(Kind.LAYOUT, new_layout("L", "<html>{{ content }}</html>", 1))
    template = documents.all(Kind.TEMPLATE)[0]
    documents.put(Kind.TEMPLATE, template["id"], {**template, "layout_id": layout["id"], "updated": 500})
    action = workspace.app("GET", f"campaigns/{made['id']}/actions/{made['ids'][0]}").body["action"]
    assert (action["layout"], action["updated"], action["deduplicate_id"]) == (
        "<html>{{ content }}</html>",
        500,
        f"{made['ids'][0]}:500",
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("campaigns/abc", 400),
        ("campaigns/999", 404),
        ("campaigns/1/actions/abc", 400),
        ("campaigns/1/actions/999", 404),
        ("segments/x", 400),
        ("transactional/999/contents", 404),
    ],
)
def test_ids_that_are_none_are_400_and_unknown_ones_404(workspace: Wired, path: str, status: int) -> None:
    campaign_of(workspace, "email_action")
    reply = workspace.app("GET", path)
    assert reply.status == status
    envelope = (
        {"meta": {"errors": [reply.body.get("meta", {}).get("errors", [""])[0]]}}
        if status == 400
        else {"errors": [{"detail": "not found", "status": "404"}]}
    )
    assert reply.body == envelope


@pytest.mark.parametrize(
    ("state", "shown", "active"),
    [
        ("draft", "draft", False),
        ("running", "running", True),
        ("stopped", "stopped", False),
        ("stopping", "stopped", False),
        ("sunsetting", "running", True),
        ("scheduled", "draft", False),
        ("archived", "stopped", False),
    ],
)
def test_states_are_three_here(workspace: Wired, state: str, shown: str, active: bool) -> None:
    made = campaign_of(workspace, state=state)
    row = workspace.app("GET", f"campaigns/{made['id']}").body["campaign"]
    assert (row["state"], row["active"]) == (shown, active)


def test_a_campaign_without_a_trigger_is_not_shown_and_a_broadcast_is_a_list_of_its_own(workspace: Wired) -> None:
    campaign_of(workspace, type="none")
    hook = campaign_of(workspace, type="webhook", webhook_id="abc")
    broadcast = campaign_of(workspace, type="webhook", webhook_id=None)
    assert [one["id"] for one in workspace.app("GET", "campaigns").body["campaigns"]] == [hook["id"]]
    rows = workspace.app("GET", "broadcasts").body["broadcasts"]
    assert [(one["id"], one["type"]) for one in rows] == [(broadcast["id"], "triggered_broadcast")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "", "value": "x"}, "/name"), ({"name": "x" * 151, "value": "x"}, "/name"), ({"name": "a", "value": "  "}, "/value"),
        ({"name": "a", "value": "x" * 16_001}, "/value"), ({"name": "a", "value": "{{snippets.b}}"}, "/value"), ({"value": "x"}, "/name"),
        ({"name": 7, "value": "x"}, "/name"),
    ],
)  # fmt: skip
def test_snippets_are_refused_with_a_pointer(workspace: Wired, body: dict[str, Any], pointer: str) -> None:
    for method in ("PUT", "POST"):
        reply = workspace.app(method, "snippets", body)
        assert reply.status == 422
        assert pointer in [one["source"]["pointer"] for one in reply.body["errors"]]
        assert all(one["status"] == "422" for one in reply.body["errors"])


def test_a_snippet_is_trimmed_written_over_and_found_by_a_name_with_spaces(workspace: Wired) -> None:
    workspace.app("PUT", "snippets", {"name": " our address ", "value": " 1 Harbor Way "})
    workspace.app("PUT", "snippets", {"name": "our address", "value": "2"})
    rows = workspace.app("GET", "snippets").body["snippets"]
    assert [(one["name"], one["value"]) for one in rows] == [("our address", "2")]
    assert workspace.app("DELETE", "snippets/our%20address").status == 204
    assert workspace.app("DELETE", "snippets/our%20address").status == 404


def test_hidden_senders_are_a_list_of_their_own_that_ends_with_an_empty_page(workspace: Wired) -> None:
    for number in range(3):
        workspace.home.documents.add(Kind.IDENTITY, new_identity(f"S{number}", "s@example.org", 1, hidden=number == 1))
    first = workspace.app("GET", "sender_identities?hidden=false&limit=2").body
    assert ([one["id"] for one in first["sender_identities"]], bool(first["next"])) == ([1, 3], True)
    last = workspace.app("GET", f"sender_identities?hidden=false&limit=2&start={first['next']}").body
    assert last == {"sender_identities": [], "next": ""}
    assert [one["id"] for one in workspace.app("GET", "sender_identities?hidden=true").body["sender_identities"]] == [2]


@pytest.mark.parametrize(
    ("path", "name", "empty"),
    [
        ("exports", "exports", None),
        ("esp/suppression/bounces", "suppressions", None),
        ("messages", "messages", None),
        ("subscription_topics", "topics", []),
        ("customers?email=x@example.org", "results", []),
    ],
)
def test_empty_lists_are_null_where_the_workspace_says_null(
    workspace: Wired, path: str, name: str, empty: object
) -> None:
    reply = workspace.app("GET", path)
    assert (reply.status, reply.body[name]) == (200, empty)
    assert "category" not in reply.body


def test_a_reporting_webhook_is_bare_partly_written_and_without_its_key(workspace: Wired) -> None:
    made = workspace.app(
        "POST", "reporting_webhooks", {"name": "W", "endpoint": "https://example.org/h", "events": ["email_sent"]}
    ).body
    assert (made["id"], made["disabled"]) == (1, False)
    paused = workspace.app("PUT", "reporting_webhooks/1", {"disabled": True, "type": "js"}).body
    assert (paused["disabled"], paused["type"], paused["events"]) == (True, "webhook", ["email_sent"])
    assert workspace.home.keys.webhook_signing_key not in json.dumps(workspace.app("GET", "reporting_webhooks").body)
    assert (
        workspace.app("POST", "reporting_webhooks", {"name": "W", "endpoint": "x"}).body["errors"][0]["source"][
            "pointer"
        ]
        == "/endpoint"
    )
    assert workspace.app("DELETE", "reporting_webhooks/1").status == 204


def test_collections_hold_rows_and_fetch_nothing(workspace: Wired) -> None:
    made = workspace.app("POST", "collections", {"name": "c", "data": [{"a": 1}, {"b": "ü"}]}).body["collection"]
    assert (made["schema"], made["rows"]) == (["a", "b"], 2)
    assert workspace.app("PUT", "collections/1/content", [{"a": 2}]).body == [{"a": 2}]
    assert workspace.app("GET", "collections/1").body["collection"]["rows"] == 1
    assert workspace.app("POST", "collections", {"name": "d", "url": "https://example.org/x.csv"}).status == 422
    assert workspace.app("POST", "collections", {"name": "c"}).status == 422


def test_segments_made_here_are_manual_and_only_those_can_go(workspace: Wired) -> None:
    made = workspace.app("POST", "segments", {"segment": {"name": "Hand", "type": "dynamic"}}).body["segment"]
    assert (made["type"], made["progress"], made["state"], "conditions" in made) == ("manual", None, "finished", False)
    tree = {"and": [{"attribute": {"field": "a", "operator": "exists"}}]}
    workspace.ui("POST", "segments", {"segment": {"name": "Rule", "type": "dynamic", "conditions": tree}})
    assert workspace.app("GET", "segments/2").body["segment"]["conditions"] == tree
    assert workspace.app("DELETE", "segments/2").status == 422
    assert workspace.app("DELETE", "segments/1").status == 204


def test_design_studio_writes_part_of_a_thing_and_answers_nothing(workspace: Wired) -> None:
    made = workspace.app("POST", "design_studio/emails", {"name": "E", "content": {"subject": "S"}}).body["email"]
    assert workspace.app("PUT", f"design_studio/emails/{made['id']}", {"content": {"html": "<p>H</p>"}}).status == 204
    email = workspace.app("GET", f"design_studio/emails/{made['id']}").body["email"]
    assert (email["content"]["subject"], email["content"]["html"]) == ("S", "<p>H</p>")
    assert workspace.app("GET", "design_studio/emails?page=2&limit=1").body == {
        "emails": [],
        "meta": {"pagination": {"total": 1}},
    }
    assert workspace.app("GET", "design_studio/components/ds_1").status == 404


def test_an_address_on_the_suppression_list_can_be_looked_for_and_released(workspace: Wired) -> None:
    workspace.app("POST", "esp/suppression/bounces/B@example.org")
    assert workspace.app("GET", "esp/search_suppression/b%40example.org").body["category"] == "bounces"
    sent_from = {"identity": {"name": "Us", "email": "us@mail.example.com"}}
    assert workspace.ui("POST", "identities", sent_from).status == 200
    assert len(workspace.app("GET", "esp/suppression/bounces?domain=mail.example.com").body["suppressions"]) == 1
    assert workspace.app("GET", "esp/suppression/bounces?domain=example.org").body["suppressions"] is None
    workspace.app("DELETE", "esp/suppression/bounces/b@example.org")
    assert workspace.app("GET", "esp/suppression/bounces").body == {"suppressions": None}
    assert workspace.app("GET", "esp/suppression/others").status == 404


def test_workspaces_lists_the_whole_account(workspace: Wired) -> None:
    assert [one["id"] for one in workspace.app("GET", "workspaces").body["workspaces"]] == [HOME, HOME + 1]
