from __future__ import annotations

import pytest

UNAUTHORIZED = {"errors": [{"detail": "unauthorized", "status": "401"}]}


@pytest.mark.parametrize("prefix", ["", "/app", "/us/app"])
def test_an_app_key_opens_its_workspace_with_and_without_the_region(serving, prefix: str):
    headers = {"Authorization": f"Bearer {serving.prod['app_key']}"}
    assert serving.client.get(f"{prefix}/v1/workspaces", headers=headers).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/track", "/us/track"])
def test_a_track_key_opens_its_workspace_with_and_without_the_region(serving, prefix: str):
    auth = (serving.prod["site_id"], serving.prod["track_key"])
    reply = serving.client.get(f"{prefix}/api/v1/accounts/region", auth=auth)
    assert reply.json() == {"url": serving.prod["track_url"], "region": "us", "environment_id": serving.prod["id"]}


def test_the_app_api_of_the_other_region_says_401_and_does_not_redirect(serving):
    reply = serving.client.get("/eu/app/v1/campaigns", headers={"Authorization": f"Bearer {serving.prod['app_key']}"})
    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize(("asked", "workspace", "sent_to"), [("eu", "prod", "us"), ("us", "qa", "eu")])
def test_the_track_api_of_the_other_region_sends_its_clients_home(serving, asked: str, workspace: str, sent_to: str):
    keys = getattr(serving, workspace)
    auth = (keys["site_id"], keys["track_key"])
    reply = serving.client.put(f"/{asked}/track/api/v1/customers/4%2F2", json={}, auth=auth)
    assert reply.status_code == 301
    assert reply.headers["location"] == f"/{sent_to}/track/api/v1/customers/4%2F2"
    assert (
        serving.client.get(f"/{asked}/track/api/v1/accounts/region", auth=auth, follow_redirects=True).status_code
        == 200
    )


def test_a_track_key_on_the_app_api_is_401(serving):
    auth = (serving.prod["site_id"], serving.prod["track_key"])
    assert serving.client.get("/app/v1/campaigns", auth=auth).json() == UNAUTHORIZED


def test_an_app_key_on_the_track_api_is_401_without_a_body(serving):
    headers = {"Authorization": f"Bearer {serving.prod['app_key']}"}
    reply = serving.client.put("/track/api/v1/customers/1", json={}, headers=headers)
    assert (reply.status_code, reply.content) == (401, b"")


@pytest.mark.parametrize("shown", ["", "Basic", "Basic !!!", "Basic " + "eA==", "Bearer x", "Bearer \xff", "Digest x"])
def test_keys_that_are_none_are_401_everywhere(serving, shown: str):
    headers = {"Authorization": shown.encode("latin-1")} if shown else {}
    for path in ("/track/api/v1/accounts/region", "/app/v1/campaigns", "/ui/v1/accounts/current"):
        assert serving.client.get(path, headers=headers).status_code == 401


def test_the_key_of_the_other_workspace_opens_the_other_workspace(serving):
    auth = (serving.qa["site_id"], serving.prod["track_key"])
    assert serving.client.get("/track/api/v1/accounts/region", auth=auth).status_code == 401
    auth = (serving.qa["site_id"], serving.qa["track_key"])
    assert serving.client.get("/track/api/v1/accounts/region", auth=auth).json()["environment_id"] == serving.qa["id"]


def test_a_service_account_token_is_an_app_key_for_sends_alone(serving):
    headers = {
        "Authorization": f"Bearer {serving.prod['service_account_token']}",
        "X-Workspace-Id": str(serving.prod["id"]),
    }
    body = {"transactional_message_id": serving.prod["transactional_message_id"], "to": "a@example.org"}
    for host in ("/app", "/track", "/us/track", ""):
        reply = serving.client.post(f"{host}/v1/send/email", headers=headers, json=body)
        assert reply.status_code == 400, host  # it got in: the identifiers are missing
    assert serving.client.get("/app/v1/campaigns", headers=headers).status_code == 401
    del headers["X-Workspace-Id"]
    reply = serving.client.post("/app/v1/send/email", headers=headers, json=body)
    assert (reply.status_code, reply.json()) == (401, {"meta": {"error": "Unauthorized request"}})


