"""State goes out and comes back in as it was; a reset brings back the start."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest


def state(serving, workspace: str | None = None) -> dict[str, Any]:
    return serving.client.get("/_state", params={"workspace": workspace} if workspace else {}).json()


def used(serving) -> None:
    for number in range(5):
        serving.track("PUT", f"/api/v1/customers/{number}", {"email": f"p{number}@example.org", "plan": "pro"})
        serving.track("POST", f"/api/v1/customers/{number}/events", {"name": "signed_up"})
    serving.track("PUT", "/api/v1/customers/9", {"email": "qa@example.org"}, workspace=serving.qa)
    serving.app("POST", "/v1/snippets", {"name": "footer", "value": "Bye"})


def test_an_import_of_an_export_changes_nothing(serving, campaign):
    used(serving)
    before = state(serving)
    assert before["tables"]["running_people"]["rows"]
    assert serving.admin("PUT", "/_state", before).status_code == 200
    assert state(serving) == before


def test_an_import_brings_back_what_was_and_runs_on_from_there(serving, campaign):
    used(serving)
    before = state(serving)
    inbox = serving.client.get("/_inbox").json()
    serving.track("DELETE", "/api/v1/customers/1")
    serving.track("POST", "/api/v1/customers/2/events", {"name": "signed_up"})
    serving.app("DELETE", "/v1/snippets/footer")
    serving.admin("POST", "/_clock", {"advance": "9d"})
    assert state(serving) != before
    serving.admin("PUT", "/_state", before)
    assert state(serving) == before
    assert serving.client.get("/_inbox").json() == inbox
    assert serving.app("GET", "/v1/customers/1/attributes").json()["customer"]["attributes"]["plan"] == "pro"
    serving.track("POST", "/api/v1/customers/2/events", {"name": "signed_up"})
    assert serving.client.get("/_inbox").json()["total"] == inbox["total"] + 1


def test_one_workspace_goes_out_and_in_without_the_other(serving, campaign):
    used(serving)
    prod = state(serving, "prod")
    serving.track("DELETE", "/api/v1/customers/1")
    serving.track("PUT", "/api/v1/customers/10", {"plan": "basic"}, workspace=serving.qa)
    assert serving.admin("PUT", "/_state", prod).status_code == 200
    assert state(serving, "prod") == prod
    assert serving.app("GET", "/v1/customers/10/attributes", key=serving.qa["app_key"]).status_code == 200


def test_a_state_moves_to_a_server_that_never_saw_it(serving, campaign):
    from simulator.workspace.account import Account
    from simulator.workspace.opening import open_server
    from simulator.workspace.state import exported, imported

    used(serving)
    before = state(serving)
    account = Account()
    server = open_server(account)
    imported(account, before)
    server.attach_all()
    assert json.loads(json.dumps(exported(account))) == before
    assert [space.keys.app_key for space in account.spaces.values()] == [serving.prod["app_key"], serving.qa["app_key"]]
    account.close()


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"schema_version": 2, "tables": {}}, {"schema_version": 1, "tables": []},
        {"schema_version": 1, "tables": {"documents": {"columns": ["other"], "rows": []}}},
        {"schema_version": 1, "tables": {"unknown": {"columns": [], "rows": []}}},
        {"schema_version": 1, "tables": {"documents": 5}}, {"schema_version": 1, "workspace": 77, "tables": {}},
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused_and_changes_nothing(serving, broken: dict[str, Any]):
    before = state(serving)
    assert serving.admin("PUT", "/_state", broken).status_code == 400
    assert state(serving) == before


def test_rows_that_do_not_fit_change_nothing(serving):
    before = state(serving)
    for rows in ([[1]], [[1, "campaign", "x", "y"]], [["a", "b", "c", "d"]], 7):
        broken = copy.deepcopy(before)
        broken["tables"]["documents"]["rows"] = rows
        assert serving.admin("PUT", "/_state", broken).status_code == 400
        assert state(serving) == before


def test_a_reset_brings_back_how_it_was_at_the_start(serving):
    start = state(serving)
    used(serving)
    serving.admin("POST", "/_live_edit", {"workspace": "prod", "allowed": False})
    serving.admin("POST", "/_clock", {"advance": "9d"})
    assert serving.admin("POST", "/_reset", {}).json()["workspaces"] == ["prod", "qa"]
    after = state(serving)
    for name in ("documents", "workspaces", "running_people", "running_deliveries", "running_activities"):
        assert after["tables"][name] == start["tables"][name], name
    assert serving.prod["transactional_message_id"] is not None
    assert serving.client.get("/_clock").json()["now"] == 1_767_225_600


def test_a_reset_of_one_workspace_leaves_the_other(serving, campaign):
    used(serving)
    serving.admin("POST", "/_reset", {"workspace": "prod"})
    assert serving.client.get("/_inbox", params={"workspace": "prod"}).json()["total"] == 0
    assert serving.app("GET", "/v1/customers/9/attributes", key=serving.qa["app_key"]).status_code == 200


def test_an_empty_reset_leaves_the_keys_alone(serving):
    key = serving.prod["app_key"]
    serving.admin("POST", "/_reset", {"empty": True})
    assert serving.prod["app_key"] == key
    assert serving.prod["transactional_message_id"] is None
    assert serving.app("GET", "/v1/campaigns").json() == {"campaigns": []}


def test_a_project_is_seeded_from_its_folder(serving, tmp_path):
    (tmp_path / "mailwright.toml").write_text("[workspaces.prod]\nregion = 'us'\n")
    folder = tmp_path / "campaigns" / "welcome"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text("name: Welcome\ntrigger: {event: joined}\nworkflow:\n  - email: hello\n")
    (folder / "hello.liquid").write_text(
        "---\nsubject: Hello {{ customer.id }}\nfrom: A <a@example.org>\n---\n<p>Hi</p>\n"
    )
    serving.admin("POST", "/_reset", {"empty": True})
    reply = serving.admin("POST", "/_seed", {"folder": str(tmp_path), "workspace": "prod"})
    assert reply.status_code == 200, reply.text
    assert list(reply.json()["campaigns"]) == ["welcome"]
    serving.track("PUT", "/api/v1/customers/7", {"email": "p7@example.org"})
    serving.track("POST", "/api/v1/customers/7/events", {"name": "joined"})
    assert [one["subject"] for one in serving.client.get("/_inbox").json()["messages"]] == ["Hello 7"]


def test_a_project_with_mistakes_is_told_with_its_places(serving, tmp_path):
    (tmp_path / "mailwright.toml").write_text("[workspaces.prod]\nregion = 'us'\n")
    folder = tmp_path / "campaigns" / "welcome"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text("name: Welcome\ntrigger: {evnt: joined}\nworkflow:\n  - email: hello\n")
    reply = serving.admin("POST", "/_seed", {"folder": str(tmp_path), "workspace": "prod"})
    assert reply.status_code == 422
    assert "campaign.yaml:2" in reply.json()["error"]
    [problem] = [one for one in reply.json()["problems"] if one["rule"] != "missing-file"]
    assert (problem["file"], problem["line"], problem["severity"]) == ("campaigns/welcome/campaign.yaml", 2, "error")


def test_nothing_of_a_project_with_mistakes_is_stored(serving, tmp_path):
    settings = tmp_path / "mailwright.toml"
    settings.write_text("[workspaces.prod]\nregion = 'us'\n")
    (tmp_path / "campaigns" / "_shared" / "segments").mkdir(parents=True)
    segment = tmp_path / "campaigns" / "_shared" / "segments" / "staff.yaml"
    segment.write_text("name: Staff\nwhere:\n  person: {plan: '${plan}'}\n")
    asked = {"folder": str(tmp_path), "workspace": "prod"}
    before = serving.client.get("/_state").json()
    for text, wanted, status in (
        ("[workspaces.prod]\nregion = 'us'\n", None, 422),
        ("[workspaces", None, 422),
        ("[workspaces.prod]\nvars = {plan = 'pro'}\n", "nope", 422),
        ("[workspaces.prod]\nvars = {plan = 'pro'}\n", 5, 400),
    ):
        settings.write_text(text)
        reply = serving.admin("POST", "/_seed", {**asked, "as": wanted} if wanted else asked)
        assert reply.status_code == status, reply.text
        assert serving.client.get("/_state").json() == before
    assert serving.admin("POST", "/_seed", asked).status_code == 200
