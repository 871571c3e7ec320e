from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

SNIPPET = {"name": "footer", "value": "Bye"}


def fault(serving, **rule: Any) -> int:
    reply = serving.admin("POST", "/_faults", rule)
    assert reply.status_code == 201, reply.text
    return reply.json()["fault"]["id"]


def snippets(serving) -> list[str]:
    return [one["name"] for one in serving.app("GET", "/v1/snippets").json()["snippets"]]


def test_a_limit_that_is_put_on_says_when_to_come_back(serving):
    fault(serving, kind="limited", surface="app", path="/v1/campaigns", retry_after=7)
    reply = serving.app("GET", "/v1/campaigns")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.json()["errors"][0]["detail"].startswith("rate limited to 10 requests per 1s")
    assert serving.app("GET", "/v1/segments").status_code == 200


def test_a_limit_may_say_nothing_or_a_date(serving):
    fault(serving, kind="limited", retry_after=None, nth=1)
    fault(serving, kind="limited", retry_after="date", nth=2)
    assert "retry-after" not in serving.app("GET", "/v1/campaigns").headers
    assert parsedate_to_datetime(serving.app("GET", "/v1/campaigns").headers["retry-after"]).year >= 2026


def test_an_error_before_the_effect_leaves_nothing_behind(serving):
    fault(serving, kind="error", method="POST", path="/v1/snippets", status=502)
    assert serving.app("POST", "/v1/snippets", SNIPPET).status_code == 502
    assert snippets(serving) == []


def test_an_error_after_the_effect_leaves_the_effect(serving):
    fault(serving, kind="error", method="POST", path="/v1/snippets", when="after")
    assert serving.app("POST", "/v1/snippets", SNIPPET).status_code == 500
    assert snippets(serving) == ["footer"]


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["footer"])])
def test_a_connection_is_cut_before_or_after_the_effect(serving, when: str, left: list[str]):
    fault(serving, kind="reset", method="POST", path="/v1/snippets", when=when)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        serving.app("POST", "/v1/snippets", SNIPPET)
    assert snippets(serving) == left


def test_a_connection_is_cut_over_https_too(serving, tmp_path):
    import ssl

    (tmp_path / "authority.pem").write_bytes(serving.client.get("/_authority").content)
    fault(serving, kind="reset", surface="track")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    with (
        httpx.Client(verify=trusted, trust_env=False) as client,
        pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)),
    ):
        client.get(
            f"{serving.prod['track_url'].replace('http:', 'https:')}/api/v1/accounts/region",
            auth=(serving.prod["site_id"], serving.prod["track_key"]),
        )
    assert serving.client.get("/_clock").status_code == 200


def test_a_slow_answer_comes_late_and_holds_nobody_else_up(serving):
    fault(serving, kind="slow", path="/v1/campaigns", seconds=0.4)
    began = time.monotonic()
    with httpx.Client(base_url=serving.url, timeout=0.1, trust_env=False) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.get("/app/v1/campaigns", headers={"Authorization": f"Bearer {serving.prod['app_key']}"})
    assert serving.app("GET", "/v1/segments").status_code == 200
    assert serving.app("GET", "/v1/campaigns").status_code == 200
    assert time.monotonic() - began >= 0.4


def test_a_stale_read_answers_what_was_before_the_last_write(serving):
    path = f"/v1/environments/{serving.prod['id']}/campaigns/{serving.prod['broadcast_id']}"
    fault(serving, kind="stale", method="GET", path="/v1/environments/{e}/campaigns/{c}", nth=2)
    token = serving.token()
    before = serving.ui("GET", path, token=token).json()
    body = {"campaign": {"update_type": "global_settings", "send_to_unsubscribed": True}}
    assert serving.ui("PUT", path, body, token=token).json()["campaign"]["send_to_unsubscribed"] is True
    assert serving.ui("GET", path, token=token).json() == before
    assert serving.ui("GET", path, token=token).json()["campaign"]["send_to_unsubscribed"] is True


def test_a_write_may_echo_what_was_before_it(serving):
    path = f"/v1/environments/{serving.prod['id']}/campaigns/{serving.prod['broadcast_id']}"
    fault(serving, kind="stale_echo", method="PUT", times=1)
    token = serving.token()
    body = {"campaign": {"update_type": "global_settings", "send_to_unsubscribed": True}}
    assert serving.ui("PUT", path, body, token=token).json()["campaign"]["send_to_unsubscribed"] is False
    assert serving.ui("GET", path, token=token).json()["campaign"]["send_to_unsubscribed"] is True