# --- the UI API's tokens ----------------------------------------------------------------------------------------------

EXCHANGE = "/ui/v1/service_accounts/oauth/token"


def form(serving, **more: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_secret": serving.prod["service_account_token"], **more}


def test_a_service_account_token_is_exchanged_for_one_that_lives_an_hour(serving):
    reply = serving.client.post(EXCHANGE, data=form(serving))
    assert reply.status_code == 200
    assert reply.json() == {"access_token": reply.json()["access_token"], "token_type": "Bearer", "expires_in": 3600}
    assert reply.json()["access_token"].count(".") == 2


def test_a_scope_comes_back_as_it_was_asked_for(serving):
    assert serving.client.post(EXCHANGE, data=form(serving, scope="read_only")).json()["scope"] == "read_only"


def test_a_wrong_secret_is_an_invalid_client(serving):
    reply = serving.client.post(EXCHANGE, data=form(serving, client_secret="sa_live_wrong"))
    assert reply.status_code == 401
    assert reply.json() == {"error": "invalid_client", "error_description": "invalid client credentials"}


def test_a_json_body_is_no_form(serving):
    assert serving.client.post(EXCHANGE, json=form(serving)).status_code == 400


def test_a_token_opens_every_workspace_of_the_account(serving):
    token = serving.token()
    for one in (serving.prod, serving.qa):
        assert serving.ui("GET", f"/v1/environments/{one['id']}/campaigns", token=token).status_code == 200
    assert serving.ui("GET", "/v1/environments/7/campaigns", token=token).status_code == 404


def test_a_workspace_of_the_other_region_is_401(serving):
    headers = {"Authorization": f"Bearer {serving.token()}"}
    path = f"/v1/environments/{serving.qa['id']}/campaigns"
    assert serving.client.get(f"/us/ui{path}", headers=headers).status_code == 401
    assert serving.client.get(f"/eu/ui{path}", headers=headers).status_code == 200


def test_a_read_only_token_reads_and_does_not_write(serving):
    token = serving.token(scope="read_only")
    path = f"/v1/environments/{serving.prod['id']}/snippets"
    assert serving.ui("GET", path, token=token).status_code == 200
    assert serving.ui("POST", path, {"snippet": {"name": "a", "value": "b"}}, token=token).status_code == 403


def test_an_expired_token_is_401(serving):
    token = serving.token()
    path = f"/v1/environments/{serving.prod['id']}/campaigns"
    assert serving.ui("GET", path, token=token).status_code == 200
    serving.admin("POST", "/_tokens", {"expire": True})
    assert serving.ui("GET", path, token=token).status_code == 401
    assert serving.ui("GET", path).status_code == 200
    serving.admin("POST", "/_tokens", {"lifetime": 0})
    assert serving.ui("GET", path).status_code == 401


def test_a_token_that_was_changed_is_none(serving):
    head, claims, signature = serving.token().split(".")
    for text in (
        f"{head}.{claims}x.{signature}",
        f"{head}.{claims}.",
        f"{head}..{signature}",
        "a.b.c",
        serving.prod["app_key"],
    ):
        assert serving.ui("GET", "/v1/accounts/current", token=text).status_code == 401


def test_a_token_keeps_the_live_edit_switch_of_when_it_was_minted(serving):
    allowed = serving.token()
    serving.admin("POST", "/_live_edit", {"workspace": "prod", "allowed": False})
    refused = serving.token()
    serving.admin("POST", "/_live_edit", {"workspace": "prod", "allowed": True})
    path = f"/v1/environments/{serving.prod['id']}/campaigns/{serving.prod['broadcast_id']}"
    body = {"campaign": {"update_type": "global_settings", "send_to_unsubscribed": False}}
    assert serving.ui("PUT", path, body, token=refused).status_code == 403
    assert serving.ui("PUT", path, body, token=allowed).status_code == 200
