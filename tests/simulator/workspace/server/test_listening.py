from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from simulator.workspace.routes import Confidence, Route, Surface
from simulator.workspace.server.route_table import RouteTable


def test_https_is_answered_on_the_same_port_as_http(serving, tmp_path):
    (tmp_path / "authority.pem").write_bytes(serving.client.get("/_authority").content)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    with httpx.Client(verify=trusted, trust_env=False) as client:
        address = serving.url.replace("http://", "https://")
        assert client.get(f"{address}/_clock").json() == serving.client.get("/_clock").json()


def test_a_client_that_does_not_trust_us_goes_away_and_the_server_stays(serving):
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(f"{serving.url.replace('http://', 'https://')}/_clock")
    assert serving.client.get("/_clock").status_code == 200


def test_a_connection_that_says_nothing_holds_nobody_up(serving):
    host, _, port = serving.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))):
        assert serving.client.get("/_clock").status_code == 200


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.example.org", "", "0.0.0.0"])
def test_a_name_that_is_not_this_machine_s_is_not_served(serving, host: str):
    assert serving.client.get("/_clock", headers={"Host": host}).status_code == 421
    assert serving.client.get("/app/v1/campaigns", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:9", "cio.localhost"])
def test_this_machine_s_own_names_are_served(serving, host: str):
    assert serving.client.get("/_clock", headers={"Host": host}).status_code == 200


def test_an_unknown_route_is_501_and_named(serving):
    reply = serving.app("GET", "/v1/nothing/here")
    assert reply.status_code == 501
    assert "GET /v1/nothing/here" in reply.json()["errors"][0]["detail"]
    assert "answers to POST" in serving.track("GET", "/api/v2/batch").json()["errors"][0]["detail"]


def test_requests_are_counted_by_route_without_what_they_said(serving):
    serving.admin("DELETE", "/_requests")
    for person in ("ana-secret", "ben-secret"):
        serving.track("PUT", f"/api/v1/customers/{person}", {"email": f"{person}@example.org"})
    serving.app("GET", "/v1/campaigns/1")
    for path in (
        "/v1/customers/ana-secret/nothing",
        "/v1/nothing/secret@example.org",
        "/v1/nothing/secret%40example.org",
    ):
        assert serving.app("GET", path).status_code == 501
    shown = serving.client.get("/_requests").json()
    assert shown["by_route"] == {
        "app GET /v1/campaigns/{id}": 1,
        "app GET /v1/customers/…/nothing": 1,
        "app GET /v1/nothing/…": 2,
        "track PUT /api/v1/customers/{person}": 2,
    }
    assert shown["total"] == 6
    assert "secret" not in str(shown)
    assert serving.prod["track_key"] not in str(shown)


def test_a_body_beyond_all_limits_is_413(serving):
    auth = (serving.prod["site_id"], serving.prod["track_key"])
    reply = serving.client.post("/track/api/v1/events", content=b" " * (33 * 1024 * 1024), auth=auth)
    assert reply.status_code == 413


def test_a_bug_of_ours_is_a_500_and_told_with_its_place_but_without_what_was_asked(serving, capsys):
    def stumble(request):
        return {}[request.params["person"]]

    serving.server.routes = RouteTable(
        [Route(Surface.TRACK, "PUT", "/api/v1/customers/{person}", stumble, Confidence.SEEN)]
    )
    reply = serving.track("PUT", "/api/v1/customers/ana-secret", {})
    assert (reply.status_code, reply.json()["errors"][0]["detail"]) == (500, "internal server error")
    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith("a bug of mailwright's own: KeyError in PUT /track/api/v1/customers/…")
    assert "secret" not in told


def test_a_head_is_a_read_without_a_body(serving):
    reply = serving.app("HEAD", "/v1/campaigns")
    assert (reply.status_code, reply.content) == (200, b"")
    assert int(reply.headers["content-length"]) > 2