def test_a_list_may_lose_a_row(serving):
    fault(serving, kind="lost_row", path="/v1/workspaces", times=1)
    whole = [serving.app("GET", "/v1/object_types").json(), serving.app("GET", "/v1/broadcasts").json()]
    fault(serving, kind="lost_row", path="/v1/broadcasts", times=1)
    assert serving.app("GET", "/v1/broadcasts").json() == {"broadcasts": []}
    assert [serving.app("GET", "/v1/object_types").json(), serving.app("GET", "/v1/broadcasts").json()] == whole


def test_add_actions_may_fail_after_it_worked(serving):
    """The trap that clients fall into: 500, and it was done all the same."""
    token, environment = serving.token(), serving.prod["id"]
    made = serving.ui(
        "POST", f"/v1/environments/{environment}/campaigns", {"campaign": {"name": "New", "type": "none"}}, token=token
    ).json()["campaign"]
    path = f"/v1/environments/{environment}/campaigns/{made['id']}"
    fault(
        serving, kind="error", surface="ui", method="PUT", path="/v1/environments/*/campaigns/*", when="after", times=1
    )
    body = {
        "campaign": {
            "update_type": "recipients",
            "type": "transactional",
            "event": "x",
            "event_type": "event",
            "attribute_filters": {},
            "filters": "JTVCJTVE",
            "anchors": "JTVCJTVE",
        }
    }
    assert serving.ui("PUT", path, body, token=token).status_code == 500
    assert serving.ui("GET", path, token=token).json()["campaign"]["event"] == "x"


def test_the_token_exchange_fails_for_a_rule_that_names_it_and_for_no_other(serving):
    fault(serving, kind="error", surface="ui")
    assert serving.token()
    fault(serving, kind="error", path="/v1/service_accounts/oauth/token", status=503)
    form = {"grant_type": "client_credentials", "client_secret": serving.prod["service_account_token"]}
    assert serving.client.post("/ui/v1/service_accounts/oauth/token", data=form).status_code == 503


def test_chance_is_the_same_for_the_same_seed(serving):
    def hits() -> list[int]:
        number = fault(serving, kind="error", surface="track", probability=0.5, seed=7)
        statuses = [serving.track("PUT", f"/api/v1/customers/{n}", {}).status_code for n in range(20)]
        serving.admin("DELETE", f"/_faults/{number}")
        return statuses

    first = hits()
    assert first == hits()
    assert {200, 500} == set(first)


def test_a_rule_counts_what_it_matched_and_hit(serving):
    fault(serving, kind="error", surface="track", method="PUT", nth=[2, 3], times=1, workspace="prod")
    for number in range(4):
        serving.track("PUT", f"/api/v1/customers/{number}", {})
    serving.track("PUT", "/api/v1/customers/1", {}, workspace=serving.qa)
    [rule] = serving.client.get("/_faults").json()["faults"]
    assert (rule["matched"], rule["hits"]) == (4, 1)
    assert serving.client.get("/_requests").json()["by_status"]["500"] == 1


def test_rules_can_be_forgotten_one_by_one_and_all(serving):
    first, _ = fault(serving, kind="error", path="/v1/campaigns"), fault(serving, kind="error", path="/v1/segments")
    serving.admin("DELETE", f"/_faults/{first}")
    assert [serving.app("GET", path).status_code for path in ("/v1/campaigns", "/v1/segments")] == [200, 500]
    serving.admin("DELETE", "/_faults")
    assert serving.app("GET", "/v1/segments").status_code == 200


def test_a_rule_goes_in_as_it_came_out(serving):
    fault(serving, kind="slow", surface="ui", method="GET", path="/v1/*", nth=[1], seconds=0.5)
    [shown] = serving.client.get("/_faults").json()["faults"]
    rule = {name: value for name, value in shown.items() if name not in ("matched", "hits", "id")}
    again = serving.admin("POST", "/_faults", rule).json()["fault"]
    assert {**again, "id": 0} == {**rule, "id": 0}


@pytest.mark.parametrize(
    "rule",
    [
        {}, {"kind": "odd"}, {"kind": "error", "surface": "cdp"}, {"kind": "error", "status": 200}, {"kind": "slow", "seconds": -1},
        {"kind": "error", "nth": 0}, {"kind": "error", "nth": ["x"]}, {"kind": "error", "when": "later"}, {"kind": "error", "pth": "x"},
        {"kind": "error", "probability": 2}, {"kind": "limited", "retry_after": "soon"}, {"kind": "error", "workspace": "nobody"},
        {"kind": "error", "status": "500"}, {"kind": "error", "path": 7}, {"kind": "error", "nth": {}}, {"kind": "slow", "seconds": True},
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_with_a_reason(serving, rule: dict[str, Any]):
    reply = serving.admin("POST", "/_faults", rule)
    assert reply.status_code in (400, 404)
    assert reply.json()["error"]
    assert serving.client.get("/_faults").json()["faults"] == []
