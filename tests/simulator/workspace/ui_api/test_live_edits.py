from __future__ import annotations

from typing import Any

import pytest
from wire_exchanges import Wired

from simulator.workspace.documents import (
    Kind,
    add_action,
    add_message,
    new_action,
    new_campaign,
    new_layout,
    new_newsletter,
    new_segment,
    new_template,
)
from simulator.workspace.encoding import encode

SIX = {
    "type": "email_action",
    "sub_type": "",
    "tracked": True,
    "can_convert": True,
    "send_to_unsubscribed": False,
    "frequency_cap_mode": "no_cap",
}


def campaign(workspace: Wired, state: str, **fields: Any) -> dict[str, Any]:
    """A campaign with one email, as the store holds it."""
    documents = workspace.home.documents
    made = documents.add(Kind.CAMPAIGN, new_campaign("Some", 1, type="transactional", event="e", state=state, **fields))
    email, _ = add_message(documents, made["id"], new_action("email_action", 1, name="Mail"), new_template("email", 1))
    end = add_action(documents, made["id"], new_action("exit_action", 1))
    made["workflow_action_ids"] = [email["id"], end["id"]]
    made["edges"] = [{"from": email["id"], "to": end["id"], "type": "continue"}]
    documents.put(Kind.CAMPAIGN, made["id"], made)
    return {**made, "email": email["id"], "template": email["template_id"], "end": end["id"]}


