"""Templates, layouts, snippets, segments, newsletters and the rest of the UI API, where they surprise."""

from __future__ import annotations

from typing import Any

import pytest
from wire_exchanges import HOME, Wired

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace.documents import Kind, new_campaign, new_layout, new_template
from simulator.workspace.encoding import encode


def made(workspace: Wired, wrapper: str, path: str, **fields: Any) -> dict[str, Any]:
    reply = workspace.ui("POST", path, {wrapper: fields})
    assert reply.status == 200, reply.body
    return dict(reply.body[wrapper])


def test_a_template_keeps_what_a_write_leaves_out(workspace: Wired) -> None:
    layout = made(workspace, "layout", "layouts", name="L", body="{{ content }}")
    one = made(workspace, "template", "templates", name="T", subject="Hi", body="<p>Hi</p>", layout_id=layout["id"])
    workspace.ui("PUT", f"templates/{one['id']}", {"template": {"subject": "Hello"}})
    reply = workspace.ui("GET", f"templates/{one['id']}").body
    assert (reply["template"]["subject"], reply["template"]["body"]) == ("Hello", "<p>Hi</p>")
    assert [each["id"] for each in reply["layouts"]] == [layout["id"]]


def test_broken_liquid_is_stored_without_a_word(workspace: Wired) -> None:
    one = made(workspace, "template", "templates", name="T", body="{% if %}{{ nothing | }}")
    assert workspace.ui("GET", f"templates/{one['id']}").body["template"]["body"] == "{% if %}{{ nothing | }}"


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [
        ("email", {"body": "<p>New</p>", "body_json": '{"old": true}'}, 422),
        ("email", {"body": "<p>New</p>", "body_json": "no json"}, 422),
        ("email", {"body": "<p>New</p>", "body_json": '{"blocks": [{"html": "<p>New</p>"}]}'}, 200),
        ("email", {"body": "<p>New</p>"}, 200),
        ("email", {"body_json": '{"old": true}'}, 200),
        ("push", {"body": "x", "body_json": '{"title": "T", "body": "B"}'}, 200),
    ],
)  # fmt: skip
def test_a_body_beside_a_stale_body_json_is_refused(
    workspace: Wired, kind: str, fields: dict[str, str], status: int
) -> None:
    one = made(workspace, "template", "templates", name="T", template_type=kind)
    assert workspace.ui("PUT", f"templates/{one['id']}", {"template": fields}).status == status


def test_a_layout_that_is_not_there_is_refused_and_a_template_knows_its_variables(workspace: Wired) -> None:
    one = made(
        workspace,
        "template",
        "templates",
        name="T",
        body="{{ customer.plan }}{% for item in event.items %}{{ item.sku }}{% endfor %}",
    )
    assert workspace.ui("PUT", f"templates/{one['id']}", {"template": {"layout_id": 99}}).status == 422
    assert workspace.ui("GET", f"templates/{one['id']}/variables").body == {
        "variables": ["customer.email", "customer.plan", "event.items", "event.items.*.sku"]
    }


def test_a_layout_needs_a_place_for_the_message_and_is_not_deleted_while_something_is_sent_in_it(
    workspace: Wired,
) -> None:
    assert workspace.ui("POST", "layouts", {"layout": {"name": "L", "body": "<p>no place</p>"}}).status == 422
    layout = made(workspace, "layout", "layouts", name="L", body="{{ content }}")
    message = made(workspace, "transactional_message", "transactional_messages", name="M")
    workspace.ui("PUT", f"templates/{message['template_id']}", {"template": {"layout_id": layout["id"]}})
    assert workspace.ui("DELETE", f"layouts/{layout['id']}").status == 422
    used = workspace.ui("GET", f"layouts/{layout['id']}/transactional_messages").body
    assert used == {"transactional_messages": [{"id": message["id"], "name": "M"}]}
    workspace.ui("DELETE", f"transactional_messages/{message['id']}")
    assert workspace.ui("DELETE", f"layouts/{layout['id']}").status == 204


