"""Who may come in, over real HTTP."""

from __future__ import annotations

import httpx
import pytest
from previewing import Server


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.base}{path}", headers=headers, trust_env=False)


def test_the_token_becomes_a_cookie_and_leaves_the_address(shared_server: Server):
    reply = get(shared_server, f"/email/order/thanks?token={shared_server.token}&scheme=dark")
    assert (reply.status_code, reply.headers["location"]) == (303, "/email/order/thanks?scheme=dark")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert f"mailwright-preview-{shared_server.port}=" in cookie


@pytest.mark.parametrize(
    "path",
    ["/", "/api/project", "/live", "/static/main.js", "/mail/x", "/stream/x", "/viewer", "/?token=wrong", "/?token="],
)
def test_without_the_token_nothing_is_shown(shared_server: Server, path: str):
    reply = get(shared_server, path)
    assert reply.status_code == 403
    assert shared_server.token not in reply.text


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "localhost.example.org:80", ""])
def test_another_name_is_not_answered(shared_server: Server, host: str):
    reply = get(shared_server, "/", host=host, authorization=f"Bearer {shared_server.token}")
    assert reply.status_code in (400, 421)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"origin": "https://evil.example.org"}, 403, id="another page"),
        pytest.param({"origin": "null"}, 403, id="a frame of an email"),
        pytest.param({"origin": ""}, 403, id="a form without an origin"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
        pytest.param({}, 200, id="the page itself"),
    ],
)
def test_only_the_page_itself_may_ask(shared_server: Server, headers: dict[str, str], status: int):
    with shared_server.client(**headers) as client:
        assert client.post("/api/payload", json={"text": "{}"}).status_code == status


def test_what_documents_show_is_told_under_names_that_nobody_else_knows(shared_server: Server):
    path = "/seen/00000000-0000-0000-0000-000000000000/1"
    assert get(shared_server, path).status_code == 404
    assert get(shared_server, path, host="example.org").status_code == 421
    assert httpx.post(f"{shared_server.base}{path}", trust_env=False).status_code == 403
    for other in ("/seen/x/1", "/seen/", f"{path}/../../../api/project", f"{path}.", "/seen/../api/project"):
        assert get(shared_server, other).status_code == 403


def test_an_open_document_needs_a_page_and_a_name(shared_server: Server):
    key = shared_server.ask("email", campaign="order", message="thanks", sample="ana")["key"]
    with shared_server.client() as client:
        for path in (
            f"/stream/{key}",
            f"/stream/{key}?name=mine",
            "/stream/x?name=00000000-0000-0000-0000-000000000000",
        ):
            assert client.get(path).status_code == 204


def test_a_redirect_stays_on_this_server(shared_server: Server):
    reply = get(shared_server, f"//evil.example.org/?token={shared_server.token}")
    assert reply.headers["location"] == "/evil.example.org/"


@pytest.mark.parametrize(
    "path", ["/static/../gate.py", "/static/..%2fgate.py", "/static/%2e%2e%2f%2e%2e%2fpyproject.toml", "/static/x"]
)
def test_no_path_leads_out(shared_server: Server, path: str):
    with shared_server.client() as client:
        reply = client.get(path)
    assert reply.status_code == 404 or "<!doctype html>" in reply.text
    assert "Gatekeeper" not in reply.text


def test_every_answer_keeps_to_itself(shared_server: Server):
    with shared_server.client() as client:
        for path in ("/", "/api/project", "/static/main.js", "/nothing"):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in client.get("/viewer").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 400, id="no JSON"),
        pytest.param(b"[]", 400, id="no object"),
        pytest.param(b'{"campaign": 7}', 422, id="another type"),
        pytest.param(b'{"nothing": 1}', 422, id="an unknown key"),
        pytest.param(b'{"campaign": "order", "message": "thanks", "at": "noon"}', 422, id="no time"),
        pytest.param(b'{"campaign": "order", "message": "thanks", "workspace": "moon"}', 422, id="no workspace"),
        pytest.param(b'{"campaign": "../order", "message": "thanks"}', 422, id="a path"),
        pytest.param(b'{"campaign": "order", "message": "\\ud800"}', 400, id="half a character"),
        pytest.param(b'{"text": "' + b"x" * 2_100_000 + b'"}', 413, id="too large"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(shared_server: Server, body: bytes, status: int):
    with shared_server.client() as client:
        reply = client.post("/api/email", content=body)
    assert reply.status_code == status
    assert reply.json()["error"]["says"]
    assert "Traceback" not in reply.text


def test_a_file_outside_the_project_is_not_opened(shared_server: Server):
    for file in ("../secret", "/etc/passwd", "", "campaigns", "campaigns/order/../../../x"):
        assert "no such file" in shared_server.ask("open", file=file)["error"]["says"]