def edits(made: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Every way to edit a campaign."""
    path = f"campaigns/{made['id']}"
    edges = made["edges"]
    return [
        ("PUT", path, {"campaign": {"update_type": "recipients", "type": "transactional", "event": "f"}}),
        ("PUT", path, {"campaign": {"update_type": "global_settings", "use_message_limits": True}}),
        ("PUT", path, {"campaign": {"update_type": "edges", "edges": edges}}),
        (
            "PUT",
            path,
            {
                "campaign": {"update_type": "save_action"},
                "action": {"id": made["email"], "type": "email_action", "name": "M"},
            },
        ),
        ("PUT", path, {"campaign": {"update_type": "exit_conditions"}}),
        ("PUT", path, {"campaign": {"name": "Other"}}),
        ("PUT", f"actions/{made['email']}", {"action": SIX}),
        ("PUT", f"templates/{made['template']}", {"template": {"subject": "Hi"}}),
    ]


@pytest.mark.parametrize("index", range(8))
@pytest.mark.parametrize(
    ("state", "live_edit", "status"),
    [
        ("running", False, 403),
        ("running", True, 200),
        ("draft", False, 200),
        ("stopped", False, 200),
        ("stopping", True, 422),
    ],
)
def test_what_runs_is_edited_only_where_agents_may(
    workspace: Wired, index: int, state: str, live_edit: bool, status: int
) -> None:
    made = campaign(workspace, state)
    workspace.home.live_edit = live_edit
    method, path, body = edits(made)[index]
    assert workspace.ui(method, path, body).status == status


@pytest.mark.parametrize("state", ["draft", "stopped", "running"])
@pytest.mark.parametrize("wanted", ["running", "stopped", "archived"])
def test_no_state_changes_where_agents_may_not_edit_live_data(workspace: Wired, state: str, wanted: str) -> None:
    made = campaign(workspace, state)
    workspace.home.live_edit = False
    reply = workspace.ui("PUT", f"campaigns/{made['id']}", {"campaign": {"update_type": "state", "state": wanted}})
    assert reply.status == 403
    assert reply.body["errors"][0]["code"] == "mcp_missing_write_live"


@pytest.mark.parametrize(
    "stage",
    [{"update_type": "send"}, {"update_type": "schedule", "scheduled_at": 2_000_000_000}, {"update_type": "cancel"}],
)
def test_no_newsletter_is_sent_or_scheduled_where_agents_may_not(workspace: Wired, stage: dict[str, Any]) -> None:
    number = workspace.home.documents.add(Kind.NEWSLETTER, new_newsletter("N", 1))["id"]
    workspace.home.live_edit = False
    assert workspace.ui("PUT", f"newsletters/{number}", {"newsletter": stage}).status == 403
    assert (
        workspace.ui("PUT", f"newsletters/{number}", {"newsletter": {"update_type": "main", "name": "M"}}).status == 200
    )
    message = workspace.ui("POST", "transactional_messages", {"transactional_message": {"name": "T"}}).body[
        "transactional_message"
    ]
    path = f"transactional_messages/{message['id']}"
    assert workspace.ui("PUT", path, {"transactional_message": {"state": "active"}}).status == 403
    assert workspace.ui("PUT", path, {"transactional_message": {"description": "D"}}).status == 200


def test_a_token_keeps_what_held_when_it_was_minted(workspace: Wired) -> None:
    made = campaign(workspace, "running")
    method, path, body = edits(made)[1]
    workspace.home.live_edit = False
    closed = workspace.token()
    workspace.home.live_edit = True
    assert workspace.ui(method, path, body, token=closed).status == 403
    opened = workspace.token()
    workspace.home.live_edit = False
    assert workspace.ui(method, path, body, token=opened).status == 200


def test_the_switch_is_a_setting_of_the_workspace(workspace: Wired) -> None:
    path = "settings/workspace"
    assert workspace.ui("GET", path).body["workspace"]["agent_live_edit"] is True
    workspace.ui("PUT", path, {"workspace": {"agent_live_edit": False}})
    assert workspace.home.live_edit is False


SEGMENT = {"segment": {"id": 0}}


def _asked_by(workspace: Wired, number: int, by: str) -> None:
    documents, tree = workspace.home.documents, {"and": [{"segment": {"id": number}}]}
    flat = encode([{"type": "segments_negatable", "segments": [number], "negate": False}])
    match by:
        case "trigger":
            documents.add(Kind.CAMPAIGN, new_campaign("C", 1, type="seg_attr", trigger=tree, state="running"))
        case "filters":
            documents.add(
                Kind.CAMPAIGN, new_campaign("C", 1, type="transactional", event="e", filters=flat, state="running")
            )
        case "branch":
            made = campaign(workspace, "running")
            add_action(documents, made["id"], new_action("conditional_branch_action", 1, conditions=flat))
            kept = documents.get(Kind.CAMPAIGN, made["id"])
            assert kept is not None
            last = documents.all(Kind.ACTION)[-1]["id"]
            documents.put(
                Kind.CAMPAIGN, made["id"], {**kept, "workflow_action_ids": [*kept["workflow_action_ids"], last]}
            )
        case "way out":
            ways = [{"segment": {"id": number}}]
            documents.add(Kind.CAMPAIGN, new_campaign("C", 1, global_exit_conditions=ways, state="running"))
        case "newsletter":
            documents.add(Kind.NEWSLETTER, new_newsletter("N", 1, filters=flat))
        case "segment":
            documents.add(Kind.SEGMENT, new_segment("Outer", 1, type="dynamic", conditions=tree))
        case "draft":
            documents.add(Kind.CAMPAIGN, new_campaign("C", 1, type="seg_attr", trigger=tree))
        case "sent newsletter":
            documents.add(Kind.NEWSLETTER, new_newsletter("N", 1, recipients=tree, send_state="sent"))


@pytest.mark.parametrize(
    ("by", "status"),
    [
        ("trigger", 403),
        ("filters", 403),
        ("branch", 403),
        ("way out", 403),
        ("newsletter", 403),
        ("segment", 403),
        ("draft", 200),
        ("sent newsletter", 200),
    ],
)
def test_a_segment_in_use_is_closed_to_agents(workspace: Wired, by: str, status: int) -> None:
    tree = {"and": [{"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}]}
    number = workspace.home.documents.add(Kind.SEGMENT, new_segment("S", 1, type="dynamic", conditions=tree))["id"]
    _asked_by(workspace, number, by)
    body = {"segment": {"name": "S", "type": "dynamic", "conditions": tree}}
    assert workspace.ui("PUT", f"segments/{number}", body).status == 200
    workspace.home.live_edit = False
    assert workspace.ui("PUT", f"segments/{number}", body).status == status


def test_a_read_only_token_writes_nothing(workspace: Wired) -> None:
    from urllib.parse import urlencode

    form = {
        "grant_type": "client_credentials",
        "client_secret": workspace.account.service_account_token,
        "scope": "read_only",
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    token = workspace.ask("POST", "/ui/v1/service_accounts/oauth/token", urlencode(form).encode(), headers).body[
        "access_token"
    ]
    assert workspace.ui("GET", "layouts", token=token).status == 200
    assert workspace.ui("POST", "layouts", {"layout": {"name": "L", "body": "{{content}}"}}, token=token).status == 403


def test_layouts_and_snippets_are_open_whatever_runs(workspace: Wired) -> None:
    workspace.home.documents.put(Kind.LAYOUT, 7, {**new_layout("L", "{{ content }}", 1), "id": 7})
    campaign(workspace, "running")
    workspace.home.live_edit = False
    assert workspace.ui("PUT", "layouts/7", {"layout": {"body": "<p>{{ content }}</p>"}}).status == 200