def test_archived_layouts_are_a_list_of_their_own_and_one_is_the_default(workspace: Wired) -> None:
    first, second = (made(workspace, "layout", "layouts", name=name, body="{{content}}") for name in "AB")
    workspace.ui("POST", f"layouts/{first['id']}/archived")
    assert [one["name"] for one in workspace.ui("GET", "layouts").body["layouts"]] == ["B"]
    assert [one["name"] for one in workspace.ui("GET", "layouts?archived=true").body["layouts"]] == ["A"]
    workspace.ui("POST", f"layouts/{first['id']}/default")
    workspace.ui("POST", f"layouts/{second['id']}/default")
    assert [one["is_default"] for one in workspace.home.documents.all(Kind.LAYOUT)] == [False, True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", "x"),
        ("x" * 151, "x"),
        ("a", ""),
        ("a", "   "),
        ("a", "x" * 16_001),
        ("a", "{{ snippets.b }}"),
        ("a", "{% include 'b' %}"),
        ("taken", "x"),
    ],
)
def test_snippets_that_cannot_be_are_refused(workspace: Wired, name: str, value: str) -> None:
    made(workspace, "snippet", "snippets", name="taken", value="x")
    assert workspace.ui("POST", "snippets", {"snippet": {"name": name, "value": value}}).status == 422


def test_a_snippet_s_users_are_those_that_include_it_or_sit_in_a_layout_that_does(workspace: Wired) -> None:
    snippet = made(workspace, "snippet", "snippets", name="address", value="1 Harbor Way\n")
    assert snippet["value"] == "1 Harbor Way\n"
    documents = workspace.home.documents
    documents.put(Kind.LAYOUT, 7, {**new_layout("L", "{{ content }}{{ snippets.address }}", 1), "id": 7})
    for number, fields in enumerate(
        ({"body": "{% include 'address' %}"}, {"layout_id": 7}, {"body": "{{ snippets.address2 }}"}), 1
    ):
        message = made(workspace, "transactional_message", "transactional_messages", name=f"M{number}")
        workspace.ui("PUT", f"templates/{message['template_id']}", {"template": fields})
    used = workspace.ui("GET", f"snippets/{snippet['id']}/usage").body
    assert (used["transactional_messages"], used["continuation"]) == ([1, 2], "")


TREE = {"and": [{"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}]}


def test_a_segment_is_being_built_when_it_is_written_and_is_built_when_asked(workspace: Wired) -> None:
    segment = made(workspace, "segment", "segments", name="Pro", type="dynamic", conditions=TREE)
    assert segment["state"] == "build"
    assert workspace.ui("GET", f"segments/{segment['id']}/status").body == {"state": "complete"}
    bare = workspace.ui("POST", "segments", {"name": "Bare", "type": "dynamic", "conditions": TREE})
    assert bare.status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "dynamic", "conditions": TREE},
        {"name": "P", "type": "manual"},
        {"name": "P", "type": "dynamic", "conditions": "x"},
        {"name": "P", "conditions": {}},
    ],
)
def test_a_segment_s_update_needs_the_name_and_keeps_the_type(workspace: Wired, wrong: dict[str, Any]) -> None:
    segment = made(workspace, "segment", "segments", name="Pro", type="dynamic", conditions=TREE)
    assert workspace.ui("PUT", f"segments/{segment['id']}", {"segment": wrong}).status == 422


def test_a_segment_counts_who_is_in_it_and_estimates_say_who_would_be(workspace: Wired) -> None:
    for name, plan in (("1", "pro"), ("2", "free"), ("3", "pro")):
        workspace.home.take(Call(0, CallKind.IDENTIFY, name, IdType.ID, data={"plan": plan}))
    segment = made(workspace, "segment", "segments", name="Pro", type="dynamic", conditions=TREE)
    assert workspace.ui("GET", f"segments/{segment['id']}/count").body == {"count": 2}
    encoded = encode([{"type": "attribute", "field": "plan", "operator": "eq", "value": "free"}])
    assert workspace.ui("POST", "estimate_conditions", {"filters": encoded}).body == {"count": 1, "total": 3}
    assert workspace.ui("POST", "estimate_conditions", {"conditions": TREE, "filters": encoded}).body["count"] == 0
    by_hand = made(workspace, "segment", "segments", name="Hand", type="manual")
    workspace.ui("PUT", f"segments/{by_hand['id']}/members", {"add": ["1", "2"]})
    workspace.ui("PUT", f"segments/{by_hand['id']}/members", {"remove": ["2"]})
    assert workspace.ui("GET", f"segments/{by_hand['id']}/count").body == {"count": 1}


