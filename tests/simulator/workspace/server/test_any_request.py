"""Whatever is asked of whatever route: an answer in Customer.io's words, never a bug of ours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from simulator.workspace.documents import Kind
from simulator.workspace.routes import Surface

ODD: list[Any] = [
    None, b"{", b"[]", b"7", b"\xff", b'"text"', b"{}", b'{"a":' * 3000 + b"1" + b"}" * 3000,
    {"campaign": None}, {"campaign": []}, {"campaign": {"update_type": 5}}, {"campaign": {"name": 5}}, {"segment": 7}, {"snippet": {"name": 1, "value": []}},
    {"ids": "x"}, {"ids": [None, {}, []]}, {"filter": {"and": {"x": 1}}}, {"filter": [[]]}, {"recipients": {"segment": {"id": "x"}}}, {"name": None},
    {"name": "x" * 5000, "value": "\u0000", "body": 5, "headers": "[", "subject": ["a"]}, {"template": {"body": {}, "headers": 7, "layout_id": "x"}},
    {"identifiers": {"id": {}}, "to": 5, "transactional_message_id": [], "attachments": {"a": 5}, "send_at": "soon"},
    {"identifiers": {"id": "1"}, "to": "a@example.org", "subject": "{% if %}", "body": "{{ x | y: }}", "from": "a@example.org", "headers": {"a": {"b": []}}, "message_data": {"a": [[]]}},
    {"actions": [{"id": -1}], "campaign": {"update_type": "add_actions", "edges": [{"from": {}, "to": []}]}},
    {"campaign": {"update_type": "recipients", "type": "transactional", "event": {}, "attribute_filters": {"and": {"or": 5}}, "filters": 9}},
    {"page": -1, "events": ["nothing"], "endpoint": 5, "content": 5, "data": "x", "start": {}, "end": []},
]  # fmt: skip
QUERY = "page=-1&limit=x&size=99999999999999999999&start=%00&start_ts=x&id_type=odd&type=%F0%9F&sort=%5B&asc=maybe&continuation=xx&email=%zz&version=9&res=odd&tz=Nowhere%2FX"


@pytest.mark.parametrize("surface", list(Surface))
def test_no_request_is_a_bug_of_ours(serving, campaign: int, surface: Surface, capsys: pytest.CaptureFixture[str]):
    serving.admin("POST", "/_limits", {"app": 0, "sends": 0, "broadcasts": 0})
    serving.track("PUT", "/api/v1/customers/1", {"email": "a@example.org", "plan": "pro"})
    serving.track("POST", "/api/v1/customers/1/events", {"name": "signed_up"})
    space = next(iter(serving.server.account.spaces.values()))
    space.documents.add(Kind.SNIPPET, {"name": "footer", "value": "Bye", "updated_at": 0})
    token = serving.token()
    key = {Surface.APP: serving.prod["app_key"], Surface.UI: token, Surface.TRACK: ""}[surface]
    auth = (serving.prod["site_id"], serving.prod["track_key"]) if surface is Surface.TRACK else None
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    found: dict[str, set[int]] = {}
    for route in sorted(serving.server.routes.all, key=lambda one: (one.method == "DELETE", one.pattern)):
        if route.surface is not surface:
            continue
        for value in (str(campaign), "x", "%00", "99999999999999999999"):
            path = re.sub(r"\{(\w+)\}", lambda m: str(space.id) if "env" in m[1] else value, route.pattern)  # noqa: B023  # used at once
            for body in ODD if route.method in ("POST", "PUT", "PATCH") and value == str(campaign) else ODD[:2]:
                content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
                url = f"/{surface}{path}" + (f"?{QUERY}" if value == "x" else "")
                reply = serving.client.request(route.method, url, content=content, headers=headers, auth=auth)
                found.setdefault(f"{route.method} {route.pattern}", set()).add(reply.status_code)
    assert len(found) > 15
    told = sorted({re.sub(r"/\d+|/x|/%00", "/…", line) for line in capsys.readouterr().err.splitlines()})
    assert told == []


def test_no_request_to_the_admin_face_is_a_bug_of_ours(serving, campaign: int, capsys: pytest.CaptureFixture[str]):
    token = {"X-Mailwright-Token": serving.server.admin_token}
    more = [{"folder": "/nowhere"}, {"folder": 5}, {"folder": ".", "workspace": []}, {"workspace": {}}, {"schema_version": 1, "tables": {"documents": {"rows": 5}}},
            {"delivery_id": 5, "metric": "opened"}, {"allowed": True, "workspace": 7}, {"advance": 10**30}, {"to": 10**30}, {"freeze": -(10**30)}, {"app": 10**30}, {"lifetime": 10**30}]  # fmt: skip
    for route in serving.service._application.face.routes:
        path = re.sub(r"\{\w+\}", "x", route.pattern)
        for body in [*ODD, *more]:
            content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            reply = serving.client.request(
                route.method, f"{path}?{QUERY}&limit=x&workspace=prod", content=content, headers=token
            )
            assert reply.status_code < 500, (route, body)
    assert capsys.readouterr().err == ""
    assert serving.client.get("/inbox").status_code == 200
