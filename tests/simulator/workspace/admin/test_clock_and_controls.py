from __future__ import annotations

from typing import Any

import pytest

NOW = 1_767_225_600


def test_a_frozen_clock_stands_still_until_it_is_advanced(serving):
    assert serving.client.get("/_clock").json() == {
        "schema_version": 1, "mode": "frozen", "now": NOW, "time": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    assert serving.admin("POST", "/_clock", {"advance": "3d"}).json()["now"] == NOW + 3 * 86400
    assert serving.admin("POST", "/_clock", {"to": "2026-02-01T00:00:00Z"}).json()["now"] == 1_769_904_000
    assert serving.admin("POST", "/_clock", {"freeze": NOW}).json()["now"] == NOW


def test_a_real_clock_goes_by_itself_and_can_be_put_ahead(serving):
    real = serving.admin("POST", "/_clock", {"mode": "real"}).json()
    assert real["mode"] == "real" and real["now"] > NOW
    ahead = serving.admin("POST", "/_clock", {"advance": 86400}).json()
    assert 86400 <= ahead["now"] - real["now"] < 86460
    assert serving.admin("POST", "/_clock", {"mode": "frozen"}).json()["mode"] == "frozen"


@pytest.mark.parametrize(
    "body",
    [{}, {"advance": "3 parsecs"}, {"advance": -1}, {"advance": True}, {"to": 5}, {"to": "soon"}, {"mode": "odd"}, {"freeze": NOW, "advance": 1}, {"warp": 9}, [1]],
)  # fmt: skip
def test_a_clock_that_is_set_wrongly_says_why_and_stays(serving, body: Any):
    reply = serving.admin("POST", "/_clock", body)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert serving.client.get("/_clock").json()["now"] == NOW


def test_what_is_due_happens_when_the_clock_is_advanced(serving, campaign):
    serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org"})
    body = {
        "transactional_message_id": serving.prod["transactional_message_id"], "to": "a@example.org", "identifiers": {"id": "42"},
        "send_at": NOW + 3600,
    }  # fmt: skip
    delivery = serving.app("POST", "/v1/send/email", body).json()["delivery_id"]
    assert serving.client.get(f"/_inbox/{delivery}").json()["message"]["state"] != "sent"
    serving.admin("POST", "/_clock", {"advance": "1h"})
    assert serving.client.get(f"/_inbox/{delivery}").json()["message"]["state"] == "sent"


# --- who may ----------------------------------------------------------------------------------------------------------


def test_everything_that_changes_something_needs_the_token(serving):
    served = [(route.method, route.pattern) for route in serving.service._application.face.routes]
    assert len(served) > 25
    for method, pattern in served:
        path = pattern.replace("{", "").replace("}", "")
        if method == "GET":
            assert serving.client.get(path).status_code in (200, 404), path
        else:
            for headers in ({}, {"X-Mailwright-Token": "wrong"}):
                assert serving.client.request(method, path, json={}, headers=headers).status_code == 401, path


def test_a_page_of_another_site_changes_nothing_even_with_the_token(serving):
    headers = {"X-Mailwright-Token": serving.server.admin_token, "Origin": "https://evil.example.org"}
    assert serving.client.post("/_reset", json={}, headers=headers).status_code == 403
    headers["Origin"] = serving.url
    assert serving.client.post("/_reset", json={}, headers=headers).status_code == 200


def test_a_path_that_is_not_there_is_told_with_the_nearest(serving):
    assert "/_clock" in serving.client.get("/_clocks").json()["error"]
    assert serving.client.put("/_clock", headers={"X-Mailwright-Token": serving.server.admin_token}).status_code == 405


def test_the_root_leads_to_the_inbox(serving):
    assert serving.client.get("/").headers["location"] == "/inbox"


# --- coverage ---------------------------------------------------------------------------------------------------------


def test_coverage_lists_every_route_with_its_confidence(serving):
    shown = serving.client.get("/_coverage").json()
    assert {route["surface"] for route in shown["routes"]} == {"track", "app", "ui"}
    assert {route["confidence"] for route in shown["routes"]} == {"A", "B", "C", "D"}
    assert len(shown["routes"]) == len(serving.server.routes.all) > 250
    page = serving.client.get("/_coverage", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("<tr>") > 250


# --- workspaces -------------------------------------------------------------------------------------------------------


def test_a_workspace_can_be_added_and_answers_at_once(serving):
    made = serving.admin("POST", "/_workspaces", {"name": "stage", "region": "eu"}).json()["workspace"]
    reply = serving.client.get("/eu/track/api/v1/accounts/region", auth=(made["site_id"], made["track_key"]))
    assert reply.json()["environment_id"] == made["id"]
    assert serving.admin("POST", "/_workspaces", {"name": "stage"}).status_code == 400
    assert [one["name"] for one in serving.client.get("/_workspaces").json()["workspaces"]] == ["prod", "qa", "stage"]
    assert serving.server.admin_token not in serving.client.get("/_workspaces").text