def test_a_segment_that_something_asks_is_not_deleted(workspace: Wired) -> None:
    inner = made(workspace, "segment", "segments", name="Inner", type="dynamic", conditions=TREE)
    outer = made(
        workspace,
        "segment",
        "segments",
        name="Outer",
        type="dynamic",
        conditions={"and": [{"segment": {"id": inner["id"]}}]},
    )
    assert workspace.ui("DELETE", f"segments/{inner['id']}").status == 422
    assert workspace.ui("GET", f"segments/{inner['id']}/usage").body == {
        "campaigns": [],
        "newsletters": [],
        "segments": [outer["id"]],
    }
    assert workspace.ui("POST", "segments/delete", {"ids": [outer["id"], inner["id"]]}).status == 204


def test_deleting_several_segments_is_all_or_nothing(workspace: Wired) -> None:
    inner = made(workspace, "segment", "segments", name="Inner", type="dynamic", conditions=TREE)
    made(
        workspace,
        "segment",
        "segments",
        name="Outer",
        type="dynamic",
        conditions={"and": [{"segment": {"id": inner["id"]}}]},
    )
    free = made(workspace, "segment", "segments", name="Free", type="manual")
    assert workspace.ui("POST", "segments/delete", {"ids": [free["id"], inner["id"]]}).status == 422
    assert workspace.ui("GET", f"segments/{free['id']}").status == 200


def test_a_newsletter_goes_through_its_stages_and_is_closed_once_sent(workspace: Wired) -> None:
    workspace.home.take(Call(0, CallKind.IDENTIFY, "1", IdType.ID, data={"email": "a@example.org", "plan": "pro"}))
    segment = made(workspace, "segment", "segments", name="Pro", type="dynamic", conditions=TREE)
    news = made(workspace, "newsletter", "newsletters", name="News", send_percentage=100)
    path = f"newsletters/{news['id']}"
    template = workspace.ui("GET", f"{path}/templates").body["templates"][0]
    workspace.ui("PUT", f"templates/{template['id']}", {"template": {"subject": "News", "body": "<p>Hi</p>"}})
    out_only = encode([{"type": "segments_negatable", "segments": [segment["id"]], "negate": True}])
    assert workspace.ui("PUT", path, {"newsletter": {"update_type": "recipients", "filters": out_only}}).status == 500
    inside = encode([{"type": "segments_negatable", "segments": [segment["id"]], "negate": False}])
    assert workspace.ui("PUT", path, {"newsletter": {"update_type": "recipients", "filters": inside}}).status == 200
    assert workspace.ui("GET", f"{path}/counts").body == {"count": 1}
    at = workspace.account.clock.now() + 3600
    workspace.ui("PUT", path, {"newsletter": {"update_type": "schedule", "scheduled_at": at}})
    assert workspace.ui("GET", f"{path}/send_status").body["send_state"] == "scheduled"
    workspace.ui("PUT", path, {"newsletter": {"update_type": "cancel"}})
    assert workspace.ui("PUT", path, {"newsletter": {"update_type": "send"}}).status == 200
    assert workspace.ui("GET", f"{path}/send_status").body["send_state"] == "sent"
    assert workspace.ui("GET", f"{path}/metrics").body["metrics"]["sent"] == 1
    assert workspace.ui("PUT", path, {"newsletter": {"update_type": "main", "name": "Late"}}).status == 422


