"""How requests are sent, repeated, paced and refused; a handler answers in place of a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from mailwright.diagnostics import ConfigurationError, WorkspaceError, error_as_text
from mailwright.loading.folder import load_project
from sync.clients.app_api import AppApi
from sync.clients.keys import AppKey, ServiceAccount
from sync.clients.pacing import Pace
from sync.clients.paging import by_number, by_token
from sync.clients.refusals import Unreachable, WorkspaceRefusal, reasons
from sync.clients.transport import Reply, Transport, retry_after
from sync.clients.ui_api import UiApi
from sync.opening import open_workspace

SECRET = "sa_live_canary_0123456789"
WIRE = Path(__file__).parents[2] / "data/wire"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


def transport(handler: Handler, key: Any = None) -> Transport:
    key = key or AppKey("app_canary_key", "CIO_APP_KEY")
    return Transport("App API", "https://api.example.org", key, Pace(), {}, httpx.MockTransport(handler))


def answers(*replies: httpx.Response) -> tuple[Handler, list[httpx.Request]]:
    """A handler that gives each reply in turn, the last one for ever, and what it was asked."""
    left, asked = list(replies), []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return handle, asked


def token(lasts: int = 3600) -> httpx.Response:
    return httpx.Response(200, json={"access_token": "jwt-canary", "token_type": "Bearer", "expires_in": lasts})


def ui_handler(reply: Handler) -> tuple[Handler, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return token() if request.url.path.endswith("/oauth/token") else reply(request)

    return handle, asked


def test_a_service_account_is_exchanged_once_with_a_form_and_used_as_a_bearer():
    handler, asked = ui_handler(lambda _: httpx.Response(200, json={"layouts": []}))
    ui = UiApi(transport(handler, ServiceAccount(SECRET, "CIO_SERVICE_ACCOUNT", is_read_only=True)), 41001)
    assert ui.layouts() == [] and ui.layouts() == []
    exchange, first, second = asked
    assert exchange.headers["content-type"] == "application/x-www-form-urlencoded"
    assert exchange.content.decode() == f"grant_type=client_credentials&client_secret={SECRET}&scope=read_only"
    assert first.headers["authorization"] == second.headers["authorization"] == "Bearer jwt-canary"


def test_a_token_is_renewed_a_minute_before_it_ends():
    clock = [0.0]
    handler, asked = ui_handler(lambda _: httpx.Response(200, json={"layouts": []}))
    key = ServiceAccount(SECRET, "CIO_SERVICE_ACCOUNT", now=lambda: clock[0])
    ui = UiApi(transport(handler, key), 41001)
    for at in (0, 3539, 3541):
        clock[0] = float(at)
        ui.layouts()
    assert [one.url.path.endswith("token") for one in asked] == [True, False, False, True, False]


def test_after_a_401_a_new_token_is_fetched_once_and_no_more():
    handler, asked = ui_handler(lambda _: httpx.Response(401))
    ui = UiApi(transport(handler, ServiceAccount(SECRET, "CIO_SERVICE_ACCOUNT")), 41001)
    with pytest.raises(WorkspaceRefusal) as caught:
        ui.layouts()
    assert caught.value.status == 401 and "CIO_SERVICE_ACCOUNT" in caught.value.hint
    assert [one.url.path.endswith("token") for one in asked] == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), ("0", 0.0), ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0), ("soon", None), ("", None), (None, None)],
)  # fmt: skip
def test_retry_after_is_read_in_both_of_its_forms(text, seconds):
    assert retry_after(text, datetime(2026, 3, 1, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_until_it_is_answered(status):
    handler, asked = answers(httpx.Response(status), httpx.Response(status), httpx.Response(200, json={"snippets": []}))
    assert AppApi(transport(handler)).snippets() == []
    assert len(asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
def test_a_refusal_is_not_repeated(status):
    handler, asked = answers(httpx.Response(status, json={"errors": [{"detail": "no", "status": str(status)}]}))
    with pytest.raises(WorkspaceRefusal, match=f"App API: GET /v1/snippets: {status} no"):
        AppApi(transport(handler)).snippets()
    assert len(asked) == 1


def test_what_may_have_been_done_is_not_done_again():
    handler, asked = ui_handler(lambda _: httpx.Response(500))
    ui = UiApi(transport(handler, ServiceAccount(SECRET, "X")), 41001)
    for call in (
        lambda: ui.update_campaign(66, "add_actions", {"edges": []}, actions=[]),
        lambda: ui.create_campaign("x", ""),
        lambda: ui.delete_layout(7),
    ):
        asked.clear()
        with pytest.raises(WorkspaceRefusal):
            call()
        assert len([one for one in asked if not one.url.path.endswith("token")]) == 1


def test_a_whole_value_put_in_place_is_put_again():
    handler, asked = answers(httpx.Response(500), httpx.Response(200, json={"snippet": {"name": "a", "value": "b"}}))
    assert AppApi(transport(handler)).put_snippet("a", "b")["value"] == "b"
    assert len(asked) == 2


def test_a_write_that_was_too_fast_was_not_done_and_is_sent_again():
    handler, asked = answers(
        httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, json={"segment": {"id": 40}})
    )
    assert AppApi(transport(handler)).create_segment("Beta", "") == {"id": 40}
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("error", "said", "maybe_done"),
    [
        (httpx.ConnectError("refused"), "no connection", False),
        (httpx.ReadTimeout("slow"), "no answer within 30 seconds", True),
        (httpx.RemoteProtocolError("gone"), "the connection was lost", True),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "its certificate is not trusted", False),
    ],
)
def test_no_answer_is_told_with_whether_it_may_have_been_done(error, said, maybe_done):
    def handle(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unreachable, match=f"POST /v1/segments: api.example.org: {said}") as caught:
        AppApi(transport(handle)).create_segment("Beta", "")
    assert caught.value.maybe_done is maybe_done and caught.value.exit_code == 4


def test_a_redirect_is_not_followed_with_the_key():
    handler, asked = answers(httpx.Response(301, headers={"Location": "https://api-eu.customer.io/v1/snippets"}))
    with pytest.raises(WorkspaceRefusal, match=r"sent on to api-eu\.customer\.io") as caught:
        AppApi(transport(handler)).snippets()
    assert "region" in caught.value.hint and len(asked) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"detail": "value can't be blank", "source": {"pointer": "/value"}}]}, "value can't be blank (/value)"),
        ({"meta": {"error": "request too large"}}, "request too large"),
        ({"meta": {"errors": ["malformed", "twice"]}}, "malformed; twice"),
        ({"errors": {"email": ["is required"]}}, "email is required"),
        ({"error": "invalid_client", "error_description": "invalid client credentials"}, "invalid client credentials"),
        ({"errors": [{"reason": "required", "field": "x", "message": "needed"}]}, "required: needed"),
        ("<html>", ""),
        (["no"], ""),
    ],
)  # fmt: skip
def test_a_refusal_is_told_in_the_workspaces_own_words(body, said):
    assert reasons(json.dumps(body).encode()) == said


def test_secrets_are_in_no_error_and_in_no_repr():
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"while sending {dict(request.headers)}")

    for key in (AppKey("app_canary_key", "A"), ServiceAccount(SECRET, "B")):
        sender = transport(handle, key)
        with pytest.raises(WorkspaceError) as caught:
            sender.get("/v1/snippets")
        told = error_as_text(caught.value) + repr(caught.value) + repr(caught.value.__cause__) + repr(key)
        assert "canary" not in told + repr(sender)


@pytest.mark.parametrize("ending", ["", None, "absent"])
def test_pages_by_token_end_in_every_way_and_an_empty_page_is_no_end(ending):
    pages = {None: ([1, 2], "a"), "a": ([], "b"), "b": ([3], ending)}

    def read(start: str | None) -> Reply:
        items, following = pages[start]
        body = {"rows": [{"id": one} for one in items] or None, "next": following}
        return Reply(200, {key: value for key, value in body.items() if value != "absent"}, "GET /rows")

    assert [one["id"] for one in by_token(read, "rows")] == [1, 2, 3]


@pytest.mark.parametrize("first", [0, 1])
def test_pages_by_number_are_read_whether_they_count_from_zero_or_one(first):
    rows = [{"id": number} for number in range(45)]

    def read(page: int) -> Reply:
        at = max(page - first, 0) * 20
        return Reply(200, {"rows": rows[at : at + 20] if page >= first or page == 0 else []}, "GET /rows")

    assert [one["id"] for one in by_number(read, "rows", from_zero=True)] == list(range(45))


def test_a_list_that_does_not_end_is_left():
    def read(_: str | None) -> Reply:
        return Reply(200, {"rows": [{"id": 1}], "next": "same"}, "GET /rows")

    assert len(list(by_token(read, "rows"))) == 2


SETTINGS = """\
[workspaces.qa]
region = "us"
id = 41001
service_account = { env = "CIO_SA" }
app_key = { env = "CIO_APP" }
"""


def opened(tmp_path: Path, settings: str, environ: dict[str, str], handler: Handler) -> None:
    (tmp_path / "campaigns").mkdir(exist_ok=True)
    (tmp_path / "mailwright.toml").write_text(settings)
    seam = httpx.MockTransport(handler)
    with open_workspace(load_project(tmp_path), "qa", environ=environ, seam=seam):
        pass


def account(region: str = "us", environments: tuple[int, ...] = (41001,)) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return token()
        if request.url.path.endswith("/current"):
            return httpx.Response(200, json={"account": {"id": 30117, "name": "H", "data_center": region}})
        rows = [{"id": number, "name": f"W{number}"} for number in environments]
        return httpx.Response(200, json={"environments": rows, "workspaces": rows})

    return handle


@pytest.mark.parametrize(
    ("environ", "settings", "handler", "said"),
    [
        ({}, SETTINGS, account(), "no key for the workspace 'qa' in the environment"),
        ({"CIO_SA": SECRET}, SETTINGS, account("eu"), "the account is in the region 'eu', the settings say 'us'"),
        ({"CIO_SA": SECRET}, SETTINGS, account(environments=(5,)), "the service account knows no workspace 41001"),
        ({"CIO_APP": "k"}, SETTINGS, account(environments=(5,)), "the App API key knows no workspace 41001"),
        ({"CIO_SA": SECRET}, SETTINGS.replace("id = 41001\n", ""), account(), "do not say which workspace of the account"),
        ({"CIO_SA": SECRET}, SETTINGS.replace('region = "us"\n', ""), account(), "do not say where the workspace 'qa' is"),
    ],
)  # fmt: skip
def test_a_workspace_that_is_not_the_one_meant_is_refused_before_anything_is_read(
    tmp_path, environ, settings, handler, said
):
    with pytest.raises(ConfigurationError, match=said) as caught:
        opened(tmp_path, settings, environ, handler)
    assert caught.value.exit_code == 3 and caught.value.hint
    assert "canary" not in error_as_text(caught.value)


def test_the_hosts_are_those_of_the_region_and_unknown_fields_are_never_dropped_in_silence(tmp_path):
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return account("eu")(request)

    opened(tmp_path, SETTINGS.replace('"us"', '"eu"'), {"CIO_SA": SECRET}, handle)
    assert {one.url.host for one in asked} == {"eu.fly.customer.io"}
    assert all(one.headers["x-validate"] == "strict" for one in asked if not one.url.path.endswith("token"))


@pytest.mark.parametrize("name", ["campaign_actions", "snippets", "segments", "sender_identities", "transactional"])
def test_the_wire_references_answers_are_read(name):
    exchanges = json.loads((WIRE / f"app/{name}.json").read_text())["exchanges"]

    def handle(request: httpx.Request) -> httpx.Response:
        query = {key: value for key, value in request.url.params.items() if key == "start"}
        for one in exchanges:
            asked = one["request"]
            start = {key: str(value) for key, value in (asked.get("query") or {}).items() if key == "start"}
            if (asked["method"], asked["path"], start) == (request.method, request.url.path, query):
                return httpx.Response(one["response"]["status"], json=one["response"].get("body"))
        return httpx.Response(404)

    app = AppApi(transport(handle))
    found = {
        "campaign_actions": lambda: app.actions(61),
        "snippets": app.snippets,
        "segments": app.segments,
        "sender_identities": lambda: list(by_token(lambda t: app.transport.get("/v1/sender_identities", start=t), "sender_identities")),
        "transactional": lambda: app.transactional_contents(2),
    }[name]()  # fmt: skip
    assert found and all("id" in one or "name" in one for one in found)
