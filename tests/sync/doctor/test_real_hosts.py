"""The hosts of Customer.io, answered for by a table at the transport's seam: what is asked of whom, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Settings
from sync.clients.pacing import Pace
from sync.doctor.looking import look_at_workspaces

KEYS = {"SA": "sa_live_1", "APP": "app-1", "SITE": "site-1", "TRACK": "track-1"}
WORKSPACE = {
    "region": "us", "id": 4020,
    "service_account": {"env": "SA"}, "app_key": {"env": "APP"},
    "track": {"site_id": {"env": "SITE"}, "api_key": {"env": "TRACK"}},
}  # fmt: skip
TOKEN = "/v1/service_accounts/oauth/token"
RIGHT: dict[str, Any] = {
    f"us.fly.customer.io{TOKEN}": {"access_token": "jwt", "expires_in": 3600},
    "us.fly.customer.io/v1/accounts/current": {"account": {"id": 1, "data_center": "us"}},
    "us.fly.customer.io/v1/accounts/1/environments": {"environments": [{"id": 4020, "name": "QA"}]},
    "us.fly.customer.io/v1/environments/4020/settings/workspace": {"workspace": {"agent_live_edit": True}},
    "us.fly.customer.io/v1/environments/4020/segments": {"segments": [{"id": 7}]},
    "api.customer.io/v1/workspaces": {"workspaces": [{"id": 4020}]},
    "api.customer.io/v1/campaigns": {"campaigns": [{"id": 3}]},
    "api.customer.io/v1/campaigns/3/actions": {"actions": [{"id": "9", "recipient_environment_id": 4020}]},
    "api.customer.io/v1/segments": {"segments": [{"id": 7}]},
    "track.customer.io/api/v1/accounts/region": {"region": "us", "environment_id": 4020},
}
EU = {name.replace("us.fly", "eu.fly").replace("api.c", "api-eu.c").replace("track.c", "track-eu.c"): one for name, one in RIGHT.items()}  # fmt: skip


def looked(
    answers: Mapping[str, Any], environ: Mapping[str, str] = KEYS, **settings: Any
) -> tuple[list[Mapping[str, Any]], int, list[str]]:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        where = f"{request.url.host}{request.url.path}"
        asked.append(where)
        found = answers.get(where, 401 if where in RIGHT or where in EU else 404)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(found) if isinstance(found, int) else httpx.Response(200, json=found)

    given = {name: value for name, value in {**WORKSPACE, **settings}.items() if value is not None}
    project = Project(".", Settings.model_validate({"workspaces": {"qa": given}}))  # type: ignore[arg-type]  # it lies nowhere
    found, code = look_at_workspaces(
        project, ["qa"], environ=environ, seam=httpx.MockTransport(answer), pace=lambda: Pace(1000)
    )
    return found["qa"], code, asked


def problems(findings: list[Mapping[str, Any]]) -> list[str]:
    return [one["says"] for one in findings if one["weight"] == "problem"]


def says(findings: list[Mapping[str, Any]]) -> str:
    return "\n".join(one["says"] for one in findings)


def test_keys_that_fit_are_fine():
    findings, code, asked = looked(RIGHT)
    assert (code, problems(findings)) == (0, [])
    assert not any("-eu" in host or "eu." in host for host in asked)


def test_keys_of_the_eu_on_the_us_hosts_are_named():
    moved = httpx.Response(301, headers={"Location": "https://track-eu.customer.io/api/v1/accounts/region"})
    findings, code, _ = looked({**EU, "track.customer.io/api/v1/accounts/region": moved})
    assert code == 3
    assert problems(findings) == [
        "SA is of the EU region (service account), and the settings ask the US hosts",
        "APP is of the EU region (App API key), and the settings ask the US hosts",
        "SITE and TRACK are of the EU region: the Track API sends them on there",
    ]
    assert 'region = "eu"' in [one["hint"] for one in findings]


def test_track_keys_that_the_other_region_takes_are_named_though_nobody_sends_them_on():
    findings, _, _ = looked({**EU, **{name: one for name, one in RIGHT.items() if "track" not in name}})
    assert problems(findings) == ["SITE and TRACK are of the EU region (Track keys), and the settings ask the US hosts"]


def test_an_account_of_the_other_region_is_named():
    findings, code, _ = looked(
        {**RIGHT, "us.fly.customer.io/v1/accounts/current": {"account": {"id": 1, "data_center": "eu"}}}
    )
    assert code == 3
    assert problems(findings) == ["SA is of an account in the region 'eu', and the settings say 'us'"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(httpx.ConnectError("x"), "the App API cannot be reached: no connection", id="nobody there"),
        pytest.param(httpx.ReadTimeout("x"), "the App API cannot be reached: no answer within 10 seconds", id="slow"),
    ],
)
def test_a_host_that_cannot_be_reached_is_told(error: Exception, said: str):
    findings, code, _ = looked({**RIGHT, "api.customer.io/v1/workspaces": error})
    assert (code, problems(findings)) == (4, [said])


@pytest.mark.parametrize(
    ("where", "answer", "said"),
    [
        pytest.param("api.customer.io/v1/workspaces", 502, "is not the App API of Customer.io (502)", id="a bad gateway"),
        pytest.param("api.customer.io/v1/workspaces", {"hello": 1}, "is not the App API", id="an answer without them"),
        pytest.param("us.fly.customer.io/v1/accounts/current", {"x": 1}, "is not the UI API", id="no account"),
        pytest.param(f"us.fly.customer.io{TOKEN}", 503, "exchanges no token: it answers 503", id="no exchange"),
        pytest.param(f"us.fly.customer.io{TOKEN}", httpx.ConnectError("x"), "UI API cannot be reached", id="no UI API"),
        pytest.param("track.customer.io/api/v1/accounts/region", 500, "is not the Track API", id="a broken Track API"),
    ],
)  # fmt: skip
def test_what_answers_strangely_is_told(where: str, answer: Any, said: str):
    findings, code, _ = looked({**RIGHT, where: answer})
    assert code == 4
    assert said in says(findings)


def test_an_app_key_that_may_not_list_workspaces_is_looked_at_all_the_same():
    findings, code, _ = looked({**RIGHT, "api.customer.io/v1/workspaces": 403})
    assert code == 1
    assert problems(findings) == ["APP has no scope for workspaces, which `pull` and `plan` and `drift` read"]
    assert "APP opens workspace 4020" in says(findings)


def test_whose_a_key_is_shows_by_segments_of_another_number():
    answers = {**RIGHT, "api.customer.io/v1/campaigns": {"campaigns": []}, "api.customer.io/v1/segments": {"segments": [{"id": 8}]}}  # fmt: skip
    findings, code, _ = looked(answers)
    assert code == 3
    assert problems(findings) == ["APP is the App API key of another workspace, and the settings say 4020"]


def test_without_a_service_account_whose_a_key_is_may_stay_open():
    answers = {**RIGHT, "api.customer.io/v1/campaigns": {"campaigns": []}}
    findings, code, _ = looked(answers, {name: one for name, one in KEYS.items() if name != "SA"})
    assert code == 0
    assert "whose App API key APP holds cannot be told" in says(findings)


def test_settings_that_say_too_little_are_told():
    findings, code, _ = looked(RIGHT, region=None)
    assert (code, problems(findings)) == (3, ["the settings do not say where 'qa' is"])
    findings, code, asked = looked(RIGHT, app_key=None, service_account=None, track=None)
    assert (code, asked) == (0, []) and "name no key" in says(findings)
    findings, code, _ = looked(RIGHT, id=None)
    assert problems(findings) == ["the settings do not say which workspace of the account 'qa' is"]
    assert "so whose APP is was not looked at" in says(findings)


def test_a_sandbox_and_a_switch_that_nobody_shows_are_noted():
    answers = {**RIGHT, "us.fly.customer.io/v1/environments/4020/settings/workspace": {"workspace": {}}}
    findings, code, _ = looked(answers, {**KEYS, "SA": "sa_sandbox_1"})
    assert code == 0
    assert "SA is of a sandbox account" in says(findings)
    assert "whether agents may edit live data cannot be told" in says(findings)