def test_a_copy_for_another_workspace_leaves_behind_what_means_nothing_there(workspace: Wired) -> None:
    layout = made(workspace, "layout", "layouts", name="L", body="{{ content }}")
    news = made(workspace, "newsletter", "newsletters", name="News")
    template = workspace.ui("GET", f"newsletters/{news['id']}/templates").body["templates"][0]
    workspace.ui("PUT", f"templates/{template['id']}", {"template": {"body": "<p>Hi</p>", "layout_id": layout["id"]}})
    assert workspace.ui("POST", f"newsletters/{news['id']}/copy", {"copy_to_env": HOME + 1}).status == 200
    there = workspace.account.spaces[HOME + 1].documents
    copy = there.all(Kind.NEWSLETTER)[0]
    content = there.get(Kind.TEMPLATE, copy["template_ids"][0])
    assert content is not None and (content["body"], content["layout_id"]) == ("<p>Hi</p>", None)
    assert workspace.ui("POST", f"newsletters/{news['id']}/copy", {"copy_to_env": 1}).status == 422


def test_languages_are_made_by_translations_and_start_as_copies(workspace: Wired) -> None:
    message = made(workspace, "transactional_message", "transactional_messages", name="M", state="active")
    workspace.ui("PUT", f"templates/{message['template_id']}", {"template": {"subject": "Hi"}})
    french = workspace.ui("POST", f"transactional_messages/{message['id']}/translations", {"language": "fr"}).body[
        "template"
    ]
    assert (french["language"], french["subject"]) == ("fr", "Hi")
    assert (
        workspace.ui("POST", f"transactional_messages/{message['id']}/translations", {"language": "fr"}).status == 422
    )
    rows = workspace.app("GET", f"transactional/{message['id']}/contents").body["contents"]
    assert [one["language"] for one in rows] == ["", "fr"]


def test_the_audit_log_says_who_wrote_what_and_when_newest_first(workspace: Wired) -> None:
    layout = made(workspace, "layout", "layouts", name="L", body="{{ content }}")
    workspace.account.clock.advance(60)
    workspace.ui("PUT", f"layouts/{layout['id']}", {"layout": {"name": "M"}})
    workspace.app("PUT", "snippets", {"name": "a", "value": "b"})
    newest, second, first = workspace.ui("GET", "/v1/accounts/30117/audit_logs").body["audit_logs"]
    assert (newest["object_type"], newest["user"]["name"]) == ("snippet", "App API key")
    assert (second["action"], second["object_id"], second["object_name"]) == ("updated", layout["id"], "M")
    assert (first["action"], first["user"]["name"], second["created"] - first["created"]) == (
        "created",
        "service account",
        60,
    )
    chosen = workspace.ui("GET", "/v1/accounts/30117/audit_logs?object_type=layout&limit=1").body["audit_logs"]
    assert [one["id"] for one in chosen] == [second["id"]]


def test_what_is_refused_leaves_no_trace_in_the_audit_log(workspace: Wired) -> None:
    assert workspace.ui("POST", "layouts", {"layout": {"name": "L", "body": ""}}).status == 422
    assert workspace.ui("GET", "/v1/accounts/30117/audit_logs").body["audit_logs"] == []


def test_account_endpoints_refuse_in_an_envelope_of_their_own(workspace: Wired) -> None:
    reply = workspace.ui("POST", "/v1/accounts/30117/environments", {"environment": {"name": ""}})
    assert (reply.status, reply.body) == (400, {"errors": {"name": ["is required"]}})
    assert workspace.ui("GET", "/v1/accounts/1/environments").status == 404


def test_event_names_are_those_that_came_in_and_those_that_campaigns_wait_for(workspace: Wired) -> None:
    workspace.home.take(Call(0, CallKind.EVENT, "1", IdType.ID, name="paid"))
    workspace.home.documents.add(Kind.CAMPAIGN, new_campaign("C", 1, type="transactional", event="signed_up"))
    names = workspace.ui("GET", "event_names").body["event_names"]
    assert [one["name"] for one in names] == ["paid", "signed_up"]
    assert workspace.ui("GET", "event_names").body["event_names"] == names


def test_a_domain_is_only_verified_when_every_check_is(workspace: Wired) -> None:
    domain = made(workspace, "domain", "domains", domain="mail.example.org")
    assert isinstance(domain["id"], str)
    reply = workspace.ui("POST", f"domains/{domain['id']}/verify")
    assert (reply.status, reply.body["domain"]["verified"], len(reply.body["errors"])) == (200, False, 4)


def test_a_sender_in_use_is_not_deleted(workspace: Wired) -> None:
    sender = made(workspace, "identity", "identities", name="S", email="s@example.org")
    template = new_template("email", 1, from_identity_id=sender["id"])
    workspace.home.documents.add(Kind.TEMPLATE, template)
    assert workspace.ui("DELETE", f"identities/{sender['id']}").status == 422
    assert workspace.ui("POST", "identities", {"identity": {"name": "S", "email": "no address"}}).status == 422


def test_the_signing_secret_is_the_webhooks_key_and_can_be_changed(workspace: Wired) -> None:
    assert workspace.ui("GET", "signing_secret").body["signing_secret"] == workspace.home.keys.webhook_signing_key
    workspace.ui("PUT", "signing_secret", {"signing_secret": "another"})
    assert workspace.home.keys.webhook_signing_key == "another"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"endpoint": "ftp://example.org"},
        {"endpoint": "nowhere"},
        {"events": ["email_nothing"]},
        {"events": [1]},
    ],
)
def test_reporting_webhooks_that_cannot_be_are_refused(workspace: Wired, wrong: dict[str, Any]) -> None:
    right = {"name": "W", "endpoint": "https://example.org/hook", "events": ["email_sent"]}
    assert workspace.ui("POST", "webhook_configurations", {"webhook_configuration": right}).status == 200
    assert workspace.ui("POST", "webhook_configurations", {"webhook_configuration": {**right, **wrong}}).status == 422


def test_a_test_send_is_rendered_with_its_layout_and_lands_where_messages_do(workspace: Wired) -> None:
    layout = made(workspace, "layout", "layouts", name="L", body="<html><body>{{ content }}<p>Bye</p></body></html>")
    one = made(
        workspace,
        "template",
        "templates",
        name="T",
        subject="Hi {{ event.who }}",
        body="<p>{{ event.who }}!</p>",
        layout_id=layout["id"],
    )
    asked = {
        "template_id": one["id"],
        "to": "a@example.org, b@example.org",
        "event_data": {"who": "Robin"},
        "prepend_test": True,
    }
    assert workspace.ui("POST", "verify/email_template", asked).body == {"accepted": True, "subject": "[TEST] Hi Robin"}
    sent = next(iter(workspace.home.running.deliveries()))
    whole = workspace.home.running.delivery(sent.id)
    assert whole.subject == "[TEST] Hi Robin" and "Robin!" in whole.html and "Bye" in whole.html
    assert list(workspace.home.running.everyone()) == []
    content = {"subject": "DS {{ event.who }}", "html": "<p>1</p>"}
    node = workspace.app("POST", "design_studio/emails", {"name": "E", "content": content}).body["email"]["id"]
    designed = workspace.ui("POST", "verify/email_template", {**asked, "template_id": None, "node_id": node})
    assert designed.body["subject"] == "[TEST] DS Robin"
    broken = made(workspace, "template", "templates", name="B", subject="S", body="{{ event.missing.deeper }}")
    assert workspace.ui("POST", "verify/email_template", {**asked, "template_id": broken["id"]}).status == 422


def test_design_studio_s_nodes_know_what_is_not_published(workspace: Wired) -> None:
    made_id = workspace.app("POST", "design_studio/emails", {"name": "E", "content": {"html": "<p>1</p>"}}).body[
        "email"
    ]["id"]
    node = f"/design-studio/api/workspaces/{HOME}/nodes/{made_id}"
    assert workspace.ui("GET", f"{node}/check-unpublished-changes").body == {"has_unpublished_changes": True}
    workspace.ui("PATCH", node, {"published": True})
    assert workspace.ui("GET", f"{node}/check-unpublished-changes").body == {"has_unpublished_changes": False}
    workspace.ui("PATCH", node, {"content": {"html": "<p>2</p>"}})
    assert workspace.ui("GET", f"{node}/check-unpublished-changes").body == {"has_unpublished_changes": True}
